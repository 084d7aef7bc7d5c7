//! What is printed for the person at the terminal.

use linkage::{Candidates, Model, Scorer, explain};

/// Which pairs are compared, and what each rule costs.
pub fn rules(candidates: &Candidates<'_>) {
    eprintln!("           pairs     largest group used  rule: pairs that agree on");
    for cost in &candidates.costs {
        let left = if cost.left_out > 0 {
            format!(" ({} larger groups left to other rules)", cost.left_out)
        } else {
            String::new()
        };
        eprintln!("           {:<9} {:<19} {}{left}", cost.pairs, cost.largest, cost.rule);
    }
}

/// How the learning went.
pub fn model(model: &Model) {
    let t = &model.training;
    eprintln!(
        "           learnt from {} candidate pairs and {} random ones in {} rounds; {}",
        t.pairs,
        t.random_pairs,
        t.rounds,
        if t.converged {
            "settled".to_string()
        } else {
            format!(
                "NOT settled: a share still changed by {:.5} in the last round",
                t.last_change
            )
        }
    );
}

/// Why two rows are, or are not, one person.
pub fn explain(scorer: &Scorer<'_>, left: (&str, u32), right: (&str, u32)) {
    let told = explain::tell(scorer, left.1, right.1);
    println!(
        "{} and {}: weight {:.1}, probability {:.4}",
        left.0,
        right.0,
        told.explanation.weight,
        linkage::score::probability(told.explanation.weight)
    );
    println!("{}", told.sentence);
    println!();
    println!("{:>7.1}  before any evidence", told.explanation.start);
    let mut sum = told.explanation.start;
    for reason in &told.reasons {
        sum += reason.weight;
        let bar = if reason.weight >= 0.0 { "+" } else { "-" }.repeat(reason.weight.abs().round() as usize);
        println!(
            "{:>7.1}  {:<16} {}: {:?} and {:?}  {bar}",
            reason.weight, reason.about, reason.words, reason.left, reason.right
        );
    }
    println!("{sum:>7.1}  together");
}
