//! Opening a record in an emergency, and the privacy officers' list of those who did.

use super::view::{EmergenciesPage, EmergencyLine, EmergencyPage};
use super::visit::{Asked, Visit, answer};
use crate::person::present::{practice, who};
use crate::serving::Site;
use crate::site::answer::{Answered, PageError, page_with};
use crate::site::clock::moment;
use crate::site::form::{Pairs, Problem, words};
use crate::site::senders::Senders;
use crate::site::view::{Choice, Paging};
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::access::emergency::{self, Emergency, EmergencyError, NOT_THIS_ROLE, REASONS, WORDS_MAX, WORDS_MIN};
use care::access::{Act, may_in_an_emergency};
use record::PersonId;
use std::sync::Arc;

/// Emergencies on one page.
const PAGE: usize = 50;
/// Letters of a finding at most.
const FINDING_MAX: usize = 500;

/// `/people/{id}/emergency` and `/emergencies`.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/people/{id}/emergency", get(form).post(declare))
        .route("/emergencies", get(list))
        .route("/emergencies/{number}/checked", post(checked))
}

async fn form(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let person = PersonId::parse(&id).ok_or(PageError::Nothing)?;
        form_page(visit, person, "", "", Vec::new())
    })
    .await
}

/// The form says whose record it is, as a search would, so that nobody opens another's in haste; nothing more:
/// whoever sees it has no leave to the record yet.
fn form_page(visit: &Visit, person: PersonId, reason: &str, said: &str, problems: Vec<Problem>) -> Answered {
    if !may_in_an_emergency(visit.actor.role) {
        return Err(PageError::Refused(NOT_THIS_ROLE.to_owned()));
    }
    let (care, actor) = (visit.care(), &visit.actor);
    let leave = care::access::list(care, actor, Act::Search, "whose record, before an emergency", visit.now)?;
    let found = care::person::one(care, &leave, person)?.ok_or(PageError::Nothing)?;
    let mut banner = who(&found.says, visit.now.uk_date(), None);
    banner.path = format!("/people/{}", found.person);
    // As a search shows it: a page that called a known practice unknown would make somebody doubt whose record it is.
    banner.practice = match found.restricted {
        true => "Practice hidden: whereabouts restricted".to_owned(),
        false => practice(&found.says, &Senders::about(care.system(), false)).unwrap_or_default(),
    };
    banner.nhs_number = found
        .says
        .nhs_number
        .map(|number| number.to_string())
        .unwrap_or_default();
    let (status, title) = match problems.is_empty() {
        true => (StatusCode::OK, "Open this record in an emergency"),
        false => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "Error: Open this record in an emergency",
        ),
    };
    page_with(
        status,
        &EmergencyPage {
            frame: visit.frame(title),
            banner,
            hours: emergency::LASTS_MICROS / 3_600_000_000,
            reasons: Choice::list(REASONS, reason),
            said: said.to_owned(),
            said_max: WORDS_MAX,
            problems,
        },
    )
}

async fn declare(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let person = PersonId::parse(&id).ok_or(PageError::Nothing)?;
        let (reason, said) = (visit.form.get("reason"), visit.form.get("said"));
        match emergency::declare(visit.care(), &visit.actor, person, reason, said, visit.now) {
            Ok(_) => Ok(Redirect::to(&format!("/people/{person}")).into_response()),
            Err(EmergencyError::Access(error)) => Err(error.into()),
            Err(EmergencyError::Reason) => {
                let mut problems = Vec::new();
                if !REASONS.iter().any(|(key, _)| *key == reason) {
                    problems.push(Problem::new("reason-danger", "Choose why this is an emergency"));
                }
                if !(WORDS_MIN..=WORDS_MAX).contains(&said.chars().count()) {
                    let words = format!("Write what is happening, in {WORDS_MIN} to {WORDS_MAX} letters");
                    problems.push(Problem::new("said", words));
                }
                form_page(visit, person, reason, said, problems)
            }
        }
    })
    .await
}

async fn list(asked: Asked) -> Response {
    answer(asked, |visit| list_page(visit, None, Vec::new())).await
}

/// The list with what was typed about one before the session ended.
pub(super) fn typed_again(visit: &Visit, number: &str, typed: &Pairs) -> Answered {
    list_page(visit, Some((number, typed)), Vec::new())
}

/// `typed`: what was typed about the emergency of a number.
fn list_page(visit: &Visit, typed: Option<(&str, &Pairs)>, problems: Vec<Problem>) -> Answered {
    let grant = visit.list_grant(Act::ReadAudit, "emergencies")?;
    let found = emergency::latest(visit.care(), &grant)?;
    let waiting = found.iter().filter(|one| one.checked.is_none()).count();
    let at = Pairs::read(&visit.query).page();
    let (shown, paging) = Paging::of(&found, at, PAGE, |at| format!("/emergencies?page={at}"));
    let status = match problems.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    page_with(
        status,
        &EmergenciesPage {
            frame: visit.frame("Records opened in an emergency"),
            waiting,
            emergencies: shown
                .iter()
                .map(|one| EmergencyLine {
                    problem: problem_of(one, typed, &problems),
                    ..line(one, visit, typed)
                })
                .collect(),
            problems,
            paging,
        },
    )
}

/// What is wrong with what was typed about this one; empty for every other.
fn problem_of(one: &Emergency, typed: Option<(&str, &Pairs)>, problems: &[Problem]) -> String {
    let of_this = typed.is_some_and(|(number, _)| number == one.number.to_string());
    let first = problems.first().filter(|_| of_this);
    first.map_or_else(String::new, |problem| problem.words.clone())
}

fn line(one: &Emergency, visit: &Visit, typed: Option<(&str, &Pairs)>) -> EmergencyLine {
    let of_this = typed.filter(|(number, _)| *number == one.number.to_string());
    EmergencyLine {
        typed: of_this.map_or_else(String::new, |(_, typed)| typed.get("finding").to_owned()),
        problem: String::new(),
        number: one.number.to_string(),
        who: super::known_as(visit.care(), &one.user),
        job: super::job_of(visit.care(), &one.user),
        when: moment(one.declared),
        open: visit.now < one.ends,
        until: moment(one.ends),
        said: one.words.clone(),
        looked: format!("/people/{}/looked", one.person),
        checked: one
            .checked
            .as_ref()
            .map(|(by, at, finding)| format!("{}, {}: {finding}", super::known_as(visit.care(), by), moment(*at))),
    }
}

async fn checked(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let grant = visit.list_grant(Act::ReadAudit, "emergencies")?;
        let at: i64 = number.parse().map_err(|_| PageError::Nothing)?;
        let missing = "Write what you found: was it right to open this record?";
        match words(visit.form.get("finding"), "finding", missing, FINDING_MAX) {
            Err(problem) => list_page(visit, Some((&number, &visit.form)), vec![problem]),
            Ok(finding) if emergency::check(visit.care(), &grant, at, &finding)? => {
                Ok(Redirect::to("/emergencies").into_response())
            }
            Ok(_) => Err(PageError::Nothing),
        }
    })
    .await
}
