//! The privacy officers' page of staff whose access is suspended.

use super::view::{SuspensionLine, SuspensionsPage};
use super::visit::{Asked, Visit, answer};
use crate::serving::Site;
use crate::site::answer::{Answered, PageError, page_with};
use crate::site::clock::moment;
use crate::site::form::{Pairs, Problem};
use crate::site::view::Choice;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::access::staff::{self, Suspension, SuspensionError};
use care::access::{Act, ListGrant};
use record::Instant;
use std::sync::Arc;

const DAYS: [(&str, &str); 4] = [
    ("", "Until it is lifted"),
    ("1", "1 day"),
    ("7", "7 days"),
    ("30", "30 days"),
];
const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// `/suspensions`.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/suspensions", get(list).post(suspend))
        .route("/suspensions/{number}/lift", post(lift))
}

async fn list(asked: Asked) -> Response {
    answer(asked, |visit| {
        list_page(
            visit,
            &visit.list_grant(Act::ReadAudit, "staff access")?,
            None,
            &Pairs::default(),
            Vec::new(),
        )
    })
    .await
}

/// A form of this page with what was typed into it before the session ended: that of the suspension with this number,
/// or that for a new one.
pub(super) fn typed_again(visit: &Visit, number: Option<&str>, typed: &Pairs) -> Answered {
    let lifting = number.and_then(|number| number.parse().ok());
    list_page(
        visit,
        &visit.list_grant(Act::ReadAudit, "staff access")?,
        lifting,
        typed,
        Vec::new(),
    )
}

/// `typed`: what was typed, to lift the suspension `lifting`, or to suspend somebody.
fn list_page(
    visit: &Visit,
    grant: &ListGrant,
    lifting: Option<i64>,
    typed: &Pairs,
    problems: Vec<Problem>,
) -> Answered {
    let mut found = staff::latest(visit.care(), grant)?;
    found.sort_by_key(|one| !one.stands(visit.now));
    let (status, title) = match problems.is_empty() {
        true => (StatusCode::OK, "Staff access"),
        false => (StatusCode::UNPROCESSABLE_ENTITY, "Error: Staff access"),
    };
    page_with(
        status,
        &SuspensionsPage {
            frame: visit.frame(title),
            user: typed.get("user").to_owned(),
            words: typed.get("words").to_owned(),
            days: Choice::list(DAYS, typed.get("days")),
            problems,
            suspensions: found
                .iter()
                .map(|one| SuspensionLine {
                    typed: match lifting == Some(one.number) {
                        true => typed.get("why").to_owned(),
                        false => String::new(),
                    },
                    ..line(one, visit.care(), visit.now)
                })
                .collect(),
        },
    )
}

fn line(one: &Suspension, care: &care::Care, now: Instant) -> SuspensionLine {
    SuspensionLine {
        number: one.number.to_string(),
        who: super::known_as(care, &one.user),
        user: one.user.clone(),
        why: one.words.clone(),
        by: format!("{}, {}", super::known_as(care, &one.actor), moment(one.decided)),
        typed: String::new(),
        until: one.ends.map(moment).unwrap_or_default(),
        stands: one.stands(now),
        lifted: one
            .lifted
            .as_ref()
            .map(|(at, by, why)| format!("Lifted by {}, {}: {why}", super::known_as(care, by), moment(*at)))
            .unwrap_or_default(),
    }
}

async fn suspend(asked: Asked) -> Response {
    answer(asked, |visit| {
        let grant = visit.list_grant(Act::ReadAudit, "suspend staff access")?;
        let ends = DAYS
            .iter()
            .find(|(value, _)| *value == visit.form.get("days"))
            .and_then(|(days, _)| days.parse::<i64>().ok())
            .map(|days| Instant(visit.now.0 + days * DAY_MICROS));
        let (user, words) = (visit.form.get("user"), visit.form.get("words"));
        done(
            visit,
            &grant,
            None,
            staff::suspend(visit.care(), &grant, user, words, ends).map(|_| true),
        )
    })
    .await
}

async fn lift(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let grant = visit.list_grant(Act::ReadAudit, "lift a suspension of staff access")?;
        let number: i64 = number.parse().map_err(|_| PageError::Nothing)?;
        done(
            visit,
            &grant,
            Some(number),
            staff::lift(visit.care(), &grant, number, visit.form.get("why")),
        )
    })
    .await
}

fn done(visit: &Visit, grant: &ListGrant, lifting: Option<i64>, done: Result<bool, SuspensionError>) -> Answered {
    match done {
        Ok(true) => Ok(Redirect::to("/suspensions").into_response()),
        Ok(false) => Err(PageError::Nothing),
        Err(SuspensionError::Said(field, words)) => {
            // The box in which it is said why one is lifted stands in the list.
            let field = if lifting.is_some() { "suspensions" } else { field };
            list_page(visit, grant, lifting, &visit.form, vec![Problem::new(field, words)])
        }
        Err(SuspensionError::Db(error)) => Err(error.into()),
    }
}
