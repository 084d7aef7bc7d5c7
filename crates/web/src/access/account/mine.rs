//! Someone's own account: where they are signed in, ending that, and new recovery codes.

use super::super::visit::{Asked, Visit, answer, with_cookie};
use super::view::{AccountPage, RecoveryPage, SessionLine};
use crate::access::session;
use crate::serving::Site;
use crate::site::answer::{Answered, PageError, page};
use crate::site::clock::{ago, moment};
use crate::site::form::Pairs;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::access::account::{new_recovery_codes, recovery_codes_left};
use care::access::session::{IDLE_MINUTES, Method, WHOLE_HOURS, end_everywhere, end_one, list};
use std::sync::Arc;

/// `/account`.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/account", get(mine))
        .route("/account/sessions/{number}/end", post(end))
        .route("/account/everywhere", post(everywhere))
        .route("/account/recovery", post(recovery))
}

async fn mine(asked: Asked) -> Response {
    answer(asked, shown).await
}

fn shown(visit: &Visit) -> Answered {
    let token = visit.token.as_ref().map_or("", |token| token.as_str());
    let by_password = visit
        .session
        .as_ref()
        .is_some_and(|session| session.method == Method::Password);
    let recovery_left = match by_password {
        true => Some(recovery_codes_left(visit.care(), &visit.actor)?),
        false => None,
    };
    let sessions = list(visit.care(), &visit.actor, token, visit.now)?;
    let line = |one: &care::access::session::Listed| SessionLine {
        number: one.number.clone(),
        agent: one.agent.clone(),
        begun: moment(one.begun),
        seen: ago(one.seen, visit.now),
        this: one.this,
    };
    let done = match Pairs::read(&visit.query).get("done") {
        "password" => "Your password is changed. You are signed out everywhere else.",
        "ended" => "That session is signed out.",
        _ => "",
    };
    page(&AccountPage {
        frame: visit.frame("Your account"),
        name: visit.actor.name.clone(),
        role: visit.actor.role.words().to_owned(),
        organisation: visit.actor.organisation.clone(),
        method: visit
            .session
            .as_ref()
            .map_or("", |session| session.method.words())
            .to_owned(),
        recovery_left,
        sessions: sessions.iter().map(line).collect(),
        ends: (IDLE_MINUTES, WHOLE_HOURS),
        done: done.to_owned(),
    })
}

async fn end(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        match end_one(visit.care(), &visit.actor, &number, visit.now)? {
            true => Ok(Redirect::to("/account?done=ended").into_response()),
            false => Err(PageError::Nothing),
        }
    })
    .await
}

async fn everywhere(asked: Asked) -> Response {
    answer(asked, |visit| {
        end_everywhere(visit.care(), &visit.actor, visit.now)?;
        let answered = Redirect::to("/sign-in?was=everywhere").into_response();
        Ok(with_cookie(answered, session::end(visit.site.secure_cookies)))
    })
    .await
}

async fn recovery(asked: Asked) -> Response {
    answer(asked, |visit| {
        let by_password = |session: &care::access::session::Session| session.method == Method::Password;
        if !visit.session.as_ref().is_some_and(by_password) {
            return Err(PageError::Nothing);
        }
        let random = (visit.site.random)().ok_or(PageError::NoRandomness)?;
        let key = &visit.site.sign_in.key;
        let token = visit.token.as_ref().map_or("", |token| token.as_str());
        page(&RecoveryPage {
            codes: new_recovery_codes(
                visit.care(),
                key,
                &visit.actor,
                (token, &visit.source),
                (random, visit.now),
            )?,
            frame: visit.frame("Your recovery codes"),
            onward: "/account".to_owned(),
        })
    })
    .await
}
