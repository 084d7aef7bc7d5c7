//! Who has looked at a person's record.

use super::view::{Look, LookedPage};
use super::visit::{Asked, Visit, answer};
use crate::person::present::Present;
use crate::serving::Site;
use crate::site::answer::{Answered, PageError, page};
use crate::site::clock::moment;
use crate::site::form::Pairs;
use crate::site::view::Paging;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use care::access::{Act, Actor};
use care::audit::AuditRow;
use record::PersonId;
use std::sync::Arc;

/// Looks that are counted at most.
const LOOKS_MAX: i64 = 2_000;
/// Looks on one page.
const PAGE: usize = 50;

/// `/people/{id}/looked`.
pub fn routes() -> Router<Arc<Site>> {
    Router::new().route("/people/{id}/looked", get(looked))
}

async fn looked(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| shown(visit, &id)).await
}

fn shown(visit: &Visit, id: &str) -> Answered {
    let person = PersonId::parse(id).ok_or(PageError::Nothing)?;
    let grant = care::access::person(visit.care(), &visit.actor, person, Act::ReadLooked, visit.now)?;
    let record = care::person::read(visit.care(), &grant)?;
    let rows = visit.care().audit().of_person(grant.person(), LOOKS_MAX)?;
    let present = Present::of(visit.care().system(), &record);
    let path = format!("/people/{}/looked", grant.person());
    let (shown, paging) = Paging::of(&rows, Pairs::read(&visit.query).page(), PAGE, |at| {
        format!("{path}?page={at}")
    });
    page(&LookedPage {
        frame: visit.frame("Who has looked"),
        banner: present.banner(),
        looks: shown.iter().map(look).collect(),
        paging,
    })
}

fn look(row: &AuditRow) -> Look {
    let what = match row.act.as_str() {
        "read record" => "the record",
        "read as sent" => "one entry, with what was sent",
        "read who looked" => "who has looked",
        "print summary" => "the summary, to print",
        "search" => "listed in a search",
        "read quarantine" => "an item that could not be read",
        other => other,
    };
    let refused = row.outcome != "granted" && row.outcome != "shown in a list";
    Look {
        when: moment(row.at),
        who: Actor::name_of(&row.actor).to_owned(),
        role: row.role.clone(),
        organisation: row.organisation.clone(),
        what: if refused {
            format!("Nothing: asked for {what}")
        } else {
            what.to_owned()
        },
        ground: if refused {
            format!("Refused. {}", row.outcome)
        } else {
            format!("Role and purpose: {}", row.purpose)
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::Instant;

    #[test]
    fn a_refusal_is_shown_as_one() {
        let mut row = AuditRow {
            at: Instant(0),
            actor: "nurse".into(),
            role: "clinician".into(),
            organisation: "Out of hours".into(),
            act: "read record".into(),
            purpose: "direct care".into(),
            outcome: "granted".into(),
            person: None,
            detail: String::new(),
        };
        let granted = look(&row);
        assert_eq!(
            (granted.who.as_str(), granted.what.as_str()),
            ("Nia Marlow", "the record")
        );
        assert_eq!(granted.ground, "Role and purpose: direct care");
        row.outcome = "Your role sees what was referred to you.".into();
        let refused = look(&row);
        assert_eq!(refused.what, "Nothing: asked for the record");
        assert!(refused.ground.starts_with("Refused. Your role"));
    }
}
