//! Opened in context: a GP or hospital system asks for a link (`asked`), and its user follows it (here) to the record
//! of the person whom they have open there, without typing a name or a number.
//!
//! A link that is stolen is worth nothing. It holds one random number and nothing else. The first who follows it
//! takes it away from everybody else: what it was made with is tied to that browser by a cookie, and the address leads
//! nowhere any more. Then it opens for the one user whom it was made for, once signed in, and shows no more than policy
//! lets that user see.

mod asked;

use super::account::view::ReturnedPage;
use super::session::{self, SessionToken};
use super::visit::{Asked, Caller, Visit, answer, answer_anyone, job, with_cookie};
use crate::person::routes::choice_page;
use crate::serving::Site;
use crate::site::answer::{Answered, PageError, failed, page, page_with, step, ways_on};
use crate::site::view::{ErrorPage, Step};
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::access::launch::{self, CLAIM_SECONDS, Launch, Whom};
use care::access::{self, Act};
use care::person::sent::{self, Whose};
use care::person::{Query, find};
use record::{ItemId, NhsNumber, OrgCode, PersonId};
use std::sync::Arc;

/// The routes.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/launches", post(asked::ask).layer(asked::limit()))
        .route("/opened/{launch}", get(follow))
        .route("/opened", get(open))
}

/// A page that says why a record is not opened, and how to go on.
fn not_opened(caller: &Caller, status: StatusCode, heading: &str, happened: String, first: Vec<Step>) -> Answered {
    let mut next = first;
    next.extend(ways_on(caller));
    page_with(
        status,
        &ErrorPage {
            frame: caller.frame(heading),
            heading: heading.to_owned(),
            happened,
            kept: "Nothing was opened, and nothing was changed.".to_owned(),
            next,
            reference: String::new(),
        },
    )
}

fn gone(caller: &Caller) -> Answered {
    not_opened(
        caller,
        StatusCode::GONE,
        "This link leads nowhere any more",
        "A link from another system can be followed once, within a minute of being made. This one was followed before, \
         or is too old. If you did not follow it, somebody else had it: it opened nothing for them, but tell your \
         privacy officer."
            .to_owned(),
        vec![step("Go back to the system you came from, and open the record from there again", "")],
    )
}

/// The link itself, for whoever has it. The browser comes from another site or program, and sends its session only
/// once it asks of itself: so a page is given that leads on at once.
async fn follow(method: Method, headers: HeaderMap, Path(token): Path<String>, asked: Asked) -> Response {
    // Whoever only looks whether something is there, or fetches before anyone pressed, does not use the link up.
    if method != Method::GET || headers.contains_key("sec-purpose") {
        return StatusCode::NO_CONTENT.into_response();
    }
    answer_anyone(asked, move |caller| {
        let Some(claim) = (caller.site.random)().map(SessionToken::mint) else {
            return failed(&caller, PageError::NoRandomness);
        };
        let taken = match SessionToken::parse(&token) {
            Some(token) => launch::claim(caller.care(), token.as_str(), claim.as_str(), caller.now),
            None => Ok(false),
        };
        match taken {
            Err(error) => failed(&caller, error.into()),
            Ok(false) => gone(&caller).unwrap_or_else(|error| failed(&caller, error)),
            Ok(true) => {
                let shown = page(&ReturnedPage {
                    frame: caller.frame("Opening the record"),
                    heading: "Opening the record".to_owned(),
                    onward: "/opened".to_owned(),
                });
                let seconds = u32::try_from(CLAIM_SECONDS).unwrap_or_default();
                let cookie = session::set_claim(&claim, caller.site.secure_cookies, seconds);
                with_cookie(shown.unwrap_or_else(|error| failed(&caller, error)), cookie)
            }
        }
    })
    .await
}

/// The record that a link which was followed leads to, for whoever is signed in.
async fn open(asked: Asked) -> Response {
    answer(asked, |visit| {
        let claim = visit.claim().ok_or(PageError::Nothing)?;
        let key = &visit.site.sign_in.key;
        let Some(launch) = launch::claimed(visit.care(), key, claim.as_str(), visit.now)? else {
            return gone(visit);
        };
        if let Some((why, heading, happened)) = mistaken(visit, &launch) {
            launch::refused(visit.care(), &visit.actor, &launch, why, visit.now)?;
            let again =
                "Sign out, sign in as the user you are in the other system, and open the record from there again";
            return not_opened(visit, StatusCode::FORBIDDEN, heading, happened, vec![step(again, "")]);
        }
        if !launch::spend(visit.care(), claim.as_str(), visit.now)? {
            return gone(visit);
        }
        let opened = lead_on(visit, &launch)?;
        Ok(with_cookie(opened, session::end_claim(visit.site.secure_cookies)))
    })
    .await
}

/// Why a link is not for whoever is signed in: for the audit, and for them. Whom it was made for is not said.
fn mistaken(visit: &Visit, launch: &Launch) -> Option<(&'static str, &'static str, String)> {
    let actor = &visit.actor;
    if launch.user != actor.user {
        let words = format!(
            "You are signed in here as {}, and the other system made this link for another user. The record that is \
             open there was not opened here.",
            actor.name
        );
        return Some(("made for another user", "This link was made for somebody else", words));
    }
    let works_for = actor.works_for.as_ref().map(OrgCode::as_str).unwrap_or_default();
    if launch.role != actor.role.words() || launch.organisation != works_for {
        let words = format!(
            "You are signed in here as {}, {}. The other system says that you work in another role, or for another \
             organisation, while you have this record open there. What you may see depends on it, so the record was \
             not opened.",
            job(actor),
            actor.organisation
        );
        return Some(("made for another role", "You work in another role there", words));
    }
    None
}

/// To the person's page, which asks policy whether it opens; or, where the number is several people's, to the choice
/// between them. They are searched for as their user would search.
fn lead_on(visit: &Visit, launch: &Launch) -> Answered {
    let grant = access::list(visit.care(), &visit.actor, Act::Search, "opened in context", visit.now)?;
    let found: Option<PersonId> = match &launch.whom {
        Whom::Number(number) => {
            let number = NhsNumber::parse(number).ok_or(PageError::Nothing)?;
            let (found, more) = find(visit.care(), &grant, &Query::Number(number))?;
            if found.len() > 1 {
                return choice_page(visit, &found, more);
            }
            found.first().map(|one| one.person)
        }
        Whom::Local { sender, id } => {
            let sender = OrgCode::parse(sender).ok_or(PageError::Nothing)?;
            let item = ItemId::of(visit.care().id_key(), &sender, "Patient", id);
            match sent::whose(visit.care(), item)? {
                Some(Whose::Person(person)) => Some(person),
                Some(Whose::Directory) | None => None,
            }
        }
    };
    if let Some(person) = found {
        return Ok(Redirect::to(&format!("/people/{person}")).into_response());
    }
    let happened = "Nothing has come here about the person whom you have open in the other system, or not under that \
                    number. That does not mean that nothing is known of them.";
    let heading = "No record was found";
    not_opened(visit, StatusCode::NOT_FOUND, heading, happened.to_owned(), Vec::new())
}

impl Caller {
    fn claim(&self) -> Option<SessionToken> {
        session::read_claim(self.headers(), self.site.secure_cookies)
    }
}
