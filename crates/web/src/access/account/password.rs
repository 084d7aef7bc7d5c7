//! Signing in by name, password and code. Hashing waits for its own threads without holding one of those that
//! answer readers.

use super::super::session::SessionToken;
use super::super::sign_in::{landed, page_again};
use super::super::visit::{self, Caller, with_cookie};
use super::wait_words;
use crate::access::session;
use crate::site::answer::{PageError, failed};
use crate::site::form::Problem;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use care::access::account::{self, Begun, Busy, Compared, Ended, Going, Kept, Password};

const WRONG: &str = "The user name, password or code is not right, or the code was used already. Check each, wait for \
     the app's next code, and try again";
const BUSY: &str = "Many people are signing in at this moment. Try again in half a minute";

/// Signs in, or says that it was wrong: the same words after the same work, whatever was wrong.
pub async fn sign_in(caller: Caller) -> Response {
    match tried(caller).await {
        Ok(answered) | Err(answered) => answered,
    }
}

async fn tried(caller: Caller) -> Result<Response, Response> {
    let (caller, going) = visit::part(move || begun(caller)).await??;
    let password = Password::new(caller.form.raw("password"));
    let same = match compare(&caller, password, going.kept()).await {
        Ok(same) => same,
        Err(Busy) => return visit::part(move || busy(&caller)).await,
    };
    visit::part(move || finished(caller, *going, Compared(same))).await
}

fn begun(caller: Caller) -> Result<(Caller, Box<Going>), Response> {
    let caller = with_browser(caller)?;
    let key = &caller.site.sign_in.key;
    match account::begin(caller.care(), key, caller.form.get("user"), &caller.source, caller.now) {
        Ok(Begun::Go(going)) => Ok((caller, going)),
        Ok(Begun::Wait(seconds)) => Err(wait(&caller, seconds)),
        Err(error) => Err(failed(&caller, error.into())),
    }
}

/// The caller at a browser that can be known again from now on.
pub(super) fn with_browser(mut caller: Caller) -> Result<Caller, Response> {
    if caller.source.browser.is_empty() {
        match (caller.site.random)().map(SessionToken::mint) {
            Some(token) => caller.source.browser = token.as_str().to_owned(),
            None => return Err(failed(&caller, PageError::NoRandomness)),
        }
    }
    Ok(caller)
}

/// Whether a password is the one kept, once a hashing thread has said so.
pub(super) async fn compare(caller: &Caller, password: Password, kept: Option<Kept>) -> Result<bool, Busy> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let hasher = &caller.site.sign_in.hasher;
    hasher.compare(password, kept, move |same| {
        // Whoever asked may have gone away meanwhile.
        let _ = tell.send(same);
    })?;
    told.await.map_err(|_| Busy)
}

/// A new password made ready to be kept.
pub(super) async fn make(caller: &Caller, password: Password) -> Result<Kept, PageError> {
    let salt = (caller.site.random)().ok_or(PageError::NoRandomness)?;
    let salt = salt.first_chunk::<16>().copied().unwrap_or_default();
    let (tell, told) = tokio::sync::oneshot::channel();
    let failed = || PageError::Db(care::db::DbError::state("a password was not hashed"));
    let hasher = &caller.site.sign_in.hasher;
    let asked = hasher.make(password, salt, move |kept| drop(tell.send(kept)));
    asked.map_err(|Busy| failed())?;
    told.await.ok().flatten().ok_or_else(failed)
}

fn finished(caller: Caller, going: Going, same: Compared) -> Response {
    let Some(token) = (caller.site.random)().map(SessionToken::mint) else {
        return failed(&caller, PageError::NoRandomness);
    };
    let key = &caller.site.sign_in.key;
    let shown = (caller.form.get("code"), token.as_str());
    match account::finish(caller.care(), key, going, same, shown, caller.now) {
        Ok(Ended::In(actor, left)) => {
            let onward = match left {
                Some(_) => "/account".to_owned(),
                None => caller.form.get("onward").to_owned(),
            };
            let browser = known_browser(&caller);
            with_cookie(landed(caller, token, actor, &onward), browser)
        }
        Ok(Ended::Wrong) => {
            let problems = vec![Problem::new("user", WRONG)];
            again(&caller, StatusCode::UNAUTHORIZED, problems)
        }
        Err(error) => failed(&caller, error.into()),
    }
}

/// The cookie by which this browser is known again: it keeps the one it has.
pub(super) fn known_browser(caller: &Caller) -> Option<HeaderValue> {
    let token = SessionToken::parse(&caller.source.browser)?;
    session::set_browser(&token, caller.site.secure_cookies)
}

fn again(caller: &Caller, status: StatusCode, problems: Vec<Problem>) -> Response {
    page_again(caller, status, caller.form.get("onward"), "", problems)
}

fn busy(caller: &Caller) -> Response {
    again(
        caller,
        StatusCode::SERVICE_UNAVAILABLE,
        vec![Problem::new("user", BUSY)],
    )
}

/// Too many were wrong from there.
pub(super) fn wait(caller: &Caller, seconds: i64) -> Response {
    let problem = Problem::new("user", wait_says(seconds));
    with_wait(again(caller, StatusCode::TOO_MANY_REQUESTS, vec![problem]), seconds)
}

/// What is said to whoever has to wait.
pub(super) fn wait_says(seconds: i64) -> String {
    format!(
        "Too many tries from here were wrong. Wait {}, then try again. A browser that you have signed in with before \
         is not held back",
        wait_words(seconds)
    )
}

/// An answer that says how long to wait.
pub(in crate::access) fn with_wait(mut response: Response, seconds: i64) -> Response {
    if let Ok(value) = HeaderValue::from_str(&seconds.to_string()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}
