//! Where people live: neighbourhoods, practices, homes and schools, all invented, set in the real towns.
//!
//! Postcodes use the real districts and sectors, but their last two letters come from C, I, K, M, O and V,
//! which Royal Mail never uses there: no invented person lives at a real door.

use crate::feeds::{self, FeedFile};
use crate::random::Rng;

/// Which council.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Council {
    /// Dorset Council.
    Dorset,
    /// Bournemouth, Christchurch and Poole.
    Bcp,
}

/// A neighbourhood: a name of our own in a real town.
#[derive(Debug)]
pub struct Neighbourhood {
    /// Invented name.
    pub name: &'static str,
    /// Town.
    pub town: &'static str,
    /// Postcode district and sector: `DT4 7`.
    pub sector: &'static str,
    /// Council.
    pub council: Council,
    /// Deprivation fifth, 1 most deprived.
    pub fifth: u8,
    /// Rough centre: latitude, longitude.
    pub centre: [f64; 2],
    /// Real postcodes, when an operator loaded them; else empty.
    pub postcodes: &'static [&'static str],
    /// Index into the county's practices of those people here use.
    pub practices: &'static [usize],
    /// The acute hospital people here are taken to.
    pub acute: Acute,
    /// How readily people here come when invited, about 1.
    pub uptake: f64,
    /// How much of what people have goes unfound here, about 1.
    pub unmet: f64,
}

/// Which acute trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acute {
    /// The west's hospital, which sends HL7 v2.
    West,
    /// The east's hospitals, which send FHIR.
    East,
}

/// A practice, invented.
#[derive(Clone, Debug)]
pub struct Practice {
    /// ODS-shaped code of our own.
    pub code: &'static str,
    /// Its feed.
    pub feed: FeedFile,
    /// Invented name.
    pub name: &'static str,
    /// Code of its primary care network.
    pub network: &'static str,
    /// How many use it, against others of its network.
    pub size: f64,
    /// Whether its laboratory still answers HbA1c in percent now and then.
    pub percent: bool,
    /// How readily it codes what it finds, about 1: practices differ.
    pub coding: f64,
    /// How much better than others it brings pressure and sugar down: about 0, from −0.8 to 0.8.
    pub control: f64,
    /// How many of those due it brings in, about 1.
    pub reach: f64,
}

/// The practices of the cast's places, the same in every county.
pub const CAST_PRACTICES: [Practice; 8] = [
    practice(
        ("DEMO-GP01", "gp01-fhir"),
        "Chesil View Surgery",
        "U25251",
        true,
        0.9,
        -0.1,
    ),
    practice(
        ("DEMO-GP02", "gp02-fhir"),
        "Saxon Bridge Medical Practice",
        "U32760",
        false,
        1.08,
        0.3,
    ),
    practice(
        ("DEMO-GP03", "gp03-fhir"),
        "Heathfield Lane Surgery",
        "U19923",
        true,
        1.0,
        0.0,
    ),
    practice(
        ("DEMO-GP04", "gp04-fhir"),
        "Pinewood Chine Practice",
        "U02749",
        true,
        0.85,
        -0.4,
    ),
    practice(
        ("DEMO-GP05", "gp05-fhir"),
        "Quayside Family Practice",
        "U80758",
        false,
        1.0,
        0.1,
    ),
    practice(
        ("DEMO-GP06", "gp06-fhir"),
        "Two Rivers Health Centre",
        "U78604",
        false,
        1.12,
        0.5,
    ),
    practice(
        ("DEMO-GP07", "gp07-fhir"),
        "Hill Fort Surgery",
        "U38731",
        false,
        1.05,
        0.2,
    ),
    practice(
        ("DEMO-GP08", "gp08-fhir"),
        "Vale of Stours Practice",
        "U51429",
        false,
        0.95,
        -0.2,
    ),
];

const fn practice(
    codes: (&'static str, &'static str),
    name: &'static str,
    network: &'static str,
    percent: bool,
    coding: f64,
    control: f64,
) -> Practice {
    Practice {
        code: codes.0,
        feed: feeds::lines(codes.1, codes.0, "ndjson", ""),
        name,
        network,
        size: 1.0,
        percent,
        coding,
        control,
        reach: coding,
    }
}

macro_rules! neighbourhoods {
    ($($name:literal $town:literal $sector:literal $council:ident $fifth:literal $practice:literal $acute:ident $centre:expr;)*) => {
        [$(Neighbourhood {
            name: $name, town: $town, sector: $sector, council: Council::$council, fifth: $fifth,
            postcodes: &[], practices: &[$practice], acute: Acute::$acute, centre: $centre, uptake: 1.0, unmet: 1.0,
        }),*]
    };
}

/// The places of the cast, with names of our own in real towns. Everyone else lives in the county's table.
pub const CAST_PLACES: [Neighbourhood; 13] = neighbourhoods! {
    "Sandsfoot Rise" "Weymouth" "DT3 6" Dorset 3 0 West [50.64, -2.45];
    "Winton Cross" "Bournemouth" "BH9 2" Bcp 2 3 East [50.75, -1.88];
    "Gold Lane" "Shaftesbury" "SP7 8" Dorset 3 7 West [51.01, -2.19];
    "Maiden Field" "Dorchester" "DT1 2" Dorset 4 6 West [50.71, -2.45];
    "Frome Meadows" "Dorchester" "DT1 1" Dorset 3 6 West [50.72, -2.43];
    "Ropewalk" "Weymouth" "DT4 7" Dorset 1 0 West [50.61, -2.46];
    "Pier Approach" "Bournemouth" "BH2 5" Bcp 2 3 East [50.72, -1.88];
    "Chine Gardens" "Bournemouth" "BH6 3" Bcp 4 3 East [50.73, -1.81];
    "Winton Cross" "Bournemouth" "BH9 2" Bcp 2 3 East [50.75, -1.88];
    "Canford Ridge" "Poole" "BH17 9" Bcp 4 4 East [50.75, -1.97];
    "Stour Bend" "Sturminster Newton" "DT10 1" Dorset 3 7 West [50.93, -2.31];
    "Priory Quay" "Christchurch" "BH23 1" Bcp 4 5 East [50.74, -1.78];
    "Cobb End" "Lyme Regis" "DT7 3" Dorset 3 6 West [50.73, -2.94];
};

/// A care home, invented.
pub const HOMES: [&str; 10] = [
    "Larkspur House",
    "Seabank Lodge",
    "Chalk Down House",
    "The Old Rectory Orchard",
    "Seafret Lodge",
    "Hurdle Maker's Rest",
    "Samphire House",
    "Withy Bed Manor",
    "Tithe Meadow",
    "Furzebrook Gables",
];

/// Schools, invented: first five primary, then secondary.
pub const SCHOOLS: [&str; 8] = [
    "Ammonite Primary School",
    "Cliff Walk Primary School",
    "Hazel Copse Primary School",
    "Harbour Steps Primary School",
    "Three Bridges Primary School",
    "Greensand Academy",
    "Purbeck Stone School",
    "Stour Valley College",
];

/// Streets, common words that stand in every town.
pub const STREETS: [&str; 28] = [
    "Orchard Close",
    "Mill Lane",
    "Coronation Road",
    "Chapel Street",
    "Ferncroft Road",
    "Beech Avenue",
    "Kestrel Drive",
    "Old Barn Way",
    "Sycamore Gardens",
    "Victoria Terrace",
    "Glebe Field",
    "Marsh Road",
    "Lilac Grove",
    "Hill View",
    "Station Approach",
    "Nightingale Crescent",
    "Foxglove Way",
    "St Aldhelm's Road",
    "Rope Yard",
    "Limekiln Lane",
    "Kingfisher Court",
    "Bere Road",
    "Shepherd's Walk",
    "Linden Avenue",
    "Heath Road",
    "Cliff Parade",
    "Osprey Close",
    "Manor Way",
];

impl Neighbourhood {
    /// A postcode of someone who lives here: a real one where an operator loaded them, else one that no house has.
    pub fn postcode(&self, rng: &mut Rng) -> String {
        if self.postcodes.is_empty() {
            postcode(self.sector, rng)
        } else {
            rng.pick(self.postcodes).to_owned()
        }
    }
}

/// A postcode of this sector that no house has.
pub fn postcode(sector: &str, rng: &mut Rng) -> String {
    const NEVER: [char; 6] = ['C', 'I', 'K', 'M', 'O', 'V'];
    format!("{sector}{}{}", rng.pick(&NEVER), rng.pick(&NEVER))
}
