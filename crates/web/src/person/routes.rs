//! Finding a person, their record, one entry of it, and the summary to print.

use super::filter::Filter;
use super::find::{Search, read as read_search};
use super::line::EntryName;
use super::opened;
use super::present::{Present, address, practice, who};
use super::view::{Banner, Candidate, EntryPage, FindPage, Found, HeldItemPage, RecordPage, Statement, SummaryPage};
use crate::access::visit::{Asked, Visit, answer};
use crate::feeds::present as feeds;
use crate::serving::Site;
use crate::site::answer::{Answered, PageError, page, page_with, step, ways_on};
use crate::site::as_sent::AsSent;
use crate::site::clock::moment;
use crate::site::form::{Pairs, Problem};
use crate::site::senders::Senders;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use care::access::{AccessError, Act, PersonGrant, may};
use care::person::sent::{self, ItemVersion};
use care::person::{PersonRecord, Query};
use record::PersonId;
use std::sync::Arc;

/// Versions of one item that are shown.
const VERSIONS_MAX: usize = 20;
/// Lines of "lately" on the printed summary: two sides of A4.
const RECENT_SHOWN: usize = 10;

/// The routes of this area.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/people", get(find).post(found))
        .route("/people/{id}", get(record))
        .route("/people/{id}/summary", get(summary))
        .route("/people/{id}/held/{number}", get(held))
        .route("/people/{id}/entries/{name}", get(entry))
        .route("/people/{id}/entries/{name}/as-sent", get(entry_as_sent))
        .route("/people/{id}/entries/{name}/versions/{number}", get(version))
        .route(
            "/people/{id}/entries/{name}/versions/{number}/as-sent",
            get(version_as_sent),
        )
}

async fn find(asked: Asked) -> Response {
    answer(asked, |visit| {
        if may(visit.actor.role, Act::Search).is_err() {
            return search(visit, "");
        }
        find_page(visit, StatusCode::OK, "", Vec::new(), Vec::new(), Found::NotAsked)
    })
    .await
}

async fn found(asked: Asked) -> Response {
    answer(asked, |visit| search(visit, visit.form.get("asked"))).await
}

/// The box with what was typed into it before the session ended.
///
/// # Errors
/// When the template fails.
pub fn typed_again(visit: &Visit, typed: &Pairs) -> Answered {
    find_page(
        visit,
        StatusCode::OK,
        typed.get("asked"),
        Vec::new(),
        Vec::new(),
        Found::NotAsked,
    )
}

/// Those who may be meant by another system that sent its user here, as a search would show them, with what tells
/// them apart.
///
/// # Errors
/// When the template fails.
pub(crate) fn choice_page(visit: &Visit, people: &[care::person::Found], more: bool) -> Answered {
    let understood = vec!["the number of the person who is open in the other system".to_owned()];
    let people = candidates(visit, people);
    find_page(
        visit,
        StatusCode::OK,
        "",
        understood,
        Vec::new(),
        Found::People { people, more },
    )
}

fn find_page(
    visit: &Visit,
    status: StatusCode,
    asked: &str,
    understood: Vec<String>,
    problems: Vec<Problem>,
    found: Found,
) -> Answered {
    let title = if problems.is_empty() {
        "Find a person"
    } else {
        "Error: Find a person"
    };
    let shown = FindPage {
        frame: visit.frame(title),
        asked: asked.to_owned(),
        understood,
        problems,
        found,
    };
    page_with(status, &shown)
}

fn search(visit: &Visit, asked: &str) -> Answered {
    let refused = may(visit.actor.role, Act::Search).is_err();
    let understood = match read_search(asked) {
        Ok(search) => search,
        Err(problem) if !refused => {
            return find_page(visit, StatusCode::OK, asked, Vec::new(), vec![problem], Found::NotAsked);
        }
        // Whoever may not search is told so, whatever they typed; that they asked is written down.
        Err(_) => Search::Traits {
            born: None,
            names: Vec::new(),
            postcode: None,
        },
    };
    let words = understood.in_words();
    let query = match query_of(understood) {
        Ok(query) => Some(query),
        Err(problem) if !refused => {
            return find_page(visit, StatusCode::OK, asked, Vec::new(), vec![problem], Found::NotAsked);
        }
        Err(_) => None,
    };
    let kinds = query.as_ref().map_or_else(|| "nothing yet".to_owned(), Query::kinds);
    match care::access::list(visit.care(), &visit.actor, Act::Search, &kinds, visit.now) {
        Err(AccessError::Refused(why)) => {
            let mut next = vec![step(
                "If someone needs care now, ring the team that gives it, or 999 if life is in danger",
                "",
            )];
            next.extend(ways_on(visit));
            find_page(
                visit,
                StatusCode::FORBIDDEN,
                "",
                Vec::new(),
                Vec::new(),
                Found::Refused { why, next },
            )
        }
        Err(error) => Err(error.into()),
        Ok(grant) => {
            let Some(query) = query else {
                return Err(PageError::Nothing);
            };
            let (people, more) = care::person::find(visit.care(), &grant, &query)?;
            let found = if people.is_empty() {
                Found::Nobody
            } else {
                let people = candidates(visit, &people);
                Found::People { people, more }
            };
            find_page(visit, StatusCode::OK, asked, words, Vec::new(), found)
        }
    }
}

fn query_of(search: Search) -> Result<Query, Problem> {
    match search {
        Search::NhsNumber(number) => Ok(Query::Number(number)),
        Search::Traits { born, names, postcode } => Query::of_traits(born, names, postcode.unwrap_or_default())
            .map_err(|error| Problem::new("asked", error.to_string())),
    }
}

/// What is known and kept from everybody, and so never called unknown.
const NOT_SHOWN: &str = "Not shown";

/// The people found, each with what tells them from the others.
fn candidates(visit: &Visit, people: &[care::person::Found]) -> Vec<Candidate> {
    let system = visit.care().system();
    let today = visit.now.uk_date();
    let family = |one: &care::person::Found| one.says.names.first().map(|name| name.family.to_lowercase());
    let alike = |a: &care::person::Found, b: &care::person::Found| {
        a.says.birth_date().is_some() && a.says.birth_date() == b.says.birth_date() && family(a) == family(b)
    };
    people
        .iter()
        .map(|one| {
            let senders = Senders::about(system, one.restricted);
            let others = people
                .iter()
                .filter(|other| other.person != one.person && alike(one, other));
            let same_number = others
                .clone()
                .any(|other| other.says.nhs_number.is_some() && other.says.nhs_number == one.says.nhs_number);
            let mind = match others.count() {
                _ if one.restricted => "Whereabouts restricted: not shown anywhere",
                0 => "",
                _ if same_number => "May be the same person: records not joined",
                _ if one.says.multiple_birth == Some(true) => "Twin: same surname and birth date as another here",
                _ => "Same surname and birth date as another here",
            };
            let known = match one.senders {
                1 => "1 sender".to_owned(),
                several => format!("{several} senders"),
            };
            Candidate {
                banner: Banner {
                    path: match may(visit.actor.role, Act::ReadRecord) {
                        Ok(()) => format!("/people/{}", one.person),
                        // A front desk reads how to reach people, and no record.
                        Err(_) => format!("/people/{}/preferences", one.person),
                    },
                    practice: if one.restricted {
                        NOT_SHOWN.to_owned()
                    } else {
                        practice(&one.says, &senders).unwrap_or_default()
                    },
                    deaths: if one.dead {
                        vec![Statement::default()]
                    } else {
                        Vec::new()
                    },
                    ..who(&one.says, today, None)
                },
                address: if one.restricted {
                    NOT_SHOWN.to_owned()
                } else {
                    one.says.addresses.first().map(address).unwrap_or_default()
                },
                known,
                mind: mind.to_owned(),
            }
        })
        .collect()
}

/// A person by the id in an address, and leave to do `act`. An id of someone who was joined to another leads on.
fn grant(visit: &Visit, id: &str, act: Act) -> Result<PersonGrant, PageError> {
    let person = PersonId::parse(id).ok_or(PageError::Nothing)?;
    Ok(care::access::person(
        visit.care(),
        &visit.actor,
        person,
        act,
        visit.now,
    )?)
}

async fn record(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let person = PersonId::parse(&id).ok_or(PageError::Nothing)?;
        let asked = (person, Act::ReadRecord);
        care::access::answering(visit.care(), &visit.actor, asked, visit.now, |grant| {
            record_page(visit, &grant)
        })
    })
    .await
}

fn record_page(visit: &Visit, grant: &PersonGrant) -> Answered {
    if grant.is_own_use() {
        return super::own::own_page(visit, grant);
    }
    let record = care::person::read(visit.care(), grant)?;
    let present = Present::of(visit.care().system(), &record);
    page(&RecordPage {
        frame: visit.frame("The record"),
        banner: Banner {
            more: crate::rights::links(grant),
            ..present.banner()
        },
        freshness: present.freshness(),
        held: present.held(grant.covers_as_sent()),
        disagreements: present.disagreements(),
        safety: present.safety(),
        problems: present.problems(),
        medicines: present.medicines(),
        results: present.results(),
        documents: present.documents(),
        timeline: present.timeline(&Filter::read(&visit.query)),
        silent: present.silent(),
        perhaps: present.perhaps(),
        people: present.people(),
    })
}

async fn summary(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let grant = grant(visit, &id, Act::Print)?;
        let record = care::person::read(visit.care(), &grant)?;
        let present = Present::of(visit.care().system(), &record);
        page(&SummaryPage {
            frame: visit.frame("Summary for downtime"),
            banner: present.banner(),
            printed_by: format!("{}, {}", visit.actor.name, visit.actor.organisation),
            printed_at: moment(visit.now),
            audit: "written down in the audit".to_owned(),
            freshness: present.freshness(),
            safety: present.safety(),
            disagreements: present.disagreements(),
            held: present.held(false),
            problems: present.problems(),
            medicines: present.medicines(),
            results: present.results(),
            recent: present.recent(RECENT_SHOWN),
            people: present.people(),
            silent: present.silent(),
        })
    })
    .await
}

async fn held(Path((id, number)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let grant = grant(visit, &id, Act::ReadAsSent)?;
        let number = number.parse().map_err(|_| PageError::Nothing)?;
        let item = care::person::held(visit.care(), &grant, number)?.ok_or(PageError::Nothing)?;
        let record = care::person::read(visit.care(), &grant)?;
        let present = Present::of(visit.care().system(), &record);
        let (place, _) = feeds::place_and_reason(&item.line);
        page(&HeldItemPage {
            frame: visit.frame("An item that could not be read"),
            banner: present.banner(),
            row: feeds::held_row(&item.line, visit.care().system(), visit.now),
            owner: item.line.owner.clone(),
            settled: feeds::settled(&item, visit.care()),
            arrived: AsSent::lay_out(feeds::language(item.format), &item.body, &place, ""),
        })
    })
    .await
}

/// An entry's page, asked for: whose, which, and what may be seen of it.
struct Opened {
    grant: PersonGrant,
    name: EntryName,
    record: PersonRecord,
    versions: Vec<ItemVersion>,
}

/// Leave to open an entry, and everything it needs. Readers who may see what was sent are written down as
/// having seen it, because the page shows it.
fn open(visit: &Visit, id: &str, name: &str) -> Result<Opened, PageError> {
    let act = if may(visit.actor.role, Act::ReadAsSent).is_ok() {
        Act::ReadAsSent
    } else {
        Act::ReadRecord
    };
    let grant = grant(visit, id, act)?;
    let name = EntryName::read(name).ok_or(PageError::Nothing)?;
    let versions: Vec<ItemVersion> = sent::versions(visit.care(), &grant, name.item)?
        .into_iter()
        .filter(|version| version.record_no == name.record_no)
        .take(VERSIONS_MAX)
        .collect();
    if versions.is_empty() {
        return Err(PageError::Nothing);
    }
    let record = care::person::read(visit.care(), &grant)?;
    Ok(Opened {
        grant,
        name,
        record,
        versions,
    })
}

async fn entry(Path((id, name)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| entry_page(visit, &open(visit, &id, &name)?, None)).await
}

async fn version(Path((id, name, number)): Path<(String, String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let opened = open(visit, &id, &name)?;
        if !opened.grant.covers_as_sent() {
            return Err(PageError::Refused(not_as_sent(&opened).to_owned()));
        }
        let at = place_of(&opened, &number)?;
        entry_page(visit, &opened, Some(at))
    })
    .await
}

const NOT_AS_SENT: &str = "Your role shows what was said, not the bytes that were sent. Ask a clinician of your team, or the data team, to look for you.";
const NOT_AS_SENT_AT_HOME: &str = "This is for staff: it is what was sent, byte for byte, and not only what was said. If you need it, ask the GP practice of the person.";
const NOT_WHILE_OWN_ONLY: &str = "What was sent is not shown while this person’s record is not shared with you: your own system holds what your organisation wrote.";
const MAY_TELL_WHERE: &str =
    "This person's whereabouts are restricted. What was sent could tell them, so it is shown to nobody here.";

/// Why what was sent is not shown, in the words of whoever asks.
fn not_as_sent(opened: &Opened) -> &'static str {
    match opened.grant.is_own_use() {
        true => NOT_AS_SENT_AT_HOME,
        false => NOT_AS_SENT,
    }
}

/// Where in the list of versions, newest first, the one of this number stands.
fn place_of(opened: &Opened, number: &str) -> Result<usize, PageError> {
    let number: usize = number.parse().map_err(|_| PageError::Nothing)?;
    opened
        .versions
        .len()
        .checked_sub(number)
        .filter(|_| number > 0)
        .ok_or(PageError::Nothing)
}

fn entry_page(visit: &Visit, opened: &Opened, version: Option<usize>) -> Answered {
    let system = visit.care().system();
    let present = Present::of(system, &opened.record);
    let path = format!("{}/entries/{}", present.path(), opened.name.written());
    let sent = sent::sent(visit.care(), &opened.versions)?;
    let may_see = opened.grant.covers_as_sent() && !opened.record.restricted;
    let found = present.find(opened.name);
    let at = version.unwrap_or(0);
    let place = found
        .and_then(|(_, line)| line.issues.first())
        .map_or("", |(place, _)| place.as_str());
    let number = opened.versions.len() - at.min(opened.versions.len());
    let as_sent = sent.get(at).filter(|_| may_see).map(|sent| {
        let download = format!("{path}/versions/{number}/as-sent");
        AsSent::lay_out(feeds::language(Some(sent.format)), &sent.body, place, &download)
    });
    let mut facts = found.map(|(_, line)| present.said_of(line)).unwrap_or_default();
    let at_home = opened.grant.is_own_use();
    if at_home {
        // Codes, and what is only of use to whoever draws a value, say nothing at home.
        facts.retain(|said| !["Code", "Also coded as", "Drawn as"].contains(&said.label.as_str()));
    }
    if let Some(sent) = sent.first().filter(|_| !opened.record.restricted && !at_home) {
        let feed = system
            .feed(&sent.feed)
            .map_or(sent.feed.as_str(), |feed| feed.title.as_str());
        facts.insert(
            0,
            super::view::Fact {
                label: "Feed".to_owned(),
                words: feed.to_owned(),
            },
        );
    }
    let latest = &opened.versions[0];
    page(&EntryPage {
        frame: visit.frame("One entry"),
        banner: Banner {
            more: match found {
                Some((_, line)) => {
                    let own = visit.actor.works_for.as_ref() == Some(&line.sender);
                    crate::rights::links_of_entry(&opened.grant, &path, own)
                }
                None => Vec::new(),
            },
            ..present.banner()
        },
        line: found.map_or_else(
            || {
                opened::gone(
                    latest,
                    Senders::about(system, opened.record.restricted).name(&latest.sender),
                )
            },
            |(fact, _)| present.opened(fact),
        ),
        facts,
        removal: crate::rights::removal::waits_of(visit, &opened.grant, &opened.record, opened.name.item)?,
        unread: found.map(|(_, line)| opened::unread(line)).unwrap_or_default(),
        same: found.map(|(fact, line)| present.same(fact, line)).unwrap_or_default(),
        versions: opened::versions(&opened.versions, &sent, &path, may_see),
        document: documents_of(opened, &present, &sent),
        as_sent,
        why_not_sent: match () {
            () if opened.record.restricted => MAY_TELL_WHERE,
            () if opened.record.own_only.is_some() => NOT_WHILE_OWN_ONLY,
            () => not_as_sent(opened),
        }
        .to_owned(),
        version: version
            .map(|_| format!("Version {number} of {}, as it was sent", opened.versions.len()))
            .unwrap_or_default(),
    })
}

/// Where the documents of the entry as it stands now are shown. What the sender took back, and what could tell where
/// someone with restricted whereabouts is, leads nowhere.
fn documents_of(opened: &Opened, present: &Present, sent: &[sent::Sent]) -> String {
    if opened.record.restricted || opened.versions.first().is_none_or(|version| version.withdrawn) {
        return String::new();
    }
    sent.first().map_or_else(String::new, |sent| {
        crate::document::path(present.path(), opened.name, sent)
    })
}

async fn entry_as_sent(Path((id, name)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| bytes(visit, &id, &name, None)).await
}

async fn version_as_sent(Path((id, name, number)): Path<(String, String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| bytes(visit, &id, &name, Some(&number))).await
}

/// What was sent, byte for byte, as a file to keep.
fn bytes(visit: &Visit, id: &str, name: &str, number: Option<&str>) -> Answered {
    let opened = open(visit, id, name)?;
    if !opened.grant.covers_as_sent() {
        return Err(PageError::Refused(not_as_sent(&opened).to_owned()));
    }
    if opened.record.restricted {
        return Err(PageError::Refused(MAY_TELL_WHERE.to_owned()));
    }
    let at = number.map_or(Ok(0), |number| place_of(&opened, number))?;
    let wanted = opened.versions.get(at..=at).unwrap_or(&[]);
    let sent = sent::sent(visit.care(), wanted)?;
    let sent = sent.into_iter().next().ok_or(PageError::Nothing)?;
    Ok(crate::feeds::routes::bytes_as_sent(sent.body))
}
