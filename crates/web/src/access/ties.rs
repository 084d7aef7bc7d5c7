//! The privacy officers' page of which person each member of staff is, so that nobody opens their own record, or that of
//! somebody close to them, by way of their work. Nothing of the person is shown, here or when a number fits.

use super::view::{TieLine, TiesPage};
use super::visit::{Asked, Visit, answer};
use crate::person::find::birth_date;
use crate::serving::Site;
use crate::site::answer::{Answered, page_with};
use crate::site::clock::{counted, moment};
use crate::site::form::{Pairs, Problem};
use crate::site::view::Paging;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::access::account::{OfStaff, TieError, tie_staff, ties, untie_staff};
use care::access::{Act, ListGrant};
use record::NhsNumber;
use std::sync::Arc;

/// Accounts on one page.
const PAGE: usize = 100;

/// `/ties`.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/ties", get(list).post(tie))
        .route("/ties/undo", post(undo))
}

async fn list(asked: Asked) -> Response {
    answer(asked, |visit| {
        list_page(
            visit,
            &visit.list_grant(Act::ReadAudit, "which person staff are")?,
            ("", &Pairs::default()),
            Vec::new(),
        )
    })
    .await
}

/// The form for tying an account, with what was typed into it before the session ended.
pub(super) fn typed_again(visit: &Visit, typed: &Pairs) -> Answered {
    list_page(
        visit,
        &visit.list_grant(Act::ReadAudit, "which person staff are")?,
        ("", typed),
        Vec::new(),
    )
}

/// `typed`: what was typed, to take back whom `undoing` is tied to, or to tie an account when that is empty.
fn list_page(visit: &Visit, grant: &ListGrant, (undoing, typed): (&str, &Pairs), problems: Vec<Problem>) -> Answered {
    let found = ties(visit.care(), grant)?;
    let query = Pairs::read(&visit.query);
    let (shown, paging) = Paging::of(&found.staff, query.page(), PAGE, |at| format!("/ties?page={at}"));
    let (status, title) = match problems.is_empty() {
        true => (StatusCode::OK, "Which person each member of staff is"),
        false => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "Error: Which person each member of staff is",
        ),
    };
    let said = |field: &str| match undoing {
        "" => typed.get(field).to_owned(),
        _ => String::new(),
    };
    let done = match query.get("done") {
        "tied" => "Done. Their own record, and those of their family, no longer open to them by way of their work.",
        "undone" => "Taken back.",
        _ => "",
    };
    page_with(
        status,
        &TiesPage {
            frame: visit.frame(title),
            lines: shown
                .iter()
                .enumerate()
                .map(|(at, one)| line(one, visit, at, (undoing, typed)))
                .collect(),
            open: found.staff.iter().filter(|one| one.tied.is_none()).count(),
            residents: match i64::try_from(found.residents).unwrap_or(i64::MAX) {
                0 => String::new(),
                count => counted(count, "resident’s account is", "residents’ accounts are"),
            },
            typed: (said("user"), said("number"), said("born")),
            done: done.to_owned(),
            problems,
            paging,
        },
    )
}

fn line(one: &OfStaff, visit: &Visit, mark: usize, (undoing, typed): (&str, &Pairs)) -> TieLine {
    let account = &one.account;
    let works_for = record::OrgCode::parse(&account.organisation);
    let organisation = works_for
        .as_ref()
        .and_then(|code| visit.care().system().organisation(code));
    let organisation = organisation.map_or(account.organisation.as_str(), |found| found.name.as_str());
    TieLine {
        user: account.user.clone(),
        name: account.name.clone(),
        role: format!("{}, {organisation}", account.role.words()),
        tied: one
            .tied
            .as_ref()
            .map(|(by, at)| format!("{}, {}", super::known_as(visit.care(), by), moment(*at)))
            .unwrap_or_default(),
        own: account.user == visit.actor.user,
        typed: match undoing == account.user {
            true => typed.get("why").to_owned(),
            false => String::new(),
        },
        mark,
    }
}

async fn tie(asked: Asked) -> Response {
    answer(asked, |visit| {
        let grant = visit.list_grant(Act::ReadAudit, "say which person a member of staff is")?;
        let form = &visit.form;
        let mut problems = Vec::new();
        let number = NhsNumber::parse(form.get("number"));
        if number.is_none() {
            problems.push(Problem::new("number", "Type their whole NHS number, 10 digits"));
        }
        let born = birth_date(form.get("born"));
        if born.is_none() {
            problems.push(Problem::new(
                "born",
                "Type their birth date, such as 4 5 1985 or 4 May 1985",
            ));
        }
        if form.get("user").is_empty() {
            problems.insert(0, Problem::new("user", "Type the name that they sign in with"));
        }
        let (true, Some(number), Some(born)) = (problems.is_empty(), number, born) else {
            return list_page(visit, &grant, ("", form), problems);
        };
        let done = tie_staff(visit.care(), &grant, form.get("user"), (number, born));
        answered(visit, &grant, done, "tied", "")
    })
    .await
}

async fn undo(asked: Asked) -> Response {
    answer(asked, |visit| {
        let grant = visit.list_grant(Act::ReadAudit, "take back which person a member of staff is")?;
        let user = visit.form.get("user");
        let done = untie_staff(visit.care(), &grant, user, visit.form.get("why"));
        answered(visit, &grant, done, "undone", user)
    })
    .await
}

fn answered(visit: &Visit, grant: &ListGrant, done: Result<(), TieError>, what: &str, undoing: &str) -> Answered {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/ties?done={what}")).into_response()),
        Err(TieError::Said(field, words)) => {
            // The boxes in which it is said why one is taken back stand in the list.
            let field = if what == "undone" { "staff" } else { field };
            list_page(visit, grant, (undoing, &visit.form), vec![Problem::new(field, words)])
        }
        Err(TieError::Db(error)) => Err(error.into()),
    }
}
