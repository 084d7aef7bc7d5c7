//! Those who act for a person: letting them, looking at it again, and the person's yes to what is sensitive.

use super::decided::Telling;
use super::sharing::{back, may, seeing};
use super::view::{ProxyNewPage, ProxyPage};
use super::{headed, kept, person_of};
use crate::access::known_as;
use crate::access::visit::{Asked, Visit, answer};
use crate::person::present::Present;
use crate::serving::Site;
use crate::site::answer::{Answered, PageError, page_with, step};
use crate::site::clock::moment;
use crate::site::form::{Pairs, Problem};
use crate::site::view::{Choice as Choosing, Step};
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use care::access::choices::Choice;
use care::access::{PersonGrant, ProxyStands};
use care::rights::RightsError;
use care::rights::proxies::{self, Basis, Proxy, Wanted};
use record::PersonId;
use std::sync::Arc;

/// `/people/{id}/proxies` and what is under it.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/people/{id}/proxies", get(new).post(authorise))
        .route("/people/{id}/proxies/{number}", get(one))
        .route("/people/{id}/proxies/{number}/review", post(review))
        .route("/people/{id}/proxies/{number}/yes", post(yes))
}

async fn new(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        new_page(visit, person_of(&id)?, &Pairs::default(), Vec::new())
    })
    .await
}

/// The form on which the practice lets somebody act for a person.
pub(super) fn new_page(visit: &Visit, person: PersonId, typed: &Pairs, problems: Vec<Problem>) -> Answered {
    let grant = seeing(visit, person)?;
    Choice::Proxy
        .allowed(grant.facts(), grant.actor())
        .map_err(|says| PageError::Refused(says.to_owned()))?;
    let record = care::person::read(visit.care(), &grant)?;
    let (status, title) = headed("Let somebody act for this person", &problems);
    page_with(
        status,
        &ProxyNewPage {
            frame: visit.frame(&title),
            banner: Present::of(visit.care().system(), &record).banner(),
            bases: Choosing::list(
                Basis::ALL.map(|basis| (basis.value(), basis.words())),
                typed.get("basis"),
            ),
            holder: typed.get("holder").to_owned(),
            words: typed.get("words").to_owned(),
            competence: typed.get("competence").to_owned(),
            problems,
        },
    )
}

async fn authorise(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let person = person_of(&id)?;
        let form = &visit.form;
        let basis = Basis::ALL.into_iter().find(|basis| basis.value() == form.get("basis"));
        let done = match basis {
            Some(basis) => {
                let wanted = Wanted {
                    holder: form.get("holder"),
                    basis,
                    words: form.get("words"),
                    competence: form.get("competence"),
                };
                proxies::authorise(visit.care(), &visit.actor, person, &wanted, visit.now)
            }
            // Whoever may not is told so, whatever they typed; that they asked is written down.
            None => care::access::choices::choice(visit.care(), &visit.actor, person, Choice::Proxy, visit.now)
                .map_err(RightsError::from)
                .and_then(|_| Err(RightsError::Said("basis-parent", "Choose by what they act".to_owned()))),
        };
        kept(done, &format!("/people/{person}/sharing"))
            .unwrap_or_else(|problems| new_page(visit, person, form, problems))
    })
    .await
}

async fn one(Path((id, number)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        one_page(visit, person_of(&id)?, &number, &Pairs::default(), Vec::new())
    })
    .await
}

/// Somebody who acts for a person, opened.
pub(super) fn one_page(
    visit: &Visit,
    person: PersonId,
    number: &str,
    typed: &Pairs,
    problems: Vec<Problem>,
) -> Answered {
    let number: i64 = number.parse().map_err(|_| PageError::Nothing)?;
    let grant = seeing(visit, person)?;
    let proxy = proxies::of_person(visit.care(), &grant)?
        .into_iter()
        .find(|one| one.number == number)
        .ok_or(PageError::Nothing)?;
    let record = care::person::read(visit.care(), &grant)?;
    let telling = Telling {
        care: visit.care(),
        record: &record,
        grant: &grant,
    };
    let heading = if grant.is_own_use() {
        "Somebody who acts for you"
    } else {
        "Somebody who acts for this person"
    };
    let (status, title) = headed(heading, &problems);
    let young = matches!(
        proxy.stands,
        ProxyStands::Due { .. } | ProxyStands::Acts { until: Some(_) }
    );
    page_with(
        status,
        &ProxyPage {
            frame: visit.frame(&title),
            banner: Present::of(visit.care().system(), &record).banner(),
            own: grant.is_own_use(),
            proxy: telling.proxy(&proxy),
            by: format!("{}, {}", known_as(visit.care(), &proxy.by.0), moment(proxy.by.1)),
            reviews: young && may(&grant, Choice::Proxy),
            says_yes: proxy.said_yes.is_none() && proxy.stands != ProxyStands::Ended && may(&grant, Choice::SayYes),
            steps: steps(&grant, &proxy),
            words: typed.get("words").to_owned(),
            problems,
        },
    )
}

fn steps(grant: &PersonGrant, proxy: &Proxy) -> Vec<Step> {
    let path = format!("/people/{}/sharing", grant.person());
    let own = grant.is_own_use();
    let mut steps = Vec::new();
    if may(grant, Choice::EndProxy) && proxy.stands != ProxyStands::Ended {
        let words = if own {
            "Stop them acting for you"
        } else {
            "Stop them acting for the person"
        };
        steps.push(step(words, &format!("{path}/{}", proxy.number)));
    }
    if let (Some(yes), true) = (proxy.said_yes, may(grant, Choice::SayYes)) {
        steps.push(step("Take back the yes to sensitive entries", &format!("{path}/{yes}")));
    }
    if may(grant, Choice::Online) && !proxy.suspended {
        let words = "Suspend their online access at once";
        // By its number: a name that somebody signs in with stands in no address (SAFETY 12).
        steps.push(step(words, &format!("{path}/online?proxy={}", proxy.number)));
    }
    steps.push(back(grant.person(), own));
    steps
}

async fn review(Path((id, number)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        changed(visit, &id, &number, |person, at| {
            proxies::review(
                visit.care(),
                &visit.actor,
                person,
                at,
                visit.form.get("words"),
                visit.now,
            )
        })
    })
    .await
}

async fn yes(Path((id, number)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        changed(visit, &id, &number, |person, at| {
            proxies::say_yes(
                visit.care(),
                &visit.actor,
                person,
                at,
                visit.form.get("words"),
                visit.now,
            )
        })
    })
    .await
}

fn changed(
    visit: &Visit,
    id: &str,
    number: &str,
    change: impl FnOnce(PersonId, i64) -> Result<i64, RightsError>,
) -> Answered {
    let person = person_of(id)?;
    let at: i64 = number.parse().map_err(|_| PageError::Nothing)?;
    kept(change(person, at), &format!("/people/{person}/proxies/{at}"))
        .unwrap_or_else(|problems| one_page(visit, person, number, &visit.form, problems))
}
