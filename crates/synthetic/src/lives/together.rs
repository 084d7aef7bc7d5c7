//! Medicines that are not taken together, and those that failing kidneys forbid: whoever would have both has one.
//! By the British National Formulary's interactions and the kidney sections of each medicine.

use super::conditions::Condition;
use super::{Care, Diary, Happening};
use record::Date;

/// Thin the blood.
pub const ANTICOAGULANTS: [&str; 2] = ["Apixaban", "Warfarin"];
/// Thin the blood too: not beside an anticoagulant in someone stable.
const ANTIPLATELETS: [&str; 2] = ["Aspirin", "Clopidogrel"];
/// Raise lithium in the blood.
const RAISE_LITHIUM: [&str; 2] = ["Indapamide", "Ramipril"];
/// Not where kidneys filter less than thirty.
const KIDNEYS: [&str; 5] = [
    "Metformin",
    "Alendronic",
    "Spironolactone",
    "Methotrexate",
    "Dapagliflozin",
];

/// The first word of a medicine.
fn drug(happening: &Happening) -> Option<(&'static str, Option<Date>)> {
    match happening.care {
        Care::Medicine { product, stopped, .. } => Some((product.split(' ').next().unwrap_or_default(), stopped)),
        _ => None,
    }
}

/// Whether one of these is taken on a day.
pub fn takes(diary: &Diary<'_>, drugs: &[&str], on: Date) -> bool {
    diary.life.happenings.iter().any(|happening| {
        drug(happening).is_some_and(|(drug, stopped)| {
            drugs.contains(&drug) && happening.at.date <= on && stopped.is_none_or(|day| day > on)
        })
    })
}

/// The first day of any of these.
fn begun(diary: &Diary<'_>, drugs: &[&str]) -> Option<Date> {
    let days = diary.life.happenings.iter().filter_map(|happening| {
        let (drug, _) = drug(happening)?;
        drugs.contains(&drug).then_some(happening.at.date)
    });
    days.min()
}

/// Ends these on a day, or takes them out where they would begin on it or later.
pub fn end(diary: &mut Diary<'_>, drugs: &[&str], on: Date) {
    diary
        .life
        .happenings
        .retain(|happening| drug(happening).is_none_or(|(drug, _)| !drugs.contains(&drug) || happening.at.date < on));
    for happening in &mut diary.life.happenings {
        if let Care::Medicine { product, stopped, .. } = &mut happening.care
            && drugs.contains(&product.split(' ').next().unwrap_or_default())
        {
            *stopped = Some(stopped.map_or(on, |day| day.min(on)));
        }
    }
}

/// Parts what must not be taken together.
pub fn parted(diary: &mut Diary<'_>) {
    let everything = Date(i32::MIN);
    if begun(diary, &ANTICOAGULANTS[..1]).is_some() {
        end(diary, &ANTICOAGULANTS[1..], everything);
    }
    if let Some(on) = begun(diary, &ANTICOAGULANTS) {
        end(diary, &ANTIPLATELETS, on);
    }
    if begun(diary, &ANTIPLATELETS[1..]).is_some() {
        end(diary, &ANTIPLATELETS[..1], everything);
    }
    if begun(diary, &["Sertraline"]).is_some() {
        end(diary, &["Mirtazapine"], everything);
    }
    if begun(diary, &["Lithium"]).is_some() {
        let failing = diary.has(Condition::HeartFailure).is_some();
        instead(diary, if failing { &RAISE_LITHIUM[..1] } else { &RAISE_LITHIUM });
    }
    if let Some(since) = failing_kidneys(diary) {
        end(diary, &KIDNEYS, since);
    }
}

/// Since when kidneys filter less than thirty.
pub fn failing_kidneys(diary: &Diary<'_>) -> Option<Date> {
    let failing =
        |had: &&super::conditions::Had| had.condition == Condition::Kidney && had.term.words.contains("stage 4");
    diary.life.conditions.iter().find(failing).map(|had| had.since)
}

/// An anticoagulant is begun on this day: what else thins the blood stops.
pub fn thinned(diary: &mut Diary<'_>, on: Date) {
    end(diary, &ANTIPLATELETS, on);
}

/// Pressure in those who take lithium is treated with amlodipine; a failing heart keeps its ramipril.
fn instead(diary: &mut Diary<'_>, drugs: &[&str]) {
    let mut held = begun(diary, &["Amlodipine"]).is_some();
    diary.life.happenings.retain_mut(|happening| {
        let Some((drug, _)) = drug(happening) else { return true };
        if !drugs.contains(&drug) {
            return true;
        }
        if let Care::Medicine { product, dose, .. } = &mut happening.care
            && !held
        {
            (*product, *dose) = ("Amlodipine 5mg tablets", "One tablet once a day");
            held = true;
            return true;
        }
        false
    });
}

#[cfg(test)]
mod tests {
    use crate::lives::believable::{each, medicine};
    use crate::lives::{Care, Tellers, medicines};
    use crate::terms;
    use record::Date;

    #[test]
    fn what_must_not_be_taken_together_is_not() {
        let apart: [(&[&str], &[&str]); 5] = [
            (&["Apixaban"], &["Warfarin"]),
            (&["Apixaban", "Warfarin"], &["Aspirin", "Clopidogrel"]),
            (&["Lithium"], &["Indapamide"]),
            (&["Sertraline"], &["Mirtazapine"]),
            (&["Methotrexate"], &["Trimethoprim"]),
        ];
        let mut seen = [0; 5];
        each(|person, _, life| {
            let taken: Vec<_> = life.happenings.iter().filter_map(medicine).collect();
            for (at, (one, other)) in apart.iter().enumerate() {
                for first in taken.iter().filter(|first| one.contains(&first.0)) {
                    seen[at] += 1;
                    for second in taken.iter().filter(|second| other.contains(&second.0)) {
                        let both = first.1 < second.2 && second.1 < first.2;
                        assert!(!both, "person {}: {first:?} and {second:?}", person.ordinal);
                    }
                }
            }
            let failing = life.conditions.iter().find(|had| had.term.words.contains("stage 4"));
            for (drug, _, until) in &taken {
                if let Some(had) = failing
                    && ["Metformin", "Alendronic"].contains(drug)
                {
                    assert!(*until <= had.since, "person {}: {drug}", person.ordinal);
                }
            }
        });
        assert!(seen.iter().all(|seen| *seen > 5), "{seen:?}");
    }

    #[test]
    fn no_child_is_begun_on_what_is_for_grown_ups() {
        let mut young = 0;
        each(|person, _, life| {
            for (drug, from, _) in life.happenings.iter().filter_map(medicine) {
                let age = person.age(from);
                let who = format!("person {} at {age}: {drug}", person.ordinal);
                if ["Sertraline", "Mirtazapine", "Propranolol"].contains(&drug) {
                    young += i32::from(age < 25);
                    assert!(age >= 18, "{who}");
                }
                if ["Lamotrigine", "Levetiracetam", "Levothyroxine"].contains(&drug) {
                    assert!(age >= 12, "{who}");
                }
            }
            for happening in &life.happenings {
                let age = person.age(happening.at.date);
                match happening.care {
                    Care::Smoking(_) => assert!(age >= 15, "person {} smokes at {age}", person.ordinal),
                    Care::Result { test, .. } if test.short == "AUDITC" => assert!(age >= 16),
                    Care::Problem { term, .. } if term == terms::OBESITY => assert!(age >= 18),
                    _ => {}
                }
            }
        });
        assert!(young > 20, "{young}");
    }

    #[test]
    fn a_course_lasts_as_long_as_its_words_say() {
        let mut courses = 0;
        each(|person, _, life| {
            for happening in &life.happenings {
                if let Care::Medicine {
                    product,
                    dose,
                    stopped: Some(stopped),
                    repeat: false,
                    ..
                } = happening.care
                {
                    courses += 1;
                    let days = stopped.0 - happening.at.date.0;
                    for (words, wanted) in [("three days", 3), ("five days", 5), ("a week", 7), ("four weeks", 28)] {
                        if dose.ends_with(&format!("for {words}")) {
                            assert_eq!(days, wanted, "person {}: {product}, {dose}", person.ordinal);
                        }
                    }
                }
            }
        });
        assert!(courses > 1_000, "{courses}");
        assert_eq!(medicines::days("One capsule once a day for four weeks"), 28);
    }

    #[test]
    fn what_was_for_an_illness_that_is_over_has_ended_too() {
        let mut over = 0;
        each(|person, _, life| {
            let resolved = life.happenings.iter().find_map(|h| match h.care {
                Care::Problem { term, resolved, .. } if term.code == "35489007" && h.by.has(Tellers::PRACTICE) => {
                    resolved
                }
                _ => None,
            });
            let Some(resolved) = resolved else { return };
            over += 1;
            // Whoever is low again comes again, and may begin again.
            let came = life.happenings.iter().any(|h| {
                matches!(h.care, Care::Contact { reason, .. } if reason.starts_with("Low mood"))
                    && h.at.date >= resolved
            });
            for (drug, from, until) in life.happenings.iter().filter_map(medicine) {
                if ["Sertraline", "Mirtazapine"].contains(&drug) && !came {
                    let on = until.0.min(life.until.0);
                    assert!(
                        from < Date(resolved.0 + 90) && on <= resolved.0 + 90,
                        "person {}: {drug}",
                        person.ordinal
                    );
                }
            }
        });
        assert!(over > 50, "{over}");
    }
}
