//! A copy of all that is held about a person: asking for it, how far it has come, opening it, and the job that makes
//! it: a ZIP file with one page to read and the same as JSON.

use super::view::{CopyFact, CopyFile, CopyLine, CopyPage};
use super::{decided, headed, kept, person_of, zipped};
use crate::access::known_as;
use crate::access::looked;
use crate::access::visit::{Asked, Visit, answer};
use crate::person::opened::said_of_other;
use crate::person::present::Present;
use crate::serving::Site;
use crate::site::answer::{Answered, PageError, page_with};
use crate::site::clock::moment;
use crate::site::form::{Pairs, Problem};
use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use care::Care;
use care::access::account::name_of;
use care::access::choices::{Choice, choice};
use care::access::{JobGrant, PersonGrant};
use care::db::DbError;
use care::person::{Fact, PersonRecord};
use care::rights::copies::{self, KEPT_DAYS, RecordCopy, State};
use care::rights::{RightsError, preferences, sharing};
use record::{Instant, Kind, PersonId, Value};
use std::sync::Arc;

/// Facts put into words between two reports of how far a copy has come.
const STEP: usize = 500;
/// Looks told of at most.
const LOOKS_MAX: i64 = 100_000;
/// Names of others shorter than this are too like words to be taken out of a text.
const NAME_LETTERS_MIN: usize = 4;
const WITHHELD: &str = "[withheld: about somebody else]";

/// `/people/{id}/copy` and what is under it.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/people/{id}/copy", get(shown).post(ask))
        .route("/people/{id}/copy/{number}", get(open))
}

async fn shown(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        copy_page(visit, person_of(&id)?, &Pairs::default(), Vec::new())
    })
    .await
}

/// How far copies have come, and the form that asks for one.
pub(super) fn copy_page(visit: &Visit, person: PersonId, typed: &Pairs, problems: Vec<Problem>) -> Answered {
    let grant = choice(visit.care(), &visit.actor, person, Choice::See, visit.now)?;
    Choice::Copy
        .allowed(grant.facts(), grant.actor())
        .map_err(|says| PageError::Refused(says.to_owned()))?;
    let record = care::person::read(visit.care(), &grant)?;
    let own = grant.is_own_use();
    let heading = if own {
        "A copy of all that is held about you"
    } else {
        "A copy of all that is held, for the person"
    };
    let (status, title) = headed(heading, &problems);
    let every = copies::of_person(visit.care(), &grant)?;
    page_with(
        status,
        &CopyPage {
            frame: visit.frame(&title),
            banner: Present::of(visit.care().system(), &record).banner(),
            own,
            waits: every
                .iter()
                .any(|one| matches!(one.state, State::Waits | State::BeingMade)),
            copies: every.iter().map(|one| line(one, visit.care(), &grant)).collect(),
            kept_days: KEPT_DAYS,
            words: typed.get("words").to_owned(),
            problems,
        },
    )
}

fn line(one: &RecordCopy, care: &Care, grant: &PersonGrant) -> CopyLine {
    let opens = one.state == State::Made && one.ends.is_some_and(|ends| grant.now() < ends);
    let state = match (one.state, one.progress) {
        (State::Waits, _) | (State::BeingMade, (_, 0)) => "Waits to be made. Look again in a minute".to_owned(),
        (State::BeingMade, (done, total)) => format!("Being made: {done} of {total} parts. Look again in a minute"),
        (State::Made, _) if opens => format!("Ready until {}", one.ends.map(moment).unwrap_or_default()),
        (State::Made | State::Deleted, _) => "Deleted when its time was over. Ask for another".to_owned(),
        (State::Failed, _) => "It could not be made just now. Ask your GP practice, or the privacy officer".to_owned(),
    };
    CopyLine {
        asked: moment(one.asked),
        by: known_as(care, &one.actor),
        words: one.words.clone(),
        state,
        opened: one.opened.map(moment).unwrap_or_default(),
        path: match opens && grant.is_own_use() {
            true => format!("/people/{}/copy/{}", grant.person(), one.number),
            false => String::new(),
        },
    }
}

async fn ask(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let person = person_of(&id)?;
        let words = visit.form.get("words");
        let done = copies::ask(visit.care(), &visit.actor, person, words, visit.now);
        kept(done, &format!("/people/{person}/copy"))
            .unwrap_or_else(|problems| copy_page(visit, person, &visit.form, problems))
    })
    .await
}

async fn open(Path((id, number)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let number: i64 = number.parse().map_err(|_| PageError::Nothing)?;
        match copies::open(visit.care(), &visit.actor, person_of(&id)?, number, visit.now) {
            Ok(bytes) => Ok((
                [
                    (header::CONTENT_TYPE, "application/zip"),
                    (
                        header::CONTENT_DISPOSITION,
                        "attachment; filename=\"copy-of-my-record.zip\"",
                    ),
                    (header::CACHE_CONTROL, "no-store"),
                ],
                bytes,
            )
                .into_response()),
            Err(RightsError::Access(error)) => Err(error.into()),
            Err(RightsError::Nothing | RightsError::Said(..)) => Err(PageError::Nothing),
        }
    })
    .await
}

/// The job: makes the copy that has waited longest; answers whether there was one. What goes wrong with one copy is
/// kept with it, and the next is made.
///
/// # Errors
/// When the store fails.
pub fn make_one(care: &Care, now: Instant) -> Result<bool, DbError> {
    let job = JobGrant::for_job("copy of the record");
    let Some(copy) = copies::take_on(care, &job, now)? else {
        return Ok(false);
    };
    let made = made(care, &job, &copy, now);
    if let Err(error) = &made {
        tracing::warn!(copy = copy.number, %error, "a copy of a record could not be made");
    }
    copies::keep(care, &copy, made.ok(), now)?;
    Ok(true)
}

fn made(care: &Care, job: &JobGrant, copy: &RecordCopy, now: Instant) -> Result<Vec<u8>, PageError> {
    let grant = copies::leave(care, job, copy, now)?;
    let record = care::person::read(care, &grant)?;
    let present = Present::of(care.system(), &record);
    let banner = present.banner();
    let looks: Vec<_> = care
        .audit()
        .of_person(grant.person(), LOOKS_MAX)?
        .into_iter()
        .filter(|row| looked::tells_nothing_hidden(row, care.system(), &record))
        .map(|row| Ok(looked::look(&row, name_of(care, &row.actor)?, true)))
        .collect::<Result<_, PageError>>()?;
    let others = names_of_others(&record);
    let total = i64::try_from(record.facts.len()).unwrap_or(i64::MAX);
    let mut facts = Vec::with_capacity(record.facts.len());
    for (at, some) in record.facts.chunks(STEP).enumerate() {
        copies::progress(care, copy, i64::try_from(at * STEP).unwrap_or(total), total)?;
        facts.extend(some.iter().map(|fact| in_words(&present, fact, &others)));
    }
    let telling = decided::Telling {
        care,
        record: &record,
        grant: &grant,
    };
    let file = CopyFile {
        system: care.system().title.clone(),
        demo: care.is_demo(),
        made: moment(now),
        said_of_who: present.who_in_words(),
        banner,
        preferences: preferences::of_person(care, &grant)?
            .iter()
            .filter(|one| one.undone.is_none())
            .map(|one| format!("{}: {} ({})", one.about.words(), one.value, one.source.words()))
            .collect(),
        choices: sharing::history(care, &grant)?
            .iter()
            .map(|past| telling.decided(past))
            .collect(),
        facts,
        looks,
    };
    Ok(written(&file)?)
}

/// One fact in words, each sender's line of it, with what is about somebody else taken out.
fn in_words(present: &Present<'_>, fact: &Fact, others: &[String]) -> CopyFact {
    let shown = present.opened(fact);
    let about_another = fact.entry().kind == Kind::RelatedPerson;
    let said = fact.lines.iter().flat_map(|line| match about_another {
        true => said_of_other(present, line),
        false => present.said_of(line),
    });
    let cleaned = |words: &str| {
        others
            .iter()
            .fold(words.to_owned(), |text, name| text.replace(name, WITHHELD))
    };
    CopyFact {
        kind: shown.kind,
        what: cleaned(&shown.what),
        value: if about_another {
            WITHHELD.to_owned()
        } else {
            cleaned(&shown.value)
        },
        date: shown.date,
        senders: shown.senders,
        said: said
            .map(|mut one| {
                one.words = cleaned(&one.words);
                one
            })
            .collect(),
    }
}

/// The names of relatives, carers and contacts that senders told, the longest first.
fn names_of_others(record: &PersonRecord) -> Vec<String> {
    let entries = record.facts.iter().flat_map(|fact| &fact.lines).map(|line| &line.entry);
    let mut names: Vec<String> = entries
        .filter(|entry| entry.kind == Kind::RelatedPerson)
        .filter_map(|entry| match &entry.value {
            Some(Value::Text(name)) => Some(name.trim().to_owned()),
            _ => None,
        })
        .filter(|name| name.chars().count() >= NAME_LETTERS_MIN)
        .collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.dedup();
    names
}

/// The page and the JSON, in one file.
fn written(file: &CopyFile) -> Result<Vec<u8>, DbError> {
    let failed = |error: &dyn std::fmt::Display| DbError::state(format!("a copy could not be written: {error}"));
    let page = file.render().map_err(|error| failed(&error))?;
    let json = serde_json::to_vec_pretty(&file.as_json()).map_err(|error| failed(&error))?;
    let parts = [("record.html", page.as_bytes()), ("record.json", json.as_slice())];
    zipped::zipped(&parts).ok_or_else(|| failed(&"too large"))
}
