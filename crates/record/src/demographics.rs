//! Who a record is about, as its sender knows them.

use crate::nhs_number::NhsNumber;
use crate::time::{Date, When};

/// Sex as recorded by the sender (administrative).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Sex {
    /// Not said or not known.
    #[default]
    Unknown = 0,
    /// Female.
    Female = 1,
    /// Male.
    Male = 2,
    /// Other, or indeterminate.
    Other = 3,
}

impl Sex {
    /// The sex a store kept under this number.
    pub fn from_number(number: i64) -> Self {
        match number {
            1 => Self::Female,
            2 => Self::Male,
            3 => Self::Other,
            _ => Self::Unknown,
        }
    }

    /// Reads the words and codes senders use: FHIR names, HL7 letters (F, M, O, A, U), NHS data dictionary
    /// digits (1 male, 2 female, 9 indeterminate, 0 not known). Anything else is unknown.
    pub fn parse(text: &str) -> Self {
        match text.trim().to_ascii_lowercase().as_str() {
            "female" | "f" | "2" | "woman" | "girl" => Self::Female,
            "male" | "m" | "1" | "man" | "boy" => Self::Male,
            "other" | "o" | "a" | "9" | "indeterminate" => Self::Other,
            _ => Self::Unknown,
        }
    }

    /// What people call it.
    pub const fn words(self) -> &'static str {
        match self {
            Sex::Unknown => "sex not recorded",
            Sex::Female => "female",
            Sex::Male => "male",
            Sex::Other => "other",
        }
    }
}

/// The broad ethnic groups of the census of England and Wales, 2021.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EthnicGroup {
    /// White.
    White,
    /// Mixed or multiple ethnic groups.
    Mixed,
    /// Asian or Asian British, Chinese among them.
    Asian,
    /// Black, Black British, Caribbean or African.
    Black,
    /// Any other.
    Other,
    /// Not said, not stated or not understood.
    #[default]
    NotSaid,
}

impl EthnicGroup {
    /// Reads the words or the letter that senders use (NHS Data Dictionary, ETHNIC CATEGORY CODE 2001: A to C White, D
    /// to G mixed, H to L and R Asian or Chinese, M to P Black, S any other, Z not stated).
    pub fn parse(text: &str) -> Self {
        let text = text.trim().to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        match text.as_str() {
            "a" | "b" | "c" => Self::White,
            "d" | "e" | "f" | "g" => Self::Mixed,
            "h" | "j" | "k" | "l" | "r" => Self::Asian,
            "m" | "n" | "p" => Self::Black,
            "s" => Self::Other,
            "" | "z" => Self::NotSaid,
            _ if has(&["not stated", "not known", "unknown", "refused", "declined"]) => Self::NotSaid,
            // The words of code A are "British, Mixed British", those of D to F begin "White and".
            _ if has(&["mixed british"]) => Self::White,
            _ if has(&["mixed", "multiple", "white and "]) => Self::Mixed,
            _ if has(&["asian", "indian", "pakistani", "bangladeshi", "chinese"]) => Self::Asian,
            _ if has(&["black", "african", "caribbean"]) => Self::Black,
            _ if has(&["white", "british", "irish", "gypsy", "roma", "traveller"]) => Self::White,
            _ if has(&["arab", "other"]) => Self::Other,
            _ => Self::NotSaid,
        }
    }

    /// What people call it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::White => "White",
            Self::Mixed => "Mixed or multiple",
            Self::Asian => "Asian or Asian British",
            Self::Black => "Black or Black British",
            Self::Other => "another group",
            Self::NotSaid => "not said",
        }
    }
}

/// Whether the sender checked the NHS number against the national service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum NhsNumberStatus {
    /// The message does not say; a feed's file may.
    #[default]
    Unsaid = 0,
    /// Present and verified (UK Core status 01).
    Verified = 1,
    /// Present but not verified (any other status).
    Unverified = 2,
}

/// A name, as the sender wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// `official`, `usual`, `nickname`, `maiden`, `old`… ; empty when not said.
    pub r#use: String,
    /// Family name.
    pub family: String,
    /// Given names, first first, separated by single spaces.
    pub given: String,
    /// Title.
    pub prefix: String,
}

/// A postal address, as the sender wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// `home`, `temp`, `old`…; empty when not said.
    pub r#use: String,
    /// Lines without the postcode, in order.
    pub lines: Vec<String>,
    /// Postcode as written.
    pub postcode: String,
}

/// What one sender says of the person: only what matching, the banner and contact need. The rest stays in
/// the contribution.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Demographics {
    /// The NHS number, when it passes its check digit.
    pub nhs_number: Option<NhsNumber>,
    /// Whether the message says it is verified.
    pub nhs_number_status: NhsNumberStatus,
    /// The sender's own identifiers of this person other than the NHS number, as (system, value).
    pub local_ids: Vec<(String, String)>,
    /// Names; the one to show comes first.
    pub names: Vec<Name>,
    /// Birth, as precisely as known.
    pub birth: Option<When>,
    /// Sex.
    pub sex: Sex,
    /// Reported dead: when, if that was said.
    pub death: Death,
    /// Addresses; the current home first.
    pub addresses: Vec<Address>,
    /// Telephone numbers.
    pub phones: Vec<String>,
    /// E-mail addresses.
    pub emails: Vec<String>,
    /// ODS code of the practice they are registered with; empty when not said.
    pub practice: String,
    /// Name of that practice, when the sender gave one.
    pub practice_name: String,
    /// Main language, words or code; empty when not said.
    pub language: String,
    /// Whether an interpreter is needed; `None` when not said.
    pub interpreter: Option<bool>,
    /// Ethnic category, words or code; empty when not said.
    pub ethnicity: String,
    /// One of a multiple birth; `None` when not said.
    pub multiple_birth: Option<bool>,
    /// The demographics service marks the person restricted or very restricted: address, postcode, phone
    /// and practice are hidden everywhere (SAFETY 2).
    pub restricted: bool,
    /// Sender's ids of records this one has been merged into or replaces, as (other id, relation).
    pub links: Vec<(String, Link)>,
}

impl Demographics {
    /// The full birth date; `None` when unknown or only a year or month.
    pub fn birth_date(&self) -> Option<Date> {
        self.birth
            .filter(|when| when.precision >= crate::time::Precision::Day)
            .map(When::date)
    }
}

/// What a sender says about death.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Death {
    /// Nothing was said.
    #[default]
    Unsaid,
    /// The sender says the person is alive.
    Alive,
    /// Dead, date not said.
    Dead,
    /// Dead, since then.
    DeadSince(When),
}

impl Death {
    /// Whether the sender says that the person has died.
    pub const fn is_dead(&self) -> bool {
        matches!(self, Self::Dead | Self::DeadSince(_))
    }
}

/// How one of a sender's records relates to another of the same sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// This record was merged into the other, which lives on.
    ReplacedBy,
    /// This record lives on; the other was merged into it.
    Replaces,
    /// The same person, both records in use.
    SeeAlso,
}

#[cfg(test)]
mod tests {
    use super::EthnicGroup;

    #[test]
    fn broad_ethnic_groups_are_read_from_codes_and_words() {
        for (text, group) in [
            ("A", EthnicGroup::White),
            ("Any other White background", EthnicGroup::White),
            ("British, Mixed British", EthnicGroup::White),
            ("White and Black Caribbean", EthnicGroup::Mixed),
            ("White and Asian", EthnicGroup::Mixed),
            ("Any other mixed background", EthnicGroup::Mixed),
            ("Asian or Asian British - Indian", EthnicGroup::Asian),
            ("R", EthnicGroup::Asian),
            ("Black British", EthnicGroup::Black),
            ("Any other ethnic group", EthnicGroup::Other),
            ("Z", EthnicGroup::NotSaid),
            ("Not stated", EthnicGroup::NotSaid),
            ("", EthnicGroup::NotSaid),
        ] {
            assert_eq!(EthnicGroup::parse(text), group, "{text}");
        }
    }
}
