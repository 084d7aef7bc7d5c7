//! How feeds do, and the desk where what could not be read is mended.

mod store;

use crate::Care;
use crate::access::{self, Act, ListGrant};
use crate::db::{DbError, Urgency};
use crate::intake::quarantine::store as quarantine;
use crate::intake::{Filed, Outcome, QuarantineFilter, QuarantineItem, Quarantined};
use crate::person::store as person_store;
use exchange::Piece;
use record::system::Feed;
use record::{Instant, OrgCode, PersonId};
use std::sync::Arc;

/// One feed as its page shows it.
#[derive(Clone, Debug)]
pub struct FeedState {
    /// The feed, as the system's folder has it, or made for files that were imported without naming one.
    pub feed: Feed,
    /// When anything last came; `None` when nothing ever did.
    pub last_received: Option<Instant>,
    /// Pieces received today.
    pub today: i64,
    /// Pieces received a day, on average of the days before today on which anything came, at most 28; `None`
    /// when there are none.
    pub usual_a_day: Option<f64>,
    /// What is open in quarantine.
    pub quarantined: i64,
    /// Whether it is later than it should be.
    pub late: bool,
    /// Whether nothing came by it yet, and nothing had to: what it is filled with is invented, and was filled more
    /// lately than the feed comes round.
    pub not_due: bool,
}

const DAY_MINUTES: i64 = 24 * 60;

/// Whether a folder of invented people, filled `days` days ago at most, is younger than the feed's round. What is live
/// has no such grace: a sender of whom nothing was ever heard is late from the start.
fn is_not_due(feed: &Feed, days: i64) -> bool {
    feed.expected_every_minutes
        .is_some_and(|minutes| i64::from(minutes) >= days * DAY_MINUTES)
}

/// Every feed of the system and every other by which something came, by name.
///
/// # Errors
/// When the store fails.
pub fn states(care: &Care, grant: &ListGrant) -> Result<Vec<FeedState>, DbError> {
    let today = i64::from(grant.now().uk_date().0);
    let (heard, days, open, first) = care.readers().read(|conn| {
        Ok::<_, DbError>((
            store::heard(conn)?,
            store::days(conn, today - 28)?,
            quarantine::open_by_feed(conn)?,
            store::first_day(conn)?,
        ))
    })?;
    let mut feeds: Vec<Feed> = care.system().feeds.clone();
    for (_, name, sender, _) in &heard {
        if !feeds.iter().any(|feed| feed.name == *name)
            && let Some(sender) = OrgCode::parse(sender)
        {
            feeds.push(Feed::named(name, sender));
        }
    }
    feeds.sort_by(|a, b| a.name.cmp(&b.name));
    // Counted with both days whole, so that no feed is spared longer than its round.
    let age_days = first.filter(|_| care.is_demo()).map(|first| today - first + 1);
    Ok(feeds
        .into_iter()
        .map(|feed| {
            let known = heard.iter().find(|(_, name, ..)| *name == feed.name);
            let number = known.map(|(number, ..)| *number);
            let last = known.and_then(|(.., last)| (*last > 0).then_some(Instant(*last)));
            let of_feed = || days.iter().filter(|(no, ..)| Some(*no) == number);
            let before: Vec<i64> = of_feed()
                .filter(|(_, day, _)| *day < today)
                .map(|(.., count)| *count)
                .collect();
            let not_due = last.is_none() && age_days.is_some_and(|days| is_not_due(&feed, days));
            let late = !not_due && feed.is_late(last, grant.now());
            FeedState {
                today: of_feed()
                    .filter(|(_, day, _)| *day == today)
                    .map(|(.., count)| count)
                    .sum(),
                usual_a_day: (!before.is_empty()).then(|| before.iter().sum::<i64>() as f64 / before.len() as f64),
                quarantined: open
                    .iter()
                    .filter(|(no, _)| Some(*no) == number)
                    .map(|(_, count)| count)
                    .sum(),
                last_received: last,
                late,
                not_due,
                feed,
            }
        })
        .collect())
}

/// Open quarantined items, those with a clock first, and how many there are in all.
///
/// # Errors
/// When the store fails.
pub fn quarantined(
    care: &Care,
    _grant: &ListGrant,
    filter: &QuarantineFilter,
) -> Result<(Vec<Quarantined>, i64), DbError> {
    care.readers().read(|conn| quarantine::list(conn, filter))
}

/// Open items grouped by feed and reason, as (feed, reason code, count), most first.
///
/// # Errors
/// When the store fails.
pub fn quarantine_groups(care: &Care, _grant: &ListGrant) -> Result<Vec<(String, String, i64)>, DbError> {
    care.readers().read(quarantine::groups)
}

/// One item whole; `None` when there is none of this number. When it is about a known person, that they were
/// shown is audited.
///
/// # Errors
/// When the store or the audit fails.
pub fn quarantine_item(care: &Care, grant: &ListGrant, number: i64) -> Result<Option<QuarantineItem>, DbError> {
    let (item, persons) = care.readers().read(|conn| {
        let item = quarantine::one(conn, number)?;
        let record = item.as_ref().and_then(|item| item.line.record_no);
        let persons = person_store::person_ids_of(conn, record.as_slice())?;
        Ok::<_, DbError>((item, persons))
    })?;
    let shown: Vec<PersonId> = persons.into_iter().map(|(.., person)| person).collect();
    access::shown(care, grant, Act::ReadQuarantine, &shown)?;
    Ok(item)
}

/// Tries an item again, with its bytes as they came or as someone mended them. What is then taken is filed by
/// the same intake as an arrival, and the item is closed in the same breath; what is refused again stays open.
/// `None` when there is no open item of this number.
///
/// # Errors
/// When the store fails.
pub fn retry(care: &Care, grant: &ListGrant, number: i64, mended: Option<&[u8]>) -> Result<Option<Filed>, DbError> {
    let Some(item) = care
        .readers()
        .read(|conn| quarantine::one(conn, number))?
        .filter(|item| item.line.state == 0)
    else {
        return Ok(None);
    };
    let Some(format) = item.format else {
        return Err(DbError::state(
            "a quarantined item is of a format this program does not know",
        ));
    };
    let feed = feed_named(care, &item.line.feed)?;
    let source = care.source(&feed)?;
    let piece = Piece {
        place: item.line.place.clone(),
        format,
        body: mended.unwrap_or(&item.body).into(),
        context: item.context.clone(),
    };
    let now = grant.now();
    let mut preparer = care.preparer();
    let prepared = preparer.prepare(piece, &source, item.line.received);
    if let Some((code, reason)) = prepared.refusal() {
        let outcome = Outcome::Quarantined {
            code: code.to_owned(),
            reason,
        };
        return Ok(Some(Filed {
            outcome,
            item_type: item.line.item_type,
            place: item.line.place,
            entries: 0,
            unmapped: false,
            without_entries: None,
        }));
    }
    let batch = preparer.close(vec![prepared])?;
    let by = grant.actor().user.clone();
    let why = if mended.is_some() {
        "mended and taken"
    } else {
        "taken when tried again"
    };
    let filed = care.writer().write::<_, DbError>(Urgency::Waiting, move |conn| {
        let filed = crate::intake::accept(conn, &batch, crate::intake::Way::Waiting)?;
        quarantine::close(conn, number, 1, &by, why, now)?;
        Ok(filed)
    })?;
    Ok(filed.into_iter().next())
}

/// Tries every open item of one feed and reason again, at most `limit`; answers how many were taken and how
/// many stay.
///
/// # Errors
/// When the store fails.
pub fn retry_alike(care: &Care, grant: &ListGrant, feed: &str, code: &str, limit: i64) -> Result<(u64, u64), DbError> {
    let filter = QuarantineFilter {
        feed: feed.to_owned(),
        code: code.to_owned(),
        limit,
        ..QuarantineFilter::default()
    };
    let (lines, _) = quarantined(care, grant, &filter)?;
    let (mut taken, mut stay) = (0, 0);
    for line in lines {
        match retry(care, grant, line.number, None)? {
            Some(Filed {
                outcome: Outcome::Quarantined { .. },
                ..
            })
            | None => stay += 1,
            Some(_) => taken += 1,
        }
    }
    Ok((taken, stay))
}

/// Discards an item with a reason; answers whether it was open. Its bytes are kept.
///
/// # Errors
/// When the store fails.
pub fn discard(care: &Care, grant: &ListGrant, number: i64, why: &str) -> Result<bool, DbError> {
    let (by, why, now) = (grant.actor().user.clone(), why.to_owned(), grant.now());
    care.writer().write(Urgency::Waiting, move |conn| {
        quarantine::close(conn, number, 2, &by, &why, now)
    })
}

/// The feed of this name, as the system's folder has it, or as it was made when files came without naming one.
///
/// # Errors
/// When nothing ever came by such a feed.
pub fn feed_named(care: &Care, name: &str) -> Result<Arc<Feed>, DbError> {
    if let Some(feed) = care.system().feed(name) {
        return Ok(Arc::new(feed.clone()));
    }
    let heard = care.readers().read(store::heard)?;
    heard
        .into_iter()
        .find(|(_, known, ..)| known == name)
        .and_then(|(_, _, sender, _)| OrgCode::parse(&sender))
        .map(|sender| Arc::new(Feed::named(name, sender)))
        .ok_or_else(|| DbError::state("there is no such feed"))
}
