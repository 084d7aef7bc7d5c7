//! Who may see one entry.

use super::sharing::may;
use super::view::{ChangePage, Effect};
use super::{headed, kept, person_of};
use crate::access::visit::{Asked, Visit, answer};
use crate::person::line::EntryName;
use crate::person::present::Present;
use crate::serving::Site;
use crate::site::answer::{Answered, PageError, page_with, step};
use crate::site::form::{Pairs, Problem};
use crate::site::view::Choice as Choosing;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use care::access::{Act, PersonGrant, Sensitivity, Show};
use care::rights::RightsError;
use care::rights::sharing::{self, EntryChoice, EntryStands};
use record::{Kind, PersonId};
use std::sync::Arc;

/// `/people/{id}/entries/{name}/sharing`.
pub fn routes() -> Router<Arc<Site>> {
    Router::new().route("/people/{id}/entries/{name}/sharing", get(shown).post(decide))
}

async fn shown(Path((id, name)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        page_of(visit, person_of(&id)?, &name, &Pairs::default(), Vec::new())
    })
    .await
}

/// The form on which it is decided who may see an entry.
pub(super) fn page_of(visit: &Visit, person: PersonId, name: &str, typed: &Pairs, problems: Vec<Problem>) -> Answered {
    let grant = care::access::person(visit.care(), &visit.actor, person, Act::ReadRecord, visit.now)?;
    let name = EntryName::read(name).ok_or(PageError::Nothing)?;
    let stands = sharing::entry(visit.care(), &grant, name.item)?.ok_or(PageError::Nothing)?;
    let record = care::person::read(visit.care(), &grant)?;
    let present = Present::of(visit.care().system(), &record);
    let (fact, line) = present.find(name).ok_or(PageError::Nothing)?;
    let own = grant.is_own_use();
    let choices = choices(&grant, &stands);
    if choices.is_empty() {
        return Err(PageError::Refused(NOTHING_TO_DECIDE.to_owned()));
    }
    let heading = if own {
        "Who may see this entry of yours"
    } else {
        "Who may see this entry"
    };
    let (status, title) = headed(heading, &problems);
    let path = format!("{}/entries/{}", present.path(), name.written());
    let mut effects = vec![now_it_stands(&stands, own)];
    if matches!(line.entry.kind, Kind::Allergy | Kind::Flag | Kind::Medicine) && !own {
        effects.push(Effect {
            what: "Mind what this entry is".to_owned(),
            does: vec![
                "Whoever treats the person in a hurry looks for it. Sealed, it takes an emergency to see it; locked, nobody else ever does."
                    .to_owned(),
            ],
        });
    }
    page_with(
        status,
        &ChangePage {
            frame: visit.frame(&title),
            banner: present.banner(),
            heading: heading.to_owned(),
            back: step("The entry", &path),
            about: {
                let opened = present.opened(fact);
                let value = if opened.value.is_empty() {
                    String::new()
                } else {
                    format!(": {}", opened.value)
                };
                format!(
                    "{}{value}. {}, {}.",
                    opened.what,
                    opened.date,
                    opened.senders_in_words()
                )
            },
            effects,
            choices: Choosing::list(
                choices.iter().map(|(_, value, words)| (*value, *words)),
                typed.get("choice"),
            ),
            hints: choices.iter().map(|(wanted, ..)| does(*wanted, own)).collect(),
            name: "choice",
            legend: "What should change?".to_owned(),
            organisations: Vec::new(),
            asks: if own {
                "Why, if you like to say"
            } else {
                "Why, and who asked for it"
            }
            .to_owned(),
            hint: if own {
                "You do not have to give a reason."
            } else {
                "It is kept with your name."
            }
            .to_owned(),
            words: typed.get("words").to_owned(),
            action: format!("{path}/sharing"),
            button: "Save who may see it".to_owned(),
            warns: false,
            problems,
        },
    )
}

const NOTHING_TO_DECIDE: &str =
    "There is nothing that you can decide about this entry. The organisation that wrote it can seal it; ask them.";

/// What this reader can change about an entry as it stands.
fn choices(grant: &PersonGrant, stands: &EntryStands) -> Vec<(EntryChoice, &'static str, &'static str)> {
    let own_use = grant.is_own_use();
    let (sensitivity, show) = (stands.stands.sensitivity, stands.stands.show);
    EntryChoice::ALL
        .into_iter()
        .filter(|(wanted, _)| match wanted {
            EntryChoice::Seal => sensitivity != Sensitivity::Sealed,
            EntryChoice::Lock => sensitivity != Sensitivity::Locked,
            EntryChoice::KeepFromProxies => show == Show::PersonAndProxies,
            EntryChoice::HideAtHome => show != Show::Neither,
            EntryChoice::ShowAtHome => show != Show::PersonAndProxies,
        })
        .filter(|(wanted, _)| may(grant, wanted.needs(stands.own)))
        .map(|(wanted, value)| (wanted, value, called(wanted, own_use)))
        .collect()
}

const fn called(wanted: EntryChoice, own: bool) -> &'static str {
    match wanted {
        EntryChoice::Seal => "Seal it",
        EntryChoice::Lock => "Seal and lock it",
        EntryChoice::KeepFromProxies if own => "Keep it from those who act for me",
        EntryChoice::KeepFromProxies => "Keep it from those who act for the person",
        EntryChoice::HideAtHome => "Hide it from the person and those who act for them",
        EntryChoice::ShowAtHome => "Show it to the person and those who act for them",
    }
}

fn now_it_stands(stands: &EntryStands, own: bool) -> Effect {
    let staff = match stands.stands.sensitivity {
        Sensitivity::Sealed => "Staff: sealed. The organisation that wrote it, and an emergency.",
        Sensitivity::Locked => "Staff: sealed and locked. The organisation that wrote it, and nobody else.",
        _ => "Staff: whoever cares for the person, as their role allows.",
    };
    let home = match (stands.stands.show, own) {
        (Show::PersonAndProxies, true) => {
            "You: yes. Those who act for you: yes, and what is sensitive only with your yes."
        }
        (Show::Person, true) => "You: yes. Those who act for you: no.",
        (Show::PersonAndProxies, false) => {
            "The person: yes. Those who act for them: yes, and what is sensitive only with the person’s yes."
        }
        (Show::Person, false) => "The person: yes. Those who act for them: no.",
        (Show::Neither, _) => "The person and those who act for them: no.",
    };
    Effect {
        what: "Who sees it now".to_owned(),
        does: vec![staff.to_owned(), home.to_owned()],
    }
}

fn does(wanted: EntryChoice, own: bool) -> String {
    let does: &[&str] = match wanted {
        EntryChoice::Seal => &[
            "Only your organisation opens it. Others who care for the person read that something is sealed, not what.",
            "An emergency opens it, with a reason that is checked.",
            "The person goes on seeing it. Those who act for them do not.",
        ],
        EntryChoice::Lock => &[
            "Only your organisation opens it, and no emergency does. Nobody else learns that it is there.",
            "Choose it only where the danger of being seen is greater than that of not being known.",
            "The person goes on seeing it. Those who act for them do not.",
        ],
        EntryChoice::KeepFromProxies => &["Those who act for you no longer see it. Staff do. You can take it back."],
        EntryChoice::HideAtHome => &[
            "The person and those who act for them no longer see it, and are not told.",
            "For what would do serious harm, or tells something of somebody else.",
        ],
        EntryChoice::ShowAtHome => &[
            "The person sees it when they next look; those who act for them too, unless it is sensitive.",
            "Be sure that nobody is in danger by it.",
        ],
    };
    let them = |words: &&str| match own {
        true => (*words).to_owned(),
        false => words
            .replace("act for you ", "act for the person ")
            .replace("You can", "It can be")
            .replace("be take it back", "be taken back"),
    };
    let sentences: Vec<String> = does.iter().map(them).collect();
    sentences.join(" ")
}

async fn decide(Path((id, name)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let person = person_of(&id)?;
        let item = EntryName::read(&name).ok_or(PageError::Nothing)?.item;
        let form = &visit.form;
        let wanted = EntryChoice::ALL
            .into_iter()
            .find(|(_, value)| *value == form.get("choice"));
        let done = match wanted {
            Some((wanted, _)) => sharing::decide(
                visit.care(),
                &visit.actor,
                (person, item),
                wanted,
                form.get("words"),
                visit.now,
            ),
            None => Err(RightsError::Said("choices", "Choose what should change".to_owned())),
        };
        kept(done, &format!("/people/{person}/sharing"))
            .unwrap_or_else(|problems| page_of(visit, person, &name, form, problems))
    })
    .await
}
