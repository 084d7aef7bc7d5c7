//! The pages about identity, with sample values.

use super::{Sample, add, render};
use care::person::matching::{Awkward, Band, BandSaid, Bars, By, Estimate, Group, Likeness, Quality};
use web::identity::present;
use web::identity::view::*;
use web::site::form::Problem;
use web::site::view::{Choice, Frame};

pub fn pages(samples: &mut Vec<Sample>) {
    add(samples, "/identity", "Identity", |frame| {
        render(queue(frame, true, Vec::new()))
    });
    add(samples, "/identity?empty", "Identity", |frame| {
        render(queue(frame, false, Vec::new()))
    });
    add(samples, "/identity?problem", "Error: Identity", |frame| {
        render(queue(frame, true, vec![Problem::new("why", "Say why")]))
    });
    add(samples, "/identity/check", "Check the matching", |frame| {
        render(check(frame, true))
    });
    add(samples, "/identity/check?empty", "Check the matching", |frame| {
        render(check(frame, false))
    });
    add(samples, "/identity/decisions", "What was decided", |frame| {
        render(decisions(frame))
    });
    add(samples, "/identity/people/4e1b", "Part a person", |frame| {
        render(person(frame))
    });
    add(samples, "/identity/quality", "How good the matching is", |frame| {
        render(quality(frame))
    });
}

fn reasons() -> Vec<Choice> {
    [
        "What the two records say, as shown on this page",
        "Twins, or brothers and sisters",
    ]
    .map(|words| Choice {
        value: words.into(),
        words: words.into(),
        chosen: words.starts_with("What"),
    })
    .to_vec()
}

fn check(frame: Frame, any: bool) -> CheckPage {
    CheckPage {
        frame,
        answered: "17".into(),
        drawn: if any { "214".into() } else { "0".into() },
        done: if any {
            "Kept: what stands is right.".into()
        } else {
            String::new()
        },
        undo: String::new(),
        pair: any.then(pair),
        reasons: reasons(),
        problems: Vec::new(),
    }
}

fn pair() -> PairView {
    let line = |about: &str, left: &str, right: &str, verdict, class| Compared {
        about: about.into(),
        left: left.into(),
        right: right.into(),
        verdict,
        class,
    };
    let side = |sender: &str, company: &str| SideView {
        sender: sender.into(),
        path: "/people/4e1b".into(),
        company: company.into(),
    };
    let parts = [
        ("Before any evidence", -19.9),
        ("Same given name", 8.1),
        ("Same rare surname", 14.8),
        ("Birth date with day and month the other way round", 6.3),
        ("Same sex", 1.0),
        ("Another home", -2.7),
    ];
    let mut sum = 0.0;
    let steps = parts.map(|(words, adds): (&str, f32)| {
        sum += adds;
        Step {
            words: words.into(),
            adds: format!("{adds:+.1}"),
            sum: format!("{sum:+.1}"),
        }
    });
    let bars: Vec<(String, f32)> = parts.map(|(words, adds)| (words.to_owned(), adds)).to_vec();
    PairView {
        together: false,
        path: "/identity/pairs/12/908".into(),
        skip: "/identity?after=7600,12,908".into(),
        left: side("Blackmore Vale Surgery", "With 3 other records of its person"),
        right: side("Age Concern Dorset (invented)", "The only record of its person"),
        compared: vec![
            line("Given name", "Margaret", "Margaret", "same", "is-same"),
            line("Surname", "Loveless", "LOVELESS", "same", "is-same"),
            line("Birth date", "2 December 1944", "12 February 1944", "differs", "is-differs"),
            line("Sex", "female", "female", "same", "is-same"),
            line("Postcode", "DT11 7ZZ", "BH8 8ZZ", "differs", "is-differs"),
            line("Address", "7 Quay Lane", "The Old Telephone Exchange, 12 Rectory Gardens", "differs", "is-differs"),
            line("NHS number", "999 000 0026", "not said", "not known", "is-unknown"),
            line("Telephone", "not said", "01632 960111", "not known", "is-unknown"),
        ],
        waits: "The birth dates are alike and not the same, and no NHS number agrees: two people of one name may be born so."
            .into(),
        sentence: "For one person: same rare surname, same given name, birth date with day and month the other way round; \
                   against: another home; not known in one of them: NHS number, telephone. Weighed against two strangers."
            .into(),
        chance: "9,947 in 10,000".into(),
        steps: steps.to_vec(),
        picture: present::waterfall(&bars),
    }
}

fn queue(frame: Frame, any: bool, problems: Vec<Problem>) -> QueuePage {
    QueuePage {
        frame,
        known_at: "22 November 2026, 09:41".into(),
        to_review: if any { "12".into() } else { "0".into() },
        unasked: if any {
            "7 pairs weigh less, and nobody is asked about them".into()
        } else {
            String::new()
        },
        waiting: if any {
            "1,204 records wait to be compared.".into()
        } else {
            String::new()
        },
        done: if any {
            "They are kept apart, and will not be asked about again.".into()
        } else {
            String::new()
        },
        undo: "/identity/decisions/41/undo".into(),
        pair: any.then(pair),
        reasons: reasons(),
        problems,
    }
}

fn decisions(frame: Frame) -> DecisionsPage {
    let row = |what: &str, undone: &str| DecidedRow {
        what: what.into(),
        by: "Sam Tolpuddle, 22 November 2026, 09:40".into(),
        why: "Twins, or brothers and sisters".into(),
        people: vec!["/people/4e1b".into(), "/people/77aa".into()],
        undo: if undone.is_empty() {
            "/identity/decisions/41/undo".into()
        } else {
            String::new()
        },
        undone: undone.into(),
    };
    DecisionsPage {
        frame,
        known_at: "22 November 2026, 09:41".into(),
        rows: vec![
            row("Two records are two people", ""),
            row("Two records are one person", "22 November 2026, 09:39"),
        ],
    }
}

fn person(frame: Frame) -> PersonPage {
    let row = |number, sender: &str| RecordRow {
        number,
        sender: sender.into(),
        says: "Margaret Loveless, female, born 2 December 1944, 999 000 0026, DT11 7ZZ".into(),
    };
    PersonPage {
        frame,
        record: "/people/4e1b".into(),
        path: "/identity/people/4e1b".into(),
        rows: vec![row(12, "Blackmore Vale Surgery"), row(44, "Dorset County Hospital")],
        problems: vec![Problem::new("leave", "Choose the records that are somebody else's")],
    }
}

fn quality(frame: Frame) -> QualityPage {
    let weights: Vec<(i64, i64, i64)> = (5..30)
        .map(|bits| (bits, if bits > 10 { bits * bits * 9 } else { 0 }, (30 - bits) * 3))
        .collect();
    let band = |joined, step, pairs, one_person| BandSaid {
        band: Band { joined, step },
        pairs,
        answered: 40,
        one_person,
    };
    let group = |records, without_number, linked, waiting| Group {
        records,
        without_number,
        linked,
        waiting,
    };
    let said = |answered, wrongly_joined, missed| Awkward {
        answered,
        wrongly_joined,
        missed,
    };
    let found = Quality {
        counted: None,
        weights,
        bands: vec![
            band(false, 0, 1_204, 3),
            band(false, 1, 410, 17),
            band(true, 3, 30_518, 40),
            band(true, 5, 401_770, 40),
        ],
        precision: Some(Estimate {
            share: 0.9998,
            low: 0.9981,
            high: 1.0,
        }),
        recall: None,
        precision_below: None,
        awkward: Likeness::ALL.map(|likeness| (likeness, said(12, 0, 3))).to_vec(),
        bars: Bars::default(),
        groups: vec![
            (By::Sender, "J81001".into(), group(12_400, 310, 9_800, 41)),
            (By::Age, "0 to 17".into(), group(8_800, 1_210, 5_100, 97)),
            (By::Age, "80 and over".into(), group(9_400, 90, 9_020, 12)),
            (By::Ethnicity, "White".into(), group(14_000, 700, 11_000, 80)),
            (By::Ethnicity, "Mixed or multiple".into(), group(4, 0, 2, 1)),
        ],
        shared_numbers: 7,
    };
    QualityPage {
        frame,
        known_at: "22 November 2026, 09:41".into(),
        bars: present::bars(&found.bars),
        counted: "22 November 2026, 09:02".into(),
        precision: present::estimate(found.precision),
        recall: present::estimate(found.recall),
        precision_below: present::estimate(found.precision_below),
        answers: present::answers(&found),
        awkward: present::awkward(&found),
        bands: present::bands(&found),
        picture: present::distribution(&found),
        groups: present::groups(&found, |_| "Blackmore Vale Surgery".into()),
        shared_numbers: "7".into(),
        models: vec![
            ModelView {
                number: 1,
                words: "Model 1, learnt 22 November 2026 by Sam Tolpuddle: a year of records".into(),
                in_force: false,
            },
            ModelView {
                number: 0,
                words: "The one that the program holds".into(),
                in_force: true,
            },
        ],
        problems: Vec::new(),
    }
}
