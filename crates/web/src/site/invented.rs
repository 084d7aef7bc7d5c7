//! How the invented people of a demo folder came out beside what is published about real ones.

use super::clock;
use super::view::Frame;
use askama::Template;
use serde::{Deserialize, Serialize};

/// What was counted of a folder's invented people, as it stands in the folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// How many people were made.
    pub people: u32,
    /// From which seed.
    pub seed: u64,
    /// The day their stories end, `2026-11-01`.
    pub as_of: String,
    /// Each published figure with what came out.
    pub figures: Vec<Figure>,
}

/// One published figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What it is about, as a heading.
    pub group: String,
    /// Its name.
    pub name: String,
    /// Its unit in words; `years` for life expectancy.
    pub unit: String,
    /// As published.
    pub published: f64,
    /// As it came out; `None` when nobody was counted.
    pub came_out: Option<f64>,
    /// Half the width of the 95% interval, for chance alone, in the unit.
    pub interval: f64,
    /// Difference as a share of what was published; in years for life expectancy.
    pub difference: Option<f64>,
    /// Whether the difference is within what is asked.
    pub within: bool,
    /// Whether rates were set with it in view.
    pub tuned: bool,
    /// Who published it, and when.
    pub source: String,
}

/// The page.
#[derive(Template)]
#[template(path = "site/invented.html")]
pub struct InventedPage {
    /// Around it.
    pub frame: Frame,
    /// Who they are: how many, from which seed, up to which day; empty when nothing was counted.
    pub who: String,
    /// How many of the figures never tuned to are within what is asked, in words.
    pub untuned_said: String,
    /// How many of the others, in words.
    pub tuned_said: String,
    /// How many of those outside chance alone could have put there, in words.
    pub by_chance_said: String,
    /// Figures never tuned to.
    pub untuned: Vec<Line>,
    /// The others under their headings.
    pub groups: Vec<Group>,
}

/// Figures under one heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The heading.
    pub title: String,
    /// The figures.
    pub lines: Vec<Line>,
}

/// One figure as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// As published, with its unit.
    pub published: String,
    /// As it came out, with what chance alone may add or take.
    pub came_out: String,
    /// The difference.
    pub difference: String,
    /// Whether that is within what is asked, in words.
    pub verdict: &'static str,
    /// Who published it.
    pub source: String,
}

impl InventedPage {
    /// The page of a report, or the page that says that nothing was counted.
    pub fn of(frame: Frame, report: Option<&Report>) -> Self {
        let all: &[Figure] = report.map_or(&[], |report| &report.figures);
        let mut groups: Vec<Group> = Vec::new();
        for figure in all.iter().filter(|figure| figure.tuned) {
            match groups.iter_mut().find(|group| group.title == figure.group) {
                Some(group) => group.lines.push(line(figure)),
                None => groups.push(Group {
                    title: figure.group.clone(),
                    lines: vec![line(figure)],
                }),
            }
        }
        Self {
            frame,
            who: report.map(who).unwrap_or_default(),
            untuned_said: counted(all, false),
            tuned_said: counted(all, true),
            by_chance_said: {
                let outside = || all.iter().filter(|figure| !figure.within);
                format!(
                    "{} of {}",
                    outside().filter(|figure| by_chance(figure)).count(),
                    outside().count()
                )
            },
            untuned: all.iter().filter(|figure| !figure.tuned).map(line).collect(),
            groups,
        }
    }
}

fn who(report: &Report) -> String {
    let day = record::Date::parse(&report.as_of);
    let day = day.map_or_else(|| report.as_of.clone(), |day| record::When::day(day).to_string());
    format!(
        "{} invented people, seed {}, up to {day}",
        clock::count(i64::from(report.people)),
        report.seed
    )
}

fn counted(all: &[Figure], tuned: bool) -> String {
    let these = || all.iter().filter(|figure| figure.tuned == tuned);
    format!(
        "{} of {}",
        these().filter(|figure| figure.within).count(),
        these().count()
    )
}

/// Whether what was published lies within what chance alone adds or takes.
fn by_chance(figure: &Figure) -> bool {
    figure
        .came_out
        .is_some_and(|value| (value - figure.published).abs() <= figure.interval)
}

fn line(figure: &Figure) -> Line {
    let unit = match figure.unit.as_str() {
        "%" => "%".to_owned(),
        unit => format!(" {unit}"),
    };
    let came_out = match figure.came_out {
        Some(value) => format!("{}{unit} ± {}", number(value), number(figure.interval)),
        None => "nobody was counted".to_owned(),
    };
    let difference = match figure.difference {
        None => "not known".to_owned(),
        Some(years) if figure.unit == "years" => format!("{} years", signed(years, 2)),
        Some(share) => format!("{}%", signed(share * 100.0, 1)),
    };
    Line {
        name: figure.name.clone(),
        published: format!("{}{unit}", number(figure.published)),
        came_out,
        difference,
        verdict: match (figure.within, by_chance(figure)) {
            (true, _) => "within",
            (false, true) => "outside, as chance alone could make it with so few people",
            (false, false) => "outside",
        },
        source: figure.source.clone(),
    }
}

/// A minus sign that is read out as one.
fn signed(value: f64, decimals: usize) -> String {
    let sign = if value < 0.0 { "−" } else { "+" };
    format!("{sign}{:.decimals$}", value.abs())
}

fn number(value: f64) -> String {
    match value.abs() {
        x if x >= 1_000.0 => clock::count(value.round() as i64),
        x if x >= 100.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(published: f64, came_out: f64, interval: f64) -> Figure {
        Figure {
            group: "People".to_owned(),
            name: "x".to_owned(),
            unit: "%".to_owned(),
            published,
            came_out: Some(came_out),
            interval,
            difference: Some((came_out - published) / published),
            within: ((came_out - published) / published).abs() <= 0.05,
            tuned: true,
            source: "somebody".to_owned(),
        }
    }

    #[test]
    fn a_difference_that_chance_could_make_is_told_from_one_that_it_could_not() {
        assert_eq!(line(&figure(10.0, 10.4, 0.1)).verdict, "within");
        assert_eq!(line(&figure(10.0, 11.0, 0.1)).verdict, "outside");
        assert!(line(&figure(10.0, 11.0, 1.2)).verdict.starts_with("outside, as chance"));
        assert_eq!(line(&figure(10.0, 9.0, 0.1)).difference, "−10.0%");
    }

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(number(404_050.0), "404,050");
        assert_eq!(number(999.4), "999.4");
        assert_eq!(number(2.346), "2.35");
    }
}
