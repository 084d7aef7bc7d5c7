//! Setting an account up: the code that was handed over, then an authenticator app and a password, then recovery
//! codes.

use super::super::session::SessionToken;
use super::super::sign_in::{COOKIE_SECONDS, before_sign_in};
use super::super::visit::{self, Asked, Caller, answer_anyone, with_cookie};
use super::password::{known_browser, make, wait_says, with_browser, with_wait};
use super::view::{EnrolPage, Picture, RecoveryPage, SetUpPage};
use crate::access::session;
use crate::serving::Site;
use crate::site::answer::{PageError, failed, page};
use crate::site::form::Problem;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use care::access::account::{
    Enrolled, Enrolling, Kept, LETTERS_MIN, Password, authenticator, begin_enrolling, finish_enrolling,
    password_refused,
};
use std::sync::Arc;

const WRONG: &str = "This user name and code do not belong together, or the code was used or is older than three days. \
     Ask whoever made the account for a new one";
const GONE: &str = "This code was used, or is older than three days. Ask whoever made the account for a new one";

/// `/enrol`.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/enrol", get(asked_to).post(shown_code))
        .route("/enrol/account", post(set_up))
}

async fn asked_to(asked: Asked) -> Response {
    answer_anyone(asked, |caller| first(&caller, StatusCode::OK, Vec::new())).await
}

fn first(caller: &Caller, status: StatusCode, problems: Vec<Problem>) -> Response {
    let title = if problems.is_empty() {
        "Set up your account"
    } else {
        "Error: Set up your account"
    };
    before_sign_in(caller, status, title, |frame| EnrolPage {
        frame,
        user: caller.form.get("user").chars().take(64).collect(),
        problems,
    })
}

async fn shown_code(asked: Asked) -> Response {
    answer_anyone(asked, |caller| {
        if !caller.form_is_ours() {
            return failed(&caller, PageError::Forged);
        }
        match opened(&caller) {
            Ok(opened) => second(&caller, &opened, Vec::new()),
            Err(answered) => answered,
        }
    })
    .await
}

/// An account that an enrolment code opened.
struct Opened {
    user: String,
    name: String,
    organisation: String,
    key: Vec<u8>,
}

fn opened(caller: &Caller) -> Result<Opened, Response> {
    let key = &caller.site.sign_in.key;
    let shown = (caller.form.get("user"), caller.form.get("enrol"));
    match begin_enrolling(caller.care(), key, shown, &caller.source, caller.now) {
        Ok(Enrolling::Open {
            user,
            name,
            organisation,
            key,
        }) => Ok(Opened {
            user,
            name,
            organisation,
            key,
        }),
        Ok(Enrolling::Wrong) => Err(first(
            caller,
            StatusCode::UNPROCESSABLE_ENTITY,
            vec![Problem::new("enrol", WRONG)],
        )),
        Ok(Enrolling::Wait(seconds)) => {
            let problems = vec![Problem::new("enrol", wait_says(seconds))];
            Err(with_wait(
                first(caller, StatusCode::TOO_MANY_REQUESTS, problems),
                seconds,
            ))
        }
        Err(error) => Err(failed(caller, error.into())),
    }
}

fn second(caller: &Caller, opened: &Opened, problems: Vec<Problem>) -> Response {
    let (status, title) = match problems.is_empty() {
        true => (StatusCode::OK, "Choose how you sign in"),
        false => (StatusCode::UNPROCESSABLE_ENTITY, "Error: Choose how you sign in"),
    };
    let address = authenticator::address(&opened.key, &caller.care().system().title, &opened.user);
    before_sign_in(caller, status, title, |frame| SetUpPage {
        frame,
        name: opened.name.clone(),
        user: opened.user.clone(),
        enrol: caller.form.get("enrol").to_owned(),
        key: authenticator::as_text(&opened.key),
        picture: Picture::of(&address),
        address,
        letters_min: LETTERS_MIN,
        problems,
    })
}

async fn set_up(asked: Asked) -> Response {
    match in_parts(asked).await {
        Ok(answered) | Err(answered) => answered,
    }
}

async fn in_parts(asked: Asked) -> Result<Response, Response> {
    let caller = visit::caller(asked).await?;
    let (caller, opened) = visit::part(move || checked(caller)).await??;
    match make(&caller, Password::new(caller.form.raw("password"))).await {
        Ok(kept) => visit::part(move || finished(caller, &opened, &kept)).await,
        Err(error) => visit::part(move || Err(failed(&caller, error))).await?,
    }
}

fn checked(caller: Caller) -> Result<(Caller, Opened), Response> {
    if !caller.form_is_ours() {
        return Err(failed(&caller, PageError::Forged));
    }
    let opened = opened(&caller)?;
    let password = Password::new(caller.form.raw("password"));
    let theirs = [
        opened.user.as_str(),
        opened.name.as_str(),
        opened.organisation.as_str(),
        caller.care().system().title.as_str(),
    ];
    let mut problems = Vec::new();
    if let Some(words) = password_refused(&password, &theirs, caller.site.sign_in.leaked.as_ref()) {
        problems.push(Problem::new("password", words));
    } else if caller.form.raw("password") != caller.form.raw("again") {
        problems.push(Problem::new("again", "Type the same password in both boxes"));
    }
    let now_shown = authenticator::figures(caller.form.get("code"));
    if !now_shown {
        problems.push(Problem::new("code", "Type the six figures that the app shows now"));
    }
    if problems.is_empty() {
        Ok((with_browser(caller)?, opened))
    } else {
        Err(second(&caller, &opened, problems))
    }
}

fn finished(caller: Caller, opened: &Opened, kept: &Kept) -> Response {
    let random = (caller.site.random)().zip((caller.site.random)());
    let Some((token, random)) = random.map(|(token, random)| (SessionToken::mint(token), random)) else {
        return failed(&caller, PageError::NoRandomness);
    };
    let key = &caller.site.sign_in.key;
    let outcome = finish_enrolling(
        caller.care(),
        key,
        (&opened.user, caller.form.get("enrol")),
        (kept, caller.form.get("code")),
        (token.as_str(), random),
        (&caller.source, caller.now),
    );
    match outcome {
        Ok(Enrolled::In(actor, codes)) => {
            let cookie = session::begin(&token, caller.site.secure_cookies, COOKIE_SECONDS);
            let browser = known_browser(&caller);
            let visit = caller.signed_in(token, actor);
            let shown = RecoveryPage {
                frame: visit.frame("Your recovery codes"),
                codes,
                onward: "/".to_owned(),
            };
            let answered = page(&shown).unwrap_or_else(|error| failed(&visit, error));
            with_cookie(with_cookie(answered, cookie), browser)
        }
        Ok(Enrolled::WrongCode) => {
            let words =
                "This is not what the app shows now: wait for its next six figures, and check the telephone's clock";
            second(&caller, opened, vec![Problem::new("code", words)])
        }
        Ok(Enrolled::Gone) => first(
            &caller,
            StatusCode::UNPROCESSABLE_ENTITY,
            vec![Problem::new("enrol", GONE)],
        ),
        Err(error) => failed(&caller, error.into()),
    }
}
