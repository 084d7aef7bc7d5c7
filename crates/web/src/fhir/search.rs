//! Searching one type of one person's items, or people by their traits.

use super::bundle::{Bundle, INCLUDE, MATCH, OUTCOME, shortened};
use super::compare::{answers, elements, moment_fits, span_of};
use super::desk::{Desk, Leave, Reading};
use super::outcome::Wrong;
use super::page::{Page, seal, unseal};
use super::patient;
use super::query::{Query, Sort, Summary, parse};
use super::resource::{Answered, answered, fhir_type};
use axum::http::StatusCode;
use care::access::Act;
use care::person::sent::{self, ItemVersion};
use care::person::{Found, find, find_local};
use exchange::smart::Right;
use record::{Date, ItemId, NhsNumber};
use serde_json::Value as Json;
use std::collections::{BTreeSet, HashMap};

/// Most items looked through for one search.
const LOOKED_THROUGH_MAX: usize = 50_000;
/// Most resources included beside a page.
const INCLUDED_MAX: usize = 1_000;

/// Answers a search of `kind` with a Bundle.
///
/// # Errors
/// 400 when it does not say whose record, or has a parameter that is not known.
pub fn search(desk: &Desk, kind: &str, asked: &[(String, String)], by_post: bool) -> Result<String, Wrong> {
    let mut query = parse(kind, asked, by_post)?;
    let mut after = None;
    let mut whole = asked.to_vec();
    if let Some(token) = &query.page {
        let page = unseal(desk, token, kind)?;
        query = parse(kind, &page.asked, true)?;
        after = Some(page.after);
        whole = page.asked;
    }
    if kind == "Patient" {
        return people(desk, &query);
    }
    let scope = scope(desk, kind, &query)?;
    let page = matches(desk, kind, &query, &scope, after.as_ref())?;
    let total = query.total.then_some(page.total);
    let mut bundle = Bundle::begin(desk, "searchset", total);
    if query.summary == Summary::Count {
        return Ok(bundle.end(&[]));
    }
    for found in &page.found {
        bundle.add(&desk.url(found), &shortened(found, query.summary), MATCH);
    }
    for (url, text) in included(desk, &query, &scope, &page.found)? {
        bundle.add(&url, &text, INCLUDE);
    }
    let mut links = vec![("self", format!("{}/{kind}", desk.base))];
    if let Some(after) = page.next {
        let next = Page {
            user: desk.caller.actor.user.clone(),
            of: kind.to_owned(),
            asked: whole,
            after,
        };
        links.push(("next", format!("{}/{kind}?_page={}", desk.base, seal(desk, &next)?)));
    }
    Ok(bundle.end(&links))
}

/// What a search may look at.
struct Scope {
    reading: Option<Box<Reading>>,
    /// Every current item of the person.
    items: Vec<ItemVersion>,
    /// Items of directories, asked for by id.
    directory: Vec<ItemVersion>,
}

fn scope(desk: &Desk, kind: &str, query: &Query) -> Result<Scope, Wrong> {
    let mut scope = Scope {
        reading: None,
        items: Vec::new(),
        directory: Vec::new(),
    };
    let mut person = None;
    if let Some(text) = &query.patient {
        person = desk.whom(text)?;
        if person.is_none() {
            desk.list(Act::ReadRecord, "a search of nobody's record")?;
            return Ok(scope);
        }
    } else if query.ids.is_empty() {
        return Err(Wrong::request(format!(
            "Say whose record: a search of {kind} needs patient (or subject), or _id."
        )));
    }
    for id in query.ids.iter().filter_map(|id| ItemId::parse(id)) {
        if query.patient.is_some() {
            break;
        }
        match desk.leave(id, Act::ReadRecord) {
            Ok(Leave::Person(reading)) => match &scope.reading {
                Some(known) if known.grant.person() != reading.grant.person() => {
                    return Err(Wrong::request(
                        "These ids are of several people: ask for each on its own.",
                    ));
                }
                _ => scope.reading = Some(reading),
            },
            Ok(Leave::Directory(grant)) => {
                let versions = sent::directory_versions(desk.care(), &grant, id.key())?;
                scope
                    .directory
                    .extend(versions.into_iter().next().filter(|v| !v.withdrawn));
            }
            Err(wrong) if wrong.status == StatusCode::NOT_FOUND => {}
            Err(wrong) => return Err(wrong),
        }
    }
    if let Some(person) = person {
        scope.reading = match desk.person(person, Act::ReadRecord) {
            Ok(reading) => Some(Box::new(reading)),
            Err(wrong) if wrong.status == StatusCode::NOT_FOUND => None,
            Err(wrong) => return Err(wrong),
        };
    }
    if let Some(reading) = &scope.reading {
        scope.items = desk.items(reading)?;
    }
    Ok(scope)
}

/// One page of what was found.
struct Matches {
    found: Vec<Answered>,
    total: usize,
    next: Option<(String, i64, i64)>,
}

fn matches(
    desk: &Desk,
    kind: &str,
    query: &Query,
    scope: &Scope,
    after: Option<&(String, i64, i64)>,
) -> Result<Matches, Wrong> {
    let ids: BTreeSet<String> = query.ids.iter().map(|id| id.to_ascii_lowercase()).collect();
    let keys: BTreeSet<i64> = query
        .ids
        .iter()
        .filter_map(|id| ItemId::parse(id))
        .map(|id| id.key())
        .collect();
    let fits = |version: &&ItemVersion| {
        fhir_type(&version.item_type) == kind && (query.ids.is_empty() || keys.contains(&version.item))
    };
    let mut versions: Vec<ItemVersion> = scope
        .items
        .iter()
        .chain(&scope.directory)
        .filter(fits)
        .cloned()
        .collect();
    if versions.len() > LOOKED_THROUGH_MAX {
        return Err(Wrong::new(
            StatusCode::BAD_REQUEST,
            "too-costly",
            "This search would look through more than this server does at once.",
        ));
    }
    versions.sort_by_key(|version| (version.record_no, version.item));
    let plain = query.filters.is_empty() && query.updated.is_empty() && query.sort.is_none() && ids.is_empty();
    let mut total = versions.len();
    if plain {
        // Nothing of the resources themselves is asked: only those of the page are fetched.
        if let Some((_, record_no, item)) = after {
            versions.retain(|version| (version.record_no, version.item) > (*record_no, *item));
        }
        let more = versions.len() > query.count;
        versions.truncate(query.count);
        let found = answered(desk, scope.reading.as_deref(), &versions)?;
        let next = versions
            .last()
            .filter(|_| more)
            .map(|last| (String::new(), last.record_no, last.item));
        return Ok(Matches { found, total, next });
    }
    let mut keyed: Vec<((String, i64, i64), Answered)> = Vec::new();
    for one in answered(desk, scope.reading.as_deref(), &versions)? {
        if !ids.is_empty() && !ids.contains(&one.id.to_string()) {
            continue;
        }
        let value: Json = serde_json::from_str(&one.text).map_err(|error| Wrong::failed(&error))?;
        let wanted = query
            .filters
            .iter()
            .all(|(param, wanted)| answers(&value, param.paths, wanted))
            && query.updated.iter().all(|wanted| moment_fits(one.received.0, wanted));
        if wanted {
            keyed.push(((sort_key(query.sort, &value, &one), one.key.0, one.key.1), one));
        }
    }
    total = total.min(keyed.len());
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    if let Some(after) = after {
        keyed.retain(|(key, _)| key > after);
    }
    let more = keyed.len() > query.count;
    keyed.truncate(query.count);
    let next = keyed.last().filter(|_| more).map(|(key, _)| key.clone());
    Ok(Matches {
        found: keyed.into_iter().map(|(_, one)| one).collect(),
        total,
        next,
    })
}

/// A text that sorts as asked; what has no such date comes last either way.
fn sort_key(sort: Option<(Sort, bool)>, value: &Json, one: &Answered) -> String {
    let Some((by, backwards)) = sort else {
        return String::new();
    };
    let moment = match by {
        Sort::Id => {
            let id = one.id.to_string();
            return if backwards {
                id.chars()
                    .map(|c| char::from_digit(15 - c.to_digit(16).unwrap_or(0), 16).unwrap_or('0'))
                    .collect()
            } else {
                id
            };
        }
        Sort::Updated => Some(one.received.0),
        Sort::Date(param) => param
            .paths
            .iter()
            .flat_map(|path| elements(value, path))
            .find_map(span_of)
            .map(|(start, _)| start),
    };
    match moment {
        None => String::from("~"),
        Some(moment) => {
            let ordered = moment.cast_unsigned() ^ (1 << 63);
            format!("{:016x}", if backwards { !ordered } else { ordered })
        }
    }
}

/// What the found refer to, and what refers to them, as was asked; each once.
fn included(desk: &Desk, query: &Query, scope: &Scope, found: &[Answered]) -> Result<Vec<(String, String)>, Wrong> {
    let mut out = Vec::new();
    let Some(reading) = scope.reading.as_deref() else {
        return Ok(out);
    };
    if query.include.is_empty() && query.revinclude.is_empty() {
        return Ok(out);
    }
    let by_key: HashMap<i64, &ItemVersion> = scope.items.iter().map(|item| (item.item, item)).collect();
    let shown: BTreeSet<String> = found.iter().map(|one| format!("{}/{}", one.kind, one.id)).collect();
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    for one in found {
        let value: Json = serde_json::from_str(&one.text).map_err(|error| Wrong::failed(&error))?;
        let paths = query.include.iter().flat_map(|paths| paths.iter());
        wanted.extend(paths.flat_map(|path| references(&value, path)));
    }
    let mut versions: Vec<ItemVersion> = Vec::new();
    let mut grant = None;
    for reference in wanted.difference(&shown).take(INCLUDED_MAX) {
        let Some(id) = reference.split_once('/').and_then(|(_, id)| ItemId::parse(id)) else {
            continue;
        };
        if let Some(version) = by_key.get(&id.key()) {
            versions.push((*version).clone());
        } else if reference == &format!("Patient/{}", reading.grant.person()) {
            let text = patient::composed(desk, reading, &scope.items)?;
            out.push((format!("{}/{reference}", desk.base), text));
        } else {
            if grant.is_none() {
                grant = Some(desk.list(Act::ReadRecord, "directory items")?);
            }
            let held = grant
                .as_ref()
                .map(|grant| sent::directory_versions(desk.care(), grant, id.key()));
            versions.extend(
                held.transpose()?
                    .unwrap_or_default()
                    .into_iter()
                    .next()
                    .filter(|v| !v.withdrawn),
            );
        }
    }
    for (of, paths) in &query.revinclude {
        let theirs: Vec<ItemVersion> = scope.items.iter().filter(|v| v.item_type == *of).cloned().collect();
        for one in answered(desk, Some(reading), &theirs)? {
            let value: Json = serde_json::from_str(&one.text).map_err(|error| Wrong::failed(&error))?;
            let leads = paths
                .iter()
                .flat_map(|path| references(&value, path))
                .any(|to| shown.contains(&to));
            if leads && out.len() < INCLUDED_MAX && !shown.contains(&format!("{}/{}", one.kind, one.id)) {
                out.push((desk.url(&one), one.text));
            }
        }
    }
    for one in answered(desk, Some(reading), &versions)? {
        out.push((desk.url(&one), one.text));
    }
    let mut seen = BTreeSet::new();
    out.retain(|(url, _)| seen.insert(url.clone()));
    // What stands beside what was searched for is read, not searched: the token must go so far for its type.
    if desk.caller.scopes.is_some() {
        out.retain(|(url, _)| {
            let kind = url.strip_prefix(&desk.base).and_then(|rest| rest.split('/').nth(1));
            kind.is_some_and(|kind| desk.caller.allows(kind, Right::Read))
        });
    }
    Ok(out)
}

fn references(value: &Json, path: &str) -> Vec<String> {
    elements(value, path)
        .into_iter()
        .filter_map(|element| element.get("reference").and_then(Json::as_str).map(str::to_owned))
        .collect()
}

/// A Patient search: by id, or by traits, of which there must be enough (SAFETY 12).
fn people(desk: &Desk, query: &Query) -> Result<String, Wrong> {
    if query.traits.is_empty() {
        return by_ids(desk, query);
    }
    let (found, more) = by_traits(desk, query)?;
    let total = query.total.then_some(found.len()).filter(|_| !more);
    let mut bundle = Bundle::begin(desk, "searchset", total);
    if query.summary == Summary::Count {
        return Ok(bundle.end(&[]));
    }
    for one in &found {
        let url = format!("{}/Patient/{}", desk.base, one.person);
        bundle.add(&url, &patient::found(desk, one), MATCH);
    }
    if more {
        let outcome = serde_json::json!({ "resourceType": "OperationOutcome", "issue": [{
            "severity": "warning", "code": "too-costly",
            "diagnostics": "There are more than 20. Give another trait to see the rest." }] });
        bundle.add("urn:chesil:more", &outcome.to_string(), OUTCOME);
    }
    Ok(bundle.end(&[("self", format!("{}/Patient", desk.base))]))
}

fn by_ids(desk: &Desk, query: &Query) -> Result<String, Wrong> {
    if query.ids.is_empty() {
        return Err(Wrong::request(
            "Say whom: by POST to Patient/_search an NHS number, or two of birth date, three letters of a name, postcode.",
        ));
    }
    let mut bundle = Bundle::begin(desk, "searchset", None);
    for text in &query.ids {
        match super::read::patient(desk, text) {
            Ok(one) => bundle.add(&format!("{}/Patient/{text}", desk.base), &one.text, MATCH),
            Err(wrong) if matches!(wrong.status, StatusCode::NOT_FOUND | StatusCode::GONE) => {}
            Err(wrong) => return Err(wrong),
        }
    }
    Ok(bundle.end(&[("self", format!("{}/Patient", desk.base))]))
}

fn by_traits(desk: &Desk, query: &Query) -> Result<(Vec<Found>, bool), Wrong> {
    let of = |name: &'static str| {
        query
            .traits
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    let birth = match of("birthdate").next() {
        Some(text) => {
            let date = Date::parse(text.strip_prefix("eq").unwrap_or(text));
            Some(date.ok_or_else(|| Wrong::request("birthdate is one whole day: YYYY-MM-DD."))?)
        }
        None => None,
    };
    let names: Vec<String> = ["name", "family", "given"]
        .iter()
        .flat_map(|name| of(name))
        .flat_map(words)
        .collect();
    let postcode = of("address-postalcode").next().unwrap_or_default().to_owned();
    let (mut found, more) = match of("identifier").next() {
        Some(identifier) => by_identifier(desk, identifier)?,
        None => {
            let traits = find_query(birth, names, postcode)?;
            let grant = desk.list(Act::Search, &traits.kinds())?;
            find(desk.care(), &grant, &traits)?
        }
    };
    let gender = of("gender").next().map(record::Sex::parse);
    let practice = of("general-practitioner").next().map(|text| {
        let tail = text.rsplit(['|', '/']).next().unwrap_or_default();
        tail.to_ascii_uppercase()
    });
    found.retain(|one| {
        let says = &one.says;
        let sex = gender.is_none_or(|sex| says.sex == record::Sex::Unknown || says.sex == sex);
        let born = birth.is_none_or(|birth| says.birth_date().is_none_or(|known| known == birth));
        sex && born && practice.as_ref().is_none_or(|practice| says.practice == *practice)
    });
    Ok((found, more))
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn find_query(birth: Option<Date>, names: Vec<String>, postcode: String) -> Result<care::person::Query, Wrong> {
    care::person::Query::of_traits(birth, names, postcode).map_err(|error| Wrong::request(error.to_string()))
}

/// By NHS number, else by what some sender calls a person.
fn by_identifier(desk: &Desk, identifier: &str) -> Result<(Vec<Found>, bool), Wrong> {
    let (system, value) = identifier.split_once('|').unwrap_or(("", identifier));
    let digits: String = value.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let is_nhs = system.to_ascii_lowercase().contains("nhs-number") || system.ends_with("2.16.840.1.113883.2.1.4.1");
    let number = NhsNumber::parse(&digits).filter(|_| system.is_empty() || is_nhs);
    match number {
        Some(number) => {
            let query = care::person::Query::Number(number);
            let grant = desk.list(Act::Search, &query.kinds())?;
            Ok(find(desk.care(), &grant, &query)?)
        }
        None if is_nhs => Err(Wrong::request(
            "This is not an NHS number: its check digit or length is wrong.",
        )),
        None if value.is_empty() => Err(Wrong::request("identifier is system|value.")),
        None => {
            let grant = desk.list(Act::Search, "by a sender's identifier")?;
            Ok((find_local(desk.care(), &grant, system, value)?, false))
        }
    }
}

impl Desk {
    /// Where a resource stands.
    pub fn url(&self, one: &Answered) -> String {
        format!("{}/{}/{}", self.base, one.kind, one.id)
    }
}
