//! What happens to people: the conditions they have and the care that follows, and who knows of it.

pub mod acute;
pub mod anticoagulation;
#[cfg(test)]
mod believable;
#[cfg(test)]
mod believable_clinics;
pub mod cancer;
pub mod causes;
pub mod childhood;
pub mod community;
pub mod conditions;
pub mod consultations;
pub mod first_years;
pub mod kin;
pub mod maternity;
pub mod medicines;
pub mod mind;
pub mod onset;
pub mod operations;
pub mod over_years;
pub mod planned;
pub mod plans;
pub mod practice;
pub mod prevention;
pub mod reasons;
pub mod stays;
pub mod telling;
pub mod together;
pub mod waiting;
pub mod young;

use crate::calendar::{self, Moment};
use crate::household::Household;
use crate::people::{Marks, Person};
use crate::place::Acute;
use crate::random::Rng;
use crate::terms::{Term, Test};
use conditions::{Condition, Had};
use record::Date;

/// Which of the senders that write clinical records know of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tellers(u8);

impl Tellers {
    /// The practice.
    pub const PRACTICE: Tellers = Tellers(1);
    /// The east's acute trust.
    pub const EAST: Tellers = Tellers(2);
    /// The west's acute trust.
    pub const WEST: Tellers = Tellers(4);
    /// The community and mental health trust.
    pub const COMMUNITY: Tellers = Tellers(8);

    /// Both.
    pub const fn and(self, other: Tellers) -> Tellers {
        Tellers(self.0 | other.0)
    }

    /// Whether this teller is among them.
    pub const fn has(self, other: Tellers) -> bool {
        self.0 & other.0 != 0
    }

    /// The acute trust as a teller.
    pub const fn acute(acute: Acute) -> Tellers {
        match acute {
            Acute::East => Tellers::EAST,
            Acute::West => Tellers::WEST,
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Happening {
    /// When.
    pub at: Moment,
    /// Who tells of it.
    pub by: Tellers,
    /// What.
    pub care: Care,
    /// Entered in error: told, then withdrawn.
    pub in_error: bool,
}

/// Kinds of thing that happen.
#[derive(Clone, Debug)]
pub enum Care {
    /// A diagnosis or problem.
    Problem {
        /// What.
        term: Term,
        /// ICD-10 code hospitals use; empty when none.
        icd: &'static str,
        /// When it went away.
        resolved: Option<Date>,
        /// Only suspected.
        suspected: bool,
    },
    /// A medicine.
    Medicine {
        /// Product in words.
        product: &'static str,
        /// How to take it.
        dose: &'static str,
        /// When it was stopped.
        stopped: Option<Date>,
        /// Repeat prescription, else one course.
        repeat: bool,
        /// Why, in words; empty when not said.
        reason: &'static str,
    },
    /// An allergy, or that there is none.
    Allergy {
        /// To what.
        term: Term,
        /// What it did; empty when not known.
        reaction: &'static str,
    },
    /// A number.
    Result {
        /// What was measured.
        test: &'static Test,
        /// The number in `unit`.
        value: f64,
        /// The unit as written; empty when left out.
        unit: &'static str,
        /// Digits after the point.
        decimals: usize,
    },
    /// A blood pressure.
    Pressure {
        /// mmHg.
        systolic: i32,
        /// mmHg.
        diastolic: i32,
        /// Measured at home.
        home: bool,
    },
    /// Smoking status.
    Smoking(Term),
    /// A vaccination given, or declined.
    Vaccination {
        /// Which.
        term: Term,
        /// Not given: the person, or parent, declined.
        declined: bool,
    },
    /// A contact with a service.
    Contact {
        /// What sort.
        term: Term,
        /// FHIR class: AMB, HH, VR, IMP, EMER.
        class: &'static str,
        /// Why.
        reason: &'static str,
        /// Minutes it lasted.
        minutes: i32,
        /// Service or specialty.
        service: &'static str,
    },
    /// A hospital stay.
    Stay {
        /// Why, in words.
        reason: Term,
        /// ICD-10.
        icd: &'static str,
        /// Ward.
        ward: &'static str,
        /// Specialty: NHS code and words.
        specialty: (&'static str, &'static str),
        /// When it ended; `None` while still in.
        until: Option<Moment>,
        /// Through the emergency department.
        emergency: bool,
        /// Died there.
        died: bool,
    },
    /// An emergency attendance.
    Attendance {
        /// Complaint.
        complaint: &'static str,
        /// What was found.
        found: Term,
        /// Brought by ambulance.
        by_ambulance: bool,
        /// Minutes there.
        minutes: i32,
    },
    /// A booked appointment.
    Appointment {
        /// Service.
        service: &'static str,
        /// Specialty code for hospitals.
        specialty: &'static str,
        /// What became of it.
        outcome: Outcome,
    },
    /// A referral.
    Referral {
        /// To.
        to: &'static str,
        /// Why.
        reason: &'static str,
        /// Priority.
        urgent: bool,
        /// Still waiting.
        open: bool,
    },
    /// Something done.
    Procedure(Term),
    /// An imaging or other report.
    Report {
        /// Title.
        title: &'static str,
        /// Findings.
        findings: &'static str,
    },
    /// A flag.
    Flag {
        /// Category in words.
        category: &'static str,
        /// What.
        term: Term,
        /// More words.
        note: String,
    },
    /// A wish: ReSPECT, advance decision, power of attorney.
    Wish {
        /// What.
        term: Term,
        /// Words.
        text: String,
        /// Where the signed original is.
        original: &'static str,
    },
    /// A plan of care.
    Plan {
        /// Title.
        term: Term,
        /// Words.
        text: String,
    },
    /// A letter or summary.
    Letter {
        /// Type.
        term: Term,
        /// Title.
        title: String,
        /// Words.
        text: String,
    },
    /// A period in a service's care.
    Episode {
        /// Service.
        service: &'static str,
        /// When it ended.
        until: Option<Date>,
    },
    /// An answered questionnaire.
    Answers {
        /// Its name.
        title: &'static str,
        /// Questions and answers.
        answers: Vec<(&'static str, String)>,
    },
    /// A relative or carer.
    Relative {
        /// Name.
        given: String,
        /// Surname.
        family: &'static str,
        /// Relation in words.
        relation: &'static str,
        /// Phone.
        phone: String,
    },
}

/// What became of an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Came.
    Attended,
    /// Did not come.
    Missed,
    /// Called off.
    Cancelled,
    /// Still to come.
    Booked,
}

/// A life: conditions and what followed.
#[derive(Debug)]
pub struct Life {
    /// Conditions, oldest first, known or not.
    pub conditions: Vec<Had>,
    /// What happened, oldest first.
    pub happenings: Vec<Happening>,
    /// Falls, oldest first: several senders tell of the same one.
    pub falls: Vec<Fall>,
    /// When today's practice began to keep their record.
    pub since: Date,
    /// The as-of date, or the day they died.
    pub until: Date,
    /// Whether they still live.
    pub living: bool,
    /// The number of the first happening: ids are made of numbers, and what is told day by day has its own.
    pub first: u32,
    /// Who has met them before what is told here: nobody, when the whole history is told.
    pub met: Tellers,
}

impl Life {
    /// The day they died.
    pub fn until_death(&self) -> Option<Date> {
        (!self.living).then_some(self.until)
    }
}

/// A fall.
#[derive(Clone, Copy, Debug)]
pub struct Fall {
    /// When.
    pub at: Moment,
    /// What came of it.
    pub harm: Harm,
    /// An ambulance came.
    pub ambulance: bool,
    /// The hospital they were taken to, if they were.
    pub taken: Tellers,
}

/// What a fall did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// Nothing, or a bruise.
    None,
    /// A wound or sprain that needed the emergency department.
    Hurt,
    /// A broken hip.
    Hip,
}

/// The community and mental health trust's own ward.
pub const MENTAL_WARD: &str = "Acute mental health ward";

/// Writes happenings of one person.
pub struct Diary<'a> {
    /// Whose.
    pub person: &'a Person,
    /// Where they live.
    pub household: &'a Household,
    /// What has been written.
    pub life: Life,
    /// Chance.
    pub rng: Rng,
}

impl Diary<'_> {
    /// Notes something, unless it falls outside the person's life.
    pub fn note(&mut self, at: Moment, by: Tellers, care: Care) {
        if at.date.0 >= self.person.born.0 && at.date.0 <= self.life.until.0 {
            self.life.happenings.push(Happening {
                at,
                by,
                care,
                in_error: false,
            });
        }
    }

    /// Notes something still to come.
    pub fn note_ahead(&mut self, at: Moment, by: Tellers, care: Care) {
        self.life.happenings.push(Happening {
            at,
            by,
            care,
            in_error: false,
        });
    }

    /// Since when they have a condition that somebody diagnosed.
    pub fn has(&self, condition: Condition) -> Option<Date> {
        self.life
            .conditions
            .iter()
            .find(|had| had.condition == condition && had.diagnosed)
            .map(|had| had.since)
    }

    /// Whether they truly have it, known or not.
    pub fn truly_has(&self, condition: Condition) -> bool {
        self.life.conditions.iter().any(|had| had.condition == condition)
    }

    /// Age on a day.
    pub fn age(&self, on: Date) -> i32 {
        self.person.age(on)
    }

    /// A minute in surgery hours.
    pub fn surgery(&mut self, on: Date) -> Moment {
        let minute = self.rng.range(8 * 6, 18 * 6) * 10;
        let holiday = matches!(calendar::ymd(on), (_, 12, 24..=28) | (_, 1, 1));
        let on = if holiday { Date(on.0 + 5) } else { on };
        Moment::new(calendar::working_day(on), u16::try_from(minute).unwrap_or(600))
    }

    /// Any minute of the day.
    pub fn any_time(&mut self, on: Date) -> Moment {
        Moment::new(on, u16::try_from(self.rng.range(0, 1439)).unwrap_or(0))
    }

    /// A day between two, both possible.
    pub fn day_between(&mut self, from: Date, to: Date) -> Date {
        Date(self.rng.range(from.0, to.0.max(from.0)))
    }

    /// Their own acute trust.
    pub fn own_acute(&self) -> Tellers {
        Tellers::acute(self.household.neighbourhood.acute)
    }

    /// The other acute trust.
    pub fn other_acute(&self) -> Tellers {
        match self.household.neighbourhood.acute {
            Acute::East => Tellers::WEST,
            Acute::West => Tellers::EAST,
        }
    }

    /// Whether a mark is set.
    pub fn marked(&self, mark: Marks) -> bool {
        self.person.marks.has(mark)
    }
}

/// The life of one person up to the as-of date.
pub fn life(person: &Person, household: &Household, as_of: Date) -> Life {
    let until = person.died.unwrap_or(as_of);
    let mut rng = person.rng("life");
    let years = rng.range(2, 10);
    let since = Date((until.0 - years * 365).max(person.born.0));
    let mut diary = Diary {
        person,
        household,
        life: Life {
            conditions: conditions::conditions(person, household, until),
            happenings: Vec::with_capacity(64),
            falls: Vec::new(),
            since,
            until,
            living: person.died.is_none(),
            first: 0,
            met: Tellers::default(),
        },
        rng,
    };
    // What someone must not be given comes first: what is prescribed asks for it.
    practice::allergies(&mut diary);
    childhood::childhood(&mut diary);
    practice::practice(&mut diary);
    prevention::prevention(&mut diary);
    medicines::medicines(&mut diary);
    onset::onset(&mut diary);
    cancer::cancers(&mut diary);
    consultations::consultations(&mut diary);
    acute::acute(&mut diary);
    waiting::waiting(&mut diary);
    maternity::maternity(&mut diary);
    community::community(&mut diary);
    mind::mind(&mut diary);
    cancer::palliative(&mut diary);
    plans::plans(&mut diary);
    maternity::experience(&mut diary);
    anticoagulation::decisions(&mut diary);
    consultations::back_again(&mut diary);
    let mut life = diary.life;
    life.happenings.sort_by_key(|h| h.at);
    not_elsewhere(&mut life.happenings);
    without_a_home(person, &mut life.happenings);
    consultations::answered(&mut life.happenings);
    let mut rng = person.rng("errors");
    for happening in &mut life.happenings {
        not_yet(&mut happening.care, until);
        let may = matches!(
            happening.care,
            Care::Problem { .. } | Care::Result { .. } | Care::Pressure { .. }
        );
        happening.in_error = may && rng.chance(0.002);
    }
    life
}

/// Nobody is visited, or measures anything, at a home that they do not have: services meet them where they are.
pub fn without_a_home(person: &Person, happenings: &mut [Happening]) {
    if !person.marks.has(Marks::NO_ADDRESS) {
        return;
    }
    for happening in happenings {
        match &mut happening.care {
            Care::Contact { term, class, .. } if *class == "HH" => {
                (*term, *class) = (crate::terms::words("Seen at the day centre"), "AMB");
            }
            Care::Pressure { home, .. } => *home = false,
            _ => {}
        }
    }
}

/// Whoever is on a ward is not at their practice, nor visited at home, nor taken in anew.
fn not_elsewhere(happenings: &mut Vec<Happening>) {
    let mut stays: Vec<(Moment, Moment)> = Vec::new();
    for happening in happenings.iter() {
        if let Care::Stay { until, .. } = happening.care {
            let last = until.unwrap_or(Moment::new(Date(i32::MAX), 0));
            stays.push((happening.at, last));
        }
    }
    if stays.is_empty() {
        return;
    }
    let meets = |happening: &Happening| {
        matches!(
            happening.care,
            Care::Contact { .. }
                | Care::Pressure { .. }
                | Care::Result { .. }
                | Care::Vaccination { .. }
                | Care::Appointment { .. }
                | Care::Answers { .. }
        ) && !happening.by.has(Tellers::EAST.and(Tellers::WEST))
            || matches!(
                happening.care,
                Care::Attendance { .. }
                    | Care::Appointment {
                        outcome: Outcome::Attended,
                        ..
                    }
            )
    };
    happenings.retain(|happening| {
        let within = |(from, until): &(Moment, Moment)| happening.at > *from && happening.at < *until;
        !(meets(happening) && stays.iter().any(within))
    });
}

/// What would end only after the as-of date has not ended yet.
fn not_yet(care: &mut Care, until: Date) {
    let end = match care {
        Care::Problem { resolved, .. } => resolved,
        Care::Medicine { stopped, .. } => stopped,
        Care::Episode { until, .. } => until,
        _ => return,
    };
    *end = end.filter(|day| day.0 <= until.0);
}
