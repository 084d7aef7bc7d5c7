//! Lines of a record, and how equal ones fold into one fact.

use crate::intake::value_text;
use record::value::Normal;
use record::{Entry, Instant, OrgCode, Precision, Status, Value};
use std::collections::HashMap;

/// One line as one sender said it, with where it came from.
#[derive(Clone, Debug)]
pub struct Line {
    /// What was said.
    pub entry: Entry,
    /// Who sent it.
    pub sender: OrgCode,
    /// When it was received.
    pub received: Instant,
    /// On this system's own scale, when the unit is known.
    pub normal: Option<Normal>,
    /// Parts of it that could not be read, as (place, reason).
    pub issues: Vec<(String, String)>,
    /// The item's key, with the record's: leads to what was sent.
    pub record_no: i64,
    /// The item.
    pub item: i64,
    /// The encounter it belongs to, as an item key of the same sender.
    pub encounter: Option<i64>,
}

/// One fact: the lines that say the same (SAFETY 5). The first is the one to show.
#[derive(Clone, Debug)]
pub struct Fact {
    /// The lines, earliest received first; never empty.
    pub lines: Vec<Line>,
}

impl Fact {
    /// The line to show.
    pub fn line(&self) -> &Line {
        // A fact is made with a line in it and never loses it.
        &self.lines[0]
    }

    /// The line's entry.
    pub fn entry(&self) -> &Entry {
        &self.line().entry
    }

    /// How many different senders say it.
    pub fn senders(&self) -> Vec<&OrgCode> {
        let mut senders: Vec<&OrgCode> = self.lines.iter().map(|line| &line.sender).collect();
        senders.sort_unstable();
        senders.dedup();
        senders
    }
}

/// Folds lines that are equal in code, clinical date, value, dose, status and certainty, latest first. Lines
/// entered in error are left out: they leave the view, never the history.
pub(super) fn fold(lines: Vec<Line>) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::with_capacity(lines.len());
    let mut by_key: HashMap<FoldKey, Vec<usize>> = HashMap::with_capacity(lines.len());
    for line in lines {
        if line.entry.status == Status::EnteredInError {
            continue;
        }
        let known = by_key.entry(fold_key(&line.entry)).or_default();
        // With every line of the fact, not only the first: a bare day folds with either of two times on it, and
        // must not fold the two with each other.
        let fits = |n: &usize| facts[*n].lines.iter().all(|other| same_moment(other, &line));
        let same = known.iter().copied().find(fits);
        match same {
            Some(n) => facts[n].lines.push(line),
            None => {
                known.push(facts.len());
                facts.push(Fact { lines: vec![line] });
            }
        }
    }
    for fact in &mut facts {
        fact.lines
            .sort_by_key(|line| (line.received, line.record_no, line.item));
    }
    facts.sort_by_key(|fact| std::cmp::Reverse(sort_key(fact)));
    facts
}

/// Undated facts come last; within a moment the order is fixed by where they stand.
fn sort_key(fact: &Fact) -> (i64, i64, i64, u16) {
    let line = fact.line();
    let when = line
        .entry
        .happened
        .or(line.entry.recorded)
        .map_or(i64::MIN, |when| when.instant.0);
    (when, line.record_no, line.item, line.entry.part)
}

/// Everything that must be equal, but the moment within the day, as the digest of it: a person's lines are looked at
/// on every page, and the texts of most are long.
type FoldKey = [u8; 32];

fn fold_key(entry: &Entry) -> FoldKey {
    let mut hasher = blake3::Hasher::new();
    // Each text with its length before it, so that no two lists of texts look alike.
    let mut add = |text: &[u8]| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text);
    };
    let what = &entry.what;
    if what.code.is_empty() {
        add(what.display.to_lowercase().as_bytes());
    } else {
        add(what.system.as_bytes());
        add(what.code.as_bytes());
        add(b"coded");
    }
    match &entry.value {
        Some(Value::Quantity(q)) => {
            add(b"quantity");
            add(q.comparator.as_bytes());
            add(&q.number.to_bits().to_le_bytes());
            add(q.unit.as_bytes());
        }
        Some(Value::Concept(c)) if !c.code.is_empty() => {
            add(b"concept");
            add(c.system.as_bytes());
            add(c.code.as_bytes());
        }
        Some(value) => add(value_text(value).as_bytes()),
        None => add(b""),
    }
    let day = entry.happened.map_or([0; 6], |when| {
        let [a, b, c, d] = when.date().0.to_le_bytes();
        [1, when.precision.min(Precision::Day) as u8, a, b, c, d]
    });
    add(&day);
    add(&[entry.kind as u8, entry.status as u8, entry.certainty as u8]);
    *hasher.finalize().as_bytes()
}

/// Two things on one day with different times are two things; a time folds with a bare day.
fn same_moment(a: &Line, b: &Line) -> bool {
    let moment = |line: &Line| line.entry.happened.filter(|when| when.precision == Precision::Moment);
    // Within one sender two items are two statements unless they say the same moment.
    match (moment(a), moment(b)) {
        (Some(x), Some(y)) => x.instant == y.instant,
        (None, None) => true,
        _ => a.sender != b.sender,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use record::{Certainty, Concept, Kind, Quantity, When};

    pub(in crate::person) fn line(sender: &str, kind: Kind, code: &str, happened: &str) -> Line {
        let mut entry = Entry::new(kind, Concept::coded(record::concept::SNOMED, code, "words"));
        entry.happened = When::parse_fhir(happened);
        entry.status = Status::Active;
        Line {
            entry,
            sender: OrgCode::parse(sender).unwrap(),
            received: Instant(0),
            normal: None,
            issues: Vec::new(),
            record_no: 1,
            item: 1,
            encounter: None,
        }
    }

    fn facts(lines: &[Line]) -> usize {
        let forward = fold(lines.to_vec()).len();
        assert_eq!(
            forward,
            fold(lines.iter().rev().cloned().collect()).len(),
            "order must not matter"
        );
        forward
    }

    #[test]
    fn safety_5_entries_fold_only_when_everything_clinical_is_equal() {
        let gp = line("D81001", Kind::Problem, "38341003", "2019-03-04");
        let same = line("RBD", Kind::Problem, "38341003", "2019-03-04");
        assert_eq!(facts(&[gp.clone(), same.clone()]), 1);
        let at_ten = line("RBD", Kind::Problem, "38341003", "2019-03-04T10:00:00Z");
        assert_eq!(facts(&[gp.clone(), at_ten.clone()]), 1, "a time folds with a bare day");
        let at_noon = line("RBD", Kind::Problem, "38341003", "2019-03-04T12:00:00Z");
        assert_eq!(
            facts(&[at_ten.clone(), at_noon.clone()]),
            2,
            "two times on a day are two things"
        );
        let mut ambulance_noon = at_noon;
        ambulance_noon.sender = at_ten.sender.clone();
        assert_eq!(
            facts(&[gp.clone(), at_ten, ambulance_noon]),
            2,
            "a bare day does not fold two times with each other"
        );

        type Change = Box<dyn Fn(&mut Entry)>;
        let changed: Vec<(&str, Change)> = vec![
            ("code", Box::new(|e| e.what.code = "44054006".into())),
            ("system", Box::new(|e| e.what.system = "local".into())),
            ("date", Box::new(|e| e.happened = When::parse_fhir("2019-03-05"))),
            ("precision", Box::new(|e| e.happened = When::parse_fhir("2019-03"))),
            (
                "value",
                Box::new(|e| e.value = Some(Value::Quantity(Quantity::parse("7", "mmol/L").unwrap()))),
            ),
            ("dose", Box::new(|e| e.value = Some(Value::Text("two a day".into())))),
            ("status", Box::new(|e| e.status = Status::Resolved)),
            ("certainty", Box::new(|e| e.certainty = Certainty::Suspected)),
        ];
        for (what, change) in changed {
            let mut other = same.clone();
            change(&mut other.entry);
            assert_eq!(facts(&[gp.clone(), other]), 2, "a different {what} must not fold");
        }
    }

    #[test]
    fn entered_in_error_leaves_the_view() {
        let mut wrong = line("RBD", Kind::Problem, "38341003", "2019-03-04");
        wrong.entry.status = Status::EnteredInError;
        assert_eq!(facts(&[wrong]), 0);
    }
}
