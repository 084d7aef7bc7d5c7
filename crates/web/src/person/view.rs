//! What the pages about a person show.

use super::spark::Spark;
use crate::feeds::view::HeldRow;
use crate::site::as_sent::AsSent;
use crate::site::form::Problem;
use crate::site::view::{Choice, Frame, Paging, Step};
use askama::Template;

/// Who this is, at the top of every page about a person.
#[derive(Clone, Debug, Default)]
pub struct Banner {
    /// The record's path: `/people/{id}`.
    pub path: String,
    /// Surname, as sent; shown in capitals.
    pub surname: String,
    /// Given names.
    pub given: String,
    /// What they like to be called, when someone said.
    pub known_as: String,
    /// Age in words; months under two years; at death, for the dead.
    pub age: String,
    /// Birth date in words.
    pub born: String,
    /// NHS number, grouped 3-3-4; empty when none is known.
    pub nhs_number: String,
    /// Anything to know about the number: "not checked with the national service".
    pub nhs_number_note: String,
    /// Sex in words.
    pub sex: String,
    /// The practice where registered; empty when hidden or unknown.
    pub practice: String,
    /// Every sender's report of the death: shown above all else.
    pub deaths: Vec<Statement>,
    /// Conflicting reports ("Hospital says alive on 3 March 2026"), side by side.
    pub death_conflicts: Vec<Statement>,
    /// Reasonable adjustments and flags.
    pub flags: Vec<Statement>,
    /// Until when an emergency that the reader declared opens this record; empty when none does.
    pub emergency: String,
    /// Whether something is sealed that this reader could else see.
    pub sealed: bool,
    /// Why only what the reader's own organisation wrote is here; empty when it is not so.
    pub own_only: String,
    /// Whether this reader could open what is kept back by declaring an emergency.
    pub may_declare: bool,
    /// Other pages about this person that this reader may open.
    pub more: Vec<Step>,
}

/// What stands for the practice of somebody whose whereabouts are restricted.
pub const PRACTICE_HIDDEN: &str = "Practice hidden: whereabouts restricted";

impl Banner {
    /// Whom somebody at home asks about what they read: the practice by name, where it is known and may be named.
    pub fn whom_to_ask(&self) -> &str {
        match self.practice.as_str() {
            "" | PRACTICE_HIDDEN => "the GP practice",
            named => named,
        }
    }

    /// What stands where a list is empty. It never says that nothing was sent: what this reader may not see was.
    pub fn none(&self, what: &str) -> String {
        match () {
            () if !self.own_only.is_empty() => {
                format!("{what} that your own organisation wrote. What others wrote is not shown to you.")
            }
            () if self.sealed => format!("{what} that you may see: part of this record is sealed."),
            () => format!("{what} is shown here. That does not mean there is none."),
        }
    }

    /// What stands where nothing is said of what must be read first.
    pub fn unrecorded(&self) -> &'static str {
        match () {
            () if !self.own_only.is_empty() => "Not shown: others may have recorded it",
            () if self.sealed => "Not recorded here, or sealed",
            () => "Not recorded here",
        }
    }

    /// What else may be behind an empty timeline; empty when nothing is kept from this reader.
    pub fn kept_back(&self) -> &'static str {
        match () {
            () if !self.own_only.is_empty() => "What others than your own organisation wrote is not shown to you.",
            () if self.sealed => "Part of this record is sealed.",
            () => "",
        }
    }
}

/// Something said, with who said it and when.
#[derive(Clone, Debug, Default)]
pub struct Statement {
    /// In words.
    pub words: String,
    /// The sender's name.
    pub sender: String,
    /// The date, in words.
    pub date: String,
    /// Where the signed original is; empty when it needs none or was not said.
    pub original: String,
    /// The entry's path; empty when it has none.
    pub path: String,
}

/// One row of "first at 3 a.m.". With no statements it reads "Not recorded here", which never means none.
#[derive(Clone, Debug, Default)]
pub struct Vital {
    /// Which: "Allergies", "Resuscitation".
    pub label: &'static str,
    /// Whether something here changes what to do now.
    pub warns: bool,
    /// What senders say.
    pub said: Vec<Statement>,
    /// How they disagree, in words; empty when they do not.
    pub disagreement: String,
}

/// What is always shown, recorded or not, in the order it is read. With death, which the banner holds, seven.
#[derive(Clone, Debug, Default)]
pub struct Safety {
    /// Allergies and intolerances, or a statement of none known.
    pub allergies: Vital,
    /// ReSPECT or a decision not to attempt resuscitation.
    pub resuscitation: Vital,
    /// Advance decision to refuse treatment.
    pub refusal: Vital,
    /// Lasting power of attorney for health.
    pub attorney: Vital,
    /// Contingency plan.
    pub contingency: Vital,
    /// Sex, where senders differ or say more than the banner.
    pub sex: Vital,
}

impl Safety {
    /// Every row, in reading order. The labels are set here, so that no page can lack one; death comes from
    /// the banner, so that the two can never differ.
    pub fn rows(&self, banner: &Banner) -> [Vital; 7] {
        let row = |label, vital: &Vital| Vital { label, ..vital.clone() };
        let conflict = if banner.death_conflicts.is_empty() {
            ""
        } else {
            "reports conflict"
        };
        let death = Vital {
            label: "",
            warns: !banner.deaths.is_empty(),
            said: banner.deaths.iter().chain(&banner.death_conflicts).cloned().collect(),
            disagreement: conflict.to_owned(),
        };
        [
            row("Allergies", &self.allergies),
            row("Resuscitation (ReSPECT, DNACPR)", &self.resuscitation),
            row("Advance decision to refuse treatment", &self.refusal),
            row("Power of attorney for health", &self.attorney),
            row("Contingency plan", &self.contingency),
            row("Death", &death),
            row("Sex", &self.sex),
        ]
    }
}

/// How fresh the page is.
#[derive(Clone, Debug, Default)]
pub struct Freshness {
    /// "09:41" or "3 March 2026, 09:41".
    pub known_at: String,
    /// A line for each feed that has told something about this person.
    pub feeds: Vec<FeedAge>,
}

impl Freshness {
    /// How many feeds are not late.
    pub fn on_time(&self) -> usize {
        self.feeds.iter().filter(|feed| !feed.late).count()
    }
}

/// How long ago a feed last told anything at all.
#[derive(Clone, Debug)]
pub struct FeedAge {
    /// The feed's name in words: "GP".
    pub name: String,
    /// "6 minutes ago", "3 hours late".
    pub words: String,
    /// Whether it is later than it should be.
    pub late: bool,
}

/// An item in quarantine that concerns this person.
#[derive(Clone, Debug)]
pub struct Held {
    /// What it is, as far as it could be read: "Allergy".
    pub what: String,
    /// From whom.
    pub sender: String,
    /// When it came.
    pub when: String,
    /// Why it could not be read, in words.
    pub reason: String,
    /// Who owns it, and by when: "owned by the data team, due 10:41"; empty when it has no clock.
    pub clock: String,
    /// A way to see it; empty when this reader may not.
    pub path: String,
}

/// Two or more senders who do not agree, side by side.
#[derive(Clone, Debug)]
pub struct Disagreement {
    /// What about, named: "Penicillin: allergy against none known".
    pub about: String,
    /// Each side.
    pub sides: Vec<Statement>,
}

/// One line of a list: a problem, a medicine, a document, an entry of the timeline.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// The entry's path.
    pub path: String,
    /// The kind in words: "Problem".
    pub kind: String,
    /// What, in plain words first.
    pub what: String,
    /// The value, dose or outcome.
    pub value: String,
    /// Why, and what came of it, on one line; empty when nothing was said.
    pub note: String,
    /// When, short: "11 Apr 2026".
    pub date: String,
    /// Who said so. Two or more: the same fact.
    pub senders: Vec<String>,
    /// Status in words, when not simply active or final.
    pub status: String,
    /// "incomplete", "check", "suspected"…: words that stand as tags.
    pub marks: Vec<String>,
}

impl Line {
    /// "GP and 1 other" is wrong when it hides a name: senders are always named in full.
    pub fn senders_in_words(&self) -> String {
        self.senders.join(" + ")
    }
}

/// A kind of result with its course.
#[derive(Clone, Debug)]
pub struct ResultLine {
    /// The latest.
    pub line: Line,
    /// Its course, when there are at least two values in one unit.
    pub spark: Option<Spark>,
}

/// The part of a list that stands on the record, with how many there are in all.
#[derive(Clone, Debug)]
pub struct List<T> {
    /// Shown, most important first.
    pub lines: Vec<T>,
    /// How many there are in all.
    pub total: u64,
    /// Where all of them are.
    pub path: String,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self {
            lines: Vec::new(),
            total: 0,
            path: String::new(),
        }
    }
}

impl<T> List<T> {
    /// How many are not shown.
    pub fn more(&self) -> u64 {
        self.total.saturating_sub(self.lines.len() as u64)
    }
}

/// A sender from whom nothing has come.
#[derive(Clone, Debug)]
pub struct Silent {
    /// Who.
    pub sender: String,
    /// When its feeds last brought anything, about anyone: "6 minutes ago"; empty for never.
    pub since: String,
}

/// A record that may be the same person's, never shown as one with this.
#[derive(Clone, Debug)]
pub struct Perhaps {
    /// Who holds it.
    pub sender: String,
    /// Why it may be the same, in a sentence.
    pub why: String,
    /// Where it opens.
    pub path: String,
}

/// The timeline with its filters.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// All kinds, problems, …
    pub kinds: Vec<Choice>,
    /// All senders, …
    pub senders: Vec<Choice>,
    /// 1, 2, 5 years, all.
    pub years: Vec<Choice>,
    /// Whether any filter is set, for "clear".
    pub filtered: bool,
    /// Entries, newest first.
    pub lines: Vec<Line>,
    /// The same without the limit of years; empty when there is none.
    pub all: String,
    /// Where the list stands.
    pub paging: Paging,
}

/// The record.
#[derive(Template)]
#[template(path = "person/record.html")]
pub struct RecordPage {
    /// Around it.
    pub frame: Frame,
    /// Who.
    pub banner: Banner,
    /// How fresh.
    pub freshness: Freshness,
    /// What came and could not be read.
    pub held: Vec<Held>,
    /// Who disagrees about what.
    pub disagreements: Vec<Disagreement>,
    /// First at 3 a.m.
    pub safety: Safety,
    /// Problems.
    pub problems: List<Line>,
    /// Medicines.
    pub medicines: List<Line>,
    /// Results with their course.
    pub results: List<ResultLine>,
    /// Documents.
    pub documents: List<Line>,
    /// Everything, by date.
    pub timeline: Timeline,
    /// Nothing received from.
    pub silent: Vec<Silent>,
    /// May be the same.
    pub perhaps: Vec<Perhaps>,
    /// People and teams around the person.
    pub people: Vec<Statement>,
}

/// One earlier or later version of an item.
#[derive(Clone, Debug)]
pub struct Version {
    /// Counted from 1.
    pub number: u32,
    /// When the sender says it was made.
    pub said: String,
    /// When it was received.
    pub received: String,
    /// What changed, in words.
    pub change: String,
    /// Whether the record shows this one.
    pub shown: bool,
    /// Where it opens.
    pub path: String,
}

/// A named fact about an entry.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Which.
    pub label: String,
    /// What; "not said by the sender" rather than empty.
    pub words: String,
}

/// A part that could not be read.
#[derive(Clone, Debug)]
pub struct Unread {
    /// Where in the item.
    pub place: String,
    /// Why.
    pub reason: String,
}

/// One entry, opened.
#[derive(Template)]
#[template(path = "person/entry.html")]
pub struct EntryPage {
    /// Around it.
    pub frame: Frame,
    /// Who.
    pub banner: Banner,
    /// The entry as the record shows it.
    pub line: Line,
    /// What the sender said, fact by fact: sender, feed, author, value as sent, happened, recorded, received…
    pub facts: Vec<Fact>,
    /// That its removal by law waits, for those who may know of it.
    pub removal: Vec<String>,
    /// Parts that could not be read.
    pub unread: Vec<Unread>,
    /// Other senders who say the same.
    pub same: Vec<Statement>,
    /// Versions, newest first.
    pub versions: Vec<Version>,
    /// A document's sandboxed page; empty when it is none.
    pub document: String,
    /// As sent; `None` when this reader may not see it.
    pub as_sent: Option<AsSent>,
    /// Why what was sent is not shown, for when it is not.
    pub why_not_sent: String,
    /// Which version is shown as sent; empty for the latest.
    pub version: String,
}

/// An item about a person that could not be read, opened from their record.
#[derive(Template)]
#[template(path = "person/held.html")]
pub struct HeldItemPage {
    /// Around it.
    pub frame: Frame,
    /// Who.
    pub banner: Banner,
    /// The item.
    pub row: HeldRow,
    /// Who owns it, in words.
    pub owner: String,
    /// What became of it, once something has.
    pub settled: Option<String>,
    /// What arrived, with the place marked.
    pub arrived: AsSent,
}

/// Someone found.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Who. Only the banner's line is used.
    pub banner: Banner,
    /// Address, when it may be shown.
    pub address: String,
    /// How many senders know them: "6 senders".
    pub known: String,
    /// What tells them from another on this list: "Twin sister also listed".
    pub mind: String,
}

/// What a search came to.
#[derive(Clone, Debug)]
pub enum Found {
    /// Nothing asked yet.
    NotAsked,
    /// These people. `more`: there are others, and another trait would narrow it.
    People {
        /// At most 20.
        people: Vec<Candidate>,
        /// Whether there are others.
        more: bool,
    },
    /// Nobody fits.
    Nobody,
    /// This reader may not see who fits, or may not search.
    Refused {
        /// Why, in words; never whether the person is known.
        why: String,
        /// What is possible next.
        next: Vec<Step>,
    },
}

impl Found {
    /// Whether this reader may not search: then there is no box to type into.
    pub const fn is_refused(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }
}

/// Find a person.
#[derive(Template)]
#[template(path = "person/find.html")]
pub struct FindPage {
    /// Around it.
    pub frame: Frame,
    /// What was typed, shown again in the box. It came by POST and stands in no address.
    pub asked: String,
    /// How it was understood: "born 4 May 1945", "a name beginning “ham”".
    pub understood: Vec<String>,
    /// What the form must still say.
    pub problems: Vec<Problem>,
    /// What came of it.
    pub found: Found,
}

/// The two pages that are printed for downtime.
#[derive(Template)]
#[template(path = "person/summary.html")]
pub struct SummaryPage {
    /// Around it.
    pub frame: Frame,
    /// Who.
    pub banner: Banner,
    /// Who printed it.
    pub printed_by: String,
    /// When, in words.
    pub printed_at: String,
    /// The audit row that says so.
    pub audit: String,
    /// How fresh.
    pub freshness: Freshness,
    /// First at 3 a.m.
    pub safety: Safety,
    /// Who disagrees about what.
    pub disagreements: Vec<Disagreement>,
    /// What came and could not be read.
    pub held: Vec<Held>,
    /// Problems.
    pub problems: List<Line>,
    /// Medicines.
    pub medicines: List<Line>,
    /// Latest results.
    pub results: List<ResultLine>,
    /// What happened lately.
    pub recent: List<Line>,
    /// People and teams to call.
    pub people: Vec<Statement>,
    /// Nothing received from.
    pub silent: Vec<Silent>,
}
