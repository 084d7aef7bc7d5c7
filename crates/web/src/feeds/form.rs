//! What the quarantine's forms and addresses may say.

use crate::site::form::{Pairs, Problem, query, words};

/// The most bytes that can be mended in the page; longer items are mended by the sender.
pub const MENDED_BYTES_MAX: usize = 1024 * 1024;
/// The most characters of a reason.
pub const REASON_MAX: usize = 500;

/// How the list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Those with a clock first, nearest its end; then the oldest.
    Urgent,
    /// Newest first.
    Newest,
    /// Oldest first.
    Oldest,
}

impl Sort {
    /// Each, with its value in an address and its words.
    pub const ALL: [(Sort, &'static str, &'static str); 3] = [
        (Sort::Urgent, "urgent", "Most urgent first"),
        (Sort::Newest, "newest", "Newest first"),
        (Sort::Oldest, "oldest", "Oldest first"),
    ];
}

/// Which quarantined items to list: `?feed=dch-adt&reason=not-json&sort=newest&page=2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldFilter {
    /// One feed's short name.
    pub feed: Option<String>,
    /// One reason's short code.
    pub reason: Option<String>,
    /// Only items that concern a known person.
    pub about_a_person: bool,
    /// In which order.
    pub sort: Sort,
    /// Which page, from 1.
    pub page: u32,
}

impl HeldFilter {
    /// Reads a query; what it does not know stays at its usual value.
    pub fn read(text: &str) -> Self {
        let pairs = Pairs::read(text);
        let short = |name: &str| {
            let value = pairs.get(name);
            let fits = (1..=60).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            fits.then(|| value.to_owned())
        };
        let sort = Sort::ALL.into_iter().find(|(_, value, _)| *value == pairs.get("sort"));
        Self {
            feed: short("feed"),
            reason: short("reason"),
            about_a_person: pairs.get("person") == "yes",
            sort: sort.map_or(Sort::Urgent, |(sort, ..)| sort),
            page: pairs.page(),
        }
    }

    /// The filter as a query, for links.
    pub fn query(&self) -> String {
        let sort = Sort::ALL
            .iter()
            .find(|(sort, ..)| *sort == self.sort && self.sort != Sort::Urgent);
        let page = if self.page > 1 {
            self.page.to_string()
        } else {
            String::new()
        };
        query(&[
            ("feed", self.feed.as_deref().unwrap_or("")),
            ("reason", self.reason.as_deref().unwrap_or("")),
            ("person", if self.about_a_person { "yes" } else { "" }),
            ("sort", sort.map_or("", |(_, value, _)| *value)),
            ("page", &page),
        ])
    }
}

/// How line ends were written where the item came from. A browser turns every line end of a text area into
/// carriage return and line feed; what is kept must have the sender's own again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// Carriage return, as HL7 v2 has it.
    Return,
    /// Line feed.
    Feed,
    /// Both.
    Both,
}

impl LineEnd {
    /// The one that `body` uses, judged by its first line end; line feed when it has none.
    pub fn of(body: &[u8]) -> Self {
        match body.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
            Some(at) if body.get(at..at + 2) == Some(b"\r\n") => Self::Both,
            Some(at) if body.get(at) == Some(&b'\r') => Self::Return,
            _ => Self::Feed,
        }
    }

    /// The bytes of a text area with these line ends.
    pub fn restore(self, typed: &str) -> Vec<u8> {
        let plain = typed.replace("\r\n", "\n").replace('\r', "\n");
        match self {
            Self::Feed => plain,
            Self::Return => plain.replace('\n', "\r"),
            Self::Both => plain.replace('\n', "\r\n"),
        }
        .into_bytes()
    }
}

/// Reads the mended bytes of one item (field `body`), with the line ends that `arrived` had.
///
/// # Errors
/// The item is empty, too long, or just as it arrived.
pub fn read_mended(pairs: &Pairs, arrived: &[u8]) -> Result<Vec<u8>, Vec<Problem>> {
    let typed = pairs.raw("body");
    let mended = LineEnd::of(arrived).restore(typed);
    let problem = |words: String| Err(vec![Problem::new("body", words)]);
    if typed.trim().is_empty() {
        return problem("Nothing is left of the item. To set it aside, discard it with a reason".into());
    }
    if mended.len() > MENDED_BYTES_MAX {
        return problem(format!(
            "This is longer than {MENDED_BYTES_MAX} bytes: ask the sender to send it again"
        ));
    }
    if mended == arrived {
        return problem("Nothing was changed. To try it again as it arrived, use “Try again as it arrived”".into());
    }
    Ok(mended)
}

/// Reads why an item is discarded (field `reason`).
///
/// # Errors
/// No reason was given.
pub fn read_discard(pairs: &Pairs) -> Result<String, Vec<Problem>> {
    words(
        pairs.get("reason"),
        "reason",
        "Say why this item is not needed",
        REASON_MAX,
    )
    .map_err(|problem| vec![problem])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_comes_back_from_its_own_address() {
        for text in ["", "?feed=dch-adt&reason=not-json", "?person=yes&sort=newest&page=2"] {
            assert_eq!(HeldFilter::read(text.trim_start_matches('?')).query(), text);
        }
        assert_eq!(HeldFilter::read("feed=../x&sort=by&page=x"), HeldFilter::read(""));
    }

    #[test]
    fn mending_keeps_the_senders_line_ends() {
        let arrived = b"MSH|^~\\&|\rPID|1\r";
        let mended = read_mended(&Pairs::read("body=MSH%7C%5E~%5C%26%7C%0D%0APID%7C2%0D%0A"), arrived).unwrap();
        assert_eq!(mended, b"MSH|^~\\&|\rPID|2\r");
        assert_eq!(LineEnd::of(b"a\r\nb"), LineEnd::Both);
        assert_eq!(LineEnd::of(b"{}"), LineEnd::Feed);
        assert_eq!(LineEnd::of(b"a\r"), LineEnd::Return);
    }

    #[test]
    fn nothing_changed_and_nothing_left_are_refused() {
        assert!(read_mended(&Pairs::read("body=a%0D%0Ab"), b"a\nb").is_err());
        assert!(read_mended(&Pairs::read("body=+"), b"a").is_err());
        let long = format!("body={}", "x".repeat(MENDED_BYTES_MAX + 1));
        assert!(read_mended(&Pairs::read(&long), b"a").is_err());
    }

    #[test]
    fn an_item_is_discarded_with_a_reason_only() {
        assert!(read_discard(&Pairs::read("reason=+")).is_err());
        assert_eq!(
            read_discard(&Pairs::read("reason=Test+message")).unwrap(),
            "Test message"
        );
    }
}
