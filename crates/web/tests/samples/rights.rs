//! The pages about what people decide about their own record.

use super::record::banner;
use super::{PERSON, Sample, add, render};
use web::rights::view::*;
use web::site::form::Problem;
use web::site::view::*;

pub fn add_to(samples: &mut Vec<Sample>) {
    let at = |rest: &str| format!("{PERSON}/{rest}");
    add(samples, &at("sharing"), "Who may see this record", |frame| {
        render(sharing(frame, false))
    });
    add(samples, &at("sharing?own"), "Who may see your record", |frame| {
        render(sharing(frame, true))
    });
    add(samples, &at("sharing/objection"), "Objection", |frame| {
        render(change(frame, Vec::new()))
    });
    add(samples, &at("sharing/objection?problem"), "Error: Objection", |frame| {
        let problems = vec![
            Problem::new("choices", "Choose with whom not to share"),
            Problem::new("organisation", "Choose one of the organisations"),
            Problem::new("words", "Use 1000 letters at most: there are 1200"),
        ];
        render(change(frame, problems))
    });
    add(samples, &at("preferences"), "Reaching and meeting", |frame| {
        render(preferences(frame, Vec::new()))
    });
    add(
        samples,
        &at("preferences?problem"),
        "Error: Reaching and meeting",
        |frame| {
            let problems = vec![
                Problem::new("about", "Choose what it is about"),
                Problem::new("value", "Say what they want or need"),
            ];
            render(preferences(frame, problems))
        },
    );
    add(samples, &at("copy"), "A copy", |frame| render(copy(frame, true)));
    add(samples, &at("copy?problem"), "Error: A copy", |frame| {
        render(copy(frame, false))
    });
    add(samples, &at("requests"), "What you asked", |frame| {
        render(asked(frame, true))
    });
    add(samples, "/requests", "Requests", |frame| render(asked(frame, false)));
    add(samples, "/removals", "Removals by law", |frame| {
        let line = |waits: bool| RemovalLine {
            typed: String::new(),
            answers: Choice::list(
                [
                    ("", "Choose"),
                    ("remove", "Remove it for ever"),
                    ("keep", "Do not remove it"),
                ],
                "",
            ),
            number: if waits { "7" } else { "6" }.into(),
            ground: "It is about another person".into(),
            organisation: "The Invented Practice".into(),
            words: "Practice manager, filed with the incident".into(),
            asked: "Dr Owen Thatcher, 12 April 2026, 09:45".into(),
            waits,
            state: "Removed".into(),
            answer: "Idris Swanage, 13 April 2026, 10:00: rang the practice".into(),
            looked: format!("{PERSON}/looked"),
        };
        render(RemovalsPage {
            frame,
            waiting: 1,
            removals: vec![line(true), line(false)],
            problems: vec![Problem::new("removals", "Choose whether to remove it")],
        })
    });
    add(samples, &at("proxies"), "Let somebody act", |frame| {
        render(proxy_new(frame, false))
    });
    add(samples, &at("proxies?problem"), "Error: Let somebody act", |frame| {
        render(proxy_new(frame, true))
    });
    add(samples, &at("proxies/4"), "Somebody who acts", |frame| {
        render(proxy(frame))
    });
}

fn preference(about: &str, value: &str, undone: &str) -> PreferenceLine {
    PreferenceLine {
        about: about.into(),
        value: value.into(),
        words: "It steadies her to be told who is coming".into(),
        by: "told by the person, written down by Kit Fontmell, 12 April 2026, 09:45".into(),
        undone: undone.into(),
        path: if undone.is_empty() {
            format!("{PERSON}/preferences/3")
        } else {
            String::new()
        },
    }
}

fn preferences(frame: Frame, problems: Vec<Problem>) -> PreferencesPage {
    PreferencesPage {
        frame,
        banner: banner(),
        own: false,
        back: true,
        standing: vec![preference("Do not contact by", "telephone", "")],
        reach: Some(vec![PreferenceLine {
            about: "Telephone".into(),
            value: "01632 960142".into(),
            by: "The Invented Practice + Invented Hospital".into(),
            ..PreferenceLine::default()
        }]),
        restricted: false,
        senders: vec![preference("Main language", "English", "")],
        past: vec![preference(
            "Contact by",
            "letter",
            "Taken back by Kit Fontmell, 13 April 2026, 10:00: said anew",
        )],
        abouts: Choice::list(
            [("not-by", "Do not contact by"), ("language", "Main language")],
            "language",
        ),
        lists: vec![Effect {
            what: "Do not contact by".into(),
            does: vec!["letter".into(), "telephone".into()],
        }],
        value: "Polish".into(),
        words: String::new(),
        problems,
    }
}

fn copy(frame: Frame, own: bool) -> CopyPage {
    let line = |state: &str, path: &str| CopyLine {
        asked: "12 April 2026, 09:45".into(),
        by: "Idris Swanage".into(),
        words: "by letter; her signature matched".into(),
        state: state.into(),
        opened: String::new(),
        path: path.into(),
    };
    CopyPage {
        frame,
        banner: banner(),
        own,
        waits: own,
        copies: vec![
            line("Being made: 500 of 1,240 parts. Look again in a minute", ""),
            line("Ready until 12 May 2026, 09:45", &format!("{PERSON}/copy/3")),
        ],
        kept_days: 30,
        words: String::new(),
        problems: if own {
            Vec::new()
        } else {
            vec![Problem::new("words", "Write how the person asked")]
        },
    }
}

fn asked(frame: Frame, own: bool) -> RequestsPage {
    let line = |state: &str, waits: bool| RequestLine {
        number: "3".into(),
        asks: "Put it right".into(),
        entry: "Blood pressure".into(),
        path: if own {
            format!("{PERSON}/entries/2")
        } else {
            String::new()
        },
        sender: "The Invented Practice".into(),
        words: "It was my left arm, not my right".into(),
        asked: "12 April 2026, 09:45".into(),
        state: state.into(),
        waits,
        late: waits,
        answer: if waits {
            String::new()
        } else {
            "Dr Owen Thatcher, 13 April 2026, 10:00: corrected".into()
        },
        opens: match (own, waits) {
            (true, true) => format!("{PERSON}/requests/3/take-back"),
            (false, true) => "/requests/3".into(),
            _ => String::new(),
        },
    };
    RequestsPage {
        frame,
        banner: own.then(banner),
        own,
        waiting: 1,
        requests: vec![line("Waits for an answer", true), line("Done", false)],
    }
}

fn step(words: &str, path: &str) -> Step {
    Step {
        words: words.into(),
        path: path.into(),
    }
}

fn decided(what: &str, undone: &str) -> Decided {
    Decided {
        what: what.into(),
        entry: if what.starts_with("Sealed") {
            format!("{PERSON}/entries/2")
        } else {
            String::new()
        },
        who: "Dr Owen Thatcher".into(),
        when: "12 April 2026, 09:45".into(),
        why: "by telephone, and she knows what it means".into(),
        undone: undone.into(),
        path: if undone.is_empty() {
            format!("{PERSON}/sharing/7")
        } else {
            String::new()
        },
    }
}

fn acting() -> ProxyLine {
    ProxyLine {
        name: "Alison Invented".into(),
        words: "Parental responsibility: birth certificate, and her driving licence".into(),
        stands: "Opens nothing since 3 November 2028, until the practice has looked at it again".into(),
        acts: false,
        suspended: true,
        said_yes: true,
        path: format!("{PERSON}/proxies/4"),
    }
}

fn sharing(frame: Frame, own: bool) -> SharingPage {
    SharingPage {
        frame,
        banner: banner(),
        own,
        standing: if own {
            Vec::new()
        } else {
            vec![
                decided(
                    "The person objects to sharing: each service sees only what it wrote itself",
                    "",
                ),
                decided("Sealed: Blood pressure", ""),
            ]
        },
        past: vec![decided(
            "The person objects to Made-up Hospital seeing what others wrote",
            "Taken back by Ada Invented, 13 April 2026, 10:00: she changed her mind",
        )],
        proxies: if own { Vec::new() } else { vec![acting()] },
        removals: if own {
            Vec::new()
        } else {
            vec![Waits {
                what: "Blood pressure".into(),
                path: format!("{PERSON}/entries/0f1e-0"),
                item: None,
                words: "Nia Okafor asked for it to be removed by law on 12 April 2026, 09:45: a court ordered it. It waits for a privacy officer to confirm it, and stands until then.".into(),
            }]
        },
        steps: vec![
            step("Record an objection to sharing", &format!("{PERSON}/sharing/objection")),
            step("Suspend online access", &format!("{PERSON}/sharing/online")),
        ],
    }
}

fn change(frame: Frame, problems: Vec<Problem>) -> ChangePage {
    ChangePage {
        frame,
        banner: banner(),
        heading: "Record an objection to sharing".into(),
        back: step("Who may see this record", &format!("{PERSON}/sharing")),
        about: "For when the person says so.".into(),
        effects: vec![Effect {
            what: "What happens at once".into(),
            does: vec!["Each service that cares for the person sees only what it wrote itself.".into()],
        }],
        choices: Choice::list(
            [("everybody", "With everybody"), ("one", "With one organisation")],
            "one",
        ),
        hints: vec!["Each service is left with its own.".into(), "Only that one is.".into()],
        name: "with",
        legend: "With whom does the person not want to share?".into(),
        organisations: Choice::list([("", "Choose an organisation"), ("X", "Made-up Hospital")], ""),
        asks: "How the person told you".into(),
        hint: "It is kept with your name and can be read by the person.".into(),
        words: "by telephone".into(),
        action: format!("{PERSON}/sharing/objection"),
        button: "Record the objection".into(),
        warns: true,
        problems,
    }
}

fn proxy_new(frame: Frame, problem: bool) -> ProxyNewPage {
    ProxyNewPage {
        frame,
        banner: banner(),
        bases: Choice::list(
            [
                ("parent", "Parental responsibility"),
                ("consent", "The person agreed"),
                ("attorney", "Lasting power of attorney for health and welfare"),
            ],
            "",
        ),
        holder: "carer".into(),
        words: String::new(),
        competence: String::new(),
        problems: if problem {
            vec![
                Problem::new(
                    "holder",
                    "Nobody of the public signs in by this name. Ask them for the name they sign in with",
                ),
                Problem::new("basis-parent", "Choose by what they act"),
                Problem::new("words", "Write what you saw that shows it"),
                Problem::new(
                    "competence",
                    "Write what was found: can the child decide this for themselves?",
                ),
            ]
        } else {
            Vec::new()
        },
    }
}

fn proxy(frame: Frame) -> ProxyPage {
    ProxyPage {
        frame,
        banner: banner(),
        own: false,
        proxy: acting(),
        by: "Dr Owen Thatcher, 12 April 2026, 09:45".into(),
        reviews: true,
        says_yes: true,
        steps: vec![step("Stop them acting for the person", &format!("{PERSON}/sharing/4"))],
        words: String::new(),
        problems: vec![Problem::new(
            "words",
            "Write what was found: can the child decide this for themselves?",
        )],
    }
}
