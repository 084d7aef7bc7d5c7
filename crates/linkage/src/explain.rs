//! Why two records are, or are not, taken for one person, in words.

use crate::compare::Comparison;
use crate::score::{Evidence, Explanation, Scorer};

/// One line of an explanation.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The comparison's name.
    pub about: String,
    /// What the first record says, folded; empty when it says nothing.
    pub left: String,
    /// What the second says.
    pub right: String,
    /// The level's name.
    pub level: &'static str,
    /// What it adds, in bits: above nought speaks for one person.
    pub weight: f32,
    /// The same in words.
    pub words: String,
}

/// A pair's weight taken apart, with words.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The weight's parts.
    pub explanation: Explanation,
    /// A line for each comparison, in order.
    pub reasons: Vec<Reason>,
    /// All of it in one sentence, what weighs most first.
    pub sentence: String,
}

/// Explains a pair.
pub fn tell(scorer: &Scorer<'_>, a: u32, b: u32) -> Told {
    let explanation = scorer.explain(a, b);
    let reasons: Vec<Reason> = explanation
        .evidence
        .iter()
        .map(|evidence| reason(scorer, evidence, a, b))
        .collect();
    let mut known: Vec<&Reason> = reasons.iter().filter(|reason| reason.level != "not known").collect();
    known.sort_by(|x, y| y.weight.abs().total_cmp(&x.weight.abs()));
    let for_it: Vec<&str> = known
        .iter()
        .filter(|r| r.weight >= 1.0)
        .map(|r| r.words.as_str())
        .collect();
    let against: Vec<&str> = known
        .iter()
        .filter(|r| r.weight <= -1.0)
        .map(|r| r.words.as_str())
        .collect();
    let missing: Vec<&str> = reasons
        .iter()
        .filter(|reason| reason.level == "not known")
        .map(|reason| reason.about.as_str())
        .collect();
    let mut parts = Vec::new();
    if !for_it.is_empty() {
        parts.push(format!("For one person: {}", for_it.join(", ")));
    }
    if !against.is_empty() {
        parts.push(format!("against: {}", against.join(", ")));
    }
    if !missing.is_empty() {
        parts.push(format!("not known in one of them: {}", missing.join(", ")));
    }
    let other = if explanation.against_home {
        "two people who live together"
    } else {
        "two strangers"
    };
    let sentence = format!("{}. Weighed against {other}.", parts.join("; "));
    Told {
        explanation,
        reasons,
        sentence,
    }
}

fn reason(scorer: &Scorer<'_>, evidence: &Evidence, a: u32, b: u32) -> Reason {
    let table = scorer.table();
    let comparison = &scorer.comparisons()[evidence.comparison];
    let about = comparison.name(table.schema()).to_string();
    let column = |at: usize| (table.text(a, at).to_string(), table.text(b, at).to_string());
    let (left, right) = match comparison {
        Comparison::Home { postcode, address } => {
            let both = |row: u32| {
                let parts = [*address, *postcode]
                    .into_iter()
                    .flatten()
                    .map(|at| table.text(row, at));
                parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
            };
            (both(a), both(b))
        }
        Comparison::Given { given: at, .. }
        | Comparison::Surname { surname: at, .. }
        | Comparison::Birth(at)
        | Comparison::Sex(at)
        | Comparison::Number(at)
        | Comparison::Phone(at)
        | Comparison::Email(at)
        | Comparison::Text(at) => column(*at),
    };
    let level = comparison.levels()[usize::from(evidence.level)].name;
    let rare = comparison
        .value_column(evidence.level)
        .filter(|_| evidence.level == 1)
        .map_or("", |at| match scorer.share(at, a) {
            share if share < 1.0 / 5_000.0 => "rare ",
            share if share > 1.0 / 250.0 => "common ",
            _ => "",
        });
    let words = words(comparison, evidence.level, level, rare, &about);
    Reason {
        about,
        left,
        right,
        level,
        weight: evidence.weight,
        words,
    }
}

fn words(comparison: &Comparison, at: u8, level: &str, rare: &str, about: &str) -> String {
    let thing = match comparison {
        Comparison::Given { .. } => "given name",
        Comparison::Surname { .. } => "surname",
        Comparison::Birth(_) => "birth date",
        Comparison::Sex(_) => "sex",
        Comparison::Home { .. } => "home",
        Comparison::Number(_) => "number",
        Comparison::Phone(_) => "telephone",
        Comparison::Email(_) => "e-mail address",
        Comparison::Text(_) => about,
    };
    match (comparison, at) {
        (_, 0) => format!("{thing} not known in one of them"),
        (Comparison::Birth(_), 1) => "same birth date".into(),
        (Comparison::Number(_), 1) => format!("same {about}"),
        (Comparison::Number(_), 2) => format!("{about} one slip apart"),
        (Comparison::Number(_), _) => format!("another {about}"),
        (Comparison::Home { .. }, 1) => "same home".into(),
        (Comparison::Home { .. }, 2) => "same postcode".into(),
        (Comparison::Home { .. }, 3) => "same postcode and nearly the same address".into(),
        (Comparison::Home { .. }, 4) => "postcode one slip apart".into(),
        (Comparison::Home { .. }, 5) => "same address, postcode unlike or not known".into(),
        (Comparison::Home { .. }, 6) => "same postcode, another address".into(),
        (Comparison::Home { .. }, 7) => "homes near each other".into(),
        (Comparison::Home { .. }, 8) => "homes in one town".into(),
        (Comparison::Home { .. }, _) => "another home".into(),
        (Comparison::Given { .. }, 2) => "forms of one given name".into(),
        (Comparison::Given { .. }, 6) => "initial agrees".into(),
        (Comparison::Given { .. }, 7) => "given name and surname the other way round".into(),
        (Comparison::Surname { .. }, 5) => "surname changed, as on marriage".into(),
        (_, 1) => format!("same {rare}{thing}"),
        (Comparison::Birth(_), 3) => "birth date with day and month the other way round".into(),
        (Comparison::Birth(_), 4) => "birth date with a stand-in day".into(),
        (Comparison::Birth(_), 5) => "birth date with two of three parts the same".into(),
        _ => match level {
            "one slip" => format!("{thing} one slip apart"),
            "close" => format!("{thing}s alike"),
            "part" => format!("one {thing} part of the other"),
            _ => format!("another {thing}"),
        },
    }
}
