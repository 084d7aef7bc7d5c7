//! The plain text of a Rich Text document. Pictures, fields' instructions, styles and everything else that is not
//! text are left out; nothing in it is followed or run.

use super::{Page, windows_1252};

/// How deep groups may stand in each other before the rest is left out.
const DEPTH_MAX: usize = 500;

/// Groups whose content is not text of the document.
const NOT_TEXT: [&str; 24] = [
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "objdata",
    "fldinst",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "themedata",
    "colorschememapping",
    "latentstyles",
    "datastore",
    "xmlnstbl",
    "filetbl",
    "revtbl",
    "template",
    "bkmkstart",
    "bkmkend",
    "nonshppict",
    "mmathPr",
];

/// What holds within a group.
#[derive(Clone, Copy)]
struct Group {
    /// Whether its text is left out.
    skipped: bool,
    /// How many letters follow a `\u` for readers that know no Unicode.
    after_unicode: usize,
}

/// Takes the text out. A broken document gives the text up to where it breaks.
pub fn text(bytes: &[u8]) -> String {
    let mut page = Page::default();
    let mut groups = vec![Group {
        skipped: false,
        after_unicode: 1,
    }];
    let mut at = 0;
    let mut to_skip = 0;
    while let (Some(byte), Some(group)) = (bytes.get(at).copied(), groups.last().copied()) {
        at += 1;
        match byte {
            b'{' if groups.len() >= DEPTH_MAX => break,
            b'{' => groups.push(group),
            b'}' => {
                groups.pop();
                to_skip = 0;
            }
            b'\r' | b'\n' => {}
            b'\\' => {
                let (control, length) = control(&bytes[at..]);
                at += length;
                match control {
                    Control::Binary(count) => at = at.saturating_add(count),
                    Control::Byte(_) | Control::Letter(_) if to_skip > 0 => to_skip -= 1,
                    Control::Unicode(letter) => {
                        put(&mut page, group, letter);
                        to_skip = group.after_unicode;
                    }
                    Control::Byte(byte) => put(&mut page, group, windows_1252(byte)),
                    Control::Letter(letter) => put(&mut page, group, letter),
                    Control::Word(word, number) => apply(&mut page, &mut groups, word, number),
                }
            }
            _ if to_skip > 0 => to_skip -= 1,
            byte => put(&mut page, group, windows_1252(byte)),
        }
        if page.is_full() {
            break;
        }
    }
    page.finish()
}

enum Control<'a> {
    /// A word with its number.
    Word(&'a str, Option<i32>),
    /// One letter: an escaped one, or a hard blank.
    Letter(char),
    /// `\'e9`.
    Byte(u8),
    /// `\u8217`.
    Unicode(char),
    /// `\bin` and how many raw bytes follow.
    Binary(usize),
}

/// Reads what follows a backslash, and how many bytes it takes.
fn control(bytes: &[u8]) -> (Control<'_>, usize) {
    let letters = bytes
        .iter()
        .take(32)
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    if letters == 0 {
        return symbol(bytes);
    }
    let word = std::str::from_utf8(&bytes[..letters]).unwrap_or_default();
    let rest = &bytes[letters..];
    let sign = usize::from(rest.first() == Some(&b'-'));
    let digits = rest
        .iter()
        .skip(sign)
        .take(10)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let number = if digits == 0 {
        None
    } else {
        std::str::from_utf8(&rest[..sign + digits])
            .ok()
            .and_then(|text| text.parse::<i32>().ok())
    };
    let mut length = letters + if digits == 0 { 0 } else { sign + digits };
    length += usize::from(bytes.get(length) == Some(&b' '));
    let control = match (word, number) {
        // Letters past 32,767 are written as negative numbers.
        ("u", Some(number)) => {
            Control::Unicode(char::from_u32(number.rem_euclid(65_536).unsigned_abs()).unwrap_or('\u{fffd}'))
        }
        ("bin", Some(count)) => Control::Binary(usize::try_from(count).unwrap_or(0)),
        _ => Control::Word(word, number),
    };
    (control, length)
}

fn symbol(bytes: &[u8]) -> (Control<'_>, usize) {
    match bytes {
        [b'\'', high, low, ..] => {
            let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => (Control::Byte(high * 16 + low), 3),
                _ => (Control::Word("", None), 1),
            }
        }
        [b'~', ..] => (Control::Letter(' '), 1),
        [b'_', ..] => (Control::Letter('-'), 1),
        [b'*', ..] => (Control::Word("*", None), 1),
        [b'\r' | b'\n', ..] => (Control::Word("par", None), 1),
        [letter @ (b'\\' | b'{' | b'}'), ..] => (Control::Letter(char::from(*letter)), 1),
        [] => (Control::Word("", None), 0),
        _ => (Control::Word("", None), 1),
    }
}

fn put(page: &mut Page, group: Group, letter: char) {
    if group.skipped || (letter.is_control() && letter != '\t') {
        return;
    }
    page.push(letter);
}

fn apply(page: &mut Page, groups: &mut [Group], word: &str, number: Option<i32>) {
    let Some(group) = groups.last_mut() else { return };
    match word {
        // A starred group is for programs that know it.
        "*" => group.skipped = true,
        "uc" => {
            group.after_unicode = number
                .and_then(|count| usize::try_from(count).ok())
                .unwrap_or(1)
                .min(16)
        }
        _ if NOT_TEXT.contains(&word) => group.skipped = true,
        _ if group.skipped => {}
        "par" | "line" | "sect" | "page" | "row" => page.line_end(),
        "tab" => page.push('\t'),
        "cell" => page.words(" | "),
        "emdash" => page.push('—'),
        "endash" => page.push('–'),
        "bullet" => page.push('•'),
        "lquote" => page.push('‘'),
        "rquote" => page.push('’'),
        "ldblquote" => page.push('“'),
        "rdblquote" => page.push('”'),
        _ => {}
    }
}
