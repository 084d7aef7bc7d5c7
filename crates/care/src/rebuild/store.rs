//! The SQL of a rebuild: truth carried over as it is, and every derived row for its digest.

use crate::db::{Cell, Conn, DbError, Row, Table, fetch_by_keys, insert_rows};

/// What a column holds, for carrying it over.
#[derive(Clone, Copy)]
pub(super) enum Holds {
    Int,
    Text,
    Bytes,
}

/// A table of truth, with what each column holds. The first column is its key.
pub(super) struct Carried {
    pub table: Table<'static>,
    pub holds: &'static [Holds],
}

use Holds::{Bytes as B, Int as I, Text as T};

/// Carried over before anything is filed: what filing must find as it was.
pub(super) const BEFORE: &[Carried] = &[
    Carried {
        table: Table {
            name: "feed",
            columns: &["feed_no", "name", "sender", "last_received"],
        },
        holds: &[I, T, T, I],
    },
    Carried {
        table: crate::intake::store::RECORD,
        holds: &[I, I, B, T, T, I, I],
    },
    Carried {
        table: Table {
            name: "decision",
            columns: &[
                "decision_no",
                "kind",
                "record_a",
                "record_b",
                "old_number",
                "new_number",
                "actor",
                "why",
                "decided",
                "undone",
                "undone_by",
                "undone_why",
            ],
        },
        holds: &[I, I, I, I, I, I, T, T, I, I, T, T],
    },
    Carried {
        table: Table {
            name: "quarantine",
            columns: &[
                "quarantine_no",
                "feed_no",
                "received",
                "format",
                "place",
                "code",
                "reason",
                "item_type",
                "record_no",
                "digest",
                "context",
                "body",
                "state",
                "due",
                "owner",
                "closed",
                "closed_by",
                "closed_why",
            ],
        },
        holds: &[I, I, I, I, T, T, T, T, I, I, T, B, I, I, T, I, T, T],
    },
    Carried {
        table: Table {
            name: "concern",
            columns: &[
                "concern_no",
                "person_id",
                "page",
                "kind",
                "words",
                "reporter",
                "reported",
                "owner",
                "state",
                "closed",
                "closed_by",
                "closed_why",
            ],
        },
        holds: &[I, B, T, T, T, T, I, T, I, I, T, T],
    },
    Carried {
        table: Table {
            name: "match_model",
            columns: &["model_no", "made", "actor", "why", "state", "body"],
        },
        holds: &[I, I, T, T, I, T],
    },
    Carried {
        table: Table {
            name: "match_label",
            columns: &[
                "label_no",
                "record_a",
                "record_b",
                "is_one",
                "weight",
                "actor",
                "said",
                "band",
                "likeness",
                "decision_no",
                "asked",
            ],
        },
        holds: &[I, I, I, I, I, T, I, I, I, I, I],
    },
    Carried {
        table: Table {
            name: "access_act",
            columns: &[
                "act_no",
                "person_id",
                "kind",
                "holder",
                "item",
                "value",
                "words",
                "actor",
                "decided",
                "ends",
                "undone",
                "undone_by",
                "undone_words",
            ],
        },
        holds: &[I, B, I, T, I, I, T, T, I, I, I, T, T],
    },
    Carried {
        table: Table {
            name: "preference",
            columns: &[
                "preference_no",
                "person_id",
                "kind",
                "value",
                "words",
                "source",
                "actor",
                "said",
                "undone",
                "undone_by",
                "undone_words",
            ],
        },
        holds: &[I, B, I, T, T, I, T, I, I, T, T],
    },
    Carried {
        table: Table {
            name: "staff_suspension",
            columns: &[
                "suspension_no",
                "user_name",
                "words",
                "actor",
                "decided",
                "ends",
                "undone",
                "undone_by",
                "undone_words",
            ],
        },
        holds: &[I, T, T, T, I, I, I, T, T],
    },
    Carried {
        table: Table {
            name: "rights_request",
            columns: &[
                "request_no",
                "person_id",
                "kind",
                "item",
                "organisation",
                "words",
                "actor",
                "asked",
                "state",
                "answered",
                "answered_by",
                "answer",
            ],
        },
        holds: &[I, B, I, I, T, T, T, I, I, I, T, T],
    },
    Carried {
        table: Table {
            name: "tombstone",
            columns: &[
                "tombstone_no",
                "item",
                "request_no",
                "ground",
                "asked_by",
                "confirmed_by",
                "removed",
                "parts",
            ],
        },
        holds: &[I, I, I, I, T, T, I, I],
    },
    Carried {
        table: Table {
            name: "restore_left",
            columns: &[
                "left_no",
                "words",
                "again",
                "found",
                "looked",
                "looked_by",
                "looked_words",
            ],
        },
        holds: &[I, T, T, I, I, T, T],
    },
    Carried {
        table: Table {
            name: "held_restricted",
            columns: &["hold_no", "record_id", "since", "said"],
        },
        holds: &[I, B, I, I],
    },
];

/// Counters whose numbers stand in what was carried over.
pub(super) const COUNTERS: &[&str] = &[
    "feed",
    "record",
    "decision",
    "quarantine",
    "concern",
    "access_act",
    "match_model",
    "match_label",
    "preference",
    "staff_suspension",
    "rights_request",
    "tombstone",
    "restore_left",
    "held_restricted",
];

/// A page of a carried table, after the row whose key is `after`.
pub(super) fn page(conn: &mut Conn, carried: &Carried, after: i64, limit: i64) -> Result<Vec<Vec<Cell>>, DbError> {
    let columns = carried.table.columns;
    let sql = format!(
        "SELECT {} FROM {} WHERE {key} > ?1 ORDER BY {key} LIMIT ?2",
        columns.join(", "),
        carried.table.name,
        key = columns[0]
    );
    conn.query(&sql, &[after.into(), limit.into()], |row| {
        carried
            .holds
            .iter()
            .enumerate()
            .map(|(n, holds)| cell(row, n, *holds))
            .collect()
    })
}

fn cell(row: &Row<'_>, n: usize, holds: Holds) -> Result<Cell, DbError> {
    Ok(match holds {
        I => Cell::opt_int(row.opt_int(n)?),
        T => row.opt_text(n)?.map_or(Cell::Null, Cell::Text),
        B => row.opt_bytes(n)?.map_or(Cell::Null, Cell::Bytes),
    })
}

/// Where a counter stands.
pub(super) fn counter(conn: &mut Conn, name: &str) -> Result<i64, DbError> {
    conn.first("SELECT next FROM counter WHERE name = ?1", &[name.into()], |row| {
        row.int(0)
    })?
    .ok_or_else(|| DbError::state(format!("no counter named {name}")))
}

/// Sets a counter.
pub(super) fn set_counter(conn: &mut Conn, name: &str, next: i64) -> Result<(), DbError> {
    conn.execute(
        "UPDATE counter SET next = ?2 WHERE name = ?1",
        &[name.into(), next.into()],
    )?;
    Ok(())
}

/// Whether nothing has been filed yet.
pub(super) fn is_empty(conn: &mut Conn) -> Result<bool, DbError> {
    for table in ["record", "parcel", "decision", "quarantine"] {
        let sql = format!("SELECT COUNT(*) FROM (SELECT 1 FROM {table} LIMIT 1) AS one");
        if conn.first(&sql, &[], |row| row.int(0))? != Some(0) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The numbers of the parcels after one, in the order in which they were filed.
pub(super) fn parcel_numbers(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<i64>, DbError> {
    let sql = "SELECT parcel_no FROM parcel WHERE parcel_no > ?1 ORDER BY parcel_no LIMIT ?2";
    conn.query(sql, &[after.into(), limit.into()], |row| row.int(0))
}

/// Every feed, as (number, name, sender).
pub(super) fn feeds(conn: &mut Conn) -> Result<Vec<(i64, String, String)>, DbError> {
    conn.query("SELECT feed_no, name, sender FROM feed", &[], |row| {
        Ok((row.int(0)?, row.text(1)?, row.text(2)?))
    })
}

const FEED_DAY: Table = Table {
    name: "feed_day",
    columns: &[
        "feed_no",
        "day",
        "received",
        "accepted",
        "updated",
        "unchanged",
        "quarantined",
        "unmapped",
    ],
};

/// What each feed brought by day, and when it last brought anything: counted when it arrived, and never again.
#[allow(clippy::type_complexity, reason = "two plain lists, read once, beside their columns")]
pub(super) fn feed_days(conn: &mut Conn) -> Result<(Vec<Vec<Cell>>, Vec<(i64, i64)>), DbError> {
    let sql = format!(
        "SELECT {} FROM feed_day ORDER BY feed_no, day",
        FEED_DAY.columns.join(", ")
    );
    let days = conn.query(&sql, &[], |row| {
        (0..FEED_DAY.columns.len()).map(|n| row.int(n).map(Cell::Int)).collect()
    })?;
    let last = conn.query("SELECT feed_no, last_received FROM feed", &[], |row| {
        Ok((row.int(0)?, row.int(1)?))
    })?;
    Ok((days, last))
}

/// Puts the sums of the days in place of those that filing again has counted.
pub(super) fn set_feed_days(conn: &mut Conn, days: &[Vec<Cell>], last: &[(i64, i64)]) -> Result<(), DbError> {
    conn.execute("DELETE FROM feed_day", &[])?;
    insert_rows(conn, &FEED_DAY, days)?;
    for (feed_no, at) in last {
        conn.execute(
            "UPDATE feed SET last_received = ?2 WHERE feed_no = ?1",
            &[(*feed_no).into(), (*at).into()],
        )?;
    }
    Ok(())
}

/// A record with whose it is, for its digest.
pub(super) struct RecordRow {
    pub record_no: i64,
    pub id: [u8; 16],
    pub sender: String,
    pub local_id: String,
    pub directory: i64,
    pub person_no: Option<i64>,
}

/// The records after one.
pub(super) fn records(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<RecordRow>, DbError> {
    conn.query(
        "SELECT r.record_no, r.record_id, r.sender, r.local_id, r.directory, p.person_no FROM record r
         LEFT JOIN record_person p ON p.record_no = r.record_no
         WHERE r.record_no > ?1 ORDER BY r.record_no LIMIT ?2",
        &[after.into(), limit.into()],
        |row| {
            Ok(RecordRow {
                record_no: row.int(0)?,
                id: row.id16(1)?,
                sender: row.text(2)?,
                local_id: row.text(3)?,
                directory: row.int(4)?,
                person_no: row.opt_int(5)?,
            })
        },
    )
}

/// The ids of records, as (number, id).
pub(super) fn record_ids(conn: &mut Conn, numbers: &[i64]) -> Result<Vec<(i64, [u8; 16])>, DbError> {
    let sql = "SELECT record_no, record_id FROM record WHERE record_no = ?1";
    fetch_by_keys(conn, sql, numbers, |row| Ok((row.int(0)?, row.id16(1)?)))
}

/// All records of some persons, as (person, record id).
pub(super) fn records_of_persons(conn: &mut Conn, persons: &[i64]) -> Result<Vec<(i64, [u8; 16])>, DbError> {
    let sql = "SELECT p.person_no, r.record_id FROM record_person p JOIN record r ON r.record_no = p.record_no
               WHERE p.person_no = ?1";
    fetch_by_keys(conn, sql, persons, |row| Ok((row.int(0)?, row.id16(1)?)))
}

/// What a column of a derived table holds.
#[derive(Clone, Copy)]
pub(super) enum Derived {
    Int,
    Real,
    Text,
    /// The number of a shared text, which the digest reads.
    Term,
}

use Derived::{Int, Real, Term, Text};

/// Derived tables keyed by record, with the columns that must be the same however the state was reached. Left
/// out are numbers of arrival: when a line was received, which parcel holds it.
pub(super) const DERIVED: &[(&str, &[(&str, Derived)])] = &[
    ("item_homes", &[("item", Int)]),
    ("item_elsewhere", &[("item", Int)]),
    (
        "entry",
        &[
            ("item", Int),
            ("part", Int),
            ("kind", Int),
            ("what", Term),
            ("also", Term),
            ("value", Text),
            ("normal", Real),
            ("happened", Int),
            ("ended", Int),
            ("recorded", Int),
            ("author", Term),
            ("place", Term),
            ("status", Int),
            ("certainty", Int),
            ("category", Term),
            ("encounter", Int),
            ("detail", Text),
        ],
    ),
    (
        "item_issue",
        &[("item", Int), ("issue_no", Int), ("place", Text), ("reason", Text)],
    ),
    (
        "identity",
        &[
            ("nhs_number", Int),
            ("nhs_verified", Int),
            ("birth", Int),
            ("sex", Int),
            ("family", Text),
            ("given", Text),
            ("postcode", Text),
            ("restricted", Int),
            ("multiple_birth", Int),
            ("demographics", Text),
        ],
    ),
];

/// One value of a derived row.
pub(super) enum Seen {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Term(i64),
}

/// The rows of a derived table that belong to these records, as (record, values).
pub(super) fn derived(
    conn: &mut Conn,
    table: &str,
    columns: &[(&str, Derived)],
    records: &[i64],
) -> Result<Vec<(i64, Vec<Seen>)>, DbError> {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let sql = format!(
        "SELECT record_no, {} FROM {table} WHERE record_no = ?1",
        names.join(", ")
    );
    fetch_by_keys(conn, &sql, records, |row| {
        let values = columns.iter().enumerate().map(|(n, (_, holds))| {
            let n = n + 1;
            Ok(match holds {
                Int => row.opt_int(n)?.map_or(Seen::Null, Seen::Int),
                Real => row.opt_real(n)?.map_or(Seen::Null, Seen::Real),
                Text => row.opt_text(n)?.map_or(Seen::Null, Seen::Text),
                Term => row.opt_int(n)?.map_or(Seen::Null, Seen::Term),
            })
        });
        Ok((row.int(0)?, values.collect::<Result<_, DbError>>()?))
    })
}

/// A version of an item, for its digest.
pub(super) struct ItemRow {
    pub record_no: i64,
    pub item: i64,
    pub version: i64,
    pub tie: i64,
    pub facet: i64,
    pub item_type: i64,
    pub state: i64,
    pub contribution_no: i64,
}

/// The versions of items that these records hold.
pub(super) fn items(conn: &mut Conn, records: &[i64]) -> Result<Vec<ItemRow>, DbError> {
    let sql = "SELECT record_no, item, version, tie, facet, item_type, state, contribution_no FROM item
               WHERE record_no = ?1";
    fetch_by_keys(conn, sql, records, |row| {
        Ok(ItemRow {
            record_no: row.int(0)?,
            item: row.int(1)?,
            version: row.int(2)?,
            tie: row.int(3)?,
            facet: row.int(4)?,
            item_type: row.int(5)?,
            state: row.int(6)?,
            contribution_no: row.int(7)?,
        })
    })
}

/// Shared texts, as (number, text).
pub(super) fn terms(conn: &mut Conn, numbers: &[i64]) -> Result<Vec<(i64, String)>, DbError> {
    let sql = "SELECT term_no, text FROM term WHERE term_no = ?1";
    fetch_by_keys(conn, sql, numbers, |row| Ok((row.int(0)?, row.text(1)?)))
}

/// A decision, for its digest: kind, records, numbers, whether it was undone.
pub(super) fn decisions(conn: &mut Conn) -> Result<Vec<([i64; 5], bool)>, DbError> {
    conn.query(
        "SELECT kind, record_a, record_b, old_number, new_number, undone FROM decision",
        &[],
        |row| {
            let mut numbers = [0; 5];
            for (n, number) in numbers.iter_mut().enumerate() {
                *number = row.int(n)?;
            }
            Ok((numbers, row.opt_int(5)?.is_some()))
        },
    )
}

/// A quarantined item, for its digest.
pub(super) struct QuarantineRow {
    pub record_no: Option<i64>,
    pub text: String,
}

/// What is in quarantine after one row, as (number, row).
pub(super) fn quarantined(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<(i64, QuarantineRow)>, DbError> {
    conn.query(
        "SELECT q.quarantine_no, q.record_no, f.name, q.digest, q.code, q.reason, q.item_type, q.state, q.format
         FROM quarantine q JOIN feed f ON f.feed_no = q.feed_no
         WHERE q.quarantine_no > ?1 ORDER BY q.quarantine_no LIMIT ?2",
        &[after.into(), limit.into()],
        |row| {
            let text = format!(
                "{} {} {} {:?} {} {} {}",
                row.text(2)?,
                row.int(3)?,
                row.text(4)?,
                row.text(5)?,
                row.text(6)?,
                row.int(7)?,
                row.int(8)?
            );
            Ok((
                row.int(0)?,
                QuarantineRow {
                    record_no: row.opt_int(1)?,
                    text,
                },
            ))
        },
    )
}
