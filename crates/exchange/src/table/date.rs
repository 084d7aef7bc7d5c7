//! Dates as a feed writes them.

use record::When;
use record::system::DateStyle;

/// Reads a date, with or without a time, in exactly the feed's own style: what another style would read
/// differently is refused, never guessed.
pub(super) fn parse(style: DateStyle, text: &str) -> Option<When> {
    let (date, time) = match text.split_once([' ', 'T']) {
        Some((date, time)) => (date, Some(time.trim())),
        None => (text, None),
    };
    let iso = iso(style, date)?;
    match time {
        None => When::parse_fhir(&iso),
        Some(time) if iso.len() == 10 => When::parse_fhir(&format!("{iso}T{}", clock(time)?)),
        Some(_) => None,
    }
}

/// `HH:MM`, `HH:MM:SS` or with a fraction or an offset after, always with seconds.
fn clock(time: &str) -> Option<String> {
    let digits = |at: usize| time.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let shaped = digits(0) && digits(1) && digits(3) && digits(4) && time.as_bytes().get(2) == Some(&b':');
    match time.len() {
        5 if shaped => Some(format!("{time}:00")),
        8.. if shaped && time.as_bytes()[5] == b':' && digits(6) && digits(7) => Some(time.to_owned()),
        _ => None,
    }
}

/// The date as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
fn iso(style: DateStyle, text: &str) -> Option<String> {
    let shaped = |pattern: &str| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(found, wanted)| match wanted {
                b'0' => found.is_ascii_digit(),
                other => found == other,
            })
    };
    if shaped("0000") {
        return Some(text.to_owned());
    }
    match style {
        DateStyle::YearMonthDay if shaped("0000-00-00") || shaped("0000-00") => Some(text.to_owned()),
        DateStyle::DayMonthYear if shaped("00/00/0000") => {
            Some(format!("{}-{}-{}", &text[6..], &text[3..5], &text[..2]))
        }
        DateStyle::DayMonthYear if shaped("00/0000") => Some(format!("{}-{}", &text[3..], &text[..2])),
        DateStyle::Compact if shaped("00000000") => Some(format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..])),
        DateStyle::Compact if shaped("000000") => Some(format!("{}-{}", &text[..4], &text[4..])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_in_the_feeds_own_style_only() {
        let (dmy, ymd, compact) = (DateStyle::DayMonthYear, DateStyle::YearMonthDay, DateStyle::Compact);
        for (style, text, words) in [
            (dmy, "04/05/1945", "4 May 1945"),
            (dmy, "04/05/1945 10:05", "4 May 1945, 10:05"),
            (dmy, "05/1945", "May 1945"),
            (dmy, "1945", "1945"),
            (ymd, "1945-05-04", "4 May 1945"),
            (ymd, "2026-07-04T10:05:09", "4 July 2026, 10:05"),
            (ymd, "2026-07-04 10:05:09Z", "4 July 2026, 11:05"),
            (compact, "19450504", "4 May 1945"),
            (compact, "194505", "May 1945"),
        ] {
            assert_eq!(parse(style, text).unwrap().to_string(), words, "{text}");
        }
        for (style, text) in [
            (dmy, "1945-05-04"),
            (dmy, "31/02/2026"),
            (dmy, "4/5/1945"),
            (dmy, "05/1945 10:00"),
            (dmy, "04/05/45"),
            (ymd, "04/05/1945"),
            (ymd, "1945-05-04 25:00"),
            (ymd, "1945-05-04 é:00"),
            (compact, "1945-05-04"),
            (dmy, ""),
            (dmy, "é4/05/194"),
        ] {
            assert_eq!(parse(style, text), None, "{text}");
        }
    }
}
