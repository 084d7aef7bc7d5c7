//! The session cookie. The cookie holds a random token; a store keeps its hash, with who and until when.

use axum::http::{HeaderMap, HeaderValue, header};
use std::fmt;

/// The name over HTTPS. The prefix makes a browser refuse it without `Secure`, or for a wider domain.
const NAME_SECURE: &str = "__Host-chesil";
/// The name on a demo's plain loopback address.
const NAME_PLAIN: &str = "chesil";

/// The names of the cookie that says which browser this is, wherever its people are signed in or out: one that its
/// owner has used before is not held back by what strangers try elsewhere. It lets nobody in.
const BROWSER_SECURE: &str = "__Host-chesil-browser";
const BROWSER_PLAIN: &str = "chesil-browser";
/// As long as browsers keep any cookie.
const BROWSER_SECONDS: u32 = 400 * 24 * 3600;

/// The names of the cookie that a sign-in begun elsewhere is carried in. It must come back with a visitor from
/// another site, so it is `Lax`; what it holds is sealed.
const AWAY_SECURE: &str = "__Host-chesil-away";
const AWAY_PLAIN: &str = "chesil-away";
/// Letters of it at most.
const AWAY_MAX: usize = 3_000;

/// The names of the cookie that ties a link which was followed to the browser that followed it.
const CLAIM_SECURE: &str = "__Host-chesil-opened";
const CLAIM_PLAIN: &str = "chesil-opened";

/// A random token: 64 hexadecimal digits. It is a secret: its debug text hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

impl SessionToken {
    /// The token made of 32 random bytes.
    pub fn mint(random: [u8; 32]) -> Self {
        Self(random.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Reads 64 hexadecimal digits; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        fits.then(|| Self(text.to_owned()))
    }

    /// The token as the cookie holds it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a store keeps, so that reading the store does not let anyone in.
    pub fn hash(&self) -> [u8; 32] {
        *blake3::hash(self.0.as_bytes()).as_bytes()
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(hidden)")
    }
}

/// The token in a request's cookies.
pub fn read(headers: &HeaderMap, secure: bool) -> Option<SessionToken> {
    read_named(headers, if secure { NAME_SECURE } else { NAME_PLAIN })
}

/// Which browser this is, by its cookie.
pub fn read_browser(headers: &HeaderMap, secure: bool) -> Option<SessionToken> {
    read_named(headers, if secure { BROWSER_SECURE } else { BROWSER_PLAIN })
}

/// The `Set-Cookie` value that says which browser this is from now on.
pub fn set_browser(token: &SessionToken, secure: bool) -> Option<HeaderValue> {
    let name = if secure { BROWSER_SECURE } else { BROWSER_PLAIN };
    cookie(name, token.as_str(), secure, BROWSER_SECONDS)
}

/// The claim to a link that this browser followed.
pub fn read_claim(headers: &HeaderMap, secure: bool) -> Option<SessionToken> {
    read_named(headers, if secure { CLAIM_SECURE } else { CLAIM_PLAIN })
}

/// The `Set-Cookie` value that ties a link to this browser.
pub fn set_claim(token: &SessionToken, secure: bool, seconds_max: u32) -> Option<HeaderValue> {
    let name = if secure { CLAIM_SECURE } else { CLAIM_PLAIN };
    cookie(name, token.as_str(), secure, seconds_max)
}

/// The `Set-Cookie` value that forgets it.
pub fn end_claim(secure: bool) -> Option<HeaderValue> {
    cookie(if secure { CLAIM_SECURE } else { CLAIM_PLAIN }, "", secure, 0)
}

/// What a sign-in begun elsewhere is carried in, sealed.
pub fn read_away(headers: &HeaderMap, secure: bool) -> Option<String> {
    let wanted = if secure { AWAY_SECURE } else { AWAY_PLAIN };
    let found = named(headers, wanted).find(|value| !value.is_empty() && value.len() <= AWAY_MAX);
    found.map(str::to_owned)
}

/// The `Set-Cookie` value that carries it, or, empty and for no time, ends it.
pub fn set_away(sealed: &str, secure: bool, seconds_max: u32) -> Option<HeaderValue> {
    let (name, flag) = if secure {
        (AWAY_SECURE, "; Secure")
    } else {
        (AWAY_PLAIN, "")
    };
    let text = format!("{name}={sealed}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds_max}{flag}");
    (sealed.len() <= AWAY_MAX).then(|| HeaderValue::from_str(&text).ok())?
}

fn read_named(headers: &HeaderMap, wanted: &str) -> Option<SessionToken> {
    named(headers, wanted).next().and_then(SessionToken::parse)
}

fn named<'a>(headers: &'a HeaderMap, wanted: &'a str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(move |(name, _)| *name == wanted)
        .map(|(_, value)| value)
}

/// The `Set-Cookie` value that begins a session lasting `seconds_max`.
pub fn begin(token: &SessionToken, secure: bool, seconds_max: u32) -> Option<HeaderValue> {
    cookie(name_of(secure), token.as_str(), secure, seconds_max)
}

/// The `Set-Cookie` value that ends the session in the browser.
pub fn end(secure: bool) -> Option<HeaderValue> {
    cookie(name_of(secure), "", secure, 0)
}

const fn name_of(secure: bool) -> &'static str {
    if secure { NAME_SECURE } else { NAME_PLAIN }
}

fn cookie(name: &str, value: &str, secure: bool, seconds_max: u32) -> Option<HeaderValue> {
    let flag = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds_max}{flag}");
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_ours_alone() {
        let token = SessionToken::mint([9; 32]);
        let set = begin(&token, true, 3600).unwrap();
        let set = set.to_str().unwrap();
        for part in [
            "__Host-chesil=0909",
            "HttpOnly",
            "SameSite=Strict",
            "Secure",
            "Path=/",
            "Max-Age=3600",
        ] {
            assert!(set.contains(part), "{part} in {set}");
        }
        assert!(end(false).unwrap().to_str().unwrap().contains("Max-Age=0"));
    }

    #[test]
    fn the_token_comes_back_and_nothing_else_does() {
        let token = SessionToken::mint([0xab; 32]);
        let mut headers = HeaderMap::new();
        let cookie = format!("other=1; chesil={}; last=2", token.as_str());
        headers.insert(header::COOKIE, HeaderValue::from_str(&cookie).unwrap());
        assert_eq!(read(&headers, false), Some(token.clone()));
        assert_eq!(read(&headers, true), None, "a plain cookie never serves over HTTPS");
        assert_eq!(SessionToken::parse("../../etc"), None);
        assert_eq!(format!("{token:?}"), "SessionToken(hidden)");
        assert_ne!(&token.hash()[..], token.as_str().as_bytes());
    }
}
