//! Falls, ambulances, emergency departments, hospital stays, outpatients and their results.

use super::conditions::Condition;
use super::practice::{haemoglobin, kidneys, number, usual_pressure};
use super::{Care, Diary, Fall, Harm, Moment, Outcome, Tellers, planned, stays};
use crate::calendar;
use crate::county::county;
use crate::people::Marks;
use crate::terms::{self, Term, words};
use record::Date;

/// Everything acute.
pub fn acute(diary: &mut Diary<'_>) {
    falls(diary);
    attendances(diary);
    stays::stays(diary);
    outpatients(diary);
    disagreement(diary);
}

fn falls(diary: &mut Diary<'_>) {
    let age = diary.age(diary.life.until);
    if age < 60 {
        return;
    }
    if let Some(falls) = crate::cast::falls(diary.person, diary.life.until) {
        diary.life.falls = falls;
        for fall in diary.life.falls.clone() {
            after_fall(diary, fall);
        }
        return;
    }
    let years = calendar::years_exact(diary.life.since, diary.life.until).min(6.0);
    let marked = diary.marked(Marks::FALLER);
    let rate = if marked { 0.55 } else { 0.03 } * (1.0 + f64::from(age - 60) / 40.0);
    let count = diary.rng.count(rate * years).max(u32::from(marked) * 2).min(9);
    let from = Date(diary.life.until.0 - (years * 365.0) as i32);
    let mut broken = false;
    for _ in 0..count {
        let day = diary.day_between(from, diary.life.until);
        let at = diary.any_time(day);
        let fall = fall(diary, at, age, broken);
        broken |= fall.harm == Harm::Hip;
        diary.life.falls.push(fall);
    }
    diary.life.falls.sort_by_key(|fall| fall.at);
    for fall in diary.life.falls.clone() {
        after_fall(diary, fall);
    }
}

/// A fall at this moment; who broke one hip does not break another here.
pub fn fall(diary: &mut Diary<'_>, at: Moment, age: i32, broken: bool) -> Fall {
    let mut harm = match diary.rng.unit() {
        x if x < 0.035 && age > 70 && !broken => Harm::Hip,
        x if x < 0.3 => Harm::Hurt,
        _ => Harm::None,
    };
    if diary.has(Condition::Osteoporosis).is_some() && !broken && diary.rng.chance(0.1) {
        harm = Harm::Hip;
    }
    let ambulance = harm != Harm::None || diary.rng.chance(0.4);
    let taken = place_taken(diary);
    Fall {
        at,
        harm,
        ambulance,
        taken,
    }
}

/// What follows a fall.
pub fn after_fall(diary: &mut Diary<'_>, fall: Fall) {
    if diary.rng.chance(0.6) {
        let later = diary.rng.range(0, 6);
        let at = diary.surgery(Date(fall.at.date.0 + later));
        let problem = Care::Problem {
            term: terms::FALL,
            icd: "W19",
            resolved: Some(Date(at.date.0 + 21)),
            suspected: false,
        };
        diary.note(at, Tellers::PRACTICE, problem);
    }
    let arrived = fall.at.later(diary.rng.range(250, 330));
    let own = fall.taken;
    match fall.harm {
        Harm::None => {}
        Harm::Hurt => {
            let found = diary.rng.pick(&[
                words("Laceration of scalp"),
                words("Fracture of distal radius"),
                words("Contusion of hip"),
                words("Sprain of wrist"),
            ]);
            let minutes = time_there(diary);
            let attendance = Care::Attendance {
                complaint: "Fall",
                found,
                by_ambulance: fall.ambulance,
                minutes,
            };
            diary.note(arrived, own, attendance);
            observations(diary, arrived.later(20), own, false);
            let report = Care::Report {
                title: "X-ray of wrist and hip",
                findings: if found.words.starts_with("Fracture") {
                    "Undisplaced fracture of the distal radius. No hip fracture seen."
                } else {
                    "No bony injury seen. Degenerative change."
                },
            };
            diary.note(arrived.later(75), own, report);
        }
        Harm::Hip => broken_hip(diary, arrived, own),
    }
}

/// Some are taken to the other hospital: visiting family, or the nearer one was full.
pub fn place_taken(diary: &mut Diary<'_>) -> Tellers {
    let other = if diary.marked(Marks::BOTH_HOSPITALS) {
        0.45
    } else {
        0.05
    };
    if diary.rng.chance(other) {
        diary.other_acute()
    } else {
        diary.own_acute()
    }
}

fn broken_hip(diary: &mut Diary<'_>, arrived: Moment, own: Tellers) {
    let days = diary.rng.range(9, 26);
    let admitted = arrived.later(210);
    let until = Moment::new(Date(admitted.date.0 + days), 15 * 60);
    if diary.on_a_ward(admitted, until) {
        return;
    }
    // A broken hip comes through the front door like any other, and is seen on a film there.
    let came = Care::Attendance {
        complaint: "Fall",
        found: terms::HIP_FRACTURE,
        by_ambulance: true,
        minutes: 205,
    };
    diary.note(arrived, own, came);
    diary.report(
        arrived.later(60),
        own,
        "X-ray of hip and pelvis",
        "Displaced fracture of the neck of femur. No other fracture.",
    );
    // Who dies within those weeks dies on the ward.
    let dies = !diary.life.living && until.date.0 >= diary.life.until.0;
    let until = if dies {
        Moment::new(diary.life.until, 5 * 60).max(admitted.later(60))
    } else {
        until
    };
    let still_in = until.date.0 > diary.life.until.0;
    let stay = Care::Stay {
        reason: terms::HIP_FRACTURE,
        icd: "S72.0",
        ward: "Trauma ward",
        specialty: ("110", "Trauma and orthopaedics"),
        until: (!still_in).then_some(until),
        emergency: true,
        died: dies && !still_in,
    };
    diary.note(admitted, own, stay);
    let surgery = Moment::new(Date(admitted.date.0 + 1), 11 * 60);
    diary.note(surgery, own, Care::Procedure(words("Hemiarthroplasty of hip")));
    let problem = Care::Problem {
        term: terms::HIP_FRACTURE,
        icd: "S72.0",
        resolved: None,
        suspected: false,
    };
    diary.note(admitted, own, problem.clone());
    if diary.rng.chance(0.85) {
        let at = diary.surgery(Date(until.date.0.min(diary.life.until.0)));
        diary.note(Moment::new(admitted.date, at.minute), Tellers::PRACTICE, problem);
    }
    kidneys(diary, admitted.later(30), own);
    haemoglobin(diary, surgery.later(1300), own, (104.0, 11.0));
    observations(diary, admitted.later(60), own, true);
    if !still_in && !dies {
        discharged(
            diary,
            until,
            own,
            "Fall at home with hip fracture, treated by hemiarthroplasty. Walks with a frame. \
             Referred to community rehabilitation. Please review bone health and medicines.",
        );
    }
}

/// A discharge summary, written as the person leaves.
pub fn discharged(diary: &mut Diary<'_>, at: Moment, own: Tellers, text: &str) {
    let letter = Care::Letter {
        term: terms::DISCHARGE_SUMMARY,
        title: "Discharge summary".to_owned(),
        text: text.to_owned(),
    };
    diary.note(at.later(50), own, letter);
}

/// A set of vital signs with its NEWS2 score, worked out from the values (Royal College of Physicians 2017).
pub fn observations(diary: &mut Diary<'_>, at: Moment, by: Tellers, unwell: bool) {
    observed(diary, at, by, if unwell { 1.0 } else { 0.0 });
}

/// The same of someone this ill: 0 well, 1 unwell, 3 dying.
pub fn observed(diary: &mut Diary<'_>, at: Moment, by: Tellers, shift: f64) {
    let lungs = diary.truly_has(Condition::Copd);
    // Children's hearts and breath are quicker, their pressure lower (Fleming and others 2011, rounded).
    let young = (16.0 - f64::from(diary.age(at.date))).clamp(0.0, 16.0);
    let pulse = diary.rng.normal(78.0 + 14.0 * shift + 3.4 * young, 9.0).round();
    let breaths = diary
        .rng
        .normal(16.0 + 3.0 * shift + 1.1 * young, 1.8)
        .round()
        .max(10.0);
    let saturation = diary
        .rng
        .normal(if lungs { 91.5 } else { 96.8 } - 1.5 * shift, 1.1)
        .round()
        .min(100.0);
    let warmth = (diary.rng.normal(36.7 + 0.7 * shift, 0.4) * 10.0).round() / 10.0;
    // Grown-ups bring their own pressure with them; pain and hurry raise it a little.
    let (usual, spread) = if young > 0.0 {
        (116.0 - 2.0 * young, 8.0)
    } else {
        (usual_pressure(diary, at.date) + 6.0, 9.0)
    };
    let systolic = diary.rng.normal(usual - 6.0 * shift, spread).round() as i32;
    let diastolic = (f64::from(systolic) * 0.57).round() as i32;
    number(diary, at, by, &terms::PULSE, pulse);
    number(diary, at, by, &terms::BREATHS, breaths);
    number(diary, at, by, &terms::SATURATION, saturation);
    number(diary, at, by, &terms::TEMPERATURE, warmth);
    let pressure = Care::Pressure {
        systolic,
        diastolic,
        home: false,
    };
    diary.note(at, by, pressure);
    // The score is made for 16 and over.
    if young <= 0.0 {
        let score = news2(pulse, breaths, saturation, warmth, f64::from(systolic));
        number(diary, at, by, &terms::NEWS2, score);
    }
}

/// NEWS2 for someone alert and breathing air, oxygen scale 1.
fn news2(pulse: f64, breaths: f64, saturation: f64, warmth: f64, systolic: f64) -> f64 {
    let breathing = match breaths {
        x if x <= 8.0 || x >= 25.0 => 3,
        x if x >= 21.0 => 2,
        x if x <= 11.0 => 1,
        _ => 0,
    };
    let oxygen = match saturation {
        x if x <= 91.0 => 3,
        x if x <= 93.0 => 2,
        x if x <= 95.0 => 1,
        _ => 0,
    };
    let pressure = match systolic {
        x if x <= 90.0 || x >= 220.0 => 3,
        x if x <= 100.0 => 2,
        x if x <= 110.0 => 1,
        _ => 0,
    };
    let heart = match pulse {
        x if x <= 40.0 || x >= 131.0 => 3,
        x if x >= 111.0 => 2,
        x if x <= 50.0 || x >= 91.0 => 1,
        _ => 0,
    };
    let heat = match warmth {
        x if x <= 35.0 => 3,
        x if x >= 39.1 => 2,
        x if x <= 36.0 || x >= 38.1 => 1,
        _ => 0,
    };
    f64::from(breathing + oxygen + pressure + heart + heat)
}

fn attendances(diary: &mut Diary<'_>) {
    let years = calendar::years_exact(diary.life.since, diary.life.until);
    let age = diary.age(diary.life.until);
    let rate = match age {
        ..5 => 0.45,
        5..18 => 0.22,
        18..30 => 0.25,
        30..65 => 0.16,
        _ => 0.24,
    } * (1.35 - 0.09 * f64::from(diary.household.neighbourhood.fifth));
    let homeless = if diary.marked(Marks::NO_ADDRESS) { 4.0 } else { 1.0 };
    let often = county().rates.often.attendances;
    let count = diary
        .rng
        .count((often * rate * homeless * diary.person.contact * years).min(25.0));
    // A hospital can only slip over someone it has met.
    let slips = [
        Marks::MERGED,
        Marks::WRONG_TWIN,
        Marks::MISTYPED,
        Marks::DEATH_DISAGREES,
    ];
    let met = slips.iter().any(|mark| diary.marked(*mark));
    for number in 0..count.max(u32::from(met)) {
        let day = diary.day_between(diary.life.since, diary.life.until);
        let at = diary.any_time(day);
        let by = match (number, diary.marked(Marks::MERGED)) {
            (0, true) => Tellers::WEST,
            (0, false) if met => diary.own_acute(),
            _ => place_taken(diary),
        };
        attend(diary, at, by);
    }
}

/// One attendance and what was measured there.
pub fn attend(diary: &mut Diary<'_>, at: Moment, by: Tellers) {
    let (complaint, found) = complaint(diary, at);
    let minutes = time_there(diary);
    let by_ambulance = diary.age(diary.life.until) > 60 && diary.rng.chance(0.4);
    let attendance = Care::Attendance {
        complaint,
        found,
        by_ambulance,
        minutes,
    };
    diary.note(at, by, attendance);
    if diary.rng.chance(0.45) {
        observations(diary, at.later(15), by, false);
    }
    if complaint == "Chest pain" {
        kidneys(diary, at.later(40), by);
        let fibrillates = diary.has(Condition::Fibrillation).is_some_and(|since| since <= at.date);
        let tracing = if fibrillates {
            "Atrial fibrillation as before. No sign of a heart attack. Troponin not raised twice."
        } else {
            "Regular rhythm. No sign of a heart attack. Troponin not raised twice."
        };
        diary.report(at.later(20), by, "12-lead electrocardiogram", tracing);
    }
}

/// Minutes in the department: most leave within four hours, the rest wait long.
pub fn time_there(diary: &mut Diary<'_>) -> i32 {
    // Fewer of the young wait long, more of the old.
    let older = if diary.age(diary.life.until) >= 75 { 1.35 } else { 0.9 };
    if diary.rng.chance(county().rates.often.long_attendances * older) {
        241 + diary.rng.range(0, 180) + diary.rng.range(0, 240)
    } else {
        diary.rng.range(35, 239)
    }
}

fn complaint(diary: &mut Diary<'_>, at: Moment) -> (&'static str, Term) {
    let young = [
        ("Injury of wrist", words("Sprain of wrist")),
        ("Head injury", words("Minor head injury")),
        ("Fever", words("Viral illness")),
        ("Injury of ankle", words("Sprain of ankle")),
        ("Difficulty breathing", words("Viral wheeze")),
    ];
    // Who does not walk yet sprains nothing.
    let infants = [
        ("Fever", words("Viral illness")),
        ("Difficulty breathing", words("Bronchiolitis, mild")),
        ("Vomiting", words("Feeding difficulty")),
        ("Crying", words("Colic")),
        ("Rash", words("Viral rash")),
    ];
    let adult = [
        ("Chest pain", words("Chest pain, cause not found")),
        ("Abdominal pain", words("Abdominal pain, cause not found")),
        ("Injury of hand", words("Laceration of hand")),
        ("Injury of ankle", words("Sprain of ankle")),
        ("Shortness of breath", words("Exacerbation of airways disease")),
        ("Collapse", words("Faint")),
        ("Back pain", terms::BACK_PAIN),
    ];
    let street = [
        ("Wound of foot", words("Infected wound of foot")),
        ("Assault", words("Injury of face")),
        ("Cough", words("Chest infection")),
        ("Found drowsy", words("Effects of alcohol")),
        ("Low mood", words("Thoughts of self-harm")),
        ("Abdominal pain", words("Abdominal pain, cause not found")),
        ("Cold and wet", words("Effects of cold")),
    ];
    if diary.marked(Marks::NO_ADDRESS) && diary.rng.chance(0.65) {
        return diary.rng.pick(&street);
    }
    let (complaint, found) = match diary.age(at.date) {
        ..1 => diary.rng.pick(&infants),
        1..18 => diary.rng.pick(&young),
        _ => diary.rng.pick(&adult),
    };
    let airways = diary.truly_has(Condition::Copd) || diary.truly_has(Condition::Asthma);
    if complaint == "Shortness of breath" && !airways {
        return (complaint, words("Breathlessness, cause not found"));
    }
    (complaint, found)
}

/// Outpatients, some of them missed.
fn outpatients(diary: &mut Diary<'_>) {
    let clinics = [
        (
            (Condition::Coronary, "Cardiology", "320"),
            "No chest pain since last seen, walks a mile. Tablets unchanged. Seen again in a year.",
        ),
        (
            (Condition::Fibrillation, "Cardiology", "320"),
            "Pulse 72 and irregular, no faints, no bleeding. Tablets unchanged. Back to the practice.",
        ),
        (
            (Condition::Kidney, "Nephrology", "361"),
            "Kidney function steady against last year. Pressure to stay below 140/90; blood test in six months please.",
        ),
        (
            (Condition::Cataract, "Ophthalmology", "130"),
            "Cataract in both eyes, still reads with glasses. Surgery when it troubles; seen again in six months.",
        ),
        (
            (Condition::Diabetes, "Diabetic medicine", "307"),
            "Blood sugars and meals gone over, no hypos. Tablets unchanged. Seen again in a year.",
        ),
        (
            (Condition::Rheumatoid, "Rheumatology", "410"),
            "Joints quiet, no new swelling. Treatment unchanged; blood tests to go on. Seen again in six months.",
        ),
        (
            (Condition::HearingLoss, "Audiology", "840"),
            "Hearing aids cleaned and tuned again. Batteries from the desk; hearing test in three years.",
        ),
        (
            (Condition::Parkinsons, "Neurology", "400"),
            "A little slower than last time, no falls at the clinic. Times of tablets gone over; specialist nurse to call.",
        ),
    ];
    let misses = 0.05 + 0.015 * f64::from(5 - diary.household.neighbourhood.fifth);
    for ((condition, service, specialty), text) in clinics {
        let Some(since) = diary.has(condition) else { continue };
        if !diary.rng.chance(0.3) {
            continue;
        }
        let from = Date(since.0.max(diary.life.since.0));
        let visits = diary.rng.range(1, 3);
        for _ in 0..visits {
            let day = diary.day_between(from, Date(diary.life.until.0 + 60));
            let at = diary.surgery(day);
            let own = diary.own_acute();
            let ahead = at.date.0 > diary.life.until.0;
            let outcome = match diary.rng.unit() {
                _ if ahead => Outcome::Booked,
                x if x < misses => Outcome::Missed,
                x if x < misses + 0.06 => Outcome::Cancelled,
                _ => Outcome::Attended,
            };
            if ahead && !diary.life.living {
                continue;
            }
            let appointment = Care::Appointment {
                service,
                specialty,
                outcome,
            };
            diary.note_ahead(at, own, appointment);
            if outcome == Outcome::Attended && diary.rng.chance(0.5) {
                let text = match planned::had(diary, condition, at.date) {
                    true => "Sees well since the operation. New glasses from the optician; back to the practice.",
                    false => text,
                };
                diary.letter(at.later(2880), own, &format!("{service} clinic letter"), text);
            }
        }
    }
}

/// The hospital says that nothing is known where the practice says penicillin.
fn disagreement(diary: &mut Diary<'_>) {
    let none = Care::Allergy {
        term: terms::NO_KNOWN_ALLERGY,
        reaction: "",
    };
    let by = if diary.marked(Marks::BOTH_HOSPITALS) {
        diary.other_acute()
    } else {
        diary.own_acute()
    };
    let day = diary.day_between(Date(diary.life.until.0 - 300), diary.life.until);
    let at = diary.surgery(day);
    if diary.marked(Marks::ALLERGY_DISAGREES) {
        diary.note(at, by, none);
    }
}
