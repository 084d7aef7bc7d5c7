//! The plain text of a CDA document: its title, and each section's title with its narrative.
//!
//! A small reader of our own, because nothing more than text is wanted and XML's dangers (entities that grow,
//! addresses that are fetched) are then not there: entities other than the five of XML and numbers stand as
//! written, and nothing is followed.

use super::Page;

/// How deep elements may stand in each other before the rest is left out.
const DEPTH_MAX: usize = 200;

/// The elements whose text is shown, with how each stands on the page.
fn is_block(name: &str) -> bool {
    matches!(
        name,
        "paragraph" | "item" | "tr" | "br" | "caption" | "list" | "table" | "thead" | "tbody"
    )
}

/// Takes the text out. Broken XML gives the text up to where it breaks.
pub fn text(xml: &str) -> String {
    let mut page = Page::default();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        let (words, tag) = rest.split_at(at);
        show(&mut page, &open, words);
        let Some(length) = tag_length(tag) else {
            return page.finish();
        };
        let (tag, after) = tag.split_at(length);
        if let Some(inner) = tag.strip_prefix("<![CDATA[") {
            if in_text(&open) {
                page.words(inner.strip_suffix("]]>").unwrap_or(inner));
            }
        } else if let Some(name) = tag.strip_prefix("</") {
            close(&mut page, &mut open, local_name(name));
        } else if !tag.starts_with("<!") && !tag.starts_with("<?") {
            let name = local_name(&tag[1..]);
            begin(&mut page, &open, name);
            if tag.ends_with("/>") {
                end(&mut page, &open, name);
            } else if open.len() < DEPTH_MAX {
                open.push(name);
            } else {
                return page.finish();
            }
        }
        if page.is_full() {
            return page.finish();
        }
        rest = after;
    }
    page.finish()
}

/// How long the tag at the front of `text` is; `None` when it does not end.
fn tag_length(text: &str) -> Option<usize> {
    for (start, end) in [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")] {
        if text.starts_with(start) {
            return text.find(end).map(|at| at + end.len());
        }
    }
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// The name of a tag without prefix and attributes.
fn local_name(tag: &str) -> &str {
    let name = tag
        .split(|c: char| c.is_whitespace() || c == '>' || c == '/')
        .next()
        .unwrap_or_default();
    name.rsplit(':').next().unwrap_or(name)
}

/// Whether text here is narrative, or the title of the document or of a section.
fn in_text(open: &[&str]) -> bool {
    let narrative = open
        .windows(2)
        .any(|pair| pair == ["section", "text"] || pair == ["observationMedia", "text"]);
    narrative || matches!(open, [.., "ClinicalDocument" | "section", "title"])
}

fn show(page: &mut Page, open: &[&str], words: &str) {
    if in_text(open) {
        page.words(&resolved(words));
    }
}

fn begin(page: &mut Page, open: &[&str], name: &str) {
    match name {
        "title" => page.gap(),
        "item" if in_text(open) => {
            page.line();
            page.words("- ");
        }
        _ if is_block(name) && in_text(open) => page.line(),
        _ => {}
    }
}

fn end(page: &mut Page, open: &[&str], name: &str) {
    match name {
        "title" | "section" => page.gap(),
        // A cell's end stays visible: two values run together would read as one.
        "td" | "th" if in_text(open) => page.words(" | "),
        _ if is_block(name) && in_text(open) => page.line(),
        _ => {}
    }
}

/// Closes the nearest element of this name and all that stand open in it; a name that is not open closes none.
fn close<'a>(page: &mut Page, open: &mut Vec<&'a str>, name: &'a str) {
    let Some(at) = open.iter().rposition(|one| *one == name) else {
        return;
    };
    while open.len() > at {
        let name = open.pop().unwrap_or_default();
        end(page, open, name);
    }
}

/// The five entities of XML and numbered letters; any other stands as written.
fn resolved(words: &str) -> String {
    let mut text = String::with_capacity(words.len());
    let mut rest = words;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let letter = end.and_then(|end| entity(&rest[1..end]));
        match (letter, end) {
            (Some(letter), Some(end)) => {
                text.push(letter);
                rest = &rest[end + 1..];
            }
            _ => {
                text.push('&');
                rest = &rest[1..];
            }
        }
    }
    text.push_str(rest);
    text
}

fn entity(name: &str) -> Option<char> {
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match name.strip_prefix('#') {
            Some(digits) => match digits.strip_prefix(['x', 'X']) {
                Some(digits) => number(digits, 16),
                None => number(digits, 10),
            },
            None => None,
        },
    }
}
