//! The record and its parts.

use super::PERSON;
use web::person::spark::{Point, draw};
use web::person::view::*;
use web::site::view::{Choice, Frame, Paging, Step};

pub fn banner() -> Banner {
    Banner {
        path: PERSON.into(),
        surname: "Hammond".into(),
        given: "Doreen Mary".into(),
        known_as: "Dot".into(),
        age: "81 years".into(),
        born: "4 May 1945".into(),
        nhs_number: "999 012 3454".into(),
        nhs_number_note: String::new(),
        sex: "female".into(),
        practice: "The Invented Practice".into(),
        deaths: Vec::new(),
        death_conflicts: Vec::new(),
        flags: vec![
            said("Large print; speak slowly", "The Invented Practice", "3 Feb 2026", 41),
            said(
                "Carer: daughter, June, 07700 900123",
                "Dorset Council",
                "9 Jan 2026",
                42,
            ),
        ],
        emergency: String::new(),
        sealed: false,
        own_only: String::new(),
        may_declare: false,
        more: vec![Step {
            words: "Sharing".into(),
            path: format!("{PERSON}/sharing"),
        }],
    }
}

pub fn died() -> Banner {
    Banner {
        age: "80 years at death".into(),
        deaths: vec![said("Died 2 March 2026 at home", "Ambulance service", "2 Mar 2026", 61)],
        death_conflicts: vec![said(
            "Attended clinic, 5 March 2026",
            "Invented Hospital",
            "5 Mar 2026",
            62,
        )],
        ..banner()
    }
}

pub fn said(words: &str, sender: &str, date: &str, entry: u32) -> Statement {
    Statement {
        words: words.into(),
        sender: sender.into(),
        date: date.into(),
        original: String::new(),
        path: format!("{PERSON}/entries/{entry}"),
    }
}

pub fn line(kind: &str, what: &str, value: &str, date: &str, senders: &[&str]) -> Line {
    Line {
        path: format!("{PERSON}/entries/2"),
        kind: kind.into(),
        what: what.into(),
        value: value.into(),
        note: String::new(),
        date: date.into(),
        senders: senders.iter().map(|sender| (*sender).to_owned()).collect(),
        status: String::new(),
        marks: Vec::new(),
    }
}

pub fn list<T>(lines: Vec<T>, total: u64) -> List<T> {
    List {
        lines,
        total,
        path: format!("{PERSON}?years=all"),
    }
}

pub fn freshness() -> Freshness {
    let feed = |name: &str, words: &str, late| FeedAge {
        name: name.into(),
        words: words.into(),
        late,
    };
    Freshness {
        known_at: "09:41, 12 April 2026".into(),
        feeds: vec![
            feed("GP", "6 minutes ago", false),
            feed("Hospital", "2 minutes ago", false),
            feed("Community", "40 minutes ago", false),
            feed("Ambulance", "3 hours late", true),
            feed("Council", "yesterday", false),
            feed("Charity", "4 days ago", false),
        ],
    }
}

fn safety() -> Safety {
    let vital = |warns, said: Vec<Statement>| Vital {
        label: "",
        warns,
        said,
        disagreement: String::new(),
    };
    Safety {
        allergies: Vital {
            disagreement: "allergy against none known".into(),
            ..vital(
                true,
                vec![
                    said("Penicillin: rash, severe", "The Invented Practice", "2011", 2),
                    said("No known allergies", "Invented Hospital", "11 Apr 2026", 3),
                ],
            )
        },
        resuscitation: vital(
            true,
            vec![Statement {
                original: "blue folder in the hall".into(),
                ..said(
                    "Not for attempted resuscitation (ReSPECT)",
                    "Invented Hospice",
                    "3 Feb 2026",
                    4,
                )
            }],
        ),
        contingency: vital(
            false,
            vec![said(
                "If June is ill: night sitter, ring 01632 960222",
                "Dorset Council",
                "9 Jan 2026",
                5,
            )],
        ),
        sex: vital(false, vec![said("Female", "4 senders", "agree", 6)]),
        ..Safety::default()
    }
}

fn results() -> List<ResultLine> {
    let course = |values: &[f64]| -> Vec<Point> {
        (0i32..)
            .zip(values)
            .map(|(at, value)| Point {
                day: at * 60,
                date: format!(
                    "{} {}",
                    ["3 March", "10 April"][usize::from(at > 0)],
                    2025 + i32::from(at > 0)
                ),
                value: *value,
                as_sent: value.to_string(),
            })
            .collect()
    };
    let one = |what: &str, value: &str, unit: &str, values: &[f64], senders: &[&str]| ResultLine {
        line: line("Result", what, value, "10 Apr 2026", senders),
        spark: draw(what, unit, &course(values)),
    };
    let mut bp = one(
        "Blood pressure",
        "148/82 mmHg",
        "mmHg",
        &[150.0, 162.0, 158.0, 141.0, 148.0],
        &["The Invented Practice"],
    );
    bp.line.marks.push("incomplete".into());
    let mut potassium = one("Potassium", "8.9", "", &[], &["Invented Hospital"]);
    potassium.line.marks.push("check: no unit".into());
    list(
        vec![
            bp,
            one(
                "eGFR",
                "48 mL/min/1.73m²",
                "mL/min",
                &[61.0, 58.0, 55.0, 50.0, 48.0],
                &["Invented Hospital", "GP"],
            ),
            potassium,
            one(
                "Weight",
                "52.5 kg",
                "kg",
                &[58.0, 57.0, 55.5, 52.5],
                &["Community nursing"],
            ),
        ],
        37,
    )
}

fn timeline() -> Timeline {
    let gp = "The Invented Practice";
    let mut lines = vec![
        line(
            "Contact",
            "Fall at home, not conveyed",
            "",
            "11 Apr 2026",
            &["Ambulance service"],
        ),
        line(
            "Contact",
            "Emergency department attendance",
            "",
            "11 Apr 2026",
            &["Invented Hospital"],
        ),
        line("Result", "Blood pressure", "148/82 mmHg", "10 Apr 2026", &[gp]),
        line(
            "Problem",
            "Recurrent falls",
            "",
            "2 Apr 2026",
            &[gp, "Invented Hospital"],
        ),
        line("Appointment", "Falls clinic", "", "30 Mar 2026", &["Community nursing"]),
        line(
            "Referral",
            "Exercise class for strength and balance",
            "",
            "21 Mar 2026",
            &["Community nursing"],
        ),
        line(
            "Contact",
            "Safe and Well visit: smoke alarm fitted",
            "",
            "14 Mar 2026",
            &["Fire service"],
        ),
        line(
            "Care plan",
            "Care at home, mornings",
            "4 visits a week",
            "1 Mar 2026",
            &["Dorset Council"],
        ),
        line("Contact", "Befriending call", "", "27 Feb 2026", &["Made-up Charity"]),
        line(
            "Medicine",
            "Apixaban 2.5 mg tablets",
            "1 twice a day",
            "20 Feb 2026",
            &[gp],
        ),
        line("Vaccination", "Influenza", "", "3 Oct 2025", &["Made-up Pharmacy", gp]),
    ];
    lines[2].marks.push("incomplete".into());
    lines[4].status = "did not attend".into();
    Timeline {
        kinds: Choice::list(
            [
                ("", "All kinds"),
                ("4", "Results"),
                ("2", "Medicines"),
                ("6", "Contacts"),
            ],
            "",
        ),
        senders: Choice::list([("", "All senders"), ("J81012", gp), ("RBD", "Invented Hospital")], ""),
        years: Choice::list(
            [
                ("1", "1 year"),
                ("2", "2 years"),
                ("5", "5 years"),
                ("all", "All years"),
            ],
            "2",
        ),
        filtered: false,
        all: format!("{PERSON}?years=all"),
        lines,
        paging: Paging {
            total: 143,
            first: 1,
            last: 11,
            previous: None,
            next: Some(format!("{PERSON}?page=2")),
        },
    }
}

fn problems() -> List<Line> {
    let mut lines = vec![
        line(
            "Problem",
            "Recurrent falls",
            "",
            "Apr 2026",
            &["The Invented Practice", "Invented Hospital"],
        ),
        line("Problem", "Atrial fibrillation", "", "2019", &["The Invented Practice"]),
        line(
            "Problem",
            "Chronic kidney disease stage 3",
            "",
            "2021",
            &["The Invented Practice"],
        ),
        line("Problem", "Heart failure", "", "Feb 2026", &["Invented Hospital"]),
        line(
            "Problem",
            "Osteoarthritis of hip",
            "",
            "2008",
            &["The Invented Practice"],
        ),
    ];
    lines[3].marks.push("suspected".into());
    list(lines, 9)
}

fn medicines() -> List<Line> {
    let mut lines = vec![
        line(
            "Medicine",
            "Apixaban 2.5 mg tablets",
            "1 twice a day",
            "20 Feb 2026",
            &["The Invented Practice"],
        ),
        line(
            "Medicine",
            "Bisoprolol 2.5 mg tablets",
            "1 a day",
            "4 Jan 2026",
            &["The Invented Practice"],
        ),
        line(
            "Medicine",
            "Furosemide 40 mg tablets",
            "1 each morning",
            "11 Apr 2026",
            &["Invented Hospital"],
        ),
    ];
    lines[2].status = "stopped by GP 2 Apr".into();
    list(lines, 6)
}

fn held() -> Vec<Held> {
    vec![Held {
        what: "Allergy".into(),
        sender: "Community nursing".into(),
        when: "today 08:55".into(),
        reason: "the substance has no code and no words".into(),
        clock: "Owned by the data team, due 09:55".into(),
        path: "/feeds/quarantine/4411".into(),
    }]
}

fn disagreements() -> Vec<Disagreement> {
    vec![
        Disagreement {
            about: "Allergies: penicillin against none known".into(),
            sides: vec![
                said("Penicillin: rash", "The Invented Practice", "2011", 2),
                said("No known allergies", "Invented Hospital", "11 Apr 2026", 3),
            ],
        },
        Disagreement {
            about: "Furosemide: active against stopped".into(),
            sides: vec![
                said("40 mg, active", "Invented Hospital", "11 Apr 2026", 7),
                said("stopped", "The Invented Practice", "2 Apr 2026", 8),
            ],
        },
    ]
}

fn silent() -> Vec<Silent> {
    let one = |sender: &str, since: &str| Silent {
        sender: sender.into(),
        since: since.into(),
    };
    vec![
        one("Dorset Council (children)", ""),
        one("Mental health trust", "3 March 2024"),
    ]
}

fn people() -> Vec<Statement> {
    vec![
        said(
            "June Hammond, daughter, carer: 07700 900123",
            "Dorset Council",
            "9 Jan 2026",
            42,
        ),
        said(
            "District nurses, Heath team: 01632 960333",
            "Community nursing",
            "1 Apr 2026",
            43,
        ),
    ]
}

fn documents() -> List<Line> {
    let mut lines = vec![
        line(
            "Document",
            "Discharge summary",
            "",
            "11 Apr 2026",
            &["Invented Hospital"],
        ),
        line(
            "Document",
            "ReSPECT form (scan)",
            "",
            "3 Feb 2026",
            &["Invented Hospice"],
        ),
        line(
            "Document",
            "Clinic letter: falls",
            "",
            "30 Mar 2026",
            &["Invented Hospital"],
        ),
    ];
    lines[0].status = "not yet final".into();
    list(lines, 12)
}

pub fn record(frame: Frame) -> RecordPage {
    RecordPage {
        frame,
        banner: banner(),
        freshness: freshness(),
        held: held(),
        disagreements: disagreements(),
        safety: safety(),
        problems: problems(),
        medicines: medicines(),
        results: results(),
        documents: documents(),
        timeline: timeline(),
        silent: silent(),
        perhaps: vec![Perhaps {
            sender: "Made-up Charity".into(),
            why: "Same name and postcode; no NHS number and no birth date there.".into(),
            path: "/people/22222222222222222222222222222222".into(),
        }],
        people: people(),
    }
}

/// Somebody of whom almost nothing is known.
pub fn bare(frame: Frame) -> RecordPage {
    RecordPage {
        frame,
        banner: Banner {
            path: "/people/00000000000000000000000000000000".into(),
            surname: "Hammond-Featherstonehaugh".into(),
            given: "Baby".into(),
            age: "3 months".into(),
            born: "9 January 2026".into(),
            sex: "sex not known".into(),
            ..Banner::default()
        },
        freshness: freshness(),
        held: Vec::new(),
        disagreements: Vec::new(),
        safety: Safety::default(),
        problems: List::default(),
        medicines: List::default(),
        results: List::default(),
        documents: List::default(),
        timeline: Timeline {
            filtered: true,
            lines: Vec::new(),
            paging: Paging::default(),
            ..timeline()
        },
        silent: silent(),
        perhaps: Vec::new(),
        people: Vec::new(),
    }
}
