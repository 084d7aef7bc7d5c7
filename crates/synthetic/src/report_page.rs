//! The report on how an invented county came out, as a page of Markdown.

use crate::Plan;
use crate::report::{Figure, Outcome, Sheet};
use std::fmt::Write as _;

/// One line: how many of the figures rates were set by came out within what is asked.
pub fn summary(sheet: &Sheet) -> String {
    let tuned: Vec<_> = sheet.outcomes().filter(|(figure, _)| figure.tuned).collect();
    let within = tuned.iter().filter(|(_, outcome)| outcome.within).count();
    let by_chance = tuned.iter().filter(|(figure, outcome)| {
        let off = outcome.result.map(|result| (result - figure.value).abs());
        !outcome.within && off.is_some_and(|off| off <= outcome.interval)
    });
    let by_chance = by_chance.count();
    let rest = match tuned.len() - within {
        0 => String::new(),
        outside => format!("; of the other {outside}, chance alone would explain {by_chance}"),
    };
    format!("{within} of {} figures within what is asked{rest}", tuned.len())
}

/// The whole report.
pub fn page(sheet: &Sheet, plan: Plan, people: u32) -> String {
    let mut page = format!(
        "# How the invented county came out\n\n\
         {people} people, seed {}, as of {}. Every person is invented. Counts of people are scaled to the published \
         population. Asked: within 5%, 10% for shares of 1% and below, half a year for life expectancy. The interval \
         is 95%, for chance alone. Rates were set in advance; nobody was changed afterwards.\n\n{}.\n",
        plan.seed,
        plan.as_of.iso(),
        summary(sheet),
    );
    for (title, tuned) in [("Rates were set with these in view", true), ("Never tuned to", false)] {
        let _ = write!(
            page,
            "\n## {title}\n\n| figure | published | came out | interval | difference | within | source |\n\
             |---|---:|---:|---:|---:|---|---|\n"
        );
        for (figure, outcome) in sheet.outcomes().filter(|(figure, _)| figure.tuned == tuned) {
            page.push_str(&row(figure, &outcome));
        }
    }
    page
}

fn row(figure: &Figure, outcome: &Outcome) -> String {
    let number = |value: f64| match value.abs() {
        x if x >= 1000.0 => format!("{value:.0}"),
        x if x >= 100.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    };
    let years = figure.unit == "years";
    let difference = match outcome.difference {
        None => "nobody counted".to_owned(),
        Some(difference) if years => format!("{difference:+.2} years"),
        Some(difference) => format!("{:+.1}%", difference * 100.0),
    };
    format!(
        "| {} | {} {} | {} | ± {} | {difference} | {} | {} |\n",
        figure.name,
        number(figure.value),
        figure.unit,
        outcome.result.map(number).unwrap_or_default(),
        number(outcome.interval),
        if outcome.within { "yes" } else { "no" },
        figure.source,
    )
}
