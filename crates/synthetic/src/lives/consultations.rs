//! Why people see their practice, by age, sex and what they have; and what comes of it.

use super::conditions::Condition;
use super::practice::{haemoglobin, number};
use super::{Care, Diary, Happening, Moment, Outcome, Tellers, medicines, mind, together};
use crate::people::{Marks, Smoking};
use crate::terms;
use record::{Date, Sex};

/// Why grown-ups come.
const ADULTS: [&str; 24] = [
    "Breathless on the stairs",
    "Sore feet",
    "Losing weight",
    "Cough for two weeks",
    "Low back pain",
    "Tired all the time",
    "Medication review",
    "Knee pain",
    "Low mood",
    "Feeling anxious",
    "Urinary symptoms",
    "Rash",
    "Headache",
    "Abdominal pain",
    "Dizziness",
    "Sore throat",
    "Trouble sleeping",
    "Shoulder pain",
    "Ear discomfort",
    "Heartburn",
    "Heavy periods",
    "Contraception",
    "Menopause symptoms",
    "Discussion of test results",
];

/// Why children come, or are brought.
const CHILDREN: [&str; 10] = [
    "Fever",
    "Cough",
    "Rash",
    "Ear discomfort",
    "Vomiting",
    "Sore throat",
    "Wheeze",
    "Constipation",
    "Acne",
    "Headache",
];

/// How likely each reason is for this person at this age: what they have brings them.
fn adult_weights(diary: &Diary<'_>, age: i32) -> [f64; ADULTS.len()] {
    use Condition as C;
    let has = |condition: C, times: f64| if diary.truly_has(condition) { times } else { 1.0 };
    let woman = diary.person.sex == Sex::Female;
    let if_true = |is: bool, weight: f64| if is { weight } else { 0.0 };
    let old = if_true(age >= 55, 1.0);
    let lonely = if diary.marked(Marks::LONELY) { 1.8 } else { 1.0 };
    let smokes = if diary.person.smoking == Smoking::Current {
        1.8
    } else {
        1.0
    };
    let ill = diary.life.conditions.iter().filter(|had| had.diagnosed).count() as f64;
    let migraine = if age < 60 { has(C::Migraine, 5.0) } else { 1.0 };
    [
        old * 0.5 * has(C::Copd, 4.0) * has(C::HeartFailure, 4.0) * has(C::Asthma, 1.5),
        old * 0.7 * has(C::Diabetes, 1.8) * has(C::Gout, 2.5),
        if_true(age >= 50, 0.25) * if age >= 80 { 2.0 } else { 1.0 },
        0.8 * has(C::Copd, 1.9) * has(C::Asthma, 1.5) * smokes,
        0.9,
        0.6 * has(C::Hypothyroid, 1.6) * has(C::Depression, 1.4),
        0.15 + 0.3 * ill,
        if age < 40 { 0.4 } else { 0.7 } * has(C::Osteoarthritis, 2.5),
        0.3 * has(C::Depression, 5.0) * lonely,
        if age < 70 { 0.3 } else { 0.12 } * has(C::Anxiety, 5.0),
        if woman { 0.9 } else { 0.15 + 0.6 * old } * if age >= 75 { 1.5 } else { 1.0 },
        0.8 * has(C::Eczema, 2.5),
        0.4 * migraine,
        0.7,
        if age < 60 { 0.25 } else { 0.8 },
        if age < 45 { 1.1 } else { 0.35 },
        0.4 * has(C::Depression, 1.6) * has(C::Anxiety, 1.6),
        if age < 35 { 0.2 } else { 0.6 },
        0.5 * has(C::HearingLoss, 1.6),
        0.4,
        if_true(woman && age < 52, 0.6),
        if_true(woman && age < 46, 1.3),
        if_true(woman && (44..60).contains(&age), 1.0),
        0.35 + 0.12 * ill,
    ]
}

fn child_weights(diary: &Diary<'_>, age: i32) -> [f64; CHILDREN.len()] {
    let has = |condition| diary.truly_has(condition);
    let small = if age < 5 { 1.0 } else { 0.35 };
    [
        1.3 * small,
        1.0,
        if has(Condition::Eczema) { 2.6 } else { 0.8 },
        if age < 9 { 1.0 } else { 0.3 },
        0.7 * small,
        if age < 4 { 0.4 } else { 0.9 },
        if has(Condition::Asthma) { 2.6 } else { 0.35 * small },
        if age < 9 { 0.5 } else { 0.15 },
        if age >= 12 { 0.9 } else { 0.0 },
        if age >= 8 { 0.4 } else { 0.0 },
    ]
}

fn drawn<const N: usize>(diary: &mut Diary<'_>, from: &[&'static str; N], weights: &[f64; N]) -> &'static str {
    let mut left = diary.rng.unit() * weights.iter().sum::<f64>();
    let found = from.iter().zip(weights).find(|(_, weight)| {
        left -= **weight;
        left < 0.0
    });
    found.map_or(from[0], |(reason, _)| reason)
}

/// Consultations that have no other reason to be told of.
pub fn consultations(diary: &mut Diary<'_>) {
    let years = crate::calendar::years_exact(diary.life.since, diary.life.until);
    let age = diary.age(diary.life.until);
    let need = match age {
        ..5 => 1.6,
        5..18 => 0.7,
        18..45 => 1.0,
        45..65 => 1.4,
        65..80 => 2.2,
        _ => 3.2,
    } + 0.35 * diary.life.conditions.len() as f64;
    // Whoever has no address has a harder way in.
    let reach = if diary.marked(Marks::NO_ADDRESS) { 0.5 } else { 1.0 };
    let recorded = need * 0.47 * reach * diary.person.contact * diary.household.practice.coding;
    let count = diary.rng.count((recorded * years).min(28.0));
    for _ in 0..count {
        let day = diary.day_between(diary.life.since, diary.life.until);
        let at = diary.surgery(day);
        consultation(diary, at);
    }
    if diary.life.living && diary.rng.chance(0.12) {
        let ahead = diary.rng.range(2, 40);
        let at = diary.surgery(Date(diary.life.until.0 + ahead));
        let booking = Care::Appointment {
            service: "General practice",
            specialty: "600",
            outcome: Outcome::Booked,
        };
        diary.note_ahead(at, Tellers::PRACTICE, booking);
    }
}

/// One consultation, kept or missed, and what comes of it.
pub fn consultation(diary: &mut Diary<'_>, at: Moment) {
    let age = diary.age(at.date);
    let reason = if age < 16 {
        let weights = child_weights(diary, age);
        drawn(diary, &CHILDREN, &weights)
    } else {
        let weights = adult_weights(diary, age);
        drawn(diary, &ADULTS, &weights)
    };
    // Nobody misses a visit to where they live.
    if diary.household.home.is_empty() && diary.rng.chance(0.06) {
        let booking = Care::Appointment {
            service: "General practice",
            specialty: "600",
            outcome: Outcome::Missed,
        };
        diary.note(at, Tellers::PRACTICE, booking);
        return;
    }
    // Oxygen is not measured over the telephone, nor an ear looked into.
    let seen = matches!(
        reason,
        "Breathless on the stairs" | "Ear discomfort" | "Wheeze" | "Losing weight"
    );
    diary.practice_met(at, reason, !seen);
    if age < 16 {
        child(diary, at, reason);
    } else {
        follow(diary, at, reason);
    }
}

fn child(diary: &mut Diary<'_>, at: Moment, reason: &'static str) {
    match reason {
        "Wheeze" if diary.truly_has(Condition::Asthma) && diary.rng.chance(0.4) => {
            let soluble = (
                "Prednisolone 5mg soluble tablets",
                "Four tablets once a day for three days",
            );
            medicines::course(diary, at, soluble, "Asthma flare");
        }
        "Rash" if diary.rng.chance(0.4) => {
            let cream = ("Hydrocortisone 1% cream", "Thinly twice a day for a week");
            medicines::course(diary, at, cream, "Rash");
        }
        "Sore throat" if diary.rng.chance(0.25) => {
            let liquid = (
                "Phenoxymethylpenicillin 250mg/5ml oral solution",
                "5ml four times a day for five days",
            );
            medicines::course(diary, at, liquid, "Tonsillitis");
        }
        "Constipation" => {
            let powder = (
                "Macrogol 3350 paediatric oral powder sachets",
                "One sachet a day, more if needed",
            );
            medicines::course(diary, at, powder, "Constipation");
        }
        "Acne" if diary.rng.chance(0.6) => {
            let gel = (
                "Adapalene 0.1% / Benzoyl peroxide 2.5% gel",
                "Thinly once a day in the evening",
            );
            medicines::course(diary, at, gel, "Acne");
        }
        _ => {}
    }
}

/// What comes of a consultation.
fn follow(diary: &mut Diary<'_>, at: Moment, reason: &'static str) {
    match reason {
        "Low mood" => mind::low_mood(diary, at),
        "Feeling anxious" => mind::anxious(diary, at),
        "Urinary symptoms" => urine(diary, at),
        "Cough for two weeks" => cough(diary, at),
        "Losing weight" => losing_weight(diary, at),
        "Breathless on the stairs" => breathless(diary, at),
        "Tired all the time" => {
            let heavy = diary.person.sex == Sex::Female && diary.age(at.date) < 52;
            let middle = if heavy { 128.0 } else { 139.0 };
            haemoglobin(diary, at.later(1500), Tellers::PRACTICE, (middle, 11.0));
            let tsh = 0.8 + 2.4 * diary.rng.unit();
            number(diary, at.later(1500), Tellers::PRACTICE, &terms::TSH, tsh);
        }
        "Sore throat" if diary.rng.chance(0.25) => {
            let tablets = (
                "Phenoxymethylpenicillin 250mg tablets",
                "Two tablets four times a day for five days",
            );
            medicines::course(diary, at, tablets, "Tonsillitis");
        }
        "Low back pain" if diary.rng.chance(0.6) => {
            let over = Some(Date(at.date.0 + 60));
            if !open(diary, terms::BACK_PAIN, at.date, 60) {
                diary.problem(at, Tellers::PRACTICE, terms::BACK_PAIN, "M54.5", over);
            }
            joints(diary, at, reason);
        }
        "Knee pain" | "Shoulder pain" => joints(diary, at, reason),
        "Dizziness" if diary.age(at.date) >= 65 && diary.rng.chance(0.3) => {
            let seen = Date(at.date.0 + diary.rng.range(20, 120));
            diary.sent_on(
                at,
                Tellers::PRACTICE,
                "Falls and balance service",
                reason,
                (false, seen),
            );
        }
        "Rash" if diary.rng.chance(0.4) => {
            let cream = ("Hydrocortisone 1% cream", "Thinly twice a day for a week");
            medicines::course(diary, at, cream, "Rash");
        }
        "Ear discomfort" if diary.rng.chance(0.35) => {
            diary.done(at.later(9 * 1440), Tellers::PRACTICE, "Removal of ear wax")
        }
        "Heartburn" if diary.rng.chance(0.7) => {
            let capsules = (
                "Omeprazole 20mg gastro-resistant capsules",
                "One capsule once a day for four weeks",
            );
            medicines::course(diary, at, capsules, "Heartburn");
        }
        "Headache" if diary.has(Condition::Migraine).is_none() && diary.rng.chance(0.06) => {
            let own = diary.own_acute();
            let later = at.later(21 * 1440);
            diary.report(later, own, "MRI of head", "Normal. No mass, no bleed.");
        }
        "Abdominal pain" if diary.rng.chance(0.2) => {
            let own = diary.own_acute();
            let later = at.later(24 * 1440);
            diary.report(
                later,
                own,
                "Ultrasound of abdomen",
                "Liver, gallbladder, kidneys and pancreas look normal.",
            );
        }
        "Heavy periods" | "Contraception" | "Menopause symptoms" => women(diary, at, reason),
        _ => {}
    }
}

/// Urine infections: three days are for women; men are treated for seven. Nitrofurantoin does not work where kidneys
/// are poor.
fn urine(diary: &mut Diary<'_>, at: Moment) {
    let infection = Care::Problem {
        term: terms::URINE_INFECTION,
        icd: "N39.0",
        resolved: Some(Date(at.date.0 + 9)),
        suspected: diary.rng.chance(0.3),
    };
    if !open(diary, terms::URINE_INFECTION, at.date, 9) {
        diary.note(at, Tellers::PRACTICE, infection);
    }
    let woman = diary.person.sex == Sex::Female;
    let kidneys = diary.has(Condition::Kidney).is_some();
    // Trimethoprim beside methotrexate stops the bone marrow.
    let not_trimethoprim = diary.allergic("Trimethoprim") || together::takes(diary, &["Methotrexate"], at.date);
    let product = match (kidneys, not_trimethoprim) {
        (true, false) => "Trimethoprim 200mg tablets",
        // Clarithromycin, which others have in place of a penicillin, does nothing for urine.
        (true, true) if diary.allergic("penicillin") => NITROFURANTOIN,
        (true, true) => "Pivmecillinam 200mg tablets",
        _ => NITROFURANTOIN,
    };
    let dose = match (product, woman) {
        ("Pivmecillinam 200mg tablets", true) => "Two at once, then one three times a day for three days",
        ("Pivmecillinam 200mg tablets", false) => "Two at once, then one three times a day for seven days",
        (_, true) => "One twice a day for three days",
        (_, false) => "One twice a day for seven days",
    };
    medicines::course(diary, at, (product, dose), "Urine infection");
}

/// Whether this problem stands on the practice's list within so many days: it is not begun twice.
fn open(diary: &Diary<'_>, wanted: terms::Term, on: Date, days: i32) -> bool {
    diary.life.happenings.iter().any(|h| match h.care {
        Care::Problem { term, .. } => term == wanted && (h.at.date.0 - on.0).abs() < days,
        _ => false,
    })
}

const NITROFURANTOIN: &str = "Nitrofurantoin 100mg modified-release capsules";

/// An infection that comes back within four weeks is looked at under the microscope, and what failed is not given again.
/// Consultations are not drawn in the order of their days, so this is seen to when all are there.
pub fn back_again(diary: &mut Diary<'_>) {
    let mut courses: Vec<(Moment, usize)> = Vec::new();
    for (at, happening) in diary.life.happenings.iter().enumerate() {
        if let Care::Medicine { reason, .. } = happening.care
            && reason == "Urine infection"
        {
            courses.push((happening.at, at));
        }
    }
    courses.sort_unstable();
    let woman = diary.person.sex == Sex::Female;
    for pair in courses.windows(2) {
        let [(before, first), (at, second)] = pair else {
            continue;
        };
        if at.date.0 - before.date.0 > 28 {
            continue;
        }
        let given = |n: usize| match diary.life.happenings.get(n).map(|h| &h.care) {
            Some(Care::Medicine { product, .. }) => *product,
            _ => "",
        };
        if given(*first) != given(*second) {
            continue;
        }
        let used = given(*first).starts_with("Trimethoprim");
        let barred = diary.allergic("Trimethoprim") || together::takes(diary, &["Methotrexate"], at.date);
        let (other, course) = match (used || barred, woman) {
            (false, true) => ("Trimethoprim 200mg tablets", "One twice a day for three days"),
            (false, false) => ("Trimethoprim 200mg tablets", "One twice a day for seven days"),
            _ if diary.allergic("penicillin") => continue,
            (true, true) => (
                "Pivmecillinam 200mg tablets",
                "Two at once, then one three times a day for three days",
            ),
            (true, false) => (
                "Pivmecillinam 200mg tablets",
                "Two at once, then one three times a day for seven days",
            ),
        };
        // What failed is not given again because the other is barred.
        let (other, course) = match (other == given(*first), diary.has(Condition::Kidney).is_some(), woman) {
            (false, ..) => (other, course),
            (true, true, _) => continue,
            (true, false, true) => (NITROFURANTOIN, "One twice a day for three days"),
            (true, false, false) => (NITROFURANTOIN, "One twice a day for seven days"),
        };
        if let Some(Care::Medicine { product, dose, .. }) = diary.life.happenings.get_mut(*second).map(|h| &mut h.care)
        {
            (*product, *dose) = (other, course);
        }
        let found = "Escherichia coli. Grows in spite of the last antibiotic; sensitive to the one given now.";
        diary.report(at.later(2 * 1440), Tellers::PRACTICE, "Urine culture", found);
    }
}

/// Takes out talks about results that nobody had asked for, and reviews of medicines of people who take none.
pub fn answered(happenings: &mut Vec<Happening>) {
    let tested: Vec<Date> = happenings
        .iter()
        .filter(|h| matches!(h.care, Care::Result { .. } | Care::Report { .. }))
        .map(|h| h.at.date)
        .collect();
    let taken: Vec<(Date, Date)> = happenings
        .iter()
        .filter_map(|h| match h.care {
            Care::Medicine { stopped, .. } => Some((h.at.date, stopped.unwrap_or(Date(i32::MAX)))),
            _ => None,
        })
        .collect();
    happenings.retain(|h| match h.care {
        Care::Contact {
            reason: "Discussion of test results",
            ..
        } => tested.iter().any(|day| (0..=60).contains(&(h.at.date.0 - day.0))),
        Care::Contact {
            reason: "Medication review",
            ..
        } => taken
            .iter()
            .any(|(from, until)| *from <= h.at.date && *until >= h.at.date),
        _ => true,
    });
}

/// A cough: now and then antibiotics; those with COPD have steroids too; smokers past fifty an X-ray.
fn cough(diary: &mut Diary<'_>, at: Moment) {
    let copd = diary.has(Condition::Copd).is_some_and(|since| since.0 <= at.date.0);
    let flare = copd && diary.rng.chance(0.5);
    if flare || !copd && diary.rng.chance(0.3) {
        let capsules = (
            "Amoxicillin 500mg capsules",
            "One capsule three times a day for five days",
        );
        let reason = if flare { "Flare of COPD" } else { "Chest infection" };
        medicines::course(diary, at, capsules, reason);
    }
    if flare {
        let steroid = ("Prednisolone 5mg tablets", "Six tablets each morning for five days");
        medicines::course(diary, at, steroid, "Flare of COPD");
    } else if diary.age(at.date) >= 50 && diary.person.smoking != Smoking::Never && diary.rng.chance(0.3) {
        let own = diary.own_acute();
        diary.report(
            at.later(5 * 1440),
            own,
            "Chest X-ray",
            "Lungs clear. Heart size normal.",
        );
    }
}

/// Weight lost without a known cause is looked into; here nothing is found, as in most.
fn losing_weight(diary: &mut Diary<'_>, at: Moment) {
    let day_after = at.later(1450);
    haemoglobin(diary, day_after, Tellers::PRACTICE, (131.0, 10.0));
    let crp = 1.0 + 6.0 * diary.rng.liability(0.8);
    number(diary, day_after, Tellers::PRACTICE, &terms::CRP, crp);
    if diary.rng.chance(0.5) {
        let seen = Date(at.date.0 + 13);
        diary.sent_on(
            at.later(2 * 1440),
            Tellers::PRACTICE,
            "Suspected cancer: symptoms that fit no one clinic",
            "Losing weight",
            (true, seen),
        );
        let own = diary.own_acute();
        diary.clinic(seen, ("General medicine", "300"), own);
        let scan = Moment::new(crate::calendar::working_day(Date(seen.0 + 6)), 700);
        diary.report(
            scan,
            own,
            "CT of chest, abdomen and pelvis",
            "No cancer seen. Nothing to explain the loss of weight.",
        );
    }
    let later = Date(at.date.0 + diary.rng.range(21, 40));
    diary.practice_sees(later, "Discussion of test results");
}

fn breathless(diary: &mut Diary<'_>, at: Moment) {
    let failing = diary.truly_has(Condition::HeartFailure);
    let saturation = diary
        .rng
        .normal(if diary.truly_has(Condition::Copd) { 92.0 } else { 96.5 }, 1.0);
    number(
        diary,
        at,
        Tellers::PRACTICE,
        &terms::SATURATION,
        saturation.round().min(100.0),
    );
    if diary.has(Condition::HeartFailure).is_none() && diary.rng.chance(0.5) {
        let bnp = if failing { 900.0 } else { 60.0 } + 250.0 * diary.rng.liability(0.6);
        number(diary, at.later(1440), Tellers::PRACTICE, &terms::BNP, bnp);
    }
}

/// Aching joints: exercises with a physiotherapist for some, an X-ray or the surgeons for few.
fn joints(diary: &mut Diary<'_>, at: Moment, reason: &'static str) {
    match diary.rng.unit() {
        x if x < 0.22 && diary.has(Condition::Dementia).is_none() => {
            let seen = Date(at.date.0 + diary.rng.range(20, 110));
            let service = "Musculoskeletal physiotherapy";
            diary.sent_on(at, Tellers::PRACTICE, service, reason, (false, seen));
            let visits = diary.rng.range(1, 3);
            for visit in 0..visits {
                let on = Date(seen.0 + 24 * visit);
                diary.community_sees(on, "Physiotherapy", reason, service);
            }
        }
        x if x < 0.3 && reason == "Knee pain" && diary.age(at.date) >= 45 => {
            let own = diary.own_acute();
            let later = at.later(12 * 1440);
            diary.report(
                later,
                own,
                "X-ray of knee",
                "Narrowed joint space on the inner side, in keeping with osteoarthritis.",
            );
        }
        x if x < 0.34 && reason != "Low back pain" => {
            let seen = Date(at.date.0 + diary.rng.range(60, 300));
            diary.sent_on(at, Tellers::PRACTICE, "Trauma and orthopaedics", reason, (false, seen));
        }
        _ => {}
    }
}

fn women(diary: &mut Diary<'_>, at: Moment, reason: &'static str) {
    match reason {
        "Heavy periods" => {
            haemoglobin(diary, at.later(1440), Tellers::PRACTICE, (121.0, 11.0));
            let tranexamic = (
                "Tranexamic acid 500mg tablets",
                "Two tablets three times a day for up to four days of a period",
            );
            medicines::course(diary, at, tranexamic, "Heavy periods");
        }
        // Oestrogen is not for those with migraine, who smoke past 35 or weigh much.
        "Contraception" => {
            let risk = diary.truly_has(Condition::Migraine) || diary.person.bmi >= 35.0;
            let smokes = diary.person.smoking == Smoking::Current && diary.age(at.date) >= 35;
            let pill = if risk || smokes || diary.rng.chance(0.45) {
                (
                    "Desogestrel 75microgram tablets",
                    "One tablet at the same time each day",
                )
            } else {
                (
                    "Ethinylestradiol 30microgram / Levonorgestrel 150microgram tablets",
                    "One tablet a day for 21 days, then seven days without",
                )
            };
            if diary.rng.chance(0.3) {
                diary.done(
                    at.later(14 * 1440),
                    Tellers::PRACTICE,
                    "Insertion of contraceptive implant",
                );
                // It works for three years.
                diary.done(
                    at.later(1_100 * 1440),
                    Tellers::PRACTICE,
                    "Replacement of contraceptive implant",
                );
            } else if !takes_already(diary, pill.0) {
                let over = Some(Date(at.date.0 + diary.rng.range(200, 1400)));
                diary.takes(at.date, pill, "Contraception", over);
            }
        }
        _ => {
            let cancer = diary.has(Condition::Cancer).is_some();
            let patch = "Estradiol 50micrograms/24hours patches";
            if !cancer && diary.rng.chance(0.5) && !takes_already(diary, patch) {
                let over = Some(Date(at.date.0 + diary.rng.range(300, 2000)));
                diary.takes(at.date, (patch, "One patch twice a week"), "Menopause", over);
                let womb = ("Progesterone 100mg capsules", "One capsule at bedtime");
                diary.takes(at.date, womb, "With oestrogen", over);
            }
        }
    }
}

/// Whether this product is on the list already.
fn takes_already(diary: &Diary<'_>, wanted: &str) -> bool {
    let is = |h: &super::Happening| matches!(h.care, Care::Medicine { product, .. } if product == wanted);
    diary.life.happenings.iter().any(is)
}
