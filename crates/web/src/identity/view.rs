//! What the pages about identity show.

use crate::site::form::Problem;
use crate::site::view::{Choice, Frame};
use askama::Template;

/// One line of two records side by side.
#[derive(Clone, Debug)]
pub struct Compared {
    /// What it is: "Birth date".
    pub about: String,
    /// What the left record says; "not said" when it says nothing.
    pub left: String,
    /// What the right record says.
    pub right: String,
    /// "differs", "same" or "not known", in a word that stands beside the colour.
    pub verdict: &'static str,
    /// The same for the style sheet.
    pub class: &'static str,
}

/// One step of a pair's weight.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it is, in words: "same rare surname".
    pub words: String,
    /// What it adds, with its sign: "+12.4".
    pub adds: String,
    /// Where the sum stands after it.
    pub sum: String,
}

/// One of the two records.
#[derive(Clone, Debug)]
pub struct SideView {
    /// Who sent it.
    pub sender: String,
    /// Where the person's record is.
    pub path: String,
    /// "alone", or "with 3 other records".
    pub company: String,
}

/// The next pair.
#[derive(Clone, Debug)]
pub struct PairView {
    /// Where an answer is sent.
    pub path: String,
    /// Where the next pair is, this one left for later.
    pub skip: String,
    /// The left record.
    pub left: SideView,
    /// The right record.
    pub right: SideView,
    /// Whether both are one person here now.
    pub together: bool,
    /// Line by line.
    pub compared: Vec<Compared>,
    /// Why they are two people here, in words; empty when they are one.
    pub waits: String,
    /// The weight, in words.
    pub sentence: String,
    /// The weight, as a chance: "97 in 100".
    pub chance: String,
    /// The weight's parts.
    pub steps: Vec<Step>,
    /// The same as a picture.
    pub picture: String,
}

/// The queue.
#[derive(Template)]
#[template(path = "identity/queue.html")]
pub struct QueuePage {
    /// Around it.
    pub frame: Frame,
    /// As known at.
    pub known_at: String,
    /// How many pairs are to be looked at: "12", "1,000 or more".
    pub to_review: String,
    /// How many likely pairs nobody is asked about, in words; empty when none.
    pub unasked: String,
    /// How many records wait to be weighed; empty when none.
    pub waiting: String,
    /// What was just decided, with where it can be undone; empty when nothing was.
    pub done: String,
    /// Where what was just decided is undone.
    pub undo: String,
    /// The next pair; `None` when there is none.
    pub pair: Option<PairView>,
    /// Reasons to choose from.
    pub reasons: Vec<Choice>,
    /// What is wrong with what was sent.
    pub problems: Vec<Problem>,
}

/// A pair drawn by lot, to check how good the weighing is.
#[derive(Template)]
#[template(path = "identity/check.html")]
pub struct CheckPage {
    /// Around it.
    pub frame: Frame,
    /// How many were answered, of how many.
    pub answered: String,
    /// How many were drawn.
    pub drawn: String,
    /// What was just kept; empty when nothing was.
    pub done: String,
    /// Where what was just decided is undone; empty when nothing was decided.
    pub undo: String,
    /// The pair; `None` when all are answered or none was drawn.
    pub pair: Option<PairView>,
    /// Reasons to choose from.
    pub reasons: Vec<Choice>,
    /// What is wrong with what was sent.
    pub problems: Vec<Problem>,
}

/// One decision.
#[derive(Clone, Debug)]
pub struct DecidedRow {
    /// What was decided.
    pub what: String,
    /// By whom and when.
    pub by: String,
    /// Why.
    pub why: String,
    /// The people it is about, each with where they are.
    pub people: Vec<String>,
    /// Where it is undone; empty when it was undone.
    pub undo: String,
    /// When it was undone; empty while it stands.
    pub undone: String,
}

/// What was decided.
#[derive(Template)]
#[template(path = "identity/decisions.html")]
pub struct DecisionsPage {
    /// Around it.
    pub frame: Frame,
    /// As known at.
    pub known_at: String,
    /// The latest first.
    pub rows: Vec<DecidedRow>,
}

/// One record of a person who may be several.
#[derive(Clone, Debug)]
pub struct RecordRow {
    /// Its number.
    pub number: i64,
    /// Who sent it.
    pub sender: String,
    /// What it says of who it is about.
    pub says: String,
}

/// A person's records, to part them.
#[derive(Template)]
#[template(path = "identity/person.html")]
pub struct PersonPage {
    /// Around it.
    pub frame: Frame,
    /// Where the record is.
    pub record: String,
    /// Where the form is sent.
    pub path: String,
    /// Their records.
    pub rows: Vec<RecordRow>,
    /// What is wrong with what was sent.
    pub problems: Vec<Problem>,
}

/// Pairs of one band of weights.
#[derive(Clone, Debug)]
pub struct BandRow {
    /// The weights: "12 to 13".
    pub band: String,
    /// Pairs of one person here.
    pub join: String,
    /// Pairs of two people here.
    pub look: String,
}

/// What stewards said of the pairs drawn from one band.
#[derive(Clone, Debug)]
pub struct AnswersRow {
    /// The band: "One person here, 9 to 12 bits".
    pub band: String,
    /// Pairs in it.
    pub pairs: String,
    /// Of those drawn, pairs answered.
    pub answered: String,
    /// Of them, those that are one person.
    pub one_person: String,
}

/// One group's records.
#[derive(Clone, Debug)]
pub struct GroupRow {
    /// The group.
    pub name: String,
    /// Its records.
    pub records: String,
    /// Those without an NHS number, with the share.
    pub without: String,
    /// Those linked to another record, with the share.
    pub linked: String,
    /// Those in a pair to look at, with the share.
    pub waiting: String,
}

/// How well records are linked, by one thing that they are told apart by.
#[derive(Clone, Debug)]
pub struct GroupsTable {
    /// What they are told apart by: "age".
    pub title: &'static str,
    /// The groups.
    pub rows: Vec<GroupRow>,
    /// What is said of groups too small to show; empty when there is none.
    pub few: String,
}

/// One model.
#[derive(Clone, Debug)]
pub struct ModelView {
    /// Its number.
    pub number: i64,
    /// What it is, from when and whom.
    pub words: String,
    /// Whether it is in force.
    pub in_force: bool,
}

/// How good the weighing is.
#[derive(Template)]
#[template(path = "identity/quality.html")]
pub struct QualityPage {
    /// Around it.
    pub frame: Frame,
    /// As known at.
    pub known_at: String,
    /// Both bars, in words.
    pub bars: String,
    /// When pairs and records were counted; empty before the first time.
    pub counted: String,
    /// Of the pairs that are one person here, the share that are.
    pub precision: String,
    /// Of the pairs above the lower bar that are one person, the share that are one here.
    pub recall: String,
    /// Of all pairs above the lower bar, the share that are one person.
    pub precision_below: String,
    /// What stewards' answers say of each band.
    pub answers: Vec<AnswersRow>,
    /// What they say of awkward pairs.
    pub awkward: Vec<String>,
    /// Pairs by weight, the greatest first.
    pub bands: Vec<BandRow>,
    /// The same as a picture.
    pub picture: String,
    /// How well records are linked, by sender, age, sex, ethnic group and area.
    pub groups: Vec<GroupsTable>,
    /// NHS numbers that more than one person's records carry.
    pub shared_numbers: String,
    /// The models.
    pub models: Vec<ModelView>,
    /// What is wrong with what was sent.
    pub problems: Vec<Problem>,
}
