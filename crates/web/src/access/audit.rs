//! The privacy officers' view of the audit: what looks unusual, and a search. What is searched for stands in no
//! address.

use super::looked::look;
use super::view::{AuditPage, AuditRowShown, Flag};
use super::visit::{Asked, Visit, answer};
use crate::serving::Site;
use crate::site::answer::{Answered, page};
use crate::site::clock::moment;
use crate::site::view::Choice;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use care::access::Act;
use care::access::account::name_of;
use care::audit::{AuditFilter, AuditRow, unusual};
use record::{Instant, PersonId};
use std::collections::HashMap;
use std::sync::Arc;

/// Rows shown at most.
const ROWS_MAX: i64 = 200;
/// Flags shown at most.
const FLAGS_MAX: usize = 100;
/// How far back a search may look, in days.
const DAYS: [(&str, &str); 4] = [
    ("1", "The last day"),
    ("7", "The last 7 days"),
    ("90", "The last 90 days"),
    ("", "Ever"),
];
const OUTCOMES: [(&str, &str); 3] = [("", "Every outcome"), ("granted", "Granted"), ("refused", "Refused")];

/// `/audit`.
pub fn routes() -> Router<Arc<Site>> {
    Router::new().route("/audit", get(asked_for).post(searched))
}

async fn asked_for(asked: Asked) -> Response {
    answer(asked, shown).await
}

async fn searched(asked: Asked) -> Response {
    answer(asked, shown).await
}

fn shown(visit: &Visit) -> Answered {
    let filter = filter(visit);
    let detail = kinds(&filter);
    let grant = care::access::list(visit.care(), &visit.actor, Act::ReadAudit, &detail, visit.now)?;
    let rows = visit.care().audit().search(&grant, &filter, ROWS_MAX)?;
    let flags = unusual(visit.care(), &grant)?;
    let mut names: HashMap<&str, String> = HashMap::new();
    for one in &rows {
        if !names.contains_key(one.actor.as_str()) {
            names.insert(&one.actor, name_of(visit.care(), &one.actor)?);
        }
    }
    let named = |one: &AuditRow| row(one, names.get(one.actor.as_str()).cloned().unwrap_or_default());
    let shown: Vec<AuditRowShown> = rows.iter().map(named).collect();
    page(&AuditPage {
        frame: visit.frame("The audit"),
        flags: flags
            .iter()
            .take(FLAGS_MAX)
            .map(|one| flag(one, visit.care()))
            .collect(),
        user: visit.form.get("user").to_owned(),
        record: visit.form.get("record").to_owned(),
        days: Choice::list(DAYS, visit.form.get("days")),
        outcomes: Choice::list(OUTCOMES, visit.form.get("outcome")),
        full: rows.len() >= usize::try_from(ROWS_MAX).unwrap_or(usize::MAX),
        rows: shown,
    })
}

fn filter(visit: &Visit) -> AuditFilter {
    let days: Option<i64> = visit
        .form
        .get("days")
        .parse()
        .ok()
        .filter(|days| (1..=3_660).contains(days));
    AuditFilter {
        actor: visit.form.get("user").chars().take(100).collect(),
        person: PersonId::parse(visit.form.get("record")),
        since: days.map(|days| Instant(visit.now.0 - days * 24 * 3_600 * 1_000_000)),
        granted: match visit.form.get("outcome") {
            "granted" => Some(true),
            "refused" => Some(false),
            _ => None,
        },
    }
}

/// What was searched by, never for.
fn kinds(filter: &AuditFilter) -> String {
    let mut kinds = Vec::new();
    if !filter.actor.is_empty() {
        kinds.push("by user");
    }
    if filter.person.is_some() {
        kinds.push("by record");
    }
    if kinds.is_empty() {
        kinds.push("the latest");
    }
    kinds.join(", ")
}

fn flag(one: &care::audit::Unusual, care: &care::Care) -> Flag {
    Flag {
        who: super::known_as(care, &one.actor),
        user: one.actor.clone(),
        when: moment(one.at),
        words: one.words.clone(),
        looked: one
            .person
            .map(|person| format!("/people/{person}/looked"))
            .unwrap_or_default(),
    }
}

fn row(row: &AuditRow, who: String) -> AuditRowShown {
    let mut look = look(row, who, false);
    if row.actor.starts_with("system:") {
        // Nobody signed in: whoever runs the server did it there, and the row says what came of it.
        look.who = "Whoever runs the server".to_owned();
        look.ground = match row.detail.as_str() {
            "" => "Done on the server itself".to_owned(),
            came => format!("Done on the server itself: {came}"),
        };
    }
    if look.organisation.is_empty() {
        look.organisation = "none".to_owned();
    }
    AuditRowShown {
        look,
        user: row.actor.clone(),
        record: row.person.map(|person| person.to_string()).unwrap_or_default(),
    }
}
