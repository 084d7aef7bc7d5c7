//! What happened to somebody's account: the first page after they sign in when there is anything, and there until they
//! say whether it was them.

use super::super::visit::{Asked, Visit, answer};
use super::view::{HappenedLine, HappenedPage, NotMePage};
use crate::access::known_as;
use crate::serving::Site;
use crate::site::answer::{Answered, page, page_with};
use crate::site::clock::{counted, moment};
use crate::site::form::{Pairs, Problem, encode, own_path};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use care::Care;
use care::access::Role;
use care::access::account::happened::{ANSWERED_MAX, Happened, What, look, say};
use care::access::session::Method;
use std::sync::Arc;

/// Where the page stands.
pub const PATH: &str = "/account/happened";
/// Whom the audit names for what was done at the command line.
const COMMAND_LINE: &str = "system:";

/// `/account/happened`.
pub fn routes() -> Router<Arc<Site>> {
    Router::new().route("/account/happened", get(asked_for).post(said))
}

/// The page's address, for whoever was going somewhere else.
pub fn leading_to(onward: &str) -> String {
    match onward {
        "/" => PATH.to_owned(),
        onward => format!("{PATH}?onward={}", encode(onward)),
    }
}

fn token(visit: &Visit) -> &str {
    visit.token.as_ref().map_or("", |token| token.as_str())
}

/// Where to go on: a page of ours.
fn onward(typed: &str) -> String {
    if own_path(typed) { typed } else { "/" }.to_owned()
}

async fn asked_for(asked: Asked) -> Response {
    answer(asked, |visit| {
        let going = onward(Pairs::read(&visit.query).get("onward"));
        shown(visit, going, Vec::new())
    })
    .await
}

fn shown(visit: &Visit, onward: String, problems: Vec<Problem>) -> Answered {
    let key = &visit.site.sign_in.key;
    let at = (token(visit), &visit.source);
    let found = look(visit.care(), key, &visit.actor, at, visit.now)?;
    let (status, title) = match problems.is_empty() {
        true => (StatusCode::OK, "What happened to your account"),
        false => (StatusCode::UNPROCESSABLE_ENTITY, "Error: What happened to your account"),
    };
    page_with(
        status,
        &HappenedPage {
            frame: visit.frame(title),
            lines: found
                .iter()
                .map(|one| line(one, visit.care(), visit.actor.role))
                .collect(),
            onward,
            problems,
        },
    )
}

async fn said(asked: Asked) -> Response {
    answer(asked, |visit| {
        let going = onward(visit.form.get("onward"));
        let mine = match visit.form.get("answer") {
            "me" => true,
            "not-me" => false,
            _ => {
                let words = "Press one of the two: it was you, or it was not";
                return shown(visit, going, vec![Problem::new("answer", words)]);
            }
        };
        let seen: Vec<(i64, i64)> = visit
            .form
            .all("seen")
            .take(ANSWERED_MAX)
            .filter_map(|one| one.split_once('.'))
            .filter_map(|(number, times)| Some((number.parse().ok()?, times.parse().ok()?)))
            .collect();
        let key = &visit.site.sign_in.key;
        let at = (token(visit), &visit.source);
        let count = say(visit.care(), key, &visit.actor, at, (mine, &seen), visit.now)?;
        if mine || count == 0 {
            // Whatever came meanwhile is looked at first.
            let waits = care::access::account::happened::waits(visit.care(), key, &visit.actor.user, at)?;
            let next = if waits { leading_to(&going) } else { going };
            return Ok(Redirect::to(&next).into_response());
        }
        let by_password = |session: &care::access::session::Session| session.method == Method::Password;
        page(&NotMePage {
            frame: visit.frame("What to do now"),
            by_password: visit.session.as_ref().is_some_and(by_password),
            onward: going,
        })
    })
    .await
}

/// One thing that happened, in words.
fn line(one: &Happened, care: &Care, role: Role) -> HappenedLine {
    let by = match one.by.as_str() {
        by if by.starts_with(COMMAND_LINE) => "An administrator".to_owned(),
        by => known_as(care, by),
    };
    let mut more = vec![when(one)];
    more.extend(means(one.what, role).map(str::to_owned));
    if let Some(at) = one.said_elsewhere {
        more.push(format!(
            "Somebody said that this was them on {}, at a browser that was new to your account then. Say it again here.",
            moment(at)
        ));
    }
    HappenedLine {
        seen: format!("{}.{}", one.number, one.times),
        what: what(one, &by),
        more,
    }
}

fn what(one: &Happened, by: &str) -> String {
    let tries = counted(one.times, "try", "tries");
    match one.what {
        What::WrongPassword => format!("{tries} to sign in as you, with a wrong password"),
        What::WrongCode => format!("{tries} to sign in as you, with your right password and a wrong code"),
        What::HeldBack => "Tries to sign in as you were held back, because too many were wrong".to_owned(),
        What::NewBrowser => "A sign-in as you, at a browser that was new to your account".to_owned(),
        What::RecoveryUsed => "One of your recovery codes was used to sign in".to_owned(),
        What::PasswordChanged => "Your password was changed".to_owned(),
        What::RecoveryMade => "New recovery codes were made".to_owned(),
        What::Reset => format!("{by} took away your password, your app and your recovery codes"),
        What::SetUpAnew => "Your account was set up anew, with another password and another app".to_owned(),
        What::Suspended => format!("{by} suspended your account"),
        What::Resumed => format!("{by} let your account be used again"),
        What::Tied => format!("{by} wrote down which person of the record you are"),
        What::Untied => format!("{by} took back which person of the record you are"),
        What::WrongInside => format!(
            "Somebody signed in as you gave {}",
            counted(one.times, "wrong code or password", "wrong codes or passwords")
        ),
    }
}

fn when(one: &Happened) -> String {
    let when = match one.times {
        1 => moment(one.last),
        _ => format!("From {} to {}", moment(one.first), moment(one.last)),
    };
    let last = if one.times == 1 { "" } else { "the last " };
    match (one.agent.as_str(), one.known) {
        ("", _) => format!("{when}."),
        (agent, true) => format!("{when}, {last}at a browser that you had used: {agent}."),
        (agent, false) => format!("{when}, {last}at a browser that you had not used: {agent}."),
    }
}

/// What it means for its owner.
const fn means(what: What, role: Role) -> Option<&'static str> {
    let public = matches!(role, Role::Resident | Role::Carer);
    match what {
        What::WrongPassword => Some("Nobody got in by it."),
        What::WrongCode => Some("Nobody got in by it. If it was not you, somebody knows your password."),
        What::HeldBack => Some("Nobody got in by them. Browsers that you had used were not held back."),
        What::RecoveryMade => Some("Those before are good no longer."),
        What::Reset => Some("With a code that they handed over, your account was to be set up anew."),
        What::WrongInside => Some(
            "They were asked to show that it was still you, and nothing was opened or changed by it. If it was not you, \
             somebody sits where you are signed in.",
        ),
        What::Tied if public => Some("Your own record opens to you."),
        What::Untied if public => Some("Your own record no longer opens to you."),
        What::Tied => Some("Your own record, and those of your family, no longer open to you by way of your work."),
        What::Untied => Some("Your own record, and those of your family, are to you as any other."),
        What::NewBrowser
        | What::RecoveryUsed
        | What::PasswordChanged
        | What::SetUpAnew
        | What::Suspended
        | What::Resumed => None,
    }
}
