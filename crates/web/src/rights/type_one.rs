//! The form on which a GP practice records a type 1 opt-out (SAFETY 10).

use super::sharing::{back, seeing};
use super::view::{ChangePage, Effect};
use super::{headed, kept, person_of};
use crate::access::visit::{Asked, Visit, answer};
use crate::person::present::Present;
use crate::site::answer::{Answered, PageError, page_with};
use crate::site::form::{Pairs, Problem};
use axum::extract::Path;
use axum::response::Response;
use care::access::choices::Choice;
use care::rights::sharing;
use record::PersonId;

pub(super) async fn form(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        page_of(visit, person_of(&id)?, &Pairs::default(), Vec::new())
    })
    .await
}

pub(super) async fn record(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let person = person_of(&id)?;
        let done = sharing::opt_out(visit.care(), &visit.actor, person, visit.form.get("words"), visit.now);
        kept(done, &format!("/people/{person}/sharing"))
            .unwrap_or_else(|problems| page_of(visit, person, &visit.form, problems))
    })
    .await
}

/// The form, with what was typed into it.
pub(super) fn page_of(visit: &Visit, person: PersonId, typed: &Pairs, problems: Vec<Problem>) -> Answered {
    let grant = seeing(visit, person)?;
    Choice::TypeOne
        .allowed(grant.facts(), grant.actor())
        .map_err(|says| PageError::Refused(says.to_owned()))?;
    let record = care::person::read(visit.care(), &grant)?;
    let heading = "Record a type 1 opt-out";
    let (status, title) = headed(heading, &problems);
    let effect = |what: &str, does: &[&str]| Effect {
        what: what.to_owned(),
        does: does.iter().map(|one| (*one).to_owned()).collect(),
    };
    page_with(
        status,
        &ChangePage {
            frame: visit.frame(&title),
            banner: Present::of(visit.care().system(), &record).banner(),
            heading: heading.to_owned(),
            back: back(grant.person(), false),
            about:
                "For a person who does not want what their GP practice holds to leave it for anything but their care."
                    .to_owned(),
            effects: vec![
                effect(
                    "What happens",
                    &[
                        "From the next day on, nothing that the practice sent about them is in any count for planning.",
                        "Counts say how many people are left out like this.",
                    ],
                ),
                effect(
                    "What stays as it is",
                    &[
                        "Everybody who cares for the person sees the record as before.",
                        "It is not an objection to the shared record, and not the national data opt-out. Those are recorded apart.",
                    ],
                ),
            ],
            choices: Vec::new(),
            hints: Vec::new(),
            name: "",
            legend: String::new(),
            organisations: Vec::new(),
            asks: "How the person told you".to_owned(),
            hint: "It is kept with your name and can be read by the person.".to_owned(),
            words: typed.get("words").to_owned(),
            action: format!("/people/{}/sharing/type-1", grant.person()),
            button: "Record the opt-out".to_owned(),
            warns: false,
            problems,
        },
    )
}
