//! What was decided to protect somebody, listed outside the store beside the lawful removals, so that a restore does
//! not undo it (SAFETY 2, 7, 9, 10): objections, seals, hidden entries, suspended access, ways in which somebody must
//! not be reached, bars and records kept apart; ended proxies, withdrawn yeses and consents; joins undone; accounts
//! shut; restricted whereabouts. A line names people and records by keyed hashes, and says nothing of why: free words
//! stay in the store. Each is signed, since whoever could add one could hide a record from those who care.

mod again;
pub(super) mod store;

pub use again::DoneAgain;
pub(super) use again::{Outcome, do_again, do_all};

use crate::Care;
use crate::access::acts::What;
use crate::access::{Sensitivity, Show};
use crate::db::{Cell, DbError};
use crate::rights::preferences::About;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What a line is signed as, so that no other signed text passes for one.
pub(super) const PURPOSE: &str = "chesil decision 1";
/// How long before the last undoing that was seen one may still have been committed, in microseconds.
const LATE_MICROS: i64 = 10 * 60 * 1_000_000;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Int,
    Text,
    Bytes,
}

/// A table of decisions that are added, and undone with who and when.
#[derive(Debug)]
pub(super) struct Kept {
    pub table: &'static str,
    /// The column of its numbers.
    pub number: &'static str,
    /// The counter that they are taken from.
    pub counter: &'static str,
    /// What says what was decided, first about whom; not why.
    pub columns: &'static [(&'static str, Holds)],
    /// Which rows may protect somebody.
    pub may_protect: &'static str,
    /// Which rows are listed once they are undone.
    pub undone: &'static str,
}

use Holds::{Bytes as B, Int as I, Text as T};

pub(super) static TABLES: [Kept; 3] = [
    Kept {
        table: "access_act",
        number: "act_no",
        counter: "access_act",
        columns: &[
            ("person_id", B),
            ("kind", I),
            ("holder", T),
            ("item", I),
            ("value", I),
            ("actor", T),
            ("decided", I),
            ("ends", I),
        ],
        may_protect: "kind IN (2, 3, 4, 5, 7)",
        undone: "kind > 0",
    },
    Kept {
        table: "staff_suspension",
        number: "suspension_no",
        counter: "staff_suspension",
        columns: &[("user_name", T), ("actor", T), ("decided", I), ("ends", I)],
        may_protect: "suspension_no > 0",
        undone: "suspension_no > 0",
    },
    Kept {
        table: "preference",
        number: "preference_no",
        counter: "preference",
        columns: &[
            ("person_id", B),
            ("kind", I),
            ("value", T),
            ("source", I),
            ("actor", T),
            ("said", I),
        ],
        may_protect: "kind = 1",
        undone: "kind = 1",
    },
];

/// When, and by whom.
pub(super) type Undone = (i64, String);

/// A decision about two records, or about two NHS numbers: those are never listed, but a keyed hash of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub kind: i64,
    /// The first record's id, or the hash.
    pub a: Vec<u8>,
    /// The second record's id, or nothing.
    pub b: Vec<u8>,
    pub actor: String,
    pub decided: i64,
    pub undone: Option<Undone>,
}

impl Pair {
    /// Whether a message asked for it, which may come again.
    fn is_of_a_feed(&self) -> bool {
        self.actor.starts_with("feed ")
    }
}

/// What a line says.
#[derive(Clone, Debug)]
pub(super) enum Decided {
    /// From here on decisions are listed.
    Begun,
    /// A row of one of [`TABLES`].
    Row {
        of: &'static Kept,
        row: Vec<Cell>,
        undone: Option<Undone>,
    },
    /// Two records, or numbers, that are or are not one person.
    Pair(Pair),
    /// An account that was shut, or opened again.
    Account { user: String, shut: Option<Undone> },
    /// A record whose person's whereabouts are restricted, or no longer.
    Restricted { record: Vec<u8>, is: bool },
}

impl Decided {
    fn text(&self) -> String {
        let undone = |undone: &Option<Undone>| match undone {
            Some((at, by)) => json!([at, by]),
            None => Value::Null,
        };
        let said = match self {
            Decided::Begun => json!({"of": "begun"}),
            Decided::Row { of, row, undone: was } => {
                let row: Vec<Value> = row.iter().map(value_of).collect();
                json!({"of": of.table, "row": row, "undone": undone(was)})
            }
            Decided::Pair(pair) => json!({
                "of": "decision", "kind": pair.kind, "a": hex(&pair.a), "b": hex(&pair.b), "actor": pair.actor,
                "decided": pair.decided, "undone": undone(&pair.undone),
            }),
            Decided::Account { user, shut } => json!({"of": "account", "user": user, "shut": undone(shut)}),
            Decided::Restricted { record, is } => json!({"of": "restricted", "record": hex(record), "is": is}),
        };
        said.to_string()
    }

    /// Reads a line that was signed; `None` when this program does not know what it says.
    pub fn read(text: &str) -> Option<Self> {
        let said: Value = serde_json::from_str(text).ok()?;
        let words = |name: &str| said.get(name)?.as_str().map(str::to_owned);
        let undone = |name: &str| match said.get(name)? {
            Value::Null => Some(None),
            pair => Some(Some((pair.get(0)?.as_i64()?, pair.get(1)?.as_str()?.to_owned()))),
        };
        Some(match words("of")?.as_str() {
            "begun" => Decided::Begun,
            "decision" => Decided::Pair(Pair {
                kind: said.get("kind")?.as_i64()?,
                a: unhex(&words("a")?)?,
                b: unhex(&words("b")?)?,
                actor: words("actor")?,
                decided: said.get("decided")?.as_i64()?,
                undone: undone("undone")?,
            }),
            "account" => Decided::Account {
                user: words("user")?,
                shut: undone("shut")?,
            },
            "restricted" => Decided::Restricted {
                record: unhex(&words("record")?)?,
                is: said.get("is")?.as_bool()?,
            },
            table => {
                let of = TABLES.iter().find(|one| one.table == table)?;
                let row = said.get("row")?.as_array()?;
                let cells = of
                    .columns
                    .iter()
                    .zip(row)
                    .map(|((_, holds), value)| cell_of(value, *holds));
                Decided::Row {
                    of,
                    row: cells
                        .collect::<Option<Vec<_>>>()
                        .filter(|row| row.len() == of.columns.len())?,
                    undone: undone("undone")?,
                }
            }
        })
    }

    /// What it is about: of two lines with the same subject the later one counts.
    fn subject(&self) -> String {
        match self {
            Decided::Row { of, row, .. } => Decided::Row {
                of,
                row: row.clone(),
                undone: None,
            }
            .text(),
            Decided::Pair(pair) => Decided::Pair(Pair {
                undone: None,
                ..pair.clone()
            })
            .text(),
            Decided::Account { user, .. } => format!("account {user}"),
            Decided::Restricted { record, .. } => format!("restricted {}", hex(record)),
            Decided::Begun => "begun".to_owned(),
        }
    }

    /// Whether it keeps something from somebody for as long as it stands, rather than giving it.
    fn protects(&self) -> bool {
        match self {
            Decided::Begun => false,
            Decided::Account { .. } | Decided::Restricted { .. } => true,
            Decided::Pair(pair) => matches!(pair.kind, 3 | 4),
            Decided::Row { of, row, .. } if of.table == "access_act" => act_protects(row),
            Decided::Row { of, row, .. } if of.table == "preference" => match row.get(2) {
                Some(Cell::Text(value)) => About::NotBy.choices().contains(&value.as_str()),
                _ => false,
            },
            Decided::Row { .. } => true,
        }
    }

    fn is_undone(&self) -> bool {
        match self {
            Decided::Row { undone, .. } => undone.is_some(),
            Decided::Pair(pair) => pair.undone.is_some(),
            Decided::Account { shut, .. } => shut.is_none(),
            Decided::Restricted { is, .. } => !is,
            Decided::Begun => false,
        }
    }
}

fn act_protects(row: &[Cell]) -> bool {
    let int = |at: usize| match row.get(at) {
        Some(Cell::Int(value)) => Some(*value),
        _ => None,
    };
    let what = int(1)
        .zip(int(4))
        .and_then(|(kind, value)| What::of_stored(kind, int(3), value));
    match what {
        Some(What::Objection | What::TypeOne | What::Suspended) => true,
        Some(What::Sensitivity { sensitivity, .. }) => sensitivity != Sensitivity::Ordinary,
        Some(What::Show { show, .. }) => show != Show::PersonAndProxies,
        _ => false,
    }
}

fn value_of(cell: &Cell) -> Value {
    match cell {
        Cell::Int(value) => json!(value),
        Cell::Text(value) => json!(value),
        Cell::Bytes(value) => json!(hex(value)),
        Cell::Null | Cell::Real(_) => Value::Null,
    }
}

fn cell_of(value: &Value, holds: Holds) -> Option<Cell> {
    Some(match (value, holds) {
        (Value::Null, _) => Cell::Null,
        (value, I) => Cell::Int(value.as_i64()?),
        (value, T) => Cell::Text(value.as_str()?.to_owned()),
        (value, B) => Cell::Bytes(unhex(value.as_str()?)?),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

/// What is listed already, and how far each table was read.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Digests of the lines.
    lines: BTreeSet<[u8; 16]>,
    /// Of each account, and each record: what was said of it last.
    shut: BTreeMap<String, bool>,
    restricted: BTreeSet<Vec<u8>>,
    /// By table: the number, and the undoing, up to which it was read.
    read: BTreeMap<&'static str, (i64, i64)>,
}

impl Seen {
    /// That of a list.
    pub fn of(listed: &[Decided]) -> Self {
        let mut seen = Self::default();
        listed.iter().for_each(|one| {
            seen.note(one);
        });
        seen
    }

    /// Notes a line; answers whether it says something new.
    fn note(&mut self, one: &Decided) -> bool {
        match one {
            Decided::Account { user, shut } => self.shut.insert(user.clone(), shut.is_some()) != Some(shut.is_some()),
            Decided::Restricted { record, is: true } => self.restricted.insert(record.clone()),
            Decided::Restricted { record, is: false } => self.restricted.remove(record),
            Decided::Begun | Decided::Row { .. } | Decided::Pair(_) => {
                let digest = blake3::hash(one.text().as_bytes());
                let mut short = [0; 16];
                short.copy_from_slice(&digest.as_bytes()[..16]);
                self.lines.insert(short)
            }
        }
    }

    /// The texts of the lines that are to be added now.
    ///
    /// # Errors
    /// When the store fails.
    pub fn news(&mut self, care: &Care) -> Result<Vec<String>, DbError> {
        let key = care.id_key().derived("chesil 2026-11 numbers in the list of decisions");
        let mut found = vec![Decided::Begun];
        for of in &TABLES {
            let from = self.from(of.table);
            let rows = care.readers().read(|conn| store::rows(conn, of, from))?;
            self.reached(of.table, rows.iter().map(|(number, row)| (*number, undone_at(row))));
            found.extend(rows.into_iter().map(|(_, row)| row));
        }
        let from = self.from("decision");
        let pairs = care.readers().read(|conn| store::pairs(conn, &key, from))?;
        let reached = pairs
            .iter()
            .map(|(no, pair)| (*no, pair.undone.as_ref().map(|(at, _)| *at)));
        self.reached("decision", reached);
        found.extend(pairs.into_iter().map(|(_, pair)| Decided::Pair(pair)));
        let (shut, restricted) = care
            .readers()
            .read(|conn| Ok::<_, DbError>((store::shut(conn)?, store::restricted(conn)?)))?;
        let reopened = self
            .shut
            .iter()
            .filter(|(user, was)| **was && !shut.contains_key(*user));
        found.extend(reopened.map(|(user, _)| Decided::Account {
            user: user.clone(),
            shut: None,
        }));
        found.extend(
            shut.into_iter()
                .map(|(user, by)| Decided::Account { user, shut: Some(by) }),
        );
        let lifted = self.restricted.difference(&restricted).cloned();
        found.extend(lifted.map(|record| Decided::Restricted { record, is: false }));
        found.extend(
            restricted
                .into_iter()
                .map(|record| Decided::Restricted { record, is: true }),
        );
        found.retain(|one| {
            let worth = matches!(one, Decided::Begun) || one.protects() || one.is_undone();
            worth && self.note(one)
        });
        Ok(found.iter().map(Decided::text).collect())
    }

    fn from(&self, table: &'static str) -> (i64, i64) {
        let (number, undone) = self.read.get(table).copied().unwrap_or((0, LATE_MICROS));
        (number, undone - LATE_MICROS)
    }

    fn reached(&mut self, table: &'static str, rows: impl Iterator<Item = (i64, Option<i64>)>) {
        let (mut number, mut undone) = self.read.get(table).copied().unwrap_or((0, LATE_MICROS));
        for (one, at) in rows {
            number = number.max(one);
            undone = undone.max(at.unwrap_or(0));
        }
        self.read.insert(table, (number, undone));
    }
}

fn undone_at(one: &Decided) -> Option<i64> {
    match one {
        Decided::Row { undone, .. } => undone.as_ref().map(|(at, _)| *at),
        _ => None,
    }
}

/// The keyed hash by which a replacement of one NHS number by another is listed.
fn numbers_hash(key: &[u8; 32], old: i64, new: i64) -> Vec<u8> {
    let text = format!("{old} {new}");
    let hash = blake3::keyed_hash(key, text.as_bytes());
    hash.as_bytes().iter().take(16).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written_and_what_is_not_known_is_not_guessed() {
        let row = vec![
            Cell::Bytes(vec![0, 255]),
            Cell::Int(4),
            Cell::Text("R0D".to_owned()),
            Cell::Int(-5),
            Cell::Int(4),
            Cell::Text("nurse".to_owned()),
            Cell::Int(7),
            Cell::Null,
        ];
        let of = &TABLES[0];
        for one in [
            Decided::Begun,
            Decided::Row {
                of,
                row: row.clone(),
                undone: None,
            },
            Decided::Row {
                of,
                row,
                undone: Some((9, "gp".to_owned())),
            },
            Decided::Account {
                user: "x".to_owned(),
                shut: Some((1, "y".to_owned())),
            },
            Decided::Restricted {
                record: vec![1; 16],
                is: true,
            },
        ] {
            assert_eq!(Decided::read(&one.text()).unwrap().text(), one.text());
        }
        for odd in [
            "",
            "{}",
            r#"{"of":"access_act","row":[],"undone":null}"#,
            r#"{"of":"session","row":["a"],"undone":null}"#,
            r#"{"of":"restricted","record":"0","is":true}"#,
        ] {
            assert!(Decided::read(odd).is_none(), "{odd}");
        }
    }
}
