//! Low mood, worry, severe mental illness, memory: how they are met, scored, treated and followed.
//!
//! Depression follows NICE NG222 (a score, talking therapies or a tablet, seen again within weeks); severe illness
//! the yearly physical check and, for lithium, blood tests (NICE CG185); memory the referral after blood tests (NG97).

use super::conditions::Condition;
use super::practice::{fats, haemoglobin, height, kidneys, number, usual_pressure};
use super::waiting::YOUNG;
use super::{Care, Diary, Moment, Outcome, Tellers, over_years};
use crate::terms::{self, term, words};
use record::Date;

const THERAPIES: &str = "Talking therapies";
const TEAM: &str = "Community mental health team";

/// Everything of the mind that the community trust and the practice tell.
pub fn mind(diary: &mut Diary<'_>) {
    common(diary);
    severe(diary);
    memory(diary);
}

fn later(date: Date, days: i32) -> Date {
    Date(date.0 + days)
}

/// Someone comes with low mood: a score, and what it asks for. Of whom nobody knows that they are depressed, the
/// score is written down and no more.
pub fn low_mood(diary: &mut Diary<'_>, at: Moment) {
    let known = diary
        .has(Condition::Depression)
        .is_some_and(|since| since.0 <= at.date.0 + 3);
    let mean = match diary.truly_has(Condition::Depression) {
        true => 15.5,
        false if diary.truly_has(Condition::Anxiety) => 9.5,
        false => 7.0,
    };
    let score = diary.rng.normal(mean, 4.0).round().clamp(1.0, 26.0);
    number(diary, at, Tellers::PRACTICE, &terms::PHQ9, score);
    if followed(diary, at.date) {
        return;
    }
    if score < 10.0 {
        if diary.rng.chance(0.35) {
            review(diary, at.date, 28, score - 1.0);
        }
        return;
    }
    if score >= 20.0 && diary.rng.chance(0.45) {
        let seen = later(at.date, diary.rng.range(3, 12));
        // Whoever is under eighteen has a team of their own.
        let team = if diary.age(at.date) < 18 { YOUNG } else { TEAM };
        diary.sent_on(
            at,
            Tellers::PRACTICE.and(Tellers::COMMUNITY),
            team,
            "Severe low mood, safety asked about",
            (true, seen),
        );
        let met = diary.community_sees(seen, "Mental health assessment", "Severe low mood", team);
        let text = "Seen with a relative. Low for some months, thoughts of not waking up, no plan to act on them. Safety plan \
                    written together with numbers for day and night. The practice to see again within two weeks; back to us \
                    at once if worse.";
        diary.letter(
            met.later(1440),
            Tellers::COMMUNITY,
            &format!("{team}: assessment"),
            text,
        );
    } else if diary.age(at.date) >= 18 && diary.rng.chance(0.45) {
        let waits = diary.rng.range(12, 60);
        let seen = later(at.date, waits);
        diary.sent_on(at, Tellers::PRACTICE, THERAPIES, "Low mood", (false, seen));
        sessions(diary, seen, (score, &terms::PHQ9));
    }
    if known && diary.age(at.date) >= 18 {
        tablet(diary, at.date);
    }
    let weeks = diary.rng.range(14, 24);
    let better = score - f64::from(diary.rng.range(0, 5));
    // Nobody who scores as severe is left without being seen again.
    if diary.rng.chance(0.8) || score >= 20.0 {
        review(diary, at.date, weeks, better);
        if diary.rng.chance(0.55) {
            let better = better - f64::from(diary.rng.range(0, 6));
            let weeks = weeks + diary.rng.range(28, 60);
            review(diary, at.date, weeks, better);
        }
    }
}

/// Whether the same low mood is being followed about this day.
fn followed(diary: &Diary<'_>, on: Date) -> bool {
    diary.life.happenings.iter().any(|h| {
        let review = matches!(h.care, Care::Contact { reason, .. } if reason == "Low mood: review");
        review && (h.at.date.0 - on.0).abs() < 200
    })
}

fn review(diary: &mut Diary<'_>, from: Date, days: i32, score: f64) {
    let on = later(from, days);
    if on.0 > diary.life.until.0 {
        return;
    }
    let at = diary.practice_sees(on, "Low mood: review");
    number(diary, at, Tellers::PRACTICE, &terms::PHQ9, score.clamp(0.0, 27.0));
}

/// A tablet begun, or the second one where the first did not help.
fn tablet(diary: &mut Diary<'_>, on: Date) {
    let taking = |first: &str| {
        diary.life.happenings.iter().any(|h| {
            matches!(h.care, Care::Medicine { product, stopped, .. }
                if product.starts_with(first) && h.at.date.0 <= on.0 && stopped.is_none_or(|day| day.0 > on.0))
        })
    };
    let (first, second) = (taking("Sertraline"), taking("Mirtazapine"));
    let over = later(on, diary.rng.range(200, 900));
    // It ends with the illness, or when the next is begun.
    let well = super::medicines::over(diary, Condition::Depression).map(|day| later(day, 90));
    let next = diary.life.happenings.iter().filter_map(|h| match h.care {
        Care::Medicine {
            reason: "Depression", ..
        } => Some(h.at.date),
        _ => None,
    });
    let ends = well.into_iter().chain(next).filter(|day| *day > on);
    let over = Some(ends.min().map_or(over, |day| day.min(over)));
    if !first && !second {
        diary.takes(
            on,
            ("Sertraline 50mg tablets", "One tablet once a day"),
            "Depression",
            over,
        );
    } else if !second && diary.rng.chance(0.4) {
        diary.takes(
            on,
            ("Mirtazapine 15mg tablets", "One tablet at night"),
            "Depression",
            over,
        );
        // In place of the first, which did not help.
        super::together::end(diary, &["Sertraline"], on);
    }
}

/// Someone comes because they worry.
pub fn anxious(diary: &mut Diary<'_>, at: Moment) {
    let truly = diary.truly_has(Condition::Anxiety);
    let score = diary
        .rng
        .normal(if truly { 12.5 } else { 7.0 }, 3.5)
        .round()
        .clamp(1.0, 21.0);
    number(diary, at, Tellers::PRACTICE, &terms::GAD7, score);
    if score >= 9.0 && diary.age(at.date) >= 18 && diary.rng.chance(0.35) {
        let seen = later(at.date, diary.rng.range(12, 60));
        diary.sent_on(at, Tellers::PRACTICE, THERAPIES, "Anxiety", (false, seen));
        sessions(diary, seen, (score, &terms::GAD7));
    }
}

/// A course of talking therapy: fortnightly, scored as it goes; a third leave before it ends.
fn sessions(diary: &mut Diary<'_>, from: Date, (score, test): (f64, &'static terms::Test)) {
    let held = |h: &super::Happening| {
        matches!(h.care, Care::Episode { service: THERAPIES, .. }) && (h.at.date.0 - from.0).abs() < 500
    };
    let remembers = diary.has(Condition::Dementia).is_none_or(|since| since.0 > from.0);
    if from.0 > diary.life.until.0 || !remembers || diary.life.happenings.iter().any(held) {
        return;
    }
    let count = diary.rng.range(2, 9);
    let (mut score, mut last, mut came) = (score, score, 0);
    let over = later(from, 14 * (count + 1));
    let begun = diary.surgery(from);
    let episode = Care::Episode {
        service: THERAPIES,
        until: Some(over),
    };
    diary.note(begun, Tellers::COMMUNITY, episode);
    for session in 0..count {
        let at = diary.surgery(later(from, 14 * session));
        let missed = session > 0 && diary.rng.chance(0.12);
        let appointment = Care::Appointment {
            service: THERAPIES,
            specialty: "710",
            outcome: if missed { Outcome::Missed } else { Outcome::Attended },
        };
        diary.note(at, Tellers::COMMUNITY, appointment);
        came += i32::from(!missed);
        if !missed && session % 2 == 0 {
            number(diary, at, Tellers::COMMUNITY, test, score);
            last = score;
            score = (score - f64::from(diary.rng.range(-1, 4))).clamp(1.0, 27.0);
        }
    }
    if count > 4 {
        let at = diary.surgery(over);
        let text = format!(
            "Came to {came} of {count} sessions of cognitive behavioural therapy. Last {} score {last:.0}. Has a plan for \
             staying well and knows how to come back.",
            if test.short == "GAD7" { "GAD-7" } else { "PHQ-9" }
        );
        diary.letter(at, Tellers::COMMUNITY, "Talking therapies: end of treatment", &text);
    }
}

/// How depression and anxiety were first met, when that falls within what is told.
fn common(diary: &mut Diary<'_>) {
    if let Some(since) = diary.has(Condition::Depression).filter(|since| diary.told(*since)) {
        let at = diary.practice_sees(since, "Low mood");
        low_mood(diary, at);
    }
    if let Some(since) = diary.has(Condition::Anxiety).filter(|since| diary.told(*since)) {
        let at = diary.practice_sees(since, "Feeling anxious");
        anxious(diary, at);
    }
}

/// Severe mental illness: the team, the yearly physical check, lithium's blood tests, a ward now and then.
fn severe(diary: &mut Diary<'_>) {
    let Some(since) = diary.has(Condition::Schizophrenia).or(diary.has(Condition::Bipolar)) else {
        return;
    };
    let from = since.0.max(diary.life.since.0);
    if diary.rng.chance(0.6) {
        with_the_team(diary, from.max(diary.life.until.0 - 900));
    }
    let fifth = f64::from(diary.household.neighbourhood.fifth);
    let comes = (0.5 + 0.05 * fifth) * diary.household.practice.reach;
    let mut day = from + diary.rng.range(30, 360);
    while day < diary.life.until.0 {
        if diary.rng.chance(comes) {
            yearly_check(diary, Date(day));
        }
        day += diary.rng.range(340, 420);
    }
    lithium(diary, from);
    let years = f64::from(diary.life.until.0 - from) / 365.25;
    for _ in 0..diary.rng.count(0.06 * years).min(3) {
        let on = diary.day_between(Date(from), later(diary.life.until, -20));
        ward(diary, on);
    }
}

fn with_the_team(diary: &mut Diary<'_>, from: i32) {
    let begun = diary.surgery(Date(from + 10));
    let left = diary.rng.chance(0.25);
    let over = later(begun.date, diary.rng.range(200, 700));
    let episode = Care::Episode {
        service: TEAM,
        until: left.then_some(over),
    };
    diary.note(begun, Tellers::COMMUNITY, episode);
    let last = if left {
        over.0.min(diary.life.until.0)
    } else {
        diary.life.until.0
    };
    let mut day = from + 10;
    let mut visits = 0;
    while day < last && visits < 14 {
        let at = diary.surgery(Date(day));
        let missed = diary.rng.chance(0.14);
        let appointment = Care::Appointment {
            service: TEAM,
            specialty: "710",
            outcome: if missed { Outcome::Missed } else { Outcome::Attended },
        };
        diary.note(at, Tellers::COMMUNITY, appointment);
        day += diary.rng.range(28, 90);
        visits += 1;
    }
    if diary.rng.chance(0.5) {
        let plan = Care::Plan {
            term: term("736253002", "Mental health crisis plan"),
            text: if diary.household.home.is_empty() {
                "Early signs: sleeping little, staying indoors. Call the duty worker first. Prefers to be at home with family or a friend staying over."
            } else {
                "Early signs: sleeping little, staying in their room. Staff to call the duty worker first. Prefers the home and staff they know."
            }
            .to_owned(),
        };
        diary.note(begun.later(40_000), Tellers::COMMUNITY, plan);
    }
}

fn yearly_check(diary: &mut Diary<'_>, on: Date) {
    let at = diary.practice_meets(on, "Yearly physical check, severe mental illness");
    let tall = height(diary);
    let bmi = over_years::bmi(diary, at.date) + diary.rng.normal(0.0, 0.6);
    number(
        diary,
        at,
        Tellers::PRACTICE,
        &terms::WEIGHT,
        bmi * tall * tall / 10_000.0,
    );
    number(diary, at, Tellers::PRACTICE, &terms::BMI, bmi);
    let usual = usual_pressure(diary, at.date);
    let systolic = diary.rng.normal(usual, 7.0);
    let pressure = Care::Pressure {
        systolic: systolic.round() as i32,
        diastolic: (34.0 + systolic * 0.34).round() as i32,
        home: false,
    };
    diary.note(at, Tellers::PRACTICE, pressure);
    if diary.has(Condition::Diabetes).is_none() {
        let sugar = diary.rng.normal(38.5, 2.6).clamp(29.0, 47.0);
        number(diary, at, Tellers::PRACTICE, &terms::HBA1C, sugar);
        let cholesterol = fats(diary, false);
        number(diary, at, Tellers::PRACTICE, &terms::CHOLESTEROL, cholesterol);
    }
}

/// Lithium is measured every three to six months, kidneys and thyroid with every other.
fn lithium(diary: &mut Diary<'_>, from: i32) {
    let found = diary.life.happenings.iter().find_map(|h| match h.care {
        Care::Medicine { product, stopped, .. } if product.starts_with("Lithium") => Some((h.at.date, stopped)),
        _ => None,
    });
    let Some((begun, stopped)) = found else { return };
    let last = stopped.map_or(diary.life.until.0, |day| day.0);
    let mut day = begun.0.max(from).max(diary.life.since.0) + 30;
    let mut every_other = false;
    while day < last {
        let at = diary.surgery(Date(day));
        let level = diary.rng.normal(0.68, 0.12).clamp(0.2, 1.3);
        number(diary, at, Tellers::PRACTICE, &terms::LITHIUM, level);
        if every_other {
            kidneys(diary, at, Tellers::PRACTICE);
            let tsh = diary.rng.normal(2.4, 0.8).clamp(0.4, 8.0);
            number(diary, at, Tellers::PRACTICE, &terms::TSH, tsh);
        }
        every_other = !every_other;
        day += diary.rng.range(95, 190);
    }
}

/// Some weeks on the trust's own ward, and a visit within three days of leaving.
fn ward(diary: &mut Diary<'_>, on: Date) {
    let had = diary.life.conditions.iter().find(|had| {
        let severe = matches!(had.condition, Condition::Schizophrenia | Condition::Bipolar);
        severe && had.diagnosed && had.since.0 <= on.0
    });
    let Some(had) = had.copied() else { return };
    let at = diary.any_time(on);
    let nights = diary.rng.range(12, 60);
    let until = Moment::new(later(on, nights), 14 * 60);
    if diary.on_a_ward(at, until) {
        return;
    }
    let stay = Care::Stay {
        reason: had.term,
        icd: had.icd,
        ward: super::MENTAL_WARD,
        specialty: ("710", "Adult mental illness"),
        until: (until.date.0 <= diary.life.until.0).then_some(until),
        emergency: true,
        died: false,
    };
    diary.note(at, Tellers::COMMUNITY, stay);
    if until.date.0 < diary.life.until.0 {
        let text = "Came in unwell after stopping tablets and sleeping little. Better on the ward; tablets agreed. Home with the \
                    community team, to be seen within three days.";
        super::acute::discharged(diary, until, Tellers::COMMUNITY, text);
        let seen = Moment::new(later(until.date, 2), 11 * 60);
        diary.community_sees_at(seen, "Follow-up within 72 hours", "After a stay on the ward", TEAM);
    }
}

/// Memory: the practice first, with blood tests; the service's assessment; a diagnosis; yearly reviews after it.
fn memory(diary: &mut Diary<'_>) {
    let Some(since) = diary.has(Condition::Dementia) else {
        return;
    };
    if diary.told(since) && diary.rng.chance(0.8) {
        let asked = diary.practice_sees(later(since, -110), "Forgetful, family worried");
        haemoglobin(diary, asked.later(1440), Tellers::PRACTICE, (133.0, 11.0));
        let tsh = 0.8 + 2.4 * diary.rng.unit();
        number(diary, asked.later(1440), Tellers::PRACTICE, &terms::TSH, tsh);
        let both = Tellers::PRACTICE.and(Tellers::COMMUNITY);
        diary.sent_on(
            asked.later(3 * 1440),
            both,
            "Memory service",
            "Forgetful, family worried",
            (false, since),
        );
        let met = diary.community_sees(
            later(since, -30),
            "Memory assessment",
            "Forgetful, family worried",
            "Memory service",
        );
        let score = diary.rng.range(52, 82);
        let answers = Care::Answers {
            title: "Addenbrooke's Cognitive Examination III",
            answers: vec![("Total score out of 100", score.to_string())],
        };
        diary.note(met, Tellers::COMMUNITY, answers);
        let own = diary.own_acute();
        let scan = diary.surgery(later(since, -12));
        diary.report(
            scan,
            own,
            "CT of head",
            "Shrinkage in keeping with age and a little more. No bleed or mass.",
        );
        let told = diary.surgery(since);
        // In the practice's own words, so that one illness is not told as two.
        let had = diary
            .life
            .conditions
            .iter()
            .find(|had| had.condition == Condition::Dementia);
        let named = had.map_or(term("52448006", "Dementia"), |had| had.term);
        diary.problem(told, Tellers::COMMUNITY, named, "F03", None);
        diary.community_sees(
            later(since, 70),
            "Memory service review",
            "Tablets and support at home",
            "Memory service",
        );
    }
    let mut day = since.0.max(diary.life.since.0) + diary.rng.range(200, 400);
    while day < diary.life.until.0 {
        if diary.rng.chance(0.7) {
            diary.practice_sees(Date(day), "Dementia care plan review");
        }
        day += diary.rng.range(340, 420);
    }
}

/// What is agreed at a yearly health check: another thing each year.
const ACTIONS: [&str; 5] = [
    "Walk three times a week. Dentist in spring. Eye test due. Blood pressure again in six months. Written in easy words and pictures.",
    "Hearing test asked for. Swap fizzy drinks for water. Blood test in autumn with numbing cream. Written in easy words and pictures.",
    "Dentist seen: brush twice a day with help. Join the walking group on Tuesdays. Written in easy words and pictures.",
    "Flu vaccination in October. Bowels once a day: more fruit, tell staff if three days pass. Written in easy words and pictures.",
    "Eye test done: new glasses. Sleep by eleven. Weigh every three months. Written in easy words and pictures.",
];

/// What a learning disability asks for each year.
pub fn health_checks(diary: &mut Diary<'_>) {
    let fifth = f64::from(diary.household.neighbourhood.fifth);
    let mut day = diary.life.until.0 - diary.rng.range(0, 364);
    while day > diary.life.since.0 && diary.age(Date(day)) >= 14 {
        if diary.rng.chance(0.62 + 0.03 * fifth) {
            let at = diary.surgery(Date(day));
            let check = Care::Contact {
                term: words("Learning disability annual health check"),
                class: "AMB",
                reason: "Annual health check",
                minutes: 40,
                service: "General practice",
            };
            diary.note(at, Tellers::PRACTICE, check);
            let tall = height(diary);
            let bmi = over_years::bmi(diary, at.date) + diary.rng.normal(0.0, 0.6);
            if diary.age(at.date) >= 18 {
                number(
                    diary,
                    at,
                    Tellers::PRACTICE,
                    &terms::WEIGHT,
                    bmi * tall * tall / 10_000.0,
                );
            }
            if diary.rng.chance(0.8) {
                let plan = Care::Plan {
                    term: words("Health action plan"),
                    text: ACTIONS[usize::try_from(diary.age(at.date)).unwrap_or(0) % ACTIONS.len()].to_owned(),
                };
                diary.note(at, Tellers::PRACTICE, plan);
            }
        }
        day -= diary.rng.range(345, 400);
    }
}
