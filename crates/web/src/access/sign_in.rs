//! Signing in and out, and where that leads.

use super::account::happened;
use super::session::{self, SessionToken};
use super::view::{DemoUser, SignInPage, TypedLine, TypedPage};
use super::visit::{self, Asked, Caller, Visit, answer_anyone, doors, with_cookie};
use crate::serving::Site;
use crate::site::answer::{self, Answered, PageError, failed, page_with, step};
use crate::site::form::{Pairs, Problem, own_path};
use crate::site::view::{ErrorPage, Frame};
use askama::Template;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::access::account::{KeptForm, take_form};
use care::access::{Actor, DEMO_USERS, Role};
use std::sync::Arc;

/// How long a browser keeps the cookie at most; the store ends the session sooner when it is not used.
pub(super) const COOKIE_SECONDS: u32 = 12 * 3600;
/// Why the page is shown to someone who sent a form after their session had ended.
pub(super) const IDLE_TYPED: &str = "You were signed out, after 30 minutes without use or 12 hours in all. What you \
     typed is kept for you alone: sign in, and it stands in the form again. It was not sent.";
pub(super) const IDLE: &str =
    "You are not signed in, or were signed out after 30 minutes without use. Sign in to go on.";
const SIGNED_OUT: &str = "You are signed out.";
const SIGNED_OUT_EVERYWHERE: &str = "You are signed out here and everywhere else.";

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
    match doors(visit.actor.role, "", None).first() {
        Some(door) => Ok(Redirect::to(&door.path).into_response()),
        None => nothing_yet(visit),
    }
}

fn nothing_yet(visit: &Visit) -> Answered {
    let heading = "Nothing waits for you";
    let (happened, first) = match visit.actor.role {
        Role::Analyst | Role::BoardMember => (
            "Your role plans services from counts, and opens nobody’s record. No counts are published here yet.",
            "Ask the data team when the first counts come",
        ),
        _ => (
            "Your role sees what people agreed to share with you, a referral at a time. No referral has been made to \
             you here yet, and the whole record is not yours to open.",
            "Ask the person's care team to refer them to you, with the person's agreement",
        ),
    };
    answer::page(&ErrorPage {
        frame: visit.frame(heading),
        heading: heading.to_owned(),
        happened: happened.to_owned(),
        kept: String::new(),
        next: vec![step(first, ""), step("See whom to ask", "/contact")],
        reference: String::new(),
    })
}

async fn asked_to(asked: Asked) -> Response {
    answer_anyone(asked, |caller| {
        let query = Pairs::read(&caller.query);
        let reason = match query.get("was") {
            "in" => IDLE,
            "out" => SIGNED_OUT,
            "everywhere" => SIGNED_OUT_EVERYWHERE,
            _ => "",
        };
        page(&caller, StatusCode::OK, query.get("onward"), reason)
    })
    .await
}

/// The sign-in page.
pub(super) fn page(caller: &Caller, status: StatusCode, onward: &str, reason: &str) -> Response {
    page_again(caller, status, onward, reason, Vec::new())
}

/// The sign-in page, with what is wrong with what was typed into it; of that only the name stands in it again.
pub(super) fn page_again(
    caller: &Caller,
    status: StatusCode,
    onward: &str,
    reason: &str,
    problems: Vec<Problem>,
) -> Response {
    let title = if problems.is_empty() {
        "Sign in"
    } else {
        "Error: Sign in"
    };
    before_sign_in(caller, status, title, |frame| {
        let users = if caller.care().is_demo() { DEMO_USERS } else { &[] };
        let by_password =
            users.is_empty() || !problems.is_empty() || Pairs::read(&caller.query).get("by") == "password";
        SignInPage {
            frame,
            users: users.iter().filter(|_| !by_password).map(demo_user).collect(),
            onward: own_or_none(onward),
            reason: reason.to_owned(),
            typed: caller.form.get("user").chars().take(64).collect(),
            problems,
            provider: caller
                .site
                .sign_in
                .provider
                .as_ref()
                .map(|provider| provider.name().to_owned())
                .unwrap_or_default(),
        }
    })
}

fn own_or_none(onward: &str) -> String {
    if own_path(onward) {
        onward.to_owned()
    } else {
        String::new()
    }
}

/// A page for nobody in particular. A browser without a cookie is given one, so that its form can carry a token.
pub(super) fn before_sign_in<T: Template>(
    caller: &Caller,
    status: StatusCode,
    title: &str,
    shown: impl FnOnce(Frame) -> T,
) -> Response {
    let fresh = match &caller.token {
        Some(_) => None,
        None => match (caller.site.random)() {
            Some(random) => Some(SessionToken::mint(random)),
            None => return failed(caller, PageError::NoRandomness),
        },
    };
    let token = fresh.as_ref().or(caller.token.as_ref());
    let mut frame = caller.frame(title);
    frame.user = None;
    frame.doors = Vec::new();
    frame.csrf = token.map(|token| caller.form_token(token)).unwrap_or_default();
    frame.path = caller.path.clone();
    let answered = page_with(status, &shown(frame)).unwrap_or_else(|error| failed(caller, error));
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

/// One press in a demonstration; else by name, password and code.
async fn sign_in(asked: Asked) -> Response {
    let caller = match visit::caller(asked).await {
        Ok(caller) => caller,
        Err(answered) => return answered,
    };
    if !caller.form_is_ours() {
        return visit::part(move || failed(&caller, PageError::Forged))
            .await
            .unwrap_or_else(|broke| broke);
    }
    if caller.form.raw("password").is_empty() && caller.care().is_demo() {
        return visit::part(move || in_a_demo(caller))
            .await
            .unwrap_or_else(|broke| broke);
    }
    super::account::password::sign_in(caller).await
}

fn in_a_demo(caller: Caller) -> Response {
    let Some(token) = (caller.site.random)().map(SessionToken::mint) else {
        return failed(&caller, PageError::NoRandomness);
    };
    let user = caller.form.get("user");
    match care::access::session::begin_demo(caller.care(), user, token.as_str(), &caller.source, caller.now) {
        Ok(Some(actor)) => {
            let onward = caller.form.get("onward").to_owned();
            landed(caller, token, actor, &onward)
        }
        Ok(None) => page(&caller, StatusCode::FORBIDDEN, caller.form.get("onward"), NOBODY),
        Err(error) => failed(&caller, error.into()),
    }
}

const NOBODY: &str = "Nobody of this name can sign in here.";

/// Someone has signed in: their session is another than any this browser had before, so that nobody who planted one
/// is signed in with them. They go on to where they were going, or to what they had typed.
pub(super) fn landed(caller: Caller, token: SessionToken, actor: Actor, onward: &str) -> Response {
    landing(caller, token, actor, onward, |_, onward| {
        Ok(Redirect::to(onward).into_response())
    })
}

/// As [`landed`], with another way of going on.
pub(super) fn landing(
    caller: Caller,
    token: SessionToken,
    actor: Actor,
    onward: &str,
    go_on: impl FnOnce(&Visit, &str) -> Answered,
) -> Response {
    let (care, secure) = (caller.care(), caller.site.secure_cookies);
    if let (Some(before), true) = (&caller.token, caller.session.is_some())
        && let Err(error) = care::access::session::end(care, before.as_str(), caller.now)
    {
        return failed(&caller, error.into());
    }
    let kept = match take_form(care, &caller.site.sign_in.key, &actor.user, caller.now) {
        Ok(kept) => kept,
        Err(error) => return failed(&caller, error.into()),
    };
    let cookie = session::begin(&token, secure, COOKIE_SECONDS);
    let onward = if own_path(onward) { onward } else { "/" };
    let (visit, told) = caller.signed_in_and_told(token, actor);
    let answered = match (kept, told) {
        (_, Err(error)) => failed(&visit, error.into()),
        (Some(form), Ok(_)) => typed_again(&visit, &form).unwrap_or_else(|error| failed(&visit, error)),
        // What happened to their account comes first, and leads on to where they were going.
        (None, Ok(true)) => go_on(&visit, &happened::leading_to(onward)).unwrap_or_else(|error| failed(&visit, error)),
        (None, Ok(false)) => go_on(&visit, onward).unwrap_or_else(|error| failed(&visit, error)),
    };
    with_cookie(answered, cookie)
}

/// The form that was sent after the session had ended, with what was typed into it. It is sent again by its
/// writer, never by signing in.
fn typed_again(visit: &Visit, form: &KeptForm) -> Answered {
    let (path, typed) = (form.path.as_str(), Pairs::read(&form.typed));
    match path {
        "/people" => return crate::person::routes::typed_again(visit, &typed),
        "/wrong" => return crate::site::routes::typed_again(visit, &typed),
        _ if path.starts_with("/people/") || path.starts_with("/requests/") => {
            if let Some(answered) = crate::rights::typed_again(visit, path, &typed) {
                return answered;
            }
        }
        _ if path.starts_with("/projects") || path.starts_with("/lists/") => {
            if let Some(answered) = crate::projects::typed_again(visit, path, &typed) {
                return answered;
            }
        }
        _ => {}
    }
    match path.trim_start_matches('/').split('/').collect::<Vec<_>>().as_slice() {
        ["ties"] => return super::ties::typed_again(visit, &typed),
        ["suspensions"] => return super::staff::typed_again(visit, None, &typed),
        ["suspensions", number, "lift"] => return super::staff::typed_again(visit, Some(number), &typed),
        ["removals", number] => return crate::rights::removal::typed_again(visit, number, &typed),
        ["emergencies", number, "checked"] => return super::emergency::typed_again(visit, number, &typed),
        _ => {}
    }
    let quarantined = path.strip_prefix("/feeds/quarantine/");
    // Why one is discarded stands on a page of its own: that of the item has no place for it again.
    let mending = quarantined
        .and_then(|rest| rest.split_once('/'))
        .filter(|(_, what)| *what != "discard");
    if let Some((number, _)) = mending {
        return crate::feeds::routes::typed_again(visit, number, &typed);
    }
    let said = |(name, value): (&str, &str)| TypedLine {
        field: name.to_owned(),
        label: label_of(name),
        value: value.to_owned(),
    };
    answer::page(&TypedPage {
        frame: visit.frame("What you typed is kept"),
        action: path.to_owned(),
        lines: typed
            .each()
            .filter(|(name, _)| *name != super::csrf::FIELD)
            .map(said)
            .collect(),
    })
}

/// A field's name as people read it.
fn label_of(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Leads to a page that anybody might be reading (SAFETY 9). By this header and not by a redirect: a browser follows no
/// redirect of a form to another site, and goes back from there to no page of ours.
fn away() -> Response {
    const NEUTRAL: &str = "0; url=https://www.bbc.co.uk/weather";
    let page = "<!DOCTYPE html><html lang=\"en-GB\"><title>Weather</title><p>The weather</p></html>";
    ([(header::REFRESH, NEUTRAL)], Html(page)).into_response()
}

async fn sign_out(asked: Asked) -> Response {
    answer_anyone(asked, |caller| {
        let leaves = caller.form.get("away") == "yes";
        if !caller.form_is_ours() {
            // Whoever must leave at once leaves; a form that is not ours ends nobody's session.
            return if leaves {
                away()
            } else {
                failed(&caller, PageError::Forged)
            };
        }
        let ended = caller
            .token
            .as_ref()
            .map(|token| care::access::session::end(caller.care(), token.as_str(), caller.now));
        match ended {
            // Whoever must leave at once leaves, whatever the store says.
            Some(Err(error)) if leaves => tracing::error!(%error, "a session could not be ended"),
            Some(Err(error)) => return failed(&caller, error.into()),
            Some(Ok(_)) | None => {}
        }
        let answered = if leaves {
            away()
        } else {
            Redirect::to("/sign-in?was=out").into_response()
        };
        with_cookie(answered, session::end(caller.site.secure_cookies))
    })
    .await
}
