//! How a page answers, and what it says when it cannot: the one error of all pages. What went wrong inside goes
//! to the log; the page says what happened, that nothing is lost, and what can be done next.

use super::view::{ErrorPage, Step};
use crate::access::visit::{Caller, doors};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use care::access::AccessError;
use care::db::DbError;
use record::PersonId;

/// Why a page could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Policy said no, in words for the page.
    #[error("refused")]
    Refused(String),
    /// Policy said no, and would say yes in an emergency.
    #[error("refused, but for an emergency")]
    Shut {
        /// Why, in words for the page.
        says: String,
        /// Whose record.
        person: PersonId,
    },
    /// There is nothing at this address.
    #[error("nothing here")]
    Nothing,
    /// A form came without the token of its session, or from another site.
    #[error("a form without its token")]
    Forged,
    /// A form was longer than any form may be.
    #[error("too long")]
    TooLong,
    /// The system gives no randomness.
    #[error("no randomness")]
    NoRandomness,
    /// The store failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A template failed.
    #[error(transparent)]
    Template(#[from] askama::Error),
}

impl From<AccessError> for PageError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Refused(words) | AccessError::Lapsed { why: words, .. } => Self::Refused(words),
            AccessError::Shut { says, person } => Self::Shut { says, person },
            AccessError::Unknown => Self::Nothing,
            AccessError::Db(error) => Self::Db(error),
        }
    }
}

/// What a handler gives.
pub type Answered = Result<Response, PageError>;

/// A page, rendered.
///
/// # Errors
/// When its template fails.
pub fn page(page: &impl Template) -> Answered {
    page_with(StatusCode::OK, page)
}

/// A page with a status of its own.
///
/// # Errors
/// When its template fails.
pub fn page_with(status: StatusCode, page: &impl Template) -> Answered {
    Ok((status, Html(page.render()?)).into_response())
}

/// The page that says why there is none.
pub fn failed(caller: &Caller, error: PageError) -> Response {
    let (status, heading, happened) = match &error {
        PageError::Refused(words) | PageError::Shut { says: words, .. } => {
            (StatusCode::FORBIDDEN, "You cannot open this", words.as_str())
        }
        PageError::Nothing => (
            StatusCode::NOT_FOUND,
            "Nothing is here",
            "This address leads to nothing that is kept now. It may have been typed or copied in part.",
        ),
        PageError::Forged => (
            StatusCode::FORBIDDEN,
            "This form was not sent from here",
            "The form did not carry the mark of your own session, so nothing was done with it. That happens when it \
             was open since before you last signed in, or when another site tried to send it in your name.",
        ),
        PageError::TooLong => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "That is too long",
            "More was sent than any form here takes, so nothing was done with it.",
        ),
        PageError::NoRandomness | PageError::Db(_) | PageError::Template(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "This page could not be shown",
            "Something inside failed. It was written down for those who run this service.",
        ),
    };
    let reference = if status.is_server_error() {
        let reference = format!("E-{:X}", caller.now.0 & 0xFFFF_FFFF_FFFF);
        tracing::error!(reference, %error, "a page could not be shown");
        reference
    } else {
        String::new()
    };
    let shown = ErrorPage {
        frame: caller.frame(heading),
        heading: heading.to_owned(),
        happened: happened.to_owned(),
        kept: kept(&error).to_owned(),
        next: next(caller, &error),
        reference,
    };
    page_with(status, &shown).unwrap_or_else(|_| (status, heading).into_response())
}

const fn kept(error: &PageError) -> &'static str {
    match error {
        PageError::Refused(_) | PageError::Shut { .. } => {
            "That you asked was written down, as every look is. Nothing was changed."
        }
        PageError::Nothing => "Nothing was changed.",
        PageError::Forged | PageError::TooLong => {
            "Nothing was changed. What you typed still stands in the form: go back to it."
        }
        PageError::NoRandomness | PageError::Db(_) | PageError::Template(_) => {
            "What was saved before is safe. If you had pressed a button, look whether it was done before you press it again."
        }
    }
}

fn next(caller: &Caller, error: &PageError) -> Vec<Step> {
    let mut steps = Vec::new();
    match error {
        PageError::Refused(_) | PageError::Shut { .. } => {
            if let PageError::Shut { person, .. } = error {
                steps.push(step(
                    "Open it in an emergency: you give a reason, and a privacy officer is told at once",
                    &format!("/people/{person}/emergency"),
                ));
            }
            steps.extend(caller.actor.as_ref().map(|_| {
                step(
                    "If someone needs care now, ring the team that gives it, or 999 if life is in danger",
                    "",
                )
            }));
        }
        PageError::Nothing => steps.push(step("Check the address against where you copied it from", "")),
        PageError::Forged => steps.push(step("Go back, load the page again, and send the form once more", "")),
        PageError::TooLong => steps.push(step("Go back and shorten it", "")),
        PageError::NoRandomness | PageError::Db(_) | PageError::Template(_) => {
            steps.push(step("Try again in a minute", &caller.address()));
        }
    }
    match error {
        // Whoever was refused has no minute for every other page: what they came by, and whom to ask.
        PageError::Refused(_) | PageError::Shut { .. } => {
            let all = ways_on(caller);
            let last = all.len().saturating_sub(1);
            let kept = all.into_iter().enumerate().filter(|(at, _)| *at == 0 || *at == last);
            steps.extend(kept.map(|(_, step)| step));
        }
        _ => steps.extend(ways_on(caller)),
    }
    steps
}

/// Where someone can always go: behind their own doors, and to whom to ask.
pub fn ways_on(caller: &Caller) -> Vec<Step> {
    let behind = caller
        .actor
        .as_ref()
        .map(|actor| doors(actor.role, "", None))
        .unwrap_or_default();
    let mut steps: Vec<Step> = behind
        .into_iter()
        .map(|door| step(&format!("Go to “{}”", door.name), &door.path))
        .collect();
    steps.push(step("See whom to ask", "/contact"));
    steps
}

/// A next step.
pub fn step(words: &str, path: &str) -> Step {
    Step {
        words: words.to_owned(),
        path: path.to_owned(),
    }
}
