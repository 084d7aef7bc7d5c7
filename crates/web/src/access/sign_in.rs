//! Signing in and out. In a demo it is by name; a live folder has no way in yet.

use super::session::{self, SessionToken};
use super::view::{DemoUser, SignInPage};
use super::visit::{Asked, Caller, Visit, answer_anyone, doors, with_cookie};
use crate::serving::Site;
use crate::site::answer::{self, Answered, PageError, failed, page_with, step};
use crate::site::form::{Pairs, own_path};
use crate::site::view::ErrorPage;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::access::{DEMO_USERS, Role};
use std::sync::Arc;

/// How long a browser keeps the cookie at most; the store ends the session sooner when it is not used.
const COOKIE_SECONDS: u32 = 12 * 3600;
/// Why the page is shown to someone who sent a form after their session had ended.
pub(super) const IDLE_TYPED: &str = "You were signed out, after 30 minutes without use or 12 hours in all. What you \
     typed is kept: sign in, and it stands in the form again. It was not sent.";
const IDLE: &str = "You are not signed in, or were signed out after 30 minutes without use. Sign in to go on.";
const SIGNED_OUT: &str = "You are signed out.";

/// `/sign-in`, `/sign-out` and the front door.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/", get(home))
        .route("/sign-in", get(asked_to).post(sign_in))
        .route("/sign-out", post(sign_out))
}

/// Everyone lands behind their own first door.
async fn home(asked: Asked) -> Response {
    super::visit::answer(asked, |visit| {
        if matches!(visit.actor.role, Role::Resident | Role::Carer) {
            let mine = care::access::people_of(visit.care(), &visit.actor)?;
            return match mine.first() {
                Some(person) => Ok(Redirect::to(&format!("/people/{person}")).into_response()),
                None => nothing_yet(visit),
            };
        }
        front_door(visit)
    })
    .await
}

fn front_door(visit: &Visit) -> Answered {
    match doors(visit.actor.role, "").first() {
        Some(door) => Ok(Redirect::to(&door.path).into_response()),
        None => nothing_yet(visit),
    }
}

fn nothing_yet(visit: &Visit) -> Answered {
    let heading = "Nothing waits for you";
    answer::page(&ErrorPage {
        frame: visit.frame(heading),
        heading: heading.to_owned(),
        happened: "Your role sees what people agreed to share with you, a referral at a time. No referral has been \
                   made to you here yet, and the whole record is not yours to open."
            .to_owned(),
        kept: String::new(),
        next: vec![
            step(
                "Ask the person's care team to refer them to you, with the person's agreement",
                "",
            ),
            step("See whom to ask", "/contact"),
        ],
        reference: String::new(),
    })
}

async fn asked_to(asked: Asked) -> Response {
    answer_anyone(asked, |caller| {
        let query = Pairs::read(&caller.query);
        let onward = query.get("onward");
        let reason = match query.get("was") {
            "in" => IDLE,
            "out" => SIGNED_OUT,
            _ => "",
        };
        page(&caller, StatusCode::OK, onward, "", reason)
    })
    .await
}

/// The sign-in page. A browser without a cookie is given one, so that the form can carry its token.
pub(super) fn page(caller: &Caller, status: StatusCode, onward: &str, typed: &str, reason: &str) -> Response {
    let fresh = match &caller.token {
        Some(_) => None,
        None => match (caller.site.random)() {
            Some(random) => Some(SessionToken::mint(random)),
            None => return failed(caller, PageError::NoRandomness),
        },
    };
    let token = fresh.as_ref().or(caller.token.as_ref());
    let mut frame = caller.frame("Sign in");
    frame.user = None;
    frame.doors = Vec::new();
    frame.csrf = token.map(|token| caller.form_token(token)).unwrap_or_default();
    frame.path = "/sign-in".to_owned();
    let users = if caller.care().is_demo() { DEMO_USERS } else { &[] };
    let shown = SignInPage {
        frame,
        users: users.iter().map(demo_user).collect(),
        onward: if own_path(onward) {
            onward.to_owned()
        } else {
            String::new()
        },
        typed: typed.to_owned(),
        reason: reason.to_owned(),
    };
    let answered = page_with(status, &shown).unwrap_or_else(|error| failed(caller, error));
    let cookie = fresh.and_then(|token| session::begin(&token, caller.site.secure_cookies, COOKIE_SECONDS));
    with_cookie(answered, cookie)
}

fn demo_user(user: &care::access::DemoUser) -> DemoUser {
    DemoUser {
        id: user.user.to_owned(),
        name: user.name.to_owned(),
        role: user.job.to_owned(),
        organisation: user.organisation.to_owned(),
        can: can(user.role).to_owned(),
    }
}

/// What a role can do here, in one line.
const fn can(role: Role) -> &'static str {
    match role {
        Role::Resident => "Sees their own record, and who has looked at it",
        Role::Carer => "Sees what someone they act for lets them see",
        Role::Receptionist => "Finds people, and how to reach them",
        Role::Volunteer => "Sees whom to visit, what for, and how to be safe",
        Role::Analyst | Role::BoardMember => "Counts; looks at nobody",
        Role::Clinician => "Finds people and reads their record, with what was sent",
        Role::SocialWorker => "Finds people and reads their record",
        Role::Partner => "Sees what people agreed to share, not the record",
        Role::IntegrationEngineer => "Looks after feeds and what could not be read",
        Role::DataSteward => "Settles reports, identities and what could not be read",
        Role::PrivacyOfficer => "Checks who has looked, and how feeds do",
        Role::Sender | Role::CareSystem => "A system",
    }
}

async fn sign_in(asked: Asked) -> Response {
    answer_anyone(asked, |caller| {
        if !caller.form_is_ours() {
            return failed(&caller, PageError::Forged);
        }
        let Some(token) = (caller.site.random)().map(SessionToken::mint) else {
            return failed(&caller, PageError::NoRandomness);
        };
        let begun =
            care::access::session::begin_demo(caller.care(), caller.form.get("user"), token.as_str(), caller.now);
        let actor = match begun {
            Ok(Some(actor)) => actor,
            Ok(None) => return page(&caller, StatusCode::FORBIDDEN, caller.form.get("onward"), "", NOBODY),
            Err(error) => return failed(&caller, error.into()),
        };
        let cookie = session::begin(&token, caller.site.secure_cookies, COOKIE_SECONDS);
        let onward = caller.form.get("onward").to_owned();
        let typed = caller.form.raw("typed").to_owned();
        let visit = caller.signed_in(token, actor);
        let answered = if typed.is_empty() {
            Redirect::to(if own_path(&onward) { &onward } else { "/" }).into_response()
        } else {
            typed_again(&visit, &onward, &typed).unwrap_or_else(|error| failed(&visit, error))
        };
        with_cookie(answered, cookie)
    })
    .await
}

const NOBODY: &str = "Nobody of this name can sign in here.";

/// The form that was sent after the session had ended, with what was typed into it. It is sent again by its
/// writer, never by signing in.
fn typed_again(visit: &Visit, path: &str, typed: &str) -> Answered {
    let typed = Pairs::read(typed);
    match path {
        "/people" => crate::person::routes::typed_again(visit, &typed),
        "/wrong" => crate::site::routes::typed_again(visit, &typed),
        _ if path.starts_with("/people/") || path.starts_with("/requests/") => {
            crate::rights::typed_again(visit, path, &typed).unwrap_or_else(|| Ok(Redirect::to("/").into_response()))
        }
        _ => match path
            .strip_prefix("/feeds/quarantine/")
            .and_then(|rest| rest.split_once('/'))
        {
            Some((number, _)) => crate::feeds::routes::typed_again(visit, number, &typed),
            None => Ok(Redirect::to("/").into_response()),
        },
    }
}

async fn sign_out(asked: Asked) -> Response {
    answer_anyone(asked, |caller| {
        if !caller.form_is_ours() {
            return failed(&caller, PageError::Forged);
        }
        let ended = caller
            .token
            .as_ref()
            .map(|token| care::access::session::end(caller.care(), token.as_str()));
        if let Some(Err(error)) = ended {
            return failed(&caller, error.into());
        }
        let answered = Redirect::to("/sign-in?was=out").into_response();
        with_cookie(answered, session::end(caller.site.secure_cookies))
    })
    .await
}
