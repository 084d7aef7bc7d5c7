//! Which pairs may join records by themselves where a record is shown to those who care for someone.
//!
//! The weight alone must not decide: it is an estimate, learnt from records whose errors it cannot see, and the joins
//! that hurt people (twins, a parent and a child of one name, a number typed into the wrong record of a household) are
//! those that a weight takes for likely. So a join needs the weight and, level by level, what a household does not
//! share: the full birth date and the given name, with nothing that contradicts. Everything else is at most "may be".

use crate::cluster::{CAP, Pair, joined};
use crate::compare::Comparison;
use crate::score::{CUT_SHORT, NEITHER_KNOWN, NO_SLIP_SHOWN, Scored, Scorer, level_in};

/// What may be done about a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Both records may become one person's by themselves.
    Join,
    /// A person has to look.
    MayBe,
    /// Nothing is said.
    No,
}

/// The weights at which something is done, in bits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bars {
    /// From here a pair that passes every guard joins.
    pub join: f32,
    /// From here it joins when given name, birth date and more agree, so that nobody of one household is left to be
    /// mistaken for.
    pub sure: f32,
    /// From here it joins by names and birth date alone, without a number or a home in common.
    pub alone: f32,
    /// From here two records are said to be perhaps one person's, where one of them is shown.
    pub may_be: f32,
}

impl Default for Bars {
    /// Set by measuring on sets of several kinds of error: see `docs/decisions/0006-linkage.md`.
    fn default() -> Bars {
        Bars {
            join: 9.0,
            sure: 6.0,
            alone: 11.0,
            may_be: 5.0,
        }
    }
}

/// Why a pair does not join by itself, however likely it is: what whoever looks at it has to settle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hold {
    /// Each has a number of its own, more than a slip apart.
    Numbers,
    /// They differ in sex.
    Sexes,
    /// The given names are two.
    Names,
    /// The given names are alike, and each is a name that people are known to have (Joan and Jan): neither is shown to be
    /// a slip of the other.
    BothNames,
    /// The given names are alike, and neither is a name that people are known to have: either could be the slip, or none.
    NeitherKnown,
    /// The given names are forms of one, and either could be another's own name (Jack and Jake).
    Forms,
    /// Of the given name only the initial agrees.
    Initial,
    /// The birth dates are two.
    BirthDates,
    /// One of them has no given name, and too little else is a person's own.
    NoName,
    /// One of them has no birth date, and no number agrees.
    NoBirthDate,
    /// The given names are alike and not the same, and neither a number nor a home settles it.
    NameAlike,
    /// The birth dates are alike and not the same, and neither a number nor a home settles it.
    BirthDateAlike,
    /// Neither given name nor birth date is the same, and no number agrees.
    BothAlike,
    /// Names and birth date agree and nothing else does, which is too little among so many people.
    NamesAlone,
    /// Nothing contradicts, and too little speaks for it.
    Weight,
}

/// Says what may be done about a pair. A pure function of the pair's levels and weight.
pub fn verdict(comparisons: &[Comparison], scored: Scored, bars: Bars) -> Verdict {
    match held(comparisons, scored, bars) {
        None => Verdict::Join,
        Some(_) if scored.weight >= bars.may_be => Verdict::MayBe,
        Some(_) => Verdict::No,
    }
}

/// Why a pair does not join by itself; `None` when it does.
pub fn held(comparisons: &[Comparison], scored: Scored, bars: Bars) -> Option<Hold> {
    let (bar, below) = match surety(comparisons, scored.pattern) {
        Err(hold) => return Some(hold),
        Ok(Surety::ByWeight) => (bars.join, Hold::Weight),
        Ok(Surety::OfANameAndADay) => (bars.alone, Hold::NamesAlone),
        Ok(Surety::OfAHousehold) => (bars.sure, Hold::Weight),
    };
    // A weight that is no number reaches no bar.
    let reached = scored.weight >= bar;
    (!reached).then_some(below)
}

/// Gives each record the number of its person, the lowest record of it, by what may join by itself.
///
/// Joins between two groups add up as for analysis, a pair that only may be one person counts for nothing, and one
/// whose numbers contradict counts against, however likely the rest: two groups with a number each are not one person
/// because a third record without a number is like both.
pub fn persons(scorer: &Scorer<'_>, pairs: &[Pair], bars: Bars) -> Vec<u32> {
    let comparisons = scorer.comparisons();
    joined(scorer, pairs, false, &|scored| speaks(comparisons, scored, bars))
}

/// How many pairs of persons are given to be looked at, for every 10,000 persons. At most 50 for 10,000 people are asked
/// for; persons are more than people, as some are still to be joined.
pub const REVIEWED: usize = 40;

/// The pairs worth looking at: of records that now stand under two persons and may be one's, the heaviest for each two
/// persons, the heaviest first, and no more than people can look at ([`REVIEWED`]). The others are said to be perhaps
/// the same only where one of them is shown.
pub fn for_review(comparisons: &[Comparison], pairs: &[Pair], persons: &[u32], bars: Bars) -> Vec<Pair> {
    let of = |pair: &Pair| {
        let (p, q) = (persons[pair.a as usize], persons[pair.b as usize]);
        (p.min(q), p.max(q))
    };
    let open = |pair: &&Pair| of(pair).0 != of(pair).1 && verdict(comparisons, pair.scored(), bars) != Verdict::No;
    let mut out: Vec<Pair> = pairs.iter().filter(open).copied().collect();
    out.sort_unstable_by(|x, y| {
        let heavier = y.weight.total_cmp(&x.weight);
        of(x).cmp(&of(y)).then(heavier).then((x.a, x.b).cmp(&(y.a, y.b)))
    });
    out.dedup_by_key(|pair| of(pair));
    out.sort_unstable_by(|x, y| y.weight.total_cmp(&x.weight).then((x.a, x.b).cmp(&(y.a, y.b))));
    let number = persons
        .iter()
        .enumerate()
        .filter(|(row, person)| *row as u32 == **person)
        .count();
    out.truncate((number * REVIEWED).div_ceil(10_000));
    out
}

/// How far a pair speaks for one person, in bits.
fn speaks(comparisons: &[Comparison], scored: Scored, bars: Bars) -> f32 {
    match verdict(comparisons, scored, bars) {
        Verdict::Join => (scored.weight - bars.may_be).clamp(1.0, CAP),
        Verdict::MayBe if contradicts(comparisons, scored.pattern) => -CAP,
        Verdict::MayBe => 0.0,
        Verdict::No => (scored.weight - bars.may_be).clamp(-CAP, 0.0),
    }
}

fn contradicts(comparisons: &[Comparison], pattern: u64) -> bool {
    let numbers = |(n, c): (usize, &Comparison)| matches!(c, Comparison::Number(_)) && level_in(pattern, n) > 2;
    comparisons.iter().enumerate().any(numbers)
}

/// What is said of one thing that is a person's own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    /// Not known in one of them.
    Unknown,
    Same,
    /// Alike, as one person's is when it was mistyped or shortened.
    Like,
    Other,
}

/// How surely what only one person has speaks for the pair, or what keeps it from joining.
///
/// Surname, home and telephone are what a household shares: they count in the weight, and here only beside a birth date
/// or a name with a slip.
fn surety(comparisons: &[Comparison], pattern: u64) -> Result<Surety, Hold> {
    let (mut given, mut birth, mut number) = (Own::Unknown, Own::Unknown, Own::Unknown);
    let (mut sexes, mut numbers, mut names) = (false, false, Hold::Names);
    let (mut family, mut home, mut address) = (false, false, false);
    let (mut given_slip, mut birth_slip) = (false, false);
    for (n, comparison) in comparisons.iter().enumerate() {
        let level = level_in(pattern, n);
        match comparison {
            Comparison::Given { .. } => {
                (given, names) = given_name(level, pattern);
                given_slip = level == 3 || (level == 2 && pattern & CUT_SHORT != 0);
                family |= level == 7;
            }
            Comparison::Surname { .. } => family |= (1..5).contains(&level),
            Comparison::Birth(_) => {
                // Not two parts of three alike: brothers of one name may be born within a month.
                birth_slip = (2..5).contains(&level);
                birth = match level {
                    0 => Own::Unknown,
                    1 => Own::Same,
                    2..6 => Own::Like,
                    _ => Own::Other,
                }
            }
            Comparison::Sex(_) => sexes |= level > 1,
            Comparison::Home { .. } => {
                address |= (1..4).contains(&level);
                home |= address;
            }
            Comparison::Phone(_) | Comparison::Email(_) => home |= level == 1,
            Comparison::Number(_) => {
                // A slip apart is neither: it is a mistyped number, or that of a brother numbered beside.
                number = if level == 1 { Own::Same } else { number };
                numbers |= level > 2;
            }
            Comparison::Text(_) => {}
        }
    }
    match (given, birth, number) {
        _ if numbers => Err(Hold::Numbers),
        _ if sexes => Err(Hold::Sexes),
        (Own::Other, ..) => Err(names),
        (_, Own::Other, _) => Err(Hold::BirthDates),
        (Own::Same, Own::Same | Own::Like, Own::Same) => Ok(Surety::OfAHousehold),
        (Own::Like, Own::Same, Own::Same) if family => Ok(Surety::OfAHousehold),
        (Own::Same, Own::Unknown, Own::Same) if family => Ok(Surety::OfAHousehold),
        (Own::Unknown, Own::Same, Own::Same) if family => Ok(Surety::ByWeight),
        (Own::Unknown, ..) => Err(Hold::NoName),
        (_, _, Own::Same) => Ok(Surety::ByWeight),
        // Without a number, a father and a son of one name differ by their birth dates alone, and twins may be called
        // John and Jack.
        (_, Own::Unknown, _) => Err(Hold::NoBirthDate),
        // One name and one birth date: twins have two names, a father and a son two birth dates.
        (Own::Same, Own::Same, _) if family && home => Ok(Surety::OfAHousehold),
        (Own::Same, Own::Same, _) => Ok(Surety::OfANameAndADay),
        (Own::Same, Own::Like, _) if family && address && birth_slip => Ok(Surety::ByWeight),
        (Own::Same, Own::Like, _) => Err(Hold::BirthDateAlike),
        (Own::Like, Own::Same, _) if family && home && given_slip => Ok(Surety::ByWeight),
        (Own::Like, Own::Same, _) => Err(Hold::NameAlike),
        (Own::Like, Own::Like, _) => Err(Hold::BothAlike),
    }
}

/// What the given names say, with why a pair waits should they be two people's.
fn given_name(level: u8, pattern: u64) -> (Own, Hold) {
    match level {
        0 => (Own::Unknown, Hold::NoName),
        // Names the other way round agree in both.
        1 | 7 => (Own::Same, Hold::Names),
        // Twins are named Kayden and Jayden. A model need not know both names for that.
        5 => (Own::Like, Hold::NameAlike),
        2..5 if pattern & NO_SLIP_SHOWN == 0 => (Own::Like, Hold::NameAlike),
        2 => (Own::Other, Hold::Forms),
        3..5 if pattern & NEITHER_KNOWN != 0 => (Own::Other, Hold::NeitherKnown),
        3..5 => (Own::Other, Hold::BothNames),
        6 => (Own::Other, Hold::Initial),
        _ => (Own::Other, Hold::Names),
    }
}

/// How much of what is a person's own speaks for a pair in which nothing contradicts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Surety {
    /// Enough if the weight is great.
    ByWeight,
    /// Names and birth date and nothing else: of a million people, some share them.
    OfANameAndADay,
    /// So much that two people of one household, which the weight reckons with, are ruled out.
    OfAHousehold,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Role, Schema};
    use crate::table::{Rows, Table};
    use crate::{Candidates, Model, block, compare, train};

    const COLUMNS: [(&str, Role); 7] = [
        ("first_name", Role::Given),
        ("surname", Role::Surname),
        ("dob", Role::Birth),
        ("sex", Role::Sex),
        ("postcode", Role::Postcode),
        ("nhs_number", Role::Number),
        ("phone", Role::Phone),
    ];

    fn table(rows: &[[&str; 7]]) -> Table {
        let mut table = Table::new(Schema::new(COLUMNS));
        let mut sent = Rows::new(COLUMNS.len());
        rows.iter().for_each(|row| sent.push(*row));
        table.extend(&sent, []);
        table
    }

    /// What is said of two records, however great their weight.
    fn check(a: [&str; 7], b: [&str; 7]) -> Verdict {
        let table = table(&[a, b]);
        let comparisons = compare::comparisons(table.schema());
        let pattern = comparisons.iter().enumerate().fold(0, |pattern, (n, c)| {
            pattern | u64::from(c.level(&table, 0, 1)) << (4 * n)
        });
        let scored = Scored { pattern, weight: 100.0 };
        verdict(&comparisons, scored, Bars::default())
    }

    /// Why two records wait, however great their weight, with what the given names tell besides.
    fn waits(a: [&str; 7], b: [&str; 7], names: u64, weight: f32) -> Option<Hold> {
        let table = table(&[a, b]);
        let comparisons = compare::comparisons(table.schema());
        let pattern = comparisons.iter().enumerate().fold(names, |pattern, (n, c)| {
            pattern | u64::from(c.level(&table, 0, 1)) << (4 * n)
        });
        held(&comparisons, Scored { pattern, weight }, Bars::default())
    }

    const ANN: [&str; 7] = ["Ann", "Lee", "2019-03-04", "F", "DT1 1AA", "9990000018", "01632960001"];

    fn with<const N: usize>(mut row: [&'static str; 7], cells: [(usize, &'static str); N]) -> [&'static str; 7] {
        cells.into_iter().for_each(|(at, cell)| row[at] = cell);
        row
    }

    #[test]
    fn no_weight_joins_twins_parents_and_children_or_numbers_that_contradict() {
        let no_number = with(ANN, [(5, "")]);
        for (what, a, b) in [
            ("twins", no_number, with(no_number, [(0, "Beth")])),
            (
                "twins, the number typed into the other's record",
                ANN,
                with(ANN, [(0, "Beth")]),
            ),
            (
                "twins called by forms of one name",
                with(no_number, [(0, "John")]),
                with(no_number, [(0, "Jack")]),
            ),
            (
                "mother and daughter of one name",
                no_number,
                with(no_number, [(2, "1985-11-30")]),
            ),
            (
                "the same, with the mother's number",
                ANN,
                with(ANN, [(2, "1985-11-30")]),
            ),
            (
                "the same, where one has no birth date",
                no_number,
                with(no_number, [(2, "")]),
            ),
            (
                "sisters of one name, born in one month",
                no_number,
                with(no_number, [(2, "2019-03-22")]),
            ),
            ("another number", ANN, with(ANN, [(5, "9990000115")])),
            ("another sex", ANN, with(ANN, [(3, "M")])),
            (
                "a household without given names",
                with(ANN, [(0, ""), (5, "")]),
                with(ANN, [(0, ""), (5, "")]),
            ),
            ("a baby without a name", with(no_number, [(0, "Baby")]), no_number),
        ] {
            assert_eq!(check(a, b), Verdict::MayBe, "{what}");
        }
    }

    #[test]
    fn what_is_a_persons_own_joins() {
        let no_number = with(ANN, [(5, "")]);
        for (what, a, b) in [
            ("all the same", ANN, ANN),
            ("no number", ANN, no_number),
            (
                "moved and married, the same number",
                ANN,
                with(ANN, [(1, "Moor"), (4, "SP7 8AA"), (6, "")]),
            ),
            (
                "a slip in the birth date, the same number",
                ANN,
                with(ANN, [(2, "2019-03-05")]),
            ),
            ("a slip in the number", ANN, with(ANN, [(5, "9990000078")])),
            ("a form of the name, the same number", ANN, with(ANN, [(0, "Nancy")])),
            (
                "names the other way round",
                no_number,
                with(no_number, [(0, "Lee"), (1, "Ann")]),
            ),
            (
                "a name mistyped",
                with(no_number, [(0, "Jessica")]),
                with(no_number, [(0, "Jesisca")]),
            ),
        ] {
            assert_eq!(check(a, b), Verdict::Join, "{what}");
        }
    }

    #[test]
    fn each_reason_for_which_a_likely_pair_waits_is_named() {
        let no_number = with(ANN, [(5, "")]);
        let called = |name| with(no_number, [(0, name)]);
        let elsewhere = [(4, "SP7 8AA"), (6, "")];
        for (hold, a, b, names) in [
            (Hold::Numbers, ANN, with(ANN, [(5, "9990000115")]), 0),
            (Hold::Sexes, ANN, with(ANN, [(3, "M")]), 0),
            (Hold::Names, ANN, with(ANN, [(0, "Beth")]), 0),
            (Hold::BothNames, called("Joan"), called("Jan"), NO_SLIP_SHOWN),
            (
                Hold::NeitherKnown,
                called("Zaylen"),
                called("Zaylan"),
                NO_SLIP_SHOWN | NEITHER_KNOWN,
            ),
            (Hold::Forms, called("Jack"), called("Jake"), NO_SLIP_SHOWN),
            (Hold::Initial, no_number, called("A"), 0),
            (Hold::BirthDates, no_number, with(no_number, [(2, "1985-11-30")]), 0),
            (Hold::NoName, no_number, called(""), 0),
            (Hold::NoBirthDate, no_number, with(no_number, [(2, "")]), 0),
            (
                Hold::NameAlike,
                called("Jessica"),
                with(called("Jesisca"), elsewhere),
                0,
            ),
            (
                Hold::BirthDateAlike,
                no_number,
                with(with(no_number, [(2, "2019-03-05")]), elsewhere),
                0,
            ),
            (
                Hold::BothAlike,
                called("Jessica"),
                with(called("Jesisca"), [(2, "2019-03-05")]),
                0,
            ),
        ] {
            assert_eq!(waits(a, b, names, 100.0), Some(hold), "{a:?} and {b:?}");
        }
        let apart = with(no_number, elsewhere);
        assert_eq!(
            waits(no_number, apart, 0, Bars::default().alone - 0.1),
            Some(Hold::NamesAlone)
        );
        assert_eq!(waits(ANN, ANN, 0, Bars::default().sure - 0.1), Some(Hold::Weight));
        assert_eq!(waits(ANN, ANN, 0, 100.0), None, "what joins does not wait");
        assert_eq!(
            waits(ANN, ANN, 0, f32::NAN),
            Some(Hold::Weight),
            "no number joins nothing"
        );
    }

    #[test]
    fn a_small_weight_joins_nothing() {
        let table = table(&[ANN, ANN]);
        let comparisons = compare::comparisons(table.schema());
        let bars = Bars::default();
        for (weight, said) in [
            (bars.sure, Verdict::Join),
            (bars.sure - 0.1, Verdict::MayBe),
            (bars.may_be - 0.1, Verdict::No),
        ] {
            let scored = Scored {
                pattern: 0x0111_1111,
                weight,
            };
            assert_eq!(verdict(&comparisons, scored, bars), said, "{weight}");
        }
    }

    #[test]
    fn two_names_that_people_have_are_no_slip_of_each_other_nor_two_that_nobody_knows() {
        // Half a thousand people, so that names can be seen to be common.
        let given = ["Jayden", "Kayden", "Olive", "Rose", "Peter"];
        let born: Vec<String> = (0..600)
            .map(|n| format!("19{:02}-{:02}-{:02}", n % 90, n % 12 + 1, n % 28 + 1))
            .collect();
        let mut rows: Vec<[&str; 7]> = (0..600)
            .map(|n| {
                [
                    given[n % 5],
                    ["Hill", "Frost", "Marsh"][n % 3],
                    born[n].as_str(),
                    "",
                    "",
                    "",
                    "",
                ]
            })
            .collect();
        for name in ["Jayden", "Kayden", "Jaydne", "Zaylen", "Zaylan"] {
            rows.push([name, "Zeller", "2019-03-04", "M", "DT1 1AA", "", "01632960001"]);
        }
        let table = table(&rows);
        let candidates = Candidates::new(&table, &block::rules(table.schema()), false);
        let model = train::train(&table, &candidates, train::Settings::default());
        let scorer = Scorer::new(&table, &model);
        let own = |a, b| scorer.score(a, b).pattern & NO_SLIP_SHOWN != 0;
        assert!(own(600, 601), "Jayden and Kayden: {:?}", scorer.score(600, 601));
        assert!(!own(600, 602), "Jayden and Jaydne: {:?}", scorer.score(600, 602));
        assert!(
            own(603, 604),
            "two names that nobody knows: {:?}",
            scorer.score(603, 604)
        );
        let unknown = |a, b| scorer.score(a, b).pattern & NEITHER_KNOWN != 0;
        assert!(unknown(603, 604) && !unknown(600, 601), "which of both reasons it is");
        let _: &Model = &model;
    }

    #[test]
    fn the_heaviest_pairs_are_looked_at_and_each_two_persons_once() {
        let comparisons = compare::comparisons(&Schema::new(COLUMNS));
        let pair = |a, b, weight| Pair {
            a,
            b,
            weight,
            pattern: 0x8111,
        };
        let pairs = [
            pair(0, 1, 9.0),
            pair(0, 2, 12.0),
            pair(1, 2, 11.0),
            pair(3, 4, 7.0),
            pair(5, 6, 1.0),
        ];
        let persons: Vec<u32> = (0..400).map(|row| if row == 2 { 1 } else { row }).collect();
        let seen = for_review(&comparisons, &pairs, &persons, Bars::default());
        assert_eq!(seen.iter().map(|p| p.weight).collect::<Vec<_>>(), [12.0, 7.0]);
        let few = for_review(&comparisons, &pairs, &persons[..10], Bars::default());
        assert_eq!(few.len(), 1, "a tenth of a pair is one");
    }
}
