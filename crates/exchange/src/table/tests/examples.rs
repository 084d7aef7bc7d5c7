//! A table of examples for each feed, and the walk over every mapped column.

use super::{Column, Item, dorset, lines, mapped, read, read_cells, row_of};
use record::demographics::Death;
use record::system::{Condition, Mapping, StatusRule, ValueRule, WhatRule};
use record::{NhsNumber, Subject};

/// The person every example is about.
const ADA: &[(&str, &str)] = &[
    ("NHSNumber", "999 000 0026"),
    ("DateOfBirth", "04/05/1945"),
    ("Postcode", "DT4 9ZZ"),
];

/// For each feed, the cells that differ from the person's own and the lines they make.
type Example = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [&'static str],
);

const EXAMPLES: &[Example] = &[
    (
        "dorset-adult-social-care",
        &[
            ("EventReference", "E1"),
            ("PersonID", "P1"),
            ("EventType", "Service"),
            ("ServiceType", "Home Care"),
            ("EventStartDate", "02/01/2026"),
            ("EventOutcome", "In progress"),
            ("HoursPerWeek", "10.5"),
            ("LivesAlone", "Y"),
            ("Provider", "Larkspur House"),
            ("LastUpdated", "03/01/2026 09:00"),
        ],
        &[
            "EpisodeOfCare: Home care [2 January 2026] (active)",
            "EpisodeOfCare: Hours of care a week = 10.5 h/wk [2 January 2026]",
            "Observation: Lives alone = true [2 January 2026]",
        ],
    ),
    (
        "bcp-adult-social-care",
        &[
            ("EventReference", "E2"),
            ("PersonID", "P1"),
            ("EventType", "Assessment"),
            ("AssessmentType", "Long Term Assessment"),
            ("EventStartDate", "02/01/2026"),
            ("EventOutcome", "Eligible"),
            ("PrimarySupportReason", "Support with Memory and Cognition"),
            ("LastUpdated", "03/01/2026"),
        ],
        &[
            "QuestionnaireResponse: Care Act assessment [2 January 2026] (completed)",
            "Observation: Primary support reason = Support with memory and thinking [2 January 2026]",
        ],
    ),
    (
        "dorset-children-social-care",
        &[
            ("CaseReference", "C1"),
            ("ChildID", "K1"),
            ("PlanType", "CPP"),
            ("PlanStartDate", "02/2026"),
            ("PlanStatus", "Open"),
            ("NextReviewDate", "01/05/2026"),
            ("LastUpdated", "03/02/2026"),
        ],
        &[
            "CarePlan: Child protection plan [February 2026] (active)",
            "Flag: Child protection plan [February 2026] (active)",
            "Appointment: Review of the plan [1 May 2026] (planned)",
        ],
    ),
    (
        "fire-safe-and-well",
        &[
            ("VisitReference", "V1"),
            ("OccupierReference", "O1"),
            ("VisitDate", "02/01/2026"),
            ("VisitOutcome", "Completed"),
            ("SmokeAlarmsFitted", "2"),
            ("Smoker", "Y"),
            ("OxygenAtHome", "Yes"),
            ("ReferredTo", "Steady Together"),
            ("ConsentToShare", "Y"),
            ("LastUpdated", "03/01/2026"),
        ],
        &[
            "Encounter: Safe and Well visit [2 January 2026] (completed)",
            "Observation: Smoke alarms fitted at this visit = 2 {count} [2 January 2026]",
            "Observation: Smoker 77176002 [2 January 2026]",
            "Observation: Oxygen used at home = true [2 January 2026]",
            "ServiceRequest: Steady Together [2 January 2026] (active)",
            "Consent: Agreed that the fire service may share what it found = true [2 January 2026]",
        ],
    ),
    (
        "ambulance-incidents",
        &[
            ("IncidentNumber", "I1"),
            ("PatientNumber", "1"),
            ("PatientReference", "A1"),
            ("CallTime", "2026-04-11 03:10"),
            ("ArrivedTime", "2026-04-11 03:31:20"),
            ("ChiefComplaint", "fall"),
            ("FallRelated", "Y"),
            ("Outcome", "See and treat"),
            ("SystolicBP", "148"),
            ("NEWS2", "1"),
            ("LastUpdated", "2026-04-11T05:00:00Z"),
        ],
        &[
            "Encounter: Fall 1912002 [11 April 2026, 03:10] (completed)",
            "Encounter: Fall 1912002 [11 April 2026, 03:10]",
            "Observation: Systolic arterial pressure 72313002 = 148 mm[Hg] [11 April 2026, 03:31]",
            "Observation: NEWS2 total score 1104051000000101 = 1 {score} [11 April 2026, 03:31]",
        ],
    ),
    (
        "link-worker-contacts",
        &[
            ("ContactID", "L1"),
            ("ClientID", "S1"),
            ("ReferralDate", "01/01/2026"),
            ("ReferralStatus", "Open"),
            ("ContactDate", "02/01/2026"),
            ("ContactType", "Visit"),
            ("Worthwhile", "6"),
            ("ConsentToShare", "No"),
            ("LastUpdated", "03/01/2026"),
        ],
        &[
            "ServiceRequest: Referral to social prescribing service 871731000000106 [1 January 2026] (active)",
            "Encounter: Home visit by link worker [2 January 2026] (completed)",
            "Observation: ONS4: things done are worthwhile (0 to 10) = 6 {score} [2 January 2026]",
            "Consent: Agreed that the charity may share this contact = false [2 January 2026]",
        ],
    ),
    (
        "falls-buddy-visits",
        &[
            ("VisitID", "B1"),
            ("ClientID", "S1"),
            ("VisitDate", "02/01/2026"),
            ("Attended", "No"),
            ("FallsSinceLastVisit", "1"),
            ("LastUpdated", "03/01/2026"),
        ],
        &[
            "Encounter: Falls buddy visit [2 January 2026] (did not attend)",
            "Observation: Falls since the last visit, as told to the buddy = 1 {count} [2 January 2026]",
        ],
    ),
    (
        "health-coaching",
        &[
            ("SessionID", "H1"),
            ("ClientID", "S1"),
            ("DateOfBirth", "1945-05-04"),
            ("Programme", "SMOKING"),
            ("ProgrammeStatus", "Active"),
            ("StartDate", "2026-01-01"),
            ("SessionDate", "2026-01-02"),
            ("SessionType", "Video"),
            ("WeightKg", "82.40"),
            ("SmokingStatus", "Ex"),
            ("QuitDate", "2026-01-01"),
            ("LastUpdated", "2026-01-03"),
        ],
        &[
            "EpisodeOfCare: Smoking cessation therapy 710081004 [1 January 2026] (active)",
            "Encounter: Stop smoking session by video [2 January 2026] (completed)",
            "Observation: Body weight 27113001 = 82.40 kg [2 January 2026]",
            "Observation: Ex-smoker 8517006 [2 January 2026]",
            "Observation: Quit date = 1 January 2026 [2 January 2026]",
        ],
    ),
    (
        "school-measurement",
        &[
            ("MeasurementReference", "M1"),
            ("PupilReference", "U1"),
            ("MeasurementStatus", "Measured"),
            ("MeasurementDate", "02/01/2026"),
            ("HeightCm", "109.5"),
            ("WeightKg", "18.2"),
            ("BMICentile", "41.2"),
            ("LastUpdated", "03/01/2026"),
        ],
        &[
            "Encounter: School height and weight measurement [2 January 2026] (completed)",
            "Observation: Body height 50373000 = 109.5 cm [2 January 2026]",
            "Observation: Body weight 27113001 = 18.2 kg [2 January 2026]",
            "Observation: Child body mass index centile 896691000000102 = 41.2 {centile} [2 January 2026]",
        ],
    ),
];

/// The example's cells, then the person's own where the feed has the column and the example is silent.
fn cells<'a>(mapping: &Mapping, own: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut cells = own.to_vec();
    for (name, cell) in ADA {
        let known = mapping.columns.iter().any(|column| column == name);
        if known && !cells.iter().any(|(other, _)| other == name) {
            cells.push((*name, *cell));
        }
    }
    cells
}

#[test]
fn each_feed_reads_its_examples() {
    let system = dorset();
    for (name, own, expected) in EXAMPLES {
        let (feed, mapping) = mapped(&system)
            .into_iter()
            .find(|(feed, _)| feed.name == *name)
            .unwrap();
        let mut cells = cells(mapping, own);
        if mapping.dates.words() == "YYYY-MM-DD" {
            cells.retain(|(column, cell)| *column != "DateOfBirth" || cell.contains('-'));
        }
        let items = read_cells(feed, mapping, &cells).unwrap();
        assert_eq!(lines(&items), *expected, "{name}");
        for item in &items {
            assert!(item.issues.is_empty(), "{name}: {:?}", item.issues);
            assert!(item.version.is_some());
        }
        assert_eq!(items[0].item_type, "Patient");
        let person = items[0].person.as_deref().unwrap();
        assert_eq!(person.nhs_number, NhsNumber::parse("9990000026"));
        assert_eq!(person.addresses[0].postcode, "DT4 9ZZ");
    }
    let examples: Vec<&str> = EXAMPLES.iter().map(|(name, _, _)| *name).collect();
    for (feed, _) in mapped(&system) {
        let twin = feed.name.replace("bcp-", "dorset-");
        assert!(
            examples.contains(&feed.name.as_str()) || examples.contains(&twin.as_str()),
            "{}",
            feed.name
        );
    }
}

/// Every cell a column could plausibly hold, by what the mapping reads it as; the first is the usual one.
fn plausible(mapping: &Mapping, column: Column) -> Vec<String> {
    let mut cells: Vec<String> = Vec::new();
    let dates = match mapping.dates.words() {
        "DD/MM/YYYY" => ["02/03/2011", "03/03/2011"],
        "YYYY-MM-DD" => ["2011-03-02", "2011-03-03"],
        _ => ["20110302", "20110303"],
    };
    let mut add = |found: &[&str]| cells.extend(found.iter().map(|cell| (*cell).to_owned()));
    let is = mapping.person_is.as_ref().unwrap();
    if [is.birth, is.died, mapping.updated].contains(&Some(column)) {
        add(&dates);
    }
    if is.nhs_number == Some(column) {
        add(&["9990000026", "9990000042"]);
    }
    if is.sex == Some(column) {
        add(&["F", "M"]);
    }
    let mut condition = |rule: Option<&Condition>| {
        if let Some(Condition::Is(of, words)) = rule
            && *of == column
        {
            add(&words.iter().map(String::as_str).chain(["neither"]).collect::<Vec<_>>());
        }
    };
    for item in &mapping.items {
        condition(item.when.as_ref());
        item.entries.iter().for_each(|entry| condition(entry.when.as_ref()));
    }
    if mapping.withdrawn.as_ref().is_some_and(|rule| rule.column() == column) {
        add(&["current"]);
        let Some(Condition::Is(_, words)) = &mapping.withdrawn else {
            unreachable!()
        };
        add(&[&words[0]]);
    }
    for entry in mapping.items.iter().flat_map(|item| &item.entries) {
        if [entry.happened, entry.ended, entry.recorded].contains(&Some(column)) {
            add(&dates);
        }
        match &entry.value {
            Some(ValueRule::Number(of, _)) if *of == column => add(&["3", "4"]),
            Some(ValueRule::Date(of)) if *of == column => add(&dates),
            Some(ValueRule::YesNo(of)) if *of == column => add(&["Y", "N"]),
            Some(ValueRule::Listed(of, list)) if *of == column => list.keys().for_each(|code| add(&[code])),
            _ => {}
        }
        match &entry.what {
            WhatRule::Listed(of, list) if *of == column => list.keys().for_each(|code| add(&[code])),
            _ => {}
        }
        match &entry.status {
            StatusRule::By(of, by) if *of == column => by.keys().for_each(|word| add(&[word])),
            _ => {}
        }
    }
    add(&["Y", "N"]);
    cells
}

/// Rows that between them make every rule apply: all cells filled, and the condition of each item fulfilled.
fn full_rows(mapping: &Mapping) -> Vec<Vec<(String, String)>> {
    let usual = |at: usize| (mapping.columns[at].clone(), plausible(mapping, Column(at)).remove(0));
    let full: Vec<_> = (0..mapping.columns.len()).map(usual).collect();
    let mut rows = vec![full.clone()];
    for item in &mapping.items {
        for rule in [item.when.as_ref()]
            .into_iter()
            .chain(item.entries.iter().map(|entry| entry.when.as_ref()))
        {
            if let Some(Condition::Is(of, words)) = rule {
                let mut row = full.clone();
                row[of.0].1.clone_from(&words[0]);
                rows.push(row);
            }
        }
    }
    rows
}

#[test]
fn every_mapped_column_changes_what_is_read() {
    let system = dorset();
    let mut walked = 0;
    for (feed, mapping) in mapped(&system) {
        let rows = full_rows(mapping);
        for at in (0..mapping.columns.len()).filter(|at| !mapping.ignored.contains(&Column(*at))) {
            let seen = rows.iter().any(|row| {
                let cells = plausible(mapping, Column(at));
                let mut readings: Vec<Vec<Item>> = Vec::new();
                for cell in cells {
                    readings.extend(with(feed, mapping, row, Column(at), &cell));
                }
                readings.iter().any(|reading| *reading != readings[0])
            });
            assert!(seen, "{}: changing {} changes nothing", feed.name, mapping.columns[at]);
            walked += 1;
        }
    }
    assert!(walked > 250, "{walked}");
}

fn with(
    feed: &record::system::Feed,
    mapping: &Mapping,
    row: &[(String, String)],
    column: Column,
    cell: &str,
) -> Result<Vec<Item>, crate::Refused> {
    let name = mapping.name(column);
    let mut cells: Vec<(&str, &str)> = row.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    cells.retain(|(other, _)| *other != name);
    cells.push((name, cell));
    let mut items = read_cells(feed, mapping, &cells)?;
    // What is wrong with a cell is not what the record shows.
    items.iter_mut().for_each(|item| item.issues.clear());
    Ok(items)
}

#[test]
fn what_cannot_be_read_is_refused_or_said() {
    let system = dorset();
    let (feed, mapping) = mapped(&system)
        .into_iter()
        .find(|(feed, _)| feed.name == "falls-buddy-visits")
        .unwrap();
    let heading = mapping.columns.join(",");
    let good: &[(&str, &str)] = &[("VisitID", "1"), ("ClientID", "2"), ("LastUpdated", "03/01/2026")];
    let row = row_of(mapping, good);
    for (row, heading, code, place) in [
        (row.clone() + ",", heading.clone(), "ragged-row", "row"),
        (row.clone(), String::new(), "no-heading", "row"),
        (
            row.clone(),
            heading.replace("VisitID", "Visit"),
            "missing-column",
            "heading",
        ),
        (
            row.clone(),
            heading.replace("Gender", "VisitID"),
            "column-twice",
            "heading",
        ),
        (row.replace("\"1\"", "\"\""), heading.clone(), "no-id", "VisitID"),
        (row.replace("\"2\"", "\"\""), heading.clone(), "no-subject", "ClientID"),
        (
            row[..row.len() - 1].to_owned(),
            heading.clone(),
            "quote-not-closed",
            "row",
        ),
        (format!("{row}\n{row}"), heading.clone(), "several-rows", "row"),
    ] {
        let refused = read(row.as_bytes(), &heading, feed).unwrap_err();
        assert_eq!(
            (refused.rejection.code, refused.rejection.place.as_str()),
            (code, place)
        );
    }
    for (column, cell, reason) in [
        ("NHSNumber", "9990000027", "not an NHS number"),
        ("DateOfBirth", "1945-05-04", "not a date written DD/MM/YYYY"),
        ("Gender", "banana", "not a word for a sex"),
        ("Attended", "perhaps", "does not say what this means for the status"),
        ("MinutesOfExercise", "half an hour", "not a number; it is shown as sent"),
        ("LastUpdated", "yesterday", "not a date"),
    ] {
        let mut cells = good.to_vec();
        cells.retain(|(other, _)| *other != column);
        cells.push((column, cell));
        let items = read_cells(feed, mapping, &cells).unwrap();
        let said = items.iter().flat_map(|item| &item.issues);
        assert!(
            said.into_iter()
                .any(|issue| issue.place == column && issue.reason.contains(reason)),
            "{column}"
        );
    }
    let mut bytes = row.replace("\"2\"", "\"Zo@\"").into_bytes();
    let at = bytes.iter().position(|byte| *byte == b'@').unwrap();
    bytes[at] = 0xeb;
    let items = read(&bytes, &heading, feed).unwrap();
    assert_eq!(items[0].subject, Subject::Local("Zoë".to_owned()));
    assert!(
        items[0]
            .issues
            .iter()
            .any(|issue| issue.reason.contains("Windows-1252"))
    );
}

#[test]
fn a_date_of_death_is_a_report_of_death_even_when_unreadable() {
    let system = dorset();
    let (feed, mapping) = mapped(&system)
        .into_iter()
        .find(|(feed, _)| feed.name == "ambulance-incidents")
        .unwrap();
    let own = [
        ("IncidentNumber", "1"),
        ("PatientNumber", "1"),
        ("PatientReference", "2"),
        ("LastUpdated", "2026-01-01"),
    ];
    for (cell, lines_expected) in [("2026-01-01", 1), ("01-Jan-26", 1), ("N/A", 0), ("", 0)] {
        let mut cells = own.to_vec();
        cells.push(("DateOfDeath", cell));
        let items = read_cells(feed, mapping, &cells).unwrap();
        let dead = items[0]
            .entries
            .iter()
            .filter(|entry| entry.kind == record::Kind::Death)
            .count();
        assert_eq!(dead, lines_expected, "{cell}");
        let said = items[0].person.as_deref().unwrap().death;
        assert_eq!(said != Death::Unsaid, lines_expected == 1);
    }
}
