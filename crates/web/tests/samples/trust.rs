//! The pages about emergencies, the audit, and who is in whose care.

use super::record::banner;
use super::{PERSON, Sample, add, render};
use web::access::view::*;
use web::site::form::Problem;
use web::site::view::*;

pub fn add_to(samples: &mut Vec<Sample>) {
    add(samples, &format!("{PERSON}/emergency"), "Emergency", |frame| {
        render(emergency(frame, Vec::new()))
    });
    add(
        samples,
        &format!("{PERSON}/emergency?problem"),
        "Error: Emergency",
        |frame| {
            let problems = vec![
                Problem::new("reason-danger", "Choose why this is an emergency"),
                Problem::new("said", "Write what is happening, in 15 to 1000 letters"),
            ];
            render(emergency(frame, problems))
        },
    );
    add(samples, "/mine", "In my care", |frame| render(mine(frame)));
    add(samples, "/emergencies", "Emergencies", |frame| {
        render(emergencies(frame))
    });
    add(samples, "/suspensions", "Staff access", |frame| {
        render(suspensions(frame))
    });
    let title = "Which person each member of staff is";
    add(samples, "/ties", title, |frame| render(ties(frame, true, Vec::new())));
    add(samples, "/ties?nobody", title, |frame| {
        render(ties(frame, false, Vec::new()))
    });
    add(samples, "/ties?problem", title, |frame| {
        let words = "No one record has both this number and this birth date. Check them with whose account it is";
        render(ties(frame, true, vec![Problem::new("number", words)]))
    });
    add(samples, "/audit", "The audit", |frame| render(audit(frame)));
}

fn emergency(frame: Frame, problems: Vec<Problem>) -> EmergencyPage {
    EmergencyPage {
        frame,
        banner: banner(),
        hours: 2,
        reasons: Choice::list(care::access::emergency::REASONS, ""),
        said: String::new(),
        said_max: 1000,
        problems,
    }
}

fn emergencies(frame: Frame) -> EmergenciesPage {
    let one = |open: bool, checked: Option<&str>| EmergencyLine {
        typed: String::new(),
        problem: String::new(),
        number: "7".into(),
        who: "Dr Owen Thatcher".into(),
        job: "GP, Chesil View Surgery (demo)".into(),
        when: "12 April 2026, 09:45".into(),
        open,
        until: "12 April 2026, 11:45".into(),
        said: "Life is in danger, or serious harm. Collapsed in the waiting room, cannot speak.".into(),
        looked: format!("{PERSON}/looked"),
        checked: checked.map(str::to_owned),
    };
    EmergenciesPage {
        frame,
        waiting: 1,
        emergencies: vec![
            one(true, None),
            one(false, Some("Idris Swanage, 10 April 2026, 09:00: rang the GP, right")),
        ],
        problems: Vec::new(),
        paging: Paging {
            total: 2,
            first: 1,
            last: 2,
            previous: None,
            next: None,
        },
    }
}

fn mine(frame: Frame) -> MinePage {
    let one = |name: &str, died: bool| Mine {
        path: PERSON.to_owned(),
        name: name.into(),
        born: "23 February 1945".into(),
        nhs_number: "999 012 3454".into(),
        died,
    };
    MinePage {
        frame,
        people: vec![one("HAMMOND, Doreen Mary", false), one("HAMMOND, Peter", true)],
        paging: Paging {
            total: 2,
            first: 1,
            last: 2,
            previous: None,
            next: None,
        },
    }
}

fn audit(frame: Frame) -> AuditPage {
    let flag = |words: &str, looked: &str| Flag {
        who: "Dr Owen Thatcher".into(),
        user: "gp".into(),
        when: "12 April 2026, 09:45".into(),
        words: words.into(),
        looked: looked.into(),
    };
    let row = |record: &str| AuditRowShown {
        look: Look {
            when: "12 April 2026, 09:45".into(),
            who: "Nia Marlow".into(),
            role: "clinician".into(),
            organisation: "Dorset out-of-hours service (demo)".into(),
            what: "the record".into(),
            ground: "The person is seen by their service that day".into(),
        },
        user: "nurse".into(),
        record: record.into(),
    };
    AuditPage {
        frame,
        flags: vec![
            flag("Opened 45 people's records within an hour", ""),
            flag(
                "Opened the record of somebody with the same surname",
                &format!("{PERSON}/looked"),
            ),
        ],
        user: String::new(),
        record: String::new(),
        days: Choice::list([("1", "The last day"), ("", "Ever")], ""),
        outcomes: Choice::list([("", "Every outcome")], ""),
        full: true,
        rows: vec![row("0123456789abcdef0123456789abcdef"), row("")],
    }
}

fn ties(frame: Frame, any: bool, problems: Vec<Problem>) -> TiesPage {
    let line = |mark: usize, user: &str, name: &str, tied: &str, own: bool| TieLine {
        user: user.into(),
        name: name.into(),
        role: "clinician, Dorset HealthCare".into(),
        tied: tied.into(),
        own,
        typed: String::new(),
        mark,
    };
    let lines = vec![
        line(0, "nia.okafor", "Nia Okafor", "", false),
        line(
            1,
            "owen.thatcher",
            "Dr Owen Thatcher",
            "Idris Swanage, 12 April 2026, 09:45",
            false,
        ),
        line(
            2,
            "idris.swanage",
            "Idris Swanage",
            "An administrator, 11 April 2026, 10:00",
            true,
        ),
    ];
    let lines = if any { lines } else { Vec::new() };
    TiesPage {
        frame,
        open: usize::from(any),
        residents: if any {
            "3 residents’ accounts are".into()
        } else {
            String::new()
        },
        typed: match problems.is_empty() {
            true => (String::new(), String::new(), String::new()),
            false => ("nia.okafor".into(), "999 000 0026".into(), "4 5 1985".into()),
        },
        done: if any && problems.is_empty() {
            "Taken back.".into()
        } else {
            String::new()
        },
        paging: Paging::of(&lines, 1, 100, |at| format!("/ties?page={at}")).1,
        lines,
        problems,
    }
}

fn suspensions(frame: Frame) -> SuspensionsPage {
    let line = |stands: bool| SuspensionLine {
        typed: String::new(),
        number: "3".into(),
        who: "Dr Owen Thatcher".into(),
        user: "gp".into(),
        why: "Opened the records of a neighbour; being looked into".into(),
        by: "Idris Swanage, 12 April 2026, 09:45".into(),
        until: String::new(),
        stands,
        lifted: if stands {
            String::new()
        } else {
            "Lifted by Idris Swanage, 13 April 2026, 10:00: explained".into()
        },
    };
    SuspensionsPage {
        frame,
        user: "gp".into(),
        words: String::new(),
        days: Choice::list([("", "Until it is lifted"), ("7", "7 days")], ""),
        problems: vec![
            Problem::new("user", "It is suspended already"),
            Problem::new("words", "Write why: it is read by whoever lifts it"),
        ],
        suspensions: vec![line(true), line(false)],
    }
}
