//! Learning what agreement is worth from the records themselves, without being told who is who.
//!
//! What strangers have in common is counted on pairs drawn at random. What records of one person, and of two people of
//! one household, have in common is learnt by expectation and maximisation (Dempster, Laird and Rubin 1977; Winkler
//! 1988) on candidate pairs. Which pairs are candidates depends on the records alone, so leaving the others out does
//! not change what any candidate's class is; the strangers' shares are held at what was counted.

use crate::block::Candidates;
use crate::compare::Comparison;
use crate::model::{Model, Training};
use crate::score::{Scorer, level_in};
use crate::table::{Table, mix};

/// How the learning is done.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Where the random draws begin.
    pub seed: u64,
    /// How many pairs are drawn at random.
    pub random_pairs: u64,
    /// About how many candidate pairs are learnt from.
    pub candidate_pairs: u64,
    /// The most rounds.
    pub rounds: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            seed: 1,
            random_pairs: 500_000,
            candidate_pairs: 800_000,
            rounds: 60,
        }
    }
}

/// A change of any share below this ends the learning.
const SETTLED: f64 = 1e-4;
/// How many pairs the expectations before learning count as: of one person, and of one household.
const BELIEVED: [f64; 2] = [60.0, 300.0];

/// Learns a model from a table and its candidate pairs.
pub fn train(table: &Table, candidates: &Candidates<'_>, settings: Settings) -> Model {
    let mut model = Model::untrained(table);
    if table.len() < 2 {
        return model;
    }
    strangers(table, &mut model, settings);
    let sample = sample(table, candidates, &model, settings);
    maximise(&mut model, &sample, table.len() as f64, settings);
    order(&mut model, &crate::compare::comparisons(table.schema()));
    model
}

/// Counts what pairs drawn at random have in common.
fn strangers(table: &Table, model: &mut Model, settings: Settings) {
    let scorer = Scorer::new(table, model);
    let n = table.len() as u64;
    let wanted = settings.random_pairs.min(n * (n - 1) / 2).max(1);
    let comparisons = scorer.comparisons();
    let mut counts: Vec<Vec<[f64; 2]>> = comparisons.iter().map(|c| vec![[0.0; 2]; c.levels().len()]).collect();
    let mut state = mix(settings.seed, n);
    for _ in 0..wanted {
        state = mix(state, 0x5eed);
        let a = (((state >> 32) * n) >> 32) as u32;
        let b = (((state & 0xffff_ffff) * n) >> 32) as u32;
        if a == b {
            continue;
        }
        let pattern = scorer.pattern(a, b);
        // A pair of one person, drawn by chance, is no pair of strangers: three exact agreements are too many.
        let exact = |m: usize| comparisons[m].levels()[usize::from(level_in(pattern, m))].exact;
        if (0..comparisons.len()).filter(|m| exact(*m)).count() > 2 {
            continue;
        }
        for (m, counts) in counts.iter_mut().enumerate() {
            let level = level_in(pattern, m);
            let count = &mut counts[usize::from(level)];
            count[0] += 1.0;
            count[1] += f64::from(scorer.rarer(m, level, a, b).unwrap_or(0.0));
        }
    }
    for (weights, counts) in model.comparisons.iter_mut().zip(&counts) {
        let known: f64 = counts[1..].iter().map(|c| c[0]).sum();
        for (level, count) in weights.levels.iter_mut().zip(counts).skip(1) {
            level.stranger = (count[0] + 0.5) / (known + 0.5 * counts.len() as f64);
            level.usual = if count[0] >= 20.0 { count[1] / count[0] } else { 0.0 };
        }
    }
    model.training.random_pairs = wanted;
}

/// One kind of pair: its levels, what strangers make of it, and how many there are.
struct Kind {
    pattern: u64,
    stranger: f64,
    pairs: f64,
}

struct Sample {
    kinds: Vec<Kind>,
    pairs: u64,
    /// How many candidate pairs each stands for.
    stands_for: f64,
}

fn sample(table: &Table, candidates: &Candidates<'_>, model: &Model, settings: Settings) -> Sample {
    let scorer = Scorer::new(table, model);
    let every = (candidates.cost() / settings.candidate_pairs.max(1)).max(1);
    let mut found = candidates.map_some(every, settings.seed, |a, b, out: &mut Vec<(u64, i16)>| {
        let pattern = scorer.pattern(a, b);
        // To an eighth of a bit: pairs of one kind are counted together.
        out.push((pattern, (scorer.stranger_sum(pattern, a, b) * 8.0).round() as i16));
    });
    found.sort_unstable();
    let kinds = found
        .chunk_by(|x, y| x == y)
        .map(|same| Kind {
            pattern: same[0].0,
            stranger: f64::from(same[0].1) / 8.0,
            pairs: same.len() as f64,
        })
        .collect();
    Sample {
        kinds,
        pairs: found.len() as u64,
        stands_for: every as f64,
    }
}

fn maximise(model: &mut Model, sample: &Sample, records: f64, settings: Settings) {
    let all_pairs = records * (records - 1.0) / 2.0;
    let started = model.comparisons.clone();
    let mut training = Training {
        pairs: sample.pairs,
        ..model.training.clone()
    };
    for _ in 0..settings.rounds {
        let (sums, totals, likelihood) = expect(model, sample);
        let mut change = 0.0f64;
        for (n, weights) in model.comparisons.iter_mut().enumerate() {
            for class in 0..2 {
                let known: f64 = sums[class][n][1..].iter().sum();
                for (at, level) in weights.levels.iter_mut().enumerate().skip(1) {
                    let before = &started[n].levels[at];
                    let believed = BELIEVED[class] * if class == 0 { before.same } else { before.home };
                    let now = ((sums[class][n][at] + believed) / (known + BELIEVED[class])).clamp(1e-7, 1.0);
                    let share = if class == 0 { &mut level.same } else { &mut level.home };
                    change = change.max((now - *share).abs());
                    *share = now;
                }
            }
        }
        let chance = |total: f64| ((total * sample.stands_for + 1.0) / (all_pairs + 2.0)).clamp(1e-15, 0.4);
        (model.chance_same, model.chance_home) = (chance(totals[0]), chance(totals[1]));
        training.rounds += 1;
        training.last_change = change;
        training.likelihood.push(likelihood);
        if change < SETTLED {
            training.converged = true;
            break;
        }
    }
    model.training = training;
}

type Sums = [Vec<Vec<f64>>; 2];

/// The expected number of pairs of one person and of one household at each level.
fn expect(model: &Model, sample: &Sample) -> (Sums, [f64; 2], f64) {
    let empty: Vec<Vec<f64>> = model.comparisons.iter().map(|c| vec![0.0; c.levels.len()]).collect();
    let mut sums: Sums = [empty.clone(), empty];
    let (mut totals, mut likelihood) = ([0.0; 2], 0.0);
    let logs: Vec<Vec<[f64; 2]>> = model
        .comparisons
        .iter()
        .map(|c| c.levels.iter().map(|l| [l.same.log2(), l.home.log2()]).collect())
        .collect();
    let prior = [model.chance_same.log2(), model.chance_home.log2()];
    let strangers = (1.0 - model.chance_same - model.chance_home).log2();
    for kind in &sample.kinds {
        let mut of = prior;
        for (n, logs) in logs.iter().enumerate() {
            let level = usize::from(level_in(kind.pattern, n));
            if level > 0 {
                of[0] += logs[level][0];
                of[1] += logs[level][1];
            }
        }
        let stranger = strangers + kind.stranger;
        let most = of[0].max(of[1]).max(stranger);
        let shares = [(of[0] - most).exp2(), (of[1] - most).exp2()];
        let sum = shares[0] + shares[1] + (stranger - most).exp2();
        likelihood += kind.pairs * (most + sum.log2());
        for class in 0..2 {
            let pairs = kind.pairs * shares[class] / sum;
            totals[class] += pairs;
            for (n, sums) in sums[class].iter_mut().enumerate() {
                sums[usize::from(level_in(kind.pattern, n))] += pairs;
            }
        }
    }
    (sums, totals, likelihood / (sample.pairs.max(1) as f64))
}

/// Keeps weights in the order of the levels: agreeing is never worth less than nothing, differing never more, and what
/// is alike never more than what is equal.
fn order(model: &mut Model, comparisons: &[Comparison]) {
    for (weights, comparison) in model.comparisons.iter_mut().zip(comparisons) {
        let last = weights.levels.len() - 1;
        for (at, level) in weights.levels.iter_mut().enumerate().skip(1) {
            let is_exact = comparison.levels()[at].exact;
            if is_exact {
                level.same = level.same.max(level.home.min(level.stranger));
            } else if at == last {
                level.same = level.same.min(level.stranger).min(level.home.max(level.stranger));
            }
        }
    }
}
