//! The token that shows a form came from our own page, bound to the session and to nothing else.
//!
//! Forms carry it in the field `csrf`. Pages send no referrer, so a browser sends `Origin: null` with its
//! own forms: the origin is of no use here, and `Sec-Fetch-Site` is checked instead where it is sent.

use super::session::SessionToken;
use axum::http::HeaderMap;

/// The name of the hidden field.
pub const FIELD: &str = "csrf";

/// A key minted when the process starts, or kept with the data when several processes serve the same people.
#[derive(Clone)]
pub struct Key(pub [u8; 32]);

/// The token that forms of this session carry: 64 hexadecimal digits.
pub fn token(key: &Key, session: &SessionToken) -> String {
    hash(key, session).to_hex().to_string()
}

/// Whether a form may be acted on: its token is this session's, and the browser does not say that another
/// site sent it. The comparison takes the same time wherever the token differs.
pub fn allowed(key: &Key, session: &SessionToken, sent: &str, headers: &HeaderMap) -> bool {
    let elsewhere = headers
        .get("sec-fetch-site")
        .is_some_and(|site| site.as_bytes() != b"same-origin" && site.as_bytes() != b"none");
    let same = blake3::Hash::from_hex(sent).is_ok_and(|sent| sent == hash(key, session));
    same && !elsewhere
}

fn hash(key: &Key, session: &SessionToken) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new_keyed(&key.0);
    hasher.update(b"form\0").update(session.as_str().as_bytes());
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_form_of_another_session_or_site_is_refused() {
        let key = Key([7; 32]);
        let ours = SessionToken::mint([1; 32]);
        let theirs = SessionToken::mint([2; 32]);
        let mut headers = HeaderMap::new();
        let sent = token(&key, &ours);
        assert!(allowed(&key, &ours, &sent, &headers));
        assert!(!allowed(&key, &theirs, &sent, &headers));
        assert!(!allowed(&key, &ours, "", &headers));
        assert!(!allowed(&Key([8; 32]), &ours, &sent, &headers));
        headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        assert!(allowed(&key, &ours, &sent, &headers));
        headers.insert("sec-fetch-site", HeaderValue::from_static("cross-site"));
        assert!(!allowed(&key, &ours, &sent, &headers));
    }
}
