//! HL7 v2 escapes in text.

use super::message::Delimiters;
use std::borrow::Cow;

/// The text with its escapes resolved: delimiters (`\F\ \S\ \T\ \R\ \E\`), bytes in hexadecimal (`\X0D\`),
/// line ends and layout (`\.br\ \.sp\ \.ce\ \.sk3\ …`), highlighting (`\H\ \N\`, dropped). Escapes it does not
/// know, and ones never closed, stay as they were sent.
pub fn unescape(raw: &str, delimiters: Delimiters) -> Cow<'_, str> {
    let mark = delimiters.escape;
    if !raw.contains(mark) {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(open) = rest.find(mark) {
        text.push_str(&rest[..open]);
        let after = &rest[open + mark.len_utf8()..];
        let meaning = after
            .find(mark)
            .and_then(|close| Some((close, resolve(&after[..close], delimiters)?)));
        match meaning {
            Some((close, meaning)) => {
                text.push_str(&meaning);
                rest = &after[close + mark.len_utf8()..];
            }
            None => {
                text.push(mark);
                rest = after;
            }
        }
    }
    text.push_str(rest);
    Cow::Owned(text)
}

fn resolve(name: &str, delimiters: Delimiters) -> Option<String> {
    let plain = |c: char| Some(c.to_string());
    match name {
        "F" => return plain(delimiters.field),
        "S" => return plain(delimiters.component),
        "T" => return plain(delimiters.subcomponent),
        "R" => return plain(delimiters.repetition),
        "E" => return plain(delimiters.escape),
        "H" | "N" | ".fi" | ".nf" => return Some(String::new()),
        ".br" | ".ce" => return plain('\n'),
        _ => {}
    }
    if let Some(digits) = name.strip_prefix('X') {
        return hexadecimal(digits);
    }
    let (layout, count) = (name.get(..3)?, name.get(3..)?.trim_start_matches('+'));
    let count: usize = if count.is_empty() {
        1
    } else {
        count.parse().ok().filter(|count| *count <= 200)?
    };
    match layout {
        ".sp" => Some("\n".repeat(count)),
        ".sk" => Some(" ".repeat(count)),
        ".in" | ".ti" => Some(String::new()),
        _ => None,
    }
}

fn hexadecimal(digits: &str) -> Option<String> {
    let digits = digits.as_bytes();
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    for pair in digits.chunks_exact(2) {
        let high = (pair[0] as char).to_digit(16)?;
        let low = (pair[1] as char).to_digit(16)?;
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    // Carriage returns are how senders write line ends inside a field.
    let text = String::from_utf8(bytes).unwrap_or_else(|e| e.into_bytes().iter().map(|b| *b as char).collect());
    Some(text.replace("\r\n", "\n").replace('\r', "\n"))
}
