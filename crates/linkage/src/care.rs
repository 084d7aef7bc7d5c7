//! Which pairs may join records by themselves where a record is shown to those who care for someone.
//!
//! The weight alone must not decide: it is an estimate, learnt from records whose errors it cannot see, and the joins
//! that hurt people (twins, a parent and a child of one name, a number typed into the wrong record of a household) are
//! those that a weight takes for likely. So a join needs the weight and, level by level, what a household does not
//! share: the full birth date and the given name, with nothing that contradicts. Everything else is at most "may be".

use crate::cluster::{CAP, Pair, joined};
use crate::compare::Comparison;
use crate::score::{CUT_SHORT, NO_SLIP_SHOWN, Scored, Scorer, level_in};

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

/// Says what may be done about a pair. A pure function of the pair's levels and weight.
pub fn verdict(comparisons: &[Comparison], scored: Scored, bars: Bars) -> Verdict {
    let bar = match surety(comparisons, scored.pattern) {
        Surety::None => f32::INFINITY,
        Surety::ByWeight => bars.join,
        Surety::OfANameAndADay => bars.alone,
        Surety::OfAHousehold => bars.sure,
    };
    if scored.weight >= bar {
        Verdict::Join
    } else if scored.weight >= bars.may_be {
        Verdict::MayBe
    } else {
        Verdict::No
    }
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

/// True when what only one person has speaks for the pair, and nothing speaks against it.
///
/// Surname, home and telephone are what a household shares: they count in the weight, and here only beside a birth date
/// or a name with a slip.
fn surety(comparisons: &[Comparison], pattern: u64) -> Surety {
    let (mut given, mut birth, mut number) = (Own::Unknown, Own::Unknown, Own::Unknown);
    let (mut against, mut family, mut home, mut address) = (false, false, false, false);
    let (mut given_slip, mut birth_slip) = (false, false);
    for (n, comparison) in comparisons.iter().enumerate() {
        let level = level_in(pattern, n);
        match comparison {
            Comparison::Given { .. } => {
                given = match level {
                    0 => Own::Unknown,
                    // Names the other way round agree in both.
                    1 | 7 => Own::Same,
                    // Twins are named Kayden and Jayden. A model need not know both names for that.
                    5 => Own::Like,
                    2..5 if pattern & NO_SLIP_SHOWN == 0 => Own::Like,
                    _ => Own::Other,
                };
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
            Comparison::Sex(_) => against |= level > 1,
            Comparison::Home { .. } => {
                address |= (1..4).contains(&level);
                home |= address;
            }
            Comparison::Phone(_) | Comparison::Email(_) => home |= level == 1,
            Comparison::Number(_) => {
                // A slip apart is neither: it is a mistyped number, or that of a brother numbered beside.
                number = if level == 1 { Own::Same } else { number };
                against |= level > 2;
            }
            Comparison::Text(_) => {}
        }
    }
    if against {
        return Surety::None;
    }
    match (given, birth, number) {
        (Own::Other, ..) | (_, Own::Other, _) => Surety::None,
        (Own::Same, Own::Same | Own::Like, Own::Same) => Surety::OfAHousehold,
        (Own::Like, Own::Same, Own::Same) if family => Surety::OfAHousehold,
        (Own::Same, Own::Unknown, Own::Same) if family => Surety::OfAHousehold,
        (Own::Unknown, Own::Same, Own::Same) if family => Surety::ByWeight,
        (Own::Unknown, ..) => Surety::None,
        (_, _, Own::Same) => Surety::ByWeight,
        // Without a number, a father and a son of one name differ by their birth dates alone, and twins may be called
        // John and Jack.
        (_, Own::Unknown, _) => Surety::None,
        // One name and one birth date: twins have two names, a father and a son two birth dates.
        (Own::Same, Own::Same, _) if family && home => Surety::OfAHousehold,
        (Own::Same, Own::Same, _) => Surety::OfANameAndADay,
        (Own::Same, Own::Like, _) if family && address && birth_slip => Surety::ByWeight,
        (Own::Like, Own::Same, _) if family && home && given_slip => Surety::ByWeight,
        _ => Surety::None,
    }
}

/// How much of what is a person's own speaks for a pair.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Surety {
    /// Too little, or something contradicts.
    None,
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
