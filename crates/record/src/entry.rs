//! An entry: one line of a person's record, whatever kind of thing it is and whoever said it.

use crate::concept::Concept;
use crate::time::When;
use crate::value::Value;

/// What kind of line it is. Stores keep the number: never renumber, only add.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// A condition, problem or diagnosis.
    Problem = 1,
    /// A medicine ordered, taken or dispensed.
    Medicine = 2,
    /// An allergy or intolerance, or a statement that there is none known.
    Allergy = 3,
    /// A measurement, finding or answer (Observation).
    Result = 4,
    /// A report over several results, or an imaging report.
    Report = 5,
    /// A contact with a service: admission, attendance, visit, call.
    Encounter = 6,
    /// A period in a service's care (episode, package of care).
    Episode = 7,
    /// A booked time.
    Appointment = 8,
    /// Something done.
    Procedure = 9,
    /// A vaccination given, or not given with a reason.
    Vaccination = 10,
    /// A referral or order.
    Referral = 11,
    /// A plan of care.
    CarePlan = 12,
    /// A goal.
    Goal = 13,
    /// People giving care together.
    CareTeam = 14,
    /// A flag or alert, a reasonable adjustment.
    Flag = 15,
    /// A document or composition.
    Document = 16,
    /// An answered questionnaire or assessment.
    Questionnaire = 17,
    /// A consent, refusal, or wish.
    Consent = 18,
    /// Something told to or by the person or another service.
    Communication = 19,
    /// A piece of work to be done.
    Task = 20,
    /// A relative, carer or contact.
    RelatedPerson = 21,
    /// A report that the person has died.
    Death = 22,
    /// A kind this system keeps and shows as sent without reading more from it.
    Other = 23,
}

impl Kind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Kind; 23] = [
        Kind::Problem,
        Kind::Medicine,
        Kind::Allergy,
        Kind::Result,
        Kind::Report,
        Kind::Encounter,
        Kind::Episode,
        Kind::Appointment,
        Kind::Procedure,
        Kind::Vaccination,
        Kind::Referral,
        Kind::CarePlan,
        Kind::Goal,
        Kind::CareTeam,
        Kind::Flag,
        Kind::Document,
        Kind::Questionnaire,
        Kind::Consent,
        Kind::Communication,
        Kind::Task,
        Kind::RelatedPerson,
        Kind::Death,
        Kind::Other,
    ];

    /// The kind a store kept under this number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as i64 == number)
    }

    /// What people call it.
    pub const fn words(self) -> &'static str {
        match self {
            Kind::Problem => "Problem",
            Kind::Medicine => "Medicine",
            Kind::Allergy => "Allergy",
            Kind::Result => "Result",
            Kind::Report => "Report",
            Kind::Encounter => "Contact",
            Kind::Episode => "Period of care",
            Kind::Appointment => "Appointment",
            Kind::Procedure => "Procedure",
            Kind::Vaccination => "Vaccination",
            Kind::Referral => "Referral",
            Kind::CarePlan => "Care plan",
            Kind::Goal => "Goal",
            Kind::CareTeam => "Care team",
            Kind::Flag => "Flag",
            Kind::Document => "Document",
            Kind::Questionnaire => "Assessment",
            Kind::Consent => "Consent or wish",
            Kind::Communication => "Message",
            Kind::Task => "Task",
            Kind::RelatedPerson => "Contact person",
            Kind::Death => "Death",
            Kind::Other => "Other",
        }
    }
}

/// Where a thing stands. Senders' many words are brought to these; what was sent stays in the contribution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Status {
    /// The sender did not say, or said something we do not know.
    #[default]
    Unknown = 0,
    /// Going on now.
    Active = 1,
    /// Over, done, final.
    Completed = 2,
    /// Booked, ordered, proposed, not begun.
    Planned = 3,
    /// Stopped before its end, by someone's decision.
    Stopped = 4,
    /// Paused.
    OnHold = 5,
    /// Called off.
    Cancelled = 6,
    /// Over because the problem went away.
    Resolved = 7,
    /// Not final: preliminary, draft, registered.
    Preliminary = 8,
    /// Replaced a final result by a corrected one.
    Amended = 9,
    /// Was not done, with a reason.
    NotDone = 10,
    /// The person did not attend.
    DidNotAttend = 11,
    /// Should never have been said. Leaves the view, never the history.
    EnteredInError = 12,
}

impl Status {
    /// Every status, in the order of their numbers.
    pub const ALL: [Status; 13] = [
        Status::Unknown,
        Status::Active,
        Status::Completed,
        Status::Planned,
        Status::Stopped,
        Status::OnHold,
        Status::Cancelled,
        Status::Resolved,
        Status::Preliminary,
        Status::Amended,
        Status::NotDone,
        Status::DidNotAttend,
        Status::EnteredInError,
    ];

    /// The status a store kept under this number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|status| *status as i64 == number)
    }

    /// What people call it; empty for [`Status::Unknown`].
    pub const fn words(self) -> &'static str {
        match self {
            Status::Unknown => "",
            Status::Active => "active",
            Status::Completed => "completed",
            Status::Planned => "planned",
            Status::Stopped => "stopped",
            Status::OnHold => "on hold",
            Status::Cancelled => "cancelled",
            Status::Resolved => "resolved",
            Status::Preliminary => "not yet final",
            Status::Amended => "corrected",
            Status::NotDone => "not done",
            Status::DidNotAttend => "did not attend",
            Status::EnteredInError => "entered in error",
        }
    }
}

/// How sure the sender was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Certainty {
    /// Not said.
    #[default]
    Unsaid = 0,
    /// Confirmed.
    Confirmed = 1,
    /// Suspected, provisional, differential, unconfirmed.
    Suspected = 2,
    /// Looked for and ruled out.
    RuledOut = 3,
}

impl Certainty {
    /// The certainty a store kept under this number.
    pub fn from_number(number: i64) -> Option<Self> {
        [Self::Unsaid, Self::Confirmed, Self::Suspected, Self::RuledOut]
            .into_iter()
            .find(|c| *c as i64 == number)
    }

    /// What people call it; empty when not said.
    pub const fn words(self) -> &'static str {
        match self {
            Certainty::Unsaid => "",
            Certainty::Confirmed => "confirmed",
            Certainty::Suspected => "suspected",
            Certainty::RuledOut => "ruled out",
        }
    }
}

/// One line of a record, as its sender said it. Who sent it and when it was received are known to the store
/// from the feed; everything here comes from the item itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Which line of its item it is: 0 for the item itself, 1… for its components.
    pub part: u16,
    /// What kind of line.
    pub kind: Kind,
    /// What it is about: the best code with the sender's words.
    pub what: Concept,
    /// The same meaning in other code systems, as sent.
    pub also: Vec<Concept>,
    /// What was found, measured, answered or prescribed.
    pub value: Option<Value>,
    /// When it happened (onset, effective, start).
    pub happened: Option<When>,
    /// When it ended (abatement, end of stay).
    pub ended: Option<When>,
    /// When the sender wrote it down.
    pub recorded: Option<When>,
    /// Who: author, performer, prescriber, as the sender named them.
    pub by: String,
    /// Where: ward, clinic, site, as the sender named it.
    pub place: String,
    /// Where it stands.
    pub status: Status,
    /// How sure the sender was.
    pub certainty: Certainty,
    /// The sender's own grouping (laboratory, vital-signs, inpatient, a service's name).
    pub category: String,
    /// Further words a reader needs: reaction and severity, reason, note. One thing a line.
    pub detail: String,
    /// The sender's id of the encounter it belongs to; empty when none.
    pub encounter: String,
}

impl Entry {
    /// An entry of `kind` about `what`, everything else unsaid.
    pub fn new(kind: Kind, what: Concept) -> Self {
        Self {
            part: 0,
            kind,
            what,
            also: Vec::new(),
            value: None,
            happened: None,
            ended: None,
            recorded: None,
            by: String::new(),
            place: String::new(),
            status: Status::Unknown,
            certainty: Certainty::Unsaid,
            category: String::new(),
            detail: String::new(),
            encounter: String::new(),
        }
    }
}
