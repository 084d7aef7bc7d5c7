//! How the rows of a table are read: which column is what. Data only; the reader is `exchange::table`.

use crate::concept::Concept;
use crate::entry::{Certainty, Kind, Status};
use std::collections::BTreeMap;

pub(super) use super::mapping_reading::read_table;

/// How a feed's tables are written, and how a row is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The byte between two cells: comma, semicolon, bar or tab.
    pub separator: u8,
    /// What the rows mean.
    pub layout: Layout,
}

/// What the rows of a table mean.
#[derive(Clone, Debug, PartialEq)]
pub enum Layout {
    /// Named columns, read through a mapping.
    Columns(Box<Mapping>),
    /// Trace responses of the Personal Demographics Service (MESH batch, no column names).
    PdsTrace,
    /// Replies of the national data opt-out service: the numbers that have *not* opted out. Never read onto
    /// a record (SAFETY 10).
    OptOut,
    /// ODS download for England and Wales (`etrust.csv` and its like).
    OdsEnglandAndWales,
    /// ODS download for Scotland (`hospitals.csv`).
    OdsScotland,
    /// ODS download for Northern Ireland (`niorg.csv`).
    OdsNorthernIreland,
}

/// A column, as its place in [`Mapping::columns`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Column(pub usize);

/// What each column of a row becomes.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    /// Every column the sender has agreed to send, as its header names it, in order. A file may put them in
    /// another order.
    pub columns: Vec<String>,
    /// Columns that are kept as sent and not read, by decision.
    pub ignored: Vec<Column>,
    /// The columns whose values together are the sender's id of the row.
    pub row_id: Vec<Column>,
    /// The sender's id of the person.
    pub person: Option<Column>,
    /// When the sender last changed the row: its version.
    pub updated: Option<Column>,
    /// A row to which this applies was withdrawn by its sender.
    pub withdrawn: Option<Condition>,
    /// How dates are written.
    pub dates: DateStyle,
    /// What the row says of who the person is; `None` when it says nothing.
    pub person_is: Option<PersonColumns>,
    /// What the row becomes.
    pub items: Vec<ItemRule>,
}

impl Mapping {
    /// The header name of a column.
    pub fn name(&self, column: Column) -> &str {
        self.columns.get(column.0).map_or("", String::as_str)
    }
}

/// How a feed writes dates. A time may follow after a space or `T`: `HH:MM` or `HH:MM:SS`, UK time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateStyle {
    /// `31/12/2026`; also `12/2026` and `2026` when only that much is known.
    DayMonthYear,
    /// `2026-12-31`; also `2026-12` and `2026`.
    YearMonthDay,
    /// `20261231`; also `202612` and `2026`.
    Compact,
}

impl DateStyle {
    /// As people write it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::DayMonthYear => "DD/MM/YYYY",
            Self::YearMonthDay => "YYYY-MM-DD",
            Self::Compact => "YYYYMMDD",
        }
    }
}

/// Where a row says who the person is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PersonColumns {
    /// NHS number.
    pub nhs_number: Option<Column>,
    /// Title.
    pub prefix: Option<Column>,
    /// Family name.
    pub family: Option<Column>,
    /// Given names, first first.
    pub given: Vec<Column>,
    /// What they like to be called.
    pub known_as: Option<Column>,
    /// Birth date.
    pub birth: Option<Column>,
    /// Sex or gender as recorded.
    pub sex: Option<Column>,
    /// Date of death.
    pub died: Option<Column>,
    /// Address lines in order, without the postcode.
    pub address: Vec<Column>,
    /// Postcode.
    pub postcode: Option<Column>,
    /// Telephone numbers.
    pub phone: Vec<Column>,
    /// E-mail address.
    pub email: Option<Column>,
    /// ODS code of the practice they are registered with.
    pub practice: Option<Column>,
    /// Name of that practice.
    pub practice_name: Option<Column>,
    /// Main language.
    pub language: Option<Column>,
    /// Whether an interpreter is needed.
    pub interpreter: Option<Column>,
    /// Ethnic category.
    pub ethnicity: Option<Column>,
}

/// One item a row becomes, when its condition applies.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemRule {
    /// The item's type: the nearest FHIR resource type.
    pub item_type: String,
    /// Added to the row's id, where one row makes several items of one type; else empty.
    pub suffix: String,
    /// When it applies; `None` is always.
    pub when: Option<Condition>,
    /// Its lines.
    pub entries: Vec<EntryRule>,
}

/// One line of an item.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryRule {
    /// What kind of line.
    pub kind: Kind,
    /// When it applies; `None` is always.
    pub when: Option<Condition>,
    /// What it is about.
    pub what: WhatRule,
    /// What was found.
    pub value: Option<ValueRule>,
    /// When it happened.
    pub happened: Option<Column>,
    /// When it ended.
    pub ended: Option<Column>,
    /// When the sender wrote it down.
    pub recorded: Option<Column>,
    /// Who.
    pub by: Option<Words>,
    /// Where.
    pub place: Option<Words>,
    /// Where it stands.
    pub status: StatusRule,
    /// How sure the sender was.
    pub certainty: Certainty,
    /// The sender's own grouping.
    pub category: Option<Words>,
    /// Further words, each with a label, one a line.
    pub detail: Vec<(String, Column)>,
}

/// When a rule applies to a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The column says one of these (letter case ignored).
    Is(Column, Vec<String>),
    /// The column says something, and none of these.
    IsNot(Column, Vec<String>),
    /// The column says anything at all.
    Filled(Column),
}

impl Condition {
    /// The column it looks at.
    pub const fn column(&self) -> Column {
        match self {
            Self::Is(column, _) | Self::IsNot(column, _) | Self::Filled(column) => *column,
        }
    }
}

/// Words from a column, or always the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words {
    /// What the column says.
    Column(Column),
    /// Always these.
    Always(String),
}

/// A sender's own codes and what they mean.
pub type CodeList = BTreeMap<String, Concept>;

/// What a line is about.
#[derive(Clone, Debug, PartialEq)]
pub enum WhatRule {
    /// Always this.
    Always(Concept),
    /// The column's words, as sent.
    Words(Column),
    /// The column's code, looked up in the feed's list. A code not listed is shown as sent, and said.
    Listed(Column, CodeList),
    /// The column's code of a public system, with its words in another column.
    Coded {
        /// The code.
        code: Column,
        /// Its system.
        system: String,
        /// Its words.
        display: Option<Column>,
    },
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueRule {
    /// A number with this unit; an empty unit means the sender does not say.
    Number(Column, Words),
    /// Words.
    Words(Column),
    /// Yes or no, as Y/N, Yes/No, True/False or 1/0.
    YesNo(Column),
    /// A date or moment.
    Date(Column),
    /// A code of the feed's list.
    Listed(Column, CodeList),
}

impl ValueRule {
    /// The column it reads.
    pub const fn column(&self) -> Column {
        match self {
            Self::Number(column, _)
            | Self::Words(column)
            | Self::YesNo(column)
            | Self::Date(column)
            | Self::Listed(column, _) => *column,
        }
    }
}

/// Where a line stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusRule {
    /// Always this.
    Always(Status),
    /// By what the column says (lower case); anything else is unknown, and said.
    By(Column, BTreeMap<String, Status>),
}

/// The name of a kind in a mapping: `care-plan`.
pub fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Problem => "problem",
        Kind::Medicine => "medicine",
        Kind::Allergy => "allergy",
        Kind::Result => "result",
        Kind::Report => "report",
        Kind::Encounter => "encounter",
        Kind::Episode => "episode",
        Kind::Appointment => "appointment",
        Kind::Procedure => "procedure",
        Kind::Vaccination => "vaccination",
        Kind::Referral => "referral",
        Kind::CarePlan => "care-plan",
        Kind::Goal => "goal",
        Kind::CareTeam => "care-team",
        Kind::Flag => "flag",
        Kind::Document => "document",
        Kind::Questionnaire => "questionnaire",
        Kind::Consent => "consent",
        Kind::Communication => "communication",
        Kind::Task => "task",
        Kind::RelatedPerson => "related-person",
        Kind::Death => "death",
        Kind::Other => "other",
    }
}

/// The FHIR resource type nearest to a kind: the type of an item whose rule does not say.
pub fn item_type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Problem => "Condition",
        Kind::Medicine => "MedicationStatement",
        Kind::Allergy => "AllergyIntolerance",
        Kind::Result | Kind::Death => "Observation",
        Kind::Report => "DiagnosticReport",
        Kind::Encounter => "Encounter",
        Kind::Episode => "EpisodeOfCare",
        Kind::Appointment => "Appointment",
        Kind::Procedure => "Procedure",
        Kind::Vaccination => "Immunization",
        Kind::Referral => "ServiceRequest",
        Kind::CarePlan => "CarePlan",
        Kind::Goal => "Goal",
        Kind::CareTeam => "CareTeam",
        Kind::Flag => "Flag",
        Kind::Document => "DocumentReference",
        Kind::Questionnaire => "QuestionnaireResponse",
        Kind::Consent => "Consent",
        Kind::Communication => "Communication",
        Kind::Task => "Task",
        Kind::RelatedPerson => "RelatedPerson",
        Kind::Other => "Basic",
    }
}

/// The name of a status in a mapping: `did-not-attend`.
pub fn status_name(status: Status) -> &'static str {
    match status {
        Status::Unknown => "unknown",
        Status::Active => "active",
        Status::Completed => "completed",
        Status::Planned => "planned",
        Status::Stopped => "stopped",
        Status::OnHold => "on-hold",
        Status::Cancelled => "cancelled",
        Status::Resolved => "resolved",
        Status::Preliminary => "preliminary",
        Status::Amended => "amended",
        Status::NotDone => "not-done",
        Status::DidNotAttend => "did-not-attend",
        Status::EnteredInError => "entered-in-error",
    }
}
