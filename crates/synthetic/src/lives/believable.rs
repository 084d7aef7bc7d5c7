//! What somebody who reads whole histories stumbles over, each as a rule that no history breaks.

use super::conditions::Condition;
use super::reasons::SPECIALTIES;
use super::waiting::YOUNG;
use super::{Care, Happening, Life, Outcome, Tellers};
use crate::household::Household;
use crate::people::Person;
use crate::{Plan, blocks_of, calendar, households, terms};
use record::Date;

pub fn plan() -> Plan {
    Plan {
        people: 12_000,
        seed: 3,
        as_of: Date::new(2026, 11, 1).unwrap(),
    }
}

/// Every life, with whose it is.
pub fn each(mut see: impl FnMut(&Person, &Household, &Life)) {
    for household in blocks_of(plan(), 4_000).flat_map(|block| households(plan(), block)) {
        for person in &household.people {
            let life = super::life(person, &household, plan().as_of);
            see(person, &household, &life);
        }
    }
}

/// A medicine's first word, first day, and last day.
pub fn medicine(happening: &Happening) -> Option<(&'static str, Date, Date)> {
    match happening.care {
        Care::Medicine { product, stopped, .. } => Some((
            product.split(' ').next().unwrap(),
            happening.at.date,
            stopped.unwrap_or(Date(i32::MAX)),
        )),
        _ => None,
    }
}

#[test]
fn nobody_is_sent_to_a_hospital_for_what_their_age_and_sex_do_not_have() {
    let (mut children, mut asked, mut all) = (0, 0, 0);
    each(|person, _, life| {
        for happening in &life.happenings {
            let Care::Referral { to, reason, .. } = happening.care else {
                continue;
            };
            let age = person.age(happening.at.date);
            let who = format!("person {} at {age}: {to}, {reason}", person.ordinal);
            for specialty in SPECIALTIES.iter().filter(|one| one.name == to) {
                if age < 16 {
                    let grown = [
                        "Gallstones",
                        "Heavy periods",
                        "Carpal tunnel",
                        "Kidney stones",
                        "Palpitations",
                    ];
                    assert!(!grown.contains(&reason), "{who}");
                    children += 1;
                }
                for known in specialty.reasons.iter().filter(|one| one.why == reason) {
                    assert!(known.fits(age, person.sex), "{who}");
                    let met = |h: &Happening| {
                        let contact = matches!(h.care, Care::Contact { .. }) && h.by.has(Tellers::PRACTICE);
                        contact && h.at.date == happening.at.date
                    };
                    all += 1;
                    asked += i32::from(life.happenings.iter().any(met));
                }
            }
            if to == YOUNG {
                assert!(age < 18, "{who}");
                assert!(age >= 12 || reason != "Harming themselves", "{who}");
            }
        }
    });
    assert!(
        children > 50 && asked * 100 > all * 97,
        "{children} children, {asked} of {all}"
    );
}

#[test]
fn nobody_misses_an_appointment_with_a_clinic_they_were_not_yet_sent_to() {
    let mut missed = 0;
    each(|person, _, life| {
        let stayed = |h: &Happening| matches!(h.care, Care::Stay { .. });
        if !life.conditions.is_empty() || life.happenings.iter().any(stayed) {
            return;
        }
        for happening in &life.happenings {
            let Care::Appointment {
                service,
                outcome: Outcome::Missed,
                ..
            } = happening.care
            else {
                continue;
            };
            let sent = life.happenings.iter().filter_map(|h| match h.care {
                Care::Referral { to, .. } if to == service => Some(h.at.date),
                _ => None,
            });
            if let Some(first) = sent.min() {
                missed += 1;
                assert!(first < happening.at.date, "person {}: {service}", person.ordinal);
            }
        }
    });
    assert!(missed > 20, "{missed}");
}

#[test]
fn nothing_is_measured_over_the_telephone() {
    let measured = [
        "Yearly physical check, severe mental illness",
        "Breathless on the stairs",
        "Asthma review",
        "COPD review",
        "Palpitations",
        "Cough at night, wheeze",
        "Ear discomfort",
    ];
    let mut met = 0;
    each(|person, _, life| {
        for happening in &life.happenings {
            if let Care::Contact { term, reason, .. } = happening.care
                && measured.contains(&reason)
                && happening.by.has(Tellers::PRACTICE)
                // A child under five blows into nothing.
                && person.age(happening.at.date) >= 6
            {
                met += 1;
                assert!(term != terms::TELEPHONE, "person {}: {reason}", person.ordinal);
            }
        }
    });
    assert!(met > 300, "{met}");
}

#[test]
fn the_letter_after_talking_therapies_says_what_was_written_down() {
    let mut letters = 0;
    each(|person, _, life| {
        for letter in &life.happenings {
            let Care::Letter { title, text, .. } = &letter.care else {
                continue;
            };
            if title != "Talking therapies: end of treatment" {
                continue;
            }
            letters += 1;
            let course = |h: &&Happening| {
                h.at < letter.at && h.at.date.0 > letter.at.date.0 - 180 && h.by.has(Tellers::COMMUNITY)
            };
            let came = life.happenings.iter().filter(course).filter(|h| {
                matches!(
                    h.care,
                    Care::Appointment {
                        service: "Talking therapies",
                        outcome: Outcome::Attended,
                        ..
                    }
                )
            });
            let mut scores = life.happenings.iter().filter(course).filter_map(|h| match h.care {
                Care::Result { test, value, .. } if ["PHQ9", "GAD7"].contains(&test.short) => Some((test.short, value)),
                _ => None,
            });
            let (came, last) = (came.count(), scores.next_back());
            // Whoever was on a ward for a part of it has fewer rows.
            let wards = life.happenings.iter().any(|h| matches!(h.care, Care::Stay { .. }));
            if let Some((test, value)) = last
                && !wards
            {
                let name = if test == "GAD7" { "GAD-7" } else { "PHQ-9" };
                let wanted = format!("Last {name} score {value:.0}.");
                assert!(
                    text.contains(&wanted),
                    "person {}: {text}, not {wanted}",
                    person.ordinal
                );
                assert!(
                    text.starts_with(&format!("Came to {came} of ")),
                    "person {}: {text}, {came}",
                    person.ordinal
                );
            }
        }
    });
    assert!(letters > 30, "{letters}");
}

#[test]
fn who_is_taken_in_says_why_and_the_blood_fits_what_was_found() {
    let (mut none, mut lungs) = (0, Vec::new());
    each(|person, _, life| {
        for stay in &life.happenings {
            let Care::Stay {
                reason,
                emergency: true,
                ..
            } = stay.care
            else {
                continue;
            };
            for happening in life
                .happenings
                .iter()
                .filter(|h| (h.at.date.0 - stay.at.date.0).abs() <= 1)
            {
                match happening.care {
                    Care::Attendance { complaint, found, .. } if found == reason => {
                        let plain = super::causes::complaint(reason.words) == "Unwell";
                        assert!(
                            complaint != "Unwell" || plain,
                            "person {}: {}",
                            person.ordinal,
                            reason.words
                        );
                    }
                    Care::Result { test, value, .. } if test.short == "CRP" && happening.at == stay.at.later(45) => {
                        if reason.words.ends_with("cause not found") {
                            none += 1;
                            assert!(value < 15.0, "person {}: CRP {value}, {}", person.ordinal, reason.words);
                        } else if reason == terms::PNEUMONIA {
                            lungs.push(value);
                        }
                    }
                    _ => {}
                }
            }
        }
    });
    let high = lungs.iter().filter(|value| **value > 50.0).count();
    assert!(
        none > 50 && lungs.len() > 50 && high * 10 > lungs.len() * 9,
        "{none} {high} of {}",
        lungs.len()
    );
}

#[test]
fn a_visit_within_72_hours_comes_within_them() {
    let mut visits = 0;
    each(|person, _, life| {
        for visit in &life.happenings {
            let Care::Contact { term, .. } = visit.care else {
                continue;
            };
            if term.words != "Follow-up within 72 hours" {
                continue;
            }
            visits += 1;
            let after = |h: &Happening| match h.care {
                Care::Stay { until: Some(until), .. } => (0..=3).contains(&(visit.at.date.0 - until.date.0)),
                _ => false,
            };
            assert!(life.happenings.iter().any(after), "person {}", person.ordinal);
        }
    });
    assert!(visits > 10, "{visits}");
}

#[test]
fn practices_are_shut_on_weekends_and_bank_holidays() {
    let mut met = 0;
    each(|person, _, life| {
        for happening in life.happenings.iter().filter(|h| h.by == Tellers::PRACTICE) {
            if let Care::Contact { reason, .. } | Care::Referral { reason, .. } = happening.care {
                let on = happening.at.date;
                met += 1;
                // What is sent on some days after a consultation may be written of a weekend.
                let written = matches!(happening.care, Care::Referral { .. });
                let shut = calendar::bank_holiday(on) || calendar::weekday(on) >= 5;
                assert!(!shut || written, "person {} on {}: {reason}", person.ordinal, on.iso());
            }
        }
    });
    assert!(met > 10_000, "{met}");
}

#[test]
fn falls_are_counted_over_the_year_that_is_asked_about() {
    let mut assessed = 0;
    each(|person, _, life| {
        for happening in &life.happenings {
            let Care::Answers {
                title: "Falls assessment",
                answers,
            } = &happening.care
            else {
                continue;
            };
            let on = happening.at.date;
            let year = life
                .falls
                .iter()
                .filter(|fall| fall.at.date <= on && fall.at.date.0 > on.0 - 372);
            let said: usize = answers[0].1.parse().unwrap();
            assessed += 1;
            assert!(said <= year.count(), "person {}: {said}", person.ordinal);
            let hip = life
                .falls
                .iter()
                .any(|fall| fall.harm == super::Harm::Hip && (0..170).contains(&(on.0 - fall.at.date.0)));
            let seconds: i32 = answers[2].1.parse().unwrap();
            assert!(
                !hip || seconds >= 26,
                "person {} after a broken hip: {seconds}",
                person.ordinal
            );
        }
    });
    assert!(assessed > 30, "{assessed}");
}

#[test]
fn cholesterol_does_not_leap_from_year_to_year() {
    let (mut leaps, mut steps) = (0, 0);
    each(|_, _, life| {
        let values: Vec<f64> = life
            .happenings
            .iter()
            .filter_map(|h| match h.care {
                Care::Result { test, value, .. } if test.short == "CHOL" => Some(value),
                _ => None,
            })
            .collect();
        for pair in values.windows(2) {
            steps += 1;
            leaps += i32::from((pair[0] - pair[1]).abs() > 2.0);
        }
    });
    assert!(steps > 2_000 && leaps * 100 < steps, "{leaps} of {steps}");
}

#[test]
fn most_who_are_fifteen_have_had_the_last_boosters() {
    let (mut had, mut all) = (0, 0);
    each(|person, _, life| {
        if (15..22).contains(&person.age(plan().as_of)) && life.living {
            all += 1;
            let is = |h: &Happening| matches!(h.care, Care::Vaccination { term, .. } if term == terms::TEENAGE);
            had += i32::from(life.happenings.iter().any(is));
        }
    });
    assert!(all > 300 && had * 100 > all * 70 && had < all, "{had} of {all}");
}

#[test]
fn no_form_says_to_stay_at_home_before_somebody_is_taken_in_for_an_infection() {
    let mut forms = 0;
    each(|person, _, life| {
        for form in &life.happenings {
            let Care::Wish { text, .. } = &form.care else { continue };
            if !text.contains("not go to hospital unless injured") {
                continue;
            }
            forms += 1;
            for later in life.happenings.iter().filter(|h| h.at > form.at) {
                if let Care::Stay {
                    reason,
                    emergency: true,
                    ..
                } = later.care
                {
                    assert!(
                        reason == terms::HIP_FRACTURE,
                        "person {}: {}",
                        person.ordinal,
                        reason.words
                    );
                }
            }
        }
    });
    assert!(forms > 20, "{forms}");
}

#[test]
fn results_are_talked_over_where_there_are_some_and_medicines_where_they_are_taken() {
    let mut talks = 0;
    each(|person, _, life| {
        for talk in &life.happenings {
            let Care::Contact { reason, .. } = talk.care else {
                continue;
            };
            let before = |h: &Happening, days: i32| (0..=days).contains(&(talk.at.date.0 - h.at.date.0));
            let tested = |h: &Happening| matches!(h.care, Care::Result { .. } | Care::Report { .. }) && before(h, 60);
            if reason == "Discussion of test results" {
                talks += 1;
                assert!(life.happenings.iter().any(tested), "person {}", person.ordinal);
            }
            if reason == "Medication review" {
                let taken = life
                    .happenings
                    .iter()
                    .filter_map(medicine)
                    .any(|(_, from, _)| from <= talk.at.date);
                assert!(taken, "person {} takes nothing", person.ordinal);
            }
        }
    });
    assert!(talks > 300, "{talks}");
}

#[test]
fn one_back_pain_is_not_begun_twice_in_a_week() {
    let mut pains = 0;
    each(|person, _, life| {
        let days: Vec<Date> = life
            .happenings
            .iter()
            .filter(|h| matches!(h.care, Care::Problem { term, .. } if term == terms::BACK_PAIN))
            .map(|h| h.at.date)
            .collect();
        pains += days.len();
        for pair in days.windows(2) {
            assert!(pair[1].0 - pair[0].0 >= 60, "person {}", person.ordinal);
        }
    });
    assert!(pains > 500, "{pains}");
}

#[test]
fn not_everybody_who_has_something_early_has_it_from_one_birthday_on() {
    let mut ages = std::collections::BTreeMap::<i32, i32>::new();
    let mut all = 0;
    each(|person, _, life| {
        for had in life
            .conditions
            .iter()
            .filter(|had| had.condition == Condition::FragilityFracture)
        {
            *ages.entry(had.since.0 - person.born.0).or_default() += 1;
            all += 1;
        }
    });
    let most = ages.values().copied().max().unwrap_or_default();
    assert!(
        all > 80 && most * 50 < all.max(150),
        "{most} of {all} on one day of life"
    );
}

#[test]
fn who_dies_on_a_ward_is_very_ill_when_they_come() {
    let (mut high, mut all) = (0, 0);
    each(|_, _, life| {
        for stay in &life.happenings {
            if let Care::Stay {
                died: true,
                emergency: true,
                reason,
                ..
            } = stay.care
                && reason != terms::HIP_FRACTURE
            {
                all += 1;
                high += life
                    .happenings
                    .iter()
                    .filter(|h| h.at == stay.at.later(30))
                    .filter(
                        |h| matches!(h.care, Care::Result { test, value, .. } if test.short == "NEWS2" && value >= 5.0),
                    )
                    .count();
            }
        }
    });
    assert!(all > 15 && high * 10 > all * 8, "{high} of {all}");
}

#[test]
fn a_broken_hip_comes_through_the_front_door() {
    let mut hips = 0;
    each(|person, _, life| {
        for stay in &life.happenings {
            if let Care::Stay { reason, .. } = stay.care
                && reason == terms::HIP_FRACTURE
            {
                hips += 1;
                let came = |h: &Happening| {
                    matches!(h.care, Care::Attendance { complaint: "Fall", .. })
                        && h.by == stay.by
                        && stay.at.date.0 - h.at.date.0 <= 1
                        && h.at < stay.at
                };
                assert!(life.happenings.iter().any(came), "person {}", person.ordinal);
            }
        }
    });
    assert!(hips > 20, "{hips}");
}

#[test]
fn what_failed_for_an_infection_is_not_given_again_within_four_weeks() {
    let (mut again, mut same) = (0, 0);
    each(|person, _, life| {
        let courses: Vec<(Date, &str)> = life
            .happenings
            .iter()
            .filter_map(|h| match h.care {
                Care::Medicine {
                    product,
                    reason: "Urine infection",
                    ..
                } => Some((h.at.date, product)),
                _ => None,
            })
            .collect();
        let allergic = life
            .happenings
            .iter()
            .any(|h| matches!(h.care, Care::Allergy { term, .. } if term != terms::NO_KNOWN_ALLERGY));
        for pair in courses.windows(2) {
            if pair[1].0.0 - pair[0].0.0 <= 28 && !allergic {
                again += 1;
                same += i32::from(pair[0].1 == pair[1].1);
                assert!(pair[0].1 != pair[1].1, "person {}: {pair:?}", person.ordinal);
            }
        }
    });
    assert!(again > 5 && same == 0, "{same} of {again}");
}
