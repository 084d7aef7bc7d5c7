//! How what an entry says is laid out in columns, and read back.

use record::{Concept, Instant, Value, When};

/// A concept in one text: system, code and words.
pub(crate) fn concept_text(concept: &Concept) -> String {
    format!("{}\u{1f}{}\u{1f}{}", concept.system, concept.code, concept.display)
}

/// Reads [`concept_text`] back.
pub(crate) fn concept_of(text: &str) -> Concept {
    let mut parts = text.splitn(3, '\u{1f}').map(str::to_owned);
    let mut next = || parts.next().unwrap_or_default();
    Concept {
        system: next(),
        code: next(),
        display: next(),
    }
}

/// A when in one number: microseconds, with the precision in the lowest three bits, so that order is kept.
pub(crate) fn when_number(when: When) -> i64 {
    (when.instant.0 << 3) | when.precision as i64
}

/// Reads [`when_number`] back.
pub(crate) fn when_of(number: i64) -> When {
    use record::Precision::{Day, Moment, Month, Year};
    let precision = match number & 7 {
        1 => Year,
        2 => Month,
        3 => Day,
        _ => Moment,
    };
    When {
        instant: Instant(number >> 3),
        precision,
    }
}

/// A value in one text, its kind first.
pub(crate) fn value_text(value: &Value) -> String {
    match value {
        Value::Quantity(q) => {
            format!(
                "q{}\u{1f}{}\u{1f}{}\u{1f}{}\u{1f}{}",
                q.written, q.comparator, q.unit, q.range, q.flag
            )
        }
        Value::Concept(concept) => format!("c{}", concept_text(concept)),
        Value::Text(text) => format!("t{text}"),
        Value::Bool(yes) => format!("b{}", u8::from(*yes)),
        Value::When(when) => format!("w{}", when_number(*when)),
    }
}

/// Reads [`value_text`] back; `None` for text that it never wrote.
pub(crate) fn value_of(text: &str) -> Option<Value> {
    let mut chars = text.chars();
    let kind = chars.next()?;
    let rest = chars.as_str();
    match kind {
        'q' => {
            let mut parts = rest.split('\u{1f}');
            let (written, comparator) = (parts.next()?, parts.next()?);
            let (unit, range, flag) = (parts.next()?, parts.next()?, parts.next()?);
            Some(Value::Quantity(record::Quantity {
                number: written.parse().ok()?,
                written: written.to_owned(),
                comparator: comparator.to_owned(),
                unit: unit.to_owned(),
                range: range.to_owned(),
                flag: flag.to_owned(),
            }))
        }
        'c' => Some(Value::Concept(concept_of(rest))),
        't' => Some(Value::Text(rest.to_owned())),
        'b' => Some(Value::Bool(rest == "1")),
        'w' => rest.parse().ok().map(|number| Value::When(when_of(number))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_reads_back_the_same() {
        let quantity = record::Quantity {
            flag: "H".into(),
            range: "4–11".into(),
            ..record::Quantity::parse("<7.0", "mmol/L").unwrap()
        };
        for value in [
            Value::Quantity(quantity),
            Value::Concept(Concept::coded(record::concept::SNOMED, "1", "one")),
            Value::Text("two a day\nwith food".into()),
            Value::Bool(true),
            Value::When(When::parse_fhir("2019-03").unwrap()),
        ] {
            assert_eq!(value_of(&value_text(&value)), Some(value));
        }
        let early = when_number(When::parse_fhir("1920-01-01").unwrap());
        assert!(early < when_number(When::parse_fhir("1920-01-02").unwrap()));
        assert_eq!(when_of(early).to_string(), "1 January 1920");
    }
}
