//! From what care knows of a pair to what the page shows.

use super::view::{AnswersRow, BandRow, Compared, DecidedRow, GroupRow, GroupsTable, PairView, SideView, Step};
use crate::site::clock::{count, counted, moment};
use crate::site::senders::Senders;
use care::person::decision::Kind;
use care::person::matching::{
    Awkward, Band, BandSaid, Bars, By, Decided, EDGES, Estimate, Group, Hold, Likeness, Pending, Quality, Side, Waits,
};
use record::{Date, Instant, OrgCode};
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

/// A pair as the page shows it, its answer sent under `area`.
pub fn pair(pending: &Pending, senders: &Senders<'_>, area: &str) -> PairView {
    let (a, b) = (pending.left.record_no, pending.right.record_no);
    let told = &pending.told;
    let known = told.reasons.iter().filter(|reason| reason.level != "not known");
    let start = ("Before any evidence".to_owned(), told.explanation.start);
    let bars: Vec<(String, f32)> = std::iter::once(start)
        .chain(known.map(|reason| (capital(&reason.words), reason.weight)))
        .collect();
    let mut sum = 0.0;
    let step = |(words, adds): &(String, f32)| {
        sum += adds;
        Step {
            words: words.clone(),
            adds: signed(*adds),
            sum: signed(sum),
        }
    };
    let steps = bars.iter().map(step).collect();
    let compared = compared(&pending.left, &pending.right);
    let names = [&pending.left, &pending.right].map(|side| side.says[0].as_str());
    let waits = pending
        .waits
        .map_or_else(String::new, |why| waits(why, names, &compared));
    PairView {
        path: format!("{area}/{a}/{b}"),
        skip: format!("/identity?after={},{a},{b}", pending.weight),
        left: side(&pending.left, senders),
        right: side(&pending.right, senders),
        together: pending.left.person == pending.right.person,
        compared,
        waits,
        sentence: told.sentence.clone(),
        chance: chance(pending.chance),
        steps,
        picture: waterfall(&bars),
    }
}

/// Why two records wait for somebody, in words for whoever must settle it: what could be true of two people as well.
fn waits(why: Waits, [one, other]: [&str; 2], compared: &[Compared]) -> String {
    let hold = match why {
        Waits::Held(hold) => hold,
        Waits::Others => {
            return "These two records would join by themselves. They wait because another record of one of these people \
                    contradicts the other, or because somebody else is about as like. Open both before you answer."
                .to_owned();
        }
        Waits::Decided => return "Somebody decided that these are two people: see “What was decided”.".to_owned(),
    };
    let mut words = match hold {
        Hold::Numbers => {
            "Each has an NHS number of its own, more than a slip apart. Hardly anybody has two: ask the senders \
                          which is right."
                .to_owned()
        }
        Hold::Sexes => {
            "One is said to be male and one female: a brother and a sister may share all the rest.".to_owned()
        }
        Hold::Names => format!("{one} and {other} are two given names: twins may share all the rest."),
        Hold::BothNames => format!(
            "{one} and {other} are both names that people have, so neither is shown to be a slip of the other: a brother or \
             sister may have the other."
        ),
        Hold::NeitherKnown => format!(
            "{one} and {other} are alike, and neither is a name known here: nobody can say whether one is a slip of the other \
             or two of a family are called so."
        ),
        Hold::Forms => format!(
            "{one} and {other} can be forms of one name, and each can be a name of its own: two of a family may be called so."
        ),
        Hold::Initial => format!("Of {one} and {other} only the initial agrees: others of a family may share it."),
        Hold::BirthDates => {
            "The birth dates are further apart than a slip: a parent and a child may share name and home.".to_owned()
        }
        Hold::NoName => "One of them has no given name: anybody of the family may be meant.".to_owned(),
        Hold::NoBirthDate => {
            "One of them has no birth date, and no NHS number agrees: a parent and a child may share the name."
                .to_owned()
        }
        Hold::NameAlike => format!(
            "{one} and {other} are alike and not the same, and no NHS number agrees: two of a family may be called so."
        ),
        Hold::BirthDateAlike => {
            "The birth dates are alike and not the same, and no NHS number agrees: two people of one name \
                                 may be born so."
                .to_owned()
        }
        Hold::BothAlike => {
            "Given name and birth date are alike and neither is the same, and no NHS number agrees.".to_owned()
        }
        Hold::NamesAlone => {
            "Names and birth date agree; no NHS number, home or telephone does. Among many people some share \
                             that much."
                .to_owned()
        }
        Hold::Weight => "Nothing contradicts, and too little is known of both to be sure.".to_owned(),
    };
    let mut apart = compared.iter().filter(|line| line.class == "is-differs").peekable();
    if apart.peek().is_some() && apart.all(|line| line.about == ABOUT[0]) {
        words.push_str(" Nothing but the names tells them apart.");
    }
    words
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
fn chance(chance: f64) -> String {
    match chance {
        c if c > 0.9999 => "more than 9,999 in 10,000".into(),
        c if c > 0.99 => format!("{} in 10,000", count((c * 10_000.0) as i64)),
        c if c > 0.01 => format!("{} in 100", (c * 100.0).round()),
        _ => "less than 1 in 100".into(),
    }
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

/// One decision as the page shows it; `who` made it.
pub fn decided(decided: &Decided, who: &str) -> DecidedRow {
    let decision = &decided.decision;
    let what = match decision.kind {
        Kind::Merge { .. } => "Two records are one person",
        Kind::KeepApart(..) => "Two records are two people",
        Kind::Superseded { .. } | Kind::Barred(..) => "",
    };
    DecidedRow {
        what: what.to_owned(),
        by: format!("{}, {}", who, moment(decision.decided)),
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

/// An estimate in words, with how sure it is.
pub fn estimate(of: Option<Estimate>) -> String {
    match of {
        Some(of) => format!(
            "{:.2}% (95% interval {:.2}% to {:.2}%)",
            100.0 * of.share,
            100.0 * of.low,
            100.0 * of.high
        ),
        None => "not known yet: check some pairs of each kind first".to_owned(),
    }
}

/// Which pairs are in a band.
fn band(band: Band) -> String {
    let (from, next) = (EDGES[band.step], EDGES.get(band.step + 1));
    let weight = next.map_or_else(|| format!("{from} bits and more"), |to| format!("{from} to {to} bits"));
    format!(
        "{}, {weight}",
        if band.joined {
            "One person here"
        } else {
            "Two people here"
        }
    )
}

/// What stewards said of the pairs drawn from each band.
pub fn answers(quality: &Quality) -> Vec<AnswersRow> {
    let row = |said: &BandSaid| AnswersRow {
        band: band(said.band),
        pairs: count(said.pairs),
        answered: count(said.answered),
        one_person: count(said.one_person),
    };
    quality.bands.iter().rev().map(row).collect()
}

/// What stewards said of awkward pairs.
pub fn awkward(quality: &Quality) -> Vec<String> {
    let line = |(likeness, said): &(Likeness, Awkward)| {
        let what = match likeness {
            Likeness::Ordinary => "All other pairs",
            Likeness::Twins => "Twins, or like twins",
            Likeness::ParentAndChild => "Parent and child of one name",
            Likeness::NumberOfAnother => "A number typed into another's record",
        };
        match said.answered {
            0 => format!("{what}: none was answered yet."),
            answered => format!(
                "{what}: {} answered, {} wrongly joined, {} missed.",
                count(answered),
                count(said.wrongly_joined),
                count(said.missed)
            ),
        }
    };
    quality.awkward.iter().map(line).collect()
}

/// The bars, in words.
pub fn bars(bars: &Bars) -> String {
    let alone = if bars.alone.is_finite() {
        format!("from {:.0} bits", bars.alone)
    } else {
        "never, before a model was learnt from the records here, as it cannot know how common names are".to_owned()
    };
    format!(
        "Two records join by themselves from {:.0} bits, when both have what only one person has and nothing contradicts; from \
         {:.0} when nobody of the same home can be meant; by names and birth date alone {alone}. From {:.0} bits on a steward \
         looks.",
        bars.join, bars.sure, bars.may_be
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

/// Fewer records than this are not told apart.
const FEW: i64 = 10;

/// A share in whole hundredths; what is not all is never called 100%, nor what is some 0%.
fn percent(part: i64, of: i64) -> String {
    let share = 100.0 * part as f64 / of.max(1) as f64;
    match share.round() {
        100.0 if part < of => "over 99%".to_owned(),
        0.0 if part > 0 => "under 1%".to_owned(),
        whole => format!("{whole:.0}%"),
    }
}

/// How well each group's records are linked, a table for each thing that they are told apart by.
pub fn groups(quality: &Quality, sender: impl Fn(&OrgCode) -> String) -> Vec<GroupsTable> {
    let share = |part: i64, of: i64| format!("{} ({})", count(part), percent(part, of));
    let table = |(by, title): (By, &'static str)| {
        let of_kind = quality.groups.iter().filter(|(of, ..)| *of == by);
        let row = |(_, name, group): &(By, String, Group)| GroupRow {
            name: match by {
                By::Sender => OrgCode::parse(name).map_or_else(|| name.clone(), |code| sender(&code)),
                _ if name.is_empty() => "not known".to_owned(),
                _ => capital(name),
            },
            records: count(group.records),
            without: share(group.without_number, group.records),
            linked: share(group.linked, group.records),
            waiting: share(group.waiting, group.records),
        };
        let few: i64 = of_kind
            .clone()
            .map(|(.., group)| group.records)
            .filter(|records| *records < FEW)
            .sum();
        GroupsTable {
            title,
            rows: of_kind.filter(|(.., group)| group.records >= FEW).map(row).collect(),
            few: if few > 0 {
                let are = if few == 1 { "is" } else { "are" };
                format!(
                    "{} of smaller groups {are} not shown.",
                    counted(few, "record", "records")
                )
            } else {
                String::new()
            },
        }
    };
    [
        (By::Sender, "sender"),
        (By::Age, "age"),
        (By::Sex, "sex"),
        (By::Ethnicity, "ethnic group"),
        (By::Area, "postcode district"),
    ]
    .map(table)
    .into()
}

/// When a model was learnt, in words.
pub fn made(at: Instant) -> String {
    if at.0 == 0 { String::new() } else { moment(at) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Hold; 15] = [
        Hold::Numbers,
        Hold::Sexes,
        Hold::Names,
        Hold::BothNames,
        Hold::NeitherKnown,
        Hold::Forms,
        Hold::Initial,
        Hold::BirthDates,
        Hold::NoName,
        Hold::NoBirthDate,
        Hold::NameAlike,
        Hold::BirthDateAlike,
        Hold::BothAlike,
        Hold::NamesAlone,
        Hold::Weight,
    ];

    fn line(about: &str, class: &'static str) -> Compared {
        Compared {
            about: about.to_owned(),
            left: "this".to_owned(),
            right: "that".to_owned(),
            verdict: "",
            class,
        }
    }

    #[test]
    fn each_reason_for_which_a_pair_waits_has_words_of_its_own() {
        let every = ALL.map(Waits::Held).into_iter().chain([Waits::Others, Waits::Decided]);
        let said: Vec<String> = every.map(|why| waits(why, ["Joan", "Jan"], &[])).collect();
        for (n, words) in said.iter().enumerate() {
            assert!(words.len() > 30 && !said[..n].contains(words), "{words}");
        }
        for why in [
            Hold::Names,
            Hold::BothNames,
            Hold::NeitherKnown,
            Hold::Forms,
            Hold::NameAlike,
        ] {
            let words = waits(Waits::Held(why), ["Joan", "Jan"], &[]);
            assert!(words.starts_with("Joan and Jan "), "{words}");
        }
    }

    #[test]
    fn what_is_not_all_is_never_called_all() {
        for (part, of, words) in [
            (997, 1_000, "over 99%"),
            (1_000, 1_000, "100%"),
            (5, 1_101, "under 1%"),
            (0, 12, "0%"),
            (0, 0, "0%"),
            (83, 1_280, "6%"),
        ] {
            assert_eq!(percent(part, of), words, "{part} of {of}");
        }
    }

    #[test]
    fn that_nothing_but_the_names_differs_is_said_only_where_it_is_so() {
        let why = Waits::Held(Hold::BothNames);
        let alone = "Nothing but the names tells them apart";
        let says = |lines: &[Compared]| waits(why, ["Joan", "Jan"], lines).contains(alone);
        let (names, home) = (line("Given name", "is-differs"), line("Postcode", "is-same"));
        assert!(says(&[names.clone(), home.clone()]));
        assert!(!says(&[names, line("Postcode", "is-differs")]));
        assert!(!says(&[home]), "nothing was seen to differ");
    }
}
