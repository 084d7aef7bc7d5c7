//! The people in a reader's care by recorded relationships: a caseload, a team's list, a ward.

use super::view::{Mine, MinePage};
use super::visit::{Asked, Visit, answer};
use crate::serving::Site;
use crate::site::answer::{Answered, page};
use crate::site::form::Pairs;
use crate::site::view::Paging;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use care::access::Act;
use care::person::Found;
use std::sync::Arc;

/// People on one page.
const PAGE: usize = 100;

/// `/mine`.
pub fn routes() -> Router<Arc<Site>> {
    Router::new().route("/mine", get(mine))
}

async fn mine(asked: Asked) -> Response {
    answer(asked, shown).await
}

fn shown(visit: &Visit) -> Answered {
    let (care, actor) = (visit.care(), &visit.actor);
    let grant = care::access::list(care, actor, Act::ReadRecord, "people in my care", visit.now)?;
    let all = care::person::in_my_care(care, &grant)?;
    let at = Pairs::read(&visit.query).page();
    let (shown, paging) = Paging::of(&all, at, PAGE, |at| format!("/mine?page={at}"));
    let found = care::person::of_list(care, &grant, shown)?;
    page(&MinePage {
        frame: visit.frame("In my care"),
        people: found.iter().map(line).collect(),
        paging,
    })
}

fn name_of(one: &Found) -> String {
    let name = one.says.names.first();
    name.map_or_else(
        || "Name not known".to_owned(),
        |name| format!("{}, {}", name.family.to_uppercase(), name.given),
    )
}

/// How a list shows somebody.
pub(crate) fn line(one: &Found) -> Mine {
    Mine {
        path: format!("/people/{}", one.person),
        name: name_of(one),
        born: one
            .says
            .birth_date()
            .map_or_else(|| "date not known".to_owned(), record::Date::words),
        nhs_number: one.says.nhs_number.map(|number| number.to_string()).unwrap_or_default(),
        died: one.dead,
    }
}
