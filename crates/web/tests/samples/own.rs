//! The pages on which people read their own record, and what they reported.

use super::record::{banner, record};
use super::{PERSON, Sample, add, render};
use web::person::own::view::*;
use web::person::view::{Disagreement, Statement};
use web::site::reported::{ReportedPage, Told as Report};
use web::site::view::{Door, Frame};

pub fn add_to(samples: &mut Vec<Sample>) {
    let at = |last: char| format!("/people/{}", last.to_string().repeat(32));
    add(samples, &at('2'), "The record", |frame| {
        render(own(at_home(frame), true))
    });
    add(samples, &at('3'), "The record", |frame| {
        render(own(at_home(frame), false))
    });
    add(samples, &at('4'), "The record", |frame| render(bare(at_home(frame))));
    add(samples, &at('5'), "Everything on the record", |frame| {
        render(everything(at_home(frame)))
    });
    add(samples, "/wrong?mine", "What you told us", |frame| {
        render(reported(at_home(frame)))
    });
    add(samples, "/wrong?none", "What you told us", |frame| {
        render(ReportedPage {
            frame: at_home(frame),
            reports: Vec::new(),
        })
    });
}

/// The frame of somebody who is no member of staff.
fn at_home(frame: Frame) -> Frame {
    let door = |name: &str, path: String| Door {
        name: name.into(),
        path,
        here: name == "The record",
    };
    Frame {
        doors: vec![
            door("The record", "/".into()),
            door("Who has looked", format!("{PERSON}/looked")),
            door("Who may see it", format!("{PERSON}/sharing")),
        ],
        ..frame
    }
}

fn told(what: &str, value: &str, means: &str, written: &str) -> Told {
    Told {
        path: format!("{PERSON}/entries/2"),
        what: what.into(),
        written: written.into(),
        value: value.into(),
        means: means.into(),
        minds: Vec::new(),
        said: "The Invented Practice, 11 April 2026".into(),
    }
}

fn some(lines: Vec<Told>) -> SomeOf {
    SomeOf {
        lines,
        more: 3,
        path: format!("{PERSON}?kind=4&years=all#timeline"),
    }
}

fn said(words: &str, path: &str) -> Statement {
    Statement {
        words: words.into(),
        sender: "The Invented Practice".into(),
        date: "3 Feb 2026".into(),
        original: String::new(),
        path: path.into(),
    }
}

fn bare(frame: Frame) -> OwnPage {
    OwnPage {
        next: Vec::new(),
        waiting: Vec::new(),
        allergies: Vec::new(),
        medicines: SomeOf::default(),
        conditions: SomeOf::default(),
        tests: SomeOf::default(),
        plans: Vec::new(),
        needs: Vec::new(),
        people: Vec::new(),
        documents: Vec::new(),
        differences: Vec::new(),
        silent: Vec::new(),
        reports: Reports::default(),
        ask: Ask {
            whom: "your GP practice".into(),
            telephone: String::new(),
        },
        banner: super::record::died(),
        ..own(frame, true)
    }
}

fn own(frame: Frame, own: bool) -> OwnPage {
    let entry = format!("{PERSON}/entries/2");
    let high = Told {
        minds: vec!["Whoever measured it marked it as high.".into()],
        ..told(
            "Blood sugar over time (HbA1c)",
            "58 mmol/mol",
            "How much sugar was in the blood over the last two to three months.",
            "Haemoglobin A1c level",
        )
    };
    OwnPage {
        frame,
        banner: banner(),
        whose: Whose {
            own,
            name: "Dot".into(),
        },
        ask: Ask {
            whom: "The Invented Practice".into(),
            telephone: "01632 960201".into(),
        },
        known_at: "12 April 2026, 09:41".into(),
        next: vec![told("Diabetes review", "12 May 2026, 10:20", "", "")],
        waiting: vec![told("Cataract clinic", "", "", "")],
        allergies: vec![told("Allergy to penicillin", "", "Reaction: a rash", "")],
        allergies_differ: true,
        medicines: some(vec![told("Amlodipine 5 mg tablets", "one a day", "", "")]),
        conditions: some(vec![told("High blood pressure", "", "", "Hypertensive disorder")]),
        tests: some(vec![
            told(
                "Blood pressure",
                "148/82 mmHg",
                "How hard the blood pushes as it goes round.",
                "",
            ),
            high,
        ]),
        plans: vec![said("Contingency plan: daughter has a key", &entry)],
        needs: vec![said("Reads best as: large print", &entry)],
        people: vec![said("Daughter: Anne, carer", "")],
        documents: record(Frame::default()).documents.lines,
        differences: vec![Disagreement {
            about: "Penicillin: allergy against none known".into(),
            sides: vec![said("Allergy to penicillin", &entry), said("No known allergy", &entry)],
        }],
        silent: vec!["Made-up Council".into()],
        reports: Reports { all: 2, answered: 1 },
    }
}

fn everything(frame: Frame) -> OwnAllPage {
    let page = own(frame, true);
    OwnAllPage {
        timeline: record(Frame::default()).timeline,
        frame: page.frame,
        banner: page.banner,
        whose: page.whose,
        ask: page.ask,
    }
}

fn reported(frame: Frame) -> ReportedPage {
    let one = |reference: &str, state: &'static str, meaning: &str, answer: &str| Report {
        reference: reference.into(),
        kind: "Wrong fact: the record says something that is not so".into(),
        said: "I never had a left hip done".into(),
        when: "11 April 2026, 18:02".into(),
        about: PERSON.into(),
        state,
        meaning: meaning.into(),
        answer: answer.into(),
    };
    ReportedPage {
        frame,
        reports: vec![
            one("34", "Waiting", "Nobody has begun to look at it yet.", ""),
            one("32", "Being looked at", "Somebody is looking at it now.", ""),
            one(
                "31",
                "Answered",
                "Answered on 12 April 2026, 09:40.",
                "The hospital took it off.",
            ),
        ],
    }
}
