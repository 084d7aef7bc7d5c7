//! The lists of the record: problems, medicines, results with their course, documents, and the timeline.
//!
//! Each fact is looked at once for each list, and put into words only when it is shown.

use super::filter::{Filter, YEARS_USUAL, Years};
use super::line::{self, cut, value_words};
use super::present::Present;
use super::reading_order::{DIASTOLIC, SYSTOLIC, is_one_of, reading_order, tells_of_smoking};
use super::spark::{Point, draw};
use super::view::{Line, List, ResultLine, Timeline};
use crate::site::clock::short;
use crate::site::view::{Choice, Paging};
use care::person::Fact;
use record::{Certainty, Concept, Kind, Precision, Status, Value};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Lines of a list on the record; the rest is behind "more".
const SHOWN: usize = 8;
/// Documents on the record.
const DOCUMENTS_SHOWN: usize = 6;
/// Rows of one page of the timeline.
pub const PAGE: usize = 50;
/// Values of one item that are named in its row.
const PARTS_SHOWN: usize = 6;
const DAY_MICROS: i64 = 86_400_000_000;

/// What a fact is about, for telling whether two are about the same thing: its code, or else its words.
fn about(concept: &Concept) -> (String, String) {
    if concept.code.is_empty() {
        (String::new(), concept.display.to_lowercase())
    } else {
        (concept.system.clone(), concept.code.clone())
    }
}

impl Present<'_> {
    pub(super) fn facts_of(&self, kind: Kind) -> impl Iterator<Item = &Fact> {
        self.record.facts.iter().filter(move |fact| fact.entry().kind == kind)
    }

    pub(super) fn line(&self, fact: &Fact) -> Line {
        let mut shown = line::line(fact, &self.senders, &self.path, self.record.restricted);
        shown.marks.extend(self.questioned(fact).map(str::to_owned));
        shown
    }

    pub(super) fn all_of(&self, kind: Kind) -> String {
        format!("{}?kind={}&years=all#timeline", self.path, kind as u8)
    }

    /// Problems that stand, those going on first. What is over is on the timeline.
    pub fn problems(&self) -> List<Line> {
        self.list(self.standing_problems(), Kind::Problem, SHOWN)
    }

    pub(super) fn standing_problems(&self) -> Vec<&Fact> {
        let stands = |fact: &&Fact| {
            let entry = fact.entry();
            let over = matches!(
                entry.status,
                Status::Resolved | Status::Completed | Status::Cancelled | Status::Stopped | Status::NotDone
            );
            !over && entry.certainty != Certainty::RuledOut
        };
        // A sender that says the same problem again has said it once: its latest stands for it.
        let mut said = HashSet::new();
        let mut standing: Vec<&Fact> = self
            .facts_of(Kind::Problem)
            .filter(stands)
            .filter(|fact| {
                let entry = fact.entry();
                said.insert((
                    about(&entry.what),
                    fact.senders().into_iter().cloned().collect::<Vec<_>>(),
                    entry.certainty,
                ))
            })
            .collect();
        standing.sort_by_key(|fact| fact.entry().status != Status::Active);
        standing
    }

    /// Medicines that stand: of each medicine, dose and sender the latest, those going on first.
    pub fn medicines(&self) -> List<Line> {
        self.list(self.standing_medicines(), Kind::Medicine, SHOWN)
    }

    pub(super) fn standing_medicines(&self) -> Vec<&Fact> {
        let mut said = HashSet::new();
        let mut standing: Vec<&Fact> = self
            .facts_of(Kind::Medicine)
            .filter(|fact| {
                let entry = fact.entry();
                let dose = entry.value.as_ref().map(value_words).unwrap_or_default();
                said.insert((
                    about(&entry.what),
                    dose,
                    fact.senders().into_iter().cloned().collect::<Vec<_>>(),
                ))
            })
            .filter(|fact| {
                matches!(
                    fact.entry().status,
                    Status::Active | Status::OnHold | Status::Planned | Status::Unknown | Status::Preliminary
                )
            })
            .collect();
        standing.sort_by_key(|fact| fact.entry().status != Status::Active);
        standing
    }

    /// Documents, newest first; each once, whatever its parts.
    pub fn documents(&self) -> List<Line> {
        let mut items = HashSet::new();
        let whole = self.facts_of(Kind::Document).filter(|fact| fact.entry().part == 0);
        let documents: Vec<&Fact> = whole
            .filter(|fact| items.insert((fact.line().record_no, fact.line().item)))
            .collect();
        self.list(documents, Kind::Document, DOCUMENTS_SHOWN)
    }

    fn list(&self, facts: Vec<&Fact>, kind: Kind, shown: usize) -> List<Line> {
        List {
            total: facts.len() as u64,
            lines: facts.into_iter().take(shown).map(|fact| self.line(fact)).collect(),
            path: self.all_of(kind),
        }
    }

    /// The latest of each kind of result, with its course over values on one scale.
    pub fn results(&self) -> List<ResultLine> {
        let latest = self.latest_results();
        List {
            total: latest.len() as u64,
            lines: latest
                .iter()
                .take(SHOWN)
                .map(|(group, lower)| self.result(group, *lower))
                .collect(),
            path: self.all_of(Kind::Result),
        }
    }

    /// Each kind of result, its latest first, with the lower pressure where it is the upper one.
    pub(super) fn latest_results(&self) -> Vec<(Vec<&Fact>, Option<&Fact>)> {
        let mut order: Vec<(String, String)> = Vec::new();
        let mut groups: HashMap<(String, String), Vec<&Fact>> = HashMap::new();
        let mut diastolic: HashMap<(i64, i64), &Fact> = HashMap::new();
        for fact in self.facts_of(Kind::Result).filter(|fact| fact.entry().value.is_some()) {
            let entry = fact.entry();
            if is_one_of(&entry.what, &DIASTOLIC) {
                diastolic.insert((fact.line().record_no, fact.line().item), fact);
            }
            let key = about(&entry.what);
            match groups.get_mut(&key) {
                Some(group) => group.push(fact),
                None => {
                    order.push(key.clone());
                    groups.insert(key, vec![fact]);
                }
            }
        }
        let mut lines: Vec<(Vec<&Fact>, Option<&Fact>)> = Vec::new();
        let mut told = HashSet::new();
        for group in order.iter().filter_map(|key| groups.remove(key)) {
            let latest = group[0];
            let place = (latest.line().record_no, latest.line().item);
            let entry = latest.entry();
            if is_one_of(&entry.what, &DIASTOLIC) && told.contains(&place) {
                continue;
            }
            let lower = diastolic
                .get(&place)
                .copied()
                .filter(|_| is_one_of(&entry.what, &SYSTOLIC));
            if lower.is_some() {
                told.insert(place);
            }
            lines.push((group, lower));
        }
        // A diastolic that came before its systolic in the order is told by it all the same.
        lines.retain(|(group, _)| {
            let line = group[0].line();
            !(is_one_of(&line.entry.what, &DIASTOLIC) && told.contains(&(line.record_no, line.item)))
        });
        // Whether somebody smokes stands last; else the newest day first, and of one day what is read first.
        lines.sort_by_key(|(group, _)| {
            let entry = group[0].entry();
            let when = entry.happened.or(entry.recorded);
            (
                tells_of_smoking(&entry.what),
                std::cmp::Reverse(when.map(record::When::date)),
                reading_order(&entry.what),
                std::cmp::Reverse(when.map(|when| when.instant)),
                entry.part,
            )
        });
        lines
    }

    pub(super) fn result(&self, group: &[&Fact], lower: Option<&Fact>) -> ResultLine {
        let mut line = self.line(group[0]);
        line.note = String::new();
        if let Some(lower) = lower {
            (line.what, line.value) = ("Blood pressure".to_owned(), pressure(group[0], lower));
            line.marks.extend(line::marks(lower));
            line.marks.dedup();
        }
        let unit = group
            .iter()
            .find_map(|fact| fact.line().normal)
            .map(|normal| normal.unit);
        let mut points: Vec<Point> = group.iter().filter_map(|fact| point(fact)).collect();
        points.reverse();
        let what = if lower.is_some() {
            "Systolic blood pressure"
        } else {
            line.what.as_str()
        };
        let spark = unit.and_then(|unit| draw(what, line::unit_words(unit), &points));
        ResultLine { line, spark }
    }

    /// What happened lately, for the printed summary.
    pub fn recent(&self, shown: usize) -> List<Line> {
        let rows = self.rows(&Filter::read("years=all"));
        List {
            total: rows.len() as u64,
            lines: rows.iter().take(shown).map(|row| self.of_a_kind(row)).collect(),
            path: format!("{}?years=all#timeline", self.path),
        }
    }

    /// A row that says of which kind it is: "Face to face" alone says nothing.
    fn of_a_kind(&self, facts: &[&Fact]) -> Line {
        let mut line = self.row(facts);
        line.what = format!("{}: {}", line.kind, line.what);
        line
    }

    /// The timeline: a row for each item, newest first.
    pub fn timeline(&self, filter: &Filter) -> Timeline {
        let rows = self.rows(filter);
        let (shown, paging) = Paging::of(&rows, filter.page, PAGE, |at| {
            let page = u32::try_from(at).unwrap_or(1);
            let filter = Filter { page, ..filter.clone() };
            format!("{}{}#timeline", self.path, filter.query())
        });
        Timeline {
            kinds: self.kinds(filter),
            senders: self.sender_choices(filter),
            years: Choice::list(
                [
                    ("1", "1 year"),
                    ("2", "2 years"),
                    ("5", "5 years"),
                    ("10", "10 years"),
                    ("all", "All years"),
                ],
                &filter.years_value(),
            ),
            filtered: filter.kind.is_some() || filter.sender.is_some() || filter.years != YEARS_USUAL,
            lines: shown.iter().map(|row| self.row(row)).collect(),
            all: match filter.years {
                Years::All => String::new(),
                Years::Last(_) => format!(
                    "{}{}#timeline",
                    self.path,
                    Filter {
                        years: Years::All,
                        page: 1,
                        ..filter.clone()
                    }
                    .query()
                ),
            },
            paging,
        }
    }

    /// The facts that fit, those of one item together.
    fn rows(&self, filter: &Filter) -> Vec<Vec<&Fact>> {
        let earliest = match filter.years {
            Years::All => i64::MIN,
            Years::Last(years) => self.record.known_at.0 - i64::from(years) * 365 * DAY_MICROS - DAY_MICROS,
        };
        let mut rows: Vec<Vec<&Fact>> = Vec::new();
        let mut by_item: HashMap<(i64, i64, bool), usize> = HashMap::new();
        for fact in &self.record.facts {
            let entry = fact.entry();
            let when = entry.happened.or(entry.recorded).map(|when| when.instant.0);
            // What no one dated cannot be too old.
            let fits = filter.kind.is_none_or(|kind| kind == entry.kind)
                && when.is_none_or(|when| when >= earliest)
                && filter
                    .sender
                    .as_ref()
                    .is_none_or(|wanted| fact.lines.iter().any(|line| line.sender.as_str() == wanted));
            if !fits {
                continue;
            }
            let line = fact.line();
            let moment = entry.happened.filter(|when| when.precision == Precision::Moment);
            // Results of one moment are one row, unless results are what was asked for: then each opens.
            let item = match moment.filter(|_| entry.kind == Kind::Result && filter.kind.is_none()) {
                Some(when) => (line.record_no, when.instant.0, true),
                None => (line.record_no, line.item, false),
            };
            match by_item.get(&item).and_then(|at| rows.get_mut(*at)) {
                Some(row) => row.push(fact),
                None => {
                    by_item.insert(item, rows.len());
                    rows.push(vec![fact]);
                }
            }
        }
        rows
    }

    /// A row of the timeline: one item, its parts in its value.
    fn row(&self, facts: &[&Fact]) -> Line {
        let mut parts: Vec<&Fact> = facts.to_vec();
        parts.sort_by_key(|fact| (fact.line().item, fact.entry().part));
        let Some(first) = parts.first() else {
            return Line::default();
        };
        let mut line = self.line(first);
        if parts.len() == 1 {
            return line;
        }
        // Other marks stand beside the value that they are about.
        line.marks.clear();
        if parts
            .iter()
            .any(|part| part.lines.iter().any(|line| !line.issues.is_empty()))
        {
            line.marks.push("incomplete".to_owned());
        }
        let named = named_values(&parts);
        if named.is_empty() {
            return line;
        }
        let items: HashSet<i64> = parts.iter().map(|part| part.line().item).collect();
        if first.entry().kind == Kind::Result && (first.entry().value.is_some() || items.len() > 1) {
            let category = &first.entry().category;
            let same = parts.iter().all(|part| part.entry().category == *category);
            line.what = group_words(category)
                .filter(|_| same)
                .unwrap_or("Several results")
                .to_owned();
        }
        if items.len() > 1 {
            // Each has a page of its own: the row leads to all of them.
            line.path = self.all_of(Kind::Result);
        }
        let more = named.len().saturating_sub(PARTS_SHOWN);
        line.value = named.into_iter().take(PARTS_SHOWN).collect::<Vec<_>>().join(", ");
        if more > 0 {
            line.value = format!("{} and {more} more", line.value);
        }
        line
    }

    fn kinds(&self, filter: &Filter) -> Vec<Choice> {
        let there: BTreeSet<Kind> = self
            .record
            .facts
            .iter()
            .map(|fact| fact.entry().kind)
            .chain(filter.kind)
            .collect();
        let numbers: Vec<(String, &str)> = there
            .into_iter()
            .map(|kind| ((kind as u8).to_string(), kind.words()))
            .collect();
        let chosen = filter.kind.map(|kind| (kind as u8).to_string()).unwrap_or_default();
        let pairs = numbers.iter().map(|(value, words)| (value.as_str(), *words));
        Choice::list([("", "All kinds")].into_iter().chain(pairs), &chosen)
    }

    fn sender_choices(&self, filter: &Filter) -> Vec<Choice> {
        let heard = self
            .record
            .heard
            .iter()
            .filter(|heard| !self.senders.is_hidden(&heard.sender));
        let names: Vec<(String, String)> = heard
            .map(|heard| (heard.sender.to_string(), self.senders.name(&heard.sender)))
            .collect();
        let pairs = names.iter().map(|(value, words)| (value.as_str(), words.as_str()));
        let chosen = filter.sender.as_deref().unwrap_or("");
        Choice::list([("", "All senders")].into_iter().chain(pairs), chosen)
    }
}

/// `148/82 mmHg`; each as written when their units differ.
fn pressure(upper: &Fact, lower: &Fact) -> String {
    match (&upper.entry().value, &lower.entry().value) {
        (Some(Value::Quantity(high)), Some(Value::Quantity(low))) if high.unit == low.unit => {
            let value = format!("{}{}/{}{}", high.comparator, high.written, low.comparator, low.written);
            format!("{value} {}", line::unit_words(&high.unit))
                .trim_end()
                .to_owned()
        }
        (high, low) => [high, low]
            .into_iter()
            .flatten()
            .map(value_words)
            .collect::<Vec<_>>()
            .join(" / "),
    }
}

/// Each part's value with its name; blood pressure as one.
fn named_values(parts: &[&Fact]) -> Vec<String> {
    let find = |codes: &[(&str, &str)]| {
        parts
            .iter()
            .find(|part| part.entry().value.is_some() && is_one_of(&part.entry().what, codes))
    };
    let both = find(&SYSTOLIC).zip(find(&DIASTOLIC));
    let mut named = Vec::new();
    if let Some((upper, lower)) = both {
        let words = pressure(upper, lower);
        let alone = parts.iter().filter(|part| part.entry().value.is_some()).count() == 2;
        named.push(if alone {
            words
        } else {
            format!("Blood pressure {words}")
        });
    }
    let mut ordered: Vec<&&Fact> = parts.iter().collect();
    ordered.sort_by_key(|part| reading_order(&part.entry().what));
    for part in ordered {
        let entry = part.entry();
        let Some(value) = &entry.value else { continue };
        let told = both.is_some() && (is_one_of(&entry.what, &SYSTOLIC) || is_one_of(&entry.what, &DIASTOLIC));
        if !told {
            let marks = line::value_marks(part.line());
            let marks = if marks.is_empty() {
                String::new()
            } else {
                format!(" ({})", marks.join(", "))
            };
            named.push(format!(
                "{} {}{marks}",
                cut(entry.what.label(), 60),
                cut(&value_words(value), 60)
            ));
        }
    }
    named
}

/// A point of a course: only a value on a known scale and in its plausible range (SAFETY 5).
fn point(fact: &Fact) -> Option<Point> {
    let line = fact.line();
    let when = line.entry.happened?;
    let normal = line.normal.filter(|normal| !normal.check)?;
    Some(Point {
        day: when.date().0,
        date: short(when),
        value: normal.number,
        as_sent: line.entry.value.as_ref().map(value_words).unwrap_or_default(),
    })
}

/// What results of one moment are called together, where their sender's grouping says so. Any other grouping is the
/// sender's own filing (whose service it was, how the person smokes) and would stand as if it were the result.
fn group_words(category: &str) -> Option<&'static str> {
    let folded = category.trim().to_lowercase().replace([' ', '_'], "-");
    let known = [
        ("vital-signs", "Vital signs"),
        ("laboratory", "Laboratory results"),
        ("imaging", "Imaging"),
        ("exam", "Examination"),
        ("survey", "Answers to questions"),
        ("social-history", "Social history"),
        ("procedure", "Measured during a procedure"),
        ("therapy", "Therapy"),
        ("activity", "Activity"),
    ];
    known.iter().find(|(code, _)| *code == folded).map(|(_, words)| *words)
}

#[cfg(test)]
mod tests {
    use super::group_words;

    #[test]
    fn a_senders_own_filing_is_never_shown_as_the_result() {
        for (category, words) in [
            ("vital-signs", Some("Vital signs")),
            ("Vital Signs", Some("Vital signs")),
            ("laboratory", Some("Laboratory results")),
            ("ex-smoker", None),
            ("voluntary sector", None),
            ("", None),
        ] {
            assert_eq!(group_words(category), words, "{category}");
        }
    }
}
