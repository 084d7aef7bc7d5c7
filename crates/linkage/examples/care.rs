//! Measures what joins by itself where records are shown to those who care for someone: wrong joins, apart for twins,
//! same-name parent and child, and numbers typed into another's record; recall; and what is left to be looked at.
//!
//! `care FILE.csv [COLUMN LEFT OUT…]`; with SHOW set, wrong joins are printed.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a tool for those who work on the engine: it says where it broke"
)]

mod sets;

use linkage::care::{Bars, Verdict, for_review, persons, verdict};
use linkage::{Candidates, Pair, Scorer, block, pairs, schema::Role, train};
use sets::{Set, pairs_within};
use std::collections::{HashMap, HashSet};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (path, left_out) = arguments.split_first().expect("a CSV file");
    let set = sets::read(path, left_out);
    let candidates = Candidates::new(&set.table, &block::rules(set.table.schema()), false);
    let model = train::train(&set.table, &candidates, train::Settings::default());
    let scorer = Scorer::new(&set.table, &model);
    let found = pairs(&scorer, &candidates, 0.0);
    println!("{path}: {} rows, {} people", set.person.len(), people(&set.person));
    let kinds = Kinds::of(&set);
    measure(&set, &scorer, &found, Bars::default(), &kinds);
    for join in [7.0, 9.0, 11.0, 13.0] {
        measure(
            &set,
            &scorer,
            &found,
            Bars {
                join,
                alone: join,
                ..Bars::default()
            },
            &kinds,
        );
    }
    let mut at_risk: HashMap<&str, u32> = HashMap::new();
    for pair in found
        .iter()
        .filter(|p| set.person[p.a as usize] != set.person[p.b as usize])
    {
        *at_risk.entry(kinds.name(&set, pair.a, pair.b)).or_default() += 1;
    }
    println!("  pairs of two people of weight 0 or more: {at_risk:?}");
    review(&set, &scorer, &found);
}

fn people(person: &[u32]) -> usize {
    person.iter().collect::<HashSet<_>>().len()
}

/// The people who are easily taken for one another.
struct Kinds {
    /// By person: the birth date and given name that most of their records hold.
    usual: HashMap<u32, (String, String)>,
    number: Option<usize>,
}

impl Kinds {
    fn of(set: &Set) -> Kinds {
        let column = |role| set.table.schema().first(role).expect("this column");
        let (birth, given) = (column(Role::Birth), column(Role::Given));
        let mut held: HashMap<u32, [HashMap<&str, u32>; 2]> = HashMap::new();
        for (row, person) in set.person.iter().enumerate() {
            for (n, at) in [birth, given].into_iter().enumerate() {
                let text = set.table.text(row as u32, at);
                if !text.is_empty() {
                    *held.entry(*person).or_default()[n].entry(text).or_default() += 1;
                }
            }
        }
        let most = |texts: &HashMap<&str, u32>| {
            let mut all: Vec<_> = texts.iter().map(|(text, n)| (*n, *text)).collect();
            all.sort_unstable();
            all.last().map_or(String::new(), |(_, text)| (*text).to_string())
        };
        let usual = held
            .iter()
            .map(|(p, [birth, given])| (*p, (most(birth), most(given))))
            .collect();
        Kinds {
            usual,
            number: set.table.schema().first(Role::Number),
        }
    }

    /// What two different people are to each other.
    fn name(&self, set: &Set, a: u32, b: u32) -> &'static str {
        let (x, y) = (set.person[a as usize], set.person[b as usize]);
        let number = self.number.map(|at| (set.table.text(a, at), set.table.text(b, at)));
        let same_number = number.is_some_and(|(x, y)| !x.is_empty() && x == y);
        if set.household[a as usize] != set.household[b as usize] {
            return "strangers";
        }
        let empty = (String::new(), String::new());
        let (x, y) = (
            self.usual.get(&x).unwrap_or(&empty),
            self.usual.get(&y).unwrap_or(&empty),
        );
        match () {
            () if x.0 == y.0 => "twins",
            () if x.1 == y.1 => "one name in a household",
            () if same_number => "mistyped number",
            () => "others of a household",
        }
    }
}

fn measure(set: &Set, scorer: &Scorer<'_>, found: &[Pair], bars: Bars, kinds: &Kinds) {
    let is = |p: &Pair| set.person[p.a as usize] == set.person[p.b as usize];
    let joins: Vec<&Pair> = found
        .iter()
        .filter(|p| verdict(scorer.comparisons(), p.scored(), bars) == Verdict::Join)
        .collect();
    let wrong: Vec<&&Pair> = joins.iter().filter(|p| !is(p)).collect();
    let persons = persons(scorer, found, bars);
    let mut both: HashMap<(u32, u32), u64> = HashMap::new();
    for (p, c) in persons.iter().zip(&set.person) {
        *both.entry((*p, *c)).or_default() += 1;
    }
    let right: u64 = both.values().map(|n| n * (n - 1) / 2).sum();
    let (made, total) = (pairs_within(&persons), pairs_within(&set.person));
    let mut mixed: HashMap<u32, HashSet<u32>> = HashMap::new();
    for (p, c) in persons.iter().zip(&set.person) {
        mixed.entry(*p).or_default().insert(*c);
    }
    println!(
        "  bars {:>4} and {:>4}: {} joins, wrong {} ({:.2} in 100,000); persons: {} of two people, wrong pairs {} ({:.2} in 100,000), recall {:.4}",
        bars.join,
        bars.alone,
        joins.len(),
        wrong.len(),
        wrong.len() as f64 * 1e5 / joins.len().max(1) as f64,
        mixed.values().filter(|of| of.len() > 1).count(),
        made - right,
        (made - right) as f64 * 1e5 / made.max(1) as f64,
        right as f64 / total as f64
    );
    let mut by_kind: HashMap<&str, u32> = HashMap::new();
    for pair in &wrong {
        *by_kind.entry(kinds.name(set, pair.a, pair.b)).or_default() += 1;
    }
    println!("            wrong by kind {by_kind:?}");
    if std::env::var("SHOW").is_ok() && bars.join == 7.0 {
        for pair in wrong.iter().take(20) {
            println!(
                "{:.1} {:x} {}",
                pair.weight,
                pair.pattern,
                kinds.name(set, pair.a, pair.b)
            );
            for row in [pair.a, pair.b] {
                let width = set.table.schema().columns.len();
                let cells: Vec<&str> = (0..width).map(|at| set.rows.cell(row as usize, at)).collect();
                println!("   {cells:?}");
            }
        }
    }
}

/// What is left to be looked at, and how much of it is one person.
fn review(set: &Set, scorer: &Scorer<'_>, found: &[Pair]) {
    let bars = Bars::default();
    let persons = persons(scorer, found, bars);
    let is = |p: &&Pair| set.person[p.a as usize] == set.person[p.b as usize];
    let to_see = for_review(scorer.comparisons(), found, &persons, bars);
    let lightest = to_see.last().map_or(0.0, |pair| pair.weight);
    let people = people(&set.person);
    println!(
        "  to be looked at: {} ({:.1} per 10,000 people), the lightest at {lightest:.1}; {} of them one person",
        to_see.len(),
        to_see.len() as f64 * 1e4 / people as f64,
        to_see.iter().filter(is).count()
    );
    let may_be: HashMap<(u32, u32), bool> = found
        .iter()
        .filter(|p| verdict(scorer.comparisons(), p.scored(), bars) != Verdict::No)
        .map(|p| ((persons[p.a as usize], persons[p.b as usize]), is(&p)))
        .filter(|((p, q), _)| p != q)
        .collect();
    println!(
        "  said to be perhaps the same: {} ({:.1} per 10,000 people); {} of them one person",
        may_be.len(),
        may_be.len() as f64 * 1e4 / people as f64,
        may_be.values().filter(|one| **one).count()
    );
    if std::env::var("PATTERNS").is_ok() {
        let mut by: HashMap<u64, [u32; 2]> = HashMap::new();
        for pair in found.iter().filter(|p| persons[p.a as usize] != persons[p.b as usize]) {
            by.entry(pair.pattern).or_default()[usize::from(is(&pair))] += 1;
        }
        let mut by: Vec<_> = by.into_iter().collect();
        by.sort_by_key(|(_, n)| std::cmp::Reverse(n[0] + n[1]));
        by.iter()
            .take(40)
            .for_each(|(pattern, n)| println!("    {pattern:08x} two people {} one person {}", n[0], n[1]));
    }
}
