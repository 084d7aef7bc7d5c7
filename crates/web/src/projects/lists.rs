//! The lists of projects that run, as those who care for people open them.

use super::number_of;
use super::view::{ListLine, ListPage, ListsPage, OnListLine};
use crate::access::mine;
use crate::access::visit::{Asked, Visit, answer};
use crate::rights::headed;
use crate::serving::Site;
use crate::site::answer::{Answered, PageError, page, page_with};
use crate::site::clock::{count, moment};
use crate::site::form::{Pairs, Problem};
use crate::site::view::Paging;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::counts::Shown;
use care::projects::{self, List, is_pseudonym};
use std::sync::Arc;

/// People on one page.
const PAGE: usize = 100;

pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/lists", get(all))
        .route("/lists/person", post(person))
        .route("/lists/{number}", get(one))
}

/// A list, as it may be told to those who see nobody on it.
pub(super) fn line(list: &List) -> ListLine {
    ListLine {
        path: format!("/lists/{}", list.number),
        name: list.name.clone(),
        project: String::new(),
        step: String::new(),
        people: match list.people {
            Shown::Few => "Fewer than 8".to_owned(),
            Shown::About(people) => format!("About {}", count(people.into())),
        },
        taken: moment(list.taken),
        made: moment(list.made),
    }
}

async fn all(asked: Asked) -> Response {
    answer(asked, |visit| all_page(visit, &Pairs::default(), Vec::new())).await
}

pub(super) fn all_page(visit: &Visit, typed: &Pairs, problems: Vec<Problem>) -> Answered {
    let found = projects::running(visit.care(), &visit.actor, visit.now)?;
    let (status, title) = headed("Lists", &problems);
    page_with(
        status,
        &ListsPage {
            frame: visit.frame(&title),
            lists: found
                .iter()
                .map(|(project, list)| ListLine {
                    project: project.name.clone(),
                    step: project.step.clone(),
                    ..line(list)
                })
                .collect(),
            pseudonym: typed.get("pseudonym").to_owned(),
            problems,
        },
    )
}

async fn one(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let (care, number) = (visit.care(), number_of(&number)?);
        let opened = projects::open(care, &visit.actor, &visit.site.sign_in.key, number, visit.now)?;
        let (grant, opened) = opened.ok_or(PageError::Nothing)?;
        let at = Pairs::read(&visit.query).page();
        let (shown, paging) = Paging::of(&opened.people, at, PAGE, |at| format!("/lists/{number}?page={at}"));
        let listed: Vec<_> = shown.iter().map(|one| one.listed).collect();
        let found = care::person::of_list(care, &grant, &listed)?;
        let pseudonym = |person| shown.iter().find(|one| one.listed.person() == person);
        let people = found.iter().map(|one| OnListLine {
            person: mine::line(one),
            pseudonym: pseudonym(one.person)
                .map(|one| one.pseudonym.clone())
                .unwrap_or_default(),
        });
        page(&ListPage {
            frame: visit.frame("List"),
            line: line(&opened.list),
            project: opened.project.name.clone(),
            question: opened.project.question.clone(),
            step: opened.project.step.clone(),
            owner: opened.project.owner.clone(),
            until: moment(opened.project.until),
            people: people.collect(),
            paging,
        })
    })
    .await
}

async fn person(asked: Asked) -> Response {
    answer(asked, |visit| {
        let typed = visit.form.get("pseudonym");
        let found = projects::behind(visit.care(), &visit.actor, &visit.site.sign_in.key, typed, visit.now)?;
        let says = match found {
            Some(person) => return Ok(Redirect::to(&format!("/people/{person}")).into_response()),
            None if is_pseudonym(typed) => {
                "Nobody in your care has this pseudonym in a project that runs now. It may be somebody in another team’s care"
            }
            None => "A pseudonym has 12 letters and digits, like K7QF-2M9D-XW3P. One of them may be mistyped",
        };
        all_page(visit, &visit.form, vec![Problem::new("pseudonym", says)])
    })
    .await
}
