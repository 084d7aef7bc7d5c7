//! One way of writing for each kind of value, so that values can be compared.
//!
//! Every function takes what a sender wrote and gives the folded text, or nothing when the value says that it is not
//! known. What stands for "not known" is treated as missing: it is evidence of nothing.

/// Writes the letters of `raw` in capital ASCII, apostrophes dropped, everything else that is not a letter as one
/// space. Letters of other alphabets are written in Latin letters.
pub fn letters(raw: &str, out: &mut String) {
    out.clear();
    if raw.is_ascii() {
        push_letters(raw, out);
    } else {
        push_letters(&deunicode::deunicode(raw), out);
    }
    if out.ends_with(' ') {
        out.pop();
    }
}

fn push_letters(raw: &str, out: &mut String) {
    for byte in raw.bytes() {
        match byte {
            b'a'..=b'z' => out.push(char::from(byte - 32)),
            b'A'..=b'Z' => out.push(char::from(byte)),
            b'\'' | b'`' => {}
            _ if out.is_empty() || out.ends_with(' ') => {}
            _ => out.push(' '),
        }
    }
}

const TITLES: &[&str] = &[
    "MR", "MRS", "MISS", "MS", "MX", "DR", "REV", "SIR", "DAME", "LORD", "LADY", "PROF", "MASTER",
];

/// Words that stand where a name is not known. A baby without a name is "Baby"; nobody is joined by that.
const NO_NAME: &[&str] = &[
    "UNKNOWN",
    "NOT KNOWN",
    "NK",
    "BABY",
    "BABY BOY",
    "BABY GIRL",
    "BABYBOY",
    "BABYGIRL",
    "INFANT",
    "BOY",
    "GIRL",
    "TWIN",
    "TWIN ONE",
    "TWIN TWO",
    "MALE",
    "FEMALE",
    "NA",
    "NONE",
    "NULL",
    "NAN",
    "NO NAME",
    "NOT GIVEN",
    "NOT STATED",
    "TEST",
    "PATIENT",
    "XX",
    "XXX",
    "XXXX",
    "X",
    "ANON",
    "ANONYMOUS",
    "NEWBORN",
    "UNK",
    "UNNAMED",
    "REFUSED",
    "DECLINED",
    "TBC",
];

/// A given name or a surname: letters, without a title before it. Empty when there is no name.
pub fn name(raw: &str, out: &mut String) {
    letters(raw, out);
    while let Some(space) = out.find(' ')
        && TITLES.contains(&&out[..space])
    {
        out.drain(..=space);
    }
    let says_none = NO_NAME.contains(&out.as_str())
        || out
            .strip_prefix("BABY ")
            .is_some_and(|rest| rest == "OF" || rest.starts_with("OF "));
    if says_none {
        out.clear();
    }
}

/// A day of birth as sent, as the eight digits of year, month and day. Day comes before month where both could be;
/// a month over 12 tells that they are the other way round. What is not a date is given back as unreadable.
pub fn birth(raw: &str, out: &mut String) -> Result<(), Unreadable> {
    out.clear();
    let raw = raw.trim();
    if raw.is_empty() {
        return Ok(());
    }
    let raw = raw.split(['T', ' ']).next().unwrap_or(raw);
    let mut parts = [0u32; 3];
    let mut widths = [0usize; 3];
    let mut n = 0;
    for part in raw.split(['-', '/', '.']) {
        if n == 3 || part.is_empty() || part.len() > 8 || !part.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Unreadable);
        }
        parts[n] = part.parse().map_err(|_| Unreadable)?;
        widths[n] = part.len();
        n += 1;
    }
    let (year, month, day) = match (n, widths) {
        (1, [8, ..]) => (parts[0] / 10_000, parts[0] / 100 % 100, parts[0] % 100),
        (1, [4, ..]) => (parts[0], 1, 1),
        (2, [4, ..]) => (parts[0], parts[1], 1),
        (3, [4, ..]) => (parts[0], parts[1], parts[2]),
        (3, [_, _, 4]) if parts[1] > 12 && parts[0] <= 12 => (parts[2], parts[0], parts[1]),
        (3, [_, _, 4]) => (parts[2], parts[1], parts[0]),
        _ => return Err(Unreadable),
    };
    // Stand-ins for a birth date that is not known.
    if matches!(
        (year, month, day),
        (1900 | 1800 | 1753 | 1899, ..) | (9999, ..) | (0, ..) | (1901, 1, 1)
    ) {
        return Ok(());
    }
    // An impossible day is kept as it is: it may be a slip of a possible one, and is compared digit by digit.
    use std::fmt::Write as _;
    write!(out, "{year:04}{month:02}{day:02}").map_err(|_| Unreadable)?;
    if (1..=12).contains(&month) && (1..=31).contains(&day) {
        Ok(())
    } else {
        Err(Unreadable)
    }
}

/// A value that cannot be read as what its column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

/// Sex or gender as F, M or another first letter; empty when unknown.
pub fn sex(raw: &str, out: &mut String) {
    out.clear();
    match raw.trim().bytes().next().map(|b| b.to_ascii_uppercase()) {
        Some(b'F' | b'W' | b'2') => out.push('F'),
        Some(b'M' | b'1') => out.push('M'),
        Some(b'O' | b'I') => out.push('O'),
        _ => {}
    }
}

/// A postcode without its space, in capitals, at most eight characters; empty for the NHS codes that stand for
/// "no fixed abode", "not known" and abroad (ZZ99…).
pub fn postcode(raw: &str, out: &mut String) {
    out.clear();
    out.extend(
        raw.bytes()
            .filter(u8::is_ascii_alphanumeric)
            .take(8)
            .map(|b| char::from(b.to_ascii_uppercase())),
    );
    if out.starts_with("ZZ9") || matches!(out.as_str(), "" | "UNKNOWN" | "NOTKNOWN" | "NK" | "NA") {
        out.clear();
    }
}

/// An address: capital letters and digits, the commonest words of streets shortened, commas gone.
pub fn address(raw: &str, out: &mut String) {
    const SHORT: &[(&str, &str)] = &[
        ("ROAD", "RD"),
        ("STREET", "ST"),
        ("AVENUE", "AVE"),
        ("CLOSE", "CL"),
        ("DRIVE", "DR"),
        ("LANE", "LN"),
        ("GARDENS", "GDNS"),
        ("CRESCENT", "CRES"),
        ("COURT", "CT"),
        ("PLACE", "PL"),
        ("TERRACE", "TER"),
        ("SQUARE", "SQ"),
        ("SAINT", "ST"),
        ("APARTMENT", "FLAT"),
        ("APT", "FLAT"),
    ];
    out.clear();
    let latin = if raw.is_ascii() {
        std::borrow::Cow::Borrowed(raw)
    } else {
        deunicode::deunicode(raw).into()
    };
    let mut word_from = 0;
    for byte in latin.bytes().chain([b' ']) {
        match byte {
            b'a'..=b'z' => out.push(char::from(byte - 32)),
            b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'\'' => {}
            _ if out.len() == word_from => {}
            _ => {
                if let Some((_, short)) = SHORT.iter().find(|(long, _)| *long == &out[word_from..]) {
                    out.truncate(word_from);
                    out.push_str(short);
                }
                out.push(' ');
                word_from = out.len();
            }
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    if matches!(
        out.as_str(),
        "NO FIXED ABODE" | "NFA" | "UNKNOWN" | "NOT KNOWN" | "NK" | "NA" | "NONE" | "HOMELESS"
    ) {
        out.clear();
    }
}

/// An identifying number: letters and digits only. Empty for stand-ins such as 0000000000.
pub fn number(raw: &str, out: &mut String) {
    out.clear();
    out.extend(
        raw.bytes()
            .filter(u8::is_ascii_alphanumeric)
            .map(|b| char::from(b.to_ascii_uppercase())),
    );
    if one_thing_repeated(out) {
        out.clear();
    }
}

/// A telephone number: its last ten digits, so that +44, 0044 and 0 before it do not matter.
pub fn phone(raw: &str, out: &mut String) {
    out.clear();
    out.extend(raw.bytes().filter(u8::is_ascii_digit).map(char::from));
    if out.len() > 10 {
        out.drain(..out.len() - 10);
    }
    if out.len() < 5 || one_thing_repeated(out) {
        out.clear();
    }
}

/// An e-mail address in small letters; empty without an @.
pub fn email(raw: &str, out: &mut String) {
    out.clear();
    if raw.contains('@') {
        out.extend(raw.trim().chars().flat_map(char::to_lowercase));
    }
}

/// Any other text: capital letters, digits and single spaces.
pub fn text(raw: &str, out: &mut String) {
    out.clear();
    let latin = if raw.is_ascii() {
        std::borrow::Cow::Borrowed(raw)
    } else {
        deunicode::deunicode(raw).into()
    };
    for byte in latin.bytes() {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte.to_ascii_uppercase()));
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
}

fn one_thing_repeated(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_none_or(|first| bytes.all(|b| b == first))
}

/// True when the ten digits are an NHS number by its check digit (modulus 11, NHS Data Dictionary).
pub fn is_nhs_number(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    if bytes.len() != 10 || !bytes.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = bytes[..9]
        .iter()
        .zip((2..=10).rev())
        .map(|(b, weight)| u32::from(b - b'0') * weight)
        .sum();
    let check = (11 - sum % 11) % 11;
    check == u32::from(bytes[9] - b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(clean: impl Fn(&str, &mut String), raw: &str) -> String {
        let mut out = String::from("left over");
        clean(raw, &mut out);
        out
    }

    #[test]
    fn names_are_folded_and_what_is_no_name_is_missing() {
        for (raw, folded) in [
            ("O'Brien", "OBRIEN"),
            (" Mrs  Anne-Marie ", "ANNE MARIE"),
            ("Łukasz", "LUKASZ"),
            ("José", "JOSE"),
            ("Baby of Susan", ""),
            ("Baby", ""),
            ("UNKNOWN", ""),
            ("Unknown", ""),
            ("", ""),
            ("123", ""),
        ] {
            assert_eq!(with(name, raw), folded, "{raw}");
        }
    }

    #[test]
    fn birth_dates_are_read_in_the_forms_senders_use() {
        for (raw, read) in [
            ("1973-08-18", Ok("19730818")),
            ("18/08/1973", Ok("19730818")),
            ("8/1/1973", Ok("19730108")),
            ("08/18/1973", Ok("19730818")),
            ("19730818", Ok("19730818")),
            ("1973-08-18T00:00:00Z", Ok("19730818")),
            ("1973", Ok("19730101")),
            ("1900-01-01", Ok("")),
            ("", Ok("")),
            ("19731318", Err(Unreadable)),
            ("soon", Err(Unreadable)),
        ] {
            let mut out = String::new();
            assert_eq!(birth(raw, &mut out).map(|()| out.as_str()), read, "{raw}");
        }
    }

    #[test]
    fn numbers_phones_postcodes_and_addresses() {
        assert_eq!(with(phone, "+44 7700 900123"), with(phone, "07700 900123"));
        assert_eq!(with(phone, "00000000000"), "");
        assert_eq!(with(number, "999 012 3456"), "9990123456");
        assert_eq!(with(number, "0000000000"), "");
        assert_eq!(with(postcode, "bh4  1eb"), "BH41EB");
        assert_eq!(with(postcode, "ZZ99 3VZ"), "");
        assert_eq!(with(address, "138, Heath Way"), "138 HEATH WAY");
        assert_eq!(with(address, "12 Spring Road"), "12 SPRING RD");
        assert_eq!(with(address, "No fixed abode"), "");
        // The example of the NHS Data Dictionary, and its neighbour.
        assert!(is_nhs_number("9434765919"));
        assert!(!is_nhs_number("9434765918"));
    }
}
