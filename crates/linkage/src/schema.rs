//! What the columns of a table hold, said or guessed.

use serde::{Deserialize, Serialize};

use crate::clean;

/// What a column holds, and so how it is cleaned and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// First name or names.
    Given,
    /// Family name.
    Surname,
    /// Day of birth.
    Birth,
    /// Sex or gender.
    Sex,
    /// Postcode.
    Postcode,
    /// House and street.
    Address,
    /// A number that names one person, such as an NHS number.
    Number,
    /// Telephone number.
    Phone,
    /// E-mail address.
    Email,
    /// Any other text, such as a town.
    Text,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 10] = [
        Role::Given,
        Role::Surname,
        Role::Birth,
        Role::Sex,
        Role::Postcode,
        Role::Address,
        Role::Number,
        Role::Phone,
        Role::Email,
        Role::Text,
    ];

    /// The name used in a configuration file.
    pub fn word(self) -> &'static str {
        match self {
            Role::Given => "given",
            Role::Surname => "surname",
            Role::Birth => "birth",
            Role::Sex => "sex",
            Role::Postcode => "postcode",
            Role::Address => "address",
            Role::Number => "number",
            Role::Phone => "phone",
            Role::Email => "email",
            Role::Text => "text",
        }
    }

    /// Folds one value as sent into `out`, empty when it says nothing.
    ///
    /// # Errors
    /// [`clean::Unreadable`] for a birth date that is no date; `out` then holds its digits, or is empty.
    pub fn clean(self, raw: &str, out: &mut String) -> Result<(), clean::Unreadable> {
        match self {
            Role::Given | Role::Surname => clean::name(raw, out),
            Role::Birth => return clean::birth(raw, out),
            Role::Sex => clean::sex(raw, out),
            Role::Postcode => clean::postcode(raw, out),
            Role::Address => clean::address(raw, out),
            Role::Number => clean::number(raw, out),
            Role::Phone => clean::phone(raw, out),
            Role::Email => clean::email(raw, out),
            Role::Text => clean::text(raw, out),
        }
        Ok(())
    }
}

/// One column that is compared: what it is called and what it holds. Several columns of a file may be joined into one
/// (house number and street).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name, for people.
    pub name: String,
    /// What it holds.
    pub role: Role,
}

/// The columns that are compared, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Schema {
    /// The columns. At most [`Schema::MOST`].
    pub columns: Vec<Column>,
}

impl Schema {
    /// The most columns that are compared.
    pub const MOST: usize = 15;

    /// A schema of these columns.
    pub fn new<'a>(columns: impl IntoIterator<Item = (&'a str, Role)>) -> Schema {
        let columns = columns
            .into_iter()
            .map(|(name, role)| Column {
                name: name.into(),
                role,
            })
            .collect();
        Schema { columns }
    }

    /// The first column that holds this.
    pub fn first(&self, role: Role) -> Option<usize> {
        self.columns.iter().position(|column| column.role == role)
    }
}

/// What a column of a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Names the row.
    Id,
    /// Says who sent the row.
    Source,
    /// Is compared.
    Compared(Role),
    /// A whole name, given name first, that is taken apart into given name and surname.
    WholeName,
    /// Is not used.
    Ignored,
}

/// Guesses what each column of a file is for, from its name and from some of its values.
///
/// `sample` holds rows; a row shorter than the headings reads as empty at its end.
pub fn guess(headings: &[String], sample: &[Vec<String>]) -> Vec<Use> {
    let mut uses: Vec<Use> = headings
        .iter()
        .enumerate()
        .map(|(at, heading)| {
            let values: Vec<&str> = sample
                .iter()
                .filter_map(|row| row.get(at))
                .map(String::as_str)
                .filter(|v| !v.trim().is_empty())
                .collect();
            by_name(heading).unwrap_or_else(|| by_content(&values))
        })
        .collect();
    if !uses.contains(&Use::Id)
        && let Some(at) = headings.iter().position(|h| h.trim().to_lowercase().ends_with("id"))
        && matches!(uses[at], Use::Ignored | Use::Compared(Role::Text))
    {
        uses[at] = Use::Id;
    }
    // Whether a column is a place of several words or free text does not matter; a column with one value says nothing.
    for (at, used) in uses.iter_mut().enumerate() {
        let first = sample.first().and_then(|row| row.get(at));
        let says_nothing = sample.len() > 1 && sample.iter().all(|row| row.get(at) == first);
        if matches!(used, Use::Compared(_)) && says_nothing {
            *used = Use::Ignored;
        }
    }
    uses
}

fn by_name(heading: &str) -> Option<Use> {
    let mut plain = String::new();
    clean::text(heading, &mut plain);
    let plain = plain.replace(' ', "");
    let used = match plain.as_str() {
        "UNIQUEID" | "ID" | "RECID" | "RECORDID" | "ROWID" | "PATIENTID" | "LOCALID" | "MRN" => Use::Id,
        "SOURCE" | "SOURCEDATASET" | "FEED" | "SENDER" | "SYSTEM" | "DATASET" => Use::Source,
        "CLUSTER" | "HOUSEHOLD" | "TRUTH" | "PERSON" => Use::Ignored,
        "FULLNAME" | "NAME" | "PATIENTNAME" => Use::WholeName,
        "TITLE" | "PREFIX" => Use::Ignored,
        _ if ["FIRSTNAME", "FORENAME", "GIVEN", "CHRISTIANNAME"]
            .iter()
            .any(|w| plain.contains(w)) =>
        {
            Use::Compared(Role::Given)
        }
        _ if ["SURNAME", "LASTNAME", "FAMILY"].iter().any(|w| plain.contains(w)) => Use::Compared(Role::Surname),
        "DOB" | "BIRTH" | "BORN" => Use::Compared(Role::Birth),
        _ if plain.contains("BIRTH") && (plain.contains("DATE") || plain.contains("DAY")) => Use::Compared(Role::Birth),
        _ if plain.contains("DOB") => Use::Compared(Role::Birth),
        "SEX" | "GENDER" => Use::Compared(Role::Sex),
        _ if plain.contains("POSTCODE") || plain.contains("POSTALCODE") || plain == "ZIP" || plain == "ZIPCODE" => {
            Use::Compared(Role::Postcode)
        }
        _ if plain.contains("EMAIL") => Use::Compared(Role::Email),
        _ if ["PHONE", "MOBILE", "TELEPHONE"].iter().any(|w| plain.contains(w)) => Use::Compared(Role::Phone),
        _ if plain.contains("NHS") || plain.contains("SOCSEC") || plain.contains("SSN") || plain == "NINO" => {
            Use::Compared(Role::Number)
        }
        "ADDRESS" | "ADDRESS1" | "ADDRESSLINE1" | "STREET" | "STREETNUMBER" | "STREETADDRESS" | "HOUSENUMBER" => {
            Use::Compared(Role::Address)
        }
        _ => return None,
    };
    Some(used)
}

fn by_content(values: &[&str]) -> Use {
    if values.is_empty() {
        return Use::Ignored;
    }
    let share = |test: &dyn Fn(&str) -> bool| values.iter().filter(|v| test(v)).count() as f64 / values.len() as f64;
    let digits = |v: &str| v.bytes().filter(u8::is_ascii_digit).count();
    if share(&|v| v.contains('@')) > 0.9 {
        return Use::Compared(Role::Email);
    }
    if share(&|v| clean::is_nhs_number(&v.replace([' ', '-'], ""))) > 0.8 {
        return Use::Compared(Role::Number);
    }
    if share(&|v| digits(v) >= 6 && clean::birth(v, &mut String::new()).is_ok()) > 0.9 {
        return Use::Compared(Role::Birth);
    }
    if share(&is_uk_postcode) > 0.8 {
        return Use::Compared(Role::Postcode);
    }
    if share(&|v| matches!(v.to_ascii_uppercase().as_str(), "M" | "F" | "MALE" | "FEMALE")) > 0.9 {
        return Use::Compared(Role::Sex);
    }
    if share(&|v| digits(v) >= 9 && v.len() <= 16 && !v.bytes().any(|b| b.is_ascii_alphabetic())) > 0.9 {
        return Use::Compared(Role::Phone);
    }
    Use::Compared(Role::Text)
}

fn is_uk_postcode(raw: &str) -> bool {
    let mut code = String::new();
    clean::postcode(raw, &mut code);
    let bytes = code.as_bytes();
    let n = bytes.len();
    (5..=7).contains(&n)
        && bytes[0].is_ascii_alphabetic()
        && bytes[n - 3].is_ascii_digit()
        && bytes[n - 2].is_ascii_alphabetic()
        && bytes[n - 1].is_ascii_alphabetic()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: &[&str]) -> Vec<String> {
        values.iter().map(|v| (*v).to_string()).collect()
    }

    #[test]
    fn columns_are_known_by_name_then_by_what_they_hold() {
        let headings = row(&[
            "unique_id",
            "source",
            "first_name",
            "surname",
            "dob",
            "col7",
            "col8",
            "suburb",
            "cluster",
        ]);
        let sample = [
            row(&[
                "1",
                "gp",
                "Ann",
                "Lee",
                "1970-01-02",
                "BH1 1AA",
                "a@example.org",
                "Poole",
                "1",
            ]),
            row(&[
                "2",
                "gp",
                "Bob",
                "Ray",
                "1971-01-02",
                "DT11 1AA",
                "b@example.org",
                "Wareham",
                "2",
            ]),
        ];
        use Role::*;
        let expected = [
            Use::Id,
            Use::Ignored,
            Use::Compared(Given),
            Use::Compared(Surname),
            Use::Compared(Birth),
            Use::Compared(Postcode),
            Use::Compared(Email),
            Use::Compared(Text),
            Use::Ignored,
        ];
        let mut guessed = guess(&headings, &sample);
        assert_eq!(guessed[1], Use::Source);
        guessed[1] = Use::Ignored;
        assert_eq!(guessed, expected);
    }
}
