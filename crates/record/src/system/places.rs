//! Places and organisations of a care system.

use super::feed::org_code;
use super::reading::{Section, suggestion};
use crate::id::OrgCode;

/// A place people live in or are registered with: an area of the map, or a network of practices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its public code (ONS or ODS), or one of the system's own.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// What kind of place.
    pub kind: PlaceKind,
    /// The code of the place it lies in; empty for the widest.
    pub within: String,
    /// People, rounded as its source says; `None` when not known.
    pub population: Option<u32>,
}

/// Kinds of place, widest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlaceKind {
    /// The whole care system.
    System,
    /// A council's area.
    LocalAuthority,
    /// A neighbourhood, in which one team of teams works.
    Neighbourhood,
    /// A primary care network: practices that work together.
    PrimaryCareNetwork,
}

const PLACE_KINDS: [(&str, PlaceKind); 4] = [
    ("system", PlaceKind::System),
    ("local-authority", PlaceKind::LocalAuthority),
    ("neighbourhood", PlaceKind::Neighbourhood),
    ("primary-care-network", PlaceKind::PrimaryCareNetwork),
];

/// An organisation that takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its ODS code, or for an invented one a code that ODS would never give.
    pub code: OrgCode,
    /// What people call it.
    pub name: String,
    /// What kind of organisation.
    pub kind: OrganisationKind,
    /// The code of the place it belongs to; empty when it serves the whole system.
    pub place: String,
    /// The number that people ring it by; empty when none is held.
    pub telephone: String,
    /// Whether it is invented for the demonstration (SAFETY 18).
    pub invented: bool,
}

/// Kinds of organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrganisationKind {
    /// The integrated care board.
    Board,
    /// A general practice.
    Practice,
    /// An acute hospital trust.
    Acute,
    /// A community and mental health trust.
    CommunityMentalHealth,
    /// An ambulance service.
    Ambulance,
    /// An urgent care service, such as out of hours or an urgent treatment centre: whoever turns up is its patient.
    UrgentCare,
    /// A council: social care.
    Council,
    /// A fire and rescue service.
    Fire,
    /// A charity or community organisation.
    Voluntary,
    /// A public health service.
    PublicHealth,
    /// A school.
    School,
    /// A care home.
    CareHome,
    /// A community pharmacy.
    Pharmacy,
    /// A national service.
    National,
}

const ORGANISATION_KINDS: [(&str, OrganisationKind); 14] = [
    ("board", OrganisationKind::Board),
    ("gp", OrganisationKind::Practice),
    ("acute", OrganisationKind::Acute),
    ("community-mental-health", OrganisationKind::CommunityMentalHealth),
    ("ambulance", OrganisationKind::Ambulance),
    ("urgent-care", OrganisationKind::UrgentCare),
    ("council", OrganisationKind::Council),
    ("fire", OrganisationKind::Fire),
    ("voluntary", OrganisationKind::Voluntary),
    ("public-health", OrganisationKind::PublicHealth),
    ("school", OrganisationKind::School),
    ("care-home", OrganisationKind::CareHome),
    ("pharmacy", OrganisationKind::Pharmacy),
    ("national", OrganisationKind::National),
];

impl OrganisationKind {
    /// What people call it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Board => "integrated care board",
            Self::Practice => "general practice",
            Self::Acute => "hospital",
            Self::CommunityMentalHealth => "community and mental health",
            Self::Ambulance => "ambulance",
            Self::UrgentCare => "urgent care service",
            Self::Council => "council",
            Self::Fire => "fire and rescue",
            Self::Voluntary => "voluntary sector",
            Self::PublicHealth => "public health",
            Self::School => "school",
            Self::CareHome => "care home",
            Self::Pharmacy => "pharmacy",
            Self::National => "national service",
        }
    }
}

/// Reads `[[place]]`; the second value is the line, for checks across files.
pub(super) fn read_places(section: Section<'_, '_>) -> Vec<(Place, usize)> {
    let mut places = Vec::new();
    for at in section.sections("place") {
        let line = at.line();
        let kind = one_of(&at, "kind", &PLACE_KINDS);
        let place = Place {
            code: at.needed("code").unwrap_or_default(),
            name: at.needed("name").unwrap_or_default(),
            kind: kind.unwrap_or(PlaceKind::Neighbourhood),
            within: at.text("within").unwrap_or_default(),
            population: at.whole("population"),
        };
        at.finish();
        places.push((place, line));
    }
    section.finish();
    places
}

/// Reads `[[organisation]]`; the second value is the line.
pub(super) fn read_organisations(section: Section<'_, '_>) -> Vec<(Organisation, usize)> {
    let mut organisations = Vec::new();
    for at in section.sections("organisation") {
        let line = at.line();
        let code = org_code(&at, "code");
        let kind = one_of(&at, "kind", &ORGANISATION_KINDS);
        let name = at.needed("name");
        let place = at.text("place").unwrap_or_default();
        let telephone = at.text("telephone").unwrap_or_default();
        let invented = at.flag("invented").unwrap_or(false);
        at.finish();
        if let (Some(code), Some(kind), Some(name)) = (code, kind, name) {
            let organisation = Organisation {
                code,
                name,
                kind,
                place,
                telephone,
                invented,
            };
            organisations.push((organisation, line));
        }
    }
    section.finish();
    organisations
}

fn one_of<T: Copy>(section: &Section<'_, '_>, key: &str, known: &[(&str, T)]) -> Option<T> {
    let name = section.needed(key)?;
    let found = known.iter().find(|(word, _)| *word == name);
    if found.is_none() {
        let all: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        let hint = suggestion(&name, all.iter().copied());
        section.problem(key, format!("`{name}` is not one of {}{hint}", all.join(", ")));
    }
    found.map(|(_, value)| *value)
}
