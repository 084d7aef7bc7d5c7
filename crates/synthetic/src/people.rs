//! One invented person: who they are, before anything happens to them.

use crate::lives::conditions::Condition;
use crate::names::Community;
use crate::random::Rng;
use crate::{calendar, household_mix, names, numbers};
use record::{Date, NhsNumber, Sex};

/// What is true of a person beyond their condition list. Cast households set these by hand; others by chance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks(u32);

macro_rules! marks {
    ($($(#[$doc:meta])* $name:ident = $bit:literal;)*) => {
        impl Marks { $($(#[$doc])* pub const $name: Marks = Marks(1 << $bit);)* }
    };
}

marks! {
    /// The practice says penicillin allergy; a hospital says none known.
    ALLERGY_DISAGREES = 0;
    /// Has a ReSPECT form.
    RESPECT = 1;
    /// Someone holds lasting power of attorney for health and welfare.
    ATTORNEY = 2;
    /// Has refused a treatment in advance.
    ADVANCE_DECISION = 3;
    /// Has a contingency plan for when a carer cannot care.
    CONTINGENCY = 4;
    /// Cares for someone.
    CARER = 5;
    /// Has fallen more than once.
    FALLER = 6;
    /// Lives in a care home.
    RESIDENT = 7;
    /// Lonely.
    LONELY = 8;
    /// The hospital put a twin's NHS number on their record.
    WRONG_TWIN = 9;
    /// One sender mistyped the NHS number.
    MISTYPED = 10;
    /// The hospital opened two records and merged them.
    MERGED = 11;
    /// Known to adult social care.
    SOCIAL_CARE = 12;
    /// Known to the charity.
    CHARITY = 13;
    /// Visited by the fire service.
    FIRE = 14;
    /// Known to both acute hospitals.
    BOTH_HOSPITALS = 15;
    /// Known to the community and mental health trust.
    COMMUNITY = 16;
    /// Restricted with the national demographics service.
    RESTRICTED = 17;
    /// Senders disagree on whether they have died.
    DEATH_DISAGREES = 18;
    /// Registered as "Baby" before they had a name.
    BABY = 19;
    /// One laboratory wrote percent or left the unit out.
    UNITS_MIXED = 20;
    /// Deaf; signs.
    SIGNS = 21;
    /// Known to children's social care.
    CHILD_PLAN = 22;
    /// Has met the public health coach.
    COACHED = 23;
    /// Their NHS number was replaced by another.
    SUPERSEDED = 24;
    /// No home address.
    NO_ADDRESS = 25;
    /// Practices or hospitals hold no NHS number for them.
    NO_NUMBER = 26;
}

impl Marks {
    /// No marks.
    pub const NONE: Marks = Marks(0);

    /// Both sets together.
    pub const fn and(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    /// Whether this mark is set.
    pub const fn has(self, mark: Marks) -> bool {
        self.0 & mark.0 != 0
    }

    /// Sets a mark.
    pub fn set(&mut self, mark: Marks) {
        self.0 |= mark.0;
    }

    /// Sets a mark with this probability.
    pub fn perhaps(&mut self, mark: Marks, probability: f64, rng: &mut Rng) {
        if rng.chance(probability) {
            self.set(mark);
        }
    }
}

/// A person's place in the household.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// An adult of the household.
    Adult,
    /// A child of the household's adults.
    Child,
    /// A parent of one of the adults.
    Grandparent,
    /// Lives among people who are not family.
    Lodger,
}

/// Smoking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Smoking {
    /// Never.
    Never,
    /// Used to.
    Former,
    /// Smokes.
    Current,
}

/// An invented person.
#[derive(Clone, Debug)]
pub struct Person {
    /// The seed they came from.
    pub seed: u64,
    /// Household number.
    pub household: u32,
    /// Place within it, from 0.
    pub slot: u16,
    /// How many people were made before them: the same in a small run and a large one.
    pub ordinal: u32,
    /// NHS number, 999 range.
    pub nhs: NhsNumber,
    /// Given name.
    pub given: String,
    /// Second given name; empty when none.
    pub middle: &'static str,
    /// Surname.
    pub family: &'static str,
    /// Surname before marriage; empty when none.
    pub birth_family: &'static str,
    /// Title.
    pub title: &'static str,
    /// Birth date.
    pub born: Date,
    /// Sex.
    pub sex: Sex,
    /// Day of death.
    pub died: Option<Date>,
    /// Mobile number; empty when none.
    pub mobile: String,
    /// E-mail; empty when none.
    pub email: String,
    /// Ethnic category: code and words.
    pub ethnicity: (&'static str, &'static str),
    /// Main language: BCP 47 and words.
    pub language: (&'static str, &'static str),
    /// Needs an interpreter.
    pub interpreter: bool,
    /// Place in the household.
    pub role: Role,
    /// One of twins.
    pub twin: bool,
    /// What else is true of them.
    pub marks: Marks,
    /// Conditions given by hand.
    pub given_conditions: &'static [Condition],
    /// Whether conditions come by chance too.
    pub by_chance: bool,
    /// Smoking.
    pub smoking: Smoking,
    /// Body mass index as an adult, kg/m².
    pub bmi: f64,
    /// Less than half an hour of activity a week.
    pub inactive: bool,
    /// Units of alcohol a week.
    pub drinks: f64,
    /// How often they meet services, mean 1.
    pub contact: f64,
}

impl Person {
    /// Their stream for one purpose.
    pub fn rng(&self, purpose: &str) -> Rng {
        Rng::keyed(self.seed, self.household, self.slot, purpose)
    }

    /// Whole years on this day.
    pub fn age(&self, on: Date) -> i32 {
        calendar::years(self.born, on)
    }

    /// A stable eight-character stem for ids that `sender` makes.
    pub fn stem(&self, sender: &str) -> String {
        let bits = self.rng(sender).bits();
        format!("{:02x}{:06x}", bits & 0xff, self.ordinal)
    }

    /// "he" and such are avoided in notes: the given name is used instead, as charities do.
    pub fn called(&self) -> &str {
        names::short(&self.given).unwrap_or(&self.given)
    }
}

/// What a household knows of a person before they are filled in.
#[derive(Clone, Copy, Debug)]
pub struct Sketch {
    /// Age in whole years on the as-of date.
    pub age: i32,
    /// Sex.
    pub sex: Sex,
    /// Place in the household.
    pub role: Role,
    /// Twin of the person before.
    pub twin: bool,
}

/// A mobile number from the range kept for drama: 07700 900000 to 900999.
pub fn drama_mobile(rng: &mut Rng) -> String {
    format!("07700 900{:03}", rng.range(0, 999))
}

/// A landline number from the range kept for drama: 01632 960000 to 960999.
pub fn drama_landline(rng: &mut Rng) -> String {
    format!("01632 960{:03}", rng.range(0, 999))
}

/// Fills in a person.
pub fn person(
    seed: u64,
    place: (u32, u16),
    ordinal: u32,
    as_of: Date,
    sketch: Sketch,
    family: &'static str,
    community: Option<&'static Community>,
) -> Person {
    let mut rng = Rng::keyed(seed, place.0, place.1, "person");
    let age = sketch.age.clamp(0, household_mix::AGE_MAX);
    let (year, month, day) = calendar::ymd(as_of);
    let mut born = calendar::date(year - age, month, day.min(28));
    born.0 -= rng.range(1, 360);
    if age == 0 {
        born = Date(as_of.0 - rng.range(12, 330));
    }
    let (birth_year, _, _) = calendar::ymd(born);
    let given = names::given(community, sketch.sex, birth_year, &mut rng).to_owned();
    let adult = age >= 18;
    let mobile_chance = if age >= 80 { 0.5 } else { 0.93 };
    let mobile = if age >= 14 && rng.chance(mobile_chance) {
        drama_mobile(&mut rng)
    } else {
        String::new()
    };
    let email = if adult && rng.chance(if age >= 75 { 0.35 } else { 0.8 }) {
        email(&given, family, ordinal)
    } else {
        String::new()
    };
    Person {
        seed,
        household: place.0,
        slot: place.1,
        ordinal,
        nhs: numbers::at(seed, ordinal),
        middle: names::middle(sketch.sex, &mut rng),
        given,
        family,
        birth_family: "",
        title: title(sketch.sex, age, &mut rng),
        born,
        sex: sketch.sex,
        died: None,
        mobile,
        email,
        ethnicity: community.map_or(("A", "British, Mixed British"), |c| c.ethnicity),
        language: community.map_or(("en", "English"), |c| c.language),
        interpreter: adult && community.is_some_and(|c| rng.chance(c.interpreter)),
        role: sketch.role,
        twin: sketch.twin,
        marks: Marks::NONE,
        given_conditions: &[],
        by_chance: true,
        smoking: Smoking::Never,
        bmi: 24.0,
        inactive: false,
        drinks: 0.0,
        contact: rng.liability(0.75),
    }
}

fn title(sex: Sex, age: i32, rng: &mut Rng) -> &'static str {
    match (sex, age) {
        (Sex::Male, ..16) => "Master",
        (Sex::Male, _) => "Mr",
        (_, ..16) => "Miss",
        (_, 60..) if rng.chance(0.85) => "Mrs",
        _ => rng.pick(&["Ms", "Mrs", "Miss"]),
    }
}

/// An address at example.org made of plain letters, different for each person.
pub fn email(given: &str, family: &str, ordinal: u32) -> String {
    let plain = |text: &str| -> String {
        text.chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect()
    };
    format!("{}.{}{}@example.org", plain(given), plain(family), ordinal % 1000)
}
