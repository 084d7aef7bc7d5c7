//! What counts about one person in the report on how the county came out.

use crate::calendar;
use crate::household::Household;
use crate::lives::conditions::Condition;
use crate::lives::waiting::YOUNG;
use crate::lives::{Care, Happening, Harm, Life, Outcome, Tellers};
use crate::people::{Marks, Person, Role, Smoking};
use crate::place::Council;
use crate::terms;
use record::{Date, Sex};

/// A set of conditions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conditions(u64);

impl Conditions {
    /// Adds one.
    pub fn add(&mut self, condition: Condition) {
        self.0 |= 1 << (condition as u8);
    }

    /// Whether any of `others` is in the set.
    pub const fn any(self, others: Conditions) -> bool {
        self.0 & others.0 != 0
    }

    /// Whether this one is in the set.
    pub const fn has(self, condition: Condition) -> bool {
        self.0 >> (condition as u8) & 1 == 1
    }

    /// How many there are.
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }
}

/// What counts about one person. "The year" is the 365 days up to the as-of date.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Birth date.
    pub born: Date,
    /// Day of death.
    pub died: Option<Date>,
    /// Sex.
    pub sex: Sex,
    /// Lives in Bournemouth, Christchurch or Poole, else in the Dorset Council area.
    pub bcp: bool,
    /// Deprivation fifth, 1 most deprived.
    pub fifth: u8,
    /// Ethnic group: 0 Asian, 1 Black, 2 mixed, 3 White, 4 other.
    pub group: u8,
    /// Long-term conditions that the practice records as active.
    pub recorded: Conditions,
    /// Conditions they truly have.
    pub truly: Conditions,
    /// Smokes.
    pub smokes: bool,
    /// Body mass index, kg/m², of adults.
    pub bmi: f64,
    /// Frailty deficits of the 36 in the electronic frailty index.
    pub deficits: u32,
    /// Emergency attendances in the year.
    pub attendances: u32,
    /// Of which took longer than four hours.
    pub attendances_long: u32,
    /// Emergency admissions in the year.
    pub emergencies: u32,
    /// Planned admissions in the year.
    pub planned: u32,
    /// Days waited on each open hospital pathway.
    pub waits: [Option<u16>; 3],
    /// A young person's mental health referral in the year: seen within four weeks or not.
    pub young_referral: Option<bool>,
    /// Measured in year 6 this year: overweight or not.
    pub year6: Option<bool>,
    /// Has a reason to be offered a falls assessment (NICE NG249), aged 65 and over.
    pub falls_reason: bool,
    /// Broke a hip in the year.
    pub hip: bool,
    /// Flu vaccination given since the last 1 September.
    pub flu: bool,
    /// Cares for someone unpaid.
    pub carer: bool,
    /// Lonely often or always.
    pub lonely: bool,
    /// The first living adult of a private household: how many adults live there.
    pub adults: Option<u8>,
    /// Hospital appointments in the year, and those missed.
    pub appointments: (u32, u32),
}

/// Reasons for seeing someone that are frailty deficits of their own.
const SYMPTOMS: [&str; 6] = [
    "Dizziness",
    "Trouble sleeping",
    "Urinary symptoms",
    "Breathless on the stairs",
    "Sore feet",
    "Losing weight",
];

/// Deficits that show in what was done rather than in a reason: an ulcer of the skin, a faint, anaemia, trouble
/// getting about, incontinence.
const SEEN: usize = 5;
const ULCERS: [&str; 3] = ["Leg ulcer dressing", "Pressure area care", "Wound on foot"];

/// Conditions that make no long-term condition of their own: those that pass, a stage of life, a score of risk, a
/// register, and what an illness that is counted already does.
const NOT_LONG_TERM: [Condition; 8] = [
    Condition::Eczema,
    Condition::Migraine,
    Condition::Cataract,
    Condition::Frailty,
    Condition::HighRisk,
    Condition::Palliative,
    Condition::FragilityFracture,
    Condition::Obesity,
];

/// Conditions that are one illness: cancers; strokes, great and small; kinds of diabetes; severe mental illness.
const ONE_ILLNESS: [&[Condition]; 4] = [
    &[Condition::Cancer, Condition::BowelCancer, Condition::LungCancer],
    &[Condition::Stroke, Condition::Tia],
    &[Condition::Diabetes, Condition::TypeOne],
    &[Condition::Schizophrenia, Condition::Bipolar],
];

impl Facts {
    /// Of one person.
    pub fn of(person: &Person, household: &Household, life: &Life, as_of: Date) -> Self {
        let group = match person.ethnicity.0 {
            "A" | "B" | "C" => 3,
            "D" | "E" | "F" | "G" => 2,
            "M" | "N" | "P" => 1,
            "H" | "J" | "K" | "L" | "R" => 0,
            _ => 4,
        };
        let mut facts = Facts {
            born: person.born,
            died: person.died,
            sex: person.sex,
            bcp: household.neighbourhood.council == Council::Bcp,
            fifth: household.neighbourhood.fifth,
            group,
            recorded: Conditions::default(),
            truly: Conditions::default(),
            smokes: person.smoking == Smoking::Current,
            bmi: person.bmi,
            deficits: 0,
            attendances: 0,
            attendances_long: 0,
            emergencies: 0,
            planned: 0,
            waits: [None; 3],
            young_referral: None,
            year6: crate::public_health::year_six(person, household, life, as_of),
            falls_reason: false,
            hip: life
                .falls
                .iter()
                .any(|fall| fall.harm == Harm::Hip && fall.at.date.0 > as_of.0 - 365),
            flu: false,
            carer: person.marks.has(Marks::CARER),
            lonely: person.marks.has(Marks::LONELY),
            adults: adults(person, household, as_of),
            appointments: (0, 0),
        };
        for had in &life.conditions {
            facts.truly.add(had.condition);
        }
        let mut medicines = 0;
        let mut symptoms = [false; SYMPTOMS.len()];
        let mut seen = [false; SEEN];
        for happening in &life.happenings {
            facts.happened(happening, life, as_of);
            if let Care::Contact { reason, .. } = &happening.care {
                for (told, words) in symptoms.iter_mut().zip(SYMPTOMS) {
                    *told |= *reason == words;
                }
            }
            let at = match &happening.care {
                Care::Contact { reason, .. } if ULCERS.contains(reason) => Some(0),
                Care::Attendance { found, .. } if found.words == "Faint" => Some(1),
                Care::Result { test, value, .. } if test.short == "HB" && *value < 115.0 => Some(2),
                Care::Contact { service, .. } if *service == "Musculoskeletal physiotherapy" => Some(3),
                Care::Contact {
                    reason: "Catheter care",
                    ..
                } => Some(4),
                _ => None,
            };
            if let Some(at) = at {
                seen[at] = true;
            }
            let current = matches!(
                happening.care,
                Care::Medicine {
                    stopped: None,
                    repeat: true,
                    ..
                }
            );
            medicines += u32::from(current && happening.by.has(Tellers::PRACTICE));
        }
        facts.deficits = deficits(&facts, person, life, medicines)
            + symptoms.iter().chain(&seen).map(|told| u32::from(*told)).sum::<u32>();
        let age = calendar::years(person.born, as_of);
        let recent = life.falls.iter().filter(|fall| fall.at.date.0 > as_of.0 - 365);
        let hurt = recent.clone().any(|fall| fall.harm != Harm::None);
        facts.falls_reason = age >= 65 && (hurt || recent.count() >= 2 || facts.deficits >= 9);
        facts
    }

    fn happened(&mut self, happening: &Happening, life: &Life, as_of: Date) {
        let this_year = happening.at.date.0 > as_of.0 - 365 && happening.at.date.0 <= as_of.0;
        match &happening.care {
            Care::Problem {
                term, resolved: None, ..
            } if happening.by.has(Tellers::PRACTICE) && !happening.in_error => {
                for had in life.conditions.iter().filter(|had| had.term == *term) {
                    self.recorded.add(had.condition);
                }
                if *term == terms::OBESITY {
                    self.recorded.add(Condition::Obesity);
                }
            }
            Care::Attendance { minutes, .. } if this_year => {
                self.attendances += 1;
                self.attendances_long += u32::from(*minutes > 240);
            }
            Care::Stay { emergency, ward, .. }
                if this_year && *ward != "Maternity unit" && happening.by.has(Tellers::EAST.and(Tellers::WEST)) =>
            {
                self.emergencies += u32::from(*emergency);
                self.planned += u32::from(!*emergency);
            }
            Care::Appointment { outcome, specialty, .. }
                if this_year && *specialty != "600" && matches!(outcome, Outcome::Attended | Outcome::Missed) =>
            {
                self.appointments.0 += 1;
                self.appointments.1 += u32::from(*outcome == Outcome::Missed);
            }
            Care::Episode { service, until: None }
                if happening.by.has(Tellers::EAST.and(Tellers::WEST)) && *service != "Maternity" =>
            {
                let days = u16::try_from(as_of.0 - happening.at.date.0).ok();
                if let Some(free) = self.waits.iter_mut().find(|wait| wait.is_none()) {
                    *free = days;
                }
            }
            Care::Referral { to, .. }
                if *to == YOUNG
                    && this_year
                    && happening.at.date.0 <= as_of.0 - 28
                    && self.young_referral.is_none() =>
            {
                let sent = happening.at.date.0;
                self.young_referral = Some(life.happenings.iter().any(|other| {
                    let seen = matches!(
                        other.care,
                        Care::Appointment {
                            service: YOUNG,
                            outcome: Outcome::Attended,
                            ..
                        } | Care::Contact { service: YOUNG, .. }
                    );
                    seen && (sent..=sent + 28).contains(&other.at.date.0)
                }));
            }
            Care::Vaccination { term, declined: false } if *term == terms::FLU => {
                let (year, month, _) = calendar::ymd(as_of);
                let season = calendar::date(if month >= 9 { year } else { year - 1 }, 9, 1);
                self.flu |= happening.at.date.0 >= season.0 - if month == 9 { 365 } else { 0 };
            }
            _ => {}
        }
    }

    /// Whole years on the as-of date, as if they lived.
    pub fn age(&self, as_of: Date) -> i32 {
        calendar::years(self.born, as_of)
    }

    /// How many long-term conditions are recorded.
    pub fn long_term(&self) -> u32 {
        let mut counted = self.recorded;
        for condition in NOT_LONG_TERM {
            if counted.has(condition) {
                counted.0 &= !(1 << (condition as u8));
            }
        }
        let twice = ONE_ILLNESS.iter().map(|kinds| {
            let held = kinds.iter().filter(|condition| counted.has(**condition)).count();
            u32::try_from(held.saturating_sub(1)).unwrap_or(0)
        });
        counted.count() - twice.sum::<u32>()
    }
}

fn adults(person: &Person, household: &Household, as_of: Date) -> Option<u8> {
    if !household.home.is_empty() || household.lines.is_empty() {
        return None;
    }
    let mut living = household
        .people
        .iter()
        .filter(|p| p.died.is_none() && p.age(as_of) >= 18);
    let first = living.clone().next()?;
    (first.slot == person.slot).then(|| u8::try_from(living.by_ref().count()).unwrap_or(u8::MAX))
}

/// Deficits of the electronic frailty index (Clegg and others 2016) that this life shows: conditions as
/// recorded, falls, medicines, and what is true of the person.
fn deficits(facts: &Facts, person: &Person, life: &Life, medicines: u32) -> u32 {
    use Condition as C;
    let has = |one: C| facts.recorded.has(one);
    let marked = |mark| person.marks.has(mark);
    let lodger = person.role == Role::Lodger;
    let shown = [
        has(C::Osteoarthritis) || has(C::Rheumatoid) || has(C::Gout),
        has(C::Fibrillation),
        has(C::Stroke) || has(C::Tia),
        has(C::Kidney),
        has(C::Diabetes) || has(C::TypeOne),
        !life.falls.is_empty(),
        has(C::FragilityFracture) || life.falls.iter().any(|fall| fall.harm == Harm::Hip),
        has(C::HearingLoss),
        has(C::HeartFailure),
        marked(Marks::COMMUNITY),
        has(C::Hypertension),
        has(C::Coronary),
        has(C::Dementia),
        has(C::Frailty),
        has(C::Frailty) && lodger,
        has(C::Osteoporosis),
        has(C::Parkinsons),
        has(C::PeripheralArterial),
        medicines >= 5,
        marked(Marks::SOCIAL_CARE) || marked(Marks::RESIDENT),
        has(C::Copd) || has(C::Asthma),
        marked(Marks::LONELY),
        has(C::Hypothyroid),
        has(C::Cataract),
    ];
    shown.iter().map(|is| u32::from(*is)).sum()
}
