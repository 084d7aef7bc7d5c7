//! Having a baby: booking, scans, the birth, the weeks after; and what people say of the care they had.

use super::conditions::Condition;
use super::practice::haemoglobin;
use super::{Care, Diary, Outcome, Tellers};
use crate::people::Role;
use crate::terms::words;
use record::{Date, Sex};

/// Maternity of a mother whose children of the last years live with her.
pub fn maternity(diary: &mut Diary<'_>) {
    let person = diary.person;
    if person.sex != Sex::Female || person.role != Role::Adult || !(16..52).contains(&diary.age(diary.life.until)) {
        return;
    }
    let births: Vec<Date> = diary
        .household
        .people
        .iter()
        .filter(|child| child.role == Role::Child && child.born.0 > diary.life.until.0 - 4 * 365)
        .map(|child| child.born)
        .collect();
    let mut last = None;
    for born in births {
        // Twins have one pregnancy.
        if last != Some(born) {
            pregnancy(diary, born);
        }
        last = Some(born);
    }
    // Whoever will have a baby on a played day carries it as the told history ends.
    if diary.life.living
        && let Some(born) = crate::live::births::due(diary.person, diary.household, diary.life.until)
    {
        pregnancy(diary, born);
    }
}

fn pregnancy(diary: &mut Diary<'_>, born: Date) {
    let own = diary.own_acute();
    let fifth = f64::from(diary.household.neighbourhood.fifth);
    let term_days = (diary.rng.normal(277.0, 9.0) as i32).clamp(200, 296);
    let conceived = born.0 - term_days + 14;
    // Most book by ten weeks; fewer where hardship is greater or English is little.
    let early = diary
        .rng
        .chance(0.5 + 0.055 * fifth - if diary.person.interpreter { 0.2 } else { 0.0 });
    let weeks = if early {
        diary.rng.range(7, 10)
    } else {
        diary.rng.range(10, 19)
    };
    let booked = diary.surgery(Date(conceived + 7 * weeks - 14));
    let clock = Care::Episode {
        service: "Maternity",
        until: Some(Date(born.0 + 12)),
    };
    diary.note(booked, own, clock);
    for (week, what) in [
        (weeks, "Maternity booking"),
        (16, "Antenatal clinic"),
        (28, "Antenatal clinic"),
        (36, "Antenatal clinic"),
    ] {
        let on = Date(conceived - 14 + 7 * week.max(weeks));
        if on.0 >= born.0 {
            break;
        }
        let at = diary.surgery(on);
        let missed = what == "Antenatal clinic" && diary.rng.chance(0.03 + 0.01 * (5.0 - fifth));
        let appointment = Care::Appointment {
            service: what,
            specialty: "501",
            outcome: if missed { Outcome::Missed } else { Outcome::Attended },
        };
        diary.note(at, own, appointment);
        if !missed {
            let systolic = diary.rng.normal(112.0, 9.0);
            let pressure = Care::Pressure {
                systolic: systolic.round() as i32,
                diastolic: (30.0 + systolic * 0.33).round() as i32,
                home: false,
            };
            diary.note(at.later(5), own, pressure);
        }
        if !missed && (week == 28 || what == "Maternity booking") {
            haemoglobin(diary, at.later(20), own, (if week == 28 { 113.0 } else { 124.0 }, 9.0));
        }
    }
    let dating = diary.surgery(Date(conceived - 14 + 12 * 7 + 4));
    if dating.date.0 >= booked.date.0 {
        let twins = diary
            .household
            .people
            .iter()
            .any(|child| child.twin && child.born == born);
        let seen = if twins {
            "Two heartbeats; dates agree."
        } else {
            "One heartbeat; dates agree."
        };
        diary.report(dating, own, "Dating scan at 12 weeks", seen);
    }
    let scan = diary.surgery(Date(conceived - 14 + 20 * 7));
    let report = Care::Report {
        title: "Anomaly scan at 20 weeks",
        findings: "Single live fetus, growth as expected for dates. No anomaly seen.",
    };
    if scan.date.0 < born.0
        && !diary
            .household
            .people
            .iter()
            .any(|child| child.twin && child.born == born)
    {
        diary.note(scan, own, report);
    }
    let at = diary.any_time(born);
    delivery(diary, at);
    let after = diary.surgery(Date(born.0 + 49));
    let check = Care::Contact {
        term: words("Postnatal check, 6 to 8 weeks"),
        class: "AMB",
        reason: "After the birth",
        minutes: 15,
        service: "General practice",
    };
    if diary.rng.chance(0.85) {
        diary.note(after, Tellers::PRACTICE, check);
    }
    if diary.truly_has(Condition::Depression) && diary.rng.chance(0.3) {
        let at = diary.practice_sees(Date(born.0 + 75), "Low mood");
        super::mind::low_mood(diary, at);
    }
}

/// The birth itself: a stay on the maternity unit, and an operation for some.
pub fn delivery(diary: &mut Diary<'_>, at: super::Moment) {
    let own = diary.own_acute();
    let nights = diary.rng.range(0, 3);
    let stay = Care::Stay {
        reason: words("Delivery of baby"),
        icd: "O80",
        ward: "Maternity unit",
        specialty: ("501", "Obstetrics"),
        until: Some(super::Moment::new(Date(at.date.0 + nights), 15 * 60).max(at.later(300))),
        emergency: false,
        died: false,
    };
    diary.note(at.later(-200), own, stay);
    if diary.rng.chance(0.28) {
        diary.note(at.later(-60), own, Care::Procedure(words("Caesarean section")));
    }
}

/// What people say when asked after hospital care. Few are asked, fewer answer; most are content, and those who
/// waited long less so.
pub fn experience(diary: &mut Diary<'_>) {
    let met: Vec<_> = diary
        .life
        .happenings
        .iter()
        .filter(|happening| happening.at.date.0 > diary.life.until.0 - 730)
        .filter_map(|happening| match happening.care {
            Care::Attendance { minutes, .. } => Some((happening.at, happening.by, minutes > 240)),
            Care::Stay {
                died: false,
                until: Some(until),
                ..
            } => Some((until, happening.by, false)),
            _ => None,
        })
        .collect();
    for (at, by, waited) in met {
        if !diary.rng.chance(0.06) {
            continue;
        }
        let content = diary.rng.unit() - if waited { 0.25 } else { 0.0 };
        let (overall, heard) = match content {
            x if x < 0.06 => ("Very poor", "No"),
            x if x < 0.15 => ("Poor", "Not always"),
            x if x < 0.25 => ("Neither good nor poor", "Not always"),
            x if x < 0.5 => ("Good", "Yes"),
            _ => ("Very good", "Yes"),
        };
        let answers = Care::Answers {
            title: "Friends and Family Test",
            answers: vec![
                ("Overall, how was your experience of our service?", overall.to_owned()),
                ("Did you feel listened to?", heard.to_owned()),
            ],
        };
        let later = diary.rng.range(2, 20);
        let asked = diary.surgery(Date(at.date.0 + later));
        diary.note(asked, by, answers);
    }
}
