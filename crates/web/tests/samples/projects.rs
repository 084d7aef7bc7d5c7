//! The pages of projects and of their lists.

use super::{Sample, add, render};
use web::access::view::Mine;
use web::projects::view::*;
use web::site::form::Problem;
use web::site::view::{Choice, Frame, Paging};

pub fn add_to(samples: &mut Vec<Sample>) {
    add(samples, "/projects", "Projects", |frame| {
        render(projects(frame, Vec::new()))
    });
    add(samples, "/projects?problem", "Error: Projects", |frame| {
        render(projects(
            frame,
            vec![Problem::new(
                "step",
                "Write what care teams are asked to do for each person",
            )],
        ))
    });
    add(samples, "/projects?officer", "Projects", |frame| {
        render(ProjectsPage {
            officer: true,
            proposing: None,
            ..projects(frame, Vec::new())
        })
    });
    let title = "Project: Feet of people with diabetes";
    add(samples, "/projects/3", title, |frame| {
        render(project(frame, true, false))
    });
    add(samples, "/projects/4", title, |frame| {
        render(project(frame, false, true))
    });
    add(samples, "/lists", "Lists", |frame| render(lists(frame, "", Vec::new())));
    add(samples, "/lists?problem", "Error: Lists", |frame| {
        let says = "Nobody in your care has this pseudonym in a project that runs now. It may be somebody in another team’s care";
        render(lists(frame, "K7QF-2M9D-XW3P", vec![Problem::new("pseudonym", says)]))
    });
    add(samples, "/lists/7", "List", |frame| render(list(frame, 2)));
    add(samples, "/lists/8", "List", |frame| render(list(frame, 0)));
}

fn line(state: &str, colour: &str) -> ProjectLine {
    ProjectLine {
        path: "/projects/3".into(),
        name: "Feet of people with diabetes".into(),
        proposed: "Tomasz Okeford, 2 November 2026, 10:12".into(),
        until: "1 February 2027, 10:12".into(),
        state: state.into(),
        colour: colour.into(),
    }
}

fn projects(frame: Frame, problems: Vec<Problem>) -> ProjectsPage {
    ProjectsPage {
        frame,
        officer: false,
        projects: vec![line("Runs", "tag-green"), line("Waits for an answer", "tag-amber")],
        proposing: Some(Proposing {
            name: "Feet".into(),
            question: String::new(),
            step: String::new(),
            owner: String::new(),
            days: Choice::list([("30", "30 days"), ("90", "90 days")], "90"),
        }),
        problems,
    }
}

fn list_line() -> ListLine {
    ListLine {
        path: "/lists/7".into(),
        name: "Type 2 diabetes mellitus, 75 to 84, Purbeck".into(),
        project: "Feet of people with diabetes".into(),
        step: "Offer a foot check within a month".into(),
        people: "About 345".into(),
        taken: "1 November 2026, 04:00".into(),
        made: "2 November 2026, 11:40".into(),
    }
}

fn project(frame: Frame, runs: bool, answering: bool) -> ProjectPage {
    ProjectPage {
        frame,
        line: line(if runs { "Runs" } else { "Waits for an answer" }, "tag-green"),
        question: "Find people with diabetes whose feet were not looked at in a year, so that their teams can offer it"
            .into(),
        step: "Offer a foot check within a month".into(),
        owner: "Dr Ruth Alder, diabetes lead".into(),
        organisation: "NHS Dorset".into(),
        answered: if runs {
            "Idris Swanage, 3 November 2026, 09:00: public task, for direct care".into()
        } else {
            String::new()
        },
        ended: String::new(),
        lists: if runs { vec![list_line()] } else { Vec::new() },
        making: runs.then(|| Making {
            conditions: Choice::list(
                [("", "Choose"), ("snomed.info/sct|44054006", "Type 2 diabetes mellitus")],
                "",
            ),
            groups: vec![(
                "age".into(),
                "Age".into(),
                Choice::list([("", "Any"), ("75 to 84", "75 to 84")], ""),
            )],
        }),
        runs,
        answering,
        ending: true,
        words: String::new(),
        why: String::new(),
        problems: Vec::new(),
    }
}

fn lists(frame: Frame, pseudonym: &str, problems: Vec<Problem>) -> ListsPage {
    ListsPage {
        frame,
        lists: vec![list_line()],
        pseudonym: pseudonym.into(),
        problems,
    }
}

fn list(frame: Frame, people: usize) -> ListPage {
    let one = OnListLine {
        person: Mine {
            path: "/people/00000000000000000000000000000001".into(),
            name: "LOVELESS, Margaret".into(),
            born: "2 June 1941".into(),
            nhs_number: "999 000 0026".into(),
            died: false,
        },
        pseudonym: "K7QF-2M9D-XW3P".into(),
    };
    ListPage {
        frame,
        line: list_line(),
        project: "Feet of people with diabetes".into(),
        question: "Find people with diabetes whose feet were not looked at in a year".into(),
        step: "Offer a foot check within a month".into(),
        owner: "Dr Ruth Alder, diabetes lead".into(),
        until: "1 February 2027, 10:12".into(),
        people: vec![one; people],
        paging: Paging::of(&vec![(); people], 1, 100, |at| format!("/lists/7?page={at}")).1,
    }
}
