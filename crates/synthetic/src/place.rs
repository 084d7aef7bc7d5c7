//! Where people live: neighbourhoods, practices, homes and schools, all invented, set in the real towns.
//!
//! Postcodes use the real districts and sectors, but their last two letters come from C, I, K, M, O and V,
//! which Royal Mail never uses there: no invented person lives at a real door.

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
    /// Years by which people here are older (+) or younger (−) than the county's mix.
    pub older: i32,
    /// Share of households, in parts of the total.
    pub weight: u32,
    /// Index into [`PRACTICES`] of the practices people here use, the usual one first.
    pub practices: [usize; 2],
    /// The acute hospital people here are taken to.
    pub acute: Acute,
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
#[derive(Debug)]
pub struct Practice {
    /// ODS-shaped code of our own.
    pub code: &'static str,
    /// Its feed.
    pub feed: &'static str,
    /// Invented name.
    pub name: &'static str,
    /// Whether its laboratory still answers HbA1c in percent now and then.
    pub percent: bool,
    /// How readily it codes what it finds, about 1: practices differ.
    pub coding: f64,
}

/// The practices.
pub const PRACTICES: [Practice; 8] = [
    practice("DEMO-GP01", "gp01-fhir", "Chesil View Surgery", true, 0.9),
    practice("DEMO-GP02", "gp02-fhir", "Saxon Bridge Medical Practice", false, 1.08),
    practice("DEMO-GP03", "gp03-fhir", "Heathfield Lane Surgery", true, 1.0),
    practice("DEMO-GP04", "gp04-fhir", "Pinewood Chine Practice", true, 0.85),
    practice("DEMO-GP05", "gp05-fhir", "Quayside Family Practice", false, 1.0),
    practice("DEMO-GP06", "gp06-fhir", "Two Rivers Health Centre", false, 1.12),
    practice("DEMO-GP07", "gp07-fhir", "Hill Fort Surgery", false, 1.05),
    practice("DEMO-GP08", "gp08-fhir", "Vale of Stours Practice", false, 0.95),
];

const fn practice(code: &'static str, feed: &'static str, name: &'static str, percent: bool, coding: f64) -> Practice {
    Practice {
        code,
        feed,
        name,
        percent,
        coding,
    }
}

macro_rules! neighbourhoods {
    ($($name:literal $town:literal $sector:literal $council:ident $fifth:literal $older:literal $weight:literal $practices:tt $acute:ident;)*) => {
        [$(Neighbourhood {
            name: $name, town: $town, sector: $sector, council: Council::$council, fifth: $fifth, older: $older,
            weight: $weight, practices: $practices, acute: Acute::$acute,
        }),*]
    };
}

/// The neighbourhoods. Weights follow the rough sizes of the towns; deprivation follows the county's shape
/// (few of the poorest fifth, most of them in Weymouth, Portland, Bournemouth and Poole).
pub const NEIGHBOURHOODS: [Neighbourhood; 24] = neighbourhoods! {
    "Ropewalk" "Weymouth" "DT4 7" Dorset 1 -2 4 [0, 0] West;
    "Sandsfoot Rise" "Weymouth" "DT3 6" Dorset 3 5 5 [0, 0] West;
    "Quarrymen's Hill" "Portland" "DT5 1" Dorset 2 0 3 [0, 0] West;
    "Maiden Field" "Dorchester" "DT1 2" Dorset 4 2 5 [6, 6] West;
    "Frome Meadows" "Dorchester" "DT1 1" Dorset 3 0 4 [6, 6] West;
    "Piddle Vale" "Puddletown" "DT2 8" Dorset 4 5 3 [6, 7] West;
    "Ropemakers" "Bridport" "DT6 3" Dorset 3 6 4 [6, 6] West;
    "Marshwood Edge" "Beaminster" "DT8 3" Dorset 3 8 2 [6, 7] West;
    "Cobb End" "Lyme Regis" "DT7 3" Dorset 3 10 1 [6, 6] West;
    "Abbey Fields" "Sherborne" "DT9 4" Dorset 4 7 3 [7, 6] West;
    "Stour Bend" "Sturminster Newton" "DT10 1" Dorset 3 6 2 [7, 7] West;
    "Camp Down" "Blandford Forum" "DT11 7" Dorset 3 1 4 [7, 2] West;
    "Gold Lane" "Shaftesbury" "SP7 8" Dorset 3 4 2 [7, 7] West;
    "Priory Walls" "Wareham" "BH20 4" Dorset 4 7 3 [1, 1] East;
    "Durlston Steps" "Swanage" "BH19 2" Dorset 3 10 2 [1, 1] East;
    "Minster Green" "Wimborne" "BH21 1" Dorset 5 5 5 [2, 2] East;
    "Furze Hill" "Ferndown" "BH22 9" Dorset 5 8 5 [2, 5] East;
    "Winton Cross" "Bournemouth" "BH9 2" Bcp 2 -9 9 [3, 4] East;
    "Pier Approach" "Bournemouth" "BH2 5" Bcp 2 -6 6 [3, 4] East;
    "Turbary Edge" "Bournemouth" "BH11 8" Bcp 1 -4 7 [3, 4] East;
    "Chine Gardens" "Bournemouth" "BH6 3" Bcp 4 2 8 [3, 4] East;
    "Old Kilns" "Poole" "BH15 4" Bcp 2 -3 8 [4, 2] East;
    "Canford Ridge" "Poole" "BH17 9" Bcp 4 1 9 [4, 2] East;
    "Priory Quay" "Christchurch" "BH23 1" Bcp 4 8 7 [5, 3] East;
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

/// The neighbourhood of a household.
pub fn neighbourhood(rng: &mut Rng) -> &'static Neighbourhood {
    let total: u32 = NEIGHBOURHOODS.iter().map(|n| n.weight).sum();
    let mut at = rng.range(0, i32::try_from(total).unwrap_or(1) - 1);
    for neighbourhood in &NEIGHBOURHOODS {
        at -= i32::try_from(neighbourhood.weight).unwrap_or(0);
        if at < 0 {
            return neighbourhood;
        }
    }
    &NEIGHBOURHOODS[0]
}

/// A postcode of this sector that no house has.
pub fn postcode(sector: &str, rng: &mut Rng) -> String {
    const NEVER: [char; 6] = ['C', 'I', 'K', 'M', 'O', 'V'];
    format!("{sector}{}{}", rng.pick(&NEVER), rng.pick(&NEVER))
}
