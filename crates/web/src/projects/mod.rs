//! Projects, as those who plan propose them and privacy officers answer; and the lists that come of them, as those who
//! care for people open them.

mod lists;
pub mod view;

use crate::access::known_as;
use crate::access::visit::{Asked, Visit, answer};
use crate::counts::BY;
use crate::rights::{headed, kept};
use crate::serving::Site;
use crate::site::answer::{Answered, PageError, page_with};
use crate::site::clock::{counted, moment};
use crate::site::form::{Pairs, Problem};
use crate::site::view::Choice;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use care::access::{ListGrant, Role};
use care::counts::{By, Offered, Wanted, offered};
use care::projects::{self, DAYS, Project, Proposal, Stage};
use care::rights::RightsError;
use std::sync::Arc;
use view::{Making, ProjectLine, ProjectPage, ProjectsPage, Proposing};

/// `/projects` and `/lists`.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/projects", get(all).post(propose))
        .route("/projects/{number}", get(one))
        .route("/projects/{number}/answer", post(answered))
        .route("/projects/{number}/end", post(ended))
        .route("/projects/{number}/lists", post(make))
        .merge(lists::routes())
}

/// A form of this area with what was typed into it before the session ended; `None` for a path that is none of its.
pub fn typed_again(visit: &Visit, path: &str, typed: &Pairs) -> Option<Answered> {
    match path.trim_start_matches('/').split('/').collect::<Vec<_>>().as_slice() {
        ["projects"] => Some(all_page(visit, typed, Vec::new())),
        ["projects", number, _] => {
            Some(number_of(number).and_then(|number| one_page(visit, number, typed, Vec::new())))
        }
        ["lists", "person"] => Some(lists::all_page(visit, typed, Vec::new())),
        _ => None,
    }
}

fn number_of(number: &str) -> Result<i64, PageError> {
    number.parse().map_err(|_| PageError::Nothing)
}

async fn all(asked: Asked) -> Response {
    answer(asked, |visit| all_page(visit, &Pairs::default(), Vec::new())).await
}

fn all_page(visit: &Visit, typed: &Pairs, problems: Vec<Problem>) -> Answered {
    let grant = projects::seeing(visit.care(), &visit.actor, visit.now)?;
    let found = projects::latest(visit.care(), &grant)?;
    let (status, title) = headed("Projects", &problems);
    let days = DAYS.map(|days| (days.to_string(), counted(days, "day", "days")));
    page_with(
        status,
        &ProjectsPage {
            frame: visit.frame(&title),
            officer: visit.actor.role == Role::PrivacyOfficer,
            projects: found.iter().map(|one| line(visit, one)).collect(),
            proposing: (visit.actor.role == Role::Analyst).then(|| Proposing {
                name: typed.get("name").to_owned(),
                question: typed.get("question").to_owned(),
                step: typed.get("step").to_owned(),
                owner: typed.get("owner").to_owned(),
                days: Choice::list(
                    days.iter().map(|(days, words)| (days.as_str(), words.as_str())),
                    typed.get("days"),
                ),
            }),
            problems,
        },
    )
}

fn line(visit: &Visit, one: &Project) -> ProjectLine {
    let stage = one.stage(visit.now);
    let (state, colour) = match stage {
        Stage::Proposed => ("Waits for an answer", "tag-amber"),
        Stage::Running => ("Runs", "tag-green"),
        Stage::Refused => ("Refused", ""),
        Stage::Ended => ("Ended", ""),
    };
    ProjectLine {
        path: format!("/projects/{}", one.number),
        name: one.name.clone(),
        proposed: format!("{}, {}", known_as(visit.care(), &one.proposed_by), moment(one.proposed)),
        until: match stage {
            Stage::Proposed | Stage::Running => moment(one.until),
            Stage::Refused | Stage::Ended => String::new(),
        },
        state: state.to_owned(),
        colour: colour.to_owned(),
    }
}

async fn propose(asked: Asked) -> Response {
    answer(asked, |visit| {
        let form = &visit.form;
        let proposal = Proposal {
            name: form.get("name"),
            question: form.get("question"),
            step: form.get("step"),
            owner: form.get("owner"),
            days: form.get("days").parse().unwrap_or(0),
        };
        let done = projects::propose(visit.care(), &visit.actor, &proposal, visit.now);
        let onward = done
            .as_ref()
            .map_or_else(|_| String::new(), |number| format!("/projects/{number}"));
        kept(done, &onward).unwrap_or_else(|problems| all_page(visit, form, problems))
    })
    .await
}

async fn one(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        one_page(visit, number_of(&number)?, &Pairs::default(), Vec::new())
    })
    .await
}

fn one_page(visit: &Visit, number: i64, typed: &Pairs, problems: Vec<Problem>) -> Answered {
    let (care, now) = (visit.care(), visit.now);
    let grant = projects::seeing(care, &visit.actor, now)?;
    let project = projects::numbered(care, &grant, number)?.ok_or(PageError::Nothing)?;
    let (officer, analyst) = (
        visit.actor.role == Role::PrivacyOfficer,
        visit.actor.role == Role::Analyst,
    );
    let stage = project.stage(now);
    let lists = projects::lists_of(care, &grant, number)?;
    let (status, title) = headed(&format!("Project: {}", project.name), &problems);
    let said = |said: &projects::Said| format!("{}, {}: {}", known_as(care, &said.1), moment(said.0), said.2);
    page_with(
        status,
        &ProjectPage {
            frame: visit.frame(&title),
            line: line(visit, &project),
            question: project.question.clone(),
            step: project.step.clone(),
            owner: project.owner.clone(),
            organisation: project.organisation.clone(),
            answered: project.answered.as_ref().map(|(_, one)| said(one)).unwrap_or_default(),
            ended: project.ended.as_ref().map(said).unwrap_or_default(),
            lists: lists.iter().map(lists::line).collect(),
            making: match analyst && stage == Stage::Running {
                true => making(visit, &grant, typed)?,
                false => None,
            },
            runs: stage == Stage::Running,
            answering: officer && stage == Stage::Proposed,
            ending: (officer || analyst) && matches!(stage, Stage::Proposed | Stage::Running),
            words: typed.get("words").to_owned(),
            why: typed.get("why").to_owned(),
            problems,
        },
    )
}

/// The form for a list; `None` before people were first counted.
fn making(visit: &Visit, grant: &ListGrant, typed: &Pairs) -> Result<Option<Making>, PageError> {
    let Some(found) = offered(visit.care(), grant)? else {
        return Ok(None);
    };
    let names = crate::counts::names(&found.conditions);
    let conditions = found.conditions.iter().map(|one| one.code.as_str());
    let conditions = conditions.zip(names.iter().map(String::as_str));
    Ok(Some(Making {
        conditions: Choice::list(std::iter::once(("", "Choose")).chain(conditions), typed.get("of")),
        groups: BY.iter().map(|(by, words)| groups(&found, *by, words, typed)).collect(),
    }))
}

fn groups(found: &Offered, by: By, words: &str, typed: &Pairs) -> (String, String, Vec<Choice>) {
    let names = found.groups.iter().find(|(one, _)| *one == by);
    let names = names.map_or(&[][..], |(_, names)| names).iter().map(String::as_str);
    let any = std::iter::once(("", "Any"));
    let choices = Choice::list(any.chain(names.map(|name| (name, name))), typed.get(by.words()));
    (by.words().to_owned(), words.to_owned(), choices)
}

async fn make(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let number = number_of(&number)?;
        let form = &visit.form;
        let chosen = BY.iter().map(|(by, _)| (*by, form.get(by.words()).to_owned()));
        let wanted = Wanted {
            condition: form.get("of").to_owned(),
            groups: chosen.filter(|(_, group)| !group.is_empty()).collect(),
        };
        let key = &visit.site.sign_in.key;
        let done = projects::make(visit.care(), &visit.actor, key, (number, &wanted), visit.now);
        kept(done, &format!("/projects/{number}")).unwrap_or_else(|problems| one_page(visit, number, form, problems))
    })
    .await
}

async fn answered(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let number = number_of(&number)?;
        let form = &visit.form;
        let answer = |agreed| {
            let said = (number, form.get("words"));
            projects::answer(visit.care(), &visit.actor, said, agreed, visit.now)
        };
        let done = match form.get("answer") {
            "agree" => answer(Some((visit.site.random)().ok_or(PageError::NoRandomness)?)),
            "refuse" => answer(None),
            _ => Err(RightsError::Said("words", "Agree or refuse".to_owned())),
        };
        kept(done, &format!("/projects/{number}")).unwrap_or_else(|problems| one_page(visit, number, form, problems))
    })
    .await
}

async fn ended(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let number = number_of(&number)?;
        let done = projects::end(visit.care(), &visit.actor, number, visit.form.get("why"), visit.now);
        kept(done, &format!("/projects/{number}"))
            .unwrap_or_else(|problems| one_page(visit, number, &visit.form, problems))
    })
    .await
}
