//! Whether a resource answers a search parameter.

use super::param::Kind;
use record::concept::canonical_system;
use record::{Date, Precision, When};
use serde_json::Value as Json;

/// A parameter's value, understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// A code, in this system if one was named (`Some("")`: in none); an empty code means any of the system.
    Token(Option<String>, String),
    /// A span of time, and how the resource's own must lie to it.
    Date(Prefix, Span),
    /// The id of the resource referred to, and its type if one was named.
    Reference(Option<String>, String),
}

/// How a date must lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// Within.
    Eq,
    /// Not within.
    Ne,
    /// Reaching past its end.
    Gt,
    /// Reaching before its beginning.
    Lt,
    /// Past, or within.
    Ge,
    /// Before, or within.
    Le,
    /// Beginning after its end.
    Sa,
    /// Ending before its beginning.
    Eb,
    /// Overlapping.
    Ap,
}

/// A span of time in microseconds, the end not included.
pub type Span = (i64, i64);

/// Reads one value (of those separated by commas). `None` when it is not of this kind.
pub fn wanted(kind: Kind, text: &str) -> Option<Wanted> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    Some(match kind {
        Kind::Token => match text.split_once('|') {
            Some((system, code)) => Wanted::Token(Some(canonical_system(system).to_owned()), code.to_owned()),
            None => Wanted::Token(None, text.to_owned()),
        },
        Kind::Date => {
            let (prefix, rest) = prefix_of(text);
            Wanted::Date(prefix, span(When::parse_fhir(rest)?, rest))
        }
        Kind::Reference => {
            let mut steps = text.rsplit('/');
            let id = steps.next()?.to_owned();
            Wanted::Reference(steps.next().map(str::to_owned), id)
        }
    })
}

fn prefix_of(text: &str) -> (Prefix, &str) {
    let known = [
        ("eq", Prefix::Eq),
        ("ne", Prefix::Ne),
        ("gt", Prefix::Gt),
        ("lt", Prefix::Lt),
        ("ge", Prefix::Ge),
        ("le", Prefix::Le),
        ("sa", Prefix::Sa),
        ("eb", Prefix::Eb),
        ("ap", Prefix::Ap),
    ];
    known
        .iter()
        .find_map(|(word, prefix)| Some((*prefix, text.strip_prefix(word)?)))
        .unwrap_or((Prefix::Eq, text))
}

/// Everything a date can mean. A moment written to the second means that second, to the minute that minute.
fn span(when: When, written: &str) -> Span {
    let start = when.instant.0;
    let date = when.date();
    let (year, month, _) = date.ymd();
    let from = |date: Option<Date>| date.map_or(start, |date| When::day(date).instant.0);
    let end = match when.precision {
        Precision::Year => from(Date::new(year + 1, 1, 1)),
        Precision::Month if month == 12 => from(Date::new(year + 1, 1, 1)),
        Precision::Month => from(Date::new(year, month + 1, 1)),
        Precision::Day => from(Some(Date(date.0 + 1))),
        Precision::Moment => {
            let clock = written.get(11..).unwrap_or_default();
            let time = clock.split(['Z', '+', '-']).next().unwrap_or_default();
            match (time.contains('.'), time.matches(':').count()) {
                (true, _) => start + 1_000,
                (false, 1) => start + 60_000_000,
                (false, _) => start + 1_000_000,
            }
        }
    };
    (start, end.max(start + 1))
}

/// Whether any of the values wanted is said by any of the elements.
pub fn answers(resource: &Json, paths: &[&str], wanted: &[Wanted]) -> bool {
    paths
        .iter()
        .flat_map(|path| elements(resource, path))
        .any(|element| wanted.iter().any(|wanted| fits(element, wanted)))
}

/// Whether a moment at which something arrived lies as wanted.
pub fn moment_fits(moment: i64, wanted: &[Wanted]) -> bool {
    wanted.iter().any(|wanted| match wanted {
        Wanted::Date(prefix, span) => lies(*prefix, (moment, moment + 1), *span),
        Wanted::Token(..) | Wanted::Reference(..) => false,
    })
}

/// The elements at a path, lists opened at every step.
pub fn elements<'j>(resource: &'j Json, path: &str) -> Vec<&'j Json> {
    let mut found = vec![resource];
    for step in path.split('.') {
        found = found
            .into_iter()
            .filter_map(|value| value.get(step))
            .flat_map(open)
            .collect();
    }
    found
}

fn open(value: &Json) -> Vec<&Json> {
    match value {
        Json::Array(items) => items.iter().collect(),
        other => vec![other],
    }
}

fn fits(element: &Json, wanted: &Wanted) -> bool {
    match wanted {
        Wanted::Token(system, code) => tokens(element)
            .iter()
            .any(|(has_system, has_code)| token_fits(has_system, has_code, system.as_deref(), code)),
        Wanted::Date(prefix, wanted) => span_of(element).is_some_and(|span| lies(*prefix, span, *wanted)),
        Wanted::Reference(kind, id) => {
            let reference = element.get("reference").and_then(Json::as_str).unwrap_or_default();
            reference
                .split_once('/')
                .is_some_and(|(has_kind, has_id)| has_id == id && kind.as_ref().is_none_or(|kind| kind == has_kind))
        }
    }
}

fn token_fits(has_system: &str, has_code: &str, system: Option<&str>, code: &str) -> bool {
    let code_fits = code.is_empty() || has_code == code;
    code_fits && system.is_none_or(|system| canonical_system(has_system) == system)
}

/// The (system, code) pairs of a code, Coding, CodeableConcept or Identifier.
fn tokens(element: &Json) -> Vec<(String, String)> {
    let text = |value: &Json, key: &str| value.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    match element {
        Json::String(code) => vec![(String::new(), code.clone())],
        Json::Bool(yes) => vec![(String::new(), yes.to_string())],
        Json::Object(_) => match element.get("coding") {
            Some(codings) => open(codings)
                .into_iter()
                .map(|coding| (text(coding, "system"), text(coding, "code")))
                .collect(),
            None => {
                let code = match element.get("value") {
                    Some(_) => text(element, "value"),
                    None => text(element, "code"),
                };
                if code.is_empty() {
                    Vec::new()
                } else {
                    vec![(text(element, "system"), code)]
                }
            }
        },
        Json::Null | Json::Number(_) | Json::Array(_) => Vec::new(),
    }
}

/// The span that a date or a Period means; an end that was not said is open.
pub fn span_of(element: &Json) -> Option<Span> {
    let read = |text: &str| When::parse_fhir(text).map(|when| span(when, text));
    match element {
        Json::String(text) => read(text),
        Json::Object(_) => {
            let side = |key: &str| element.get(key).and_then(Json::as_str).and_then(read);
            match (side("start"), side("end")) {
                (None, None) => None,
                (start, end) => Some((start.map_or(i64::MIN, |s| s.0), end.map_or(i64::MAX, |s| s.1))),
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) => None,
    }
}

/// How a resource's span lies to the one wanted, as FHIR's table of prefixes says.
fn lies(prefix: Prefix, (start, end): Span, (from, to): Span) -> bool {
    let within = from <= start && end <= to;
    match prefix {
        Prefix::Eq => within,
        Prefix::Ne => !within,
        Prefix::Gt => end > to,
        Prefix::Lt => start < from,
        Prefix::Ge => end > to || within,
        Prefix::Le => start < from || within,
        Prefix::Sa => start >= to,
        Prefix::Eb => end <= from,
        Prefix::Ap => start < to && from < end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_compared_as_fhir_says() {
        let observation = json!({
            "status": "final",
            "code": { "coding": [{ "system": "https://snomed.info/sct", "code": "271649006" }] },
            "effectiveDateTime": "2026-03-04T10:05:00Z",
            "period": { "start": "2026-03-01", "end": "2026-03-31" },
            "encounter": { "reference": "Encounter/abc" },
            "identifier": [{ "system": "s", "value": "1" }],
        });
        let cases: [(Kind, &str, &str, bool); 25] = [
            (Kind::Token, "status", "final", true),
            (Kind::Token, "status", "amended", false),
            (Kind::Token, "code", "271649006", true),
            (Kind::Token, "code", "http://snomed.info/sct|271649006", true),
            (Kind::Token, "code", "http://snomed.info/sct|", true),
            (Kind::Token, "code", "|271649006", false),
            (Kind::Token, "code", "http://loinc.org|271649006", false),
            (Kind::Token, "identifier", "s|1", true),
            (Kind::Token, "identifier", "t|1", false),
            (Kind::Date, "effectiveDateTime", "2026-03-04", true),
            (Kind::Date, "effectiveDateTime", "2026", true),
            (Kind::Date, "effectiveDateTime", "2026-03-05", false),
            (Kind::Date, "effectiveDateTime", "ne2026-03-05", true),
            (Kind::Date, "effectiveDateTime", "gt2026-03-03", true),
            (Kind::Date, "effectiveDateTime", "gt2026-03-04", false),
            (Kind::Date, "effectiveDateTime", "ge2026-03-04", true),
            (Kind::Date, "effectiveDateTime", "lt2026-03-04", false),
            (Kind::Date, "effectiveDateTime", "le2026-03-04", true),
            (Kind::Date, "period", "2026-03-10", false),
            (Kind::Date, "period", "ap2026-03-10", true),
            (Kind::Date, "period", "sa2026-02", true),
            (Kind::Date, "period", "eb2026-04", true),
            (Kind::Reference, "encounter", "Encounter/abc", true),
            (Kind::Reference, "encounter", "abc", true),
            (Kind::Reference, "encounter", "Patient/abc", false),
        ];
        for (kind, path, text, expected) in cases {
            let wanted = wanted(kind, text).unwrap();
            assert_eq!(answers(&observation, &[path], &[wanted]), expected, "{path} {text}");
        }
        assert_eq!(wanted(Kind::Date, "soon"), None);
        assert_eq!(wanted(Kind::Token, ""), None);
    }
}
