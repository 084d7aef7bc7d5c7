//! One invented person's whole history as a page that can be read: what every sender tells, day by day. For readers
//! who judge whether lives are believable; no partner sends this.

use crate::calendar;
use crate::household::Household;
use crate::lives::{self, Care, Happening, Life, Outcome, Tellers};
use crate::people::Person;
use crate::{Chunk, Plan, ambulance, blocks, charity, feeds::Feeds, fire, households, public_health, social_care};
use record::Date;
use std::fmt::Write as _;

/// Writers of tables, whose rows are shown as they stand.
const TABLES: [fn(&mut Feeds, &Person, &Household, &Life); 5] = [
    ambulance::tell,
    social_care::tell,
    fire::tell,
    charity::tell,
    public_health::tell,
];

/// Columns that say who the person is, or nothing to a reader.
const PASSED_OVER: [&str; 33] = [
    "NHSNumber",
    "Surname",
    "Forename",
    "Forenames",
    "FirstName",
    "LastName",
    "DateOfBirth",
    "Sex",
    "Gender",
    "Title",
    "KnownAs",
    "AddressLine1",
    "AddressLine2",
    "Town",
    "Postcode",
    "Telephone",
    "Phone",
    "Email",
    "GPPracticeCode",
    "PracticeCode",
    "GPPractice",
    "PersonID",
    "ClientID",
    "ChildID",
    "PatientReference",
    "OccupierReference",
    "PatientNumber",
    "LastUpdated",
    "CallSign",
    "TeamTelephone",
    "DutyTelephone",
    "RecordStatus",
    "IncidentPostcode",
];

/// The page of each of these people, by their numbers in the truth; those who are not in the plan are left out.
pub fn pages(plan: Plan, numbers: &[u32]) -> String {
    let mut pages = String::new();
    for block in blocks(plan) {
        let last = block.first_person + block.households * 80;
        if !numbers.iter().any(|number| (block.first_person..last).contains(number)) {
            continue;
        }
        for household in households(plan, block) {
            for person in household
                .people
                .iter()
                .filter(|person| numbers.contains(&person.ordinal))
            {
                let life = lives::life(person, &household, plan.as_of);
                page(&mut pages, person, &household, &life, plan.as_of);
            }
        }
    }
    pages
}

/// The page of one person.
pub(crate) fn page(out: &mut String, person: &Person, household: &Household, life: &Life, as_of: Date) {
    let died = person.died.map_or(String::new(), |day| format!(", died {}", day.iso()));
    let place = household.neighbourhood;
    let _ = writeln!(
        out,
        "## {} {}, {}, born {}, {}, deprivation fifth {}{died}\n",
        person.given,
        person.family,
        person.sex.words(),
        person.born.iso(),
        place.name,
        place.fifth
    );
    let truly = life.conditions.iter().map(|had| {
        let unknown = if had.diagnosed { "" } else { " (nobody knows)" };
        format!("{} since {}{unknown}", had.term.words, calendar::ymd(had.since).0)
    });
    let truly: Vec<String> = truly.collect();
    let _ = writeln!(
        out,
        "Number {}, household {}. Truly: {}.\n",
        person.ordinal,
        household.index,
        if truly.is_empty() {
            "nothing lasting".to_owned()
        } else {
            truly.join("; ")
        }
    );
    out.push_str("| day | who says | what |\n|---|---|---|\n");
    let mut rows: Vec<(Date, String, String)> = Vec::new();
    for happening in &life.happenings {
        let at = happening.at.date;
        let (who, what) = (teller(happening.by), care(happening));
        match rows.last_mut() {
            Some(last) if last.0 == at && last.1 == who && number(happening) => {
                last.2.push_str("; ");
                last.2.push_str(&what);
            }
            _ => rows.push((at, who, what)),
        }
    }
    tables(&mut rows, person, household, life, as_of);
    rows.sort_by_key(|row| row.0);
    for (day, who, what) in rows {
        let _ = writeln!(
            out,
            "| {} | {who} | {} |",
            day.iso(),
            what.replace('|', "/").replace('\n', " ")
        );
    }
    out.push('\n');
}

fn number(happening: &Happening) -> bool {
    matches!(happening.care, Care::Result { .. } | Care::Pressure { .. })
}

fn teller(by: Tellers) -> String {
    let names = [
        (Tellers::PRACTICE, "practice"),
        (Tellers::EAST, "east's hospital"),
        (Tellers::WEST, "west's hospital"),
        (Tellers::COMMUNITY, "community trust"),
    ];
    let held = names
        .iter()
        .filter(|(teller, _)| by.has(*teller))
        .map(|(_, name)| *name);
    held.collect::<Vec<_>>().join(", ")
}

fn ended(day: Option<Date>) -> String {
    day.map_or(String::new(), |day| format!(" until {}", day.iso()))
}

fn care(happening: &Happening) -> String {
    let said = match &happening.care {
        Care::Problem {
            term,
            resolved,
            suspected,
            ..
        } => {
            format!(
                "problem: {}{}{}",
                term.words,
                if *suspected { " (suspected)" } else { "" },
                ended(*resolved)
            )
        }
        Care::Medicine {
            product,
            dose,
            stopped,
            reason,
            ..
        } => {
            format!(
                "medicine: {product}, {} ({reason}){}",
                dose.to_lowercase(),
                ended(*stopped)
            )
        }
        Care::Allergy { term, reaction } => format!("allergy: {} {reaction}", term.words),
        Care::Result {
            test,
            value,
            unit,
            decimals,
        } => format!("{} {value:.decimals$} {unit}", test.short),
        Care::Pressure {
            systolic,
            diastolic,
            home,
        } => {
            format!("BP {systolic}/{diastolic}{}", if *home { " at home" } else { "" })
        }
        Care::Smoking(term) => term.words.to_owned(),
        Care::Vaccination { term, declined } => {
            format!("{}{}", if *declined { "declined " } else { "vaccine: " }, term.words)
        }
        Care::Contact {
            term, reason, service, ..
        } => format!("{}: {reason} — {service}", term.words),
        Care::Stay {
            reason,
            ward,
            until,
            died,
            emergency,
            ..
        } => {
            let how = if *emergency { "emergency" } else { "planned" };
            let end = if *died { ", died there" } else { "" };
            format!(
                "stay, {how}, {ward}: {}{}{end}",
                reason.words,
                ended(until.map(|at| at.date))
            )
        }
        Care::Attendance {
            complaint,
            found,
            minutes,
            by_ambulance,
        } => {
            let how = if *by_ambulance { ", by ambulance" } else { "" };
            format!(
                "emergency department{how}: {complaint}, {}, {minutes} minutes",
                found.words
            )
        }
        Care::Appointment { service, outcome, .. } => {
            let kept = match outcome {
                Outcome::Attended => "came",
                Outcome::Missed => "did not come",
                Outcome::Cancelled => "called off",
                Outcome::Booked => "booked",
            };
            format!("appointment, {service}: {kept}")
        }
        Care::Referral {
            to,
            reason,
            urgent,
            open,
        } => {
            let how = if *urgent { ", urgent" } else { "" };
            format!(
                "sent on to {to}{how}: {reason}{}",
                if *open { ", still waiting" } else { "" }
            )
        }
        Care::Procedure(term) => format!("done: {}", term.words),
        Care::Report { title, findings } => format!("{title}: {findings}"),
        Care::Flag { category, note, .. } => format!("flag, {category}: {note}"),
        Care::Wish { term, text, .. } | Care::Plan { term, text } => format!("{}: {text}", term.words),
        Care::Letter { title, text, .. } => format!("letter, {title}: {text}"),
        Care::Episode { service, until } => format!("under the care of {service}{}", ended(*until)),
        Care::Answers { title, answers } => {
            let each: Vec<String> = answers
                .iter()
                .map(|(question, answer)| format!("{question} {answer}"))
                .collect();
            format!("{title}: {}", each.join("; "))
        }
        Care::Relative { given, relation, .. } => format!("{relation}: {given}"),
    };
    format!(
        "{said}{}",
        if happening.in_error {
            " (withdrawn as an error)"
        } else {
            ""
        }
    )
}

/// Rows of councils, ambulance, fire, charities, coaches and schools.
fn tables(rows: &mut Vec<(Date, String, String)>, person: &Person, household: &Household, life: &Life, as_of: Date) {
    for tell in TABLES {
        let mut found: Vec<(&'static str, Vec<u8>)> = Vec::new();
        let mut keep = |chunk: Chunk<'_>| match found.iter_mut().find(|held| held.0 == chunk.feed) {
            Some(held) => held.1.extend_from_slice(chunk.bytes),
            None => found.push((chunk.feed, chunk.bytes.to_vec())),
        };
        let mut feeds = Feeds::new(0, as_of, usize::MAX, &mut keep);
        tell(&mut feeds, person, household, life);
        feeds.finish();
        for (feed, bytes) in found {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let mut lines = text.lines();
            let heading: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
            for line in lines {
                let cells = cells(line);
                let day = cells.last().and_then(|cell| day(cell)).unwrap_or(life.until);
                let said = heading.iter().zip(&cells).filter(|(column, cell)| {
                    !cell.is_empty()
                        && !PASSED_OVER.contains(column)
                        && !column.ends_with("Reference")
                        && !column.ends_with("ID")
                });
                let said: Vec<String> = said.map(|(column, cell)| format!("{column} {cell}")).collect();
                rows.push((day, feed.to_owned(), said.join("; ")));
            }
        }
    }
}

/// Cells of one row of a table of ours: quotes stand only around whole cells.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => {
                if let Some(last) = cells.last_mut() {
                    last.push(letter);
                }
            }
        }
    }
    cells
}

/// A day as tables write it: `2026-05-03…` or `03/05/2026…`.
fn day(cell: &str) -> Option<Date> {
    let first = cell.get(..10)?;
    if let Some((day, rest)) = first.split_once('/') {
        let (month, year) = rest.split_once('/')?;
        return Some(calendar::date(
            year.parse().ok()?,
            month.parse().ok()?,
            day.parse().ok()?,
        ));
    }
    Date::parse(first)
}
