//! Rules that keep real people out of the repository.

use super::Text;

/// Numbers published as examples by the NHS, or long known as tests, that may stand anywhere. Each with where.
const NHS_NUMBERS_PUBLISHED: [(&str, &str); 3] = [
    ("9434765919", "NHS data dictionary's worked example of the check digit"),
    ("9000000009", "Personal Demographics Service FHIR API examples"),
    ("3333333333", "a number that passes the check and is never given"),
];

/// Ten digits that are no NHS number though they pass its check. Each with what it is.
const TEN_DIGITS_OTHERWISE: [(&str, &str); 0] = [];

/// Domains that may stand before no real person: reserved for examples.
const DOMAINS: [&str; 4] = ["example.org", "example.com", "example.net", "example"];

/// Ranges that Ofcom keeps for drama, as leading digits.
const DRAMA: [&str; 8] = [
    "01632960", "07700900", "0808157", "09098790", "03069990", "02079460", "01134960", "01174960",
];

/// Lock files hold hashes, which look like anything.
fn is_lock(file: &Text) -> bool {
    file.path.ends_with("Cargo.lock") || file.path.ends_with("package-lock.json") || file.path.ends_with("LICENSE")
}

/// NHS numbers come from the test range, 999.
pub fn nhs_numbers(file: &Text) -> Vec<String> {
    if is_lock(file) {
        return Vec::new();
    }
    let known = |number: &str| {
        number.starts_with("999")
            || NHS_NUMBERS_PUBLISHED.iter().any(|(published, _)| *published == number)
            || TEN_DIGITS_OTHERWISE.iter().any(|(other, _)| *other == number)
    };
    runs(&file.text)
        .into_iter()
        .filter_map(|run| {
            let groups: Vec<usize> = run.split([' ', '-']).map(str::len).collect();
            let digits: String = run.chars().filter(char::is_ascii_digit).collect();
            (groups == [10] || groups == [3, 3, 4]).then_some(digits)
        })
        .filter(|digits| passes_check(digits) && !known(digits))
        .map(|digits| format!("{digits} could be a person's NHS number"))
        .collect()
}

/// E-mail addresses are nobody's.
pub fn emails(file: &Text) -> Vec<String> {
    if is_lock(file) {
        return Vec::new();
    }
    let bytes = file.text.as_bytes();
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+');
    file.text
        .match_indices('@')
        .filter_map(|(at, _)| {
            let before = bytes[..at].iter().rev().take_while(|b| fits(**b)).count();
            let after: String = file.text[at + 1..]
                .chars()
                .take_while(|c| c.is_ascii() && fits(*c as u8))
                .collect();
            let domain = after.trim_matches(['.', '-']).to_lowercase();
            let named = domain
                .rsplit_once('.')
                .is_some_and(|(_, last)| last.len() >= 2 && last.bytes().all(|b| b.is_ascii_alphabetic()));
            let allowed = DOMAINS
                .iter()
                .any(|ours| domain == *ours || domain.ends_with(&format!(".{ours}")));
            (before > 0 && named && !allowed).then(|| format!("an address at {domain}"))
        })
        .collect()
}

/// Telephone numbers ring nowhere.
pub fn phones(file: &Text) -> Vec<String> {
    if is_lock(file) {
        return Vec::new();
    }
    runs(&file.text)
        .into_iter()
        .filter_map(|run| {
            let digits: String = run.chars().filter(char::is_ascii_digit).collect();
            let digits = match digits.strip_prefix("44") {
                Some(rest) if digits.len() == 12 => format!("0{rest}"),
                _ => digits,
            };
            let second = digits.as_bytes().get(1).copied().unwrap_or(0);
            let telephone = digits.len() == 11
                && digits.starts_with('0')
                && matches!(second, b'1' | b'2' | b'3' | b'7' | b'8' | b'9');
            // Groups as people write telephone numbers; a date or a code has others.
            let groups: Vec<usize> = run.split([' ', '-']).map(str::len).collect();
            let written = groups.len() <= 4 && groups.iter().all(|length| (2..=12).contains(length));
            (telephone && written && !DRAMA.iter().any(|range| digits.starts_with(range))).then_some(digits)
        })
        .map(|digits| format!("{digits} could ring somebody"))
        .collect()
}

/// Runs of digits, with single spaces or hyphens inside, that no letter, digit or full stop touches.
fn runs(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len()
            && (bytes[at].is_ascii_digit()
                || (matches!(bytes[at], b' ' | b'-') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)))
        {
            at += 1;
        }
        let touches =
            |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'.' | b'_' | b'#' | b'-'));
        let before = start.checked_sub(1).and_then(|at| bytes.get(at));
        let full_stop = bytes.get(at) == Some(&b'.') && !bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        if !touches(before) && (full_stop || !touches(bytes.get(at))) {
            found.push(&text[start..at]);
        }
    }
    found
}

/// The NHS number's check: modulus 11, weights 10 to 2.
fn passes_check(digits: &str) -> bool {
    let digits: Vec<u32> = digits.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits
        .iter()
        .take(9)
        .zip((2..=10).rev())
        .map(|(digit, weight)| digit * weight)
        .sum();
    let check = (11 - sum % 11) % 11;
    digits.len() == 10 && check < 10 && digits.last() == Some(&check) && digits.iter().any(|digit| *digit != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(rule: fn(&Text) -> Vec<String>, text: &str) -> usize {
        rule(&Text::example("a.md", text)).len()
    }

    #[test]
    fn a_real_looking_nhs_number_is_seen() {
        // Put together here, so that this file itself holds none.
        for number in [
            concat!("40102", "32137"),
            concat!("401 023", " 2137"),
            concat!("PID|1||40102", "32137^^^NHS"),
        ] {
            assert_eq!(complaints(nhs_numbers, number), 1, "{number}");
        }
        for number in [
            "999 000 0026",
            "9434765919",
            "1234567890",
            concat!("0.40102", "32137"),
            concat!("ab40102", "32137"),
        ] {
            assert_eq!(complaints(nhs_numbers, number), 0, "{number}");
        }
    }

    #[test]
    fn a_real_looking_address_is_seen() {
        assert_eq!(complaints(emails, concat!("write to someone@", "nhs.net")), 1);
        for fine in [
            "records@example.org",
            "a@b",
            "@media print",
            "x@sub.example.org",
            "npm i axe-core@4.14.1",
            "user@{host}",
        ] {
            assert_eq!(complaints(emails, fine), 0, "{fine}");
        }
    }

    #[test]
    fn a_telephone_that_could_ring_is_seen() {
        for number in [
            concat!("01202 ", "700700"),
            concat!("07912", "345678"),
            concat!("+44 1202 ", "700700"),
        ] {
            assert_eq!(complaints(phones, number), 1, "{number}");
        }
        for number in [
            "01632 960222",
            "07700 900123",
            "+44 7700 900123",
            "2026-04-12 09",
            "999",
            "00000000000",
        ] {
            assert_eq!(complaints(phones, number), 0, "{number}");
        }
    }
}
