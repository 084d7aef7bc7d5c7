//! Where senders contradict each other: shown side by side and named, never settled by us (SAFETY 5).

use super::timeline::Fact;
use record::system::{Banner as BannerCodes, BannerKind};
use record::{Certainty, Kind, Status, Value};
use std::collections::BTreeMap;

/// Facts that cannot all be so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// In plain words, what they disagree about.
    pub about: String,
    /// The facts, by their place in the list of facts.
    pub facts: Vec<usize>,
}

/// Finds disagreements among the facts of one person.
pub(super) fn find(facts: &[Fact], codes: &BannerCodes) -> Vec<Disagreement> {
    let mut found = Vec::new();
    found.extend(allergy_against_none(facts, codes));
    let mut same: BTreeMap<(Kind, &str, &str), Vec<usize>> = BTreeMap::new();
    for (n, fact) in facts.iter().enumerate() {
        let entry = fact.entry();
        let relevant = matches!(entry.kind, Kind::Problem | Kind::Medicine | Kind::Allergy);
        if relevant && !entry.what.code.is_empty() {
            same.entry((entry.kind, &entry.what.system, &entry.what.code))
                .or_default()
                .push(n);
        }
    }
    for ((kind, ..), among) in same {
        found.extend(of_one_code(kind, &among, facts));
    }
    found
}

fn says_none(fact: &Fact, codes: &BannerCodes) -> bool {
    let entry = fact.entry();
    entry.kind == Kind::Allergy && codes.kind_of(&entry.what) == Some(BannerKind::NoKnownAllergies)
}

fn standing(fact: &Fact) -> bool {
    matches!(fact.entry().status, Status::Active | Status::Unknown | Status::OnHold)
        && fact.entry().certainty != Certainty::RuledOut
}

fn allergy_against_none(facts: &[Fact], codes: &BannerCodes) -> Option<Disagreement> {
    let of = |wanted: bool| -> Vec<usize> {
        (0..facts.len())
            .filter(|n| facts[*n].entry().kind == Kind::Allergy && standing(&facts[*n]))
            .filter(|n| says_none(&facts[*n], codes) == wanted)
            .collect()
    };
    let (none, some) = (of(true), of(false));
    (!none.is_empty() && !some.is_empty()).then(|| Disagreement {
        about: "One sender lists an allergy; another says no allergy is known".to_owned(),
        facts: some.into_iter().chain(none).collect(),
    })
}

/// Disagreements among facts of one kind and code that different senders state.
fn of_one_code(kind: Kind, among: &[usize], facts: &[Fact]) -> Option<Disagreement> {
    let latest_of_each = latest_by_sender(among, facts);
    if latest_of_each.len() < 2 {
        return None;
    }
    let entry = |n: &usize| facts[*n].entry();
    let label = entry(&latest_of_each[0]).what.label().to_owned();
    let any = |test: &dyn Fn(&usize) -> bool| latest_of_each.iter().any(test);
    let over = |n: &usize| matches!(entry(n).status, Status::Stopped | Status::Completed | Status::Resolved);
    let active = |n: &usize| entry(n).status == Status::Active;
    let ruled_out = |n: &usize| entry(n).certainty == Certainty::RuledOut;
    let doses = latest_of_each
        .iter()
        .filter(|n| active(n))
        .filter_map(|n| match &entry(n).value {
            Some(Value::Text(dose)) => Some(dose.trim().to_lowercase()),
            _ => None,
        });
    let distinct_doses = doses.collect::<std::collections::BTreeSet<_>>().len();
    let about = if any(&ruled_out) && any(&|n| !ruled_out(n) && !over(n)) {
        format!("{label}: one sender has it, another ruled it out")
    } else if kind == Kind::Medicine && distinct_doses > 1 {
        format!("{label}: senders give different doses")
    } else if any(&active) && any(&over) {
        match kind {
            Kind::Medicine => format!("{label}: active for one sender, stopped for another"),
            Kind::Allergy => format!("{label}: active for one sender, resolved for another"),
            _ => format!("{label}: active for one sender, over for another"),
        }
    } else {
        return None;
    };
    Some(Disagreement {
        about,
        facts: latest_of_each,
    })
}

/// Each sender's latest fact: an older dose of the same sender is history, not disagreement.
fn latest_by_sender(among: &[usize], facts: &[Fact]) -> Vec<usize> {
    let mut latest: BTreeMap<&record::OrgCode, usize> = BTreeMap::new();
    // Facts come latest first, so the first seen of a sender is that sender's latest.
    for n in among {
        for sender in facts[*n].senders() {
            latest.entry(sender).or_insert(*n);
        }
    }
    let mut chosen: Vec<usize> = latest.into_values().collect();
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

#[cfg(test)]
mod tests {
    use super::super::timeline::{fold, tests::line};
    use super::*;

    fn found(lines: Vec<super::super::timeline::Line>) -> Vec<String> {
        let codes = BannerCodes {
            codes: vec![record::system::BannerCode {
                kind: BannerKind::NoKnownAllergies,
                concept: record::Concept::coded(record::concept::SNOMED, "716186003", "No known allergy"),
                source: String::new(),
                to_be_checked: false,
            }],
        };
        find(&fold(lines), &codes).into_iter().map(|d| d.about).collect()
    }

    #[test]
    fn safety_5_disagreement_is_named() {
        let penicillin = line("D81001", Kind::Allergy, "91936005", "2011-01-01");
        let none = line("RBD", Kind::Allergy, "716186003", "2024-01-01");
        assert_eq!(found(vec![penicillin.clone(), none]).len(), 1);
        assert_eq!(found(vec![penicillin]), Vec::<String>::new());

        let mut ten = line("D81001", Kind::Medicine, "108600003", "2024-01-01");
        ten.entry.value = Some(Value::Text("10 mg daily".into()));
        let mut twenty = line("RBD", Kind::Medicine, "108600003", "2024-02-01");
        twenty.entry.value = Some(Value::Text("20 mg daily".into()));
        assert_eq!(
            found(vec![ten.clone(), twenty.clone()]),
            ["words: senders give different doses"]
        );
        twenty.sender = ten.sender.clone();
        assert_eq!(
            found(vec![ten.clone(), twenty]),
            Vec::<String>::new(),
            "one sender's history is no disagreement"
        );

        let mut stopped = line("RBD", Kind::Medicine, "108600003", "2024-02-01");
        stopped.entry.status = Status::Stopped;
        assert_eq!(
            found(vec![ten, stopped]),
            ["words: active for one sender, stopped for another"]
        );
    }
}
