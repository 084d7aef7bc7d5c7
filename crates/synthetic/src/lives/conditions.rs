//! Which long-term conditions people have, and since when. Chances rise with age along a curve; smoking, weight,
//! hardship and earlier conditions raise them, and hardship brings them sooner.
//!
//! Heights, the shares of people who have them at great age, stand in `invented/rates.toml`, set so that recorded prevalence comes near the practice registers of Dorset (QOF 2019–20:
//! hypertension 16.1%, depression 11.6% of adults, asthma 7.4%, diabetes 6.8% of adults, CKD 6.2% of adults,
//! cancer 4.4%, CHD 4.3%, AF 3.1%, stroke 2.5%, COPD 2.2%, heart failure 1.2%, dementia 1.1%).

use crate::county::county;
use crate::household::Household;
use crate::people::{Person, Smoking};
use crate::random::logistic;
use crate::terms::{Term, term, words};
use record::{Date, Sex};

macro_rules! conditions {
    ($($(#[$doc:meta])* $name:ident $code:literal $words:literal $icd:literal
        $middle:literal $width:literal $men:literal $hardship:literal $smoke:literal $weight:literal;)*) => {
        /// A long-term condition.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Condition { $($(#[$doc])* $name),* }

        const NAMES: &[(&str, Condition)] = &[$((stringify!($name), Condition::$name)),*];

        const TABLE: &[Shape] = &[$(Shape {
            condition: Condition::$name, term: if $code.is_empty() { words($words) } else { term($code, $words) },
            icd: $icd, middle: $middle, width: $width, men: $men, hardship: $hardship,
            smoke: $smoke, weight: $weight,
        }),*];
    };
}

/// The curve of one condition.
struct Shape {
    condition: Condition,
    term: Term,
    icd: &'static str,
    /// Age at which half of those have it.
    middle: f64,
    /// Years over which it rises.
    width: f64,
    /// Men's chance compared with women's.
    men: f64,
    /// Added chance from the least to the most deprived fifth.
    hardship: f64,
    /// Added chance for smokers (half of it for those who stopped).
    smoke: f64,
    /// Added chance per 10 kg/m² above 25.
    weight: f64,
}

conditions! {
    /// Learning disability.
    LearningDisability "984661000000105" "Mild learning disability" "F70" 1.0 0.6 1.3 0.6 0.0 0.0;
    /// Autism.
    Autism "408856003" "Autistic disorder" "F84.0" 4.0 1.0 2.2 0.2 0.0 0.0;
    /// Asthma.
    Asthma "195967001" "Asthma" "J45.9" 8.0 7.0 0.9 0.3 0.3 0.3;
    /// Eczema.
    Eczema "43116000" "Eczema" "L30.9" 3.0 2.0 1.0 0.1 0.0 0.0;
    /// Epilepsy.
    Epilepsy "84757009" "Epilepsy" "G40.9" 20.0 14.0 1.0 0.5 0.0 0.0;
    /// Depression.
    Depression "35489007" "Depressive disorder" "F32.9" 34.0 10.0 0.6 0.7 0.5 0.2;
    /// Anxiety.
    Anxiety "197480006" "Anxiety disorder" "F41.9" 28.0 9.0 0.55 0.6 0.3 0.0;
    /// Bipolar disorder.
    Bipolar "13746004" "Bipolar disorder" "F31.9" 30.0 6.0 0.9 0.8 0.5 0.0;
    /// Schizophrenia.
    Schizophrenia "58214004" "Schizophrenia" "F20.9" 27.0 4.0 1.4 1.6 0.8 0.0;
    /// Migraine.
    Migraine "37796009" "Migraine" "G43.9" 26.0 8.0 0.4 0.0 0.0 0.0;
    /// Underactive thyroid.
    Hypothyroid "40930008" "Hypothyroidism" "E03.9" 54.0 14.0 0.25 0.0 0.0 0.1;
    /// Hypertension.
    Hypertension "38341003" "Hypertensive disorder" "I10" 68.0 10.5 1.0 0.25 0.1 0.6;
    /// Type 2 diabetes.
    Diabetes "44054006" "Type 2 diabetes mellitus" "E11.9" 60.0 11.0 1.35 0.6 0.1 1.5;
    /// Type 1 diabetes.
    TypeOne "46635009" "Diabetes mellitus type 1" "E10.9" 16.0 9.0 1.2 0.0 0.0 0.0;
    /// Coronary heart disease.
    Coronary "53741008" "Coronary arteriosclerosis" "I25.1" 74.0 9.0 1.9 0.5 0.7 0.3;
    /// Atrial fibrillation.
    Fibrillation "49436004" "Atrial fibrillation" "I48.9" 79.0 8.0 1.3 0.0 0.1 0.4;
    /// Stroke.
    Stroke "230690007" "Stroke" "I64" 77.0 9.0 1.15 0.4 0.5 0.1;
    /// Transient ischaemic attack.
    Tia "266257000" "Transient ischemic attack" "G45.9" 76.0 9.0 1.1 0.2 0.4 0.1;
    /// Peripheral arterial disease.
    PeripheralArterial "399957001" "Peripheral arterial occlusive disease" "I73.9" 74.0 9.0 1.8 0.7 2.2 0.1;
    /// High risk of heart disease and stroke, found by a score and recorded.
    HighRisk "" "High risk of cardiovascular disease" "Z91.8" 60.0 7.0 1.7 0.5 0.9 0.5;
    /// Heart failure.
    HeartFailure "84114007" "Heart failure" "I50.9" 80.0 8.0 1.3 0.5 0.3 0.5;
    /// Kidney disease.
    Kidney "433144002" "Chronic kidney disease stage 3" "N18.3" 78.0 8.0 0.9 0.2 0.1 0.2;
    /// COPD.
    Copd "13645005" "Chronic obstructive pulmonary disease" "J44.9" 66.0 8.0 1.1 1.2 4.0 0.0;
    /// Osteoarthritis.
    Osteoarthritis "396275006" "Osteoarthritis" "M19.9" 68.0 10.0 0.75 0.1 0.0 0.8;
    /// Rheumatoid arthritis.
    Rheumatoid "69896004" "Rheumatoid arthritis" "M06.9" 55.0 12.0 0.45 0.2 0.5 0.0;
    /// Gout.
    Gout "90560007" "Gout" "M10.9" 60.0 12.0 4.0 0.0 0.0 0.9;
    /// Osteoporosis.
    Osteoporosis "64859006" "Osteoporosis" "M81.9" 76.0 8.0 0.2 0.0 0.4 -0.3;
    /// A bone broken by a slight fall.
    FragilityFracture "" "Fragility fracture" "M80.9" 80.0 8.0 0.4 0.1 0.3 -0.2;
    /// Any cancer but of bowel and lung: which, `cancer::site` says.
    Cancer "363346000" "Cancer" "C80" 70.0 11.0 1.0 -0.1 0.1 0.1;
    /// Bowel cancer.
    BowelCancer "363406005" "Malignant neoplasm of colon" "C18.9" 74.0 9.0 1.3 0.1 0.2 0.2;
    /// Lung cancer.
    LungCancer "254637007" "Non-small cell lung cancer" "C34.9" 74.0 7.0 1.1 0.9 6.0 0.0;
    /// Dementia.
    Dementia "52448006" "Dementia" "F03" 91.0 5.0 0.8 0.3 0.2 0.0;
    /// Parkinson's disease.
    Parkinsons "49049000" "Parkinson's disease" "G20" 79.0 7.0 1.5 0.0 0.0 0.0;
    /// Hearing loss.
    HearingLoss "15188001" "Hearing loss" "H91.9" 80.0 8.0 1.2 0.1 0.0 0.0;
    /// Cataract.
    Cataract "193570009" "Cataract" "H26.9" 80.0 6.0 0.9 0.0 0.1 0.0;
    /// On the practice's palliative care register.
    Palliative "103735009" "Palliative care" "Z51.5" 88.0 8.0 0.9 0.1 0.1 0.0;
    /// Obesity: found by weighing, not by the curve below.
    Obesity "" "Obesity" "E66.9" 50.0 10.0 1.0 0.0 0.0 0.0;
    /// Moderate or severe frailty.
    Frailty "925831000000107" "Moderate frailty" "R54" 87.0 5.0 0.8 0.5 0.3 0.1;
}

/// The condition of this name, as the enum writes it; capitals do not matter.
pub fn named(name: &str) -> Option<Condition> {
    let found = NAMES.iter().find(|(held, _)| held.eq_ignore_ascii_case(name));
    found.map(|(_, condition)| *condition)
}

/// How many conditions there are.
pub const CONDITIONS: usize = TABLE.len();

/// Every name.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

/// A condition someone has.
#[derive(Clone, Copy, Debug)]
pub struct Had {
    /// Which.
    pub condition: Condition,
    /// The exact diagnosis.
    pub term: Term,
    /// ICD-10 code, as hospitals write it.
    pub icd: &'static str,
    /// Since when.
    pub since: Date,
    /// Whether anyone has diagnosed it. People have conditions that nobody knows of.
    pub diagnosed: bool,
}

/// The conditions of a person up to `until`, oldest first.
pub fn conditions(person: &Person, household: &Household, until: Date) -> Vec<Had> {
    let at = household.neighbourhood;
    let fifth = at.fifth;
    // A practice that codes well also finds more of what people have: prevalence differs between practices by more
    // than who lives there.
    let missed = at.unmet * (1.0 + 2.4 * (1.0 - household.practice.coding)).clamp(0.4, 1.8);
    let mut rng = person.rng("conditions");
    let age = crate::calendar::years_exact(person.born, until);
    let mut had: Vec<Had> = Vec::new();
    let last_illness = last_illness(person, age);
    for shape in TABLE {
        let draw = rng.unit();
        let lateness = rng.unit();
        let known = rng.unit();
        let forced =
            person.given_conditions.contains(&shape.condition) || last_illness.contains(&Some(shape.condition));
        let height = county().rates.height(shape.condition) * multiplier(shape, person, fifth, &had);
        let sooner = if shape.hardship > 0.2 {
            1.5 * (3.0 - f64::from(fifth))
        } else {
            0.0
        };
        let middle = shape.middle - sooner;
        let reached = height.min(0.97) * risen(shape, middle, age, person.sex);
        // Nobody so small is told that they are low or anxious, however early it begins in those who are older.
        let moods = matches!(shape.condition, Condition::Anxiety | Condition::Depression);
        if !forced && (!person.by_chance || draw >= reached || moods && age < 8.0) {
            continue;
        }
        let began = if shape.condition == Condition::Palliative {
            // The last year or so of life, as far as anyone can tell.
            age - 0.1 - 1.1 * lateness
        } else if shape.condition == Condition::LungCancer {
            // Few live long with it: those who die of it mostly within a year and a half.
            let years = if forced {
                1.6 * lateness
            } else {
                2.5 * lateness + 6.0 * lateness.powi(4)
            };
            age - 0.15 - years
        } else if forced && shape.condition == Condition::LearningDisability {
            (1.0 + 3.0 * lateness).min(age)
        } else if forced && shape.condition == Condition::BowelCancer {
            age - 0.4 - 3.5 * lateness
        } else if forced {
            (age - 2.0 - 6.0 * lateness).max(age * 0.3)
        } else {
            // The far end of the curve would make a few people frail at fifty.
            let widths = match shape.condition {
                Condition::Anxiety | Condition::Depression => 2.1,
                _ => 3.0,
            };
            let earliest = middle - widths * shape.width;
            // Those who reach it are spread over the time since, not all struck on one birthday.
            let earliest = earliest + lateness * (0.5 * (age - earliest)).clamp(0.0, shape.width);
            onset(draw / height.min(0.97), shape, middle, age, person.sex)
                .max(earliest)
                .min(age)
        };
        let since = Date(person.born.0 + (began * 365.25) as i32).max(Date(person.born.0 + 20));
        had.push(Had {
            condition: shape.condition,
            term: exact(shape, person, age, began),
            icd: exact_icd(shape, person, began),
            since: Date(since.0.min(until.0 - 5)),
            diagnosed: forced || known >= unknown(shape.condition, fifth, age) * missed,
        });
    }
    had.sort_by_key(|h| h.since.0);
    had
}

/// What someone who died had, besides what they may have had by chance: rounded shares of leading causes of
/// death by age (ONS, deaths registered in England and Wales 2019). Accidents and sudden deaths leave none.
fn last_illness(person: &Person, age: f64) -> [Option<Condition>; 2] {
    if person.died.is_none() || !person.by_chance {
        return [None, None];
    }
    let mut rng = person.rng("last illness");
    let (cancer, heart, lungs, mind) = match age {
        ..30.0 => (0.1, 0.03, 0.02, 0.0),
        30.0..50.0 => (0.24, 0.14, 0.04, 0.0),
        50.0..65.0 => (0.4, 0.22, 0.08, 0.01),
        65.0..75.0 => (0.42, 0.24, 0.12, 0.04),
        75.0..85.0 => (0.28, 0.26, 0.13, 0.14),
        _ => (0.15, 0.25, 0.11, 0.24),
    };
    let within = rng.unit();
    let of = |from: &[Condition]| Some(from[((within * from.len() as f64) as usize).min(from.len() - 1)]);
    let illness = match rng.unit() {
        x if x < cancer => of(&[Condition::Cancer, Condition::LungCancer, Condition::BowelCancer]),
        x if x < cancer + heart => of(&[Condition::Coronary, Condition::HeartFailure, Condition::Stroke]),
        x if x < cancer + heart + lungs => of(&[Condition::Copd]),
        x if x < cancer + heart + lungs + mind => of(&[Condition::Dementia]),
        _ if age >= 80.0 => of(&[Condition::Frailty]),
        _ => None,
    };
    let expected = match illness {
        Some(Condition::Cancer | Condition::LungCancer | Condition::BowelCancer) => 0.7,
        Some(Condition::Dementia | Condition::Frailty) => 0.4,
        Some(_) => 0.25,
        None => 0.0,
    };
    [illness, rng.chance(expected).then_some(Condition::Palliative)]
}

/// Share of people with a condition whom nobody has told: larger in poorer places (Health Survey for England
/// 2022: of those with raised pressure, two in three under 55 are untreated, and one in three from 65).
fn unknown(condition: Condition, fifth: u8, age: f64) -> f64 {
    let base = match condition {
        Condition::Hypertension if age < 55.0 => 0.62,
        Condition::Hypertension if age < 65.0 => 0.46,
        Condition::Hypertension => 0.32,
        Condition::Diabetes => 0.15,
        Condition::Kidney => 0.2,
        Condition::Copd => 0.3,
        Condition::Dementia => 0.33,
        Condition::Depression => 0.15,
        _ => 0.0,
    };
    base * (1.0 + 0.12 * (3.0 - f64::from(fifth)))
}

/// What people are on a palliative register for.
const ENDING: [Condition; 7] = [
    Condition::Cancer,
    Condition::BowelCancer,
    Condition::LungCancer,
    Condition::HeartFailure,
    Condition::Copd,
    Condition::Dementia,
    Condition::Parkinsons,
];

fn multiplier(shape: &Shape, person: &Person, fifth: u8, had: &[Had]) -> f64 {
    let men = if person.sex == Sex::Male { shape.men } else { 1.0 } / (1.0 + shape.men) * 2.0;
    let hardship = 1.0 + shape.hardship * (5.0 - f64::from(fifth)) / 4.0 - shape.hardship * 0.4;
    let smoke = match person.smoking {
        Smoking::Current => 1.0 + shape.smoke,
        Smoking::Former => 1.0 + shape.smoke / 2.0,
        Smoking::Never => 1.0,
    };
    let weight = (1.0 + shape.weight * (person.bmi - 25.0) / 10.0).max(0.3);
    let lonely = person.marks.has(crate::people::Marks::LONELY);
    let has = |c: Condition| had.iter().any(|h| h.condition == c);
    let causes = match shape.condition {
        Condition::Diabetes if has(Condition::TypeOne) || person.inactive => {
            if person.inactive && !has(Condition::TypeOne) {
                1.35
            } else {
                0.0
            }
        }
        Condition::Kidney | Condition::Coronary if has(Condition::Diabetes) => 1.8,
        Condition::PeripheralArterial if has(Condition::Diabetes) || has(Condition::Coronary) => 2.2,
        Condition::Palliative
            if !ENDING
                .iter()
                .any(|illness| had.iter().any(|h| h.condition == *illness && h.diagnosed)) =>
        {
            0.0
        }
        Condition::HighRisk if has(Condition::Coronary) || has(Condition::Stroke) => 0.0,
        Condition::FragilityFracture if has(Condition::Osteoporosis) => 3.0,
        Condition::Fibrillation | Condition::Hypertension if person.drinks > 35.0 => 1.5,
        Condition::Tia if has(Condition::Fibrillation) || has(Condition::Stroke) => 2.0,
        Condition::Stroke | Condition::HeartFailure if has(Condition::Fibrillation) => 2.2,
        Condition::HeartFailure if has(Condition::Coronary) => 2.5,
        Condition::Fibrillation | Condition::Kidney | Condition::Stroke if has(Condition::Hypertension) => 1.25,
        Condition::Depression if lonely => 1.7,
        Condition::Depression if person.inactive || person.drinks > 35.0 => 1.3,
        Condition::Anxiety if has(Condition::Depression) => 2.5,
        Condition::Dementia if has(Condition::Stroke) => 1.6,
        Condition::Frailty if has(Condition::Dementia) || person.marks.has(crate::people::Marks::RESIDENT) => 1.8,
        Condition::Dementia if person.marks.has(crate::people::Marks::RESIDENT) => 2.8,
        Condition::Epilepsy if has(Condition::LearningDisability) => 12.0,
        _ => 1.0,
    };
    men * hardship * smoke * weight * causes
}

/// Raised blood pressure, found or not, as a share of its height: Health Survey for England 2022, read at the
/// middle of its age bands. Women's rises later and goes higher.
const RAISED_AGES: [f64; 8] = [15.0, 25.0, 39.5, 49.5, 59.5, 69.5, 80.0, 95.0];
const RAISED_MEN: [f64; 8] = [0.0, 0.0097, 0.234, 0.268, 0.474, 0.589, 0.644, 0.664];
const RAISED_WOMEN: [f64; 8] = [0.0, 0.0435, 0.0285, 0.24, 0.257, 0.532, 0.714, 0.75];

/// What the two tables are shares of.
const RAISED_HEIGHT: f64 = 0.8;

/// How far a condition's curve has risen by this age, 0 to 1.
fn risen(shape: &Shape, middle: f64, age: f64, sex: Sex) -> f64 {
    if shape.condition != Condition::Hypertension {
        return logistic((age - middle) / shape.width);
    }
    let table = if sex == Sex::Male { &RAISED_MEN } else { &RAISED_WOMEN };
    let at = RAISED_AGES.iter().rposition(|from| *from <= age);
    let Some(at) = at else { return 0.0 };
    let Some(next) = RAISED_AGES.get(at + 1) else {
        return table[at] / RAISED_HEIGHT;
    };
    let part = (age - RAISED_AGES[at]) / (next - RAISED_AGES[at]);
    (table[at] + (table[at + 1] - table[at]) * part) / RAISED_HEIGHT
}

/// The age at which the rising curve reached this person's draw, by halving.
fn onset(share: f64, shape: &Shape, middle: f64, age: f64, sex: Sex) -> f64 {
    let (mut low, mut high) = (0.0, age);
    for _ in 0..14 {
        let at = (low + high) / 2.0;
        if risen(shape, middle, at, sex) < share {
            low = at;
        } else {
            high = at;
        }
    }
    high
}

fn exact(shape: &Shape, person: &Person, age: f64, began: f64) -> Term {
    let pick = person.rng("exact").unit();
    match shape.condition {
        Condition::Cancer => super::cancer::site(person, shape.condition, began).term,
        Condition::Dementia if pick < 0.55 => term("26929004", "Alzheimer's disease"),
        Condition::Kidney if pick < 0.12 => term("431857002", "Chronic kidney disease stage 4"),
        Condition::Kidney if pick < 0.6 => term("700378005", "Chronic kidney disease stage 3A"),
        Condition::Fibrillation if pick < 0.3 => term("282825002", "Paroxysmal atrial fibrillation"),
        Condition::Frailty if age > 88.0 && pick < 0.5 => crate::terms::SEVERE_FRAILTY,
        _ => shape.term,
    }
}

fn exact_icd(shape: &Shape, person: &Person, began: f64) -> &'static str {
    match shape.condition {
        Condition::Cancer => super::cancer::site(person, shape.condition, began).icd,
        _ => shape.icd,
    }
}
