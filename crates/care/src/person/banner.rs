//! What must be read first at three in the morning (SAFETY 6). "Not recorded here" never means none.

use super::timeline::Fact;
use record::system::{Banner as BannerCodes, BannerKind};
use record::{Certainty, Entry, Instant, Kind, Precision, Status};

/// One kind of statement that stands first, with every fact that makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What kind.
    pub kind: BannerKind,
    /// The facts, by their place in the list of facts, latest first.
    pub facts: Vec<usize>,
}

/// What stands first on the record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Banner {
    /// Reports of death, by place in the list of facts.
    pub deaths: Vec<usize>,
    /// Allergies that stand.
    pub allergies: Vec<usize>,
    /// Statements that no allergy is known.
    pub no_known_allergies: Vec<usize>,
    /// Wishes, plans and adjustments, in the order to be read.
    pub statements: Vec<Statement>,
}

/// The order in which statements are read.
const ORDER: [BannerKind; 7] = [
    BannerKind::Respect,
    BannerKind::NotForResuscitation,
    BannerKind::ForResuscitation,
    BannerKind::AdvanceDecision,
    BannerKind::PowerOfAttorney,
    BannerKind::ContingencyPlan,
    BannerKind::ReasonableAdjustment,
];

/// Whether a statement is no longer in force. A document or an answer that is complete is final, and holds; a flag,
/// a consent or a plan that is complete, or whose time is past, is over. An allergy is never taken off for that.
fn is_over(entry: &Entry, now: Instant) -> bool {
    matches!(entry.kind, Kind::Flag | Kind::Consent | Kind::CarePlan | Kind::Problem)
        && (entry.status == Status::Completed
            || entry
                .ended
                .is_some_and(|ended| ended.date() < now.uk_date() && ended.precision >= Precision::Day))
}

/// Gathers what stands first at `now`. Statements that were cancelled, refused, ruled out or are over do not count.
pub(super) fn gather(facts: &[Fact], codes: &BannerCodes, now: Instant) -> Banner {
    let mut banner = Banner::default();
    let mut by_kind: Vec<Vec<usize>> = vec![Vec::new(); ORDER.len()];
    for (n, fact) in facts.iter().enumerate() {
        let entry = fact.entry();
        let kind = std::iter::once(&entry.what)
            .chain(&entry.also)
            .find_map(|concept| codes.kind_of(concept))
            .or_else(|| match &entry.value {
                Some(record::Value::Concept(answer)) => codes.kind_of(answer),
                _ => None,
            });
        let counts = !matches!(
            entry.status,
            Status::Cancelled | Status::NotDone | Status::Resolved | Status::Stopped
        ) && entry.certainty != Certainty::RuledOut
            && !is_over(entry, now);
        match (entry.kind, kind) {
            (Kind::Death, _) => banner.deaths.push(n),
            (Kind::Allergy, Some(BannerKind::NoKnownAllergies)) if counts => banner.no_known_allergies.push(n),
            (Kind::Allergy, _) if counts => banner.allergies.push(n),
            (_, Some(kind)) if counts => {
                if let Some(place) = ORDER.iter().position(|k| *k == kind) {
                    by_kind[place].push(n);
                }
            }
            _ => {}
        }
    }
    banner.statements = ORDER
        .into_iter()
        .zip(by_kind)
        .map(|(kind, facts)| Statement { kind, facts })
        .collect();
    banner
}
