//! HL7 v2.4 messages as UK trusts write them (ITK style): small functions that write segments.

use crate::calendar::{self, Moment};
use crate::fhir::Copy;
use crate::lives::Care;
use crate::people::Marks;
use crate::terms::Term;
use record::Sex;

/// A message being written.
#[derive(Debug)]
pub struct Message<'a> {
    out: &'a mut Vec<u8>,
}

/// Escapes what HL7 keeps for itself.
pub fn escaped(text: &str) -> String {
    let kept = |byte: u8| matches!(byte, b'|' | b'^' | b'&' | b'~' | b'\\' | b'\n' | b'\r');
    if !text.bytes().any(kept) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '|' => out.push_str("\\F\\"),
            '^' => out.push_str("\\S\\"),
            '&' => out.push_str("\\T\\"),
            '~' => out.push_str("\\R\\"),
            '\\' => out.push_str("\\E\\"),
            '\n' | '\r' => out.push_str("\\.br\\"),
            _ => out.push(letter),
        }
    }
    out
}

/// `code^words^SCT`, or words alone.
pub fn coded(term: Term) -> String {
    if term.code.is_empty() {
        format!("^{}", escaped(term.words))
    } else {
        format!("{}^{}^SCT", term.code, escaped(term.words))
    }
}

/// `202605031015`.
pub fn stamp(at: Moment) -> String {
    let mut out = Vec::with_capacity(12);
    at.hl7(&mut out);
    String::from_utf8(out).unwrap_or_default()
}

impl<'a> Message<'a> {
    /// Begins a message with its MSH and, for an ADT, its EVN.
    pub fn begin(out: &'a mut Vec<u8>, kind: &str, structure: &str, id: &str, at: Moment) -> Self {
        let mut message = Self { out };
        let trigger = format!("{kind}^{structure}");
        message.segment(
            "MSH",
            &[
                (2, "^~\\&"),
                (3, "PAS"),
                (4, "RBD"),
                (5, "ROUTE"),
                (6, "ROUTE"),
                (7, &stamp(at)),
                (9, &trigger),
                (10, id),
                (11, "P"),
                (12, "2.4"),
                (17, "GBR"),
                (18, "UNICODE UTF-8"),
                (19, "EN"),
                (21, "iTKv1.0"),
            ],
        );
        if kind.starts_with("ADT") {
            message.segment("EVN", &[(2, &stamp(at)), (6, &stamp(at))]);
        }
        message
    }

    /// One segment, fields by number, in rising order.
    pub fn segment(&mut self, name: &str, fields: &[(usize, &str)]) {
        self.out.extend_from_slice(name.as_bytes());
        // In MSH the separator itself is the first field.
        let mut at = usize::from(name == "MSH");
        for (number, value) in fields {
            while at < *number {
                self.out.push(b'|');
                at += 1;
            }
            self.out.extend_from_slice(value.as_bytes());
        }
        self.out.push(b'\r');
    }

    /// PID and PD1.
    pub fn person(&mut self, copy: &Copy<'_>) {
        let person = copy.person;
        let mut ids = format!("{}^^^RBD^PI", copy.id);
        if !copy.nhs.is_empty() {
            ids.push_str(&format!("~{}^^^NHS^NH", copy.nhs));
        }
        let name = format!(
            "{}^{}^{}^^{}^^L",
            escaped(&copy.family),
            escaped(&copy.given),
            person.middle,
            person.title
        );
        let maiden = if person.birth_family.is_empty() {
            String::new()
        } else {
            format!("{}^{}^^^^^M", escaped(person.birth_family), escaped(&person.given))
        };
        let mut born = Vec::new();
        calendar::hl7_date(copy.born, &mut born);
        let born = String::from_utf8(born).unwrap_or_default();
        let address = address(copy);
        let phones = phones(copy);
        let died = person
            .died
            .filter(|_| copy.knows_death)
            .map(|day| stamp(Moment::new(day, 240)));
        let language = if person.marks.has(Marks::SIGNS) {
            "BSL"
        } else {
            person.language.0
        };
        let status = match (copy.nhs.is_empty(), copy.verified) {
            (true, _) => "",
            (false, true) => "NSTS01",
            (false, false) => "NSTS02",
        };
        let fields = [
            (1, "1"),
            (3, ids.as_str()),
            (5, &name),
            (6, &maiden),
            (7, &born),
            (8, if person.sex == Sex::Female { "F" } else { "M" }),
            (11, &address),
            (13, &phones),
            (15, language),
            (22, person.ethnicity.0),
            (24, if person.twin { "Y" } else { "" }),
            (29, died.as_deref().unwrap_or("")),
            (30, if died.is_some() { "Y" } else { "" }),
            (32, status),
        ];
        let said: Vec<(usize, &str)> = fields.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        self.segment("PID", &said);
        let practice = copy.household.practice;
        self.segment("PD1", &[(3, &format!("{}^^{}", escaped(practice.name), practice.code))]);
    }

    /// PV1 of a stay, attendance or clinic.
    pub fn visit(&mut self, visit: &Visit<'_>) {
        let place = format!("{}^^^RBD", escaped(visit.ward));
        let from = stamp(visit.from);
        let until = visit.until.map(stamp).unwrap_or_default();
        let doctor = format!("^{}", visit.doctor);
        let fields = [
            (1, "1"),
            (2, visit.class),
            (3, place.as_str()),
            (7, &doctor),
            (10, visit.specialty),
            (14, visit.source),
            (19, visit.number),
            (36, visit.left),
            (44, &from),
            (45, &until),
        ];
        let said: Vec<(usize, &str)> = fields.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        self.segment("PV1", &said);
    }
}

/// What a PV1 says.
#[derive(Clone, Debug)]
pub struct Visit<'a> {
    /// Class: I, O, E.
    pub class: &'static str,
    /// Ward or clinic.
    pub ward: &'a str,
    /// Family and given name.
    pub doctor: &'static str,
    /// Treatment function code.
    pub specialty: &'static str,
    /// Source of admission in words.
    pub source: &'static str,
    /// Visit number.
    pub number: &'a str,
    /// Discharge in words.
    pub left: &'static str,
    /// Admission.
    pub from: Moment,
    /// Discharge.
    pub until: Option<Moment>,
}

fn address(copy: &Copy<'_>) -> String {
    if copy.lines.is_empty() {
        // What patient administration systems write for a person without an address.
        return "NO FIXED ABODE^^^^ZZ99 3VZ^GBR^H".to_owned();
    }
    let line = |at: usize| copy.lines.get(at).map(|l| escaped(l)).unwrap_or_default();
    format!("{}^{}^{}^^{}^GBR^H", line(0), line(1), line(2), copy.postcode)
}

fn phones(copy: &Copy<'_>) -> String {
    let mut phones = Vec::new();
    if !copy.household.landline.is_empty() {
        phones.push(format!("{}^PRN^PH", copy.household.landline));
    }
    if !copy.person.mobile.is_empty() {
        phones.push(format!("{}^PRN^CP", copy.person.mobile));
    }
    phones.join("~")
}

fn decimal(value: f64, decimals: usize) -> String {
    let mut out = Vec::with_capacity(8);
    crate::fhir::decimal(&mut out, value, decimals);
    String::from_utf8(out).unwrap_or_default()
}

/// One OBX for a number, a pressure's halves, or nothing.
pub fn measured(care: &Care) -> Vec<[String; 5]> {
    match care {
        Care::Result {
            test,
            value,
            unit,
            decimals,
        } => {
            let range = test.range.filter(|_| *unit == test.unit);
            let mark = match range {
                Some((_, high)) if *value > high => "H",
                Some((low, _)) if *value < low => "L",
                _ => "",
            };
            let code = if test.laboratory && !test.term.code.is_empty() {
                format!(
                    "{}^{}^SCT^{}^{}^L",
                    test.term.code, test.term.words, test.short, test.short
                )
            } else {
                coded(test.term)
            };
            vec![[
                code,
                decimal(*value, *decimals),
                (*unit).to_owned(),
                range.map(|(low, high)| format!("{low}-{high}")).unwrap_or_default(),
                mark.to_owned(),
            ]]
        }
        Care::Pressure {
            systolic, diastolic, ..
        } => [(crate::terms::SYSTOLIC, systolic), (crate::terms::DIASTOLIC, diastolic)]
            .map(|(term, value)| {
                [
                    coded(term),
                    value.to_string(),
                    "mm[Hg]".to_owned(),
                    String::new(),
                    String::new(),
                ]
            })
            .to_vec(),
        _ => Vec::new(),
    }
}
