//! One HL7 v2 message: taken, and answered.

use care::Care;
use care::db::DbError;
use care::intake::{Filed, Outcome};
use exchange::hl7::{Code, MESSAGE_BYTES_MAX, Message, acknowledge};
use exchange::{Format, Piece};
use record::system::{Feed, FeedFormat};
use record::{Instant, OrgCode, Rejection};
use std::sync::Arc;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Durable, and on the record.
    Taken,
    /// Not taken: it is in quarantine, or could not be read at all.
    Refused,
    /// Nothing could be kept: the sender should try again.
    NotKept,
}

/// As [`reply`]; the second part says whether it was taken.
pub fn answer(
    care: &Care,
    feed: Option<&str>,
    sender: &OrgCode,
    bytes: &[u8],
    now: Instant,
    control_id: &str,
) -> (Vec<u8>, bool) {
    let (ack, fate) = reply(care, feed, sender, bytes, now, control_id);
    (ack, fate == Fate::Taken)
}

/// Files one HL7 v2 message and answers its acknowledgement, unframed, with what became of it.
///
/// AA only when the message is durable. AE when it could be read but not filed: it is kept in quarantine, and
/// the answer says where and why. AR when it is not a message this system can read (it is kept too, unless it
/// is too large), or comes by a feed that is not declared. When the store fails nothing is kept and the answer
/// is AE: send it again. `control_id` becomes MSH-10 of the answer and should be fresh.
pub fn reply(
    care: &Care,
    feed: Option<&str>,
    sender: &OrgCode,
    bytes: &[u8],
    now: Instant,
    control_id: &str,
) -> (Vec<u8>, Fate) {
    let parsed = Message::parse(bytes);
    let message = parsed.as_ref().ok();
    let say = |code, why: Option<&Rejection>| acknowledge(message, code, why, now, control_id);
    if bytes.len() > MESSAGE_BYTES_MAX {
        return (say(Code::Rejected, parsed.as_ref().err()), Fate::Refused);
    }
    let Some(feed) = feed_of(
        care,
        feed,
        sender,
        FeedFormat::Hl7,
        message.map(Message::kind).as_deref(),
    ) else {
        let reason = format!("No feed of HL7 messages from {sender} is declared here.");
        let why = Rejection::new("no-feed", "MSH-4", reason);
        return (say(Code::Rejected, Some(&why)), Fate::Refused);
    };
    match (file(care, &feed, bytes, now), &parsed) {
        (Err(error), _) => {
            tracing::error!(%error, feed = feed.name, "a message was not kept");
            let why = Rejection::new(
                "not-kept",
                "message",
                "The message could not be kept. Send it again later.",
            );
            (say(Code::Error, Some(&why)), Fate::NotKept)
        }
        (Ok(_), Err(rejection)) => (say(Code::Rejected, Some(rejection)), Fate::Refused),
        (Ok(filed), Ok(_)) => match filed.outcome {
            Outcome::Accepted | Outcome::Updated | Outcome::Unchanged => (say(Code::Accepted, None), Fate::Taken),
            Outcome::Quarantined { reason, .. } => (say(Code::Error, Some(&why(bytes, &reason))), Fate::Refused),
        },
    }
}

fn file(care: &Care, feed: &Arc<Feed>, bytes: &[u8], now: Instant) -> Result<Filed, DbError> {
    let source = care.source(feed)?;
    let piece = Piece {
        place: "message".to_owned(),
        format: Format::Hl7,
        body: bytes.into(),
        context: String::new(),
    };
    let filed = care.take(&[piece], &source, now)?;
    filed
        .into_iter()
        .next()
        .ok_or_else(|| DbError::state("a message was taken and nothing was filed"))
}

/// Why a message that could be parsed was put in quarantine: as its reader says, else as intake says, which
/// writes `place: reason`.
fn why(bytes: &[u8], said: &str) -> Rejection {
    match exchange::hl7::read(bytes) {
        Err(refused) => refused.rejection,
        Ok(_) => {
            let (place, reason) = said.split_once(": ").unwrap_or(("message", said));
            Rejection::new("no-entry", place, reason)
        }
    }
}

/// The feed by which something came: the one named, if it is that sender's; else of the sender's feeds of this
/// format the one whose name ends with `kind` (`rbd-adt` for ADT), else the only one. A demo folder makes one
/// up; a live one does not, because a feed without a declared lawful basis cannot be switched on (SAFETY 7).
pub fn feed_of(
    care: &Care,
    named: Option<&str>,
    sender: &OrgCode,
    format: FeedFormat,
    kind: Option<&str>,
) -> Option<Arc<Feed>> {
    let theirs: Vec<&Feed> = care
        .system()
        .feeds
        .iter()
        .filter(|feed| feed.sender == *sender && feed.format == format)
        .collect();
    if let Some(name) = named {
        return theirs
            .into_iter()
            .find(|feed| feed.name == name)
            .map(|feed| Arc::new(feed.clone()));
    }
    let suffix = kind.map(|kind| format!("-{}", kind.to_ascii_lowercase()));
    let of_kind = suffix.and_then(|suffix| theirs.iter().find(|feed| feed.name.ends_with(&suffix)));
    let only = match theirs.as_slice() {
        [one] => Some(one),
        _ => None,
    };
    if let Some(feed) = of_kind.or(only) {
        return Some(Arc::new((*feed).clone()));
    }
    let word = match format {
        FeedFormat::Fhir => "fhir",
        FeedFormat::Hl7 => "hl7",
        FeedFormat::Table => return None,
    };
    care.is_demo().then(|| {
        let mut feed = Feed::named(
            &format!("{}-{word}", sender.as_str().to_ascii_lowercase()),
            sender.clone(),
        );
        feed.format = format;
        Arc::new(feed)
    })
}
