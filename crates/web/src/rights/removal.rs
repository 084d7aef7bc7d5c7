//! Lawful removal by two people: asking for it, and the privacy officers' list where another confirms it.

use super::view::{ChangePage, Effect, RemovalLine, RemovalsPage, Waits};
use super::{headed, person_of};
use crate::access::known_as;
use crate::access::visit::{Asked, Visit, answer};
use crate::person::line::{EntryName, entry_path};
use crate::person::present::Present;
use crate::serving::Site;
use crate::site::answer::{Answered, PageError, page_with, step};
use crate::site::clock::moment;
use crate::site::form::{Pairs, Problem};
use crate::site::senders::Senders;
use crate::site::view::Choice as Choosing;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::access::choices::Choice;
use care::access::{Act, ListGrant, PersonGrant, Role};
use care::person::PersonRecord;
use care::rights::RightsError;
use care::rights::removal::{self, Ground, Removal, State};
use care::rights::sharing;
use record::PersonId;
use std::sync::Arc;

/// `/people/{id}/entries/{name}/removal` and `/removals`.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/people/{id}/entries/{name}/removal", get(form).post(ask))
        .route("/removals", get(queue))
        .route("/removals/{number}", post(answered))
}

async fn form(Path((id, name)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        form_page(visit, person_of(&id)?, &name, &Pairs::default(), Vec::new())
    })
    .await
}

/// The form on which somebody of the organisation that wrote an entry asks for it to be removed.
pub(super) fn form_page(
    visit: &Visit,
    person: PersonId,
    name: &str,
    typed: &Pairs,
    problems: Vec<Problem>,
) -> Answered {
    let grant = care::access::person(visit.care(), &visit.actor, person, Act::ReadRecord, visit.now)?;
    let name = EntryName::read(name).ok_or(PageError::Nothing)?;
    let stands = sharing::entry(visit.care(), &grant, name.item)?.ok_or(PageError::Nothing)?;
    Choice::Removal { own: stands.own }
        .allowed(grant.facts(), grant.actor())
        .map_err(|says| PageError::Refused(says.to_owned()))?;
    let record = care::person::read(visit.care(), &grant)?;
    let present = Present::of(visit.care().system(), &record);
    let (fact, _) = present.find(name).ok_or(PageError::Nothing)?;
    let shown = present.opened(fact);
    let (status, title) = headed("Ask for this entry to be removed by law", &problems);
    let path = format!("{}/entries/{}", present.path(), name.written());
    let effect = |what: &str, does: &[&str]| Effect {
        what: what.to_owned(),
        does: does.iter().map(|one| (*one).to_owned()).collect(),
    };
    page_with(
        status,
        &ChangePage {
            frame: visit.frame(&title),
            banner: present.banner(),
            heading: "Ask for this entry to be removed by law".to_owned(),
            back: step("The entry", &path),
            about: format!("{}. {}, {}.", shown.what, shown.date, shown.senders_in_words()),
            effects: vec![
                effect(
                    "What happens once a privacy officer has confirmed it",
                    &[
                        "It is destroyed: every version, what was sent, its place in lists, copies made for the person, and what was written about it.",
                        "It cannot be had back. If it is sent again, it is not filed.",
                        "The audit keeps that it happened, who asked and who confirmed, and nothing of what it said.",
                    ],
                ),
                effect(
                    "What is better in most cases",
                    &[
                        "Something wrong: correct it in your own system, which sends it here. What was said before stays to be seen.",
                        "Something that few should see: seal it.",
                    ],
                ),
            ],
            choices: Choosing::list(
                Ground::ALL.map(|ground| (ground.value(), ground.words())),
                typed.get("ground"),
            ),
            hints: Vec::new(),
            name: "ground",
            legend: "On what ground?".to_owned(),
            organisations: Vec::new(),
            asks: "Who decided it, and where is that filed?".to_owned(),
            hint: "Nothing of what the entry says: these words stay.".to_owned(),
            words: typed.get("words").to_owned(),
            action: format!("{path}/removal"),
            button: "Ask a privacy officer to confirm".to_owned(),
            warns: true,
            problems,
        },
    )
}

async fn ask(Path((id, name)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let person = person_of(&id)?;
        let item = EntryName::read(&name).ok_or(PageError::Nothing)?.item;
        let form = &visit.form;
        let ground = Ground::ALL
            .into_iter()
            .find(|ground| ground.value() == form.get("ground"));
        let done = match ground {
            Some(ground) => removal::ask(
                visit.care(),
                &visit.actor,
                (person, item),
                ground,
                form.get("words"),
                visit.now,
            ),
            None => Err(RightsError::Said("choices", "Choose on what ground".to_owned())),
        };
        super::kept(done, &format!("/people/{person}/entries/{name}"))
            .unwrap_or_else(|problems| form_page(visit, person, &name, form, problems))
    })
    .await
}

/// The removals of a person's entries that wait, as far as this reader may know of them. Each
/// in words, with the entry's own page, or the list in which it is confirmed.
pub(crate) fn waiting(visit: &Visit, grant: &PersonGrant, record: &PersonRecord) -> Result<Vec<Waits>, PageError> {
    let officer = visit.actor.role == Role::PrivacyOfficer;
    let lines = || record.facts.iter().flat_map(|fact| &fact.lines);
    let found = removal::waiting(visit.care(), grant)?;
    let waits = found.into_iter().filter_map(|one| {
        let line = lines().find(|line| one.is_of(line.item));
        let (what, path) = match (line, officer) {
            (_, true) => ("One entry".to_owned(), "/removals".to_owned()),
            (Some(line), false) => (
                line.entry.what.label().to_owned(),
                entry_path(&format!("/people/{}", record.person), line),
            ),
            // What does not open to them is not named to them.
            (None, false) => return None,
        };
        Some(Waits {
            what,
            path,
            item: line.map(|line| line.item),
            words: format!(
                "{} asked for it to be removed by law on {}: {}. It waits for a privacy officer to confirm it, and stands \
                 until then.",
                known_as(visit.care(), &one.actor),
                moment(one.asked),
                one.ground.words().to_lowercase()
            ),
        })
    });
    Ok(waits.collect())
}

/// What is said of the removal of one entry that waits; nothing to whoever may not know of it.
pub(crate) fn waits_of(
    visit: &Visit,
    grant: &PersonGrant,
    record: &PersonRecord,
    item: i64,
) -> Result<Vec<String>, PageError> {
    let found = waiting(visit, grant, record)?;
    let of_this = found.into_iter().filter(|one| one.item == Some(item));
    Ok(of_this.map(|one| one.words).collect())
}

async fn queue(asked: Asked) -> Response {
    answer(asked, |visit| {
        list_page(
            visit,
            &visit.list_grant(Act::ReadAudit, "removals by law")?,
            None,
            Vec::new(),
        )
    })
    .await
}

/// The list with what was typed about one before the session ended.
pub(crate) fn typed_again(visit: &Visit, number: &str, typed: &Pairs) -> Answered {
    list_page(
        visit,
        &visit.list_grant(Act::ReadAudit, "removals by law")?,
        Some((number, typed)),
        Vec::new(),
    )
}

/// `typed`: what was typed about the removal of a number.
fn list_page(visit: &Visit, grant: &ListGrant, typed: Option<(&str, &Pairs)>, problems: Vec<Problem>) -> Answered {
    let found = removal::queue(visit.care(), grant)?;
    let (status, title) = match problems.is_empty() {
        true => (StatusCode::OK, "Removals by law"),
        false => (StatusCode::UNPROCESSABLE_ENTITY, "Error: Removals by law"),
    };
    page_with(
        status,
        &RemovalsPage {
            frame: visit.frame(title),
            waiting: found.iter().filter(|one| one.state == State::Waits).count(),
            removals: found.iter().map(|one| line(one, visit, typed)).collect(),
            problems,
        },
    )
}

/// The answers to a removal, as forms send them.
const ANSWERS: [(&str, &str); 3] = [
    ("", "Choose"),
    ("remove", "Remove it for ever"),
    ("keep", "Do not remove it"),
];

fn line(one: &Removal, visit: &Visit, typed: Option<(&str, &Pairs)>) -> RemovalLine {
    let of_this = typed.filter(|(number, _)| *number == one.number.to_string());
    let said = |field: &str| of_this.map_or("", |(_, typed)| typed.get(field));
    let answer = one
        .answered
        .as_ref()
        .map(|(at, by, words)| format!("{}, {}: {words}", known_as(visit.care(), by), moment(*at)));
    RemovalLine {
        typed: said("words").to_owned(),
        answers: Choosing::list(ANSWERS, said("answer")),
        number: one.number.to_string(),
        ground: one.ground.words().to_owned(),
        // No practice is named: whose record it is may be restricted (SAFETY 2).
        organisation: Senders::about(visit.care().system(), true).name(&one.organisation),
        words: one.words.clone(),
        asked: format!("{}, {}", known_as(visit.care(), &one.actor), moment(one.asked)),
        waits: one.state == State::Waits,
        state: match one.state {
            State::Waits => "Waits for a second person",
            State::Removed => "Removed",
            State::Refused => "Not removed",
        }
        .to_owned(),
        answer: answer.unwrap_or_default(),
        looked: format!("/people/{}/looked", one.person),
    }
}

async fn answered(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let grant = visit.list_grant(Act::ReadAudit, "answer a removal by law")?;
        let at: i64 = number.parse().map_err(|_| PageError::Nothing)?;
        let form = &visit.form;
        let done = match form.get("answer") {
            "remove" => removal::answer(visit.care(), &grant, at, true, form.get("words")),
            "keep" => removal::answer(visit.care(), &grant, at, false, form.get("words")),
            _ => Err(RightsError::Said("removals", "Choose whether to remove it".to_owned())),
        };
        match done {
            Ok(()) => Ok(Redirect::to("/removals").into_response()),
            Err(RightsError::Said(_, words)) => {
                let problems = vec![Problem::new("removals", words)];
                list_page(visit, &grant, Some((&number, form)), problems)
            }
            Err(RightsError::Nothing) => Err(PageError::Nothing),
            Err(RightsError::Access(error)) => Err(error.into()),
        }
    })
    .await
}
