//! Medicines that follow from conditions, and courses that follow from infections.

use super::conditions::Condition;
use super::{Care, Diary, Tellers};
use record::Date;

struct Usual {
    condition: Condition,
    chance: f64,
    product: &'static str,
    dose: &'static str,
    reason: &'static str,
}

const fn usual(
    condition: Condition,
    chance: f64,
    product: &'static str,
    dose: &'static str,
    reason: &'static str,
) -> Usual {
    Usual {
        condition,
        chance,
        product,
        dose,
        reason,
    }
}

/// What is usually prescribed, following the order of the national guidance for each condition.
const USUAL: &[Usual] = &[
    usual(
        Condition::Hypertension,
        0.55,
        "Amlodipine 5mg tablets",
        "One tablet once a day",
        "Raised blood pressure",
    ),
    usual(
        Condition::Hypertension,
        0.45,
        "Ramipril 5mg capsules",
        "One capsule once a day",
        "Raised blood pressure",
    ),
    usual(
        Condition::Hypertension,
        0.2,
        "Indapamide 2.5mg tablets",
        "One tablet each morning",
        "Raised blood pressure",
    ),
    usual(
        Condition::Diabetes,
        0.8,
        "Metformin 500mg tablets",
        "One tablet twice a day with meals",
        "Type 2 diabetes",
    ),
    usual(
        Condition::Diabetes,
        0.25,
        "Dapagliflozin 10mg tablets",
        "One tablet once a day",
        "Type 2 diabetes",
    ),
    usual(
        Condition::Diabetes,
        0.15,
        "Gliclazide 80mg tablets",
        "One tablet each morning with breakfast",
        "Type 2 diabetes",
    ),
    usual(
        Condition::Diabetes,
        0.75,
        "Atorvastatin 20mg tablets",
        "One tablet at night",
        "To lower cholesterol",
    ),
    usual(
        Condition::Coronary,
        0.9,
        "Atorvastatin 80mg tablets",
        "One tablet at night",
        "To lower cholesterol",
    ),
    usual(
        Condition::Coronary,
        0.8,
        "Aspirin 75mg dispersible tablets",
        "One tablet once a day",
        "Coronary heart disease",
    ),
    usual(
        Condition::Coronary,
        0.6,
        "Bisoprolol 2.5mg tablets",
        "One tablet once a day",
        "Coronary heart disease",
    ),
    usual(
        Condition::Coronary,
        0.5,
        "Glyceryl trinitrate 400micrograms/dose sublingual spray",
        "One or two sprays under the tongue when needed for chest pain",
        "Angina",
    ),
    usual(
        Condition::Fibrillation,
        0.75,
        "Apixaban 5mg tablets",
        "One tablet twice a day",
        "Atrial fibrillation",
    ),
    usual(
        Condition::Fibrillation,
        0.12,
        "Warfarin 3mg tablets",
        "As directed by the anticoagulation clinic",
        "Atrial fibrillation",
    ),
    usual(
        Condition::Fibrillation,
        0.6,
        "Bisoprolol 2.5mg tablets",
        "One tablet once a day",
        "Atrial fibrillation",
    ),
    usual(
        Condition::Stroke,
        0.75,
        "Clopidogrel 75mg tablets",
        "One tablet once a day",
        "Stroke prevention",
    ),
    usual(
        Condition::Stroke,
        0.7,
        "Atorvastatin 40mg tablets",
        "One tablet at night",
        "To lower cholesterol",
    ),
    usual(
        Condition::HeartFailure,
        0.8,
        "Furosemide 40mg tablets",
        "One tablet each morning",
        "Heart failure",
    ),
    usual(
        Condition::HeartFailure,
        0.5,
        "Spironolactone 25mg tablets",
        "One tablet once a day",
        "Heart failure",
    ),
    usual(
        Condition::Asthma,
        1.0,
        "Salbutamol 100micrograms/dose inhaler CFC free",
        "Two puffs when needed",
        "Asthma",
    ),
    usual(
        Condition::Asthma,
        0.65,
        "Beclometasone 100micrograms/dose inhaler CFC free",
        "Two puffs twice a day",
        "Asthma",
    ),
    usual(
        Condition::Copd,
        0.9,
        "Salbutamol 100micrograms/dose inhaler CFC free",
        "Two puffs when needed",
        "COPD",
    ),
    usual(
        Condition::Copd,
        0.7,
        "Umeclidinium bromide 55micrograms/dose dry powder inhaler",
        "One puff once a day",
        "COPD",
    ),
    usual(
        Condition::Depression,
        0.6,
        "Sertraline 50mg tablets",
        "One tablet once a day",
        "Depression",
    ),
    usual(
        Condition::Depression,
        0.15,
        "Mirtazapine 15mg tablets",
        "One tablet at night",
        "Depression",
    ),
    usual(
        Condition::Anxiety,
        0.25,
        "Propranolol 40mg tablets",
        "One tablet when needed, up to three times a day",
        "Anxiety",
    ),
    usual(
        Condition::Bipolar,
        0.6,
        "Lithium carbonate 400mg modified-release tablets",
        "One tablet at night",
        "Bipolar disorder",
    ),
    usual(
        Condition::Schizophrenia,
        0.5,
        "Olanzapine 10mg tablets",
        "One tablet at night",
        "Schizophrenia",
    ),
    usual(
        Condition::Schizophrenia,
        0.65,
        "Aripiprazole 10mg tablets",
        "One tablet each morning",
        "Schizophrenia",
    ),
    usual(
        Condition::Schizophrenia,
        0.7,
        "Paliperidone 100mg/1ml prolonged-release suspension for injection pre-filled syringes",
        "One injection each month, given by the nurse",
        "Schizophrenia",
    ),
    usual(
        Condition::Epilepsy,
        0.7,
        "Lamotrigine 100mg tablets",
        "One tablet twice a day",
        "Epilepsy",
    ),
    usual(
        Condition::Epilepsy,
        0.3,
        "Levetiracetam 500mg tablets",
        "One tablet twice a day",
        "Epilepsy",
    ),
    usual(
        Condition::Migraine,
        0.4,
        "Sumatriptan 50mg tablets",
        "One tablet at the start of a migraine",
        "Migraine",
    ),
    usual(
        Condition::Hypothyroid,
        0.95,
        "Levothyroxine sodium 100microgram tablets",
        "One tablet each morning before breakfast",
        "Underactive thyroid",
    ),
    usual(
        Condition::Osteoarthritis,
        0.45,
        "Paracetamol 500mg tablets",
        "Two tablets up to four times a day when needed",
        "Joint pain",
    ),
    usual(
        Condition::Osteoarthritis,
        0.15,
        "Codeine 30mg tablets",
        "One tablet up to four times a day when needed",
        "Joint pain",
    ),
    usual(
        Condition::Rheumatoid,
        0.7,
        "Methotrexate 2.5mg tablets",
        "Six tablets once a week on a Monday",
        "Rheumatoid arthritis",
    ),
    usual(
        Condition::Rheumatoid,
        0.7,
        "Folic acid 5mg tablets",
        "One tablet once a week on a Thursday",
        "With methotrexate",
    ),
    usual(
        Condition::Gout,
        0.6,
        "Allopurinol 300mg tablets",
        "One tablet once a day",
        "Gout",
    ),
    usual(
        Condition::Osteoporosis,
        0.75,
        "Alendronic acid 70mg tablets",
        "One tablet once a week, sitting upright with a full glass of water",
        "Osteoporosis",
    ),
    usual(
        Condition::Osteoporosis,
        0.6,
        "Colecalciferol 800unit capsules",
        "One capsule once a day",
        "Bone health",
    ),
    usual(
        Condition::Dementia,
        0.4,
        "Donepezil 10mg tablets",
        "One tablet at night",
        "Alzheimer's disease",
    ),
    usual(
        Condition::Parkinsons,
        0.85,
        "Co-careldopa 25mg/100mg tablets",
        "One tablet three times a day, on time",
        "Parkinson's disease",
    ),
    usual(
        Condition::Eczema,
        0.6,
        "Emollient cream",
        "Apply often to dry skin",
        "Eczema",
    ),
    usual(
        Condition::HeartFailure,
        0.7,
        "Ramipril 2.5mg capsules",
        "One capsule once a day",
        "Heart failure",
    ),
    usual(
        Condition::HeartFailure,
        0.7,
        "Bisoprolol 2.5mg tablets",
        "One tablet once a day",
        "Heart failure",
    ),
    usual(
        Condition::HeartFailure,
        0.4,
        "Dapagliflozin 10mg tablets",
        "One tablet once a day",
        "Heart failure",
    ),
    usual(
        Condition::TypeOne,
        1.0,
        "Insulin glargine 100units/ml solution for injection 3ml pre-filled pens",
        "As agreed with the diabetes team, once a day",
        "Type 1 diabetes",
    ),
    usual(
        Condition::TypeOne,
        1.0,
        "NovoRapid FlexPen 100units/ml solution for injection 3ml pre-filled pens",
        "With each meal, by carbohydrates",
        "Type 1 diabetes",
    ),
    usual(
        Condition::HighRisk,
        0.5,
        "Atorvastatin 20mg tablets",
        "One tablet at night",
        "To lower cholesterol",
    ),
];

/// What is given to those whose legs' arteries are narrow (NICE CG147): drawn by a stream of its own.
const NARROWED: &[Usual] = &[
    usual(
        Condition::PeripheralArterial,
        0.8,
        "Clopidogrel 75mg tablets",
        "One tablet once a day",
        "Peripheral arterial disease",
    ),
    usual(
        Condition::PeripheralArterial,
        0.8,
        "Atorvastatin 80mg tablets",
        "One tablet at night",
        "To lower cholesterol",
    ),
];

/// The age before which the practice does not begin this: tablets for small children, and what is for grown-ups.
fn from_age(usual: &Usual) -> i32 {
    match usual.condition {
        Condition::Depression | Condition::Anxiety => 18,
        _ if usual.product.contains("tablet") => 12,
        _ => 0,
    }
}

/// When the practice wrote down that a condition was over.
pub fn over(diary: &Diary<'_>, condition: Condition) -> Option<Date> {
    let had = diary.life.conditions.iter().find(|had| had.condition == condition)?;
    diary.life.happenings.iter().find_map(|h| match h.care {
        Care::Problem { term, resolved, .. } if term == had.term && h.by.has(Tellers::PRACTICE) => resolved,
        _ => None,
    })
}

/// Long-term medicines: begun within weeks of the diagnosis, some changed or stopped later.
pub fn medicines(diary: &mut Diary<'_>) {
    let mut taken: Vec<&'static str> = Vec::new();
    let mut for_psychosis = false;
    let mut narrowed = diary.person.rng("narrowed arteries");
    for (own, usual) in USUAL
        .iter()
        .map(|u| (false, u))
        .chain(NARROWED.iter().map(|u| (true, u)))
    {
        let draw = if own { narrowed.unit() } else { diary.rng.unit() };
        let Some(since) = diary.has(usual.condition) else {
            continue;
        };
        let same_drug = |other: &&'static str| other.split(' ').next() == usual.product.split(' ').next();
        if draw >= usual.chance || taken.iter().any(same_drug) {
            continue;
        }
        // Triptans are not begun, nor carried on, in later life.
        let too_old = usual.product.starts_with("Sumatriptan") && diary.age(diary.life.since) >= 62;
        let too_young = diary.age(diary.life.until) < from_age(usual);
        // Beta blockers tighten the airways of those with asthma.
        let wheezes = usual.product.starts_with("Propranolol") && diary.truly_has(Condition::Asthma);
        // Donepezil is for Alzheimer's disease, not for dementia from strokes.
        let other_kind = usual.product.starts_with("Donepezil") && !alzheimers(diary);
        let warned = diary.allergic(usual.product.split(' ').next().unwrap_or_default());
        let one_is_enough = usual.condition == Condition::Schizophrenia && for_psychosis;
        if one_is_enough || too_young || too_old || wheezes || other_kind || warned {
            continue;
        }
        taken.push(usual.product);
        for_psychosis |= usual.condition == Condition::Schizophrenia;
        let later = diary.rng.range(3, 120);
        // Practices carry over what was running when their record began, not what was prescribed decades before.
        let carried = diary.life.since.0 - diary.rng.range(0, 1500);
        let birthday = diary.person.born.0 + from_age(usual) * 366;
        let start = diary.surgery(Date((since.0 + later).max(carried).max(birthday)));
        let ended = diary.rng.chance(if usual.condition == Condition::Depression {
            0.45
        } else {
            0.1
        });
        let length = diary.rng.range(60, 900);
        let stopped = (ended && start.date.0 + length < diary.life.until.0).then_some(Date(start.date.0 + length));
        // Nobody is kept on, nor begins, what was for an illness that is over.
        let over = over(diary, usual.condition).map(|day| Date(day.0 + 90));
        if over.is_some_and(|day| day <= start.date) {
            continue;
        }
        let stopped = stopped.into_iter().chain(over).min();
        let medicine = Care::Medicine {
            product: usual.product,
            dose: usual.dose,
            stopped,
            repeat: true,
            reason: usual.reason,
        };
        diary.note(start, Tellers::PRACTICE, medicine);
    }
    super::together::parted(diary);
    let older = diary.age(diary.life.until) >= 70;
    if taken.len() >= 5 && diary.rng.chance(0.5) {
        let day = diary.day_between(diary.life.since, diary.life.until);
        let at = diary.surgery(day);
        let medicine = Care::Medicine {
            product: "Omeprazole 20mg gastro-resistant capsules",
            dose: "One capsule once a day",
            stopped: None,
            repeat: true,
            reason: if older { "Stomach protection" } else { "Heartburn" },
        };
        diary.note(at, Tellers::PRACTICE, medicine);
    }
}

fn alzheimers(diary: &Diary<'_>) -> bool {
    diary
        .life
        .conditions
        .iter()
        .any(|had| had.condition == Condition::Dementia && had.term.words.starts_with("Alzheimer"))
}

/// What is given in place of a penicillin.
const INSTEAD: [(&str, &str); 2] = [
    ("Clarithromycin 500mg tablets", "One tablet twice a day for five days"),
    (
        "Clarithromycin 125mg/5ml oral suspension",
        "5ml twice a day for five days",
    ),
];

/// How long a course lasts, as its own words say; four weeks where they do not.
pub fn days(dose: &str) -> i32 {
    let said = [
        ("three days", 3),
        ("four days", 4),
        ("five days", 5),
        ("seven days", 7),
        ("a week", 7),
        ("four weeks", 28),
    ];
    let found = said
        .iter()
        .find(|(words, _)| dose.contains(&format!("for {words}")) || dose.contains(&format!("to {words}")));
    found.map_or(28, |(_, days)| *days)
}

/// A short course from the practice; something else where the record warns against it.
pub fn course(
    diary: &mut Diary<'_>,
    on: super::Moment,
    (product, dose): (&'static str, &'static str),
    reason: &'static str,
) {
    let drug = product.split(' ').next().unwrap_or_default();
    let penicillin = matches!(
        drug,
        "Amoxicillin" | "Phenoxymethylpenicillin" | "Pivmecillinam" | "Flucloxacillin"
    );
    let (product, dose) = match penicillin && diary.allergic("penicillin") {
        true => INSTEAD[usize::from(diary.age(on.date) < 12)],
        false => (product, dose),
    };
    if diary.allergic(drug) && !penicillin {
        return;
    }
    let medicine = Care::Medicine {
        product,
        dose,
        stopped: Some(Date(on.date.0 + days(dose))),
        repeat: false,
        reason,
    };
    diary.note(on, Tellers::PRACTICE, medicine);
}
