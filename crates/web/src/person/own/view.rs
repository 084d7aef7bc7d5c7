//! What the page of one's own record shows.

use crate::person::view::{Banner, Disagreement, Line, Statement, Timeline};
use crate::site::view::Frame;
use askama::Template;

/// Who reads whose record, so that each sentence speaks to them.
#[derive(Clone, Debug, Default)]
pub struct Whose {
    /// Whether the reader is the person; else they act for them.
    pub own: bool,
    /// What the person is called; empty when nobody said.
    pub name: String,
}

impl Whose {
    /// The page's main heading.
    pub fn heading(&self) -> String {
        match (self.own, self.name.as_str()) {
            (true, "") => "Hello".to_owned(),
            (true, name) => format!("Hello, {name}"),
            (false, "") => "The record that you may see".to_owned(),
            (false, name) => format!("{name}’s record"),
        }
    }

    /// "Your" or "Margaret’s", to begin a sentence.
    pub fn your(&self) -> String {
        match (self.own, self.name.as_str()) {
            (true, _) => "Your".to_owned(),
            (false, "") => "Their".to_owned(),
            (false, name) => format!("{name}’s"),
        }
    }

    /// "your" or "their", within a sentence.
    pub fn of(&self) -> &'static str {
        if self.own { "your" } else { "their" }
    }

    /// A mark that staff read, in a sentence for whoever reads this.
    pub fn mind(&self, mark: &str) -> String {
        super::plain::mind(mark, self.own)
    }

    /// "you" or "they".
    pub fn you(&self) -> &'static str {
        if self.own { "you" } else { "they" }
    }
}

/// Whom to ask about what stands here.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// The practice by name; "your GP practice" where none is known or may be named.
    pub whom: String,
    /// The number it is rung by; empty when none is held.
    pub telephone: String,
}

impl Ask {
    /// The number as a telephone dials it.
    pub fn dialled(&self) -> String {
        self.telephone
            .chars()
            .filter(|c| c.is_ascii_digit() || *c == '+')
            .collect()
    }
}

/// One thing on the page.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Where all of it stands; empty when it has no page.
    pub path: String,
    /// What, in plain words.
    pub what: String,
    /// The words it was written in, where those are others; empty when they are not.
    pub written: String,
    /// The dose, or what was found; empty when there is none.
    pub value: String,
    /// What it measures, or what else was said of it; empty when nothing.
    pub means: String,
    /// What must be known before it is relied on, a sentence each.
    pub minds: Vec<String>,
    /// When, and who says so.
    pub said: String,
}

/// The part of a list that stands on the page.
#[derive(Clone, Debug, Default)]
pub struct SomeOf {
    /// What stands here.
    pub lines: Vec<Told>,
    /// How many more there are.
    pub more: usize,
    /// Where all of them are.
    pub path: String,
}

/// What whoever reads reported as wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reports {
    /// How many in all.
    pub all: i64,
    /// How many of them are answered.
    pub answered: i64,
}

/// One's own record, or that of somebody whom one acts for.
#[derive(Template)]
#[template(path = "person/own.html")]
pub struct OwnPage {
    /// Around it.
    pub frame: Frame,
    /// Who, for the line at the top; its deaths and what is sealed are said in this page's own words.
    pub banner: Banner,
    /// Who reads whose.
    pub whose: Whose,
    /// Whom to ask.
    pub ask: Ask,
    /// As known at.
    pub known_at: String,
    /// Booked times that are still to come, the next first.
    pub next: Vec<Told>,
    /// Where they were sent and nothing says yet that it is over.
    pub waiting: Vec<Told>,
    /// Allergies.
    pub allergies: Vec<Told>,
    /// Whether some say that there are none.
    pub allergies_differ: bool,
    /// Medicines that stand.
    pub medicines: SomeOf,
    /// Conditions that stand.
    pub conditions: SomeOf,
    /// The latest of each test.
    pub tests: SomeOf,
    /// Wishes and plans that staff read first in an emergency.
    pub plans: Vec<Statement>,
    /// How they want to be reached and met, and what helps them.
    pub needs: Vec<Statement>,
    /// People and teams around them.
    pub people: Vec<Statement>,
    /// Letters and documents, newest first.
    pub documents: Vec<Line>,
    /// Where services do not agree.
    pub differences: Vec<Disagreement>,
    /// Services of which nothing came.
    pub silent: Vec<String>,
    /// What they reported.
    pub reports: Reports,
}

/// Everything on the record by date, for whoever reads their own.
#[derive(Template)]
#[template(path = "person/own_all.html")]
pub struct OwnAllPage {
    /// Around it.
    pub frame: Frame,
    /// Who.
    pub banner: Banner,
    /// Who reads whose.
    pub whose: Whose,
    /// Whom to ask.
    pub ask: Ask,
    /// Everything, by date.
    pub timeline: Timeline,
}
