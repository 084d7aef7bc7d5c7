//! Measured and said values: a number and its unit in one type.

use crate::concept::{Concept, LOINC, SNOMED};
use crate::time::When;

/// What an entry says was found, measured, answered or prescribed.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number with its unit.
    Quantity(Quantity),
    /// A coded answer.
    Concept(Concept),
    /// Words: a dose instruction, a narrative result, an answer.
    Text(String),
    /// Yes or no.
    Bool(bool),
    /// A date or moment.
    When(When),
}

/// A number as the sender wrote it, with its unit as the sender wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// The number.
    pub number: f64,
    /// The number exactly as written, so that `7.0` stays `7.0`.
    pub written: String,
    /// `<`, `<=`, `>`, `>=` or empty.
    pub comparator: String,
    /// The unit as sent (a UCUM code or words); empty when none was sent.
    pub unit: String,
    /// Reference range as sent, in words; empty when none was sent.
    pub range: String,
    /// The sender's own mark (H, L, HH, abnormal…); empty when none was sent.
    pub flag: String,
}

impl Quantity {
    /// A plain number with a unit. `None` when `written` is not a finite decimal number.
    pub fn parse(written: &str, unit: &str) -> Option<Self> {
        let written = written.trim();
        let (comparator, digits) = ["<=", ">=", "<", ">"]
            .iter()
            .find_map(|sign| written.strip_prefix(sign).map(|rest| (*sign, rest.trim())))
            .unwrap_or(("", written));
        let number: f64 = digits.parse().ok().filter(|number: &f64| number.is_finite())?;
        Some(Self {
            number,
            written: digits.to_owned(),
            comparator: comparator.to_owned(),
            unit: unit.trim().to_owned(),
            range: String::new(),
            flag: String::new(),
        })
    }
}

/// A value on the scale this system trends and scores by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal {
    /// The number in `unit`.
    pub number: f64,
    /// The canonical unit, a UCUM code.
    pub unit: &'static str,
    /// Whether it lies outside the range in which measures use it. Such a value is shown as sent and marked
    /// "check"; it is never hidden (SAFETY 5).
    pub check: bool,
}

/// One quantity this system knows how to trend.
struct Scale {
    codes: &'static [(&'static str, &'static str)],
    unit: &'static str,
    /// (unit spellings, factor, offset): canonical = sent × factor + offset.
    from: &'static [(&'static [&'static str], f64, f64)],
    plausible: (f64, f64),
}

const MMHG: &[&str] = &[
    "mm[Hg]",
    "mmHg",
    "mm Hg",
    "mmhg",
    "millimeter of mercury",
    "millimetre of mercury",
];
const PER_MIN: &[&str] = &[
    "/min",
    "beats/min",
    "{beats}/min",
    "bpm",
    "/minute",
    "beats/minute",
    "breaths/min",
    "{breaths}/min",
    "breaths/minute",
];

/// Ranges are those of the measures reference (systolic 40–300 mmHg and so on); the HbA1c line is the
/// IFCC–NGSP master equation, percent = 0.0915 × mmol/mol + 2.15.
const SCALES: &[Scale] = &[
    Scale {
        codes: &[
            (SNOMED, "72313002"),
            (SNOMED, "271649006"),
            (SNOMED, "407554009"),
            (LOINC, "8480-6"),
            (SNOMED, "314440001"),
        ],
        unit: "mm[Hg]",
        from: &[(MMHG, 1.0, 0.0)],
        plausible: (40.0, 300.0),
    },
    Scale {
        codes: &[
            (SNOMED, "1091811000000102"),
            (SNOMED, "271650006"),
            (SNOMED, "407555005"),
            (LOINC, "8462-4"),
        ],
        unit: "mm[Hg]",
        from: &[(MMHG, 1.0, 0.0)],
        plausible: (20.0, 200.0),
    },
    Scale {
        codes: &[
            (SNOMED, "999791000000106"),
            (LOINC, "59261-8"),
            (LOINC, "4548-4"),
            (SNOMED, "1049301000000100"),
            (SNOMED, "43396009"),
        ],
        unit: "mmol/mol",
        from: &[(&["mmol/mol"], 1.0, 0.0), (&["%"], 1.0 / 0.0915, -2.15 / 0.0915)],
        plausible: (10.0, 200.0),
    },
    Scale {
        codes: &[
            (SNOMED, "1005671000000105"),
            (SNOMED, "412808005"),
            (LOINC, "14647-2"),
            (LOINC, "2093-3"),
        ],
        unit: "mmol/L",
        from: &[
            (&["mmol/L", "mmol/l"], 1.0, 0.0),
            (&["mg/dL", "mg/dl"], 1.0 / 38.67, 0.0),
        ],
        plausible: (1.0, 20.0),
    },
    Scale {
        codes: &[
            (LOINC, "2339-0"),
            (LOINC, "2345-7"),
            (LOINC, "15074-8"),
            (SNOMED, "1003671000000109"),
            (LOINC, "14749-6"),
        ],
        unit: "mmol/L",
        from: &[
            (&["mmol/L", "mmol/l"], 1.0, 0.0),
            (&["mg/dL", "mg/dl"], 1.0 / 18.016, 0.0),
        ],
        plausible: (0.5, 60.0),
    },
    Scale {
        codes: &[
            (SNOMED, "27113001"),
            (LOINC, "29463-7"),
            (LOINC, "3141-9"),
            (SNOMED, "162763007"),
        ],
        unit: "kg",
        from: &[
            (&["kg", "Kg", "kilogram", "kilograms"], 1.0, 0.0),
            (&["g", "gram", "grams"], 0.001, 0.0),
            (&["[lb_av]", "lb", "lbs"], 0.453_592_37, 0.0),
            (&["[stone_av]", "st", "stone"], 6.350_293_18, 0.0),
        ],
        plausible: (0.2, 500.0),
    },
    Scale {
        codes: &[
            (SNOMED, "50373000"),
            (LOINC, "8302-2"),
            (SNOMED, "1153637007"),
            (SNOMED, "248333004"),
        ],
        unit: "cm",
        from: &[
            (&["cm", "centimetre"], 1.0, 0.0),
            (&["m", "metre"], 100.0, 0.0),
            (&["[in_i]", "in", "inch"], 2.54, 0.0),
        ],
        plausible: (20.0, 260.0),
    },
    Scale {
        codes: &[(SNOMED, "60621009"), (LOINC, "39156-5")],
        unit: "kg/m2",
        from: &[(&["kg/m2", "kg/m²", "kg/m^2"], 1.0, 0.0)],
        plausible: (8.0, 100.0),
    },
    Scale {
        codes: &[(SNOMED, "364075005"), (SNOMED, "78564009"), (LOINC, "8867-4")],
        unit: "/min",
        from: &[(PER_MIN, 1.0, 0.0)],
        plausible: (20.0, 300.0),
    },
    Scale {
        codes: &[(SNOMED, "86290005"), (LOINC, "9279-1")],
        unit: "/min",
        from: &[(PER_MIN, 1.0, 0.0)],
        plausible: (2.0, 120.0),
    },
    Scale {
        codes: &[
            (SNOMED, "103228002"),
            (SNOMED, "431314004"),
            (LOINC, "2708-6"),
            (LOINC, "59408-5"),
            (SNOMED, "442349007"),
            (SNOMED, "442476006"),
        ],
        unit: "%",
        from: &[(&["%", "percent"], 1.0, 0.0)],
        plausible: (50.0, 100.0),
    },
    Scale {
        codes: &[
            (SNOMED, "276885007"),
            (SNOMED, "386725007"),
            (LOINC, "8310-5"),
            (LOINC, "8331-1"),
            (SNOMED, "415882003"),
        ],
        unit: "Cel",
        from: &[
            (&["Cel", "°C", "C", "degC", "degrees C"], 1.0, 0.0),
            (&["[degF]", "°F", "F", "degF"], 5.0 / 9.0, -160.0 / 9.0),
        ],
        plausible: (25.0, 45.0),
    },
    Scale {
        codes: &[
            (SNOMED, "1000731000000107"),
            (SNOMED, "1000991000000106"),
            (LOINC, "2160-0"),
            (LOINC, "38483-4"),
            (LOINC, "14682-9"),
        ],
        unit: "umol/L",
        from: &[
            (&["umol/L", "µmol/L", "umol/l", "µmol/l", "micromol/L"], 1.0, 0.0),
            (&["mg/dL", "mg/dl"], 88.42, 0.0),
        ],
        plausible: (5.0, 3000.0),
    },
    Scale {
        codes: &[
            (SNOMED, "1020291000000106"),
            (LOINC, "33914-3"),
            (LOINC, "62238-1"),
            (LOINC, "69405-9"),
            (SNOMED, "1011481000000105"),
        ],
        unit: "mL/min/{1.73_m2}",
        from: &[(
            &[
                "mL/min/{1.73_m2}",
                "mL/min/1.73m2",
                "mL/min/1.73m*2",
                "mL/min",
                "ml/min/1.73m2",
            ],
            1.0,
            0.0,
        )],
        plausible: (1.0, 250.0),
    },
];

/// The value on this system's own scale, or `None` when the code is not one it trends, the unit is missing
/// or unknown (never guessed), or the number is a bound (`<5`).
pub fn normalise(what: &Concept, quantity: &Quantity) -> Option<Normal> {
    if !quantity.comparator.is_empty() {
        return None;
    }
    let scale = SCALES.iter().find(|scale| {
        scale
            .codes
            .iter()
            .any(|(system, code)| *system == what.system && *code == what.code)
    })?;
    let (_, factor, offset) = scale
        .from
        .iter()
        .find(|(spellings, _, _)| spellings.contains(&quantity.unit.as_str()))?;
    let number = quantity.number * factor + offset;
    let (low, high) = scale.plausible;
    Some(Normal {
        number,
        unit: scale.unit,
        check: !(low..=high).contains(&number),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_converted_when_known_and_never_guessed() {
        let hba1c = Concept::coded(LOINC, "4548-4", "HbA1c");
        let cases = [
            ("6.5", "%", Some((47.5, "mmol/mol", false))),
            ("48", "mmol/mol", Some((48.0, "mmol/mol", false))),
            ("48", "", None),
            ("48", "wobbles", None),
            ("<48", "mmol/mol", None),
            ("900", "mmol/mol", Some((900.0, "mmol/mol", true))),
        ];
        for (written, unit, expected) in cases {
            let found = normalise(&hba1c, &Quantity::parse(written, unit).unwrap())
                .map(|n| ((n.number * 10.0).round() / 10.0, n.unit, n.check));
            assert_eq!(found, expected, "{written} {unit}");
        }
        assert_eq!(
            normalise(
                &Concept::coded(LOINC, "unknown", ""),
                &Quantity::parse("1", "%").unwrap()
            ),
            None
        );
        assert!(Quantity::parse("NaN", "").is_none() && Quantity::parse("seven", "").is_none());
    }
}
