//! The stored form of what a record says of who it is about. Domain types do not carry it: a stored text
//! must stay readable when they change.

use crate::db::DbError;
use crate::intake::{when_number, when_of};
use record::demographics::{Death, Link};
use record::{Address, Demographics, Name, NhsNumber, NhsNumberStatus, Sex};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct Stored {
    #[serde(skip_serializing_if = "Option::is_none")]
    nhs: Option<i64>,
    #[serde(skip_serializing_if = "is_zero")]
    status: u8,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ids: Vec<(String, String)>,
    names: Vec<[String; 4]>,
    birth: Option<i64>,
    sex: i64,
    /// 0 unsaid, 1 alive, 2 dead; with the time when said.
    #[serde(skip_serializing_if = "is_unsaid")]
    death: (u8, Option<i64>),
    #[serde(skip_serializing_if = "Vec::is_empty")]
    addresses: Vec<(String, Vec<String>, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    phones: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    emails: Vec<String>,
    practice: String,
    practice_name: String,
    language: String,
    interpreter: Option<bool>,
    ethnicity: String,
    multiple: Option<bool>,
    restricted: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<(String, u8)>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(value: &u8) -> bool {
    *value == 0
}

fn is_unsaid(value: &(u8, Option<i64>)) -> bool {
    value.0 == 0
}

/// As the store keeps it.
pub(crate) fn to_text(person: &Demographics) -> Result<String, DbError> {
    let name = |name: &Name| {
        [
            name.r#use.clone(),
            name.family.clone(),
            name.given.clone(),
            name.prefix.clone(),
        ]
    };
    let stored = Stored {
        nhs: person.nhs_number.map(NhsNumber::as_i64),
        status: person.nhs_number_status as u8,
        ids: person.local_ids.clone(),
        names: person.names.iter().map(name).collect(),
        birth: person.birth.map(when_number),
        sex: person.sex as i64,
        death: match person.death {
            Death::Unsaid => (0, None),
            Death::Alive => (1, None),
            Death::Dead => (2, None),
            Death::DeadSince(when) => (2, Some(when_number(when))),
        },
        addresses: person
            .addresses
            .iter()
            .map(|address| (address.r#use.clone(), address.lines.clone(), address.postcode.clone()))
            .collect(),
        phones: person.phones.clone(),
        emails: person.emails.clone(),
        practice: person.practice.clone(),
        practice_name: person.practice_name.clone(),
        language: person.language.clone(),
        interpreter: person.interpreter,
        ethnicity: person.ethnicity.clone(),
        multiple: person.multiple_birth,
        restricted: person.restricted,
        links: person
            .links
            .iter()
            .map(|(id, link)| (id.clone(), link_number(*link)))
            .collect(),
    };
    serde_json::to_string(&stored).map_err(|error| DbError::state(format!("demographics cannot be kept: {error}")))
}

/// Reads [`to_text`] back.
pub(crate) fn of_text(text: &str) -> Result<Demographics, DbError> {
    let stored: Stored = serde_json::from_str(text)
        .map_err(|error| DbError::state(format!("stored demographics are unreadable: {error}")))?;
    let name = |[r#use, family, given, prefix]: [String; 4]| Name {
        r#use,
        family,
        given,
        prefix,
    };
    Ok(Demographics {
        nhs_number: stored.nhs.and_then(NhsNumber::from_i64),
        nhs_number_status: match stored.status {
            1 => NhsNumberStatus::Verified,
            2 => NhsNumberStatus::Unverified,
            _ => NhsNumberStatus::Unsaid,
        },
        local_ids: stored.ids,
        names: stored.names.into_iter().map(name).collect(),
        birth: stored.birth.map(when_of),
        sex: Sex::from_number(stored.sex),
        death: match stored.death {
            (1, _) => Death::Alive,
            (2, None) => Death::Dead,
            (2, Some(when)) => Death::DeadSince(when_of(when)),
            _ => Death::Unsaid,
        },
        addresses: stored
            .addresses
            .into_iter()
            .map(|(r#use, lines, postcode)| Address { r#use, lines, postcode })
            .collect(),
        phones: stored.phones,
        emails: stored.emails,
        practice: stored.practice,
        practice_name: stored.practice_name,
        language: stored.language,
        interpreter: stored.interpreter,
        ethnicity: stored.ethnicity,
        multiple_birth: stored.multiple,
        restricted: stored.restricted,
        links: stored
            .links
            .into_iter()
            .map(|(id, number)| (id, link_of(number)))
            .collect(),
    })
}

const fn link_number(link: Link) -> u8 {
    match link {
        Link::ReplacedBy => 1,
        Link::Replaces => 2,
        Link::SeeAlso => 3,
    }
}

const fn link_of(number: u8) -> Link {
    match number {
        1 => Link::ReplacedBy,
        2 => Link::Replaces,
        _ => Link::SeeAlso,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::When;

    #[test]
    fn demographics_read_back_the_same() {
        let person = Demographics {
            nhs_number: NhsNumber::parse("9990000026"),
            nhs_number_status: NhsNumberStatus::Verified,
            local_ids: vec![("RBD".into(), "1".into())],
            names: vec![Name {
                family: "Hardy".into(),
                given: "Ada".into(),
                ..Name::default()
            }],
            birth: When::parse_fhir("1945-05"),
            sex: Sex::Female,
            death: Death::DeadSince(When::parse_fhir("2026-01-02").unwrap()),
            addresses: vec![Address {
                lines: vec!["1 High Street".into()],
                postcode: "DT1 1AA".into(),
                ..Address::default()
            }],
            phones: vec!["01632 960001".into()],
            interpreter: Some(true),
            restricted: true,
            links: vec![("2".into(), Link::ReplacedBy)],
            ..Demographics::default()
        };
        assert_eq!(of_text(&to_text(&person).unwrap()).unwrap(), person);
    }
}
