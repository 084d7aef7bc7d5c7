//! The page on which people read their own record, and on which those who act for somebody read theirs: what comes next
//! and plain words first, codes never, and nothing without whom to ask (SAFETY 9). It is made of the same facts as the
//! clinician's page, those that the grant lets through, and adds none.

mod plain;
pub mod view;

use self::view::{Ask, OwnAllPage, OwnPage, Reports, SomeOf, Told, Whose};
use super::filter::Filter;
use super::line;
use super::present::Present;
use super::view::Statement;
use crate::access::visit::Visit;
use crate::site::answer::{Answered, page};
use crate::site::clock::moment;
use care::access::{Act, Part, PersonGrant};
use care::person::Fact;
use record::system::BannerKind;
use record::{Entry, Kind, OrgCode, Precision, Status, When};
use std::collections::HashSet;

/// Medicines and conditions on the page; the rest is behind "see all".
const SHOWN: usize = 12;
/// Tests on the page.
const TESTS_SHOWN: usize = 6;
/// Booked times, and things waited for, on the page.
const NEXT_SHOWN: usize = 5;
/// For how long a referral of which nothing more was heard counts as waited for.
const WAITED_DAYS: i32 = 2 * 365;

/// The page for this reader: everything by date when the address asks for a part of it, else the calm first page.
pub(super) fn own_page(visit: &Visit, grant: &PersonGrant) -> Answered {
    let record = care::person::read(visit.care(), grant)?;
    let present = Present::of(visit.care().system(), &record);
    let banner = present.banner();
    let whose = Whose {
        // What was decided about who may see it is the person's alone, so that it tells the two apart.
        own: grant.covers_part(Act::ReadRecord, Part::Sharing),
        name: present.called(),
    };
    let ask = present.whom_to_ask(&whose);
    if !visit.query.is_empty() {
        let timeline = present.timeline(&Filter::read(&visit.query));
        return page(&OwnAllPage {
            frame: visit.frame("Everything on the record"),
            banner,
            whose,
            ask,
            timeline,
        });
    }
    let (all, answered) = care::concern::count_reported_by(visit.care(), &visit.actor)?;
    // Nothing is waited for, and nobody is asked to come, once somebody has died (SAFETY 3).
    let lives = banner.deaths.is_empty();
    let own = whose.own;
    page(&OwnPage {
        frame: visit.frame("The record"),
        known_at: moment(record.known_at),
        next: present.next(lives),
        waiting: present.waiting(lives, own),
        allergies: present.allergies_in_words(own),
        allergies_differ: !record.banner.allergies.is_empty() && !record.banner.no_known_allergies.is_empty(),
        medicines: present.some(present.standing_medicines(), Kind::Medicine, |fact| {
            present.plain(fact, own)
        }),
        conditions: present.some(present.standing_problems(), Kind::Problem, |fact| {
            present.condition(fact, own)
        }),
        tests: present.tests(own),
        plans: present.plans(),
        needs: present.needs(),
        people: present.people(),
        documents: present.documents().lines,
        differences: present.disagreements(),
        silent: present.silent().into_iter().map(|one| one.sender).collect(),
        reports: Reports { all, answered },
        banner,
        whose,
        ask,
    })
}

impl Present<'_> {
    /// What somebody is called: by the name that they like best, else by their first given name.
    fn called(&self) -> String {
        let banner = self.banner();
        if !banner.known_as.is_empty() {
            return banner.known_as;
        }
        let said = self.record.views.first().and_then(|view| view.says.as_ref());
        let given = said
            .and_then(|says| says.names.first())
            .map_or("", |name| name.given.as_str());
        given.split(' ').next().unwrap_or("").to_owned()
    }

    /// The practice and its number, as far as they are held and may be named.
    fn whom_to_ask(&self, whose: &Whose) -> Ask {
        let unnamed = Ask {
            whom: format!("{} GP practice", whose.of()),
            telephone: String::new(),
        };
        if self.record.restricted {
            return unnamed;
        }
        let mut said = self.record.views.iter().filter_map(|view| view.says.as_ref());
        let named = said.find_map(|says| {
            let name = super::present::practice(says, &self.senders)?;
            let code = OrgCode::parse(&says.practice);
            let telephone = code.as_ref().map_or("", |code| self.senders.telephone(code));
            // A code that nothing here knows is no name.
            let is_code = code.is_some_and(|code| code.as_str() == name);
            (!is_code).then(|| Ask {
                whom: name,
                telephone: telephone.to_owned(),
            })
        });
        named.unwrap_or(unnamed)
    }

    /// A fact in plain words.
    fn plain(&self, fact: &Fact, own: bool) -> Told {
        let shown = self.line(fact);
        let entry = fact.entry();
        let code_alone = entry.value.as_ref().is_some_and(plain::is_code_alone);
        let mut minds: Vec<String> = shown.marks.iter().map(|mark| plain::mind(mark, own)).collect();
        if !shown.status.is_empty() {
            minds.push(plain::mind(&shown.status, own));
        }
        Told {
            said: format!("{}, {}", shown.senders_in_words(), day(entry)),
            path: shown.path,
            what: plain::words(&entry.what),
            written: String::new(),
            value: if code_alone {
                String::new()
            } else {
                shown.value.replace(" /min", " a minute")
            },
            means: String::new(),
            minds,
        }
    }

    /// The first of a list, each in words, and how many more there are.
    fn some(&self, facts: Vec<&Fact>, kind: Kind, told: impl Fn(&Fact) -> Told) -> SomeOf {
        SomeOf {
            more: facts.len().saturating_sub(SHOWN),
            lines: facts.into_iter().take(SHOWN).map(told).collect(),
            path: self.all_of(kind),
        }
    }

    /// Allergies, then what says that there are none: neither hides the other (SAFETY 5).
    fn allergies_in_words(&self, own: bool) -> Vec<Told> {
        let banner = &self.record.banner;
        let every = banner.allergies.iter().chain(&banner.no_known_allergies);
        every
            .filter_map(|at| self.record.facts.get(*at))
            .map(|fact| {
                let told = self.plain(fact, own);
                Told {
                    means: if self.record.restricted {
                        String::new()
                    } else {
                        plain::reaction(&line::note(fact.entry()), &told.value)
                    },
                    ..told
                }
            })
            .collect()
    }

    fn condition(&self, fact: &Fact, own: bool) -> Told {
        let (what, written) = plain::condition(&fact.entry().what);
        Told {
            what,
            written,
            ..self.plain(fact, own)
        }
    }

    /// The latest of each test.
    fn tests(&self, own: bool) -> SomeOf {
        let latest = self.latest_results();
        SomeOf {
            more: latest.len().saturating_sub(TESTS_SHOWN),
            lines: latest
                .iter()
                .take(TESTS_SHOWN)
                .map(|(group, lower)| self.test(group, *lower, own))
                .collect(),
            path: self.all_of(Kind::Result),
        }
    }

    /// The latest of a test, with what it measures.
    fn test(&self, group: &[&Fact], lower: Option<&Fact>, own: bool) -> Told {
        let Some(latest) = group.first() else {
            return Told::default();
        };
        let plain = self.plain(latest, own);
        let (what, written, measures) = plain::test(&latest.entry().what);
        let told = Told {
            what,
            written,
            means: measures.to_owned(),
            ..plain
        };
        match lower {
            None => told,
            Some(_) => {
                let both = self.result(group, lower).line;
                Told {
                    what: both.what,
                    value: both.value,
                    minds: both.marks.iter().map(|mark| plain::mind(mark, own)).collect(),
                    ..told
                }
            }
        }
    }

    /// Booked times from today on, the next first.
    fn next(&self, lives: bool) -> Vec<Told> {
        let today = self.record.known_at.uk_date();
        let booked = |entry: &Entry| {
            !matches!(
                entry.status,
                Status::Cancelled | Status::NotDone | Status::DidNotAttend | Status::Completed | Status::Stopped
            )
        };
        let mut coming: Vec<(When, &Fact)> = self
            .facts_of(Kind::Appointment)
            .filter(|fact| lives && booked(fact.entry()))
            .filter_map(|fact| Some((fact.entry().happened?, fact)))
            .filter(|(when, _)| when.date() >= today)
            .collect();
        coming.sort_by_key(|(when, _)| *when);
        let told = |(when, fact): (When, &Fact)| Told {
            value: when.to_string(),
            minds: Vec::new(),
            said: self.line(fact).senders_in_words(),
            ..self.plain(fact, true)
        };
        coming.into_iter().take(NEXT_SHOWN).map(told).collect()
    }

    /// Referrals of which nothing says yet that they are over, the latest first, each once.
    fn waiting(&self, lives: bool, own: bool) -> Vec<Told> {
        let today = self.record.known_at.uk_date();
        let open = |entry: &Entry| matches!(entry.status, Status::Active | Status::Planned | Status::OnHold);
        let lately = |entry: &Entry| {
            entry
                .happened
                .or(entry.recorded)
                .is_some_and(|when| today.0 - when.date().0 <= WAITED_DAYS)
        };
        let mut said = HashSet::new();
        self.facts_of(Kind::Referral)
            .filter(|fact| lives && open(fact.entry()) && lately(fact.entry()))
            .filter(|fact| said.insert(fact.entry().what.label().to_lowercase()))
            .take(NEXT_SHOWN)
            .map(|fact| self.plain(fact, own))
            .collect()
    }

    /// Wishes and plans that staff read first in an emergency.
    fn plans(&self) -> Vec<Statement> {
        self.statements(&[
            BannerKind::Respect,
            BannerKind::NotForResuscitation,
            BannerKind::ForResuscitation,
            BannerKind::AdvanceDecision,
            BannerKind::PowerOfAttorney,
            BannerKind::ContingencyPlan,
        ])
    }

    /// How they want to be reached and met, by their own word first, and what helps them.
    fn needs(&self) -> Vec<Statement> {
        let mut needs = self.own_word();
        needs.extend(self.statements(&[BannerKind::ReasonableAdjustment]));
        needs
    }
}

/// When, in words, as precisely as was said but for the time of day.
fn day(entry: &Entry) -> String {
    let words = |when: When| match when.precision {
        Precision::Moment => when.date().words(),
        _ => when.to_string(),
    };
    match (entry.happened, entry.recorded) {
        (Some(when), _) => words(when),
        (None, Some(when)) => format!("written down {}", words(when)),
        (None, None) => "date not said".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sentence_speaks_to_whoever_reads() {
        let of = |own, name: &str| Whose {
            own,
            name: name.to_owned(),
        };
        assert_eq!(of(true, "Margaret").heading(), "Hello, Margaret");
        assert_eq!(of(true, "").heading(), "Hello");
        assert_eq!(of(false, "Margaret").heading(), "Margaret’s record");
        assert_eq!(
            (of(true, "Margaret").of(), of(false, "Margaret").of()),
            ("your", "their")
        );
    }
}
