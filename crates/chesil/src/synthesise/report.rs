//! The report on how an invented county came out, for the page of a demo folder; as a page of Markdown it is
//! `synthetic`'s own.

use synthetic::Plan;
use synthetic::report::{Figure, Outcome, Sheet};
pub use synthetic::report_page::{page, summary};
use web::site::invented;

/// The report, for the page of a demo folder.
pub fn told(sheet: &Sheet, plan: Plan, people: u32) -> invented::Report {
    let told = |(figure, outcome): (&Figure, Outcome)| invented::Figure {
        group: figure.group.to_owned(),
        name: figure.name.clone(),
        unit: figure.unit.clone(),
        published: figure.value,
        came_out: outcome.result,
        interval: outcome.interval,
        difference: outcome.difference,
        within: outcome.within,
        tuned: figure.tuned,
        source: figure.source.clone(),
    };
    invented::Report {
        people,
        seed: plan.seed,
        as_of: plan.as_of.iso(),
        figures: sheet.outcomes().map(told).collect(),
    }
}
