//! What could not be read: kept with place and reason, owned, mended, retried or discarded with a reason.

use crate::db::{Conn, DbError, Param, Row, fetch_by_keys};
use crate::intake::prepare::Prepared;
use crate::person::whereabouts;
use exchange::{Format, Refused};
use record::Instant;
use std::collections::BTreeSet;

/// Types whose quarantined items someone must look at within the hour (SAFETY 4).
const URGENT: [&str; 5] = [
    "AllergyIntolerance",
    "Flag",
    "Observation",
    "DiagnosticReport",
    "Consent",
];
const HOUR_MICROS: i64 = 3_600_000_000;
/// Who looks after quarantine until a feed names someone else.
const OWNER: &str = "Data quality desk";

/// Keeps a piece that could not be read. The same bytes from the same feed are kept once.
pub(in crate::intake) fn keep(
    conn: &mut Conn,
    prepared: &Prepared,
    refused: &Refused,
    record_no: Option<i64>,
) -> Result<(), DbError> {
    let feed_no = prepared.source.feed_no;
    let held = conn.first(
        "SELECT quarantine_no FROM quarantine WHERE digest = ?1 AND feed_no = ?2",
        &[prepared.digest.into(), feed_no.into()],
        |row| row.int(0),
    )?;
    if held.is_some() {
        return Ok(());
    }
    let urgent = URGENT.contains(&refused.item_type.as_str()) || refused.item_type.starts_with("HL7v2:ORU");
    let due = urgent.then_some(prepared.received.0 + HOUR_MICROS);
    let number = conn.take_numbers("quarantine", 1)?;
    conn.execute(
        "INSERT INTO quarantine (quarantine_no, feed_no, received, format, place, code, reason, item_type, record_no,
           digest, context, body, state, due, owner)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, ?13, ?14)",
        &[
            number.into(),
            feed_no.into(),
            prepared.received.0.into(),
            (prepared.format as i64).into(),
            (&prepared.place).into(),
            refused.rejection.code.into(),
            (&format!("{}: {}", refused.rejection.place, refused.rejection.reason)).into(),
            (&refused.item_type).into(),
            record_no.into(),
            prepared.digest.into(),
            (&prepared.context).into(),
            prepared.body.as_slice().into(),
            due.into(),
            OWNER.into(),
        ],
    )?;
    Ok(())
}

/// A line of the quarantine list.
#[derive(Clone, Debug)]
pub struct Quarantined {
    /// Its number.
    pub number: i64,
    /// Name of the feed it came by.
    pub feed: String,
    /// When it came.
    pub received: Instant,
    /// Where it stood in what was sent.
    pub place: String,
    /// The stable word for why.
    pub code: String,
    /// Where in the item and why, in plain words.
    pub reason: String,
    /// Its type, when that was readable; else empty.
    pub item_type: String,
    /// Whether it is tied to a person's record.
    pub record_no: Option<i64>,
    /// By when someone must have looked, for allergies, alerts and results.
    pub due: Option<Instant>,
    /// Who owns it.
    pub owner: String,
    /// 0 open, 1 mended and taken, 2 discarded.
    pub state: i64,
}

/// One quarantined item whole.
#[derive(Clone, Debug)]
pub struct QuarantineItem {
    /// The line of the list.
    pub line: Quarantined,
    /// Language of the bytes.
    pub format: Option<Format>,
    /// What it needs from around it to be read.
    pub context: String,
    /// The bytes as sent.
    pub body: Vec<u8>,
    /// When and by whom it was closed, and why.
    pub closed: Option<(Instant, String, String)>,
    /// Whether it is tied to someone whose whereabouts must be shown nowhere, so that its bytes must not be
    /// shown either (SAFETY 2).
    pub restricted: bool,
}

/// In which order quarantined items are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QuarantineOrder {
    /// Those with a clock first, nearest its end; then the oldest.
    #[default]
    Urgent,
    /// The newest first.
    Newest,
    /// The oldest first.
    Oldest,
}

/// Which quarantined items to list.
#[derive(Clone, Debug, Default)]
pub struct QuarantineFilter {
    /// Only this feed, by name; empty for all.
    pub feed: String,
    /// Only this reason code; empty for all.
    pub code: String,
    /// Only those tied to a person's record.
    pub tied: bool,
    /// In which order.
    pub order: QuarantineOrder,
    /// How many to leave out.
    pub offset: i64,
    /// At most this many.
    pub limit: i64,
}

const LINE: &str = "q.quarantine_no, f.name, q.received, q.place, q.code, q.reason, q.item_type, q.record_no, q.due,
    q.owner, q.state";

fn line(row: &Row<'_>) -> Result<Quarantined, DbError> {
    Ok(Quarantined {
        number: row.int(0)?,
        feed: row.text(1)?,
        received: Instant(row.int(2)?),
        place: row.text(3)?,
        code: row.text(4)?,
        reason: row.text(5)?,
        item_type: row.text(6)?,
        record_no: row.opt_int(7)?,
        due: row.opt_int(8)?.map(Instant),
        owner: row.opt_text(9)?.unwrap_or_default(),
        state: row.int(10)?,
    })
}

/// Open items, and how many there are in all.
pub(crate) fn list(conn: &mut Conn, filter: &QuarantineFilter) -> Result<(Vec<Quarantined>, i64), DbError> {
    let wanted = "FROM quarantine q JOIN feed f ON f.feed_no = q.feed_no
        WHERE q.state = 0 AND (?1 = '' OR f.name = ?1) AND (?2 = '' OR q.code = ?2)
        AND (?3 = 0 OR q.record_no IS NOT NULL)";
    let tied = i64::from(filter.tied);
    let which: [Param<'_>; 3] = [(&filter.feed).into(), (&filter.code).into(), tied.into()];
    let order = match filter.order {
        QuarantineOrder::Urgent => "CASE WHEN q.due IS NULL THEN 1 ELSE 0 END, q.received, q.quarantine_no",
        QuarantineOrder::Newest => "q.received DESC, q.quarantine_no DESC",
        QuarantineOrder::Oldest => "q.received, q.quarantine_no",
    };
    let count = conn
        .first(&format!("SELECT COUNT(*) {wanted}"), &which, |row| row.int(0))?
        .unwrap_or(0);
    let sql = format!("SELECT {LINE} {wanted} ORDER BY {order} LIMIT ?4 OFFSET ?5");
    let lines = conn.query(
        &sql,
        &[which[0], which[1], which[2], filter.limit.into(), filter.offset.into()],
        line,
    )?;
    Ok((lines, count))
}

/// Open items grouped by feed and reason, as (feed, code, count).
pub(crate) fn groups(conn: &mut Conn) -> Result<Vec<(String, String, i64)>, DbError> {
    conn.query(
        "SELECT f.name, q.code, COUNT(*) FROM quarantine q JOIN feed f ON f.feed_no = q.feed_no WHERE q.state = 0
         GROUP BY f.name, q.code ORDER BY COUNT(*) DESC, f.name, q.code",
        &[],
        |row| Ok((row.text(0)?, row.text(1)?, row.int(2)?)),
    )
}

/// Open items tied to any of these records.
pub(crate) fn of_records(conn: &mut Conn, records: &[i64]) -> Result<Vec<Quarantined>, DbError> {
    let sql = format!(
        "SELECT {LINE} FROM quarantine q JOIN feed f ON f.feed_no = q.feed_no
         WHERE q.record_no = ?1 AND q.state = 0 ORDER BY q.received LIMIT 50"
    );
    // Nearly nobody has any: that is found out for all records at once, and without putting anything in order.
    let any = "SELECT record_no FROM quarantine WHERE record_no = ?1 AND state = 0";
    let some: BTreeSet<i64> = fetch_by_keys(conn, any, records, |row| row.int(0))?
        .into_iter()
        .collect();
    let mut found = Vec::new();
    for record_no in some {
        found.extend(conn.query(&sql, &[record_no.into()], line)?);
    }
    Ok(found)
}

/// One item, open or closed.
pub(crate) fn one(conn: &mut Conn, number: i64) -> Result<Option<QuarantineItem>, DbError> {
    let sql = format!(
        "SELECT {LINE}, q.format, q.context, q.body, q.closed, q.closed_by, q.closed_why
         FROM quarantine q JOIN feed f ON f.feed_no = q.feed_no WHERE q.quarantine_no = ?1"
    );
    let found = conn.first(&sql, &[number.into()], |row| {
        let closed = match row.opt_int(14)? {
            Some(at) => Some((
                Instant(at),
                row.opt_text(15)?.unwrap_or_default(),
                row.opt_text(16)?.unwrap_or_default(),
            )),
            None => None,
        };
        Ok(QuarantineItem {
            line: line(row)?,
            format: Format::from_number(row.int(11)?),
            context: row.text(12)?,
            body: row.bytes(13)?,
            closed,
            restricted: false,
        })
    })?;
    let Some(mut item) = found else { return Ok(None) };
    if let Some(record_no) = item.line.record_no {
        item.restricted = whereabouts::restricted_record(conn, record_no)?;
    }
    Ok(Some(item))
}

/// Closes an item: 1 mended and taken, 2 discarded. Answers whether it was open.
pub(crate) fn close(
    conn: &mut Conn,
    number: i64,
    state: i64,
    by: &str,
    why: &str,
    now: Instant,
) -> Result<bool, DbError> {
    let changed = conn.execute(
        "UPDATE quarantine SET state = ?2, closed = ?3, closed_by = ?4, closed_why = ?5
         WHERE quarantine_no = ?1 AND state = 0",
        &[number.into(), state.into(), now.0.into(), by.into(), why.into()],
    )?;
    Ok(changed == 1)
}

/// How many items are open, by feed number.
pub(crate) fn open_by_feed(conn: &mut Conn) -> Result<Vec<(i64, i64)>, DbError> {
    conn.query(
        "SELECT feed_no, COUNT(*) FROM quarantine WHERE state = 0 GROUP BY feed_no",
        &[],
        |row| Ok((row.int(0)?, row.int(1)?)),
    )
}
