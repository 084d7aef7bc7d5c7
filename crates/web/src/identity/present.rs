//! From what care knows of a pair to what the page shows.

use super::view::{BandRow, Compared, DecidedRow, PairView, SenderRow, SideView, Step};
use crate::site::clock::{count, moment};
use crate::site::senders::Senders;
use care::person::decision::Kind;
use care::person::matching::{Decided, Labelled, Pending, Quality, Side};
use record::{Date, Instant};
use std::fmt::Write as _;

const ABOUT: [&str; 8] = [
    "Given name",
    "Surname",
    "Birth date",
    "Sex",
    "Postcode",
    "Address",
    "NHS number",
    "Telephone",
];

/// A pair as the page shows it. `skip`: where the next one is.
pub fn pair(pending: &Pending, senders: &Senders<'_>) -> PairView {
    let (a, b) = (pending.left.record_no, pending.right.record_no);
    let told = &pending.told;
    let mut sum = told.explanation.start;
    let mut steps = vec![Step {
        words: "Before any evidence".into(),
        adds: signed(sum),
        sum: signed(sum),
    }];
    for reason in told.reasons.iter().filter(|reason| reason.level != "not known") {
        sum += reason.weight;
        steps.push(Step {
            words: capital(&reason.words),
            adds: signed(reason.weight),
            sum: signed(sum),
        });
    }
    let bars: Vec<(String, f32)> = std::iter::once(("Before any evidence".to_owned(), told.explanation.start))
        .chain(
            told.reasons
                .iter()
                .filter(|reason| reason.level != "not known")
                .map(|reason| (capital(&reason.words), reason.weight)),
        )
        .collect();
    PairView {
        path: format!("/identity/pairs/{a}/{b}"),
        skip: format!("/identity?after={},{a},{b}", pending.weight),
        left: side(&pending.left, senders),
        right: side(&pending.right, senders),
        compared: compared(&pending.left, &pending.right),
        sentence: told.sentence.clone(),
        chance: chance(told.explanation.weight),
        steps,
        picture: waterfall(&bars),
    }
}

fn side(side: &Side, senders: &Senders<'_>) -> SideView {
    SideView {
        sender: senders.name(&side.sender),
        path: format!("/people/{}", side.person),
        company: match side.records {
            0 | 1 => "The only record of its person".into(),
            2 => "With 1 other record of its person".into(),
            more => format!("With {} other records of its person", more - 1),
        },
    }
}

fn compared(left: &Side, right: &Side) -> Vec<Compared> {
    ABOUT
        .iter()
        .zip(left.says.iter().zip(&right.says))
        .map(|(about, (x, y))| {
            let fold = |text: &str| text.to_uppercase().replace([' ', '\''], "");
            let (verdict, class) = match () {
                () if x.is_empty() || y.is_empty() => ("not known", "is-unknown"),
                () if fold(x) == fold(y) => ("same", "is-same"),
                () => ("differs", "is-differs"),
            };
            Compared {
                about: (*about).to_owned(),
                left: shown(about, x),
                right: shown(about, y),
                verdict,
                class,
            }
        })
        .collect()
}

fn shown(about: &str, text: &str) -> String {
    match (about, text) {
        (_, "") => "not said".into(),
        ("Birth date", _) => Date::parse(text).map_or_else(|| text.to_owned(), Date::words),
        ("Sex", "F") => "female".into(),
        ("Sex", "M") => "male".into(),
        ("NHS number", digits) => number(digits),
        _ => text.to_owned(),
    }
}

/// An NHS number as people read it, 3-3-4.
pub fn number(digits: &str) -> String {
    match (digits.get(..3), digits.get(3..6), digits.get(6..)) {
        (Some(a), Some(b), Some(c)) => format!("{a} {b} {c}"),
        _ => digits.to_owned(),
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn signed(weight: f32) -> String {
    if weight < 0.0 {
        format!("−{:.1}", -weight)
    } else {
        format!("+{weight:.1}")
    }
}

/// A weight as a chance that people can weigh.
fn chance(weight: f32) -> String {
    let chance = linkage_chance(weight);
    match chance {
        c if c > 0.9999 => "more than 9,999 in 10,000".into(),
        c if c > 0.99 => format!("{} in 10,000", (c * 10_000.0).floor()),
        c if c > 0.01 => format!("{} in 100", (c * 100.0).round()),
        _ => "less than 1 in 100".into(),
    }
}

fn linkage_chance(weight: f32) -> f64 {
    1.0 / (1.0 + (-f64::from(weight)).exp2())
}

/// A pair's weight step by step, as a picture: what speaks for one person goes right, what speaks against goes left.
/// The table beside it says the same.
pub fn waterfall(steps: &[(String, f32)]) -> String {
    let mut sums = vec![0.0f32];
    for (_, weight) in steps {
        sums.push(sums.last().copied().unwrap_or(0.0) + weight);
    }
    let (least, most) = sums
        .iter()
        .fold((0.0f32, 0.0f32), |(least, most), sum| (least.min(*sum), most.max(*sum)));
    let across = |sum: f32| 4.0 + f64::from((sum - least) / (most - least).max(0.1)) * 312.0;
    let height = 22 * steps.len() + 8;
    let mut svg = format!(
        "<svg class=\"fall\" viewBox=\"0 0 320 {height}\" role=\"img\" aria-label=\"How the evidence adds up; the table says the \
         same\"><line x1=\"{x:.0}\" x2=\"{x:.0}\" y1=\"0\" y2=\"{height}\" stroke=\"#4c6272\" stroke-dasharray=\"3 3\"/>",
        x = across(0.0)
    );
    for (n, window) in sums.windows(2).enumerate() {
        let (from, to) = (across(window[0].min(window[1])), across(window[0].max(window[1])));
        let (colour, sign) = if window[1] >= window[0] {
            ("#005eb8", "+")
        } else {
            ("#d5281b", "−")
        };
        let y = 22 * n + 4;
        let _ = write!(
            svg,
            "<rect x=\"{from:.1}\" y=\"{y}\" width=\"{:.1}\" height=\"16\" fill=\"{colour}\"/>",
            (to - from).max(1.5)
        );
        if to - from > 14.0 {
            let _ = write!(
                svg,
                "<text x=\"{:.1}\" y=\"{}\" fill=\"#fff\" font-size=\"13\">{sign}</text>",
                from + 3.0,
                y + 13
            );
        }
    }
    svg.push_str("</svg>");
    svg
}

/// One decision as the page shows it.
pub fn decided(decided: &Decided) -> DecidedRow {
    let decision = &decided.decision;
    let what = match decision.kind {
        Kind::Merge { .. } => "Two records are one person",
        Kind::KeepApart(..) => "Two records are two people",
        Kind::Superseded { .. } | Kind::Barred(..) => "",
    };
    DecidedRow {
        what: what.to_owned(),
        by: format!(
            "{}, {}",
            care::access::Actor::name_of(&decision.actor),
            moment(decision.decided)
        ),
        why: decision.why.clone(),
        people: decided.people.iter().map(|id| format!("/people/{id}")).collect(),
        undo: if decision.undone.is_some() {
            String::new()
        } else {
            format!("/identity/decisions/{}/undo", decision.number)
        },
        undone: decision.undone.map(moment).unwrap_or_default(),
    }
}

/// What stewards' answers say of a band, with how sure that is (Wilson's 95% interval, 1927).
pub fn answered(band: &str, labelled: Labelled) -> String {
    if labelled.answered == 0 {
        return format!("{band}: no pair was answered yet, so nothing can be said.");
    }
    let (n, right) = (labelled.answered as f64, labelled.one_person as f64);
    let (p, z) = (right / n, 1.959_964);
    let middle = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    format!(
        "{band}: {} of {} answered are one person, {:.1}% (95% interval {:.1}% to {:.1}%).",
        labelled.one_person,
        labelled.answered,
        100.0 * p,
        100.0 * (middle - half).max(0.0),
        100.0 * (middle + half).min(1.0)
    )
}

/// Pairs by weight, the greatest first.
pub fn bands(quality: &Quality) -> Vec<BandRow> {
    let row = |(bits, join, look): &(i64, i64, i64)| BandRow {
        band: format!("{bits} to {}", bits + 1),
        join: count(*join),
        look: count(*look),
    };
    quality.weights.iter().rev().map(row).collect()
}

/// The same as bars: one for each whole bit of weight.
pub fn distribution(quality: &Quality) -> String {
    let most = quality
        .weights
        .iter()
        .map(|(_, join, look)| join + look)
        .max()
        .unwrap_or(0)
        .max(1);
    let (first, last) = match (quality.weights.first(), quality.weights.last()) {
        (Some(first), Some(last)) => (first.0, last.0),
        _ => return String::new(),
    };
    let wide = 600.0 / (last - first + 1) as f64;
    let mut svg = String::from(
        "<svg class=\"spread\" viewBox=\"0 0 600 124\" role=\"img\" aria-label=\"Pairs by weight; the table says the same\">",
    );
    for (bits, join, look) in &quality.weights {
        let x = (bits - first) as f64 * wide;
        let tall = |pairs: i64| 110.0 * pairs as f64 / most as f64;
        let (low, high) = (tall(*join), tall(*look));
        let _ = write!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{w:.1}\" height=\"{low:.1}\" fill=\"#005eb8\"/><rect x=\"{x:.1}\" y=\"{:.1}\" \
             width=\"{w:.1}\" height=\"{high:.1}\" fill=\"#ffb81c\" stroke=\"#212b32\" stroke-width=\".5\"/>",
            112.0 - low,
            112.0 - low - high,
            w = (wide - 1.0).max(0.5)
        );
    }
    let _ = write!(
        svg,
        "<text x=\"0\" y=\"123\" font-size=\"11\">{first} bits</text><text x=\"600\" y=\"123\" font-size=\"11\" \
         text-anchor=\"end\">{} bits</text></svg>",
        last + 1
    );
    svg
}

/// Each sender's records.
pub fn senders(quality: &Quality, names: &Senders<'_>) -> Vec<SenderRow> {
    let share = |part: i64, of: i64| format!("{} ({:.0}%)", count(part), 100.0 * part as f64 / of.max(1) as f64);
    quality
        .senders
        .iter()
        .map(|slice| SenderRow {
            sender: record::OrgCode::parse(&slice.sender)
                .map_or_else(|| slice.sender.clone(), |code| names.name(&code)),
            records: count(slice.records),
            without: share(slice.without_number, slice.records),
            linked: share(slice.linked, slice.records),
        })
        .collect()
}

/// When a model was learnt, in words.
pub fn made(at: Instant) -> String {
    if at.0 == 0 { String::new() } else { moment(at) }
}
