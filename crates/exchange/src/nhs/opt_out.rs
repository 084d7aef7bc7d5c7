//! Replies of the national data opt-out service.
//!
//! One sends a list of NHS numbers; the reply lists those that have *not* opted out. The answer serves one
//! disclosure, from a time-limited cache, and is never written onto a record (SAFETY 10): so this gives a
//! type of its own, and no items.

use record::{Issue, NhsNumber, Rejection};
use std::collections::BTreeSet;

/// A reply longer than this is not one: ten million numbers.
const REPLY_BYTES_MAX: usize = 128 << 20;
const ISSUES_MAX: usize = 100;

/// What a reply says of the numbers asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptOutReply {
    asked: BTreeSet<NhsNumber>,
    not_opted_out: BTreeSet<NhsNumber>,
    /// Lines that could not be read, and numbers nobody asked about: at most the first hundred. Nothing may
    /// be disclosed on a reply that has any, until a person has looked.
    pub issues: Vec<Issue>,
}

impl OptOutReply {
    /// Whether this person has opted out: absent from the reply is opted out. `None` when the number was
    /// not asked about.
    pub fn opted_out(&self, number: NhsNumber) -> Option<bool> {
        self.asked
            .contains(&number)
            .then(|| !self.not_opted_out.contains(&number))
    }

    /// Of the numbers asked about, those whose information may be used.
    pub fn may_be_used(&self) -> impl Iterator<Item = NhsNumber> + '_ {
        self.asked.intersection(&self.not_opted_out).copied()
    }
}

/// Reads a reply: a number on each line, with or without a comma after it.
///
/// # Errors
/// `too-long`.
pub fn read(asked: &[NhsNumber], reply: &[u8]) -> Result<OptOutReply, Rejection> {
    if reply.len() > REPLY_BYTES_MAX {
        let reason = format!("the reply is longer than {REPLY_BYTES_MAX} bytes");
        return Err(Rejection::new("too-long", "file", reason));
    }
    let reply = reply.strip_prefix(b"\xef\xbb\xbf").unwrap_or(reply);
    let mut answer = OptOutReply {
        asked: asked.iter().copied().collect(),
        not_opted_out: BTreeSet::new(),
        issues: Vec::new(),
    };
    for (at, line) in reply.split(|byte| *byte == b'\n').enumerate() {
        let line = String::from_utf8_lossy(line);
        let cell = line.trim().trim_end_matches(',').trim_matches('"').trim();
        if cell.is_empty() {
            continue;
        }
        let reason = match NhsNumber::parse(cell) {
            Some(number) if answer.asked.contains(&number) => {
                answer.not_opted_out.insert(number);
                continue;
            }
            Some(_) => "a number that was not asked about",
            None => "not an NHS number",
        };
        if answer.issues.len() < ISSUES_MAX {
            answer.issues.push(Issue {
                place: format!("line {}", at + 1),
                reason: reason.to_owned(),
            });
        }
    }
    Ok(answer)
}
