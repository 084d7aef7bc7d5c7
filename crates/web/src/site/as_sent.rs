//! What a sender sent, made readable without changing a character of any value.

use std::ops::Range;

/// The most bytes shown on a page; the rest is in the download.
pub const SHOWN_BYTES_MAX: usize = 256 * 1024;
/// The most lines shown on a page.
pub const SHOWN_LINES_MAX: usize = 4_000;
/// How deep a line is pushed in at most; deeper is as deep as this.
const INDENT_MAX: usize = 30;

/// One line as shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its text.
    pub text: String,
    /// The bytes of it that a reason speaks of; `None` when it speaks of another line.
    pub marked: Option<Range<usize>>,
}

impl Line {
    /// Whether a reason speaks of it.
    pub fn is_marked(&self) -> bool {
        self.marked.is_some()
    }

    /// What stands before the mark; the whole line when there is none.
    pub fn before(&self) -> &str {
        self.marked
            .as_ref()
            .map_or(&self.text, |range| self.text.get(..range.start).unwrap_or(&self.text))
    }

    /// What is marked.
    pub fn mark(&self) -> &str {
        self.marked.clone().and_then(|range| self.text.get(range)).unwrap_or("")
    }

    /// What stands after the mark.
    pub fn after(&self) -> &str {
        self.marked
            .as_ref()
            .and_then(|range| self.text.get(range.end..))
            .unwrap_or("")
    }
}

/// What was sent, laid out in lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AsSent {
    /// The language it is written in, in words: "FHIR, JSON".
    pub language: String,
    /// How many bytes were sent.
    pub bytes: usize,
    /// The lines.
    pub lines: Vec<Line>,
    /// Whether more was sent than is shown.
    pub cut: bool,
    /// Where the exact bytes can be had; empty when this reader may not.
    pub download: String,
}

impl AsSent {
    /// Lays out `body`; lines at `place` (a path such as `code.coding[0]`, a segment such as `PID-7`, or
    /// `line 3`) are marked. JSON is set one member to a line, its tokens untouched; HL7 one segment to a
    /// line; anything else as it stands.
    pub fn lay_out(language: &str, body: &[u8], place: &str, download: &str) -> Self {
        let text = String::from_utf8_lossy(body.get(..SHOWN_BYTES_MAX).unwrap_or(body));
        let mut lines = match text.trim_start().as_bytes().first() {
            Some(b'{' | b'[') => json_lines(&text, place),
            _ => plain_lines(&text, place),
        };
        let cut = body.len() > SHOWN_BYTES_MAX || lines.len() > SHOWN_LINES_MAX;
        lines.truncate(SHOWN_LINES_MAX);
        Self {
            language: language.to_owned(),
            bytes: body.len(),
            lines,
            cut,
            download: download.to_owned(),
        }
    }
}

/// Lines as they stand (carriage return, line feed or both), marked by line number, or by segment and field.
fn plain_lines(text: &str, place: &str) -> Vec<Line> {
    let number = place
        .strip_prefix("line ")
        .and_then(|rest| rest.split([',', ' ', ':']).next()?.parse::<usize>().ok());
    let mut parts = place.split(['-', '.', '[', ' ', '(']);
    let segment = parts.next().filter(|name| name.len() == 3);
    let field = parts.find_map(|part| part.parse::<usize>().ok()).unwrap_or(0);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.lines()
        .enumerate()
        .map(|(at, line)| {
            let named = segment.is_some_and(|name| line.get(..3) == Some(name));
            let whole = (number == Some(at + 1)).then_some(0..line.len());
            Line {
                marked: whole.or_else(|| named.then(|| field_range(line, field))),
                text: line.to_owned(),
            }
        })
        .collect()
}

/// Where a segment's field stands; the whole segment when it has no such field, or an empty one. The first
/// field of MSH is the separator itself, so that its fields are counted from one further on.
fn field_range(segment: &str, field: usize) -> Range<usize> {
    let field = if segment.starts_with("MSH") {
        field.saturating_sub(1)
    } else {
        field
    };
    let mut start = 0;
    for (at, text) in segment.split('|').enumerate() {
        if at == field && field > 0 && !text.is_empty() {
            return start..start + text.len();
        }
        start += text.len() + 1;
    }
    0..segment.len()
}

/// One step of the path to where the reader is.
enum Step {
    Member(String),
    Index(usize),
}

/// Sets JSON one member to a line. It reads tokens only, so broken JSON is laid out as far as it goes and
/// numbers keep every digit.
struct Layout<'a> {
    place: &'a str,
    lines: Vec<Line>,
    line: String,
    line_path: String,
    path: Vec<Step>,
    depth: usize,
    name_next: bool,
}

fn json_lines(text: &str, place: &str) -> Vec<Line> {
    let mut layout = Layout {
        place,
        lines: Vec::new(),
        line: String::new(),
        line_path: String::new(),
        path: Vec::new(),
        depth: 0,
        name_next: false,
    };
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = token_length(rest, first);
        let (token, after) = rest.split_at(length);
        layout.take(token, first, after);
        rest = after;
    }
    layout.end_line();
    layout.lines
}

/// How many bytes the token at the front of `text` has.
fn token_length(text: &str, first: char) -> usize {
    match first {
        '{' | '}' | '[' | ']' | ',' | ':' => 1,
        '"' => {
            let mut escaped = false;
            for (at, c) in text.char_indices().skip(1) {
                match c {
                    _ if escaped => escaped = false,
                    '\\' => escaped = true,
                    '"' => return at + 1,
                    _ => {}
                }
            }
            text.len()
        }
        c if c.is_whitespace() => c.len_utf8(),
        _ => text
            .char_indices()
            .skip(1)
            .find(|(_, c)| matches!(c, '{' | '}' | '[' | ']' | ',' | ':' | '"') || c.is_whitespace())
            .map_or(text.len(), |(at, _)| at),
    }
}

impl Layout<'_> {
    fn take(&mut self, token: &str, first: char, after: &str) {
        match first {
            '{' | '[' => {
                self.line.push(first);
                let closes = if first == '{' { '}' } else { ']' };
                self.depth += 1;
                self.path.push(if first == '{' {
                    Step::Member(String::new())
                } else {
                    Step::Index(0)
                });
                self.name_next = first == '{';
                if !after.trim_start().starts_with(closes) {
                    self.end_line();
                }
            }
            '}' | ']' => {
                if !self.line.trim_end().ends_with(['{', '[']) {
                    self.end_line();
                }
                self.depth = self.depth.saturating_sub(1);
                self.path.pop();
                self.line.push(first);
                self.name_next = false;
            }
            ',' => {
                self.line.push(',');
                self.end_line();
                match self.path.last_mut() {
                    Some(Step::Index(at)) => *at += 1,
                    Some(Step::Member(_)) => self.name_next = true,
                    None => {}
                }
            }
            ':' => self.line.push_str(": "),
            c if c.is_whitespace() => {}
            _ => {
                if self.name_next
                    && let Some(Step::Member(name)) = self.path.last_mut()
                {
                    *name = token.trim_matches('"').to_owned();
                    self.name_next = false;
                }
                self.begin();
                self.line.push_str(token);
            }
        }
    }

    /// Notes where the line stands, when its first token comes.
    fn begin(&mut self) {
        if self.line.is_empty() {
            self.line_path.clear();
            for step in &self.path {
                match step {
                    Step::Member(name) if self.line_path.is_empty() => self.line_path.push_str(name),
                    Step::Member(name) => {
                        self.line_path.push('.');
                        self.line_path.push_str(name);
                    }
                    Step::Index(at) => self.line_path.push_str(&format!("[{at}]")),
                }
            }
        }
    }

    fn end_line(&mut self) {
        if self.line.is_empty() {
            return;
        }
        let closing = self.line.starts_with(['}', ']']);
        let opened = self.line.ends_with(['{', '[']) as usize;
        let depth = self.depth.saturating_sub(opened).min(INDENT_MAX);
        let marked = !closing && !self.line_path.is_empty() && stands_at(&self.line_path, self.place);
        let text = format!("{}{}", "  ".repeat(depth), self.line);
        self.lines.push(Line {
            marked: marked.then_some(depth * 2..text.len()),
            text,
        });
        self.line.clear();
        self.line_path.clear();
    }
}

/// Whether a line at `path` is at `place`, or within it. A place may begin with the resource's type or with
/// its place in a bundle (`entry[3].resource.`), which the piece alone does not have.
fn stands_at(path: &str, place: &str) -> bool {
    let place = place.rsplit_once("resource.").map_or(place, |(_, rest)| rest);
    let place = match place.split_once('.') {
        Some((kind, rest)) if kind.starts_with(|c: char| c.is_ascii_uppercase()) => rest,
        _ => place,
    };
    match path.strip_prefix(place) {
        Some(rest) => !place.is_empty() && (rest.is_empty() || rest.starts_with(['.', '['])),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, place: &str, expected: &[&str]) {
        let shown = AsSent::lay_out("test", body.as_bytes(), place, "");
        let lines: Vec<String> = shown
            .lines
            .iter()
            .map(|line| format!("{}{}", if line.is_marked() { ">" } else { "" }, line.text))
            .collect();
        assert_eq!(lines, expected, "{body}");
    }

    #[test]
    fn json_is_set_one_member_to_a_line_and_keeps_every_digit() {
        check(
            r#"{"a":1.50,"b":[{"c":"x,{y}"},{}],"d":{}}"#,
            "b[0].c",
            &[
                "{",
                "  \"a\": 1.50,",
                "  \"b\": [",
                "    {",
                ">      \"c\": \"x,{y}\"",
                "    },",
                "    {}",
                "  ],",
                "  \"d\": {}",
                "}",
            ],
        );
    }

    #[test]
    fn a_place_within_a_bundle_marks_the_piece() {
        check(
            r#"{"code":{"text":"x"},"codes":1}"#,
            "entry[3].resource.code",
            &[
                "{",
                ">  \"code\": {",
                ">    \"text\": \"x\"",
                "  },",
                "  \"codes\": 1",
                "}",
            ],
        );
        check(r#"{"status":1}"#, "Observation.status", &["{", ">  \"status\": 1", "}"]);
    }

    #[test]
    fn segments_and_table_lines_are_marked() {
        check("MSH|^~\\&|\rPID|1\rPV1|", "PID-7", &["MSH|^~\\&|", ">PID|1", "PV1|"]);
        check("a,b\n1,2\n", "line 2, column b", &["a,b", ">1,2"]);
    }

    #[test]
    fn a_field_is_marked_and_not_its_whole_segment() {
        let shown = AsSent::lay_out("test", b"MSH|^~\\&|A|B\rPID|1||x||H^D||19450231", "PID-7", "");
        assert_eq!(shown.lines[1].before(), "PID|1||x||H^D||");
        assert_eq!(shown.lines[1].mark(), "19450231");
        assert_eq!(shown.lines[1].after(), "");
        let shown = AsSent::lay_out("test", b"MSH|^~\\&|A|B", "MSH-3", "");
        assert_eq!(shown.lines[0].mark(), "A");
        let shown = AsSent::lay_out("test", b"PID|1||", "PID-3", "");
        assert_eq!(shown.lines[0].mark(), "PID|1||", "an empty field: the segment");
    }

    #[test]
    fn broken_json_is_laid_out_as_far_as_it_goes() {
        for broken in ["{", "}]", "{\"a\":", "{\"a\":\"b", "[[[[", "{,,}", "\"", "{\"é\":\"\\"] {
            let _ = AsSent::lay_out("test", broken.as_bytes(), "a", "");
        }
        let deep = "[".repeat(SHOWN_BYTES_MAX * 2);
        let shown = AsSent::lay_out("test", deep.as_bytes(), "", "");
        assert!(shown.cut && shown.lines.len() == SHOWN_LINES_MAX);
        assert!(shown.lines.iter().all(|line| line.text.len() <= INDENT_MAX * 2 + 1));
    }
}
