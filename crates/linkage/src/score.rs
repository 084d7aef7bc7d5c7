//! The weight of a pair: how far the evidence speaks for one person.
//!
//! A pair of records is of one person, of two people of one household, or of two strangers (a mixture of three
//! classes, where Fellegi and Sunter 1969 have two). Twins, parents with their children and numbers mistyped within a
//! family are thereby weighed against what families have in common, not against strangers.

use std::borrow::Cow;
use std::sync::Arc;

use hashbrown::HashMap;

use crate::compare::{Comparison, Level, comparisons};
use crate::given_names;
use crate::model::{LevelWeight, Model};
use crate::schema::Schema;
use crate::table::{Rows, Table, hash};

/// A model made ready for weighing: made once, used for any number of tables.
#[derive(Clone)]
pub struct Weights {
    schema: Schema,
    comparisons: Vec<Comparison>,
    /// The order in which comparisons are made, the quick ones first.
    order: Vec<u8>,
    /// How many are quick.
    quick: usize,
    /// Base-2 logarithms of the shares at each level: same, home, stranger.
    shares: Vec<Vec<[f32; 3]>>,
    /// For each column, base-2 logarithms of how common listed values are, by the hash of their text, and of others.
    listed: Vec<(HashMap<u64, f32>, f32)>,
    /// For each comparison and level: what is done with how common the values are.
    value: Vec<Vec<Worth>>,
    /// For each comparison: the column of its equal values, and the least share of one person at a level of equal ones.
    equal: Vec<Option<(usize, f32)>>,
    prior: [f32; 3],
}

/// A table's values with what a model says of them, ready to weigh pairs.
pub struct Scorer<'a> {
    table: &'a Table,
    weights: Cow<'a, Weights>,
    common: Arc<Common>,
    /// The most that the comparisons that are not quick can add, against a household and against strangers.
    rest: [f32; 2],
}

/// What a model says of the values of a table.
#[derive(Clone, Default)]
struct Common {
    /// For each column, base-2 logarithm of how common each value is, by value id less one.
    of: Vec<Vec<f32>>,
    /// For each column, that of its rarest value.
    rarest: Vec<f32>,
}

impl Common {
    /// Looks up the values that the table has and that were not looked up yet.
    fn follow(&mut self, table: &Table, weights: &Weights) {
        let columns = table.schema().columns.len();
        self.of.resize_with(columns, Vec::new);
        self.rarest.resize(columns, 0.0);
        for (at, (of, rarest)) in self.of.iter_mut().zip(&mut self.rarest).enumerate() {
            let values = &table.column(at).values;
            let listed = weights.listed.get(at);
            for id in of.len() as u32 + 1..=values.len() as u32 {
                let common = listed.map_or(-20.0, |(listed, rest)| {
                    listed.get(&values.hash(id)).copied().unwrap_or(*rest)
                });
                of.push(common);
                *rarest = rarest.min(common);
            }
        }
    }
}

/// A table that grows while pairs of its records are weighed: a record is cleaned once, and what a model says of a value
/// is looked up once. A pair's weight is the same as in a table of the two records alone.
pub struct Growing {
    weights: Arc<Weights>,
    table: Table,
    common: Arc<Common>,
}

impl Growing {
    /// An empty table of the columns of these weights.
    pub fn new(weights: Arc<Weights>) -> Growing {
        Growing {
            table: Table::new(weights.schema.clone()),
            common: Arc::default(),
            weights,
        }
    }

    /// Adds rows; answers the place of the first.
    pub fn add(&mut self, rows: &Rows) -> u32 {
        let first = self.table.len() as u32;
        self.table.extend(rows, []);
        Arc::make_mut(&mut self.common).follow(&self.table, &self.weights);
        first
    }

    /// The table.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Weighs pairs of what is there now.
    pub fn scorer(&self) -> Scorer<'_> {
        Scorer::over(&self.table, Cow::Borrowed(&self.weights), Arc::clone(&self.common))
    }
}

#[derive(Debug, Clone, Copy)]
enum Worth {
    /// Nothing: the share of strangers holds.
    Fixed,
    /// Both hold one value of this column.
    Exact(usize),
    /// The rarer of two like values of this column, measured against the usual.
    Like(usize, f32),
}

/// What was found about a pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Four bits a comparison, the first in the lowest: the level each stands at.
    pub pattern: u64,
    /// Base-2 logarithm of the odds that both are one person's.
    pub weight: f32,
}

/// How much one comparison adds, and against what.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Which comparison, by its place.
    pub comparison: usize,
    /// The level it stands at.
    pub level: u8,
    /// Base-2 logarithm of how much likelier this is for one person than for the alternative.
    pub weight: f32,
}

/// The whole of what a pair's weight is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// True when the likelier alternative to "one person" is "two people of one household"; false for strangers.
    pub against_home: bool,
    /// Base-2 logarithm of the odds before any evidence, of one person against that alternative.
    pub start: f32,
    /// What each comparison adds.
    pub evidence: Vec<Evidence>,
    /// The pair's weight. Less than the sum of the parts by what the other alternative takes away.
    pub weight: f32,
}

/// Set in the pattern of a weighed pair when both given names are alike, unequal, and nothing shows that one is a slip of
/// the other: each is a name that people are known to have (Kayden and Jayden), or neither is; or each is a form of the
/// other or of a third that a brother could have (Jack and Jake). There are at most fifteen
/// comparisons, so the bit is free.
pub const NO_SLIP_SHOWN: u64 = 1 << 60;
/// Set in the pattern of a weighed pair when one given name is the other cut short (Steve and Stephen): two children are
/// not named so.
pub const CUT_SHORT: u64 = 1 << 61;
/// Set beside [`NO_SLIP_SHOWN`] when neither name is one that people are known to have, so that whoever looks is told the
/// right one of both reasons.
pub const NEITHER_KNOWN: u64 = 1 << 62;
/// So many bits rarer than a name that it is one slip from, a value that nobody is known by is a slip, however often
/// it was made (Jhon).
const FAR_RARER: f32 = 6.0;
/// From this share of all records on, a given name is one that people have and no slip.
const USUAL_NAME: f32 = -14.0;

/// The level of one comparison in a pattern.
pub fn level_in(pattern: u64, comparison: usize) -> u8 {
    (pattern >> (4 * comparison) & 15) as u8
}

/// The chance that a weight stands for.
pub fn probability(weight: f32) -> f64 {
    1.0 / (1.0 + (-f64::from(weight)).exp2())
}

/// The furthest that a like value's rarity may move its weight, in bits each way.
const LIKE_MOVES: f32 = 4.0;

impl Weights {
    /// Makes a model ready.
    pub fn new(model: &Model) -> Weights {
        let comparisons = comparisons(&model.schema);
        // Looked up by hash: most values are not listed, and comparing texts would take longest of all.
        let listed = model
            .frequencies
            .iter()
            .map(|f| {
                let by_hash = |(text, share): (&String, &f64)| (hash(text.as_bytes()), share.log2() as f32);
                (f.values.iter().map(by_hash).collect(), f.rest.log2() as f32)
            })
            .collect();
        let (mut shares, mut value, mut equal) = (Vec::new(), Vec::new(), Vec::new());
        for (comparison, weights) in comparisons.iter().zip(&model.comparisons) {
            let of = |l: &LevelWeight| [l.same, l.home, l.stranger].map(|share| share.max(1e-12).log2() as f32);
            let mut of_levels: Vec<[f32; 3]> = weights.levels.iter().map(of).collect();
            in_order(comparison, &mut of_levels);
            let least = exact_levels(comparison).map(|at| of_levels[at][0]).reduce(f32::min);
            equal.push(comparison.value_column(1).zip(least));
            shares.push(of_levels);
            let worth = |(at, level): (usize, &Level)| match comparison.value_column(at as u8) {
                Some(column) if level.exact => Worth::Exact(column),
                Some(column) if !matches!(comparison, Comparison::Home { .. }) && weights.levels[at].usual < 0.0 => {
                    Worth::Like(column, weights.levels[at].usual as f32)
                }
                _ => Worth::Fixed,
            };
            value.push(comparison.levels().iter().enumerate().map(worth).collect());
        }
        let strangers = 1.0 - model.chance_same - model.chance_home;
        let prior = [model.chance_same, model.chance_home, strangers].map(|c| c.log2() as f32);
        let mut order: Vec<u8> = (0..comparisons.len() as u8).collect();
        order.sort_by_key(|n| !is_quick(&comparisons[usize::from(*n)]));
        Weights {
            schema: model.schema.clone(),
            quick: comparisons.iter().filter(|c| is_quick(c)).count(),
            order,
            comparisons,
            shares,
            listed,
            value,
            equal,
            prior,
        }
    }

    /// The columns that are compared.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }
}

impl<'a> Scorer<'a> {
    /// Prepares a table and a model of the same columns.
    pub fn new(table: &'a Table, model: &Model) -> Scorer<'a> {
        Scorer::alone(table, Cow::Owned(Weights::new(model)))
    }

    /// Prepares a table for weights of the same columns.
    pub fn with(table: &'a Table, weights: &'a Weights) -> Scorer<'a> {
        Scorer::alone(table, Cow::Borrowed(weights))
    }

    fn alone(table: &'a Table, weights: Cow<'a, Weights>) -> Scorer<'a> {
        let mut common = Common::default();
        common.follow(table, &weights);
        Scorer::over(table, weights, Arc::new(common))
    }

    fn over(table: &'a Table, weights: Cow<'a, Weights>, common: Arc<Common>) -> Scorer<'a> {
        let mut scorer = Scorer {
            table,
            weights,
            common,
            rest: [0.0; 2],
        };
        for place in scorer.weights.quick..scorer.weights.order.len() {
            let most = scorer.most(usize::from(scorer.weights.order[place]));
            scorer.rest = [scorer.rest[0] + most[0], scorer.rest[1] + most[1]];
        }
        scorer
    }

    /// The most that one comparison can add, against a household and against strangers.
    fn most(&self, n: usize) -> [f32; 2] {
        let rarest = |column: usize| self.common.rarest[column];
        let mut most = [0.0f32; 2];
        for (shares, worth) in self.weights.shares[n].iter().zip(&self.weights.value[n]).skip(1) {
            let stranger = match worth {
                Worth::Fixed => shares[2],
                Worth::Exact(column) => rarest(*column),
                Worth::Like(..) => shares[2] - LIKE_MOVES,
            };
            most = [most[0].max(shares[0] - shares[1]), most[1].max(shares[0] - stranger)];
        }
        most
    }

    /// The comparisons, in order.
    pub fn comparisons(&self) -> &[Comparison] {
        &self.weights.comparisons
    }

    /// The table.
    pub fn table(&self) -> &'a Table {
        self.table
    }

    /// The share of records that hold what this record holds in a column.
    pub fn share(&self, column: usize, row: u32) -> f64 {
        f64::from(self.common_of(column, row)).exp2()
    }

    /// The levels at which two records stand.
    #[inline]
    pub fn pattern(&self, a: u32, b: u32) -> u64 {
        self.weights.comparisons.iter().enumerate().fold(0, |pattern, (n, c)| {
            pattern | u64::from(c.level(self.table, a, b)) << (4 * n)
        })
    }

    /// Weighs a pair.
    #[inline]
    pub fn score(&self, a: u32, b: u32) -> Scored {
        self.score_from(a, b, f32::NEG_INFINITY).unwrap_or(Scored {
            pattern: 0,
            weight: f32::NEG_INFINITY,
        })
    }

    /// Weighs a pair, or gives nothing when it weighs less than `least`: names, which take longest to compare, are not
    /// looked at when they could not make up for the rest.
    #[inline]
    pub fn score_from(&self, a: u32, b: u32, least: f32) -> Option<Scored> {
        let (mut pattern, mut sums) = (0u64, self.weights.prior);
        for (place, n) in self.weights.order.iter().map(|n| usize::from(*n)).enumerate() {
            if place == self.weights.quick {
                let most = (sums[0] - sums[1] + self.rest[0]).min(sums[0] - sums[2] + self.rest[1]);
                // Sums of rounded numbers: a little is allowed for.
                if most < least - 0.01 {
                    return None;
                }
            }
            let level = self.weights.comparisons[n].level(self.table, a, b);
            if level > 0 {
                pattern |= u64::from(level) << (4 * n);
                let parts = self.parts(n, level, a, b);
                sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
            }
        }
        let weight = sums[0] - add(sums[1], sums[2]);
        let pattern = if weight > 0.0 {
            pattern | self.names_tell(pattern, a, b)
        } else {
            pattern
        };
        (weight >= least).then_some(Scored { pattern, weight })
    }

    /// What two given names that are alike and unequal tell besides: [`NO_SLIP_SHOWN`], with [`NEITHER_KNOWN`] or without,
    /// or [`CUT_SHORT`], or nothing.
    fn names_tell(&self, pattern: u64, a: u32, b: u32) -> u64 {
        let alike = |(n, comparison): (usize, &Comparison)| match comparison {
            Comparison::Given { given, .. } if (2..5).contains(&level_in(pattern, n)) => {
                Some((*given, level_in(pattern, n)))
            }
            _ => None,
        };
        let Some((given, level)) = self.weights.comparisons.iter().enumerate().find_map(alike) else {
            return 0;
        };
        let (x, y) = (self.table.text(a, given), self.table.text(b, given));
        if level == 2 {
            return match () {
                () if given_names::is_cut_short(x, y) => CUT_SHORT,
                () if given_names::is_pet_form(x, y) => 0,
                () => NO_SLIP_SHOWN,
            };
        }
        let rest = self.weights.listed.get(given).map_or(-20.0, |(_, rest)| *rest);
        let (common_x, common_y) = (self.common_of(given, a), self.common_of(given, b));
        let usual = |common: f32, other: f32| common >= USUAL_NAME && common > rest && other - common < FAR_RARER;
        let known_x = given_names::is_name(x) || usual(common_x, common_y);
        let known_y = given_names::is_name(y) || usual(common_y, common_x);
        match (known_x, known_y) {
            (true, true) => NO_SLIP_SHOWN,
            (false, false) => NO_SLIP_SHOWN | NEITHER_KNOWN,
            (true, false) | (false, true) => 0,
        }
    }

    /// Of one comparison: the base-2 logarithms of how likely its level is for each of the three classes.
    #[inline]
    fn parts(&self, n: usize, level: u8, a: u32, b: u32) -> [f32; 3] {
        let mut shares = self.weights.shares[n][usize::from(level)];
        match self.weights.value[n][usize::from(level)] {
            Worth::Fixed => {}
            Worth::Exact(column) => {
                shares[2] = self.common_of(column, a).min(shares[0]);
                return shares;
            }
            Worth::Like(column, usual) => {
                let (x, y) = (self.common_of(column, a), self.common_of(column, b));
                let moved = shares[2] + (x.min(y) - usual).clamp(-LIKE_MOVES, LIKE_MOVES);
                shares[2] = moved.min(0.0);
            }
        }
        // What is alike is never worth more than what is equal. What counts against is not looked at again.
        if shares[0] > shares[2]
            && let Some((column, equal)) = self.weights.equal[n]
        {
            let commoner = self
                .known_common(column, a)
                .max(self.known_common(column, b))
                .min(equal);
            shares[2] = shares[2].max(shares[0] - (equal - commoner));
        }
        shares
    }

    /// How common a record's value is; as if never seen when it says nothing.
    fn known_common(&self, column: usize, row: u32) -> f32 {
        let id = self.table.column(column).ids[row as usize] as usize;
        id.checked_sub(1)
            .map_or(f32::NEG_INFINITY, |at| self.common.of[column][at])
    }

    /// What strangers have in common, whatever else: the logarithm that training holds fixed.
    pub(crate) fn stranger_sum(&self, pattern: u64, a: u32, b: u32) -> f32 {
        (0..self.weights.comparisons.len())
            .filter_map(|n| Some((n, level_in(pattern, n))).filter(|(_, level)| *level > 0))
            .map(|(n, level)| self.parts(n, level, a, b)[2])
            .sum()
    }

    /// The base-2 logarithm of how common the rarer of both values is at a level, when that matters there.
    pub(crate) fn rarer(&self, n: usize, level: u8, a: u32, b: u32) -> Option<f32> {
        let column = self.weights.comparisons[n].value_column(level)?;
        Some(self.common_of(column, a).min(self.common_of(column, b)))
    }

    fn common_of(&self, column: usize, row: u32) -> f32 {
        let id = self.table.column(column).ids[row as usize] as usize;
        id.checked_sub(1).map_or(0.0, |at| self.common.of[column][at])
    }

    /// Takes a pair's weight apart.
    pub fn explain(&self, a: u32, b: u32) -> Explanation {
        let scored = self.score(a, b);
        let all: Vec<(usize, u8, [f32; 3])> = (0..self.weights.comparisons.len())
            .map(|n| (n, level_in(scored.pattern, n)))
            .map(|(n, level)| {
                (
                    n,
                    level,
                    if level == 0 {
                        [0.0; 3]
                    } else {
                        self.parts(n, level, a, b)
                    },
                )
            })
            .collect();
        let sum = |class: usize| self.weights.prior[class] + all.iter().map(|(.., parts)| parts[class]).sum::<f32>();
        let against_home = sum(1) > sum(2);
        let other = if against_home { 1 } else { 2 };
        let evidence = all
            .iter()
            .map(|(n, level, parts)| Evidence {
                comparison: *n,
                level: *level,
                weight: parts[0] - parts[other],
            })
            .collect();
        Explanation {
            against_home,
            start: self.weights.prior[0] - self.weights.prior[other],
            evidence,
            weight: scored.weight,
        }
    }
}

/// True of what is compared as numbers, without a look at texts.
fn is_quick(comparison: &Comparison) -> bool {
    match comparison {
        Comparison::Birth(_)
        | Comparison::Sex(_)
        | Comparison::Home { .. }
        | Comparison::Number(_)
        | Comparison::Phone(_) => true,
        Comparison::Given { .. } | Comparison::Surname { .. } | Comparison::Email(_) | Comparison::Text(_) => false,
    }
}

fn exact_levels(comparison: &Comparison) -> impl Iterator<Item = usize> {
    let levels = comparison.levels();
    (1..levels.len()).filter(|at| levels[*at].exact)
}

/// Bends shares so that a slip in a copy never raises a pair's weight: agreeing never counts against one person, and
/// nothing that is less than equal is worth more than what is equal. A family shares its home more surely than one
/// person's records do, who moves; taken as it stands, another address would speak for one person.
fn in_order(comparison: &Comparison, levels: &mut [[f32; 3]]) {
    let mut exact: Vec<usize> = exact_levels(comparison).collect();
    if exact.is_empty() {
        exact.push(1);
        levels[1][2] = levels[1][2].min(levels[1][0]);
    }
    for at in &exact {
        levels[*at][0] = levels[*at][0].min(levels[exact[0]][0]);
        levels[*at][1] = levels[*at][1].min(levels[*at][0]);
    }
    for at in &exact[1..] {
        bounded(levels, *at, &exact[..1], &[1]);
    }
    for at in (1..comparison.levels().len()).filter(|at| !exact.contains(at)) {
        // Among strangers, what equal values are worth depends on the values.
        let classes: &[usize] = if comparison.value_column(1).is_some() {
            &[1]
        } else {
            &[1, 2]
        };
        bounded(levels, at, &exact, classes);
    }
    if matches!(comparison, Comparison::Home { .. }) {
        // With a postcode unknown, another address in place of the same says nothing: the same may not say less.
        for class in [1, 2] {
            levels[5][class] = levels[5][class].min(levels[5][0]);
        }
        bounded(levels, 7, &[5, 6], &[1, 2]);
        bounded(levels, 8, &[7], &[1, 2]);
        bounded(levels, 9, &[8], &[1, 2]);
    }
}

/// Holds a level to be worth no more than any of those above it, against each of the classes.
fn bounded(levels: &mut [[f32; 3]], at: usize, above: &[usize], classes: &[usize]) {
    for class in classes {
        let worth = |of: &usize| levels[*of][0] - levels[*of][*class];
        let most = above.iter().map(worth).fold(f32::INFINITY, f32::min);
        levels[at][*class] = levels[at][*class].max(levels[at][0] - most);
    }
}

/// The base-2 logarithm of the sum of two numbers given by theirs.
#[inline]
fn add(a: f32, b: f32) -> f32 {
    let (small, great) = if a < b { (a, b) } else { (b, a) };
    if great - small > 24.0 {
        great
    } else {
        great + (1.0 + (small - great).exp2()).log2()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;

    fn table(schema: &Schema, people: &[[&str; 4]]) -> Table {
        let mut rows = Rows::new(4);
        people.iter().for_each(|person| rows.push(*person));
        let mut table = Table::new(schema.clone());
        table.extend(&rows, []);
        table
    }

    #[test]
    fn a_pair_weighs_the_same_in_a_table_that_grows_as_alone() {
        let columns = ["given", "family", "born", "postcode"];
        let roles = [Role::Given, Role::Surname, Role::Birth, Role::Postcode];
        let schema = Schema::new(columns.into_iter().zip(roles));
        let people = [
            ["Ada", "Hardy", "1945-05-04", "DT1 1AA"],
            ["Ida", "Hardy", "1945-05-04", "DT1 1AA"],
            ["", "Barnes", "1801-02-22", ""],
            ["William", "Barnes", "1801-02-22", "DT2 8AA"],
            ["Ada", "Hardie", "1945-04-05", "DT1 1AB"],
        ];
        let weights = Arc::new(Weights::new(&Model::untrained(&table(&schema, &people))));
        let mut growing = Growing::new(Arc::clone(&weights));
        for (place, person) in (0..).zip(people) {
            let mut one = Rows::new(4);
            one.push(person);
            assert_eq!(growing.add(&one), place);
            for (before, other) in (0..place).zip(people) {
                let alone = table(&schema, &[other, person]);
                let (here, there) = (growing.scorer(), Scorer::with(&alone, &weights));
                assert_eq!(here.score(before, place), there.score(0, 1), "{person:?} {other:?}");
                assert!(here.rest[0] >= there.rest[0] && here.rest[1] >= there.rest[1]);
            }
        }
    }
}
