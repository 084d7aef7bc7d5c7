//! Which records are one person (SAFETY 1 and 2).
//!
//! A person is a pure function of the records that could be theirs and the decisions about them, computed
//! anew for whatever a change touches, so that the order of arrival cannot matter. Only the care bar's first
//! half is here: a verified NHS number, the whole birth date, and a given name and sex that do not
//! contradict. Everything else waits as "may be the same".

use super::decision::Kind;
use super::given_name::{GivenNames, compare, normal};
use super::matching;
use super::matching::store::Weighed;
use super::sets::Sets;
use super::store::{self, Identity};
use crate::db::{Conn, DbError};
use hashbrown::HashMap;
use record::{Demographics, NhsNumber, Sex};
use std::collections::{BTreeMap, BTreeSet};

/// A component larger than this is a fault in the data (a number used as a stand-in), and nothing in it joins
/// by itself.
const COMPONENT_MAX: usize = 500;

/// What an item that now stands says of who its record is about.
pub(crate) struct SaysWho<'a> {
    pub record_no: i64,
    pub item: i64,
    /// Whether it is the sender's own Patient, which counts before all else.
    pub own: bool,
    /// What it says; `None` when it says nothing, or was withdrawn.
    pub person: Option<&'a Demographics>,
    /// Whether its NHS number counts as verified.
    pub verified: bool,
    pub version: i64,
    pub tie: i64,
    /// The record in which an earlier version of it stood.
    pub before: Option<i64>,
}

/// Keeps what records say of who they are about; answers the records whose identity that may change. A record is
/// about whom the sender's own Patient says; else the latest of what other things say (a result with the patient
/// inside it); else the NHS number it was minted for, which joins nothing but is found. `minted` are records that
/// may have nothing but such a number.
pub(crate) fn file(conn: &mut Conn, said: &[SaysWho<'_>], minted: &[i64]) -> Result<BTreeSet<i64>, DbError> {
    let mut own: BTreeMap<i64, Option<Says>> = BTreeMap::new();
    let mut others: BTreeSet<i64> = minted.iter().copied().collect();
    for says in said {
        if let Some(before) = says.before {
            if says.own && before != says.record_no {
                own.entry(before).or_insert(None);
            } else if !says.own && store::unsay(conn, before, says.item)? {
                others.insert(before);
            }
        }
        if says.own {
            let said = says.person.map(|person| Says {
                person: person.clone(),
                verified: says.verified,
                own: true,
            });
            own.insert(says.record_no, said);
        } else if let Some(person) = says.person {
            store::say(conn, says, person)?;
            others.insert(says.record_no);
        }
    }
    let asked: Vec<i64> = others.iter().filter(|no| !own.contains_key(no)).copied().collect();
    let with_own = store::with_own_identity(conn, &asked)?;
    for record_no in asked.into_iter().filter(|no| !with_own.contains(no)) {
        own.insert(record_no, None);
    }
    for (record_no, says) in &mut own {
        if says.is_none() {
            *says = store::otherwise_said(conn, *record_no)?;
        }
    }
    let mut touched = formerly_beside(conn, &own)?;
    super::held::keep(conn, &mut own)?;
    store::replace_identities(conn, &own)?;
    touched.extend(own.into_keys());
    Ok(touched)
}

/// The records that share a number with what these say until now. One that leaves may have been what kept the
/// others apart, and nothing of it leads to them once it has left.
fn formerly_beside(conn: &mut Conn, changing: &BTreeMap<i64, Option<Says>>) -> Result<BTreeSet<i64>, DbError> {
    let keys: Vec<i64> = changing.keys().copied().collect();
    let numbers: BTreeSet<i64> = store::identities(conn, &keys)?
        .iter()
        .filter_map(|identity| identity.nhs_number)
        .map(NhsNumber::as_i64)
        .collect();
    let all = Surroundings::default().with_replaced(conn, numbers)?;
    store::records_with_numbers(conn, &all.into_iter().collect::<Vec<_>>())
}

/// What a record says of who it is about, once it is settled which of its things counts.
pub(crate) struct Says {
    pub person: Demographics,
    pub verified: bool,
    pub own: bool,
}

/// Computes anew who the touched records belong to, and everyone that this may join or part.
pub(crate) fn settle(conn: &mut Conn, touched: &BTreeSet<i64>) -> Result<(), DbError> {
    if touched.is_empty() {
        return Ok(());
    }
    let found = Surroundings::gather(conn, touched)?;
    let (mut changes, mut whose) = (Vec::new(), HashMap::new());
    let components = found.components();
    let shared = found.shared_out(&components);
    for (component, (decisions, pairs)) in components.iter().zip(shared) {
        let identities: Vec<&Identity> = component.iter().filter_map(|no| found.identities.get(no)).collect();
        for group in group(component, &identities, &decisions, &pairs) {
            let person_no = group.iter().min().copied().unwrap_or_default();
            for record_no in group {
                whose.insert(record_no, person_no);
                if found.persons.get(&record_no) != Some(&person_no) {
                    changes.push((record_no, person_no, found.persons.contains_key(&record_no)));
                }
            }
        }
    }
    changes.sort_unstable();
    store::set_persons(conn, &changes)?;
    matching::review::refresh(conn, &whose, &found.pairs, &found.decisions)
}

/// Everything that has a say in who the touched records belong to.
#[derive(Default)]
struct Surroundings {
    identities: HashMap<i64, Identity>,
    persons: HashMap<i64, i64>,
    decisions: Vec<Kind>,
    edges: Vec<(i64, i64)>,
    /// All pairs that were weighed and may be one person, the sure ones among them.
    pairs: Vec<Weighed>,
    all: BTreeSet<i64>,
}

impl Surroundings {
    /// Follows shared numbers, decisions and present joins outwards until nothing new is found.
    fn gather(conn: &mut Conn, touched: &BTreeSet<i64>) -> Result<Self, DbError> {
        let mut found = Self::default();
        let mut frontier: Vec<i64> = touched.iter().copied().collect();
        let mut numbers_asked = BTreeSet::new();
        while !frontier.is_empty() {
            found.all.extend(&frontier);
            let mut next = BTreeSet::new();
            for identity in store::identities(conn, &frontier)? {
                found.identities.insert(identity.record_no, identity);
            }
            let numbers: BTreeSet<i64> = frontier
                .iter()
                .filter_map(|no| found.identities.get(no)?.nhs_number)
                .map(NhsNumber::as_i64)
                .collect();
            let wanted: Vec<i64> = found
                .with_replaced(conn, numbers)?
                .difference(&numbers_asked)
                .copied()
                .collect();
            numbers_asked.extend(&wanted);
            next.extend(store::records_with_numbers(conn, &wanted)?);
            for kind in store::decisions_on(conn, &frontier)? {
                if let Kind::Merge { from: a, into: b } | Kind::KeepApart(a, b) | Kind::Barred(a, b) = kind {
                    next.extend([a, b]);
                    found.edges.push((a, b));
                }
                found.decisions.push(kind);
            }
            for pair in matching::store::pairs_of(conn, &frontier)? {
                found.pairs.push(pair);
                if pair.joins {
                    next.extend([pair.a, pair.b]);
                    found.edges.push((pair.a, pair.b));
                }
            }
            for (record_no, person_no) in store::housemates(conn, &frontier)? {
                found.persons.insert(record_no, person_no);
                found.edges.push((record_no, person_no));
                next.extend([record_no, person_no]);
            }
            frontier = next.into_iter().filter(|no| !found.all.contains(no)).collect();
        }
        Ok(found)
    }

    /// Adds the numbers that decisions say replaced these, or were replaced by them.
    fn with_replaced(&mut self, conn: &mut Conn, mut numbers: BTreeSet<i64>) -> Result<BTreeSet<i64>, DbError> {
        let mut ask: Vec<i64> = numbers.iter().copied().collect();
        while !ask.is_empty() {
            let mut fresh = Vec::new();
            for kind in store::replacements(conn, &ask)? {
                if let Kind::Superseded { old, new } = kind {
                    fresh.extend([old.as_i64(), new.as_i64()].into_iter().filter(|n| numbers.insert(*n)));
                }
                if !self.decisions.contains(&kind) {
                    self.decisions.push(kind);
                }
            }
            ask = fresh;
        }
        Ok(numbers)
    }

    /// The records, parted into sets that share nothing with each other.
    fn components(&self) -> Vec<Vec<i64>> {
        let records: Vec<i64> = self.all.iter().copied().collect();
        let mut sets = Sets::new(&records);
        for (a, b) in &self.edges {
            sets.join(*a, *b);
        }
        let mut by_number: HashMap<i64, i64> = HashMap::new();
        for (no, identity) in &self.identities {
            if let Some(number) = identity.nhs_number {
                let number = canonical(number, &self.decisions).as_i64();
                let first = *by_number.entry(number).or_insert(*no);
                sets.join(first, *no);
            }
        }
        sets.groups()
    }

    /// The decisions and pairs that have a say within each component. All given to each, the time taken grew with the
    /// square of how many are settled together.
    fn shared_out(&self, components: &[Vec<i64>]) -> Vec<(Vec<Kind>, Vec<Weighed>)> {
        let numbered = components.iter().enumerate();
        let place: HashMap<i64, usize> = numbered
            .flat_map(|(at, all)| all.iter().map(move |no| (*no, at)))
            .collect();
        // What replaced a number may be asked of any.
        let of_numbers = |kind: &&Kind| matches!(kind, Kind::Superseded { .. });
        let everyone: Vec<Kind> = self.decisions.iter().filter(of_numbers).copied().collect();
        let mut shared = vec![(everyone, Vec::new()); components.len()];
        for kind in &self.decisions {
            if let Kind::Merge { from: a, .. } | Kind::KeepApart(a, _) | Kind::Barred(a, _) = kind
                && let Some((decisions, _)) = place.get(a).and_then(|at| shared.get_mut(*at))
            {
                decisions.push(*kind);
            }
        }
        for pair in &self.pairs {
            let (a, b) = (place.get(&pair.a), place.get(&pair.b));
            if let Some((_, pairs)) = a.filter(|a| Some(*a) == b).and_then(|at| shared.get_mut(*at)) {
                pairs.push(*pair);
            }
        }
        shared
    }
}

/// Follows replacements to the number that lives on. A circle of replacements ends where it began to repeat.
fn canonical(number: NhsNumber, decisions: &[Kind]) -> NhsNumber {
    let mut at = number;
    for _ in 0..16 {
        let replaced = decisions.iter().filter_map(|kind| match kind {
            Kind::Superseded { old, new } if *old == at => Some(*new),
            _ => None,
        });
        // Two answers to one question: the same one must be taken whichever came first.
        let next = replaced.max();
        match next {
            Some(next) if next != number => at = next,
            _ => return at,
        }
    }
    at
}

/// Parts one component into persons. Pure: the answer depends on the arguments alone, not on their order.
pub(crate) fn group(
    component: &[i64],
    identities: &[&Identity],
    decisions: &[Kind],
    weighed: &[Weighed],
) -> Vec<Vec<i64>> {
    let mut sets = Sets::new(component);
    let apart: Vec<(i64, i64)> = decisions
        .iter()
        .filter_map(|kind| match kind {
            Kind::KeepApart(a, b) | Kind::Barred(a, b) => Some((*a, *b)),
            Kind::Merge { .. } | Kind::Superseded { .. } => None,
        })
        .collect();
    let mut merges: Vec<(i64, i64)> = decisions
        .iter()
        .filter_map(|kind| match kind {
            Kind::Merge { from, into } => Some((*from, *into)),
            _ => None,
        })
        .collect();
    merges.sort_unstable();
    for (a, b) in merges {
        sets.join_unless(a, b, &apart);
    }
    let said_to_be_one = sets.clone();
    if component.len() <= COMPONENT_MAX {
        for (a, b) in certain_pairs(identities, decisions) {
            sets.join_unless(a, b, &apart);
        }
        matching::join::join_weighed(&mut sets, &said_to_be_one, identities, weighed, decisions);
    }
    sets.groups()
}

/// Pairs that the care bar joins by itself. Records are taken together by number and birth date; when any two
/// of them contradict, only those whose given name and sex are exactly equal stay together, because a record
/// that agrees with both of two contradicting ones cannot say whose it is. For the same reason two records join
/// only if the same ones are kept apart from both; and a barred old identity joins nothing where the new one is.
fn certain_pairs(identities: &[&Identity], decisions: &[Kind]) -> Vec<(i64, i64)> {
    let mut cells: BTreeMap<(i64, i32), Vec<&Identity>> = BTreeMap::new();
    for identity in identities.iter().filter(|identity| identity.nhs_verified) {
        if let (Some(number), Some(birth)) = (identity.nhs_number, identity.birth) {
            cells
                .entry((canonical(number, decisions).as_i64(), birth.0))
                .or_default()
                .push(identity);
        }
    }
    let mut pairs = Vec::new();
    for mut cell in cells.into_values() {
        cell.sort_by_key(|identity| identity.record_no);
        let kept = KeptApart::within(&cell, decisions);
        cell.retain(|identity| !kept.barred.contains(&identity.record_no));
        let all: Vec<(&Identity, &Identity)> = cell
            .iter()
            .enumerate()
            .flat_map(|(n, a)| cell[n + 1..].iter().map(move |b| (*a, *b)))
            .collect();
        let contradiction = all.iter().any(|(a, b)| contradicts(a, b));
        pairs.extend(
            all.into_iter()
                .filter(|(a, b)| kept.from(a) == kept.from(b))
                .filter(|(a, b)| {
                    if contradiction {
                        exactly_equal(a, b)
                    } else {
                        joins(a, b)
                    }
                })
                .map(|(a, b)| (a.record_no, b.record_no)),
        );
    }
    pairs
}

/// What decisions keep apart among the records of one number and birth date.
#[derive(Default)]
struct KeptApart {
    /// Old identities whose new one is here.
    barred: BTreeSet<i64>,
    /// For each record, those that a steward keeps from it.
    from: BTreeMap<i64, BTreeSet<i64>>,
}

impl KeptApart {
    fn within(cell: &[&Identity], decisions: &[Kind]) -> Self {
        let here: BTreeSet<i64> = cell.iter().map(|identity| identity.record_no).collect();
        let mut kept = Self::default();
        for kind in decisions {
            match kind {
                Kind::Barred(old, new) if here.contains(old) && here.contains(new) => {
                    kept.barred.insert(*old);
                }
                Kind::KeepApart(a, b) if here.contains(a) && here.contains(b) => {
                    kept.from.entry(*a).or_default().insert(*b);
                    kept.from.entry(*b).or_default().insert(*a);
                }
                _ => {}
            }
        }
        kept
    }

    fn from(&self, identity: &Identity) -> Option<&BTreeSet<i64>> {
        self.from.get(&identity.record_no)
    }
}

fn sexes_contradict(a: Sex, b: Sex) -> bool {
    a != Sex::Unknown && b != Sex::Unknown && a != b
}

/// Whether two records with one number and birth date say they are two people.
pub(crate) fn contradicts(a: &Identity, b: &Identity) -> bool {
    sexes_contradict(a.sex, b.sex) || compare(&a.given, &b.given) == GivenNames::Contradict
}

/// Whether two records with one verified number and birth date join. A stand-in such as "Baby" is no
/// evidence: newborn twins share everything else. With no given name at all, the family name must agree and
/// neither may be known for one of a multiple birth.
fn joins(a: &Identity, b: &Identity) -> bool {
    match compare(&a.given, &b.given) {
        GivenNames::Agree => !sexes_contradict(a.sex, b.sex),
        GivenNames::Missing => {
            let one_family = !a.family.is_empty() && normal(&a.family) == normal(&b.family);
            let one_birth = !a.multiple_birth && !b.multiple_birth;
            one_family && one_birth && !sexes_contradict(a.sex, b.sex)
        }
        GivenNames::Placeholder | GivenNames::Contradict => false,
    }
}

fn exactly_equal(a: &Identity, b: &Identity) -> bool {
    compare(&a.given, &b.given) == GivenNames::Agree
        && normal(&a.given) == normal(&b.given)
        && a.sex == b.sex
        && a.sex != Sex::Unknown
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::Date;

    fn who(record_no: i64, number: &str, birth: &str, given: &str, sex: Sex) -> Identity {
        Identity {
            record_no,
            nhs_number: NhsNumber::parse(number),
            nhs_verified: true,
            birth: Date::parse(birth),
            sex,
            family: "Hardy".into(),
            given: given.into(),
            postcode: String::new(),
            restricted: false,
            multiple_birth: false,
        }
    }

    fn grouped(identities: &[Identity], decisions: &[Kind]) -> String {
        let records: Vec<i64> = identities.iter().map(|identity| identity.record_no).collect();
        let refs: Vec<&Identity> = identities.iter().collect();
        let forward = group(&records, &refs, decisions, &[]);
        let backward = group(&records, &refs.into_iter().rev().collect::<Vec<_>>(), decisions, &[]);
        assert_eq!(forward, backward, "the order of records must not matter");
        forward
            .iter()
            .map(|g| g.iter().map(i64::to_string).collect::<Vec<_>>().join("+"))
            .collect::<Vec<_>>()
            .join(" | ")
    }

    const N: &str = "9990000026";

    #[test]
    fn safety_1_two_thresholds_care_bar() {
        use Sex::{Female as F, Male as M, Unknown as U};
        let born = "1945-05-04";
        for (a, b, expected, why) in [
            (("Ada", F, born), ("ADA", F, born), "1+2", "all agree"),
            (
                ("Ada", F, born),
                ("A", U, born),
                "1+2",
                "an initial and no sex do not contradict",
            ),
            (
                ("Ada", F, born),
                ("Ida", F, born),
                "1 | 2",
                "twins whose names differ by a letter",
            ),
            (("Ada", F, born), ("Ada", M, born), "1 | 2", "sex contradicts"),
            (
                ("Ada", F, born),
                ("Ada", F, "1945-05-05"),
                "1 | 2",
                "birth date differs",
            ),
            (
                ("John", M, "1950-01-01"),
                ("John", M, "1980-01-01"),
                "1 | 2",
                "father and son share a number by mistake",
            ),
            (("Baby", U, born), ("Baby", U, born), "1 | 2", "babies called Baby"),
            (
                ("Baby", F, born),
                ("Amelia", F, born),
                "1 | 2",
                "a stand-in is no evidence",
            ),
        ] {
            let pair = [who(1, N, a.2, a.0, a.1), who(2, N, b.2, b.0, b.1)];
            assert_eq!(grouped(&pair, &[]), expected, "{why}");
        }
        let mut unverified = [who(1, N, born, "Ada", F), who(2, N, born, "Ada", F)];
        unverified[1].nhs_verified = false;
        assert_eq!(
            grouped(&unverified, &[]),
            "1 | 2",
            "a number that is not verified joins nothing"
        );
        let mut other_number = [who(1, N, born, "Ada", F), who(2, "9000000009", born, "Ada", F)];
        assert_eq!(grouped(&other_number, &[]), "1 | 2");
        other_number[1].nhs_number = None;
        assert_eq!(grouped(&other_number, &[]), "1 | 2", "no number, no join");
    }

    #[test]
    fn a_record_that_agrees_with_both_of_two_twins_joins_neither() {
        let born = "2020-02-02";
        let three = [
            who(1, N, born, "John", Sex::Male),
            who(2, N, born, "Jane", Sex::Female),
            who(3, N, born, "J", Sex::Unknown),
        ];
        assert_eq!(grouped(&three, &[]), "1 | 2 | 3");
        let four = [
            who(1, N, born, "John", Sex::Male),
            who(2, N, born, "Jane", Sex::Female),
            who(3, N, born, "JOHN", Sex::Male),
        ];
        assert_eq!(grouped(&four, &[]), "1+3 | 2");
    }

    #[test]
    fn decisions_join_and_keep_apart() {
        let born = "1945-05-04";
        let two = [who(1, N, born, "Ada", Sex::Female), who(2, N, born, "Ada", Sex::Female)];
        assert_eq!(grouped(&two, &[Kind::KeepApart(2, 1)]), "1 | 2");
        let three = [two[0].clone(), two[1].clone(), who(3, N, born, "Ada", Sex::Female)];
        assert_eq!(
            grouped(&three, &[Kind::KeepApart(2, 1)]),
            "1 | 2 | 3",
            "a record that agrees with both of two kept apart cannot say whose it is"
        );
        assert_eq!(
            grouped(&three, &[Kind::KeepApart(1, 2), Kind::KeepApart(1, 3)]),
            "1 | 2+3"
        );
        assert_eq!(
            grouped(&three, &[Kind::Barred(1, 2)]),
            "1 | 2+3",
            "what agrees with both belongs to the new identity"
        );
        assert_eq!(grouped(&three, &[Kind::Barred(3, 1)]), "1+2 | 3");
        assert_eq!(
            grouped(&two, &[Kind::Barred(1, 2), Kind::Merge { from: 1, into: 2 }]),
            "1 | 2"
        );
        let unlike = [
            who(1, N, born, "Ada", Sex::Female),
            who(2, "9000000009", "1950-01-01", "Eve", Sex::Female),
        ];
        assert_eq!(grouped(&unlike, &[Kind::Merge { from: 2, into: 1 }]), "1+2");
        let (old, new) = (NhsNumber::parse(N).unwrap(), NhsNumber::parse("9000000009").unwrap());
        let replaced = [
            who(1, N, born, "Ada", Sex::Female),
            who(2, "9000000009", born, "Ada", Sex::Female),
        ];
        assert_eq!(grouped(&replaced, &[Kind::Superseded { old, new }]), "1+2");
        let circle = [Kind::Superseded { old, new }, Kind::Superseded { old: new, new: old }];
        assert_eq!(grouped(&replaced, &circle), "1 | 2", "a circle of replacements ends");
    }
}
