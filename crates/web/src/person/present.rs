//! Who someone is and what must be read first, from the store's types to what pages show.

use super::line::{self, entry_path};
use super::view::{
    Banner, Disagreement, FeedAge, Freshness, Held, PRACTICE_HIDDEN, Perhaps, Safety, Silent, Statement, Vital,
};
use crate::feeds::present as feeds;
use crate::site::clock::{ago, moment, short, span, time_of_day};
use crate::site::senders::Senders;
use care::intake::Quarantined;
use care::person::{Fact, PersonRecord, SenderView};
use record::demographics::Death;
use record::system::{BannerKind, System};
use record::{Address, Date, Demographics, Instant, Kind, NhsNumber, Sex, Status, When};

/// Flags that stand in the banner at most; the rest are on the timeline.
const FLAGS_MAX: usize = 6;
/// Letters of a statement's name before a shorter one stands for it.
const NAME_LETTERS_MAX: usize = 45;
/// People and teams named at most.
const PEOPLE_MAX: usize = 12;

/// A person's record, on its way to a page.
pub struct Present<'a> {
    pub(super) record: &'a PersonRecord,
    pub(super) system: &'a System,
    pub(super) senders: Senders<'a>,
    pub(super) path: String,
}

impl<'a> Present<'a> {
    /// The record, with names from the care system.
    pub fn of(system: &'a System, record: &'a PersonRecord) -> Self {
        Self {
            record,
            system,
            senders: Senders::about(system, record.restricted),
            path: format!("/people/{}", record.person),
        }
    }

    /// The record's address.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Who this is.
    pub fn banner(&self) -> Banner {
        let deaths: Vec<Statement> = self
            .record
            .banner
            .deaths
            .iter()
            .map(|n| self.death(&self.record.facts[*n]))
            .collect();
        let died = self
            .record
            .banner
            .deaths
            .iter()
            .find_map(|n| self.record.facts[*n].entry().happened);
        let best = self.record.views.first();
        let mut banner = match best.and_then(|view| view.says.as_ref()) {
            Some(says) => who(says, self.today(), died),
            None => Banner {
                surname: "Name not known".to_owned(),
                born: "date not known".to_owned(),
                age: "age not known".to_owned(),
                sex: Sex::Unknown.words().to_owned(),
                ..Banner::default()
            },
        };
        banner.path = self.path.clone();
        banner.known_as = self.known_as(&banner.given);
        banner.practice = self.practice();
        if let Some(number) = best
            .and_then(|view| view.says.as_ref()?.nhs_number)
            .or_else(|| self.any_number())
        {
            banner.nhs_number = number.to_string();
            if !self.record.views.iter().any(|view| view.nhs_verified) {
                banner.nhs_number_note = "not checked with the national service".to_owned();
            }
        }
        if !deaths.is_empty() {
            banner.death_conflicts = self.says_alive();
        }
        banner.deaths = deaths;
        banner.flags = self.flags();
        banner.emergency = self.record.emergency.map(time_of_day).unwrap_or_default();
        banner.sealed = self.record.sealed;
        banner.own_only = self.record.own_only.unwrap_or_default().to_owned();
        banner.may_declare = self.record.may_declare;
        banner
    }

    fn today(&self) -> Date {
        self.record.known_at.uk_date()
    }

    fn said(&self) -> impl Iterator<Item = (&SenderView, &Demographics)> {
        self.record
            .views
            .iter()
            .filter_map(|view| Some((view, view.says.as_ref()?)))
    }

    fn any_number(&self) -> Option<NhsNumber> {
        self.said().find_map(|(_, says)| says.nhs_number)
    }

    fn known_as(&self, given: &str) -> String {
        let names = self.said().flat_map(|(_, says)| &says.names);
        names
            .filter(|name| matches!(name.r#use.as_str(), "nickname" | "usual") && !name.given.is_empty())
            .map(|name| name.given.clone())
            .find(|known| !given.split(' ').any(|part| part.eq_ignore_ascii_case(known)) && known != given)
            .unwrap_or_default()
    }

    fn practice(&self) -> String {
        if self.record.restricted {
            return PRACTICE_HIDDEN.to_owned();
        }
        self.said()
            .find_map(|(_, says)| practice(says, &self.senders))
            .unwrap_or_default()
    }

    fn death(&self, fact: &Fact) -> Statement {
        let when = fact.entry().happened.map(|when| format!("Died {when}"));
        Statement {
            words: when.unwrap_or_else(|| "Died, date not said".to_owned()),
            sender: self.sender_words(fact),
            date: format!("received {}", short(When::moment(fact.line().received))),
            original: String::new(),
            path: entry_path(&self.path, fact.line()),
        }
    }

    /// Senders who say outright that the person lives. One that says nothing says nothing.
    fn says_alive(&self) -> Vec<Statement> {
        self.said()
            .filter(|(_, says)| says.death == Death::Alive)
            .map(|(view, _)| Statement {
                words: "Says alive".to_owned(),
                sender: self.senders.name(&view.sender),
                date: "as last told".to_owned(),
                ..Statement::default()
            })
            .collect()
    }

    fn sender_words(&self, fact: &Fact) -> String {
        let names: Vec<String> = fact
            .senders()
            .into_iter()
            .map(|sender| self.senders.name(sender))
            .collect();
        names.join(" + ")
    }

    /// A fact as a statement: what, its value and why, by whom and when.
    pub(super) fn statement(&self, fact: &Fact) -> Statement {
        let entry = fact.entry();
        let value = entry
            .value
            .as_ref()
            .map(|value| line::cut(&line::value_words(value), 220))
            .unwrap_or_default();
        let mut words = entry.what.label().to_owned();
        if !value.is_empty() && !words.contains(&value) {
            words = format!("{words}: {value}");
        }
        let original = line::original(entry);
        let more = line::gist(entry);
        if !more.is_empty() && !self.record.restricted && !words.contains(&more) {
            // "Allergy to penicillin, criticality: low": two colons read as one thing within another.
            let labelled = more
                .split_once(": ")
                .is_some_and(|(label, _)| label.bytes().all(|byte| byte.is_ascii_lowercase()));
            words = format!("{words}{} {more}", if labelled { "," } else { ":" });
        }
        if !matches!(entry.status, Status::Active | Status::Completed | Status::Unknown) {
            words = format!("{words} ({})", entry.status.words());
        }
        if let Some(mark) = self.questioned(fact) {
            words = format!("{words} [{mark}]");
        }
        Statement {
            words,
            sender: self.sender_words(fact),
            date: line::date(entry),
            original,
            path: entry_path(&self.path, fact.line()),
        }
    }

    pub(super) fn statements(&self, kinds: &[BannerKind]) -> Vec<Statement> {
        let wanted = self
            .record
            .banner
            .statements
            .iter()
            .filter(|one| kinds.contains(&one.kind));
        wanted
            .flat_map(|one| one.facts.iter().map(move |n| (one.kind, *n)))
            .map(|(kind, n)| {
                let fact = &self.record.facts[n];
                let mut statement = self.statement(fact);
                // A long official name would push what it says out of sight; it stands on the entry's own page.
                let name = fact.entry().what.label();
                if name.chars().count() > NAME_LETTERS_MAX
                    && let Some(said) = statement.words.strip_prefix(name)
                {
                    statement.words = format!("{}{said}", kind.words());
                }
                statement
            })
            .collect()
    }

    fn flags(&self) -> Vec<Statement> {
        let mut flags = self.own_word();
        flags.extend(self.statements(&[BannerKind::ReasonableAdjustment]));
        let counted: Vec<usize> = self
            .record
            .banner
            .statements
            .iter()
            .flat_map(|one| one.facts.clone())
            .collect();
        let others = self.record.facts.iter().enumerate().filter(|(n, fact)| {
            let entry = fact.entry();
            entry.kind == Kind::Flag && entry.status == Status::Active && !counted.contains(n)
        });
        flags.extend(others.map(|(_, fact)| self.statement(fact)));
        // The person's own word is never cut.
        flags.truncate(FLAGS_MAX.max(self.record.own_word.len()));
        flags
    }

    /// What is first at three in the morning, but death, which the banner holds.
    pub fn safety(&self) -> Safety {
        let of = |warns: bool, kinds: &[BannerKind]| {
            let said = self.statements(kinds);
            Vital {
                warns: warns && !said.is_empty(),
                said,
                ..Vital::default()
            }
        };
        let has = |kind| {
            self.record
                .banner
                .statements
                .iter()
                .any(|one| one.kind == kind && !one.facts.is_empty())
        };
        let against = has(BannerKind::NotForResuscitation) && has(BannerKind::ForResuscitation);
        Safety {
            allergies: self.allergies(),
            resuscitation: Vital {
                disagreement: if against {
                    "for resuscitation against not for it"
                } else {
                    ""
                }
                .to_owned(),
                ..of(
                    true,
                    &[
                        BannerKind::Respect,
                        BannerKind::NotForResuscitation,
                        BannerKind::ForResuscitation,
                    ],
                )
            },
            refusal: of(true, &[BannerKind::AdvanceDecision]),
            attorney: of(false, &[BannerKind::PowerOfAttorney]),
            contingency: of(false, &[BannerKind::ContingencyPlan]),
            sex: self.sex(),
        }
    }

    fn allergies(&self) -> Vital {
        let banner = &self.record.banner;
        let facts = banner.allergies.iter().chain(&banner.no_known_allergies);
        let against = !banner.allergies.is_empty() && !banner.no_known_allergies.is_empty();
        Vital {
            label: "",
            warns: !banner.allergies.is_empty(),
            said: facts.map(|n| self.statement(&self.record.facts[*n])).collect(),
            disagreement: if against { "an allergy against none known" } else { "" }.to_owned(),
        }
    }

    fn sex(&self) -> Vital {
        let mut said: Vec<(Sex, Vec<String>)> = Vec::new();
        for (view, says) in self.said().filter(|(_, says)| says.sex != Sex::Unknown) {
            let name = self.senders.name(&view.sender);
            match said.iter_mut().find(|(sex, _)| *sex == says.sex) {
                Some((_, names)) if names.contains(&name) => {}
                Some((_, names)) => names.push(name),
                None => said.push((says.sex, vec![name])),
            }
        }
        let differ = said.len() > 1;
        // One alone agrees with nobody.
        let one = said.first().is_none_or(|(_, names)| names.len() < 2);
        Vital {
            label: "",
            warns: differ,
            disagreement: if differ { "sex" } else { "" }.to_owned(),
            said: said
                .into_iter()
                .map(|(sex, names)| Statement {
                    words: sex.words().to_owned(),
                    sender: if differ || names.len() == 1 {
                        names.join(" + ")
                    } else {
                        format!("{} senders", names.len())
                    },
                    date: if differ || one { "as last told" } else { "agreed" }.to_owned(),
                    ..Statement::default()
                })
                .collect(),
        }
    }

    /// How fresh the page is, by sender, those that are late first.
    pub fn freshness(&self) -> Freshness {
        let now = self.record.known_at;
        let mut feeds: Vec<FeedAge> = Vec::new();
        for heard in &self.record.heard {
            let name = self.senders.name(&heard.sender);
            // Hidden practices share one name: one of them is enough.
            if feeds.iter().any(|known| known.name == name) {
                continue;
            }
            let last = heard
                .last_anything
                .map_or_else(|| "never".to_owned(), |at| ago(at, now));
            // A feed that never brought anything is the feeds page's business, not the bedside's.
            let late: Vec<String> = heard
                .late
                .iter()
                .filter_map(|(title, at)| Some(late_words(title, (*at)?, now)))
                .collect();
            let late = if self.senders.is_hidden(&heard.sender) {
                Vec::new()
            } else {
                late
            };
            feeds.push(FeedAge {
                name,
                late: !late.is_empty(),
                words: if late.is_empty() { last } else { late.join(", ") },
            });
        }
        feeds.sort_by_key(|feed| !feed.late);
        Freshness {
            known_at: moment(now),
            feeds,
        }
    }

    /// Items about this person that could not be read; `may_see` says whether the reader may see what was sent.
    pub fn held(&self, may_see: bool) -> Vec<Held> {
        let now = self.record.known_at;
        let one = |item: &Quarantined| {
            let (clock, overdue) = feeds::clock(item, now);
            let sender = self.system.feed(&item.feed).map(|feed| self.senders.name(&feed.sender));
            let owned = format!("Owned by: {}", item.owner);
            Held {
                what: feeds::what(&item.item_type),
                sender: sender.unwrap_or_else(|| item.feed.clone()),
                when: moment(item.received),
                reason: if self.record.restricted {
                    "not shown here".to_owned()
                } else {
                    feeds::place_and_reason(item).1
                },
                clock: match clock.as_str() {
                    "" => owned,
                    clock if overdue => format!("{owned}, ▲ {clock}"),
                    clock => format!("{owned}, {clock}"),
                },
                path: if may_see && !self.record.restricted {
                    format!("{}/held/{}", self.path, item.number)
                } else {
                    String::new()
                },
            }
        };
        self.record.quarantined.iter().map(one).collect()
    }

    /// Who disagrees about what.
    pub fn disagreements(&self) -> Vec<Disagreement> {
        let one = |found: &care::person::Disagreement| Disagreement {
            about: found.about.clone(),
            sides: found
                .facts
                .iter()
                .map(|n| self.statement(&self.record.facts[*n]))
                .collect(),
        };
        self.record.disagreements.iter().map(one).collect()
    }

    /// Senders from whom nothing about this person came. Practices where the person is not registered are one
    /// line: nobody expects to hear from them.
    pub fn silent(&self) -> Vec<Silent> {
        let now = self.record.known_at;
        // Who holds a record that may be the same person's has told something, and is named where it stands.
        let known = |sender: &record::OrgCode| {
            self.record.views.iter().any(|view| view.sender == *sender)
                || self
                    .record
                    .may_be_same
                    .iter()
                    .any(|perhaps| perhaps.senders.contains(sender))
        };
        let (practices, others): (Vec<_>, Vec<_>) = self
            .record
            .silent
            .iter()
            .filter(|silence| !known(&silence.sender))
            .partition(|silence| self.senders.is_practice(&silence.sender));
        let mut silent: Vec<Silent> = others
            .into_iter()
            .map(|silence| Silent {
                sender: self.senders.name(&silence.sender),
                since: silence.last_anything.map(|at| ago(at, now)).unwrap_or_default(),
            })
            .collect();
        let last = practices.iter().filter_map(|silence| silence.last_anything).max();
        if !practices.is_empty() {
            silent.push(Silent {
                sender: match practices.len() {
                    1 => "Another GP practice".to_owned(),
                    several => format!("{several} other GP practices"),
                },
                since: last.map(|at| ago(at, now)).unwrap_or_default(),
            });
        }
        silent
    }

    /// Records that may be the same person's.
    pub fn perhaps(&self) -> Vec<Perhaps> {
        let one = |perhaps: &care::person::Perhaps| {
            let names: Vec<String> = perhaps.senders.iter().map(|sender| self.senders.name(sender)).collect();
            Perhaps {
                sender: names.join(" + "),
                why: if perhaps.same_number {
                    "Same NHS number, but it was not checked, or name or birth date differ".to_owned()
                } else {
                    "Same surname and birth date, and nothing against it".to_owned()
                },
                path: format!("/people/{}", perhaps.person),
            }
        };
        self.record.may_be_same.iter().map(one).collect()
    }

    /// People and teams around the person: relatives and carers, care teams, periods of care that go on.
    pub fn people(&self) -> Vec<Statement> {
        let around = |kind, status| match kind {
            Kind::RelatedPerson | Kind::CareTeam => {
                !matches!(status, Status::Completed | Status::Stopped | Status::Cancelled)
            }
            Kind::Episode => matches!(status, Status::Active | Status::OnHold),
            _ => false,
        };
        let mut people: Vec<Statement> = Vec::new();
        for fact in &self.record.facts {
            let entry = fact.entry();
            if people.len() == PEOPLE_MAX {
                break;
            }
            if around(entry.kind, entry.status) && !(self.record.restricted && entry.kind == Kind::RelatedPerson) {
                people.push(self.statement(fact));
            }
        }
        people
    }
}

fn late_words(title: &str, last: Instant, now: Instant) -> String {
    let what = title.split_once(": ").map_or(title, |(_, what)| what);
    format!("{what} last heard {} ago", span(now.0 - last.0))
}

/// The banner's line of what one sender says of who someone is.
pub fn who(says: &Demographics, today: Date, died: Option<When>) -> Banner {
    let name = says.names.first();
    let missing = |text: Option<&String>, words: &str| match text {
        Some(text) if !text.is_empty() => text.clone(),
        _ => words.to_owned(),
    };
    Banner {
        surname: missing(name.map(|name| &name.family), "Surname not said"),
        given: missing(name.map(|name| &name.given), "given name not said"),
        age: says
            .birth
            .map_or_else(|| "age not known".to_owned(), |birth| age(birth, today, died)),
        born: says
            .birth
            .map_or_else(|| "date not known".to_owned(), |birth| birth.to_string()),
        nhs_number: says.nhs_number.map(|number| number.to_string()).unwrap_or_default(),
        sex: says.sex.words().to_owned(),
        ..Banner::default()
    }
}

/// Age in words: months under two years, days under one month; at death, for the dead.
fn age(birth: When, today: Date, died: Option<When>) -> String {
    let (born, on) = (birth.date(), died.map_or(today, When::date));
    let (years, months) = (born.years_to(on), born.months_to(on));
    let of = |count: i32, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    let words = match (birth.precision, years, months) {
        (record::Precision::Year | record::Precision::Month, ..) => format!("about {}", of(years.max(0), "year")),
        (_, _, months) if months < 0 => return "not yet born".to_owned(),
        (_, _, 0) => of(on.0 - born.0, "day"),
        (_, years, months) if years < 2 => of(months, "month"),
        (_, years, _) => of(years, "year"),
    };
    if died.is_some() {
        format!("{words} at death")
    } else {
        words
    }
}

/// Where someone is registered, by name when it is known.
pub fn practice(says: &Demographics, senders: &Senders<'_>) -> Option<String> {
    let named = record::OrgCode::parse(&says.practice).map(|code| (senders.name(&code), code.to_string()));
    match named {
        Some((name, code)) if name != code => Some(name),
        _ if !says.practice_name.is_empty() => Some(says.practice_name.clone()),
        Some((_, code)) => Some(code),
        None => None,
    }
}

/// An address on one line.
pub fn address(address: &Address) -> String {
    let parts = address.lines.iter().chain(std::iter::once(&address.postcode));
    parts
        .filter(|part| !part.is_empty())
        .cloned()
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_said_as_a_nurse_says_them() {
        let when = |text: &str| When::parse_fhir(text).unwrap();
        let today = when("2026-04-12").date();
        for (born, died, words) in [
            ("1945-05-04", None, "80 years"),
            ("2026-04-09", None, "3 days"),
            ("2026-01-09", None, "3 months"),
            ("2024-06-09", None, "22 months"),
            ("2024-04-12", None, "2 years"),
            ("1945", None, "about 81 years"),
            ("1945-05-04", Some("2026-03-02"), "80 years at death"),
            ("2026-05-01", None, "not yet born"),
        ] {
            assert_eq!(age(when(born), today, died.map(when)), words, "{born}");
        }
    }

    #[test]
    fn an_address_is_one_line_without_gaps() {
        let found = address(&Address {
            lines: vec!["2 Heath Cottages".into(), String::new()],
            postcode: "BH8 8AA".into(),
            ..Address::default()
        });
        assert_eq!(found, "2 Heath Cottages, BH8 8AA");
    }
}
