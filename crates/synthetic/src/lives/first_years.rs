//! The first years of a child, as the field knows them: the list of a practice, the check and reviews of the healthy
//! child programme, and the vaccinations of the routine schedule. Who is missed is uneven: poorer families more.
//!
//! All of it follows from the child alone, whatever day it is read on, so that the told history and the days played
//! after it go on from one another.
//!
//! The schedule is the UK's as it stood on each child's days (UKHSA, complete routine immunisation schedule; changes of
//! 1 July 2025 and 1 January 2026: MenB at 12 weeks and PCV at 16, Hib/MenC ended, a visit at 18 months, MMRV). Left
//! out: the one catch-up dose of MMRV for those born from 2020 to August 2022, and seasonal flu.
//!
//! Reviews: health visitor service delivery metrics, England 2024 to 2025 and 2017 to 2018 (OHID, OGL v3.0): new birth
//! visit within 14 days 85%, within 30 days 98%; 6 to 8 weeks 82%; one year 77% in time and 85% by 15 months; two to two
//! and a half years 80%. Vaccinations: COVER 2024 to 2025 (UKHSA), South West, rounded; the slope over deprivation is
//! our own reading of the published gap [to be checked].

use super::{Care, Diary, Happening, Life, Moment, Outcome, Tellers};
use crate::calendar::{self, date};
use crate::household::Household;
use crate::people::Person;
use crate::terms::{self, Term, words};
use record::Date;

/// Days after the birth by which everything here has happened, catching up included.
pub const DAYS: i32 = 1_700;

/// A visit to the practice for vaccinations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Days of age at which it is due.
    pub due: i32,
    /// What is given.
    pub vaccines: Vec<Term>,
}

/// The routine schedule up to the booster before school, for a child born on this day.
pub fn schedule(born: Date) -> Vec<Visit> {
    let (from, at) = (
        |year, month| born >= date(year, month, 1),
        |days: i32| Date(born.0 + days),
    );
    let core = if from(2017, 8) {
        terms::SIX_IN_ONE
    } else {
        terms::FIVE_IN_ONE
    };
    // Which of the two schedules a child is on follows from the day of the visit at twelve weeks.
    let moved = at(84) >= date(2025, 7, 1);
    let pneumococcal = from(2006, 9);
    let one_dose = from(2020, 1);
    let men_b = from(2015, 7);
    let early_second = from(2024, 7);
    let measles = |with_varicella| if with_varicella { terms::MMRV } else { terms::MMR };
    let visits: [(i32, &[(Term, bool)]); 6] = [
        (
            56,
            &[
                (core, true),
                (terms::MEN_B, men_b),
                (terms::ROTAVIRUS, from(2013, 5)),
                (terms::PCV, pneumococcal && !one_dose),
            ],
        ),
        (
            84,
            &[
                (core, true),
                (terms::ROTAVIRUS, from(2013, 5)),
                (terms::MEN_B, moved),
                (terms::PCV, one_dose && !moved),
                (terms::MEN_C, from(2006, 9) && !from(2016, 5)),
            ],
        ),
        (
            112,
            &[
                (core, true),
                (terms::MEN_B, men_b && !moved),
                (terms::PCV, pneumococcal && !one_dose || moved),
            ],
        ),
        (
            366,
            &[
                (measles(from(2025, 1)), true),
                (terms::PCV, pneumococcal),
                (terms::MEN_B, men_b),
                (terms::HIB_MEN_C, from(2005, 9) && !early_second),
            ],
        ),
        (548, &[(core, early_second), (measles(true), early_second)]),
        (
            1_218,
            &[(terms::PRESCHOOL, true), (measles(from(2022, 9)), !early_second)],
        ),
    ];
    let visits = visits.into_iter().map(|(due, vaccines)| Visit {
        due,
        vaccines: vaccines
            .iter()
            .filter(|(_, given)| *given)
            .map(|(term, _)| *term)
            .collect(),
    });
    visits.filter(|visit| !visit.vaccines.is_empty()).collect()
}

/// How much more is missed in each deprivation fifth, 1 the most deprived, than in the middle.
const MISSED: [f64; 5] = [1.9, 1.35, 1.0, 0.8, 0.65];

/// What happens in a child's first years, up to the booster before school.
pub fn first_years(person: &Person, household: &Household) -> Vec<Happening> {
    let born = person.born;
    let mut diary = Diary {
        person,
        household,
        life: Life {
            conditions: Vec::new(),
            happenings: Vec::with_capacity(32),
            falls: Vec::new(),
            since: born,
            until: Date(born.0 + DAYS),
            living: true,
            first: 0,
            met: Tellers::default(),
        },
        rng: person.rng("first years"),
    };
    // Families differ, and a family's children are brought or not brought alike.
    let mut family = crate::random::Rng::keyed(person.seed, person.household, u16::MAX, "brought");
    let fifth = usize::from(household.neighbourhood.fifth.clamp(1, 5)) - 1;
    let missed = MISSED[fifth] * family.liability(0.55);
    let declines = family.chance(0.018);
    registered(&mut diary);
    reviews(&mut diary, missed);
    checked(&mut diary, missed);
    vaccinated(&mut diary, missed, declines);
    let mut found = diary.life.happenings;
    found.sort_by_key(|happening| happening.at);
    found
}

fn registered(diary: &mut Diary<'_>) {
    let days = diary.rng.range(4, 12);
    let at = diary.surgery(Date(diary.person.born.0 + days));
    let contact = Care::Contact {
        term: words("Registration of a newborn"),
        class: "VR",
        reason: "New to the practice's list",
        minutes: 5,
        service: "General practice",
    };
    diary.note(at, Tellers::PRACTICE, contact);
}

/// Reviews of the health visitor: what they are called, days of age from and to, and the share missed.
const REVIEWS: [(&str, i32, i32, f64); 3] = [
    ("Health visitor review, 6 to 8 weeks", 42, 56, 0.18),
    ("Health visitor review, one year", 275, 365, 0.15),
    ("Health visitor review, two to two and a half years", 735, 905, 0.20),
];

fn reviews(diary: &mut Diary<'_>, missed: f64) {
    let born = diary.person.born;
    let after = match diary.rng.unit() {
        x if x < 0.02 * missed => None,
        x if x < 0.15 => Some(diary.rng.range(15, 28)),
        _ => Some(diary.rng.range(10, 14)),
    };
    if let Some(after) = after {
        let on = Date(born.0 + after);
        let at = diary.community_sees(on, "Health visitor new birth visit", PROGRAMME, VISITORS);
        weighed(diary, at, Tellers::COMMUNITY);
    }
    for (what, from, to, share) in REVIEWS {
        let mut after = diary.rng.range(from, to);
        if diary.rng.chance((share * missed).min(0.8)) {
            not_brought(diary, after, VISITORS, Tellers::COMMUNITY);
            continue;
        }
        // One in ten of the reviews at one year comes after the birthday.
        if to == 365 && diary.rng.chance(0.1) {
            after = diary.rng.range(366, 450);
        }
        let at = diary.community_sees(Date(born.0 + after), what, PROGRAMME, VISITORS);
        weighed(diary, at, Tellers::COMMUNITY);
        if to > 700 && diary.rng.chance(0.91) {
            stages(diary, at, missed);
        }
    }
}

const PROGRAMME: &str = "Healthy child programme";
const VISITORS: &str = "Health visiting";

/// The questionnaire of the last review (ASQ-3): four in five are as expected in everything, speech lags most.
fn stages(diary: &mut Diary<'_>, at: Moment, missed: f64) {
    let lags = [
        ("Communication", 0.12),
        ("Gross motor", 0.05),
        ("Fine motor", 0.05),
        ("Problem solving", 0.05),
        ("Personal and social", 0.06),
    ];
    let slope = 0.7 + 0.3 * missed;
    let answers = lags.map(|(skill, share)| {
        let lag = diary.rng.chance(share * slope);
        (
            skill,
            if lag { "Below what is expected" } else { "As expected" }.to_owned(),
        )
    });
    let care = Care::Answers {
        title: "Ages and Stages Questionnaire (ASQ-3)",
        answers: answers.to_vec(),
    };
    diary.note(at.later(20), Tellers::COMMUNITY, care);
}

/// The practice's own look at a baby: eyes, heart and hips.
fn checked(diary: &mut Diary<'_>, missed: f64) {
    let after = diary.rng.range(43, 60);
    if diary.rng.chance((0.07 * missed).min(0.5)) {
        not_brought(diary, after, "General practice", Tellers::PRACTICE);
        return;
    }
    let at = diary.surgery(Date(diary.person.born.0 + after));
    let check = Care::Contact {
        term: words("Infant physical examination, 6 to 8 weeks"),
        class: "AMB",
        reason: "Routine check of eyes, heart and hips",
        minutes: 15,
        service: "General practice",
    };
    diary.note(at, Tellers::PRACTICE, check);
}

/// The share of each visit that is missed in the middle fifth; somewhat less than half is caught up.
fn share_missed(due: i32) -> f64 {
    match due {
        ..100 => 0.05,
        100..200 => 0.065,
        200..500 => 0.08,
        500..1_000 => 0.11,
        _ => 0.15,
    }
}

fn vaccinated(diary: &mut Diary<'_>, missed: f64, declines: bool) {
    let mut before = 0;
    for Visit { due, vaccines } in schedule(diary.person.born) {
        let mut after = due + diary.rng.range(0, 12) + diary.rng.range(0, (14.0 * missed) as i32);
        let misses = diary.rng.chance((share_missed(due) * missed).min(0.7));
        let comes_later = diary.rng.chance(0.45);
        let late = diary.rng.range(40, 220);
        if misses && !declines {
            not_brought(diary, after, "Childhood immunisations", Tellers::PRACTICE);
            if !comes_later {
                continue;
            }
            after += late;
        }
        // Doses stand four weeks apart, whoever came late to the one before.
        after = after.max(before + 28);
        before = after;
        let at = diary.surgery(Date(diary.person.born.0 + after));
        // Rotavirus is not begun after fifteen weeks, nor given after twenty-four.
        let latest = if due < 60 { 104 } else { 167 };
        for term in vaccines {
            if term == terms::ROTAVIRUS && after > latest {
                continue;
            }
            let care = Care::Vaccination {
                term,
                declined: declines,
            };
            diary.note(at, Tellers::PRACTICE, care);
        }
    }
}

/// An appointment to which a child was not brought: half of them stand on the record.
fn not_brought(diary: &mut Diary<'_>, after: i32, service: &'static str, by: Tellers) {
    let at = diary.surgery(Date(diary.person.born.0 + after));
    if diary.rng.chance(0.5) {
        let missed = Care::Appointment {
            service,
            specialty: if by == Tellers::PRACTICE { "600" } else { "" },
            outcome: Outcome::Missed,
        };
        diary.note(at, by, missed);
    }
}

/// A child's weight against that at birth, by days of age.
const GROWTH: [(i32, f64); 7] = [
    (0, 0.97),
    (14, 1.06),
    (49, 1.45),
    (112, 1.95),
    (270, 2.6),
    (365, 2.9),
    (905, 3.95),
];

fn weighed(diary: &mut Diary<'_>, at: Moment, by: Tellers) {
    let age = at.date.0 - diary.person.born.0;
    let next = GROWTH
        .iter()
        .position(|(days, _)| *days > age)
        .unwrap_or(GROWTH.len() - 1)
        .max(1);
    let ((from, low), (to, high)) = (GROWTH[next - 1], GROWTH[next]);
    let share = low + (high - low) * f64::from((age - from).min(to - from)) / f64::from(to - from);
    let care = Care::Result {
        test: &terms::WEIGHT,
        value: birth_weight(diary.person) * share * diary.rng.normal(1.0, 0.02),
        unit: "kg",
        decimals: 2,
    };
    diary.note(at.later(5), by, care);
}

/// What a child weighed at birth, kg.
pub fn birth_weight(person: &Person) -> f64 {
    person.rng("birth weight").normal(3.4, 0.45).clamp(1.9, 5.0)
}

/// Whether these are still a child's first years on this day.
pub fn lasts(person: &Person, on: Date) -> bool {
    on.0 >= person.born.0 && on.0 <= person.born.0 + DAYS
}

/// What of the first years stands on the record of someone who was a child so long ago: vaccinations.
pub fn stays_on_record(happening: &Happening, until: Date, born: Date) -> bool {
    calendar::years(born, until) < 5 || matches!(happening.care, Care::Vaccination { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Plan, blocks_of, households};

    fn given(born: Date) -> Vec<(i32, Vec<&'static str>)> {
        let short = |term: &Term| match *term {
            terms::MMR => "MMR",
            other => other.words.split(' ').next().unwrap_or_default(),
        };
        let visits = schedule(born);
        visits
            .iter()
            .map(|visit| (visit.due, visit.vaccines.iter().map(short).collect()))
            .collect()
    }

    #[test]
    fn each_child_is_offered_what_the_schedule_of_its_days_says() {
        let table = [
            (
                date(2012, 3, 1),
                "56 5-in-1 Pneumococcal; 84 5-in-1 Meningococcal; 112 5-in-1 Pneumococcal; \
                 366 MMR Pneumococcal Hib/MenC; 1218 4-in-1 MMR",
            ),
            (
                date(2018, 3, 1),
                "56 6-in-1 Meningococcal Rotavirus Pneumococcal; 84 6-in-1 Rotavirus; \
                 112 6-in-1 Meningococcal Pneumococcal; 366 MMR Pneumococcal Meningococcal Hib/MenC; 1218 4-in-1 MMR",
            ),
            (
                date(2023, 3, 1),
                "56 6-in-1 Meningococcal Rotavirus; 84 6-in-1 Rotavirus Pneumococcal; 112 6-in-1 Meningococcal; \
                 366 MMR Pneumococcal Meningococcal Hib/MenC; 1218 4-in-1 MMRV",
            ),
            (
                date(2024, 8, 1),
                "56 6-in-1 Meningococcal Rotavirus; 84 6-in-1 Rotavirus Pneumococcal; 112 6-in-1 Meningococcal; \
                 366 MMR Pneumococcal Meningococcal; 548 6-in-1 MMRV; 1218 4-in-1",
            ),
            (
                date(2026, 9, 1),
                "56 6-in-1 Meningococcal Rotavirus; 84 6-in-1 Rotavirus Meningococcal; 112 6-in-1 Pneumococcal; \
                 366 MMRV Pneumococcal Meningococcal; 548 6-in-1 MMRV; 1218 4-in-1",
            ),
        ];
        for (born, wanted) in table {
            let found: Vec<String> = given(born)
                .into_iter()
                .map(|(due, what)| format!("{due} {}", what.join(" ")))
                .collect();
            assert_eq!(found.join("; "), wanted, "born {}", born.iso());
        }
    }

    /// Of children who are old enough, those who had each thing, in the two poorest fifths and the two richest.
    #[test]
    fn most_children_are_seen_and_vaccinated_and_poorer_ones_are_missed_more() {
        let plan = Plan {
            people: 120_000,
            seed: 1,
            as_of: date(2026, 11, 1),
        };
        let mut counts = [[0.0f64; 7]; 2];
        for block in blocks_of(plan, 4_000) {
            for household in households(plan, block) {
                let poor = match household.neighbourhood.fifth {
                    1 | 2 => 0,
                    4 | 5 => 1,
                    _ => continue,
                };
                for child in household.people.iter().filter(|person| person.age(plan.as_of) < 12) {
                    let rows = first_years(child, &household);
                    let seen = |what: &str| {
                        let is = |row: &&Happening| matches!(row.care, Care::Contact { term, .. } if term.words.contains(what));
                        rows.iter().filter(is).count() as f64
                    };
                    let doses = |wanted: &[Term]| {
                        let is = |row: &&Happening| matches!(row.care, Care::Vaccination { term, declined: false } if wanted.contains(&term));
                        rows.iter().filter(is).count()
                    };
                    let held = &mut counts[poor];
                    held[0] += 1.0;
                    held[1] += seen("new birth visit");
                    held[2] += seen("review, 6 to 8 weeks");
                    held[3] += seen("review, one year");
                    held[4] += seen("two to two and a half");
                    held[5] += seen("Infant physical examination");
                    held[6] += f64::from(u8::from(doses(&[terms::MMR, terms::MMRV]) >= 2));
                    assert!(doses(&[terms::SIX_IN_ONE, terms::FIVE_IN_ONE]) <= 4);
                }
            }
        }
        let [poorer, richer] = counts.map(|held| held.map(|n| n / held[0]));
        eprintln!("poorer {poorer:.3?}, richer {richer:.3?}");
        for at in 2..7 {
            assert!(poorer[at] < richer[at] - 0.015, "{at}: {} {}", poorer[at], richer[at]);
        }
        let near = |at: usize, share: f64| {
            let middle = (poorer[at] + richer[at]) / 2.0;
            assert!((middle - share).abs() < 0.05, "{at}: {middle:.3}, wanted {share}");
        };
        near(1, 0.98);
        near(2, 0.81);
        near(3, 0.85);
        near(4, 0.79);
        near(5, 0.92);
        near(6, 0.87);
    }
}
