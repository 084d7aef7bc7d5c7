//! Whom a message is about: the identifiers in PID-3 (and PID-2, PID-4 of older senders).
//!
//! What each identifier is, its type (CX-5) says first and its assigning authority (CX-4) second, because
//! senders write the authority `NHS` on hospital numbers too: `0123456^^^NHS^HospitalNumber` stands beside
//! `9990000026^^^NHS^NhsNumber`. Whether the NHS number was verified stands in PID-32 in the UK: `NSTS01`
//! (ITK) or `01` (Wales) is verified, `NSTS02` to `NSTS08` are not, anything else does not say.

use super::datatype::ID_BYTES_MAX;
use super::message::{Field, Repetition, Segment};
use record::{Issue, NhsNumber, NhsNumberStatus, Rejection, Subject};

/// One identifier (CX) as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// CX-1.
    pub value: String,
    /// CX-4: its name, or its universal id when it has no name; empty when not sent.
    pub authority: String,
    /// CX-5; empty when not sent.
    pub kind: String,
}

/// Whom a PID or MRG names.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// As items carry it.
    pub subject: Subject,
    /// The local id of the Patient item: the sender's number, or `nhs:` and ten digits.
    pub key: String,
    /// The NHS number, when one was sent that passes its check.
    pub nhs_number: Option<NhsNumber>,
    /// Whether the message says it is verified.
    pub status: NhsNumberStatus,
    /// The sender's own identifiers, the one that names the record first.
    pub local: Vec<Identifier>,
    /// Identifiers that could not be used.
    pub issues: Vec<Issue>,
}

/// Whom this PID names.
///
/// # Errors
/// `no-subject` when it holds no identifier, or only an NHS number that fails its check digit.
pub fn identity(pid: &Segment<'_>) -> Result<Identity, Rejection> {
    let mut found = identifiers(pid, &[3])
        .or_else(|| identifiers(pid, &[2, 4]))
        .unwrap_or_default();
    // Older senders put the NHS number beside the local one, typed, in PID-2 or PID-4.
    if found.nhs.is_none() {
        found.nhs = identifiers(pid, &[2, 4]).and_then(|other| other.nhs);
    }
    let status = pid
        .field(32)
        .repetitions()
        .map(|code| status(&code.component(1).text()));
    let status = status.max_by_key(|status| *status as u8).unwrap_or_default();
    settle(found, status, pid, 3)
}

/// Whom this MRG names as the one that ends. `like` is the identity that lives on: an identifier of the same
/// authority and type is preferred.
///
/// # Errors
/// `no-merge` when MRG-1 holds no usable identifier.
pub fn prior_identity(mrg: &Segment<'_>, like: &Identity) -> Result<Identity, Rejection> {
    let mut found = identifiers(mrg, &[1])
        .or_else(|| identifiers(mrg, &[4]))
        .unwrap_or_default();
    if let Some(wanted) = like.local.first() {
        found
            .local
            .sort_by_key(|id| (id.authority != wanted.authority, id.kind != wanted.kind));
    }
    settle(found, NhsNumberStatus::Unsaid, mrg, 1).map_err(|_| {
        let reason = "The message does not say which record was merged.";
        Rejection::new("no-merge", "MRG-1", reason)
    })
}

#[derive(Default)]
struct Found {
    nhs: Option<NhsNumber>,
    local: Vec<Identifier>,
    bad_nhs: bool,
}

fn settle(found: Found, status: NhsNumberStatus, segment: &Segment<'_>, field: usize) -> Result<Identity, Rejection> {
    let mut issues = Vec::new();
    if found.bad_nhs {
        issues.push(Issue {
            place: segment.place(field),
            reason: "The NHS number is not ten digits with a correct check digit.".to_owned(),
        });
    }
    let (subject, key) = match (found.local.first(), found.nhs) {
        (Some(local), _) => (Subject::Local(local.value.clone()), local.value.clone()),
        (None, Some(number)) => (Subject::NhsNumber(number), format!("nhs:{}", number.digits())),
        (None, None) => {
            let reason = if found.bad_nhs {
                "The only identifier is an NHS number whose check digit is wrong."
            } else {
                "The message does not say whom it is about."
            };
            return Err(Rejection::new("no-subject", segment.place(field), reason));
        }
    };
    Ok(Identity {
        subject,
        key,
        nhs_number: found.nhs,
        status,
        local: found.local,
        issues,
    })
}

/// The identifiers in some fields, the one that names the record first; `None` when there is none.
fn identifiers(segment: &Segment<'_>, fields: &[usize]) -> Option<Found> {
    let mut found = Found::default();
    for repetition in fields.iter().flat_map(|n| segment.field(*n).repetitions()) {
        let identifier = identifier(repetition);
        if identifier.value.is_empty() || identifier.value.len() > ID_BYTES_MAX {
            continue;
        }
        match reading(&identifier) {
            Reading::Nhs => match NhsNumber::parse(&identifier.value) {
                Some(number) => found.nhs = found.nhs.or(Some(number)),
                None => found.bad_nhs = true,
            },
            Reading::Local => found.local.push(identifier),
        }
    }
    found.local.dedup();
    found.local.sort_by_key(preference);
    (found.nhs.is_some() || found.bad_nhs || !found.local.is_empty()).then_some(found)
}

fn identifier(cx: Repetition<'_>) -> Identifier {
    let authority = cx.component(4);
    let (name, universal) = (authority.subcomponent(1), authority.subcomponent(2));
    // The NHS number's own namespace leaves no doubt, whatever type is written beside it.
    let namespace = |id: &str| id.ends_with("2.16.840.1.113883.2.1.4.1") || id.ends_with("/Id/nhs-number");
    let is_nhs = namespace(&name) || namespace(&universal);
    Identifier {
        value: cx.component(1).text(),
        authority: if name.is_empty() { universal } else { name },
        kind: if is_nhs {
            "NH".to_owned()
        } else {
            cx.component(5).text()
        },
    }
}

enum Reading {
    Nhs,
    Local,
}

fn reading(identifier: &Identifier) -> Reading {
    let squash = |text: &str| -> String { text.chars().filter(char::is_ascii_alphanumeric).collect() };
    let kind = squash(&identifier.kind).to_ascii_uppercase();
    let authority = identifier.authority.to_ascii_uppercase();
    let named_nhs = matches!(
        squash(&authority).as_str(),
        "NHS" | "NHSNUMBER" | "NHSNBR" | "NHSNMBR" | "NHSNO" | "NHSSPINE"
    );
    match kind.as_str() {
        "NH" | "NHS" | "NHSNUMBER" | "NHSNBR" | "NHSNMBR" | "NHSNO" => Reading::Nhs,
        "" if named_nhs => Reading::Nhs,
        // NI (national identifier) is the NHS number only when the authority says so.
        "NI" | "NNGBR" if named_nhs => Reading::Nhs,
        _ => Reading::Local,
    }
}

/// Medical record numbers before others; numbers that name something else than the person in care (social
/// security, driving licence, account) last. The order is otherwise as sent.
fn preference(identifier: &Identifier) -> u8 {
    match identifier.kind.to_ascii_uppercase().as_str() {
        "MR" | "MRN" | "PI" | "PAS" | "HOSPITALNUMBER" | "PT" => 0,
        "SS" | "DL" | "AN" | "VN" | "PPN" | "XX" | "MA" | "BC" => 3,
        "" => 1,
        _ => 2,
    }
}

fn status(code: &str) -> NhsNumberStatus {
    match code.trim_start_matches("NSTS") {
        "01" => NhsNumberStatus::Verified,
        "02" | "03" | "04" | "05" | "06" | "07" | "08" => NhsNumberStatus::Unverified,
        _ => NhsNumberStatus::Unsaid,
    }
}

/// Whether PID-32 holds this code of HL7 table 0445 (`ED` estimated birth date, `UD` unknown birth date, `UA`
/// unknown address).
pub fn is_marked(reliability: Field<'_>, code: &str) -> bool {
    reliability
        .repetitions()
        .any(|repetition| repetition.component(1).text().eq_ignore_ascii_case(code))
}
