//! Counts for planning: what those who plan services may ask, and what they may be told (SAFETY 11).

pub mod view;

use crate::access::visit::{Asked, Visit, answer};
use crate::serving::Site;
use crate::site::answer::{Answered, page};
use crate::site::clock::{self, moment};
use crate::site::form::Pairs;
use crate::site::view::Choice;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use care::counts::{Answer, Ask, By, Condition, Shown, count};
use std::sync::Arc;
use view::{CountsPage, Line, Told};

/// `/counts`.
pub fn routes() -> Router<Arc<Site>> {
    Router::new().route("/counts", get(counts))
}

async fn counts(asked: Asked) -> Response {
    answer(asked, shown).await
}

/// What a form offers to count people by, or to choose them by.
pub(crate) const BY: [(By, &str); 5] = [
    (By::Age, "Age"),
    (By::Sex, "Sex"),
    (By::Council, "Council area"),
    (By::Neighbourhood, "Neighbourhood"),
    (By::Ethnicity, "Ethnic group"),
];

fn shown(visit: &Visit) -> Answered {
    let pairs = Pairs::read(&visit.query);
    let rows = By::of_words(pairs.get("by")).unwrap_or(By::Age);
    let ask = Ask {
        condition: Some(pairs.get("of").to_owned()).filter(|code| !code.is_empty()),
        rows,
        columns: By::of_words(pairs.get("and")).filter(|by| *by != rows),
    };
    let answer = count(visit.care(), &visit.actor, &ask, visit.now)?;
    page(&told(visit, &ask, answer.as_ref()))
}

fn told(visit: &Visit, ask: &Ask, answer: Option<&Answer>) -> CountsPage {
    let chosen = |by: Option<By>| by.map_or("", By::words);
    let kinds = || BY.iter().map(|(by, words)| (by.words(), *words));
    let none = ("", "Nothing else");
    let of = answer.and_then(|answer| answer.asked.as_ref());
    let everybody = ("", "Everybody");
    let conditions = answer.map_or(&[][..], |answer| &answer.conditions);
    let names = names(conditions);
    let listed = conditions
        .iter()
        .map(|one| one.code.as_str())
        .zip(names.iter().map(String::as_str));
    CountsPage {
        frame: visit.frame("Counts"),
        conditions: Choice::list(std::iter::once(everybody).chain(listed), of.map_or("", |of| &of.code)),
        by: Choice::list(kinds(), chosen(Some(ask.rows))),
        and: Choice::list(std::iter::once(none).chain(kinds()), chosen(ask.columns)),
        unknown: ask.condition.is_some() && of.is_none() && answer.is_some(),
        told: answer.map(|answer| table(ask, answer)),
    }
}

/// What each of these conditions is called where they are listed together.
pub(crate) fn names(conditions: &[Condition]) -> Vec<String> {
    conditions.iter().map(|one| named(one, conditions)).collect()
}

/// What a condition is called in the list; of several that are called alike, with its code.
fn named(one: &Condition, all: &[Condition]) -> String {
    let alike = all.iter().filter(|other| other.words == one.words).count() > 1;
    match one.code.rsplit_once('|') {
        Some((_, code)) if alike => format!("{} ({code})", one.words),
        _ => one.words.clone(),
    }
}

fn table(ask: &Ask, answer: &Answer) -> Told {
    let name = |by: By| BY.iter().find(|(one, _)| *one == by).map_or("", |(_, words)| *words);
    let whole = answer
        .asked
        .as_ref()
        .map_or_else(|| "Everybody".to_owned(), |of| of.words.clone());
    let and = ask
        .columns
        .map(|by| format!(" and {}", name(by).to_lowercase()))
        .unwrap_or_default();
    Told {
        caption: format!("{whole}, by {}{and}", name(ask.rows).to_lowercase()),
        taken: moment(answer.taken),
        of: whole,
        asked: answer.asked.is_some(),
        code: answer
            .asked
            .as_ref()
            .map(|one| one.code.rsplit('|').next().unwrap_or_default().to_owned())
            .unwrap_or_default(),
        rows_by: name(ask.rows).to_owned(),
        columns: answer.columns.clone(),
        lines: answer
            .rows
            .iter()
            .map(|row| Line {
                name: row.name.clone(),
                cells: row.cells.iter().map(|cell| words(*cell)).collect(),
                all: words(row.all),
                of: words(row.of),
                share: share(row.all, row.of),
            })
            .collect(),
        totals: answer.totals.iter().map(|cell| words(*cell)).collect(),
        all: words(answer.all),
        everybody: words(answer.of),
        share: share(answer.all, answer.of),
        left_out: match answer.left_out {
            Shown::Few => "fewer than 8, or nobody".to_owned(),
            Shown::About(people) => format!("about {}", clock::count(people.into())),
        },
    }
}

fn words(shown: Shown) -> String {
    match shown {
        Shown::Few => "Fewer than 8".to_owned(),
        Shown::About(people) => clock::count(people.into()),
    }
}

/// A share of two figures that may be told, where it means something: of a hundred people and more.
fn share(part: Shown, whole: Shown) -> String {
    match (part, whole) {
        (Shown::About(part), Shown::About(whole)) if whole >= 100 => {
            format!("{:.1}%", 100.0 * f64::from(part.min(whole)) / f64::from(whole))
        }
        _ => "Not told".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_that_are_called_alike_are_told_apart_by_their_codes() {
        let one = |code: &str, words: &str| Condition {
            code: code.to_owned(),
            words: words.to_owned(),
        };
        let all = [one("sct|1", "Asthma"), one("icd|J45", "Asthma"), one("sct|2", "Gout")];
        let names: Vec<String> = all.iter().map(|one| named(one, &all)).collect();
        assert_eq!(names, ["Asthma (1)", "Asthma (J45)", "Gout"]);
    }

    #[test]
    fn figures_are_read_as_people_write_them_and_small_ones_have_no_share() {
        assert_eq!(words(Shown::About(788_905)), "788,905");
        assert_eq!(words(Shown::Few), "Fewer than 8");
        assert_eq!(share(Shown::About(50), Shown::About(200)), "25.0%");
        assert_eq!(share(Shown::About(10), Shown::About(95)), "Not told");
        assert_eq!(share(Shown::Few, Shown::About(900)), "Not told");
    }
}
