//! Short ways to write down what commonly happens: someone is seen, sent on, given a letter or a medicine.

use super::{Care, Diary, Moment, Outcome, Tellers};
use crate::terms::{self, Term, words};
use record::Date;

/// A clinic: what it is called, and its NHS specialty code.
pub type Clinic = (&'static str, &'static str);

impl Diary<'_> {
    /// Whether the practice's record had begun by this day: what came before is carried over in outline alone.
    pub fn told(&self, on: Date) -> bool {
        on.0 >= self.life.since.0 && on.0 <= self.life.until.0
    }

    /// Whether an allergy to this stands on the record, by what it is called.
    pub fn allergic(&self, to: &str) -> bool {
        let penicillins = matches!(to, "penicillin");
        self.life.happenings.iter().any(|h| match h.care {
            Care::Allergy { term, .. } => {
                term.words.contains(to)
                    || penicillins && (term == terms::PENICILLIN_ALLERGY || term.code == "294505008")
            }
            _ => false,
        })
    }

    /// Whether someone is on a ward at any time between these moments: nobody is taken in twice at once.
    pub fn on_a_ward(&self, from: Moment, until: Moment) -> bool {
        self.life.happenings.iter().any(|h| match h.care {
            Care::Stay { until: over, .. } => h.at <= until && over.is_none_or(|over| over >= from),
            _ => false,
        })
    }

    /// Seen by the practice: at the surgery, on the telephone, or where someone lives who cannot come.
    pub fn practice_sees(&mut self, on: Date, reason: &'static str) -> Moment {
        let at = self.surgery(on);
        self.practice_sees_at(at, reason);
        at
    }

    /// The same, at this moment.
    pub fn practice_sees_at(&mut self, at: Moment, reason: &'static str) {
        self.practice_met(at, reason, true);
    }

    /// Seen face to face, because something is measured or looked at.
    pub fn practice_meets(&mut self, on: Date, reason: &'static str) -> Moment {
        let at = self.surgery(on);
        self.practice_met(at, reason, false);
        at
    }

    /// Seen by the practice at this moment; by telephone only when that will do.
    pub fn practice_met(&mut self, at: Moment, reason: &'static str, telephone: bool) {
        let resident = !self.household.home.is_empty();
        let (term, class) = match self.rng.unit() {
            x if x < 0.3 && telephone => (terms::TELEPHONE, "VR"),
            _ if resident => (words("Care home visit"), "HH"),
            x if x < 0.42 && self.age(at.date) > 84 => (terms::HOME_VISIT, "HH"),
            _ => (terms::CONSULTATION, "AMB"),
        };
        let minutes = self.rng.range(6, 18);
        let visit = Care::Contact {
            term,
            class,
            reason,
            minutes,
            service: "General practice",
        };
        self.note(at, Tellers::PRACTICE, visit);
    }

    /// The consultation from which someone is sent on: a letter to a hospital does not come from nothing.
    pub fn asked_for(&mut self, at: Moment, reason: &'static str) {
        let (term, class) = match self.household.home.is_empty() {
            true => (terms::CONSULTATION, "AMB"),
            false => (words("Care home visit"), "HH"),
        };
        let contact = Care::Contact {
            term,
            class,
            reason,
            minutes: 12,
            service: "General practice",
        };
        self.note(at, Tellers::PRACTICE, contact);
    }

    /// Seen by a service of the community trust.
    pub fn community_sees(
        &mut self,
        on: Date,
        what: &'static str,
        reason: &'static str,
        service: &'static str,
    ) -> Moment {
        let at = self.surgery(on);
        self.community_sees_at(at, what, reason, service);
        at
    }

    /// The same, at this moment, which may be of a weekend.
    pub fn community_sees_at(&mut self, at: Moment, what: &'static str, reason: &'static str, service: &'static str) {
        let minutes = self.rng.range(25, 70);
        let class = if service == "Talking therapies" { "VR" } else { "HH" };
        let contact = Care::Contact {
            term: words(what),
            class,
            reason,
            minutes,
            service,
        };
        self.note(at, Tellers::COMMUNITY, contact);
    }

    /// An appointment at a clinic: kept, seldom missed, or booked when it is still to come.
    pub fn clinic(&mut self, on: Date, (service, specialty): Clinic, by: Tellers) -> Option<Moment> {
        let at = self.surgery(on);
        let ahead = at.date.0 - self.life.until.0;
        let fifth = f64::from(self.household.neighbourhood.fifth);
        let missed = self.rng.chance(0.02 + 0.01 * (5.0 - fifth));
        let outcome = match ahead {
            1.. if !self.life.living || ahead > 60 => return None,
            1.. => Outcome::Booked,
            _ if missed => Outcome::Missed,
            _ => Outcome::Attended,
        };
        let appointment = Care::Appointment {
            service,
            specialty,
            outcome,
        };
        self.note_ahead(at, by, appointment);
        (outcome == Outcome::Attended).then_some(at)
    }

    /// A letter.
    pub fn letter(&mut self, at: Moment, by: Tellers, title: &str, text: &str) {
        let letter = Care::Letter {
            term: terms::OUTPATIENT_LETTER,
            title: title.to_owned(),
            text: text.to_owned(),
        };
        self.note(at, by, letter);
    }

    /// A report of a test that is read, not measured.
    pub fn report(&mut self, at: Moment, by: Tellers, title: &'static str, findings: &'static str) {
        self.note(at, by, Care::Report { title, findings });
    }

    /// Something done, in words.
    pub fn done(&mut self, at: Moment, by: Tellers, what: &'static str) {
        self.note(at, by, Care::Procedure(words(what)));
    }

    /// Sent on to another service; open when nobody has seen them by `seen`.
    pub fn sent_on(
        &mut self,
        at: Moment,
        by: Tellers,
        to: &'static str,
        reason: &'static str,
        (urgent, seen): (bool, Date),
    ) {
        let referral = Care::Referral {
            to,
            reason,
            urgent,
            open: seen.0 > self.life.until.0,
        };
        self.note(at, by, referral);
    }

    /// A repeat medicine from the practice, unless the record warns against it.
    pub fn takes(
        &mut self,
        on: Date,
        (product, dose): (&'static str, &'static str),
        reason: &'static str,
        stopped: Option<Date>,
    ) {
        let drug = product.split(' ').next().unwrap_or_default();
        if self.allergic(drug) {
            return;
        }
        let at = self.surgery(on);
        let medicine = Care::Medicine {
            product,
            dose,
            stopped,
            repeat: true,
            reason,
        };
        self.note(at, Tellers::PRACTICE, medicine);
    }

    /// A problem on somebody's list.
    pub fn problem(&mut self, at: Moment, by: Tellers, term: Term, icd: &'static str, resolved: Option<Date>) {
        let care = Care::Problem {
            term,
            icd,
            resolved,
            suspected: false,
        };
        self.note(at, by, care);
    }

    /// A stay that was planned: from the morning of a working day, for so many nights. `None`, and nothing told, when
    /// the person lies on a ward then.
    pub fn planned_stay(
        &mut self,
        on: Date,
        by: Tellers,
        (reason, icd): (Term, &'static str),
        ward: &'static str,
        specialty: Clinic,
        nights: i32,
    ) -> Option<(Moment, Moment)> {
        let at = Moment::new(crate::calendar::working_day(on), 7 * 60 + 30);
        let until = if nights == 0 {
            at.later(self.rng.range(200, 420))
        } else {
            Moment::new(Date(at.date.0 + nights), 14 * 60)
        };
        if self.on_a_ward(at, until) {
            return None;
        }
        let care = Care::Stay {
            reason,
            icd,
            ward,
            specialty: (specialty.1, specialty.0),
            until: (until.date.0 <= self.life.until.0).then_some(until),
            emergency: false,
            died: false,
        };
        self.note(at, by, care);
        Some((at, until))
    }
}
