//! Looks that a privacy officer should ask about. A flag is a question, not a finding: each says what was seen
//! and leads to the rows.

mod alike;

use super::AuditRow;
use crate::Care;
use crate::access::{ListGrant, account};
use crate::db::DbError;
use record::{Instant, PersonId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How far back is looked, in microseconds: seven days.
pub const LOOKED_BACK_MICROS: i64 = 7 * 24 * HOUR;
/// How far back owners' words that something about their account was not them are shown, in microseconds: thirty days.
const ACCOUNTS_BACK_MICROS: i64 = 30 * 24 * HOUR;
/// Rows looked through at most.
const ROWS_MAX: i64 = 50_000;
/// So many records opened within an hour are unusual.
const MANY_OPENED: usize = 40;
/// So many refusals within an hour are unusual.
const MANY_REFUSED: usize = 5;
const HOUR: i64 = 3600 * 1_000_000;

/// Something unusual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusual {
    /// Whose looking.
    pub actor: String,
    /// When the last of it was.
    pub at: Instant,
    /// What is unusual, in words.
    pub words: String,
    /// Whose record, when it is one person's.
    pub person: Option<PersonId>,
}

/// What is unusual in the last seven days, the latest first.
///
/// # Errors
/// When a store fails.
pub fn unusual(care: &Care, grant: &ListGrant) -> Result<Vec<Unusual>, DbError> {
    let since = Instant(grant.now().0 - LOOKED_BACK_MICROS);
    let rows = care.audit().since(since, ROWS_MAX)?;
    let mut found = Vec::new();
    many(&rows, &mut found);
    alike::near_ones(care, &rows, &mut found)?;
    walk_ins(&rows, &mut found);
    near(&rows, &mut found);
    let since = Instant(grant.now().0 - ACCOUNTS_BACK_MICROS);
    for one in account::happened::not_theirs(care, since)? {
        found.push(flag(&one.user, one.said, one.words(), None));
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.at));
    Ok(found)
}

/// Many records opened, or many refusals, within an hour. Systems read for many people and are left out.
fn many(rows: &[AuditRow], found: &mut Vec<Unusual>) {
    let mut by_actor: BTreeMap<&str, Vec<&AuditRow>> = BTreeMap::new();
    for row in rows
        .iter()
        .filter(|row| row.role != "care system" && row.person.is_some())
    {
        by_actor.entry(&row.actor).or_default().push(row);
    }
    for (actor, rows) in by_actor {
        let opened = |row: &AuditRow| row.outcome == "granted" && OPENS.contains(&row.act.as_str());
        let refused = |row: &AuditRow| row.outcome != "granted" && row.outcome != "shown in a list";
        if let Some((count, at)) = most_in_an_hour(&rows, opened, MANY_OPENED) {
            found.push(flag(
                actor,
                at,
                format!("Opened {count} people's records within an hour"),
                None,
            ));
        }
        if let Some((count, at)) = most_in_an_hour(&rows, refused, MANY_REFUSED) {
            found.push(flag(
                actor,
                at,
                format!("Was refused {count} people's records within an hour"),
                None,
            ));
        }
    }
}

/// The acts that open a record.
const OPENS: [&str; 4] = ["read record", "read as sent", "print summary", "export"];

/// The most people in any hour among rows that fit, with when that hour ended, if it is at least `least`.
fn most_in_an_hour(rows: &[&AuditRow], fits: impl Fn(&AuditRow) -> bool, least: usize) -> Option<(usize, Instant)> {
    let mut fitting: Vec<(Instant, PersonId)> = rows
        .iter()
        .filter(|row| fits(row))
        .filter_map(|row| Some((row.at, row.person?)))
        .collect();
    fitting.sort();
    let mut most: Option<(usize, Instant)> = None;
    let (mut first, mut within) = (0, HashMap::<PersonId, usize>::new());
    for (at, person) in &fitting {
        *within.entry(*person).or_default() += 1;
        while fitting[first].0.0 <= at.0 - HOUR {
            let gone = fitting[first].1;
            if let Some(count) = within.get_mut(&gone) {
                *count -= 1;
                if *count == 0 {
                    within.remove(&gone);
                }
            }
            first += 1;
        }
        if within.len() >= least && most.is_none_or(|(count, _)| within.len() > count) {
            most = Some((within.len(), *at));
        }
    }
    most
}

/// Somebody who keeps opening one person's record as a walk-in, with no other relationship: on three days or
/// more of the week.
fn walk_ins(rows: &[AuditRow], found: &mut Vec<Unusual>) {
    const DAYS: usize = 3;
    let mut days: BTreeMap<(&str, PersonId), (BTreeSet<i32>, Instant)> = BTreeMap::new();
    let walk_in =
        |row: &&AuditRow| row.outcome == "granted" && row.detail == "my patient today" && row.role != "care system";
    for row in rows.iter().filter(walk_in) {
        let Some(person) = row.person else { continue };
        let (days, last) = days.entry((&row.actor, person)).or_insert((BTreeSet::new(), row.at));
        days.insert(row.at.uk_date().0);
        *last = (*last).max(row.at);
    }
    for ((actor, person), (days, at)) in days {
        if days.len() >= DAYS {
            let words = format!(
                "Opened one record on {} days as a walk-in, never with a relationship",
                days.len()
            );
            found.push(flag(actor, at, words, Some(person)));
        }
    }
}

/// Somebody who asked at work for their own record, or that of their family or of a colleague, and was refused. What
/// an emergency opened stands in the list of emergencies.
fn near(rows: &[AuditRow], found: &mut Vec<Unusual>) {
    let mut tries: BTreeMap<(&str, PersonId, &str), (usize, Instant)> = BTreeMap::new();
    for row in rows {
        let whose = match row.detail.as_str() {
            "rules/oneself" => "their own record",
            "rules/relatives" => "the record of somebody in their family or household",
            "rules/colleagues" => "the record of a colleague",
            _ => continue,
        };
        let Some(person) = row.person else { continue };
        let (count, last) = tries.entry((&row.actor, person, whose)).or_insert((0, row.at));
        *count += 1;
        *last = (*last).max(row.at);
    }
    for ((actor, person, whose), (count, at)) in tries {
        let times = if count == 1 {
            String::new()
        } else {
            format!(", {count} times")
        };
        found.push(flag(
            actor,
            at,
            format!("Asked for {whose} at work, and was refused{times}"),
            Some(person),
        ));
    }
}

fn flag(actor: &str, at: Instant, words: String, person: Option<PersonId>) -> Unusual {
    Unusual {
        actor: actor.to_owned(),
        at,
        words,
        person,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(actor: &str, minute: i64, person: u8, outcome: &str, detail: &str) -> AuditRow {
        AuditRow {
            at: Instant(minute * 60_000_000),
            actor: actor.into(),
            role: "clinician".into(),
            organisation: String::new(),
            act: "read record".into(),
            purpose: "direct care".into(),
            outcome: outcome.into(),
            person: Some(PersonId::from_bytes([person; 16])),
            detail: detail.into(),
        }
    }

    #[test]
    fn many_within_an_hour_are_flagged_and_the_same_over_a_day_are_not() {
        let words = |minutes: i64, people: u8| {
            let rows: Vec<AuditRow> = (0..people)
                .map(|n| row("gp", i64::from(n) * minutes, n, "granted", "registered here"))
                .collect();
            let mut found = Vec::new();
            many(&rows, &mut found);
            found.into_iter().map(|one| one.words).collect::<Vec<_>>()
        };
        assert_eq!(words(1, 45), ["Opened 45 people's records within an hour"]);
        assert_eq!(words(2, 60), Vec::<String>::new(), "30 in any hour");
        assert_eq!(words(0, 39), Vec::<String>::new());
        let refused: Vec<AuditRow> = (0..6).map(|n| row("gp", 1, n, "Nothing here shows…", "")).collect();
        let mut found = Vec::new();
        many(&refused, &mut found);
        assert_eq!(found[0].words, "Was refused 6 people's records within an hour");
    }

    #[test]
    fn asking_for_ones_own_record_or_a_relatives_or_colleagues_is_flagged() {
        let rows = [
            row("nurse", 1, 1, "This is your own record", "rules/oneself"),
            row("nurse", 2, 1, "This is your own record", "rules/oneself"),
            row("nurse", 3, 2, "You and this person seem", "rules/relatives"),
            row("gp", 4, 3, "You and this person work", "rules/colleagues"),
            row("gp", 5, 4, "Nothing here shows", "rules/relationship"),
        ];
        let mut found = Vec::new();
        near(&rows, &mut found);
        let words: Vec<&str> = found.iter().map(|one| one.words.as_str()).collect();
        assert_eq!(
            words,
            [
                "Asked for the record of a colleague at work, and was refused",
                "Asked for their own record at work, and was refused, 2 times",
                "Asked for the record of somebody in their family or household at work, and was refused",
            ]
        );
    }

    #[test]
    fn one_record_opened_again_and_again_as_a_walk_in_is_flagged() {
        let day = 24 * 60;
        let rows = |days: i64, detail: &str| {
            let rows: Vec<AuditRow> = (0..days).map(|n| row("nurse", n * day, 1, "granted", detail)).collect();
            let mut found = Vec::new();
            walk_ins(&rows, &mut found);
            found.len()
        };
        assert_eq!(rows(3, "my patient today"), 1);
        assert_eq!(rows(2, "my patient today"), 0);
        assert_eq!(rows(5, "on my caseload, my patient today"), 0);
    }
}
