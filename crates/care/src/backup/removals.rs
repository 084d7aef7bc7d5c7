//! The list of lawful removals that is kept outside the store, so that a restore does not bring back what was removed
//! since (SAFETY 7). It says of each which item, when and by whom, and nothing of what it was: an item's key is a keyed
//! hash. Each line is signed, since whoever could add one could have anything destroyed. What was decided to protect
//! somebody is listed with them: see [`decided`].

use super::BackupError;
use super::decided::{self, Decided};
use super::store::{self, Stone};
use crate::Care;
use crate::audit::Signer;
use crate::db::{DbError, Urgency};
use crate::intake::removal::{self, Tombstone};
use record::Instant;
use std::collections::BTreeSet;

/// What a line is signed as, so that no other signed text passes for one.
const PURPOSE: &str = "chesil removal 1";

/// Which removals and decisions are listed already.
#[derive(Debug, Default)]
pub struct Journal {
    items: BTreeSet<i64>,
    after: i64,
    decided: decided::Seen,
}

impl Journal {
    /// A journal that goes on where this text ends; `key` is the public key of the store's own signer.
    ///
    /// A line that is none, as one that was cut off, is passed over: what it was to say is said again.
    pub fn after(text: &str, key: &[u8; 32]) -> Self {
        let listed = read(text, key);
        Self {
            items: listed.stones.iter().map(|stone| stone.item).collect(),
            after: 0,
            decided: decided::Seen::of(&listed.decided),
        }
    }

    /// The lines of what was removed or decided since this was last asked, each with its line end.
    ///
    /// # Errors
    /// When the store fails.
    pub fn new_lines(&mut self, care: &Care, signer: &Signer) -> Result<String, DbError> {
        let found = care.readers().read(|conn| store::stones(conn, self.after))?;
        let mut lines = String::new();
        for stone in found {
            self.after = self.after.max(stone.number);
            if self.items.insert(stone.item) {
                lines.push_str(&signed(PURPOSE, &text_of(&stone), signer));
            }
        }
        for text in self.decided.news(care)? {
            lines.push_str(&signed(decided::PURPOSE, &text, signer));
        }
        Ok(lines)
    }
}

fn text_of(stone: &Stone) -> String {
    serde_json::json!({
        "item": format!("{:016x}", stone.item.cast_unsigned()),
        "request": stone.request_no,
        "ground": stone.ground,
        "asked_by": stone.asked_by,
        "confirmed_by": stone.confirmed_by,
        "removed": stone.removed.0,
    })
    .to_string()
}

fn signed(purpose: &str, text: &str, signer: &Signer) -> String {
    let signature = signer.sign(&format!("{purpose}\n{text}"));
    format!("{signature} {text}\n")
}

/// What a list holds.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// Removals.
    pub stones: Vec<Stone>,
    /// Decisions, in the order in which they were listed.
    pub decided: Vec<Decided>,
    /// Lines that cannot be believed, with why.
    pub wrong: Vec<String>,
}

impl Listed {
    /// Whether decisions were listed at all.
    pub fn has_decisions(&self) -> bool {
        self.decided.iter().any(|one| matches!(one, Decided::Begun))
    }
}

/// Reads a list. `signer` is that of the store that the list must be of.
pub(super) fn listed(text: Option<&str>, signer: Option<&Signer>) -> Listed {
    match (text, signer) {
        (None, _) => Listed::default(),
        (Some(text), Some(signer)) => read(text, &signer.public_key()),
        (Some(text), None) => {
            let why =
                |at: usize| format!("line {at} of the list: the backup holds no key that would show who signed it");
            Listed {
                wrong: (1..=text.lines().count()).map(why).collect(),
                ..Listed::default()
            }
        }
    }
}

fn read(text: &str, key: &[u8; 32]) -> Listed {
    let mut listed = Listed::default();
    let lines = (1i64..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    for (at, line) in lines {
        let signed = |purpose: &str| {
            let (signature, text) = line.split_once(' ')?;
            crate::audit::is_signed(key, &format!("{purpose}\n{text}"), signature).then_some(text)
        };
        if let Some(stone) = signed(PURPOSE).and_then(|text| stone(at, text)) {
            listed.stones.push(stone);
        } else if let Some(decided) = signed(decided::PURPOSE).and_then(Decided::read) {
            listed.decided.push(decided);
        } else {
            listed.wrong.push(format!(
                "line {at} of the list was cut off, is of a newer version, or is not signed by the store that this is a \
                 backup of"
            ));
        }
    }
    listed
}

fn stone(number: i64, text: &str) -> Option<Stone> {
    let said: serde_json::Value = serde_json::from_str(text).ok()?;
    let words = |name: &str| said.get(name)?.as_str().map(str::to_owned);
    let int = |name: &str| said.get(name)?.as_i64();
    Some(Stone {
        number,
        item: u64::from_str_radix(&words("item")?, 16).ok()?.cast_signed(),
        request_no: int("request")?,
        ground: int("ground")?,
        asked_by: words("asked_by")?,
        confirmed_by: words("confirmed_by")?,
        removed: Instant(int("removed")?),
    })
}

/// What came of removing again what was removed since a backup was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Again {
    /// Removed, or never to be filed when it is sent again.
    pub removed: u64,
    /// Could not be removed, with why.
    pub left: Vec<String>,
}

/// Removes again what the list names and the store still has.
pub(super) fn remove_again(care: &Care, listed: Vec<Stone>, wrong: Vec<String>) -> Result<Again, BackupError> {
    let held: BTreeSet<i64> = care
        .readers()
        .read(|conn| store::stones(conn, 0))?
        .iter()
        .map(|stone| stone.item)
        .collect();
    let mut again = Again {
        removed: 0,
        left: wrong,
    };
    for stone in listed.into_iter().filter(|stone| !held.contains(&stone.item)) {
        let reach = match removal::reach(care, stone.item)? {
            Some(Err(why)) => {
                again
                    .left
                    .push(format!("item {:016x}: {why}", stone.item.cast_unsigned()));
                continue;
            }
            Some(Ok(reach)) => reach,
            // It came after the backup was taken; when its sender sends it again it is not filed.
            None => removal::Reach::nowhere(stone.item),
        };
        let kept = Tombstone {
            request_no: stone.request_no,
            ground: stone.ground,
            asked_by: stone.asked_by,
            confirmed_by: stone.confirmed_by,
            removed: stone.removed,
        };
        let done = care
            .writer()
            .write::<bool, DbError>(Urgency::Waiting, move |conn| removal::destroy(conn, &reach, &kept))?;
        if !done {
            return Err(DbError::state("the store changed while it was read").into());
        }
        again.removed += 1;
    }
    Ok(again)
}
