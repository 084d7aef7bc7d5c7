//! `/feeds` and the quarantine behind it.

use super::form::{HeldFilter, MENDED_BYTES_MAX, Sort, read_discard, read_mended};
use super::present;
use super::view::{FeedsPage, HeldPage, QuarantinePage, ReasonCount};
use crate::access::visit::{Asked, Visit, answer};
use crate::serving::Site;
use crate::site::answer::{Answered, PageError, page};
use crate::site::as_sent::AsSent;
use crate::site::clock::{count, moment};
use crate::site::form::{Pairs, Problem, query};
use crate::site::headers;
use crate::site::view::{Choice, Paging};
use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::access::{Act, ListGrant, may};
use care::intake::{Filed, Outcome, QuarantineFilter, QuarantineItem, QuarantineOrder};
use std::sync::Arc;

/// Items on one page of the list.
const PAGE: i64 = 50;
/// Items that a downloaded list holds at most.
const DOWNLOAD_MAX: i64 = 50_000;
/// Items tried again in one go.
const ALIKE_MAX: i64 = 500;
/// Items looked through for those whose clock has run out: they come first.
const CLOCKS_MAX: i64 = 1_000;

/// The routes of this area.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/feeds", get(feeds))
        .route("/feeds/quarantine", get(quarantine))
        .route("/feeds/quarantine.csv", get(download))
        .route("/feeds/quarantine/{number}", get(item))
        .route("/feeds/quarantine/{number}/as-sent", get(as_sent))
        .route("/feeds/quarantine/{number}/retry", post(retry))
        .route("/feeds/quarantine/{number}/mended", post(mended))
        .route("/feeds/quarantine/{number}/discard", post(discard))
}

async fn feeds(asked: Asked) -> Response {
    answer(asked, |visit| {
        let grant = visit.list_grant(Act::ReadFeeds, "every feed")?;
        let may_open = may(visit.actor.role, Act::ReadQuarantine).is_ok();
        let system = visit.care().system();
        let states = care::feeds::states(visit.care(), &grant)?;
        let urgent = QuarantineFilter {
            limit: CLOCKS_MAX,
            ..QuarantineFilter::default()
        };
        let (items, held) = care::feeds::quarantined(visit.care(), &grant, &urgent)?;
        let overdue = items.iter().filter(|item| present::clock(item, visit.now).1).count();
        let mut rows: Vec<_> = states
            .iter()
            .map(|state| present::feed_row(state, system, visit.now, may_open))
            .collect();
        rows.sort_by_key(|row| row.late.is_empty());
        page(&FeedsPage {
            frame: visit.frame("Feeds"),
            known_at: moment(visit.now),
            late: states.iter().filter(|state| state.late).count(),
            held: u64::try_from(held).unwrap_or_default(),
            held_path: if may_open {
                "/feeds/quarantine".to_owned()
            } else {
                String::new()
            },
            overdue: overdue as u64,
            feeds: rows,
        })
    })
    .await
}

fn store_filter(filter: &HeldFilter, limit: i64) -> QuarantineFilter {
    QuarantineFilter {
        feed: filter.feed.clone().unwrap_or_default(),
        code: filter.reason.clone().unwrap_or_default(),
        tied: filter.about_a_person,
        order: match filter.sort {
            Sort::Urgent => QuarantineOrder::Urgent,
            Sort::Newest => QuarantineOrder::Newest,
            Sort::Oldest => QuarantineOrder::Oldest,
        },
        offset: 0,
        limit,
    }
}

async fn quarantine(asked: Asked) -> Response {
    answer(asked, |visit| {
        let grant = visit.list_grant(Act::ReadQuarantine, "the list")?;
        let filter = HeldFilter::read(&visit.query);
        let mut wanted = store_filter(&filter, PAGE);
        wanted.offset = i64::from(filter.page - 1) * PAGE;
        let (items, total) = care::feeds::quarantined(visit.care(), &grant, &wanted)?;
        let groups = care::feeds::quarantine_groups(visit.care(), &grant)?;
        let system = visit.care().system();
        let at = |page: u32| {
            let filter = HeldFilter { page, ..filter.clone() };
            format!("/feeds/quarantine{}", filter.query())
        };
        let first = wanted.offset + 1;
        let last = wanted.offset + items.len() as i64;
        let here = HeldFilter {
            page: 1,
            ..filter.clone()
        };
        page(&QuarantinePage {
            frame: visit.frame("Quarantine"),
            known_at: moment(visit.now),
            done: tried(&visit.query),
            reasons: reasons(&groups, &filter),
            feeds: choices(
                "Every feed",
                groups.iter().map(|(feed, ..)| feed),
                filter.feed.as_deref(),
            ),
            reason_choices: choices(
                "Every reason",
                groups.iter().map(|(_, code, _)| code),
                filter.reason.as_deref(),
            ),
            sorts: Sort::ALL
                .iter()
                .map(|(sort, value, words)| Choice {
                    value: (*value).to_owned(),
                    words: (*words).to_owned(),
                    chosen: *sort == filter.sort,
                })
                .collect(),
            about_a_person: filter.about_a_person,
            rows: items
                .iter()
                .map(|item| present::held_row(item, system, visit.now))
                .collect(),
            paging: Paging {
                total: u64::try_from(total).unwrap_or_default(),
                first: if items.is_empty() {
                    0
                } else {
                    u64::try_from(first).unwrap_or_default()
                },
                last: u64::try_from(last).unwrap_or_default(),
                previous: (filter.page > 1).then(|| at(filter.page - 1)),
                next: (last < total).then(|| at(filter.page + 1)),
            },
            download: format!("/feeds/quarantine.csv{}", here.query()),
        })
    })
    .await
}

/// What trying several again came to, when the list is shown after that.
fn tried(query: &str) -> String {
    let pairs = Pairs::read(query);
    let number = |name: &str| pairs.get(name).parse::<u32>().ok();
    match (number("taken"), number("stay")) {
        (Some(taken), Some(stay)) => format!("Tried again: {taken} taken, {stay} refused as before."),
        _ => String::new(),
    }
}

fn reasons(groups: &[(String, String, i64)], filter: &HeldFilter) -> Vec<ReasonCount> {
    let wanted = groups
        .iter()
        .filter(|(feed, ..)| filter.feed.as_ref().is_none_or(|wanted| wanted == feed));
    let mut counted: Vec<(&str, i64)> = Vec::new();
    for (_, code, number) in wanted {
        match counted.iter_mut().find(|(known, _)| known == code) {
            Some((_, sum)) => *sum += number,
            None => counted.push((code, *number)),
        }
    }
    counted.sort_by_key(|(_, number)| -number);
    counted
        .into_iter()
        .map(|(code, number)| {
            let narrowed = HeldFilter {
                reason: Some(code.to_owned()),
                page: 1,
                ..filter.clone()
            };
            ReasonCount {
                words: present::reason_words(code),
                count: u64::try_from(number).unwrap_or_default(),
                path: format!("/feeds/quarantine{}", narrowed.query()),
            }
        })
        .collect()
}

fn choices<'a>(all: &str, values: impl Iterator<Item = &'a String>, chosen: Option<&'a str>) -> Vec<Choice> {
    let mut values: Vec<&str> = values.map(String::as_str).chain(chosen).collect();
    values.sort_unstable();
    values.dedup();
    let words: Vec<String> = values.iter().map(|value| present::reason_words(value)).collect();
    let pairs = values.iter().copied().zip(words.iter().map(String::as_str));
    Choice::list([("", all)].into_iter().chain(pairs), chosen.unwrap_or(""))
}

async fn download(asked: Asked) -> Response {
    answer(asked, |visit| {
        let grant = visit.list_grant(Act::ReadQuarantine, "the list, downloaded")?;
        let wanted = store_filter(&HeldFilter::read(&visit.query), DOWNLOAD_MAX);
        let (items, _) = care::feeds::quarantined(visit.care(), &grant, &wanted)?;
        let text = present::csv(&items, visit.care().system(), visit.care().is_demo());
        let kinds = [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"quarantine.csv\""),
        ];
        Ok((kinds, text).into_response())
    })
    .await
}

fn found(visit: &Visit, grant: &ListGrant, number: &str) -> Result<QuarantineItem, PageError> {
    let number: i64 = number.parse().map_err(|_| PageError::Nothing)?;
    care::feeds::quarantine_item(visit.care(), grant, number)?.ok_or(PageError::Nothing)
}

async fn item(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let grant = visit.list_grant(Act::ReadQuarantine, "one item")?;
        let item = found(visit, &grant, &number)?;
        let again = Pairs::read(&visit.query).get("tried") == "again";
        item_page(visit, &grant, &item, None, Vec::new(), again)
    })
    .await
}

fn item_page(
    visit: &Visit,
    grant: &ListGrant,
    item: &QuarantineItem,
    typed: Option<&str>,
    problems: Vec<Problem>,
    again: bool,
) -> Answered {
    let row = present::held_row(&item.line, visit.care().system(), visit.now);
    let groups = care::feeds::quarantine_groups(visit.care(), grant)?;
    let alike = groups
        .iter()
        .find(|(feed, code, _)| *feed == item.line.feed && *code == item.line.code)
        .map_or(0, |(.., number)| number - 1);
    // Its bytes could tell where someone lives whose whereabouts are shown nowhere (SAFETY 2).
    let body: &[u8] = if item.restricted { b"" } else { &item.body };
    let download = if item.restricted {
        String::new()
    } else {
        format!("{}/as-sent", row.path)
    };
    let text = typed.map(str::to_owned).or_else(|| {
        let short = body.len() <= MENDED_BYTES_MAX && !item.restricted;
        short
            .then(|| std::str::from_utf8(body).ok().map(ToOwned::to_owned))
            .flatten()
    });
    let mut events = present::events(item, visit.care());
    if again && item.line.state == 0 {
        events.push(super::view::Event {
            when: moment(visit.now),
            who: "just now".to_owned(),
            what: format!("Tried again: refused as before. {}", row.reason),
        });
    }
    page(&HeldPage {
        frame: visit.frame(if problems.is_empty() {
            "Quarantined item"
        } else {
            "Error: Quarantined item"
        }),
        mend: present::mend(&item.line.code).to_owned(),
        owner: item.line.owner.clone(),
        arrived: AsSent::lay_out(present::language(item.format), body, &row.place, &download),
        hidden: item.restricted,
        text,
        alike: u64::try_from(alike).unwrap_or_default(),
        settled: present::settled(item, visit.care()),
        problems,
        events,
        row,
    })
}

async fn as_sent(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let grant = visit.list_grant(Act::ReadQuarantine, "one item, byte for byte")?;
        let item = found(visit, &grant, &number)?;
        if item.restricted {
            return Err(PageError::Refused(HIDDEN.to_owned()));
        }
        Ok(bytes_as_sent(item.body))
    })
    .await
}

const HIDDEN: &str = "This is about someone whose whereabouts are restricted. What was sent could tell them, so it is \
                      shown to nobody here. Ask the sender to mend and send it again.";

/// Bytes that someone sent, to be kept as a file and never shown as a page of ours.
pub fn bytes_as_sent(body: Vec<u8>) -> Response {
    let kinds = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"as-sent\""),
    ];
    headers::sandboxed((kinds, body).into_response())
}

async fn retry(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let alike = visit.form.get("alike") == "yes";
        let about = if alike { "try all alike again" } else { "try one again" };
        let grant = visit.list_grant(Act::MendQuarantine, about)?;
        let item = found(visit, &grant, &number)?;
        let line = &item.line;
        if alike {
            let (taken, stay) = care::feeds::retry_alike(visit.care(), &grant, &line.feed, &line.code, ALIKE_MAX)?;
            let path = query(&[
                ("feed", &line.feed),
                ("taken", &count_plain(taken)),
                ("stay", &count_plain(stay)),
            ]);
            return Ok(Redirect::to(&format!("/feeds/quarantine{path}")).into_response());
        }
        care::feeds::retry(visit.care(), &grant, line.number, None)?;
        Ok(Redirect::to(&format!("/feeds/quarantine/{}?tried=again", line.number)).into_response())
    })
    .await
}

fn count_plain(number: u64) -> String {
    count(i64::try_from(number).unwrap_or(i64::MAX)).replace(',', "")
}

async fn mended(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let grant = visit.list_grant(Act::MendQuarantine, "mend one")?;
        let item = found(visit, &grant, &number)?;
        if item.restricted {
            return Err(PageError::Refused(HIDDEN.to_owned()));
        }
        let typed = visit.form.raw("body");
        let mended = match read_mended(&visit.form, &item.body) {
            Ok(mended) => mended,
            Err(problems) => return item_page(visit, &grant, &item, Some(typed), problems, false),
        };
        match care::feeds::retry(visit.care(), &grant, item.line.number, Some(&mended))? {
            Some(Filed {
                outcome: Outcome::Quarantined { reason, .. },
                ..
            }) => {
                let problem = Problem::new("body", format!("It still cannot be read. {reason}"));
                item_page(visit, &grant, &item, Some(typed), vec![problem], false)
            }
            _ => Ok(Redirect::to(&format!("/feeds/quarantine/{}", item.line.number)).into_response()),
        }
    })
    .await
}

async fn discard(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let grant = visit.list_grant(Act::MendQuarantine, "discard one")?;
        let item = found(visit, &grant, &number)?;
        let why = match read_discard(&visit.form) {
            Ok(why) => why,
            Err(problems) => return item_page(visit, &grant, &item, None, problems, false),
        };
        care::feeds::discard(visit.care(), &grant, item.line.number, &why)?;
        Ok(Redirect::to(&format!("/feeds/quarantine/{}", item.line.number)).into_response())
    })
    .await
}

/// The item with the text that was typed before the session ended.
///
/// # Errors
/// As the item's own page.
pub fn typed_again(visit: &Visit, number: &str, typed: &Pairs) -> Answered {
    let grant = visit.list_grant(Act::ReadQuarantine, "one item")?;
    let item = found(visit, &grant, number)?;
    let text = Some(typed.raw("body")).filter(|text| !text.is_empty() && !item.restricted);
    item_page(visit, &grant, &item, text, Vec::new(), false)
}
