//! Clinical resources: one FHIR resource for each thing that happened.

use crate::calendar::Moment;
use crate::documents;
use crate::fhir::{self, Json};
use crate::lives::{Care, Happening, Outcome};
use crate::terms::{self, Term, Test};
use record::Date;

/// Which telling of a thing this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// As it stands.
    Now,
    /// An older version, told late.
    Older,
    /// Withdrawn: entered in error.
    Withdrawn,
}

/// What a resource needs from around it.
#[derive(Debug)]
pub struct Context<'a> {
    /// Id of the resource.
    pub id: &'a str,
    /// Reference to the Patient.
    pub subject: &'a str,
    /// Who did it.
    pub author: &'a str,
    /// Where.
    pub place: &'a str,
    /// Version time.
    pub updated: Moment,
    /// Which telling.
    pub telling: Telling,
}

const CONDITION: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const CONDITION_CERTAINTY: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const ALLERGY: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
const ALLERGY_CERTAINTY: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";
const OBSERVATION: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
macro_rules! category {
    ($code:literal) => {
        concat!(
            "\"category\":[{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/observation-category\",",
            "\"code\":\"",
            $code,
            "\",\"display\":\"",
            $code,
            "\"}],\"text\":\"",
            $code,
            "\"}]"
        )
    };
}
const LABORATORY: &str = category!("laboratory");
const VITAL_SIGNS: &str = category!("vital-signs");
const ACT: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

/// Resource type of a thing that happened.
pub fn resource_type(care: &Care) -> &'static str {
    match care {
        Care::Problem { .. } => "Condition",
        Care::Medicine { .. } => "MedicationRequest",
        Care::Allergy { .. } => "AllergyIntolerance",
        Care::Result { .. } | Care::Pressure { .. } | Care::Smoking(_) => "Observation",
        Care::Vaccination { .. } => "Immunization",
        Care::Contact { .. } | Care::Stay { .. } | Care::Attendance { .. } => "Encounter",
        Care::Appointment { .. } => "Appointment",
        Care::Referral { .. } => "ServiceRequest",
        Care::Procedure(_) => "Procedure",
        Care::Report { .. } => "DiagnosticReport",
        Care::Flag { .. } => "Flag",
        Care::Wish { .. } => "Consent",
        Care::Plan { .. } => "CarePlan",
        Care::Letter { .. } => "DocumentReference",
        Care::Episode { .. } => "EpisodeOfCare",
        Care::Answers { .. } => "QuestionnaireResponse",
        Care::Relative { .. } => "RelatedPerson",
    }
}

/// Writes one resource.
pub fn resource(j: &mut Json, happening: &Happening, at: &Context<'_>) {
    let when = happening.at;
    j.object(|j| {
        let r#type = resource_type(&happening.care);
        j.pair("resourceType", r#type).pair("id", at.id);
        fhir::meta(j, at.updated, r#type);
        match &happening.care {
            Care::Problem { .. } => condition(j, happening, at),
            Care::Medicine { .. } => medicine(j, happening, at),
            Care::Allergy { term, reaction } => allergy(j, *term, reaction, when, at),
            Care::Result {
                test,
                value,
                unit,
                decimals,
            } => result(j, (test, *value, unit, *decimals), when, at),
            Care::Pressure {
                systolic,
                diastolic,
                home,
            } => pressure(j, (*systolic, *diastolic, *home), when, at),
            Care::Smoking(term) => {
                observed(j, terms::words("Tobacco smoking status"), "social-history", when, at);
                j.term("valueCodeableConcept", *term);
            }
            Care::Vaccination { term, declined } => vaccination(j, *term, *declined, when, at),
            Care::Contact { .. } | Care::Stay { .. } | Care::Attendance { .. } => encounter(j, happening, at),
            Care::Appointment {
                service,
                specialty,
                outcome,
            } => appointment(j, (service, specialty, *outcome), when, at),
            Care::Procedure(term) => {
                j.pair("status", "completed").term("code", *term);
                j.reference("subject", at.subject).moment("performedDateTime", when);
                performer(j, at);
            }
            _ => documents::resource(j, happening, at),
        }
    });
}

fn performer(j: &mut Json, at: &Context<'_>) {
    j.key("performer").list(|j| {
        j.object(|j| {
            j.named("actor", at.author);
        });
    });
}

fn condition(j: &mut Json, happening: &Happening, at: &Context<'_>) {
    let Care::Problem {
        term,
        icd,
        resolved,
        suspected,
    } = &happening.care
    else {
        return;
    };
    let over = resolved.filter(|_| at.telling == Telling::Now);
    if at.telling != Telling::Withdrawn {
        let state = if over.is_some() { "resolved" } else { "active" };
        j.coded("clinicalStatus", CONDITION, state, "");
    }
    let certainty = match at.telling {
        Telling::Withdrawn => "entered-in-error",
        Telling::Older => "provisional",
        Telling::Now if *suspected => "provisional",
        Telling::Now => "confirmed",
    };
    j.coded("verificationStatus", CONDITION_CERTAINTY, certainty, "");
    j.key("category").list(|j| {
        j.concept(
            "http://terminology.hl7.org/CodeSystem/condition-category",
            "problem-list-item",
            "Problem List Item",
        );
    });
    j.key("code").object(|j| {
        j.key("coding").list(|j| {
            let coding = |j: &mut Json, system: &str, code: &str| {
                if !code.is_empty() {
                    j.object(|j| {
                        j.pair("system", system).pair("code", code).pair("display", term.words);
                    });
                }
            };
            coding(j, record::concept::SNOMED, term.code);
            if at.place.contains("Hospital") {
                coding(j, record::concept::ICD10, icd);
            }
            if term.code.is_empty() && (icd.is_empty() || !at.place.contains("Hospital")) {
                j.object(|j| {
                    j.pair("display", term.words);
                });
            }
        });
        j.pair("text", term.words);
    });
    j.reference("subject", at.subject)
        .day("onsetDateTime", happening.at.date);
    if let Some(over) = over {
        j.day("abatementDateTime", over);
    }
    j.day("recordedDate", happening.at.date).named("recorder", at.author);
}

fn medicine(j: &mut Json, happening: &Happening, at: &Context<'_>) {
    let Care::Medicine {
        product,
        dose,
        stopped,
        repeat,
        reason,
    } = &happening.care
    else {
        return;
    };
    let status = match (at.telling, stopped, repeat) {
        (Telling::Withdrawn, _, _) => "entered-in-error",
        (Telling::Older, _, _) | (_, None, _) => "active",
        (Telling::Now, Some(_), true) => "stopped",
        (Telling::Now, Some(_), false) => "completed",
    };
    j.pair("status", status).pair("intent", "order");
    j.coded("medicationCodeableConcept", "", "", product);
    j.reference("subject", at.subject)
        .moment("authoredOn", happening.at)
        .named("requester", at.author);
    if !reason.is_empty() {
        j.key("reasonCode").list(|j| {
            j.concept("", "", reason);
        });
    }
    let therapy = if *repeat {
        ("continuous", "Continuous long term therapy")
    } else {
        ("acute", "Short course (acute) therapy")
    };
    let system = "http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy";
    j.coded("courseOfTherapyType", system, therapy.0, therapy.1);
    j.key("dosageInstruction").list(|j| {
        j.object(|j| {
            j.pair("text", dose);
        });
    });
    if let Some(stopped) = stopped.filter(|_| at.telling == Telling::Now) {
        j.key("dispenseRequest").object(|j| {
            j.key("validityPeriod").object(|j| {
                j.day("start", happening.at.date).day("end", stopped);
            });
        });
    }
}

fn allergy(j: &mut Json, term: Term, reaction: &str, when: Moment, at: &Context<'_>) {
    j.coded("clinicalStatus", ALLERGY, "active", "Active");
    j.coded("verificationStatus", ALLERGY_CERTAINTY, "confirmed", "Confirmed");
    j.pair(
        "type",
        if reaction == "Vomiting" || reaction.contains("cough") {
            "intolerance"
        } else {
            "allergy"
        },
    );
    let penicillin = term == terms::PENICILLIN_ALLERGY;
    if penicillin {
        j.key("category").list(|j| {
            j.text("medication");
        });
        let high = reaction.contains("collapse") || reaction.contains("swelling");
        j.pair("criticality", if high { "high" } else { "low" });
    }
    j.term("code", term).reference("patient", at.subject);
    j.day("recordedDate", when.date).named("recorder", at.author);
    if !reaction.is_empty() {
        j.key("reaction").list(|j| {
            j.object(|j| {
                j.key("manifestation").list(|j| {
                    j.concept("", "", reaction);
                });
                j.pair(
                    "severity",
                    if reaction.contains("collapse") {
                        "severe"
                    } else {
                        "mild"
                    },
                );
            });
        });
    }
}

fn observed(j: &mut Json, what: Term, category: &str, when: Moment, at: &Context<'_>) {
    let status = match at.telling {
        Telling::Withdrawn => "entered-in-error",
        Telling::Older => "preliminary",
        Telling::Now => "final",
    };
    j.pair("status", status);
    // Half of all that is sent are observations: what is the same in each is written as it stands.
    match category {
        "laboratory" => j.raw(LABORATORY),
        "vital-signs" => j.raw(VITAL_SIGNS),
        _ => j.key("category").list(|j| {
            j.concept(OBSERVATION, category, category);
        }),
    };
    j.term("code", what)
        .reference("subject", at.subject)
        .moment("effectiveDateTime", when);
    j.raw("\"performer\":[{\"display\":").text(at.author).closes("}]");
}

fn result(j: &mut Json, measured: (&Test, f64, &str, usize), when: Moment, at: &Context<'_>) {
    let (test, value, unit, decimals) = measured;
    let category = if test.laboratory { "laboratory" } else { "vital-signs" };
    observed(j, test.term, category, when, at);
    j.quantity("valueQuantity", (value, decimals), (unit, unit));
    let Some((low, high)) = test.range.filter(|_| unit == test.unit) else {
        return;
    };
    let mark = match value {
        v if v > high => ("H", "High"),
        v if v < low => ("L", "Low"),
        _ => ("N", "Normal"),
    };
    if mark.0 != "N" {
        let system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
        j.key("interpretation").list(|j| {
            j.concept(system, mark.0, mark.1);
        });
    }
    j.key("referenceRange").list(|j| {
        j.object(|j| {
            for (key, bound) in [("low", low), ("high", high)] {
                let places = if bound.fract() == 0.0 { 0 } else { decimals.max(1) };
                j.quantity(key, (bound, places), (unit, unit));
            }
        });
    });
}

fn pressure(j: &mut Json, measured: (i32, i32, bool), when: Moment, at: &Context<'_>) {
    observed(j, terms::PRESSURE, "vital-signs", when, at);
    if measured.2 {
        j.key("note").list(|j| {
            j.object(|j| {
                j.pair("text", "Measured at home by the person");
            });
        });
    }
    j.key("component").list(|j| {
        for (what, value) in [(terms::SYSTOLIC, measured.0), (terms::DIASTOLIC, measured.1)] {
            j.object(|j| {
                j.term("code", what);
                j.quantity("valueQuantity", (f64::from(value), 0), ("mmHg", "mm[Hg]"));
            });
        }
    });
}

fn vaccination(j: &mut Json, term: Term, declined: bool, when: Moment, at: &Context<'_>) {
    j.pair("status", if declined { "not-done" } else { "completed" });
    if declined {
        j.coded(
            "statusReason",
            "http://terminology.hl7.org/CodeSystem/v3-ActReason",
            "PATOBJ",
            "Declined",
        );
    }
    j.term("vaccineCode", term)
        .reference("patient", at.subject)
        .day("occurrenceDateTime", when.date);
    j.key("primarySource").raw("true");
    performer(j, at);
}

fn encounter(j: &mut Json, happening: &Happening, at: &Context<'_>) {
    let when = happening.at;
    let (class, until, service) = match &happening.care {
        Care::Contact {
            class,
            minutes,
            service,
            ..
        } => (*class, Some(when.later(*minutes)), *service),
        Care::Stay { until, specialty, .. } => ("IMP", *until, specialty.1),
        Care::Attendance { minutes, .. } => ("EMER", Some(when.later(*minutes)), "Emergency department"),
        _ => return,
    };
    let words = match class {
        "IMP" => "inpatient encounter",
        "EMER" => "emergency",
        "HH" => "home health",
        "VR" => "virtual",
        _ => "ambulatory",
    };
    j.pair("status", if until.is_some() { "finished" } else { "in-progress" });
    j.key("class").object(|j| {
        j.pair("system", ACT).pair("code", class).pair("display", words);
    });
    j.key("type").list(|j| {
        j.concept("", "", &met(&happening.care, at.author));
        if let Care::Contact { term, .. } = &happening.care
            && !term.code.is_empty()
        {
            j.concept(record::concept::SNOMED, term.code, term.words);
        }
    });
    j.coded("serviceType", "", "", service).reference("subject", at.subject);
    j.key("participant").list(|j| {
        j.object(|j| {
            j.named("individual", at.author);
        });
    });
    j.key("period").object(|j| {
        j.moment("start", when);
        if let Some(until) = until {
            j.moment("end", until);
        }
    });
    encounter_reason(j, &happening.care, at);
}

/// A contact as those who read lists want it: with whom, how, and about what.
fn met(care: &Care, author: &str) -> String {
    match care {
        Care::Contact {
            term, service, reason, ..
        } if *service == "General practice" => {
            let who = if author.starts_with("Dr ") {
                "GP"
            } else if author.starts_with("Nurse ") {
                "Nurse"
            } else {
                "Practice"
            };
            let how = match *term {
                terms::CONSULTATION => format!("{who} consultation, face to face"),
                terms::TELEPHONE => format!("{who} consultation by telephone"),
                terms::HOME_VISIT => format!("{who} home visit"),
                other => other.words.to_owned(),
            };
            format!("{how}: {}", within(reason))
        }
        Care::Contact { term, reason, .. } => format!("{}: {}", term.words, within(reason)),
        Care::Attendance { complaint, .. } => format!("Emergency attendance: {}", within(complaint)),
        Care::Stay { reason, .. } => format!("Hospital stay: {}", within(reason.words)),
        _ => String::new(),
    }
}

/// Words as they stand within a sentence: a capital of their own first word becomes small, abbreviations do not.
fn within(words: &str) -> String {
    let mut letters = words.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && !second.is_uppercase() => {
            first.to_lowercase().chain(words.chars().skip(1)).collect()
        }
        _ => words.to_owned(),
    }
}

fn encounter_reason(j: &mut Json, care: &Care, at: &Context<'_>) {
    let (place, admitted, left) = match care {
        Care::Contact { reason, .. } => {
            j.key("reasonCode").list(|j| {
                j.concept("", "", reason);
            });
            (at.place, "", "")
        }
        Care::Stay {
            reason,
            ward,
            emergency,
            died,
            until,
            ..
        } => {
            j.key("reasonCode").list(|j| {
                j.concept(record::concept::SNOMED, reason.code, reason.words);
            });
            let left = match (died, until) {
                (true, _) => "Died",
                (false, Some(_)) => "Usual place of residence",
                _ => "",
            };
            (
                *ward,
                match (*emergency, *ward) {
                    (_, crate::lives::MENTAL_WARD) => "Usual place of residence",
                    (true, _) => "Emergency department",
                    (_, "Maternity unit") => "Born here",
                    _ => "Waiting list",
                },
                left,
            )
        }
        Care::Attendance {
            complaint,
            found,
            by_ambulance,
            ..
        } => {
            j.key("reasonCode").list(|j| {
                j.concept("", "", complaint);
                j.concept(record::concept::SNOMED, found.code, found.words);
            });
            (at.place, if *by_ambulance { "Ambulance" } else { "Own transport" }, "")
        }
        _ => return,
    };
    if !admitted.is_empty() {
        j.key("hospitalization").object(|j| {
            j.coded("admitSource", "", "", admitted);
            if !left.is_empty() {
                j.coded("dischargeDisposition", "", "", left);
            }
        });
    }
    j.key("location").list(|j| {
        j.object(|j| {
            j.named("location", place);
        });
    });
    j.named("serviceProvider", at.place);
}

fn appointment(j: &mut Json, booked: (&str, &str, Outcome), when: Moment, at: &Context<'_>) {
    let (service, specialty, outcome) = booked;
    let status = match outcome {
        Outcome::Attended => "fulfilled",
        Outcome::Missed => "noshow",
        Outcome::Cancelled => "cancelled",
        Outcome::Booked => "booked",
    };
    j.pair("status", status);
    j.key("serviceType").list(|j| {
        j.concept("", "", service);
    });
    j.key("specialty").list(|j| {
        j.concept(
            "https://fhir.hl7.org.uk/CodeSystem/UKCore-PracticeSettingCode",
            specialty,
            service,
        );
    });
    j.pair("description", service);
    j.moment("start", when).moment("end", when.later(20));
    let created = Date(when.date.0 - 21);
    j.day("created", created);
    j.key("participant").list(|j| {
        j.object(|j| {
            j.reference("actor", at.subject).pair("status", "accepted");
        });
        j.object(|j| {
            j.named("actor", at.place).pair("status", "accepted");
        });
    });
}
