//! What every part of a message needs to know: whom it is about, which event, and when it was said.

use super::datatype::{Detail, ID_BYTES_MAX, TOO_LONG_TO_SHOW, bounded, first_clinician, issue, moment};
use super::message::{Message, Segment};
use super::subject::{self, Identity};
use crate::Refused;
use record::time::Instant;
use record::{Entry, Item, Kind, Rejection, Subject, When};

/// Most people one message may tell of.
const PEOPLE_MAX: usize = 200;

/// One patient's part of a message: the segments before the first PID, and those from one PID to the next.
pub struct Telling<'m> {
    /// The whole message.
    pub message: &'m Message<'m>,
    /// The segments of this part, in order.
    pub segments: Vec<Segment<'m>>,
    /// `A01`.
    pub event: String,
    /// Whom it is about.
    pub identity: Identity,
    /// See [`version`].
    pub version: Option<Instant>,
    /// When the sender wrote it down: EVN-2, else MSH-7.
    pub recorded: Option<When>,
}

impl<'m> Telling<'m> {
    /// The parts of a message, one for each PID.
    ///
    /// # Errors
    /// `no-subject` when there is no PID, or one that does not say whom it is about.
    pub fn all(message: &'m Message<'m>) -> Result<Vec<Self>, Refused> {
        let segments: Vec<Segment<'m>> = message.segments().collect();
        let starts: Vec<usize> = (0..segments.len()).filter(|at| segments[*at].name() == "PID").collect();
        let Some(first) = starts.first() else {
            return Err(refused(
                message,
                Rejection::new("no-subject", "PID", "The message has no PID segment."),
            ));
        };
        if starts.len() > PEOPLE_MAX {
            let reason = format!("The message tells of more than {PEOPLE_MAX} people.");
            return Err(refused(message, Rejection::new("too-large", "PID", reason)));
        }
        let mut tellings = Vec::new();
        for (nth, start) in starts.iter().enumerate() {
            let end = starts.get(nth + 1).copied().unwrap_or(segments.len());
            let identity = subject::identity(&segments[*start]).map_err(|rejection| refused(message, rejection))?;
            let part = [&segments[..*first], &segments[*start..end]].concat();
            tellings.push(Self {
                message,
                segments: part,
                event: message.event(),
                identity,
                version: version(message),
                recorded: recorded(message),
            });
        }
        Ok(tellings)
    }

    /// The first segment of this name.
    pub fn first(&self, name: &str) -> Option<Segment<'m>> {
        self.segments.iter().find(|segment| segment.name() == name).copied()
    }

    /// Every segment of this name.
    pub fn each<'s>(&'s self, name: &'s str) -> impl Iterator<Item = Segment<'m>> + 's {
        self.segments
            .iter()
            .filter(move |segment| segment.name() == name)
            .copied()
    }

    /// The segments cut at those of this name: each with what follows it up to the next.
    pub fn groups(&self, name: &str) -> Vec<&[Segment<'m>]> {
        let starts: Vec<usize> = (0..self.segments.len())
            .filter(|at| self.segments[*at].name() == name)
            .collect();
        starts
            .iter()
            .enumerate()
            .map(|(nth, start)| {
                let end = starts.get(nth + 1).copied().unwrap_or(self.segments.len());
                &self.segments[*start..end]
            })
            .collect()
    }

    /// The sender's id of the visit the message belongs to (PV1-19); empty when it does not say.
    pub fn visit(&self) -> String {
        let number = self.first("PV1").map(|pv1| pv1.field(19).text());
        bounded(number.unwrap_or_default(), ID_BYTES_MAX)
    }

    /// An item of this part with one entry, mapped and not withdrawn.
    pub fn item(&self, item_type: &str, local_id: String, entries: Vec<Entry>) -> Item {
        Item {
            item_type: item_type.to_owned(),
            local_id: bounded(local_id, 3 * ID_BYTES_MAX),
            version: self.version,
            subject: self.identity.subject.clone(),
            person: None,
            entries,
            mapped: true,
            withdrawn: false,
            issues: Vec::new(),
            decisions: Vec::new(),
        }
    }

    /// An entry recorded when the message says.
    pub fn entry(&self, kind: Kind, what: record::Concept) -> Entry {
        let mut entry = Entry::new(kind, what);
        entry.recorded = self.recorded;
        entry
    }
}

/// A refusal that names the type of a message, and its subject as far as it can be read.
pub fn refused(message: &Message<'_>, rejection: Rejection) -> Refused {
    let subject = message
        .segment("PID")
        .and_then(|pid| subject::identity(&pid).ok())
        .map_or(Subject::Missing, |identity| identity.subject);
    Refused {
        rejection,
        item_type: type_name(message),
        subject,
    }
}

/// `HL7v2:ORM^O01`.
pub fn type_name(message: &Message<'_>) -> String {
    let (kind, event) = (message.kind(), message.event());
    if event.is_empty() {
        format!("HL7v2:{kind}")
    } else {
        format!("HL7v2:{kind}^{event}")
    }
}

/// The version of everything a message says: when the sender recorded the event (EVN-2), else when it sent
/// the message (MSH-7). EVN-2 leads because a message sent again later still tells of the older event.
///
/// Of two messages with one EVN-2 the one sent later (MSH-7) is newer: the seconds between EVN-2 and MSH-7
/// are added as microseconds, which can never reach the next second of EVN-2.
pub fn version(message: &Message<'_>) -> Option<Instant> {
    let sent = moment(&message.header().field(7).text()).map(|when| when.instant);
    let recorded = event_recorded(message).map(|when| when.instant);
    match (recorded, sent) {
        (Some(recorded), Some(sent)) => {
            let later = ((sent.0 - recorded.0) / 1_000_000).clamp(0, 999_999);
            Some(Instant(recorded.0 + later))
        }
        (recorded, sent) => recorded.or(sent),
    }
}

fn event_recorded(message: &Message<'_>) -> Option<When> {
    let evn = message.segment("EVN")?;
    moment(&evn.field(2).text()).or_else(|| moment(&evn.field(6).text()))
}

fn recorded(message: &Message<'_>) -> Option<When> {
    event_recorded(message).or_else(|| moment(&message.header().field(7).text()))
}

/// Adds the words of the notes (NTE-3) among `segments` up to the first segment of another kind, prefixed
/// by who wrote them when that is said.
pub fn notes(segments: &[Segment<'_>], detail: &mut Detail) {
    for note in segments.iter().take_while(|segment| segment.name() == "NTE") {
        let by = first_clinician(note.field(5));
        let by = if by.is_empty() {
            String::new()
        } else {
            format!(" ({by})")
        };
        let words = note.field(3).words();
        if !words.is_empty() {
            detail.add("Note", &(words + &by));
        }
    }
}

/// Marks an item whose detail had to be cut.
pub fn put_detail(item: &mut Item, entry: usize, detail: Detail, segment: &Segment<'_>, field: usize) {
    let (text, cut) = detail.finish();
    if let Some(entry) = item.entries.get_mut(entry) {
        entry.detail = text;
    }
    if cut {
        item.issues.push(issue(segment, field, TOO_LONG_TO_SHOW));
    }
}
