//! What people decide about their own record, and what they ask for by right.

pub mod copies;
mod decided;
mod entry;
mod preferences;
mod proxies;
pub(crate) mod removal;
mod requests;
mod sharing;
mod type_one;
pub mod view;
mod zipped;

use crate::access::visit::Visit;
use crate::serving::Site;
use crate::site::answer::{Answered, PageError};
use crate::site::form::{Pairs, Problem};
use crate::site::view::Step;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use care::access::choices::Choice;
use care::access::{Act, Part, PersonGrant};
use care::rights::RightsError;
use record::PersonId;
use std::sync::Arc;

/// The routes of this area.
pub fn routes() -> Router<Arc<Site>> {
    sharing::routes()
        .merge(entry::routes())
        .merge(proxies::routes())
        .merge(preferences::routes())
        .merge(copies::routes())
        .merge(requests::routes())
        .merge(removal::routes())
}

/// The pages of this area about a person that a reader of their record may open.
pub fn links(grant: &PersonGrant) -> Vec<Step> {
    let path = format!("/people/{}", grant.person());
    let mut steps = Vec::new();
    if grant.covers_part(Act::ReadRecord, Part::Sharing) {
        steps.push(crate::site::answer::step("Sharing", &format!("{path}/sharing")));
    }
    if grant.covers_part(Act::ReadRecord, Part::Contact) {
        steps.push(crate::site::answer::step(
            "Reaching and meeting",
            &format!("{path}/preferences"),
        ));
    }
    steps
}

/// The pages of this area about one entry, at `path`, that a reader of it may open; `own`: their organisation wrote it.
pub fn links_of_entry(grant: &PersonGrant, path: &str, own: bool) -> Vec<Step> {
    let mut steps = Vec::new();
    if grant.covers_part(Act::Write, Part::Sharing) {
        steps.push(crate::site::answer::step(
            "Who may see this entry",
            &format!("{path}/sharing"),
        ));
        if grant.is_own_use() {
            steps.push(crate::site::answer::step(
                "Ask about this entry",
                &format!("{path}/request"),
            ));
        }
        if (Choice::Removal { own }).allowed(grant.facts(), grant.actor()).is_ok() {
            steps.push(crate::site::answer::step(
                "Remove it by law",
                &format!("{path}/removal"),
            ));
        }
    }
    steps
}

/// A form of this area with what was typed into it before the session ended; `None` for a path that is none of its.
pub fn typed_again(visit: &Visit, path: &str, typed: &Pairs) -> Option<Answered> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    if let ["requests", number] = parts.as_slice() {
        return Some(requests::one_page(visit, number, typed, Vec::new()));
    }
    let ["people", id, rest @ ..] = parts.as_slice() else {
        return None;
    };
    let person = PersonId::parse(id)?;
    match rest {
        ["sharing", "objection"] => Some(sharing::objection_page(visit, person, typed, Vec::new())),
        ["sharing", "online"] => Some(sharing::online_page(visit, person, typed, Vec::new())),
        ["sharing", "type-1"] => Some(type_one::page_of(visit, person, typed, Vec::new())),
        ["sharing", number] => Some(sharing::undo_page(visit, person, number, typed, Vec::new())),
        ["entries", name, "request"] => Some(requests::form_page(visit, person, name, typed, Vec::new())),
        ["entries", name, "removal"] => Some(removal::form_page(visit, person, name, typed, Vec::new())),
        ["entries", name, "sharing"] => Some(entry::page_of(visit, person, name, typed, Vec::new())),
        ["copy"] => Some(copies::copy_page(visit, person, typed, Vec::new())),
        ["preferences"] => Some(preferences::list_page(visit, person, typed, Vec::new())),
        ["preferences", number] => Some(preferences::undo_page(visit, person, number, typed, Vec::new())),
        ["proxies"] => Some(proxies::new_page(visit, person, typed, Vec::new())),
        ["proxies", number, ..] => Some(proxies::one_page(visit, person, number, typed, Vec::new())),
        _ => None,
    }
}

/// The person whose id stands in an address.
fn person_of(id: &str) -> Result<PersonId, PageError> {
    PersonId::parse(id).ok_or(PageError::Nothing)
}

/// Leads on when a form was kept, or gives the problems to show with it again.
pub(crate) fn kept<T>(kept: Result<T, RightsError>, onward: &str) -> Result<Answered, Vec<Problem>> {
    match kept {
        Ok(_) => Ok(Ok(Redirect::to(onward).into_response())),
        Err(RightsError::Said(field, words)) => Err(vec![Problem::new(field, words)]),
        Err(RightsError::Nothing) => Ok(Err(PageError::Nothing)),
        Err(RightsError::Access(error)) => Ok(Err(error.into())),
    }
}

/// The status and title of a form.
pub(crate) fn headed(title: &str, problems: &[Problem]) -> (StatusCode, String) {
    match problems.is_empty() {
        true => (StatusCode::OK, title.to_owned()),
        false => (StatusCode::UNPROCESSABLE_ENTITY, format!("Error: {title}")),
    }
}
