//! From weighed pairs to persons, without chaining.
//!
//! Two groups of records are joined when all that is known of the pairs between them, for and against, adds up to
//! "one person" (greedy additive edge contraction for correlation clustering: Keuper and others 2015). One strong pair
//! between two groups that otherwise contradict each other is a bridge, and does not join them.

use std::collections::{BTreeMap, BinaryHeap};

use rayon::prelude::*;

use crate::score::{Scored, Scorer};

/// A weighed pair, the lower record first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The lower record.
    pub a: u32,
    /// The higher record.
    pub b: u32,
    /// Base-2 logarithm of the odds that both are one person's.
    pub weight: f32,
    /// The levels of each comparison.
    pub pattern: u64,
}

impl Pair {
    /// What was found about it.
    pub fn scored(&self) -> Scored {
        Scored {
            pattern: self.pattern,
            weight: self.weight,
        }
    }
}

/// How persons are made of pairs.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// The weight at which a pair speaks for joining.
    pub threshold: f32,
    /// At most one record of each source in a person.
    pub one_to_one: bool,
}

/// How far one pair may speak for or against, in bits: no pair outvotes several.
pub(crate) const CAP: f32 = 14.0;
/// Components up to this size have every pair weighed, also those that no rule proposed.
const WHOLE: usize = 80;
/// What a pair that was never weighed says in a larger component.
const UNSEEN: f32 = -4.0;

/// Gives each record the number of its person: the lowest record of it.
pub fn persons(scorer: &Scorer<'_>, pairs: &[Pair], settings: Settings) -> Vec<u32> {
    let speaks = |scored: Scored| (scored.weight - settings.threshold).clamp(-CAP, CAP);
    joined(scorer, pairs, settings.one_to_one, &speaks)
}

/// The same, where `speaks` says how far a pair speaks for one person (above nought) or against.
pub(crate) fn joined(
    scorer: &Scorer<'_>,
    pairs: &[Pair],
    one_to_one: bool,
    speaks: &(dyn Fn(Scored) -> f32 + Sync),
) -> Vec<u32> {
    let n = scorer.table().len();
    let mut parent: Vec<u32> = (0..n as u32).collect();
    for pair in pairs.iter().filter(|pair| speaks(pair.scored()) > 0.0) {
        let (a, b) = (find(&mut parent, pair.a), find(&mut parent, pair.b));
        if a != b {
            parent[a.max(b) as usize] = a.min(b);
        }
    }
    let mut members: Vec<(u32, u32)> = (0..n as u32).map(|row| (find(&mut parent, row), row)).collect();
    members.sort_unstable();
    let mut linked: Vec<(u32, u32)> = Vec::new();
    for (at, pair) in pairs.iter().enumerate() {
        let root = parent[pair.a as usize];
        if root == parent[pair.b as usize] {
            linked.push((root, at as u32));
        }
    }
    linked.sort_unstable();
    let components: Vec<&[(u32, u32)]> = members
        .chunk_by(|x, y| x.0 == y.0)
        .filter(|component| component.len() > 1)
        .collect();
    let parted: Vec<Vec<(u32, u32)>> = components
        .par_iter()
        .map(|component| {
            let root = component[0].0;
            let from = linked.partition_point(|(r, _)| *r < root);
            let to = linked.partition_point(|(r, _)| *r <= root);
            let own: Vec<&Pair> = linked[from..to].iter().map(|(_, at)| &pairs[*at as usize]).collect();
            let rows: Vec<u32> = component.iter().map(|(_, row)| *row).collect();
            part(scorer, &rows, &own, one_to_one, speaks)
        })
        .collect();
    let mut out: Vec<u32> = (0..n as u32).collect();
    for (row, person) in parted.into_iter().flatten() {
        out[row as usize] = person;
    }
    out
}

fn find(parent: &mut [u32], mut row: u32) -> u32 {
    while parent[row as usize] != row {
        parent[row as usize] = parent[parent[row as usize] as usize];
        row = parent[row as usize];
    }
    row
}

/// Divides one component into persons: (record, person) for each record.
fn part(
    scorer: &Scorer<'_>,
    rows: &[u32],
    pairs: &[&Pair],
    one_to_one: bool,
    speaks: &(dyn Fn(Scored) -> f32 + Sync),
) -> Vec<(u32, u32)> {
    // In order of what they say, so that of equally likely joins not the one that stands first in a file is made.
    let mut by_words: Vec<(u64, u32)> = rows.iter().map(|row| (scorer.table().digest(*row), *row)).collect();
    by_words.sort_unstable();
    let place_of: BTreeMap<u32, u32> = (0u32..).zip(&by_words).map(|(place, (_, row))| (*row, place)).collect();
    let place = |row: u32| place_of.get(&row).copied().unwrap_or(0);
    let rows: Vec<u32> = by_words.iter().map(|(_, row)| *row).collect();
    let mut between: Vec<BTreeMap<u32, f32>> = vec![BTreeMap::new(); rows.len()];
    let mut put = |x: u32, y: u32, scored: Scored| {
        let says = speaks(scored);
        between[x as usize].insert(y, says);
        between[y as usize].insert(x, says);
    };
    if rows.len() <= WHOLE {
        for x in 0..rows.len() as u32 {
            for y in x + 1..rows.len() as u32 {
                put(x, y, scorer.score(rows[x as usize], rows[y as usize]));
            }
        }
    } else {
        pairs
            .iter()
            .for_each(|pair| put(place(pair.a), place(pair.b), pair.scored()));
    }
    let sources: Vec<u16> = rows.iter().map(|row| scorer.table().source(*row)).collect();
    let group = contract(between, &sources, rows.len() > WHOLE, one_to_one);
    let mut lowest: BTreeMap<u32, u32> = BTreeMap::new();
    for (row, group) in rows.iter().zip(&group) {
        let held = lowest.entry(*group).or_insert(*row);
        *held = (*held).min(*row);
    }
    rows.iter()
        .zip(group)
        .map(|(row, group)| (*row, lowest[&group]))
        .collect()
}

#[derive(PartialEq)]
struct Join(f32, u32, u32);

impl Eq for Join {}
impl PartialOrd for Join {
    fn partial_cmp(&self, other: &Join) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Join {
    fn cmp(&self, other: &Join) -> std::cmp::Ordering {
        self.0
            .total_cmp(&other.0)
            .then_with(|| (other.1, other.2).cmp(&(self.1, self.2)))
    }
}

/// Joins the two groups with the greatest sum between them, as long as it is above nought. Gives each the lowest
/// member of its group.
fn contract(mut between: Vec<BTreeMap<u32, f32>>, sources: &[u16], sparse: bool, one_to_one: bool) -> Vec<u32> {
    let n = between.len();
    let mut group: Vec<u32> = (0..n as u32).collect();
    let mut size = vec![1usize; n];
    let mut held: Vec<Vec<u16>> = sources.iter().map(|source| vec![*source]).collect();
    // In a component too large to weigh every pair, a pair that was not weighed speaks against.
    let sum = |weight: f32, seen: usize, of: usize| {
        if sparse {
            weight + UNSEEN * (of - seen.min(of)) as f32
        } else {
            weight
        }
    };
    let mut seen: Vec<BTreeMap<u32, usize>> = between
        .iter()
        .map(|row| row.keys().map(|other| (*other, 1)).collect())
        .collect();
    let mut heap: BinaryHeap<Join> = BinaryHeap::new();
    for (x, row) in between.iter().enumerate() {
        heap.extend(
            row.iter()
                .filter(|(y, w)| **y > x as u32 && **w > 0.0)
                .map(|(y, w)| Join(*w, x as u32, *y)),
        );
    }
    while let Some(Join(weight, x, y)) = heap.pop() {
        let now = between[x as usize].get(&y).map(|w| {
            sum(
                *w,
                seen[x as usize].get(&y).copied().unwrap_or(0),
                size[x as usize] * size[y as usize],
            )
        });
        if now != Some(weight) || group[x as usize] != x || group[y as usize] != y {
            continue;
        }
        if one_to_one && held[x as usize].iter().any(|source| held[y as usize].contains(source)) {
            continue;
        }
        // y goes into x, which is the lower.
        group[y as usize] = x;
        size[x as usize] += size[y as usize];
        let (moved, moved_seen, moved_sources) = (
            std::mem::take(&mut between[y as usize]),
            std::mem::take(&mut seen[y as usize]),
            std::mem::take(&mut held[y as usize]),
        );
        held[x as usize].extend(moved_sources);
        between[x as usize].remove(&y);
        seen[x as usize].remove(&y);
        for (z, weight) in moved.into_iter().filter(|(z, _)| *z != x) {
            let count = moved_seen.get(&z).copied().unwrap_or(1);
            let total = between[x as usize].entry(z).or_insert(0.0);
            *total += weight;
            let total = *total;
            *seen[x as usize].entry(z).or_insert(0) += count;
            let counted = seen[x as usize][&z];
            between[z as usize].remove(&y);
            seen[z as usize].remove(&y);
            between[z as usize].insert(x, total);
            seen[z as usize].insert(x, counted);
        }
        for (z, weight) in &between[x as usize] {
            let counted = seen[x as usize].get(z).copied().unwrap_or(0);
            let now = sum(*weight, counted, size[x as usize] * size[*z as usize]);
            if now > 0.0 {
                heap.push(Join(now, x.min(*z), x.max(*z)));
            }
        }
    }
    (0..n as u32)
        .map(|mut at| {
            while group[at as usize] != at {
                at = group[at as usize];
            }
            at
        })
        .collect()
}
