//! Plans, wishes, letters, referrals, flags and answers as FHIR resources.

use crate::clinical::Context;
use crate::fhir::Json;
use crate::lives::{Care, Happening};
use crate::terms;
use record::concept::SNOMED;

/// Writes the part after `meta` of one resource that `clinical` does not write.
pub fn resource(j: &mut Json, happening: &Happening, at: &Context<'_>) {
    let when = happening.at;
    match &happening.care {
        Care::Referral { .. } => referral(j, happening, at),
        Care::Report { title, findings } => {
            j.pair("status", "final");
            j.key("category").list(|j| {
                j.concept("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD", "Radiology");
            });
            j.coded("code", "", "", title).reference("subject", at.subject);
            j.moment("effectiveDateTime", when).moment("issued", when.later(90));
            j.pair("conclusion", findings);
        }
        Care::Flag { category, term, note } => flag(j, (category, *term, note), happening, at),
        Care::Wish { term, text, original } => wish(j, (*term, text, original), happening, at),
        Care::Plan { term, text } => {
            j.pair("status", "active").pair("intent", "plan");
            j.key("category").list(|j| {
                j.concept(SNOMED, term.code, term.words);
            });
            j.pair("title", term.words)
                .pair("description", text)
                .reference("subject", at.subject);
            j.key("period").object(|j| {
                j.day("start", when.date);
            });
            j.moment("created", when).named("author", at.author);
        }
        Care::Letter { term, title, text } => letter(j, (*term, title, text), happening, at),
        Care::Episode { service, until } => {
            j.pair("status", if until.is_some() { "finished" } else { "active" });
            j.key("type").list(|j| {
                j.concept("", "", service);
            });
            j.reference("patient", at.subject);
            j.named("managingOrganization", at.place);
            j.key("period").object(|j| {
                j.day("start", when.date);
                if let Some(until) = until {
                    j.day("end", *until);
                }
            });
        }
        Care::Answers { title, answers } => questionnaire(j, (title, answers), happening, at),
        Care::Relative {
            given,
            family,
            relation,
            phone,
        } => {
            relative(j, (given, family, relation, phone), at);
        }
        _ => {}
    }
}

fn flag(j: &mut Json, said: (&str, terms::Term, &str), happening: &Happening, at: &Context<'_>) {
    let (category, term, note) = said;
    let when = happening.at;
    j.pair("status", "active");
    j.key("category").list(|j| {
        let code = if category == "Reasonable Adjustment" { "RA" } else { "" };
        j.concept("https://fhir.nhs.uk/CodeSystem/flag-categories-bars", code, category);
    });
    // The words carry what to do; the code says what kind it is.
    j.key("code").object(|j| {
        if !term.code.is_empty() {
            j.key("coding").list(|j| {
                j.object(|j| {
                    j.pair("system", SNOMED)
                        .pair("code", term.code)
                        .pair("display", term.words);
                });
            });
        }
        j.pair("text", note);
    });
    j.reference("subject", at.subject);
    j.key("period").object(|j| {
        j.day("start", when.date);
    });
    j.named("author", at.author);
}

fn referral(j: &mut Json, happening: &Happening, at: &Context<'_>) {
    let Care::Referral {
        to,
        reason,
        urgent,
        open,
    } = &happening.care
    else {
        return;
    };
    j.pair("status", if *open { "active" } else { "completed" })
        .pair("intent", "order");
    j.key("category").list(|j| {
        j.concept(SNOMED, "3457005", "Patient referral");
    });
    j.pair("priority", if *urgent { "urgent" } else { "routine" });
    j.coded("code", "", "", &format!("Referral to {}", to.to_lowercase()));
    j.reference("subject", at.subject)
        .moment("authoredOn", happening.at)
        .named("requester", at.author);
    j.key("performer").list(|j| {
        j.object(|j| {
            j.pair("display", to);
        });
    });
    j.key("reasonCode").list(|j| {
        j.concept("", "", reason);
    });
}

fn wish(j: &mut Json, said: (terms::Term, &str, &str), happening: &Happening, at: &Context<'_>) {
    let (term, text, original) = said;
    j.pair("status", "active");
    j.coded(
        "scope",
        "http://terminology.hl7.org/CodeSystem/consentscope",
        "adr",
        "Advanced Care Directive",
    );
    j.key("category").list(|j| {
        j.concept(SNOMED, term.code, term.words);
    });
    j.reference("patient", at.subject).moment("dateTime", happening.at);
    j.key("performer").list(|j| {
        j.object(|j| {
            j.pair("display", at.author);
        });
    });
    j.key("organization").list(|j| {
        j.object(|j| {
            j.pair("display", at.place);
        });
    });
    j.key("sourceAttachment").object(|j| {
        j.pair("contentType", "text/plain");
        j.pair(
            "title",
            &format!("{text} Signed original: {}.", original.to_lowercase()),
        );
    });
    j.coded("policyRule", SNOMED, term.code, term.words);
}

fn letter(j: &mut Json, said: (terms::Term, &str, &str), happening: &Happening, at: &Context<'_>) {
    let (term, title, text) = said;
    j.pair("status", "current").pair("docStatus", "final");
    j.term("type", term)
        .reference("subject", at.subject)
        .moment("date", happening.at);
    j.key("author").list(|j| {
        j.object(|j| {
            j.pair("display", at.author);
        });
    });
    j.named("custodian", at.place);
    j.pair("description", title);
    j.key("content").list(|j| {
        j.object(|j| {
            j.key("attachment").object(|j| {
                j.pair("contentType", "text/plain").pair("language", "en-GB");
                j.pair("data", &base64(text.as_bytes())).pair("title", title);
                j.moment("creation", happening.at);
            });
        });
    });
}

fn questionnaire(j: &mut Json, said: (&str, &[(&str, String)]), happening: &Happening, at: &Context<'_>) {
    let (title, answers) = said;
    j.pair(
        "questionnaire",
        &format!(
            "https://example.org/Questionnaire/{}",
            title.to_lowercase().replace([' ', '\''], "-")
        ),
    );
    j.key("_questionnaire").object(|j| {
        j.key("extension").list(|j| {
            j.object(|j| {
                j.pair("url", "http://hl7.org/fhir/StructureDefinition/display")
                    .pair("valueString", title);
            });
        });
    });
    j.pair("status", "completed")
        .reference("subject", at.subject)
        .moment("authored", happening.at);
    j.named("author", at.author);
    j.key("item").list(|j| {
        for (number, (question, answer)) in (1..).zip(answers) {
            j.object(|j| {
                j.pair("linkId", &format!("{number}")).pair("text", question);
                j.key("answer").list(|j| {
                    j.object(|j| {
                        j.pair("valueString", answer);
                    });
                });
            });
        }
    });
}

fn relative(j: &mut Json, said: (&str, &str, &str, &str), at: &Context<'_>) {
    let (given, family, relation, phone) = said;
    j.key("active").raw("true");
    j.reference("patient", at.subject);
    j.key("relationship").list(|j| {
        j.concept("", "", relation);
    });
    j.key("name").list(|j| {
        j.object(|j| {
            j.pair("family", family);
            j.key("given").list(|j| {
                j.text(given);
            });
        });
    });
    j.key("telecom").list(|j| {
        j.object(|j| {
            j.pair("system", "phone").pair("value", phone);
        });
    });
}

/// Base64 (RFC 4648): letters are short, so a plain loop is enough.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let word = group.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4usize {
            if place > group.len() {
                out.push('=');
            } else {
                let digit = (word >> (18 - 6 * place)) & 63;
                out.push(char::from(DIGITS[digit as usize]));
            }
        }
    }
    out
}
