//! Which pairs are worth weighing: those that agree on one of several things that few strangers agree on.
//!
//! A rule is a list of parts; two records are a candidate pair when every part of some rule is known and equal in both.
//! Each rule's cost is counted on the data before a pair is made. A rule that would cost too much is kept to its
//! smaller groups, and one whose groups are all too large is left out.

use rayon::prelude::*;

use crate::compare::outward;
use crate::schema::{Role, Schema};
use crate::table::{MISSING, Table, mix};

/// One thing that a rule wants equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The whole value of a column.
    Whole(usize),
    /// How a name sounds.
    Sound(usize),
    /// A family of given names, or how the name sounds.
    Family(usize),
    /// Both names' sounds, in either order.
    Sounds(usize, usize),
    /// Day of birth, day and month in either order.
    Birth(usize),
    /// Year of birth.
    Year(usize),
    /// Day and month of birth.
    Day(usize),
    /// The outward part of a postcode.
    Town(usize),
}

/// A rule that makes candidate pairs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What must be equal.
    pub parts: Vec<Part>,
    /// What it is, for people.
    pub name: String,
}

/// What a rule costs on a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// The rule, for people.
    pub rule: String,
    /// The pairs it makes, some of which other rules make too.
    pub pairs: u64,
    /// The largest group that is used; larger ones are left to other rules.
    pub largest: usize,
    /// How many groups were larger.
    pub left_out: usize,
}

/// The rules that a schema allows, the surest first.
pub fn rules(schema: &Schema) -> Vec<Rule> {
    use Part::*;
    let mut out = Vec::new();
    let name = |part: &Part| {
        let column = |at: &usize| schema.columns[*at].name.clone();
        match part {
            Whole(at) => column(at),
            Sound(at) => format!("sound of {}", column(at)),
            Family(at) => format!("family of {}", column(at)),
            Sounds(a, b) => format!("sounds of {} and {}", column(a), column(b)),
            Birth(at) => format!("{}, day and month either way", column(at)),
            Year(at) => format!("year of {}", column(at)),
            Day(at) => format!("day and month of {}", column(at)),
            Town(at) => format!("town of {}", column(at)),
        }
    };
    let mut rule = |parts: &[Option<Part>]| {
        if let Some(parts) = parts.iter().copied().collect::<Option<Vec<Part>>>() {
            let name = parts.iter().map(name).collect::<Vec<_>>().join(" + ");
            out.push(Rule { parts, name });
        }
    };
    for role in [Role::Number, Role::Email, Role::Phone] {
        for (at, _) in schema.columns.iter().enumerate().filter(|(_, c)| c.role == role) {
            rule(&[Some(Whole(at))]);
        }
    }
    let given = schema.first(Role::Given);
    let surname = schema.first(Role::Surname);
    let birth = schema.first(Role::Birth);
    let postcode = schema.first(Role::Postcode);
    let address = schema.first(Role::Address);
    rule(&[birth.map(Birth), surname.map(Sound)]);
    rule(&[birth.map(Birth), given.map(Family)]);
    rule(&[birth.map(Birth), given.zip(surname).map(|(g, s)| Sounds(g, s))]);
    rule(&[birth.map(Whole), postcode.map(Town)]);
    rule(&[birth.map(Whole), address.map(Whole)]);
    rule(&[postcode.map(Whole), given.map(Family)]);
    rule(&[postcode.map(Whole), surname.map(Sound)]);
    rule(&[address.map(Whole), given.map(Family)]);
    rule(&[address.map(Whole), surname.map(Sound)]);
    rule(&[given.map(Whole), surname.map(Whole), birth.map(Year)]);
    rule(&[given.map(Whole), surname.map(Whole), birth.map(Day)]);
    rule(&[surname.map(Sound), given.map(Family), postcode.map(Town)]);
    rule(&[given.map(Whole), surname.map(Whole)]);
    rule(&[given.zip(surname).map(|(g, s)| Sounds(g, s))]);
    for (at, _) in schema.columns.iter().enumerate().filter(|(_, c)| c.role == Role::Text) {
        rule(&[Some(Whole(at)), surname.map(Sound)]);
        rule(&[Some(Whole(at)), given.map(Family)]);
    }
    if surname.or(given).is_none() || birth.or(postcode).is_none() {
        for at in 0..schema.columns.len() {
            rule(&[Some(Whole(at))]);
        }
    }
    out
}

/// The rules by which one arriving record finds its candidates in an index: those whose groups stay small however many
/// records there are, and no more than the index needs to hold.
pub fn rules_for_index(schema: &Schema) -> Vec<Rule> {
    let kept = |rule: &Rule| {
        let any = |test: &dyn Fn(&Part) -> bool| rule.parts.iter().any(test);
        let address = schema.first(Role::Address);
        let names_alone = !any(&|part| !matches!(part, Part::Sound(_) | Part::Family(_) | Part::Sounds(..)))
            || rule.parts.len() == 2 && !any(&|p| !matches!(p, Part::Whole(at) if is_name(schema, *at)));
        let wide = any(&|part| matches!(part, Part::Town(_)))
            && !any(&|part| matches!(part, Part::Whole(at) if schema.columns[*at].role == Role::Birth));
        let doubled = any(&|part| {
            matches!(part, Part::Sounds(..)) || matches!((part, address), (Part::Whole(at), Some(a)) if *at == a)
        });
        !names_alone && !wide && !doubled
    };
    rules(schema).into_iter().filter(kept).collect()
}

fn is_name(schema: &Schema, at: usize) -> bool {
    matches!(schema.columns[at].role, Role::Given | Role::Surname)
}

/// Calls `found` with each key under which a record stands by a rule. There is none when a part is not known, and more
/// than one when a given name stands in several families. Keys are the same in every run and on every machine.
pub fn keys(table: &Table, rule: &Rule, number: usize, row: u32, mut found: impl FnMut(u64)) {
    let mut key = mix(0x0c4e_511e, number as u64);
    let mut many: Option<(u64, [u16; 4])> = None;
    for part in &rule.parts {
        let value = |at: usize| {
            let column = table.column(at);
            let id = column.ids[row as usize];
            (id != MISSING).then_some((&column.values, id))
        };
        let one = match *part {
            Part::Whole(at) => value(at).map(|(values, id)| values.hash(id)),
            Part::Sound(at) => value(at).map(|(values, id)| u64::from(values.sound(id))),
            Part::Family(at) => value(at).map(|(values, id)| {
                many = Some((u64::from(values.sound(id)), values.families(id)));
                0
            }),
            Part::Sounds(a, b) => value(a).zip(value(b)).map(|((va, a), (vb, b))| {
                let (x, y) = (va.sound(a), vb.sound(b));
                u64::from(x.min(y)) << 32 | u64::from(x.max(y))
            }),
            Part::Birth(at) => value(at).and_then(|(values, id)| either_way(values.text(id))),
            Part::Year(at) => value(at).and_then(|(values, id)| digits(values.text(id).get(..4)?)),
            Part::Day(at) => value(at).and_then(|(values, id)| digits(values.text(id).get(4..)?)),
            Part::Town(at) => value(at).map(|(values, id)| crate::table::hash(outward(values.text(id)).as_bytes())),
        };
        let Some(one) = one else { return };
        key = mix(key, one);
    }
    match many {
        None => found(key.max(1)),
        Some((sound, families)) => {
            found(mix(key, sound).max(1));
            families
                .iter()
                .filter(|f| **f != 0)
                .for_each(|f| found(mix(key, u64::from(*f)).max(1)));
        }
    }
}

fn digits(text: &str) -> Option<u64> {
    text.parse().ok()
}

fn either_way(text: &str) -> Option<u64> {
    let (year, month, day) = (
        digits(text.get(..4)?)?,
        digits(text.get(4..6)?)?,
        digits(text.get(6..8)?)?,
    );
    Some(year * 10_000 + month.min(day) * 100 + month.max(day))
}

/// Groups of records that share a key of one rule.
struct Groups {
    /// Record numbers, group after group.
    rows: Vec<u32>,
    /// Where each group ends.
    ends: Vec<u32>,
}

/// The candidate pairs of a table, not yet made.
pub struct Candidates<'a> {
    table: &'a Table,
    between: bool,
    groups: Vec<Groups>,
    /// Row after row, for each rule: the key under which the record stands in a used group, else 0. Rules with several
    /// keys a record leave 0.
    held: Vec<u32>,
    /// What each rule costs.
    pub costs: Vec<Cost>,
}

/// How many pairs a rule may make for each record.
const PAIRS_A_RECORD: u64 = 3;
/// The largest group that is ever used.
const LARGEST: usize = 2_000;

impl<'a> Candidates<'a> {
    /// Lays out the groups of every rule. With `between`, only pairs from two sources are made.
    pub fn new(table: &'a Table, rules: &[Rule], between: bool) -> Candidates<'a> {
        let mut out = Candidates {
            table,
            between,
            groups: Vec::new(),
            held: vec![0; table.len() * rules.len()],
            costs: Vec::new(),
        };
        for (number, rule) in rules.iter().enumerate() {
            let (groups, cost) = grouped(table, rule, number, &mut out.held, rules.len());
            out.groups.push(groups);
            out.costs.push(cost);
        }
        out
    }

    /// The pairs that all rules make, those made by several counted as often.
    pub fn cost(&self) -> u64 {
        self.costs.iter().map(|cost| cost.pairs).sum()
    }

    /// Calls `each` for every candidate pair, the lower record first, on all cores; gives what it gave, in an order
    /// that does not depend on the number of threads. A pair that stands under several keys of given names may come
    /// more than once.
    pub fn map<T: Send>(&self, each: impl Fn(u32, u32, &mut Vec<T>) + Sync) -> Vec<T> {
        self.map_some(1, 0, each)
    }

    /// The same for the pairs of about one group in `every`, drawn by `seed`.
    pub fn map_some<T: Send>(&self, every: u64, seed: u64, each: impl Fn(u32, u32, &mut Vec<T>) + Sync) -> Vec<T> {
        let parts: Vec<Vec<T>> = self
            .pieces()
            .into_par_iter()
            .map(|(rule, from, to)| {
                let mut out = Vec::new();
                let groups = &self.groups[rule];
                for n in from..to {
                    if every > 1 && !mix(mix(seed, rule as u64), n as u64).is_multiple_of(every) {
                        continue;
                    }
                    let start = if n == 0 { 0 } else { groups.ends[n - 1] as usize };
                    let group = &groups.rows[start..groups.ends[n] as usize];
                    self.pairs_of(rule, group, |a, b| each(a, b, &mut out));
                }
                out
            })
            .collect();
        let mut out = Vec::with_capacity(parts.iter().map(Vec::len).sum());
        parts.into_iter().for_each(|part| out.extend(part));
        out
    }

    /// Runs of groups of about equal work: (rule, first group, end).
    fn pieces(&self) -> Vec<(usize, usize, usize)> {
        let mut pieces = Vec::new();
        for (rule, groups) in self.groups.iter().enumerate() {
            let (mut from, mut work, mut start) = (0, 0usize, 0usize);
            for (n, end) in groups.ends.iter().enumerate() {
                let size = *end as usize - start;
                start = *end as usize;
                work += size * size;
                if work > 100_000 {
                    pieces.push((rule, from, n + 1));
                    (from, work) = (n + 1, 0);
                }
            }
            if from < groups.ends.len() {
                pieces.push((rule, from, groups.ends.len()));
            }
        }
        pieces
    }

    #[inline]
    fn pairs_of(&self, rule: usize, group: &[u32], mut each: impl FnMut(u32, u32)) {
        let width = self.groups.len();
        let earlier = |row: u32| &self.held[row as usize * width..row as usize * width + rule];
        for (n, a) in group.iter().enumerate() {
            let of_a = earlier(*a);
            for b in &group[n + 1..] {
                if self.between && self.table.source(*a) == self.table.source(*b) {
                    continue;
                }
                let seen = of_a.iter().zip(earlier(*b)).any(|(x, y)| *x != 0 && x == y);
                if !seen {
                    each(*a, *b);
                }
            }
        }
    }
}

fn grouped(table: &Table, rule: &Rule, number: usize, held: &mut [u32], rules: usize) -> (Groups, Cost) {
    let n = table.len();
    let many = rule.parts.iter().any(|part| matches!(part, Part::Family(_)));
    let step = 1 << 16;
    let mut keyed: Vec<u64> = (0..n.div_ceil(step))
        .into_par_iter()
        .flat_map_iter(|piece| {
            let mut out = Vec::with_capacity(step);
            for row in piece * step..((piece + 1) * step).min(n) {
                keys(table, rule, number, row as u32, |key| {
                    out.push((key & 0xffff_ffff) << 32 | row as u64)
                });
            }
            out
        })
        .collect();
    keyed.par_sort_unstable();
    keyed.dedup();
    let runs = || keyed.chunk_by(|x, y| x >> 32 == y >> 32);
    let mut sizes = vec![0u64; LARGEST + 1];
    for run in runs().filter(|run| run.len() > 1 && run.len() <= LARGEST) {
        sizes[run.len()] += (run.len() * (run.len() - 1) / 2) as u64;
    }
    let allowed = (n as u64 * PAIRS_A_RECORD).max(50_000);
    let (mut largest, mut pairs) = (1, 0);
    for (size, cost) in sizes.iter().enumerate().skip(2) {
        if pairs + cost > allowed {
            break;
        }
        (largest, pairs) = (size, pairs + cost);
    }
    let mut groups = Groups {
        rows: Vec::new(),
        ends: Vec::new(),
    };
    let mut left_out = 0;
    for run in runs() {
        if run.len() > largest {
            left_out += usize::from(run.len() > 1);
            continue;
        }
        if run.len() < 2 {
            continue;
        }
        for entry in run {
            let row = *entry as u32;
            groups.rows.push(row);
            if !many {
                held[row as usize * rules + number] = ((entry >> 32) as u32).max(1);
            }
        }
        groups.ends.push(groups.rows.len() as u32);
    }
    let cost = Cost {
        rule: rule.name.clone(),
        pairs,
        largest,
        left_out,
    };
    (groups, cost)
}
