//! What the store knows of feeds and quarantine, as the pages show it.

use super::view::{Event, FeedRow, HeldRow};
use crate::access::known_as;
use crate::site::clock::{ago, count, moment, span, time_of_day};
use crate::site::form::query;
use crate::site::senders::Senders;
use care::Care;
use care::feeds::FeedState;
use care::intake::{QuarantineItem, Quarantined};
use exchange::Format;
use record::Instant;
use record::system::{FeedFormat, System};

/// Today is marked as odd when it is this many times as much as usual.
const ODD_TIMES: f64 = 3.0;

/// One feed; `may_open` says whether the reader may see what is in its quarantine.
pub fn feed_row(state: &FeedState, system: &System, now: Instant, may_open: bool) -> FeedRow {
    let minutes = state.feed.expected_every_minutes.map(i64::from);
    let late = match (state.late, state.last_received, minutes) {
        (false, ..) | (_, _, None) => String::new(),
        (true, None, _) => "nothing ever came".to_owned(),
        (true, Some(last), Some(minutes)) => format!("{} late", span(now.0 - last.0 - minutes * 60_000_000)),
    };
    let usual = state.usual_a_day;
    FeedRow {
        sender: Senders::of(system).name(&state.feed.sender),
        name: state.feed.name.clone(),
        form: format(state.feed.format).to_owned(),
        last: state
            .last_received
            .map_or_else(|| "never".to_owned(), |at| last_words(at, now)),
        expected: minutes.map_or_else(
            || "when it comes".to_owned(),
            |minutes| format!("every {}", every(minutes)),
        ),
        late,
        not_due: state.not_due,
        today: count(state.today),
        usual: usual
            .map(|usual| format!("usual is {} a day", count(usual.round() as i64)))
            .unwrap_or_default(),
        odd: usual.is_some_and(|usual| usual >= 1.0 && state.today as f64 > usual * ODD_TIMES),
        held: u64::try_from(state.quarantined).unwrap_or_default(),
        held_path: if may_open {
            format!("/feeds/quarantine{}", query(&[("feed", &state.feed.name)]))
        } else {
            String::new()
        },
    }
}

/// `15 minutes`, `hour`, `day`, `7 days`: how often something should come.
fn every(minutes: i64) -> String {
    let (count, unit) = match minutes {
        days if days % (24 * 60) == 0 => (days / (24 * 60), "day"),
        hours if hours % 60 == 0 => (hours / 60, "hour"),
        minutes => (minutes, "minute"),
    };
    if count == 1 {
        unit.to_owned()
    } else {
        format!("{count} {unit}s")
    }
}

fn last_words(at: Instant, now: Instant) -> String {
    if at.uk_date() == now.uk_date() {
        format!("{}, {}", time_of_day(at), ago(at, now))
    } else {
        format!("{}, {}", moment(at), ago(at, now))
    }
}

const fn format(format: FeedFormat) -> &'static str {
    match format {
        FeedFormat::Fhir => "FHIR",
        FeedFormat::Hl7 => "HL7 v2",
        FeedFormat::Table => "table",
    }
}

/// What language an item is written in.
pub const fn language(format: Option<Format>) -> &'static str {
    match format {
        Some(Format::Fhir) => "FHIR R4, JSON",
        Some(Format::Hl7) => "HL7 v2",
        Some(Format::Table) => "One row of a table",
        None => "Unknown language",
    }
}

/// What an item in quarantine is, as far as it could be read.
pub fn what(item_type: &str) -> String {
    match item_type {
        "" => "Unreadable item".to_owned(),
        "AllergyIntolerance" => "Allergy".to_owned(),
        "Observation" => "Result".to_owned(),
        "DiagnosticReport" => "Report".to_owned(),
        "Flag" => "Flag or alert".to_owned(),
        "Condition" => "Problem".to_owned(),
        "MedicationRequest" | "MedicationStatement" | "MedicationDispense" => "Medicine".to_owned(),
        "DocumentReference" | "Composition" => "Document".to_owned(),
        "Consent" => "Consent or wish".to_owned(),
        "Patient" => "Who the person is".to_owned(),
        other => other
            .strip_prefix("HL7v2:")
            .map_or_else(|| other.to_owned(), |kind| format!("HL7 message {kind}")),
    }
}

/// The clock of an item, in words, and whether it has run out; empty when it has none, or was settled.
pub fn clock(item: &Quarantined, now: Instant) -> (String, bool) {
    match item.due.filter(|_| item.state == 0) {
        None => (String::new(), false),
        Some(due) if due < now => (format!("{} overdue", span(now.0 - due.0)), true),
        Some(due) => (format!("due {}", time_of_day(due)), false),
    }
}

/// The place within the item where the trouble is, and the reason without it.
pub fn place_and_reason(item: &Quarantined) -> (String, String) {
    match item.reason.split_once(": ") {
        Some((place, reason)) if !place.contains(' ') || place.starts_with("line ") => {
            (place.to_owned(), reason.to_owned())
        }
        _ => (item.place.clone(), item.reason.clone()),
    }
}

/// Where an item stood in what was sent, in words: "row 4 of the file", or of the file's name where it came by one;
/// empty when nothing was said of it.
fn stood(place: &str, of_table: bool) -> String {
    let (file, at) = place.rsplit_once(": ").unwrap_or(("the file", place));
    let Some(line) = at.strip_prefix("line ") else {
        return place.to_owned();
    };
    match line.split_once(", row ") {
        // A cell with a line end in it moves the lines on, and not the rows.
        Some((line, row)) if of_table => format!("row {row} of {file}, on its line {line}"),
        None if of_table => format!("row {line} of {file}"),
        _ => format!("line {line} of {file}"),
    }
}

/// One item of the quarantine.
pub fn held_row(item: &Quarantined, system: &System, now: Instant) -> HeldRow {
    let (clock, overdue) = clock(item, now);
    let (place, reason) = place_and_reason(item);
    HeldRow {
        path: format!("/feeds/quarantine/{}", item.number),
        what: what(&item.item_type),
        sender: sender(&item.feed, system),
        feed: item.feed.clone(),
        when: moment(item.received),
        stood: stood(
            &item.place,
            system
                .feed(&item.feed)
                .is_some_and(|feed| feed.format == FeedFormat::Table),
        ),
        place,
        reason,
        concerns: match item.record_no {
            Some(_) => "A known person, whose record says so at its top",
            None => "Nobody that could be read",
        }
        .to_owned(),
        clock,
        overdue,
    }
}

/// Who sends a feed; the feed's own name when the care system does not know it.
pub fn sender(feed: &str, system: &System) -> String {
    system
        .feed(feed)
        .map_or_else(|| feed.to_owned(), |feed| Senders::of(system).name(&feed.sender))
}

/// A reason's code in words; one that is not listed, with spaces.
pub fn reason_words(code: &str) -> String {
    let known = [
        ("pds-no-match", "the national service found nobody"),
        ("pds-several-matches", "the national service found several people"),
        ("pds-not-enough-data", "too little to ask the national service with"),
        ("pds-matched-number", "the national service gave another number"),
        ("pds-error", "the national service could not answer"),
        ("no-subject", "does not say whom it is about"),
        ("no-patient", "does not say whom it is about"),
        ("no-id", "has no id of its own"),
        ("no-mapping", "nothing here says how to read it"),
        ("no-message-type", "does not say what kind of message it is"),
        ("not-json", "cannot be read as FHIR"),
        ("not-utf8", "letters that cannot be read"),
        ("not-hl7", "cannot be read as HL7"),
        ("ragged-row", "a row with too many or too few cells"),
        ("missing-column", "a column is missing"),
        ("column-twice", "a column stands twice"),
        ("too-large", "too large"),
        ("unreadable", "cannot be read"),
        ("nothing-read", "nothing in it could be read"),
    ];
    let words = known.iter().find(|(listed, _)| *listed == code);
    words.map_or_else(|| code.replace('-', " "), |(_, words)| (*words).to_owned())
}

/// What would mend an item with this reason.
pub fn mend(code: &str) -> &'static str {
    match code {
        "not-json" | "not-utf8" | "not-hl7" | "unknown-format" | "unreadable-file" => {
            "The sender has to send it again in the form agreed. If only a character is wrong, it can be mended here."
        }
        "no-subject" | "no-patient" => "Say whom it is about: the sender's own id of the person has to stand in it.",
        "too-large" | "too-deep" | "too-many" => "The sender has to send it in smaller parts.",
        _ => "Put right what the reason names, here or at the sender, and try again.",
    }
}

/// What became of an item that is settled, in words.
pub fn settled(item: &QuarantineItem, care: &Care) -> Option<String> {
    let (at, by, why) = item.closed.as_ref()?;
    let (by, when) = (known_as(care, by), moment(*at));
    Some(match item.line.state {
        2 => format!("discarded by {by} on {when}, because: {why}"),
        _ => format!("{why} by {by} on {when}"),
    })
}

/// What was done to an item so far.
pub fn events(item: &QuarantineItem, care: &Care) -> Vec<Event> {
    let closed = item.closed.iter().map(|(at, by, why)| Event {
        when: moment(*at),
        who: known_as(care, by),
        what: match item.line.state {
            2 => format!("Discarded: {why}"),
            _ => why.clone(),
        },
    });
    closed.collect()
}

/// The list as a file: what, where from, when and why, without content. A cell that a spreadsheet would run as
/// a formula begins with an apostrophe.
pub fn csv(items: &[Quarantined], system: &System, demo: bool) -> String {
    let mut text =
        String::from("number,feed,sender,received,item,place,reason code,about a known person,due,owner,people\r\n");
    for item in items {
        let known = if item.record_no.is_some() { "yes" } else { "no" };
        let people = if demo { "invented" } else { "" };
        let cells = [
            item.number.to_string(),
            item.feed.clone(),
            sender(&item.feed, system),
            item.received.rfc3339(),
            what(&item.item_type),
            item.place.clone(),
            item.code.clone(),
            known.to_owned(),
            item.due.map(Instant::rfc3339).unwrap_or_default(),
            item.owner.clone(),
            people.to_owned(),
        ];
        text.push_str(&cells.map(|cell| csv_cell(&cell)).join(","));
        text.push_str("\r\n");
    }
    text
}

fn csv_cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    if guard.is_empty() && !text.contains([',', '"', '\n', '\r']) {
        return text.to_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> Quarantined {
        Quarantined {
            number: 4,
            feed: "rbd-adt".into(),
            received: Instant(0),
            place: "message 3".into(),
            code: "no-subject".into(),
            reason: "PID-3: no id of the person".into(),
            item_type: "AllergyIntolerance".into(),
            record_no: Some(1),
            due: Some(Instant(3_600_000_000)),
            owner: "Data quality desk".into(),
            state: 0,
        }
    }

    #[test]
    fn the_clock_runs_until_an_item_is_settled() {
        let mut held = item();
        assert_eq!(clock(&held, Instant(0)), ("due 02:00".to_owned(), false));
        assert_eq!(
            clock(&held, Instant(3_600_000_000 + 720_000_000)),
            ("12 minutes overdue".to_owned(), true)
        );
        held.state = 2;
        assert_eq!(clock(&held, Instant(i64::MAX)), (String::new(), false));
    }

    #[test]
    fn how_often_is_said_in_its_largest_whole_unit() {
        let said: Vec<String> = [15, 60, 120, 1440, 10_080, 90].map(every).into();
        assert_eq!(said, ["15 minutes", "hour", "2 hours", "day", "7 days", "90 minutes"]);
    }

    #[test]
    fn the_place_is_told_from_the_reason() {
        assert_eq!(
            place_and_reason(&item()),
            ("PID-3".into(), "no id of the person".into())
        );
        let mut other = item();
        other.reason = "the whole thing: is odd".into();
        assert_eq!(
            place_and_reason(&other),
            ("message 3".into(), "the whole thing: is odd".into())
        );
    }

    #[test]
    fn a_row_of_a_file_is_told_by_its_number() {
        for (place, of_table, words) in [
            ("line 4", true, "row 4 of the file"),
            ("line 9, row 4", true, "row 4 of the file, on its line 9"),
            ("pds-trace-00.csv: line 10", true, "row 10 of pds-trace-00.csv"),
            ("line 4", false, "line 4 of the file"),
            ("line 4, entry[2]", false, "line 4, entry[2] of the file"),
            ("message 3", false, "message 3"),
            ("", false, ""),
        ] {
            assert_eq!(stood(place, of_table), words, "{place}");
        }
    }

    #[test]
    fn a_cell_never_becomes_a_formula() {
        for (cell, written) in [
            ("=1+1", "\"'=1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("-2", "\"'-2\""),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("plain", "plain"),
        ] {
            assert_eq!(csv_cell(cell), written);
        }
    }
}
