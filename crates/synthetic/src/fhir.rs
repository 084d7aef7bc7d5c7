//! FHIR R4 JSON written straight to bytes: small functions, no trees in between.

use crate::calendar::{self, Moment};
use crate::household::Household;
use crate::people::{Marks, Person};
use crate::terms::Term;
use record::{Date, Sex};
use std::io::Write as _;

/// Where JSON goes. Commas put themselves in: one is needed exactly when the byte before is not an opening.
#[derive(Debug, Default)]
pub struct Json {
    /// The bytes so far.
    pub out: Vec<u8>,
}

impl Json {
    fn comma(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b':' | b'\n')) {
            self.out.push(b',');
        }
    }

    /// A name within an object.
    pub fn key(&mut self, key: &str) -> &mut Self {
        self.out.reserve(key.len() + 4);
        self.comma();
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
        self
    }

    /// Bytes that are JSON already.
    pub fn raw(&mut self, json: &str) -> &mut Self {
        self.comma();
        self.out.extend_from_slice(json.as_bytes());
        self
    }

    /// What closes things that `raw` opened.
    pub fn closes(&mut self, ends: &str) -> &mut Self {
        self.out.extend_from_slice(ends.as_bytes());
        self
    }

    /// An object.
    pub fn object(&mut self, inside: impl FnOnce(&mut Json)) -> &mut Self {
        self.comma();
        self.out.push(b'{');
        inside(self);
        self.out.push(b'}');
        self
    }

    /// A list.
    pub fn list(&mut self, inside: impl FnOnce(&mut Json)) -> &mut Self {
        self.comma();
        self.out.push(b'[');
        inside(self);
        self.out.push(b']');
        self
    }

    /// A string.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.out.reserve(text.len() + 3);
        self.comma();
        self.out.push(b'"');
        self.inside_quotes(text);
        self.out.push(b'"');
        self
    }

    /// A string of parts that need no escaping: ids and paths.
    pub fn joined<const N: usize>(&mut self, parts: [&str; N]) -> &mut Self {
        self.comma();
        self.out.push(b'"');
        for part in parts {
            self.out.extend_from_slice(part.as_bytes());
        }
        self.out.push(b'"');
        self
    }

    /// Text between quotes that stand already. Hardly any needs escaping: that is asked once of the whole, which
    /// the machine does sixteen bytes at a time, and the text is copied.
    fn inside_quotes(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let marked = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
        if !bytes.iter().fold(false, |any, byte| any | marked(*byte)) {
            self.out.extend_from_slice(bytes);
            return;
        }
        for byte in bytes {
            match byte {
                b'\n' => self.out.extend_from_slice(b"\\n"),
                b'"' | b'\\' => self.out.extend_from_slice(&[b'\\', *byte]),
                0..0x20 => {
                    let _ = write!(self.out, "\\u{byte:04x}");
                }
                _ => self.out.push(*byte),
            }
        }
    }

    /// A name with a quantity in a unit, which is its UCUM code too; without a unit, the number alone.
    pub fn quantity(&mut self, key: &str, (value, decimals): (f64, usize), unit: (&str, &str)) -> &mut Self {
        self.key(key);
        self.out.extend_from_slice(b"{\"value\":");
        decimal(&mut self.out, value, decimals);
        if !unit.0.is_empty() {
            self.pair("unit", unit.0);
            self.out.extend_from_slice(b",\"system\":\"http://unitsofmeasure.org\"");
            self.pair("code", unit.1);
        }
        self.out.push(b'}');
        self
    }

    /// A name with a string; nothing when the string is empty, as FHIR forbids empty strings.
    pub fn pair(&mut self, key: &str, text: &str) -> &mut Self {
        if !text.is_empty() {
            self.key(key).text(text);
        }
        self
    }

    /// A name with a moment.
    pub fn moment(&mut self, key: &str, at: Moment) -> &mut Self {
        self.key(key);
        self.out.push(b'"');
        at.fhir(&mut self.out);
        self.out.push(b'"');
        self
    }

    /// A name with a day.
    pub fn day(&mut self, key: &str, date: Date) -> &mut Self {
        self.key(key);
        self.out.push(b'"');
        calendar::fhir_date(date, &mut self.out);
        self.out.push(b'"');
        self
    }

    /// A name with a CodeableConcept of one coding: system, code, words.
    pub fn coded(&mut self, key: &str, system: &str, code: &str, words: &str) -> &mut Self {
        self.key(key).concept(system, code, words)
    }

    /// A CodeableConcept of one coding.
    pub fn concept(&mut self, system: &str, code: &str, words: &str) -> &mut Self {
        self.out.reserve(system.len() + code.len() + 2 * words.len() + 64);
        self.comma();
        self.out.push(b'{');
        if !code.is_empty() {
            self.out.extend_from_slice(b"\"coding\":[{");
            self.pair("system", system).pair("code", code).pair("display", words);
            self.out.extend_from_slice(b"}]");
        }
        self.pair("text", words);
        self.out.push(b'}');
        self
    }

    /// A name with a clinical term.
    pub fn term(&mut self, key: &str, term: Term) -> &mut Self {
        self.coded(key, record::concept::SNOMED, term.code, term.words)
    }

    /// A name with a reference.
    pub fn reference(&mut self, key: &str, to: &str) -> &mut Self {
        self.key(key).raw("{\"reference\":").text(to).closes("}")
    }

    /// A name with a reference known only by words.
    pub fn named(&mut self, key: &str, name: &str) -> &mut Self {
        self.key(key).raw("{\"display\":").text(name).closes("}")
    }
}

/// A number with so many decimals, at most four; the nearest, and away from nothing when two are as near.
pub fn decimal(out: &mut Vec<u8>, value: f64, decimals: usize) {
    const TENS: [f64; 5] = [1.0, 10.0, 100.0, 1_000.0, 10_000.0];
    let decimals = decimals.min(TENS.len() - 1);
    let scaled = (value.abs() * TENS[decimals]).round();
    if scaled.is_nan() || scaled >= 1e15 {
        let _ = write!(out, "{value:.decimals$}");
        return;
    }
    let mut left = scaled as u64;
    let mut digits = [b'0'; 24];
    let mut at = digits.len();
    let mut written = 0;
    while left > 0 || written <= decimals {
        if written == decimals && decimals > 0 {
            at -= 1;
            digits[at] = b'.';
        }
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        written += 1;
    }
    if value < 0.0 && scaled > 0.0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// One sender's copy of who a person is.
#[derive(Clone, Debug)]
pub struct Copy<'a> {
    /// The person.
    pub person: &'a Person,
    /// Where they live.
    pub household: &'a Household,
    /// The sender's id of the record.
    pub id: String,
    /// The sender's own identifier system, for its local number.
    pub system: &'static str,
    /// NHS number as this sender has it; empty when it has none.
    pub nhs: String,
    /// Whether the sender says it was verified.
    pub verified: bool,
    /// Given name as this sender has it.
    pub given: String,
    /// Surname as this sender has it.
    pub family: String,
    /// Birth date as this sender has it.
    pub born: Date,
    /// Address lines as this sender has them.
    pub lines: Vec<String>,
    /// Postcode.
    pub postcode: String,
    /// Whether this sender knows of the death.
    pub knows_death: bool,
    /// Version time.
    pub updated: Moment,
}

const UKCORE: &str = "https://fhir.hl7.org.uk/StructureDefinition";

/// What every resource says of itself: it is about invented people.
const INVENTED: &[u8] = b",\"tag\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ActReason\",\
\"code\":\"HTEST\",\"display\":\"Invented people\"}]}";

/// `meta` with version time and profile.
pub fn meta(j: &mut Json, updated: Moment, profile: &str) {
    j.comma();
    let out = &mut j.out;
    out.reserve(300);
    out.extend_from_slice(b"\"meta\":{\"lastUpdated\":\"");
    updated.fhir(out);
    out.push(b'"');
    if !profile.is_empty() {
        out.extend_from_slice(b",\"profile\":[\"");
        out.extend_from_slice(UKCORE.as_bytes());
        out.extend_from_slice(b"/UKCore-");
        out.extend_from_slice(profile.as_bytes());
        out.extend_from_slice(b"\"]");
    }
    out.extend_from_slice(INVENTED);
}

/// A Patient.
pub fn patient(j: &mut Json, copy: &Copy<'_>) {
    let person = copy.person;
    j.object(|j| {
        j.pair("resourceType", "Patient").pair("id", &copy.id);
        meta(j, copy.updated, "Patient");
        extensions(j, person);
        j.key("identifier").list(|j| {
            if !copy.nhs.is_empty() {
                nhs_identifier(j, &copy.nhs, copy.verified);
            }
            j.object(|j| {
                j.pair("use", "usual")
                    .pair("system", copy.system)
                    .pair("value", &copy.id);
            });
        });
        names(j, copy);
        telecom(j, copy);
        let gender = if person.sex == Sex::Female { "female" } else { "male" };
        j.pair("gender", gender).day("birthDate", copy.born);
        if let Some(died) = person.died.filter(|_| copy.knows_death) {
            j.day("deceasedDateTime", died);
        }
        if !copy.lines.is_empty() {
            j.key("address").list(|j| address(j, copy));
        }
        if person.twin {
            j.key("multipleBirthBoolean").raw("true");
        }
        if person.language.0 != "en" || person.marks.has(Marks::SIGNS) {
            communication(j, person);
        }
        j.key("generalPractitioner").list(|j| practice(j, copy.household));
    });
}

fn extensions(j: &mut Json, person: &Person) {
    j.key("extension").list(|j| {
        j.object(|j| {
            j.pair(
                "url",
                "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory",
            );
            let system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategoryEngland";
            j.coded("valueCodeableConcept", system, person.ethnicity.0, person.ethnicity.1);
        });
    });
}

fn nhs_identifier(j: &mut Json, nhs: &str, verified: bool) {
    let (code, words) = if verified {
        ("01", "Number present and verified")
    } else {
        ("02", "Number present but not traced")
    };
    j.object(|j| {
        j.key("extension").list(|j| {
            j.object(|j| {
                j.pair(
                    "url",
                    "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
                );
                let system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland";
                j.coded("valueCodeableConcept", system, code, words);
            });
        });
        j.pair("system", "https://fhir.nhs.uk/Id/nhs-number").pair("value", nhs);
    });
}

fn names(j: &mut Json, copy: &Copy<'_>) {
    let person = copy.person;
    j.key("name").list(|j| {
        j.object(|j| {
            j.pair("use", "official").pair("family", &copy.family);
            j.key("given").list(|j| {
                j.text(&copy.given);
                if !person.middle.is_empty() && copy.given == person.given {
                    j.text(person.middle);
                }
            });
            j.key("prefix").list(|j| {
                j.text(person.title);
            });
        });
        if !person.birth_family.is_empty() {
            j.object(|j| {
                j.pair("use", "maiden").pair("family", person.birth_family);
                j.key("given").list(|j| {
                    j.text(&person.given);
                });
            });
        }
    });
}

fn telecom(j: &mut Json, copy: &Copy<'_>) {
    let (mobile, landline) = (&copy.person.mobile, &copy.household.landline);
    let email = &copy.person.email;
    if mobile.is_empty() && landline.is_empty() && email.is_empty() {
        return;
    }
    let point = |j: &mut Json, system: &str, value: &str, r#use: &str| {
        if !value.is_empty() {
            j.object(|j| {
                j.pair("system", system).pair("value", value).pair("use", r#use);
            });
        }
    };
    j.key("telecom").list(|j| {
        point(j, "phone", landline, "home");
        point(j, "phone", mobile, "mobile");
        point(j, "email", email, "home");
    });
}

fn address(j: &mut Json, copy: &Copy<'_>) {
    j.object(|j| {
        j.pair("use", "home");
        let (city, lines) = copy
            .lines
            .split_last()
            .map_or(("", &[] as &[String]), |(c, l)| (c.as_str(), l));
        j.key("line").list(|j| {
            for line in lines {
                j.text(line);
            }
        });
        j.pair("city", city).pair("postalCode", &copy.postcode);
    });
}

fn communication(j: &mut Json, person: &Person) {
    let (code, words) = if person.marks.has(Marks::SIGNS) {
        ("bfi", "British Sign Language")
    } else {
        person.language
    };
    j.key("communication").list(|j| {
        j.object(|j| {
            if person.interpreter || person.marks.has(Marks::SIGNS) {
                j.key("extension").list(|j| {
                    j.object(|j| {
                        j.pair(
                            "url",
                            "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSCommunication",
                        );
                        j.key("extension").list(|j| {
                            j.object(|j| {
                                j.pair("url", "interpreterRequired").key("valueBoolean").raw("true");
                            });
                        });
                    });
                    j.object(|j| {
                        j.pair(
                            "url",
                            "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired",
                        );
                        j.key("valueBoolean").raw("true");
                    });
                });
            }
            j.coded("language", "urn:ietf:bcp:47", code, words);
            j.key("preferred").raw("true");
        });
    });
}

fn practice(j: &mut Json, household: &Household) {
    j.object(|j| {
        j.pair("type", "Organization");
        j.key("identifier").object(|j| {
            j.pair("system", "https://fhir.nhs.uk/Id/ods-organization-code");
            j.pair("value", household.practice.code);
        });
        j.pair("display", household.practice.name);
    });
}

/// An Organization with its ODS code.
pub fn organisation(j: &mut Json, code: &str, name: &str, updated: Moment) {
    j.object(|j| {
        j.pair("resourceType", "Organization").pair("id", code);
        meta(j, updated, "Organization");
        j.key("identifier").list(|j| {
            j.object(|j| {
                j.pair("system", "https://fhir.nhs.uk/Id/ods-organization-code")
                    .pair("value", code);
            });
        });
        j.key("active").raw("true");
        j.pair("name", name);
    });
}
