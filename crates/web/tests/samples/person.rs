//! The pages about a person.

use super::record::{banner, bare, died, line, list, record, said};
use super::{PERSON, Sample, add, render};
use web::person::view::*;
use web::site::as_sent::AsSent;
use web::site::form::Problem;
use web::site::view::{Frame, Step};

const OBSERVATION: &str = r#"{"resourceType":"Observation","id":"bp-8841","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"coding":[{"system":"http://snomed.info/sct","code":"75367002","display":"Blood pressure"}],"text":"BP <b>bold</b>"},"subject":{"reference":"Patient/p-77"},"effectiveDateTime":"2026-04-10T09:12:00+01:00","component":[{"code":{"text":"Systolic"},"valueQuantity":{"value":148.0,"unit":"mm[Hg]"}},{"code":{"text":"Diastolic"},"valueQuantity":{"value":82,"unit":"mmm[Hg]"}}]}"#;

pub fn add_to(samples: &mut Vec<Sample>) {
    add(samples, "/people", "Find a person", |frame| {
        render(find(frame, "", Found::NotAsked))
    });
    add(samples, "/people?found", "Find a person", |frame| {
        render(find(frame, "4 5 1945 ham", twins()))
    });
    add(samples, "/people?nobody", "Find a person", |frame| {
        render(find(frame, "4 5 1945 ham", Found::Nobody))
    });
    add(samples, "/people?problem", "Error: Find a person", |frame| {
        let words = "A name alone is not enough. Add a birth date, or a postcode";
        let problems = vec![Problem::new("asked", words)];
        render(FindPage {
            problems,
            ..find(frame, "hammond", Found::NotAsked)
        })
    });
    add(samples, "/people?refused", "Find a person", |frame| {
        let found = Found::Refused {
            why: "Your role does not allow you to search for people".into(),
            next: vec![
                step("Ask your team's lead to give you the role", ""),
                step(
                    "Care for someone in an emergency: open with a reason, which is checked afterwards",
                    "/people/emergency",
                ),
                step("See whom to ask", "/contact"),
            ],
        };
        render(find(frame, "4 5 1945 ham", found))
    });
    add(samples, PERSON, "The record", |frame| render(record(frame)));
    add(
        samples,
        "/people/00000000000000000000000000000000",
        "The record",
        |frame| render(bare(frame)),
    );
    add(
        samples,
        "/people/11111111111111111111111111111111",
        "The record",
        |frame| {
            render(RecordPage {
                banner: died(),
                ..record(frame)
            })
        },
    );
    super::own::add_to(samples);
    add(samples, &format!("{PERSON}/entries/2"), "One entry", |frame| {
        render(entry(frame))
    });
    add(samples, &format!("{PERSON}/summary"), "Summary for downtime", |frame| {
        render(summary(frame))
    });
}

fn step(words: &str, path: &str) -> Step {
    Step {
        words: words.into(),
        path: path.into(),
    }
}

fn find(frame: Frame, asked: &str, found: Found) -> FindPage {
    FindPage {
        frame,
        asked: asked.into(),
        understood: vec!["born 4 May 1945".into(), "a name beginning “ham”".into()],
        problems: Vec::new(),
        found,
    }
}

fn twins() -> Found {
    let one = |given: &str, known: &str, number: &str, address: &str, practice: &str, mind: &str| Candidate {
        banner: Banner {
            given: given.into(),
            known_as: known.into(),
            nhs_number: number.into(),
            practice: practice.into(),
            ..banner()
        },
        address: address.into(),
        known: "4 senders".into(),
        mind: mind.into(),
    };
    let twin = "Twin: same surname and birth date as another here";
    let mut people = vec![
        one(
            "Doreen",
            "Dot",
            "999 012 3454",
            "2 Heath Cottages, Bournemouth, BH8 8AA",
            "The Invented Practice",
            twin,
        ),
        one(
            "Maureen",
            "",
            "999 012 3462",
            "14 Quay Road, Poole, BH15 1AA",
            "Harbour Made-up Surgery",
            twin,
        ),
        one(
            "Albert",
            "Bert",
            "999 012 3470",
            "2 Heath Cottages, Bournemouth, BH8 8AA",
            "",
            "",
        ),
    ];
    people[2].banner.sex = "male".into();
    people[2].banner.deaths = died().deaths;
    Found::People { people, more: true }
}

fn entry(frame: Frame) -> EntryPage {
    let fact = |label: &str, words: &str| Fact {
        label: label.into(),
        words: words.into(),
    };
    let mut line = line(
        "Result",
        "Blood pressure",
        "148/82 mmHg",
        "10 April 2026, 09:12",
        &["The Invented Practice"],
    );
    line.marks.push("incomplete".into());
    EntryPage {
        frame,
        banner: banner(),
        line,
        facts: vec![
            fact("Sender", "The Invented Practice (feed gp-fhir)"),
            fact("Written by", "Sam Imaginary, practice nurse"),
            fact("Where", "not said by the sender"),
            fact("Code", "Blood pressure\n75367002, SNOMED CT"),
            fact("Sender's words", "BP <b>bold</b>"),
            fact("Value as sent", "148.0 mm[Hg]; 82 mmm[Hg]"),
            fact("Happened", "10 April 2026, 09:12"),
            fact("Recorded", "10 April 2026"),
            fact("Received", "10 April 2026, 09:14"),
            fact("Status", "final"),
            fact("Certainty", "not said by the sender"),
        ],
        removal: vec!["Nia Okafor asked for it to be removed by law on 12 April 2026, 09:45: it is about another person. It waits for a privacy officer to confirm it, and stands until then.".into()],
        unread: vec![Unread {
            place: "component[1].valueQuantity.unit".into(),
            reason: "The unit “mmm[Hg]” is not one we know: shown as sent, not trended".into(),
        }],
        same: vec![said("Blood pressure 148/82", "Invented Hospital", "10 Apr 2026", 9)],
        versions: vec![
            Version {
                number: 2,
                said: "10 April 2026, 09:13".into(),
                received: "10 April 2026, 09:14".into(),
                change: "Value changed from 184/82 to 148/82".into(),
                shown: true,
                path: String::new(),
            },
            Version {
                number: 1,
                said: "10 April 2026, 09:12".into(),
                received: "10 April 2026, 09:12".into(),
                change: "First told".into(),
                shown: false,
                path: format!("{PERSON}/entries/2/versions/1"),
            },
        ],
        document: String::new(),
        why_not_sent: String::new(),
        version: String::new(),
        as_sent: Some(AsSent::lay_out(
            "FHIR R4, JSON",
            OBSERVATION.as_bytes(),
            "component[1].valueQuantity.unit",
            &format!("{PERSON}/entries/2/as-sent"),
        )),
    }
}

fn summary(frame: Frame) -> SummaryPage {
    let page = record(frame);
    SummaryPage {
        frame: page.frame,
        banner: page.banner,
        printed_by: "Nia Okafor, out-of-hours nurse".into(),
        printed_at: "12 April 2026, 09:41".into(),
        audit: "audit row 88123".into(),
        freshness: page.freshness,
        safety: page.safety,
        disagreements: page.disagreements,
        held: page.held,
        problems: page.problems,
        medicines: page.medicines,
        results: page.results,
        recent: list(page.timeline.lines, 143),
        people: page.people,
        silent: page.silent,
    }
}
