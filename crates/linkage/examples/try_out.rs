//! Links a development file and says how well, against the truth beside it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a tool for those who work on the engine: it says where it broke"
)]
use linkage::*;
use std::collections::HashMap;
use std::time::Instant;

fn main() {
    let path = std::env::args().nth(1).expect("a CSV file");
    let drop: Vec<String> = std::env::args().skip(2).collect();
    let t = Instant::now();
    let text = std::fs::read_to_string(&path).expect("readable");
    let mut lines = text.lines();
    let headings: Vec<String> = lines.next().expect("headings").split(',').map(String::from).collect();
    let uses: Vec<_> = schema::guess(&headings, &[]);
    let columns: Vec<(usize, &str, Role)> = uses
        .iter()
        .enumerate()
        .filter_map(|(at, u)| match u {
            schema::Use::Compared(role) if !drop.contains(&headings[at]) => Some((at, headings[at].as_str(), *role)),
            _ => None,
        })
        .collect();
    let mut table = Table::new(Schema::new(columns.iter().map(|c| (c.1, c.2))));
    let mut rows = Rows::new(columns.len());
    let mut ids = Vec::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        ids.push(cells[0]);
        rows.push(columns.iter().map(|c| cells[c.0]));
    }
    table.extend(&rows, []);
    eprintln!("table {:?}", t.elapsed());
    let candidates = Candidates::new(&table, &block::rules(table.schema()), false);
    for c in &candidates.costs {
        eprintln!(
            "  {:>9} pairs, groups to {:>4}, left out {:>5}: {}",
            c.pairs, c.largest, c.left_out, c.rule
        );
    }
    eprintln!("blocked {:?}", t.elapsed());
    let model = train::train(&table, &candidates, train::Settings::default());
    eprintln!(
        "trained {:?} rounds {} {}",
        t.elapsed(),
        model.training.rounds,
        model.training.last_change
    );
    eprintln!("same {:.3e} home {:.3e}", model.chance_same, model.chance_home);
    for c in &model.comparisons {
        eprintln!("{}", c.name);
        for l in &c.levels[1..] {
            eprintln!(
                "   {:<32} {:.5} {:.5} {:.6} {:.1}",
                l.name, l.same, l.home, l.stranger, l.usual
            );
        }
    }
    let scorer = Scorer::new(&table, &model);
    let found = pairs(&scorer, &candidates, -10.0);
    eprintln!("paired {:?}: {}", t.elapsed(), found.len());
    let truth_path = path.replace(".csv", "_truth.csv");
    let truth_text = std::fs::read_to_string(truth_path).expect("truth");
    let of: HashMap<&str, u32> = truth_text
        .lines()
        .skip(1)
        .map(|l| {
            let mut c = l.split(',');
            (c.next().unwrap_or(""), c.next().unwrap_or("").parse().expect("number"))
        })
        .collect();
    let cluster: Vec<u32> = ids.iter().map(|id| of[id]).collect();
    let total = same_pairs(&cluster);
    let reached = found
        .iter()
        .filter(|p| cluster[p.a as usize] == cluster[p.b as usize])
        .count();
    eprintln!(
        "true pairs {total}, among those kept {reached} ({:.5})",
        reached as f64 / total as f64
    );
    let mut sorted: Vec<(f32, bool)> = found
        .iter()
        .map(|p| (p.weight, cluster[p.a as usize] == cluster[p.b as usize]))
        .collect();
    sorted.sort_by(|x, y| y.0.total_cmp(&x.0));
    let (mut right, mut all, mut best, mut strict, mut care) = (0, 0, (0.0, 0.0f32), (0.0, 0.0f32), (0.0, 0.0f32));
    for (w, is) in &sorted {
        all += 1;
        right += usize::from(*is);
        let (p, r) = (right as f64 / all as f64, right as f64 / total as f64);
        let f = 2.0 * p * r / (p + r);
        if f > best.0 {
            best = (f, *w);
        }
        if p >= 0.999 && r > strict.0 {
            strict = (r, *w);
        }
        if all - right <= (total / 100_000) as usize {
            care = (r, *w);
        }
    }
    println!(
        "pairs: best F1 {:.4} at {:.1}; recall {:.4} at precision 0.999 ({:.1}); recall {:.4} at 1 in 100,000 ({:.1})",
        best.0, best.1, strict.0, strict.1, care.0, care.1
    );
    for threshold in [-2.0, 0.0, 2.0, 4.0, 6.0, 8.0] {
        let persons = cluster::persons(
            &scorer,
            &found,
            cluster::Settings {
                threshold,
                one_to_one: false,
            },
        );
        let mut both: HashMap<(u32, u32), u64> = HashMap::new();
        for (p, c) in persons.iter().zip(&cluster) {
            *both.entry((*p, *c)).or_default() += 1;
        }
        let right: u64 = both.values().map(|n| n * (n - 1) / 2).sum();
        let made = same_pairs(&persons);
        let (p, r) = (right as f64 / made as f64, right as f64 / total as f64);
        println!(
            "persons at {threshold}: precision {p:.4} recall {r:.4} F1 {:.4}",
            2.0 * p * r / (p + r)
        );
    }
    eprintln!("done {:?}", t.elapsed());
    if std::env::var("SHOW").is_ok() {
        let show = |p: &Pair| {
            println!("{:.1} {:x}", p.weight, p.pattern);
            for r in [p.a, p.b] {
                println!(
                    "   {:?}",
                    columns
                        .iter()
                        .map(|c| rows.cell(r as usize, columns.iter().position(|d| d.0 == c.0).expect("c")))
                        .collect::<Vec<_>>()
                );
            }
        };
        println!("WRONG ABOVE {}", best.1);
        found
            .iter()
            .filter(|p| p.weight > best.1 && cluster[p.a as usize] != cluster[p.b as usize])
            .take(40)
            .for_each(show);
        println!("WRONG TOP");
        found
            .iter()
            .filter(|p| p.weight > strict.1 && cluster[p.a as usize] != cluster[p.b as usize])
            .take(40)
            .for_each(show);
        println!("MISSED BELOW {}", best.1);
        found
            .iter()
            .filter(|p| p.weight < best.1 && cluster[p.a as usize] == cluster[p.b as usize])
            .take(60)
            .for_each(show);
    }
}

fn same_pairs(of: &[u32]) -> u64 {
    let mut counts: HashMap<u32, u64> = HashMap::new();
    of.iter().for_each(|c| *counts.entry(*c).or_default() += 1);
    counts.values().map(|n| n * (n - 1) / 2).sum()
}
