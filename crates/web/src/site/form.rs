//! Reading forms: pairs in, typed values or problems out. A limit stands on every field.

use std::borrow::Cow;

/// Something a form must still say, tied to its field, as the error summary lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The id of the field it belongs to.
    pub field: &'static str,
    /// What is missing or wrong, and what would mend it.
    pub words: String,
}

impl Problem {
    /// A problem with `field`.
    pub fn new(field: &'static str, words: impl Into<String>) -> Self {
        Self {
            field,
            words: words.into(),
        }
    }
}

/// The most pairs that a form or a query may have; what follows is not read.
const PAIRS_MAX: usize = 200;

/// The pairs of a query string or of an `application/x-www-form-urlencoded` body, in order.
#[derive(Clone, Debug, Default)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads pairs; bytes that are not UTF-8 become replacement characters, never an error.
    pub fn read(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).take(PAIRS_MAX);
        Self(
            pairs
                .map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (decode(name).into_owned(), decode(value).into_owned())
                })
                .collect(),
        )
    }

    /// The first value called `name`, without spaces around it; empty when absent.
    pub fn get(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// Every value called `name`: those of checkboxes.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every pair, in order.
    pub fn each(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first value called `name` exactly as sent; empty when absent. For bytes that must not change.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// A page number from 1; anything else is page 1.
    pub fn page(&self) -> u32 {
        self.get("page")
            .parse()
            .ok()
            .filter(|page| (1..=100_000).contains(page))
            .unwrap_or(1)
    }
}

/// Text between one and `most` characters long, without control characters other than line ends.
///
/// # Errors
/// A [`Problem`] of `field` that says what is missing, or how much too long it is.
pub fn words(text: &str, field: &'static str, missing: &str, most: usize) -> Result<String, Problem> {
    let text: String = text
        .trim()
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect();
    let count = text.chars().count();
    match count {
        0 => Err(Problem::new(field, missing)),
        n if n > most => Err(Problem::new(
            field,
            format!("Use {most} characters or fewer: this has {n}"),
        )),
        _ => Ok(text),
    }
}

/// Whether `path` is a page of this site: it begins with one stroke and holds no host, scheme or line end.
pub fn own_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= 500
        && !path.contains(['\\', '\r', '\n'])
        && path.is_ascii()
}

/// A value made fit for a query string.
pub fn encode(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// A query string from pairs, leaving out empty values; empty, or beginning with a question mark.
pub fn query(pairs: &[(&str, &str)]) -> String {
    let said: Vec<String> = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    if said.is_empty() {
        String::new()
    } else {
        format!("?{}", said.join("&"))
    }
}

/// Undoes form encoding.
fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = |i: usize| {
            bytes
                .get(i)
                .and_then(|b| char::from(*b).to_digit(16))
                .and_then(|d| u8::try_from(d).ok())
        };
        match (byte, hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(high * 16 + low);
                at += 2;
            }
            (b'+', ..) => decoded.push(b' '),
            _ => decoded.push(byte),
        }
        at += 1;
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_and_broken_ones_do_not_panic() {
        let pairs = Pairs::read("q=4+May+1945%20ham&b=&%zz=%&page=3&body=%0AOBX%7C1 ");
        assert_eq!(pairs.get("q"), "4 May 1945 ham");
        assert_eq!(pairs.get("b"), "");
        assert_eq!(pairs.get("%zz"), "%");
        assert_eq!(pairs.get("absent"), "");
        assert_eq!(pairs.raw("body"), "\nOBX|1 ");
        assert_eq!(pairs.page(), 3);
        assert_eq!(Pairs::read("page=-1").page(), 1);
        assert_eq!(Pairs::read(&"a=b&".repeat(10_000)).0.len(), PAIRS_MAX);
    }

    #[test]
    fn encoding_and_decoding_agree() {
        for text in ["a b&c=d", "£12 & 3% +", "Bournemouth, Christchurch", "%"] {
            assert_eq!(decode(&encode(text)), text);
        }
        assert_eq!(
            query(&[("kind", "Result"), ("sender", ""), ("years", "2")]),
            "?kind=Result&years=2"
        );
        assert_eq!(query(&[("kind", "")]), "");
    }

    #[test]
    fn words_have_a_least_and_a_most() {
        assert_eq!(words("  hello\u{7} ", "said", "Say", 10), Ok("hello".into()));
        assert_eq!(
            words("  ", "said", "Say what", 10),
            Err(Problem::new("said", "Say what"))
        );
        assert!(words(&"x".repeat(11), "said", "Say", 10).is_err());
    }

    #[test]
    fn only_own_paths_are_followed() {
        assert!(own_path("/people/0123?years=2"));
        for foreign in [
            "https://example.org",
            "//example.org",
            "/\\example.org",
            "people",
            "/a\r\nb",
            "",
        ] {
            assert!(!own_path(foreign), "{foreign:?}");
        }
    }
}
