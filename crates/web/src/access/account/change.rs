//! Another password: the old one and a code are shown again, and every other session ends.

use super::super::visit::{self, Asked, Caller, answer};
use super::password::{compare, make, wait_says, with_wait};
use super::view::PasswordPage;
use crate::serving::Site;
use crate::site::answer::{PageError, failed, page_with};
use crate::site::form::Problem;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use care::access::account::{self, Begun, Compared, Going, Kept, LETTERS_MIN, Password, password_refused};
use care::access::session::Method;
use std::sync::Arc;

const WRONG: &str = "The password or the code is not right, or the code was used already: wait for the app's next one";

/// `/account/password`.
pub fn routes() -> Router<Arc<Site>> {
    Router::new().route("/account/password", get(form).post(change))
}

async fn form(asked: Asked) -> Response {
    answer(asked, |visit| match has_password(visit) {
        true => Ok(shown(visit, StatusCode::OK, Vec::new())),
        false => Err(PageError::Nothing),
    })
    .await
}

fn has_password(caller: &Caller) -> bool {
    let session = caller.session.as_ref();
    session.is_some_and(|session| session.method == Method::Password)
}

fn shown(caller: &Caller, status: StatusCode, problems: Vec<Problem>) -> Response {
    let title = if problems.is_empty() {
        "Change your password"
    } else {
        "Error: Change your password"
    };
    let page = PasswordPage {
        frame: caller.frame(title),
        letters_min: LETTERS_MIN,
        problems,
    };
    page_with(status, &page).unwrap_or_else(|error| failed(caller, error))
}

async fn change(asked: Asked) -> Response {
    match in_parts(asked).await {
        Ok(answered) | Err(answered) => answered,
    }
}

async fn in_parts(asked: Asked) -> Result<Response, Response> {
    let caller = visit::caller(asked).await?;
    let (caller, going) = visit::part(move || checked(caller)).await??;
    let old = Password::new(caller.form.raw("old"));
    let compared = compare(&caller, old, going.kept()).await;
    let made = make(&caller, Password::new(caller.form.raw("password"))).await;
    visit::part(move || match (compared, made) {
        (Ok(same), Ok(kept)) => finished(&caller, &going, Compared(same), &kept),
        (Err(_), _) => failed(
            &caller,
            PageError::Db(care::db::DbError::state("too many sign in at once")),
        ),
        (_, Err(error)) => failed(&caller, error),
    })
    .await
}

fn checked(caller: Caller) -> Result<(Caller, Box<Going>), Response> {
    let Some(actor) = caller.actor.clone() else {
        return Err(Redirect::to("/sign-in?onward=/account/password&was=in").into_response());
    };
    if !caller.form_is_ours() {
        return Err(failed(&caller, PageError::Forged));
    }
    if !has_password(&caller) {
        return Err(failed(&caller, PageError::Nothing));
    }
    let theirs = [
        actor.user.as_str(),
        actor.name.as_str(),
        actor.organisation.as_str(),
        caller.care().system().title.as_str(),
    ];
    let mut problems = Vec::new();
    if let Some(words) = password_refused(
        &Password::new(caller.form.raw("password")),
        &theirs,
        caller.site.sign_in.leaked.as_ref(),
    ) {
        problems.push(Problem::new("password", words));
    } else if caller.form.raw("password") != caller.form.raw("again") {
        problems.push(Problem::new("again", "Type the same password in both boxes"));
    }
    if !problems.is_empty() {
        return Err(shown(&caller, StatusCode::UNPROCESSABLE_ENTITY, problems));
    }
    let key = &caller.site.sign_in.key;
    match account::begin(caller.care(), key, &actor.user, &caller.source, caller.now) {
        Ok(Begun::Go(going)) => Ok((caller, going)),
        Ok(Begun::Wait(seconds)) => {
            let problems = vec![Problem::new("old", wait_says(seconds))];
            Err(with_wait(
                shown(&caller, StatusCode::TOO_MANY_REQUESTS, problems),
                seconds,
            ))
        }
        Err(error) => Err(failed(&caller, error.into())),
    }
}

fn finished(caller: &Caller, going: &Going, same: Compared, kept: &Kept) -> Response {
    let token = caller.token.as_ref().map_or("", |token| token.as_str());
    let key = &caller.site.sign_in.key;
    let factors = (going, same, caller.form.get("code"));
    match account::change_password(caller.care(), key, factors, (kept, token), caller.now) {
        Ok(true) => Redirect::to("/account?done=password").into_response(),
        Ok(false) => shown(
            caller,
            StatusCode::UNPROCESSABLE_ENTITY,
            vec![Problem::new("old", WRONG)],
        ),
        Err(error) => failed(caller, error.into()),
    }
}
