//! The page of counts.

use super::{Sample, add, render};
use web::counts::view::{CountsPage, Line, Told};
use web::site::view::{Choice, Frame};

pub fn add_to(samples: &mut Vec<Sample>) {
    add(samples, "/counts", "Counts", |frame| render(page(frame, true, false)));
    add(samples, "/counts?of=unknown", "Counts", |frame| {
        render(page(frame, true, true))
    });
    add(samples, "/counts?none", "Counts", |frame| {
        render(page(frame, false, false))
    });
}

fn page(frame: Frame, counted: bool, unknown: bool) -> CountsPage {
    let kinds = [("age", "Age"), ("sex", "Sex"), ("council", "Council area")];
    let line = |name: &str, cells: [&str; 2], all: &str, of: &str, share: &str| Line {
        name: name.into(),
        cells: cells.map(str::to_owned).to_vec(),
        all: all.into(),
        of: of.into(),
        share: share.into(),
    };
    CountsPage {
        frame,
        conditions: Choice::list(
            [
                ("", "Everybody"),
                ("snomed.info/sct|44054006", "Type 2 diabetes mellitus"),
            ],
            "",
        ),
        by: Choice::list(kinds, "age"),
        and: Choice::list([("", "Nothing else"), ("sex", "Sex")], "sex"),
        unknown,
        told: counted.then(|| Told {
            caption: "Type 2 diabetes mellitus, by age and sex".into(),
            taken: "1 November 2026, 04:00".into(),
            of: "Type 2 diabetes mellitus".into(),
            asked: true,
            code: "44054006".into(),
            rows_by: "Age".into(),
            columns: vec!["Men and boys".into(), "Women and girls".into()],
            lines: vec![
                line("25 to 44", ["Fewer than 8", "10"], "15", "4,890", "0.3%"),
                line("45 to 64", ["345", "210"], "560", "5,530", "10.1%"),
                line(
                    "Not known",
                    ["Fewer than 8", "Fewer than 8"],
                    "Fewer than 8",
                    "15",
                    "Not told",
                ),
            ],
            totals: vec!["355".into(), "225".into()],
            all: "575".into(),
            everybody: "20,005".into(),
            share: "2.9%".into(),
            left_out: "about 15".into(),
        }),
    }
}
