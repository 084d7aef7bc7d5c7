//! The answer to a message: HL7 v2 acknowledgements (MSH, MSA, ERR), original mode.

use super::message::{Delimiters, Message};
use record::Rejection;
use record::time::Instant;

/// What the answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Taken, and durable.
    Accepted,
    /// Not taken for what it says: it is kept, and someone must mend it.
    Error,
    /// Not taken at all: not a message, or one this system cannot handle.
    Rejected,
}

impl Code {
    /// MSA-1.
    pub const fn as_str(self) -> &'static str {
        match self {
            Code::Accepted => "AA",
            Code::Error => "AE",
            Code::Rejected => "AR",
        }
    }
}

/// Writes the acknowledgement of `message`, or of something unreadable (`None`): sender and receiver swapped,
/// MSH-10 of the message in MSA-2, its version, processing id and delimiters kept, `ACK^A01^ACK` for its event.
/// `error` fills MSA-3 and an ERR segment (ERR-1 before version 2.5, ERR-2 to ERR-8 from then on). Segments
/// end with carriage returns; the caller frames it (see [`super::mllp::encode`]).
pub fn acknowledge(
    message: Option<&Message<'_>>,
    code: Code,
    error: Option<&Rejection>,
    now: Instant,
    control_id: &str,
) -> Vec<u8> {
    let text = match message {
        Some(message) => answer(message, code, error, now, control_id),
        None => unreadable(code, error, now, control_id),
    };
    if message.is_some_and(Message::is_latin1) {
        text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect()
    } else {
        text.into_bytes()
    }
}

fn answer(message: &Message<'_>, code: Code, error: Option<&Rejection>, now: Instant, control_id: &str) -> String {
    let delimiters = message.delimiters();
    let header = message.header();
    let raw = |n: usize| one_line(header.field(n).raw());
    let event = message.event();
    let kind = if event.is_empty() {
        "ACK".to_owned()
    } else {
        let c = delimiters.component;
        format!("ACK{c}{}{c}ACK", escape(&event, delimiters))
    };
    let (stamp, id) = (stamp(now), escape(control_id, delimiters));
    let fields = [
        "MSH".to_owned(),
        raw(2),
        raw(5),
        raw(6),
        raw(3),
        raw(4),
        stamp,
        String::new(),
        kind,
        id,
        raw(11),
        raw(12),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        raw(17),
        raw(18),
    ];
    let mut text = line(&fields, delimiters);
    let reason = error.map(|error| escape(&error.reason, delimiters)).unwrap_or_default();
    text += &line(
        &["MSA".to_owned(), code.as_str().to_owned(), raw(10), reason],
        delimiters,
    );
    if let Some(error) = error {
        text += &err(error, &header.field(12).text(), delimiters);
    }
    text
}

fn unreadable(code: Code, error: Option<&Rejection>, now: Instant, control_id: &str) -> String {
    let delimiters = Delimiters::default();
    let reason = error.map(|error| escape(&error.reason, delimiters)).unwrap_or_default();
    let mut text = format!(
        "MSH|^~\\&|||||{}||ACK|{}|P|2.4\rMSA|{}||{reason}\r",
        stamp(now),
        escape(control_id, delimiters),
        code.as_str()
    );
    if let Some(error) = error {
        text += &err(error, "2.4", delimiters);
    }
    text
}

fn err(error: &Rejection, version: &str, delimiters: Delimiters) -> String {
    let (segment, nth, field) = location(&error.place);
    let (number, name) = condition(error.code);
    let reason = escape(&error.reason, delimiters);
    let Delimiters {
        component: c,
        subcomponent: s,
        ..
    } = delimiters;
    if version_at_least_2_5(version) {
        let place = format!("{segment}{c}{nth}{c}{field}");
        let what = format!("{number}{c}{name}{c}HL70357");
        let detail = escape(error.code, delimiters);
        let fields = ["ERR", "", &place, &what, "E", "", "", &detail, &reason];
        line(&fields.map(str::to_owned), delimiters)
    } else {
        let place = format!("{segment}{c}{nth}{c}{field}{c}{number}{s}{name}{s}HL70357");
        line(&["ERR".to_owned(), place], delimiters)
    }
}

/// `OBX[2]-5` as (`OBX`, `2`, `5`); parts not named are empty.
fn location(place: &str) -> (&str, &str, &str) {
    let Some(segment) = place
        .get(..3)
        .filter(|name| name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()))
    else {
        return ("", "", "");
    };
    let rest = &place[3..];
    let (nth, rest) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((nth, rest)) => (nth, rest),
        None => ("1", rest),
    };
    let field = rest.strip_prefix('-').unwrap_or("");
    let end = field.find(|c: char| !c.is_ascii_digit()).unwrap_or(field.len());
    (segment, nth, &field[..end])
}

/// HL7 table 0357, message error condition codes.
fn condition(code: &str) -> (&'static str, &'static str) {
    match code {
        "no-msh" | "several-messages" => ("100", "Segment sequence error"),
        "no-subject" | "no-message-type" | "no-merge" => ("101", "Required field missing"),
        "unreadable" => ("102", "Data type error"),
        "unknown-type" => ("200", "Unsupported message type"),
        _ => ("207", "Application internal error"),
    }
}

fn version_at_least_2_5(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= (2, 5)
}

fn stamp(now: Instant) -> String {
    jiff::Timestamp::from_microsecond(now.0)
        .map(|at| at.strftime("%Y%m%d%H%M%S+0000").to_string())
        .unwrap_or_default()
}

fn line(fields: &[String], delimiters: Delimiters) -> String {
    let mut text = fields.join(&delimiters.field.to_string());
    let kept = text.trim_end_matches(delimiters.field).len();
    text.truncate(kept);
    text.push('\r');
    text
}

fn one_line(raw: &str) -> String {
    raw.replace(['\r', '\n'], " ")
}

fn escape(text: &str, delimiters: Delimiters) -> String {
    let mark = delimiters.escape;
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        let letter = match c {
            c if c == delimiters.escape => 'E',
            c if c == delimiters.field => 'F',
            c if c == delimiters.component => 'S',
            c if c == delimiters.subcomponent => 'T',
            c if c == delimiters.repetition => 'R',
            '\r' | '\n' => {
                escaped.push(' ');
                continue;
            }
            c => {
                escaped.push(c);
                continue;
            }
        };
        escaped.extend([mark, letter, mark]);
    }
    escaped
}
