//! The pages about feeds, access and the site itself.

use super::record::banner;
use super::{PERSON, Sample, add, render};
use web::access::view::*;
use web::feeds::form::Sort;
use web::feeds::view::*;
use web::site::as_sent::AsSent;
use web::site::form::Problem;
use web::site::invented::{self, Figure, InventedPage};
use web::site::statements::*;
use web::site::view::*;
use web::site::wrong::Wrong;

const EMAIL: &str = "records@example.org";
const MESSAGE: &str = "MSH|^~\\&|EPR|RBD|CHESIL|QVV|20260412085501||ADT^A01|00412|P|2.4\rPID|1||77412^^^RBD^MR~9990123454^^^NHS^NH||Hammond^Doreen^Mary||19450231|F|||2 Heath Cottages^^Bournemouth^^BH8 8AA\rPV1|1|I|W12^B3^2\rAL1|1|DA|^\r";

pub fn add_to(samples: &mut Vec<Sample>) {
    add(samples, "/sign-in", "Sign in", |frame| render(sign_in(frame)));
    add(samples, &format!("{PERSON}/looked"), "Who has looked", |frame| {
        render(looked(frame))
    });
    add(samples, "/feeds", "Feeds", |frame| render(feeds(frame)));
    add(samples, "/feeds/quarantine", "Quarantine", |frame| {
        render(quarantine(frame, rows()))
    });
    add(samples, "/feeds/quarantine?empty", "Quarantine", |frame| {
        render(quarantine(frame, Vec::new()))
    });
    add(samples, "/feeds/quarantine/4411", "Quarantined item", |frame| {
        render(item(frame, Vec::new(), None))
    });
    add(
        samples,
        "/feeds/quarantine/4411?problem",
        "Error: Quarantined item",
        |frame| {
            render(item(
                frame,
                vec![Problem::new("reason", "Say why this item is not needed")],
                None,
            ))
        },
    );
    add(samples, "/feeds/quarantine/4412", "Quarantined item", |frame| {
        render(item(
            frame,
            Vec::new(),
            Some("taken on 12 April 2026, 10:02, after the birth date was mended".into()),
        ))
    });
    statements(samples);
    wrong(samples);
}

fn statements(samples: &mut Vec<Sample>) {
    add(samples, "/accessibility", "Accessibility statement", |frame| {
        render(AccessibilityPage {
            frame,
            email: EMAIL.into(),
        })
    });
    add(samples, "/privacy", "Privacy notice", |frame| {
        render(PrivacyPage {
            frame,
            controller: "the organisations that send, jointly".into(),
            senders: vec![
                "The Invented Practice".into(),
                "Invented Hospital".into(),
                "Made-up Charity".into(),
            ],
            email: EMAIL.into(),
        })
    });
    add(samples, "/held", "What is held, and by what right", |frame| {
        render(ByRightPage {
            frame,
            feeds: vec![FeedHeld {
                title: "The Invented Practice: practice record".into(),
                carries: "Problems, medicines, allergies, results".into(),
                controller: "The Invented Practice".into(),
                lawful_basis: "UK GDPR Article 6(1)(e) and 9(2)(h)".into(),
                retention: "10 years after death or leaving".into(),
            }],
            kept: vec![
                [
                    "Who is signed in",
                    "12 hours",
                    "Signed out by the program",
                    "UK GDPR Article 5(1)(e)",
                ]
                .map(str::to_owned),
            ],
        })
    });
    add(samples, "/figures", "How our figures are made", |frame| {
        render(FiguresPage { frame })
    });
    add(samples, "/invented", "How the invented people came out", |frame| {
        let figure = |name: &str, tuned, difference: f64, interval| Figure {
            group: if tuned { "People" } else { "Homes" }.into(),
            name: name.into(),
            unit: "%".into(),
            published: 16.05,
            came_out: Some(16.05 * (1.0 + difference)),
            interval,
            difference: Some(difference),
            within: difference.abs() <= 0.05,
            tuned,
            source: "NHS Digital, Quality and Outcomes Framework 2019-20, NHS Dorset CCG".into(),
        };
        let report = invented::Report {
            people: 20_004,
            seed: 1,
            as_of: "2026-11-01".into(),
            figures: vec![
                figure("Households with one adult", false, 0.32, 0.16),
                figure("Deaths, Dorset Council area", false, 0.004, 0.2),
                figure("Hypertension, recorded", true, 0.01, 0.08),
                figure("Epilepsy, 18 and over, recorded", true, 0.09, 2.0),
            ],
        };
        render(InventedPage::of(frame, Some(&report)))
    });
    add(samples, "/contact", "Contact", |frame| {
        render(ContactPage {
            frame,
            email: EMAIL.into(),
        })
    });
    add(samples, "/opened", "A link made for somebody else", |frame| {
        render(ErrorPage {
            frame,
            heading: "This link was made for somebody else".into(),
            happened:
                "You are signed in here as Nia Marlow, and the other system made this link for another user. The \
                       record that is open there was not opened here."
                    .into(),
            kept: "Nothing was opened, and nothing was changed.".into(),
            next: vec![
                Step {
                    words: "Sign out, sign in as the user you are in the other system, and open the record from there \
                            again"
                        .into(),
                    path: String::new(),
                },
                Step {
                    words: "Go to “Find a person”".into(),
                    path: "/people".into(),
                },
            ],
            reference: String::new(),
        })
    });
    add(samples, "/error", "Something went wrong", |frame| {
        render(ErrorPage {
            frame,
            heading: "This page could not be shown".into(),
            happened: "The store did not answer within five seconds.".into(),
            kept: "Nothing you sent is lost, and nothing was changed.".into(),
            next: vec![
                Step {
                    words: "Try again in a minute".into(),
                    path: PERSON.into(),
                },
                Step {
                    words: "If it goes on, call the duty number 01632 960555".into(),
                    path: String::new(),
                },
            ],
            reference: "E-20260412-0941-7".into(),
        })
    });
}

fn report(owner: &str, closed: Option<&str>) -> Report {
    Report {
        path: "/wrong/31".into(),
        reference: "31".into(),
        kind: Wrong::Person.words().into(),
        said: "The ambulance visit of 11 April was to her sister at the same address.".into(),
        about: format!("{PERSON}/entries/2"),
        by: "Nia Okafor, out-of-hours nurse".into(),
        when: "12 April 2026, 09:44".into(),
        owner: owner.into(),
        closed: closed.map(Into::into),
        late: owner.is_empty(),
    }
}

fn wrong(samples: &mut Vec<Sample>) {
    let kinds = || Choice::list(Wrong::ALL.map(|wrong| (wrong.value(), wrong.words())), "");
    add(samples, "/wrong/new", "Something is wrong", |frame| {
        let about = PERSON.into();
        render(WrongPage {
            frame,
            about,
            kinds: kinds(),
            said: String::new(),
            problems: Vec::new(),
        })
    });
    add(samples, "/wrong/new?problem", "Error: Something is wrong", |frame| {
        let problems = vec![
            Problem::new("wrong-person", "Choose what kind of thing is wrong"),
            Problem::new("said", "Say what is wrong, in a few words"),
        ];
        render(WrongPage {
            frame,
            about: PERSON.into(),
            kinds: kinds(),
            said: String::new(),
            problems,
        })
    });
    add(samples, "/wrong/sent", "Sent", |frame| {
        let owner = "unassigned: not for clinical use until a registered Clinical Safety Officer signs".into();
        render(WrongSentPage {
            frame,
            reference: "31".into(),
            owner,
            about: PERSON.into(),
        })
    });
    add(samples, "/wrong", "Reports", |frame| {
        render(WrongQueuePage {
            frame,
            owner: "unassigned".into(),
            states: Choice::list([("open", "Open"), ("closed", "Closed"), ("all", "All")], "open"),
            kinds: Choice::list(
                [("", "Anything"), ("person", "Wrong person"), ("fact", "Wrong fact")],
                "",
            ),
            reports: vec![
                report("", None),
                report("Data team", None),
                report("Data team", Some("split, 12 April 2026")),
            ],
            paging: Paging {
                total: 3,
                first: 1,
                last: 3,
                previous: None,
                next: None,
            },
        })
    });
    add(samples, "/wrong/31", "One report", |frame| {
        render(WrongReportPage {
            frame,
            report: report("", None),
            problems: Vec::new(),
        })
    });
}

fn sign_in(frame: Frame) -> SignInPage {
    let user = |id: &str, name: &str, role: &str, organisation: &str, can: &str| DemoUser {
        id: id.into(),
        name: name.into(),
        role: role.into(),
        organisation: organisation.into(),
        can: can.into(),
    };
    SignInPage {
        frame,
        users: vec![
            user(
                "nia",
                "Nia Okafor",
                "Out-of-hours nurse",
                "Invented Out of Hours",
                "Finds a person and reads their record",
            ),
            user(
                "tom",
                "Tom Imaginary",
                "GP",
                "The Invented Practice",
                "Finds a person and reads their record",
            ),
            user(
                "ines",
                "Ines Madeup",
                "Integration engineer",
                "Dorset data team",
                "Watches feeds, mends what could not be read",
            ),
            user(
                "ravi",
                "Ravi Fictional",
                "Volunteer",
                "Made-up Charity",
                "Sees little, and is told what is possible instead",
            ),
        ],
        onward: String::new(),
        typed: String::new(),
        provider: String::new(),
        problems: Vec::new(),
        reason: String::new(),
    }
}

fn looked(frame: Frame) -> LookedPage {
    let look = |when: &str, who: &str, role: &str, organisation: &str, what: &str| Look {
        when: when.into(),
        who: who.into(),
        role: role.into(),
        organisation: organisation.into(),
        what: what.into(),
        ground: "direct care".into(),
    };
    LookedPage {
        frame,
        own: false,
        mine: String::new(),
        banner: banner(),
        looks: vec![
            look(
                "12 April 2026, 09:45",
                "Nia Okafor",
                "nurse",
                "Invented Out of Hours",
                "who has looked",
            ),
            look(
                "12 April 2026, 09:41",
                "Nia Okafor",
                "nurse",
                "Invented Out of Hours",
                "the record",
            ),
            look(
                "12 April 2026, 09:41",
                "Nia Okafor",
                "nurse",
                "Invented Out of Hours",
                "listed in a search",
            ),
            look(
                "3 February 2026, 14:02",
                "Tom Imaginary",
                "GP",
                "The Invented Practice",
                "the record",
            ),
        ],
        paging: Paging {
            total: 214,
            first: 1,
            last: 4,
            previous: None,
            next: Some(format!("{PERSON}/looked?page=2")),
        },
    }
}

fn feeds(frame: Frame) -> FeedsPage {
    let feed = |sender: &str, name: &str, form: &str, last: &str, expected: &str, late: &str, held: u64| FeedRow {
        sender: sender.into(),
        name: name.into(),
        form: form.into(),
        last: last.into(),
        expected: expected.into(),
        late: late.into(),
        not_due: last == "never",
        today: if late.is_empty() { "1,312" } else { "12" }.into(),
        usual: "usual 1,240".into(),
        odd: !late.is_empty(),
        held,
        held_path: format!("/feeds/quarantine?feed={name}"),
    };
    FeedsPage {
        frame,
        known_at: "09:41, 12 April 2026".into(),
        late: 1,
        held: 15,
        held_path: "/feeds/quarantine".into(),
        overdue: 1,
        feeds: vec![
            feed(
                "Ambulance service",
                "amb-csv",
                "CSV, watched folder",
                "06:10, 3 hours 31 minutes ago",
                "every 30 minutes",
                "3 hours late",
                0,
            ),
            feed(
                "The Invented Practice",
                "gp-fhir",
                "FHIR R4",
                "09:35, 6 minutes ago",
                "every 15 minutes",
                "",
                2,
            ),
            feed(
                "Invented Hospital",
                "rbd-adt",
                "HL7 v2, MLLP",
                "09:39, 2 minutes ago",
                "every 5 minutes",
                "",
                12,
            ),
            feed(
                "Second Invented Hospital",
                "r0d-oru",
                "HL7 v2, MLLP",
                "09:30, 11 minutes ago",
                "every 15 minutes",
                "",
                0,
            ),
            feed(
                "Community and mental health trust",
                "dhc-fhir",
                "FHIR R4",
                "09:01, 40 minutes ago",
                "every hour",
                "",
                1,
            ),
            feed(
                "Dorset Council",
                "dc-social",
                "CSV, nightly",
                "02:10, 7 hours ago",
                "every day",
                "",
                0,
            ),
            feed(
                "Fire service",
                "fire-visits",
                "CSV, weekly",
                "6 April 2026",
                "every week",
                "",
                0,
            ),
            feed(
                "Made-up Charity",
                "charity-contacts",
                "CSV, weekly",
                "8 April 2026",
                "every week",
                "",
                0,
            ),
        ],
    }
}

fn rows() -> Vec<HeldRow> {
    let row = |what: &str, sender: &str, feed: &str, place: &str, reason: &str, clock: &str| HeldRow {
        path: "/feeds/quarantine/4411".into(),
        what: what.into(),
        sender: sender.into(),
        feed: feed.into(),
        when: "today 08:55".into(),
        stood: if feed.ends_with("fhir") {
            ""
        } else {
            "row 4 of the file"
        }
        .into(),
        place: place.into(),
        reason: reason.into(),
        concerns: if clock.is_empty() {
            "nobody that could be read"
        } else {
            "a known person"
        }
        .into(),
        clock: clock.into(),
        overdue: clock.contains("overdue"),
    };
    vec![
        row(
            "Admission (ADT A01)",
            "Invented Hospital",
            "rbd-adt",
            "PID-7",
            "The birth date 31 February 1945 does not exist",
            "46 minutes overdue",
        ),
        row(
            "Allergy",
            "Community trust",
            "dhc-fhir",
            "code",
            "The substance has no code and no words",
            "due 09:55",
        ),
        row(
            "Observation",
            "The Invented Practice",
            "gp-fhir",
            "entry[3].resource.component[1].valueQuantity.value",
            "The value “abc” is not a number",
            "",
        ),
    ]
}

fn quarantine(frame: Frame, rows: Vec<HeldRow>) -> QuarantinePage {
    let total = if rows.is_empty() { 0 } else { 15 };
    let count = |words: &str, count, code: &str| ReasonCount {
        words: words.into(),
        count,
        path: format!("/feeds/quarantine?reason={code}"),
    };
    QuarantinePage {
        frame,
        known_at: "09:41, 12 April 2026".into(),
        done: String::new(),
        reasons: vec![
            count("a date that does not exist", 12, "bad-date"),
            count("no code and no words", 2, "no-code"),
            count("not a number", 1, "not-a-number"),
        ],
        feeds: Choice::list([("", "All feeds"), ("rbd-adt", "rbd-adt"), ("gp-fhir", "gp-fhir")], ""),
        reason_choices: Choice::list([("", "All reasons"), ("bad-date", "A date that does not exist")], ""),
        sorts: Choice::list(Sort::ALL.map(|(_, value, words)| (value, words)), "urgent"),
        about_a_person: false,
        paging: Paging {
            total,
            first: 1,
            last: rows.len() as u64,
            previous: None,
            next: (total > 0).then(|| "/feeds/quarantine?page=2".into()),
        },
        rows,
        download: "/feeds/quarantine.csv".into(),
    }
}

fn item(frame: Frame, problems: Vec<Problem>, settled: Option<String>) -> HeldPage {
    HeldPage {
        frame,
        row: rows().remove(0),
        mend:
            "A birth date that exists, as YYYYMMDD. Ask the sender for it; or clear the field, and the rest is taken."
                .into(),
        owner: "Ines Madeup, data team".into(),
        arrived: AsSent::lay_out("HL7 v2", MESSAGE.as_bytes(), "PID-7", "/feeds/quarantine/4411/as-sent"),
        hidden: false,
        text: Some(MESSAGE.replace('\r', "\n")),
        alike: 11,
        settled,
        problems,
        events: vec![Event {
            when: "today 08:56".into(),
            who: "Chesil".into(),
            what: "Received and could not be taken".into(),
        }],
    }
}
