//! How somebody wants to be reached and met: their own word first, then what senders say.

use super::view::{ChangePage, Effect, PreferenceLine, PreferencesPage};
use super::{headed, kept, person_of};
use crate::access::known_as;
use crate::access::visit::{Asked, Visit, answer};
use crate::person::present::{Present, address};
use crate::serving::Site;
use crate::site::answer::{Answered, PageError, page_with, step};
use crate::site::clock::moment;
use crate::site::form::{Pairs, Problem};
use crate::site::senders::Senders;
use crate::site::view::Choice;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use care::access::choices::contact;
use care::access::{Act, Part, PersonGrant, Role};
use care::person::PersonRecord;
use care::rights::RightsError;
use care::rights::preferences::{self, About, Preference, Said};
use record::system::{BannerKind, System};
use record::{Address, Demographics, PersonId};
use std::sync::Arc;

/// `/people/{id}/preferences` and what is under it.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/people/{id}/preferences", get(list).post(keep))
        .route("/people/{id}/preferences/{number}", get(one).post(undo))
}

async fn list(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        list_page(visit, person_of(&id)?, &Pairs::default(), Vec::new())
    })
    .await
}

fn seeing(visit: &Visit, person: PersonId) -> Result<PersonGrant, PageError> {
    Ok(contact(visit.care(), &visit.actor, person, Act::ReadRecord, visit.now)?)
}

/// What is known, and the form that adds to it.
pub(super) fn list_page(visit: &Visit, person: PersonId, typed: &Pairs, problems: Vec<Problem>) -> Answered {
    let grant = seeing(visit, person)?;
    let record = care::person::read(visit.care(), &grant)?;
    let every = preferences::of_person(visit.care(), &grant)?;
    let may_add = grant.covers_part(Act::Write, Part::Contact);
    let (past, standing): (Vec<_>, Vec<_>) = every.iter().partition(|one| one.undone.is_some());
    let lines = |these: &[&Preference]| {
        these
            .iter()
            .map(|one| line(one, visit.care(), &grant, may_add))
            .collect()
    };
    let abouts = About::ALL.map(|about| (about.value(), about.words()));
    let opens_record = grant.covers_part(Act::ReadRecord, Part::Record);
    let by_whom = |mut lines: Vec<PreferenceLine>| {
        // Who sent it would tell a front desk by whom somebody is cared for (SAFETY 8).
        if !opens_record {
            lines.iter_mut().for_each(|line| line.by = how_many(&line.by));
        }
        lines
    };
    let lists = About::ALL.into_iter().filter(|about| !about.choices().is_empty());
    let (status, title) = headed("Reaching and meeting", &problems);
    page_with(
        status,
        &PreferencesPage {
            frame: visit.frame(&title),
            banner: Present::of(visit.care().system(), &record).banner(),
            own: grant.is_own_use(),
            back: opens_record,
            standing: lines(&standing),
            // Somebody who acts for the person is not told where they live: a parent may have to be kept from it.
            reach: (!grant.is_own_use() || visit.actor.role == Role::Resident)
                .then(|| by_whom(reach(visit.care().system(), &record))),
            restricted: record.restricted,
            senders: by_whom(of_senders(visit.care().system(), &record)),
            past: lines(&past),
            abouts: if may_add {
                Choice::list(abouts, typed.get("about"))
            } else {
                Vec::new()
            },
            lists: lists
                .map(|about| Effect {
                    what: about.words().to_owned(),
                    does: about.choices().iter().map(|choice| (*choice).to_owned()).collect(),
                })
                .collect(),
            value: typed.get("value").to_owned(),
            words: typed.get("words").to_owned(),
            problems,
        },
    )
}

fn line(one: &Preference, care: &care::Care, grant: &PersonGrant, may_undo: bool) -> PreferenceLine {
    let undone = one.undone.as_ref().map(|(at, by, why)| {
        let why = if why.is_empty() {
            String::new()
        } else {
            format!(": {why}")
        };
        format!("Taken back by {}, {}{why}", known_as(care, by), moment(*at))
    });
    PreferenceLine {
        about: one.about.words().to_owned(),
        value: one.value.clone(),
        words: one.words.clone(),
        by: format!(
            "{}; written down by {}, {}",
            one.source.words(),
            known_as(care, &one.actor),
            moment(one.said)
        ),
        path: match (&undone, may_undo) {
            (None, true) => format!("/people/{}/preferences/{}", grant.person(), one.number),
            _ => String::new(),
        },
        undone: undone.unwrap_or_default(),
    }
}

/// How many senders say something, in place of who they are.
fn how_many(by: &str) -> String {
    match by.split(" + ").count() {
        1 => "1 sender".to_owned(),
        several => format!("{several} senders"),
    }
}

/// What reaches them, as senders say: telephone, e-mail and address, each once with all who say it. The views of
/// somebody whose whereabouts are restricted hold none.
fn reach(system: &System, record: &PersonRecord) -> Vec<PreferenceLine> {
    let senders = Senders::about(system, record.restricted);
    let mut found: Vec<PreferenceLine> = Vec::new();
    let ways: [(&str, fn(&Demographics) -> Vec<String>); 3] =
        [("Telephone", phones), ("E-mail", emails), ("Address", homes)];
    for (about, of) in ways {
        for view in &record.views {
            let by = senders.name(&view.sender);
            for value in view.says.as_ref().map(of).unwrap_or_default() {
                match found.iter_mut().find(|one| one.about == about && one.value == value) {
                    Some(one) if one.by.split(" + ").any(|known| known == by) => {}
                    Some(one) => one.by = format!("{} + {by}", one.by),
                    None => found.push(PreferenceLine {
                        about: about.to_owned(),
                        value,
                        by: by.clone(),
                        ..PreferenceLine::default()
                    }),
                }
            }
        }
    }
    found
}

fn phones(says: &Demographics) -> Vec<String> {
    says.phones.clone()
}

fn emails(says: &Demographics) -> Vec<String> {
    says.emails.clone()
}

/// Where they live, and where they lived before when a sender says that it is so no more.
fn homes(says: &Demographics) -> Vec<String> {
    let one = |home: &Address| match home.r#use.as_str() {
        "old" => format!("{} (where they lived before)", address(home)),
        _ => address(home),
    };
    says.addresses.iter().map(one).collect()
}

/// What senders say of language, interpreter and adjustments, each with its sender.
fn of_senders(system: &System, record: &PersonRecord) -> Vec<PreferenceLine> {
    let senders = Senders::about(system, record.restricted);
    let line = |about: &str, value: &str, by: String| PreferenceLine {
        about: about.to_owned(),
        value: value.to_owned(),
        by,
        ..PreferenceLine::default()
    };
    let mut found: Vec<PreferenceLine> = Vec::new();
    for view in &record.views {
        let Some(says) = &view.says else { continue };
        let by = senders.name(&view.sender);
        if !says.language.is_empty() {
            found.push(line(About::Language.words(), &says.language, by.clone()));
        }
        if let Some(needed) = says.interpreter {
            found.push(line("Interpreter", if needed { "needed" } else { "not needed" }, by));
        }
    }
    let adjustments = record
        .banner
        .statements
        .iter()
        .filter(|one| one.kind == BannerKind::ReasonableAdjustment)
        .flat_map(|one| &one.facts);
    for fact in adjustments.filter_map(|at| record.facts.get(*at)) {
        let by: Vec<String> = fact.senders().into_iter().map(|sender| senders.name(sender)).collect();
        found.push(line(
            About::Adjustment.words(),
            fact.entry().what.label(),
            by.join(" + "),
        ));
    }
    found
}

async fn keep(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let person = person_of(&id)?;
        let form = &visit.form;
        let about = About::ALL.into_iter().find(|about| about.value() == form.get("about"));
        let done = match about {
            Some(about) => {
                let said = Said {
                    about,
                    value: form.get("value"),
                    words: form.get("words"),
                    by_carer: form.get("by") == "carer",
                };
                preferences::keep(visit.care(), &visit.actor, person, &said, visit.now)
            }
            // Whoever may not is told so, whatever they typed; that they asked is written down.
            None => contact(visit.care(), &visit.actor, person, Act::Write, visit.now)
                .map_err(RightsError::from)
                .and_then(|_| Err(RightsError::Said("about", "Choose what it is about".to_owned()))),
        };
        kept(done, &format!("/people/{person}/preferences"))
            .unwrap_or_else(|problems| list_page(visit, person, form, problems))
    })
    .await
}

async fn one(Path((id, number)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        undo_page(visit, person_of(&id)?, &number, &Pairs::default(), Vec::new())
    })
    .await
}

/// The form on which something is taken back.
pub(super) fn undo_page(
    visit: &Visit,
    person: PersonId,
    number: &str,
    typed: &Pairs,
    problems: Vec<Problem>,
) -> Answered {
    let number: i64 = number.parse().map_err(|_| PageError::Nothing)?;
    let grant = seeing(visit, person)?;
    if !grant.covers_part(Act::Write, Part::Contact) {
        return Err(PageError::Refused(NOT_YOURS.to_owned()));
    }
    let every = preferences::of_person(visit.care(), &grant)?;
    let found = every
        .iter()
        .find(|one| one.number == number && one.undone.is_none())
        .ok_or(PageError::Nothing)?;
    let record = care::person::read(visit.care(), &grant)?;
    let own = grant.is_own_use();
    let (status, title) = headed("Take it back", &problems);
    let shown = line(found, visit.care(), &grant, true);
    page_with(
        status,
        &ChangePage {
            frame: visit.frame(&title),
            banner: Present::of(visit.care().system(), &record).banner(),
            heading: "Take it back".to_owned(),
            back: step(
                "Reaching and meeting",
                &format!("/people/{}/preferences", grant.person()),
            ),
            about: format!("{}: {}. {}.", shown.about, shown.value, shown.by),
            effects: vec![Effect {
                what: "What happens if you take it back".to_owned(),
                does: vec!["Staff no longer read it at the top of the record. What senders say stays.".to_owned()],
            }],
            choices: Vec::new(),
            hints: Vec::new(),
            name: "",
            legend: String::new(),
            organisations: Vec::new(),
            asks: if own { "Why, if you like to say" } else { "Why" }.to_owned(),
            hint: "It is kept, with what was said before.".to_owned(),
            words: typed.get("words").to_owned(),
            action: shown.path,
            button: "Take it back".to_owned(),
            warns: false,
            problems,
        },
    )
}

const NOT_YOURS: &str = "The person, or staff who care for them, change this.";

async fn undo(Path((id, number)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let person = person_of(&id)?;
        let at: i64 = number.parse().map_err(|_| PageError::Nothing)?;
        let words = visit.form.get("words");
        let done = preferences::undo(visit.care(), &visit.actor, person, at, words, visit.now);
        kept(done, &format!("/people/{person}/preferences"))
            .unwrap_or_else(|problems| undo_page(visit, person, &number, &visit.form, problems))
    })
    .await
}
