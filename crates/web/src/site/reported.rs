//! What somebody of the public reported as wrong, and what became of it: for whoever reported it alone.

use super::answer::{Answered, page};
use super::clock::moment;
use super::form::own_path;
use super::view::Frame;
use super::wrong::Wrong;
use crate::access::visit::Visit;
use askama::Template;
use care::concern::{self, Became, Reported};

/// Reports that are listed.
const SHOWN_MAX: i64 = 200;

/// One report, as whoever made it reads it.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Its number, to quote.
    pub reference: String,
    /// What was wrong, in the form's words.
    pub kind: String,
    /// In their own words.
    pub said: String,
    /// When, in words.
    pub when: String,
    /// The page it is about.
    pub about: String,
    /// How far it has come: "Waiting", "Being looked at", "Answered".
    pub state: &'static str,
    /// What that means, or when it was answered, in a sentence.
    pub meaning: String,
    /// The answer; empty while there is none, or when it is not for them.
    pub answer: String,
}

/// What somebody reported.
#[derive(Template)]
#[template(path = "site/reported.html")]
pub struct ReportedPage {
    /// Around it.
    pub frame: Frame,
    /// Each report, newest first.
    pub reports: Vec<Told>,
}

/// What whoever asks reported, and what became of it.
///
/// # Errors
/// When the store or the template fails.
pub fn reported_page(visit: &Visit) -> Answered {
    let reports = concern::reported_by(visit.care(), &visit.actor, SHOWN_MAX, visit.now)?;
    page(&ReportedPage {
        frame: visit.frame("What you told us"),
        reports: reports.iter().map(told).collect(),
    })
}

fn told(one: &Reported) -> Told {
    let wrong = Wrong::ALL.into_iter().find(|wrong| wrong.value() == one.kind);
    let (state, meaning, answer) = match &one.became {
        Became::Waits => (
            "Waiting",
            "Nobody has begun to look at it yet. It is kept, and stays here.".to_owned(),
            String::new(),
        ),
        Became::LookedAt => (
            "Being looked at",
            "Somebody is looking at it now. The answer will stand here.".to_owned(),
            String::new(),
        ),
        Became::Answered(at, why) => ("Answered", format!("Answered on {}.", moment(*at)), why.clone()),
        Became::AnsweredElsewhere(at) => (
            "Answered",
            format!(
                "Answered on {}. The record does not open to you now, so the answer is not shown here.",
                moment(*at)
            ),
            String::new(),
        ),
    };
    Told {
        reference: one.number.to_string(),
        kind: wrong.map_or_else(|| one.kind.clone(), |wrong| wrong.words().to_owned()),
        said: one.words.clone(),
        when: moment(one.reported),
        about: if own_path(&one.page) {
            one.page.clone()
        } else {
            "/".to_owned()
        },
        state,
        meaning,
        answer,
    }
}
