//! HL7 v2 messages: files and streams into messages ([`split()`], [`Splitter`], [`mllp`]), messages into items
//! ([`read`]), and the answer to the sender ([`acknowledge()`]).
//!
//! One message tells of several things, so it gives several items: the Patient, and what the event is about.
//! Their types are the nearest FHIR ones, and their ids are made so that a later message about the same thing
//! gives the same id. Every item has one version: see [`version`]. Messages other than ADT name the person by
//! the way; what they say of the person stands only until ADT speaks (their version is set a thousand years
//! back), and a death they report is an item of its own.
//!
//! | messages | items |
//! |---|---|
//! | ADT | Patient, RelatedPerson (NK1), Encounter (PV1), Condition (DG1), AllergyIntolerance (AL1, IAM), Procedure (PR1); A40 and its like also ask for a merge |
//! | ORU R01 and its like | Patient, DiagnosticReport (OBR), Observation (OBX), DocumentReference (attached) |
//! | SIU S12–S17, S26 | Patient, Appointment, and what was noted for it |
//! | MDM | Patient, DocumentReference |
//! | VXU | Patient, Immunization, given or not |
//! | REF I12–I15 | Patient, ServiceRequest, and the history sent along |
//! | any other | kept and readable, not mapped: type `HL7v2:ORM^O01` |

mod acknowledge;
mod appointment;
mod attachment;
mod datatype;
mod document;
mod escape;
mod history;
mod message;
pub mod mllp;
mod observation;
mod person;
mod referral;
mod result;
mod split;
mod subject;
mod telling;
mod vaccination;
mod visit;

#[cfg(test)]
mod tests;

pub use acknowledge::{Code, acknowledge};
pub use attachment::{Attachment, attachments, files};
pub use escape::unescape;
pub use message::{Component, Delimiters, Field, MESSAGE_BYTES_MAX, Message, Repetition, Segment};
pub use split::{Splitter, split};
pub use telling::version;

use crate::Refused;
use record::{Item, Rejection, Subject};
use std::collections::HashMap;
use telling::{Telling, refused, type_name};

/// Most items taken from one message.
const ITEMS_MAX: usize = 10_000;

/// Reads one message (see [`Message::parse`]) into items, the Patient first.
///
/// # Errors
/// The codes of [`Message::parse`]; `no-subject` when the message should be about somebody and does not say
/// whom; `no-merge`, `no-appointment`, `no-document`, `no-referral` when it does not say what it is about;
/// `too-large` past a limit.
pub fn read(message: &[u8]) -> Result<Vec<Item>, Refused> {
    let message = Message::parse(message).map_err(|rejection| Refused {
        rejection,
        item_type: String::new(),
        subject: Subject::Missing,
    })?;
    if is_about_nobody(&message.kind()) {
        return Ok(vec![kept(&message, Subject::Directory)]);
    }
    let tellings = Telling::all(&message)?;
    let Some(reader) = reader(&message.kind(), &message.event()) else {
        let subject = tellings
            .first()
            .map_or(Subject::Missing, |telling| telling.identity.subject.clone());
        return Ok(vec![kept(&message, subject)]);
    };
    let mut items = Vec::new();
    for telling in &tellings {
        items.extend(reader(telling).map_err(|rejection| refused(&message, rejection))?);
        if items.len() > ITEMS_MAX {
            let reason = format!("The message tells of more than {ITEMS_MAX} things.");
            return Err(refused(&message, Rejection::new("too-large", "message", reason)));
        }
    }
    tell_apart(&mut items);
    Ok(items)
}

type Reader = fn(&Telling<'_>) -> Result<Vec<Item>, Rejection>;

/// What reads one patient's part of a message of this type; `None` when the type is not mapped.
fn reader(kind: &str, event: &str) -> Option<Reader> {
    match (kind, event) {
        // Swaps, queries, bed status, deletions and links of records: kept, and for people to look at.
        ("ADT", "A17" | "A19" | "A20" | "A23" | "A24" | "A29" | "A37") => None,
        ("ADT", _) => Some(admission),
        ("ORU", "R01" | "R30" | "R31" | "R32" | "R40") => {
            Some(|telling| Ok(with_patient(telling, result::everything(telling))))
        }
        ("SIU", "S12" | "S13" | "S14" | "S15" | "S16" | "S17" | "S26") => Some(booking),
        ("MDM", _) => Some(|telling| Ok(with_patient(telling, document::documents(telling)?))),
        ("VXU", _) => Some(vaccinated),
        ("REF", "I12" | "I13" | "I14" | "I15") => Some(asked),
        _ => None,
    }
}

/// ADT: who the person is, the visit, and the lists that travel with them.
fn admission(telling: &Telling<'_>) -> Result<Vec<Item>, Rejection> {
    let mut items = Vec::new();
    if let Some(mut patient) = person::patient(telling) {
        if matches!(
            telling.event.as_str(),
            "A18" | "A30" | "A34" | "A36" | "A39" | "A40" | "A46" | "A47"
        ) {
            person::merge(telling, &mut patient)?;
        }
        items.push(patient);
    }
    items.extend(visit::encounter(telling));
    items.extend(person::relatives(telling));
    items.extend(history::conditions(telling));
    items.extend(history::allergies(telling));
    items.extend(history::procedures(telling));
    items.extend(result::observations_alone(telling));
    Ok(items)
}

/// Who the person is, said by the way, then what the message is about.
fn with_patient(telling: &Telling<'_>, about: Vec<Item>) -> Vec<Item> {
    let mut items = person::by_the_way(telling);
    items.extend(about);
    items
}

/// VXU: vaccinations, and what was observed of the person.
fn vaccinated(telling: &Telling<'_>) -> Result<Vec<Item>, Rejection> {
    let mut items = with_patient(telling, vaccination::vaccinations(telling));
    items.extend(result::observations_alone(telling));
    Ok(items)
}

/// SIU: an appointment, with what was noted of the person for it.
fn booking(telling: &Telling<'_>) -> Result<Vec<Item>, Rejection> {
    let Some(appointment) = appointment::appointment(telling) else {
        let reason = "The message tells of an appointment and has no SCH segment.";
        return Err(Rejection::new("no-appointment", "SCH", reason));
    };
    let mut items = with_patient(telling, vec![appointment]);
    items.extend(history::conditions(telling));
    items.extend(result::observations_alone(telling));
    Ok(items)
}

/// REF: a referral, with the history sent along.
fn asked(telling: &Telling<'_>) -> Result<Vec<Item>, Rejection> {
    let mut items = with_patient(telling, vec![referral::referral(telling)?]);
    items.extend(history::conditions(telling));
    items.extend(history::allergies(telling));
    items.extend(history::procedures(telling));
    items.extend(result::everything(telling));
    Ok(items)
}

/// A message of a type that is not mapped: kept whole, known by its control id.
fn kept(message: &Message<'_>, subject: Subject) -> Item {
    let control_id = message.control_id();
    let sent = message.header().field(7).text();
    Item {
        item_type: type_name(message),
        local_id: if control_id.is_empty() { sent } else { control_id },
        version: version(message),
        subject,
        person: None,
        entries: Vec::new(),
        mapped: false,
        withdrawn: false,
        issues: message.oddities().to_vec(),
        decisions: Vec::new(),
    }
}

/// Messages about the sender's own tables, questions and answers, and acknowledgements.
fn is_about_nobody(kind: &str) -> bool {
    matches!(
        kind,
        "ACK"
            | "MFN"
            | "MFK"
            | "MFQ"
            | "MFR"
            | "NMD"
            | "NMQ"
            | "NMR"
            | "QBP"
            | "QRY"
            | "QCN"
            | "QSB"
            | "RSP"
            | "QCK"
            | "ADR"
    )
}

/// Two things of one message that made the same id are two things still: the second gets `#2`.
fn tell_apart(items: &mut [Item]) {
    let mut seen: HashMap<(String, String), u32> = HashMap::new();
    for item in items {
        let count = seen.entry((item.item_type.clone(), item.local_id.clone())).or_insert(0);
        *count += 1;
        if *count > 1 {
            item.local_id += &format!("#{count}");
        }
    }
}
