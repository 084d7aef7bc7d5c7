//! Taking a snapshot: policy is asked of every condition of everybody with the facts that bear on it, and what may not be
//! counted is not in it.

use super::disclosure::SMALLEST;
use super::groups::{By, NOT_KNOWN, Names, age_band, ethnic_group, in_order, places};
use super::snapshot::{Held, Snapshot};
use super::store;
use super::who::Who;
use crate::Care;
use crate::access::account::AccountKey;
use crate::access::acts::{What, every_standing};
use crate::access::policy::decide;
use crate::access::sensitivity::{self, Kinds};
use crate::access::{Act, JobGrant, Purpose, Question, Role, Sensitivity, Show};
use crate::db::{Conn, DbError, Urgency};
use crate::intake::concept_of;
use crate::person::{demographics, store as person_store, whereabouts};
use record::system::OrganisationKind;
use record::{Certainty, Concept, Date, Demographics, Instant, OrgCode, Sex, Status};
use std::collections::{HashMap, HashSet};

/// Numbers of people looked at together: a short read, so that nothing is held up by it.
const AT_ONCE: i64 = 5_000;
/// Conditions that can be asked for: those that most people have.
const CONDITIONS_MAX: usize = 400;
/// A day, in microseconds.
const DAY: i64 = 24 * 3_600 * 1_000_000;

/// When the newest snapshot was taken, and how many people are in it.
///
/// # Errors
/// When the store fails.
pub fn taken_at(care: &Care) -> Result<Option<(Instant, i64)>, DbError> {
    care.readers().read(store::taken)
}

/// Whether anybody is known here.
///
/// # Errors
/// When the store fails.
pub fn anybody(care: &Care) -> Result<bool, DbError> {
    Ok(care.readers().read(store::last_person)? > 0)
}

/// Takes a snapshot; answers how many people are in it. `key`: who is who in it is sealed with.
///
/// # Errors
/// When the store fails.
pub fn take(care: &Care, _grant: &JobGrant, key: &AccountKey, now: Instant) -> Result<usize, DbError> {
    let (decided, last) = care
        .readers()
        .read(|conn| Ok::<_, DbError>((Decided::read(conn, now)?, store::last_person(conn)?)))?;
    let mut making = Making::new(care, decided, now);
    let mut after = 0;
    while after < last {
        care.readers().read(|conn| making.some(conn, after, after + AT_ONCE))?;
        after += AT_ONCE;
    }
    let (snapshot, who) = making.whole();
    let (people, body) = (snapshot.keys.len(), snapshot.packed()?);
    let who = who.sealed(key, now)?;
    let count = i64::try_from(people).unwrap_or(i64::MAX);
    care.writer()
        .write(Urgency::Bulk, move |conn| store::keep(conn, now, count, (&body, &who)))?;
    Ok(people)
}

/// What people decided that bears on being counted.
struct Decided {
    type_one: HashSet<i64>,
    objects: HashSet<i64>,
    items: HashMap<i64, (Option<Sensitivity>, Option<Show>)>,
}

impl Decided {
    fn read(conn: &mut Conn, now: Instant) -> Result<Self, DbError> {
        let people = |conn: &mut Conn, what| {
            let acts = every_standing(conn, what, now)?;
            Ok::<HashSet<i64>, DbError>(acts.into_iter().filter_map(|(person, _)| person).collect())
        };
        let mut items: HashMap<i64, (Option<Sensitivity>, Option<Show>)> = HashMap::new();
        let of_items = [
            What::Sensitivity {
                item: 0,
                sensitivity: Sensitivity::Ordinary,
            },
            What::Show {
                item: 0,
                show: Show::PersonAndProxies,
            },
        ];
        for what in of_items {
            // In the order they were done: the last of each stands.
            for (_, act) in every_standing(conn, what, now)? {
                match act.what {
                    What::Sensitivity { item, sensitivity } => items.entry(item).or_default().0 = Some(sensitivity),
                    What::Show { item, show } => items.entry(item).or_default().1 = Some(show),
                    _ => {}
                }
            }
        }
        Ok(Self {
            type_one: people(conn, What::TypeOne)?,
            objects: people(conn, What::Objection)?,
            items,
        })
    }
}

/// A code with its system before it, without the letters that would make an address of it on a page.
fn code_of(what: &Concept) -> String {
    let system = what.system.as_str();
    let system = system
        .strip_prefix("https://")
        .or_else(|| system.strip_prefix("http://"))
        .unwrap_or(system);
    format!("{system}|{}", what.code)
}

/// What policy is asked about one condition of one person.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Asked {
    sensitivity: Sensitivity,
    show: Show,
    gp: bool,
    type_one: bool,
    objects: bool,
}

impl Asked {
    /// Whether somebody may be found because of it, on a list for care teams: never because of what is not told to everybody
    /// who cares for them, nor where they object to sharing.
    fn may_be_listed(self) -> bool {
        self.sensitivity == Sensitivity::Ordinary && !self.objects && self.may_be_counted()
    }

    fn may_be_counted(self) -> bool {
        let question = Question {
            sensitivity: self.sensitivity,
            show: self.show,
            gp_entry: self.gp,
            type_1: self.type_one,
            objects: self.objects,
            ..Question::plain(Role::Analyst, Act::Count, Purpose::Planning)
        };
        decide(&question).is_permit()
    }
}

struct Making<'a> {
    care: &'a Care,
    decided: Decided,
    now: Instant,
    today: Date,
    key: [u8; 32],
    /// The key, the groups and whether something is left out, of each.
    people: Vec<(u32, [u16; 5], bool)>,
    /// Who each is, and the place of their practice's code.
    who: Vec<(i64, u16)>,
    codes: Names,
    names: [Names; 5],
    conditions: HashMap<String, Held>,
    practices: HashMap<String, [String; 2]>,
    senders: HashMap<String, bool>,
    kinds: Kinds<'a>,
}

impl<'a> Making<'a> {
    fn new(care: &'a Care, decided: Decided, now: Instant) -> Self {
        Self {
            care,
            decided,
            now,
            today: Date(i32::try_from(now.0.div_euclid(DAY)).unwrap_or(i32::MAX)),
            key: care.id_key().derived("chesil 2026-11 keys of people in counts"),
            people: Vec::new(),
            who: Vec::new(),
            codes: Names::default(),
            names: Default::default(),
            conditions: HashMap::new(),
            practices: HashMap::new(),
            senders: HashMap::new(),
            kinds: Kinds::by_rules_of(care),
        }
    }

    /// Adds the people with numbers after one, up to and with another.
    fn some(&mut self, conn: &mut Conn, after: i64, to: i64) -> Result<(), DbError> {
        let records = store::records(conn, after, to)?;
        let mut numbers: Vec<i64> = records.iter().map(|of| of.record).collect();
        numbers.sort_unstable();
        let said = person_store::identities_said(conn, &numbers)?;
        let identities: Vec<_> = said.iter().map(|(identity, _)| identity.clone()).collect();
        let hidden = whereabouts::restricted_among(conn, &identities)?;
        let mut says: HashMap<i64, Demographics> = HashMap::with_capacity(said.len());
        for (identity, text) in &said {
            says.insert(identity.record_no, demographics::of_text(text)?);
        }
        let problems = store::problems(conn, &numbers)?;
        let terms = sensitivity::terms(problems.iter().map(|one| &one.told));
        let texts = self.care.terms.texts(conn, &terms)?;
        let mut by_record: HashMap<i64, Vec<&store::Problem>> = HashMap::new();
        for one in &problems {
            by_record.entry(one.record).or_default().push(one);
        }
        for of in records.chunk_by(|a, b| a.person == b.person) {
            let mut place_hidden = false;
            let mut told: Vec<(bool, &Demographics)> = Vec::new();
            for record in of {
                place_hidden |= hidden.contains(&record.record);
                let gp = self.is_practice(&record.sender);
                told.extend(says.get(&record.record).map(|says| (gp, says)));
            }
            // Of whom nobody says who they are, nobody knows that they live.
            let dead = told.iter().any(|(_, says)| says.death.is_dead());
            if told.is_empty() || dead {
                continue;
            }
            let person = of.first().map_or(0, |record| record.person);
            let at = u32::try_from(self.people.len()).unwrap_or(u32::MAX);
            let left_out = self.counted(
                person,
                of,
                &by_record,
                |number| number.and_then(|n| texts.get(&n)).map_or("", |text| &**text),
                at,
            );
            let (groups, practice) = self.groups(person, &told, place_hidden);
            self.people.push((self.key_of(person), groups, left_out));
            self.who.push((person, practice));
        }
        Ok(())
    }

    /// Adds whoever is at a place to the conditions they have; answers whether any was left out by a type 1 opt-out.
    fn counted<'t>(
        &mut self,
        person: i64,
        of: &[store::Of],
        problems: &HashMap<i64, Vec<&store::Problem>>,
        text: impl Fn(Option<i64>) -> &'t str,
        at: u32,
    ) -> bool {
        let type_one = self.decided.type_one.contains(&person);
        let objects = self.decided.objects.contains(&person);
        let mut left_out = false;
        for record in of {
            let gp = self.is_practice(&record.sender);
            let told = problems.get(&record.record).map_or(&[][..], Vec::as_slice);
            // An item is left out whole, as it is hidden whole.
            let (mut out, mut unlisted) = (HashSet::new(), HashSet::new());
            for problem in told {
                let (by_rule, shown) = sensitivity::by_rule(self.kinds.of(&problem.told, &text));
                let item = problem.told.item;
                let decided = self.decided.items.get(&item).copied().unwrap_or_default();
                let asked = Asked {
                    sensitivity: decided.0.unwrap_or(by_rule),
                    show: decided.1.unwrap_or(shown),
                    gp,
                    type_one,
                    objects,
                };
                if !asked.may_be_counted() {
                    out.insert(item);
                }
                if !asked.may_be_listed() {
                    unlisted.insert(item);
                }
            }
            left_out |= type_one && gp && !out.is_empty();
            for problem in told.iter().filter(|problem| !out.contains(&problem.told.item)) {
                let wrong = Status::from_number(problem.status) == Some(Status::EnteredInError);
                if wrong || Certainty::from_number(problem.certainty) == Some(Certainty::RuledOut) {
                    continue;
                }
                let what = concept_of(text(Some(problem.told.what)));
                if what.code.is_empty() {
                    continue;
                }
                let held = self.conditions.entry(code_of(&what)).or_insert_with_key(|code| Held {
                    code: code.clone(),
                    words: what.display.clone(),
                    people: Vec::new(),
                    listed: Vec::new(),
                });
                let add = |to: &mut Vec<u32>| {
                    if to.last() != Some(&at) {
                        to.push(at);
                    }
                };
                add(&mut held.people);
                if !unlisted.contains(&problem.told.item) {
                    add(&mut held.listed);
                }
            }
        }
        left_out
    }

    fn is_practice(&mut self, sender: &str) -> bool {
        if let Some(known) = self.senders.get(sender) {
            return *known;
        }
        let organisation = OrgCode::parse(sender).and_then(|code| self.care.system().organisation(&code).cloned());
        let is = organisation.is_some_and(|organisation| organisation.kind == OrganisationKind::Practice);
        self.senders.insert(sender.to_owned(), is);
        is
    }

    /// To which groups somebody belongs, and the place of their practice's code. Of whoever has a type 1 opt-out nothing that
    /// their practice said counts; of whoever's whereabouts are restricted neither place nor practice is known.
    fn groups(&mut self, person: i64, told: &[(bool, &Demographics)], place_hidden: bool) -> ([u16; 5], u16) {
        let type_one = self.decided.type_one.contains(&person);
        let heard = || told.iter().filter(|(gp, _)| !(type_one && *gp)).map(|(_, says)| *says);
        let born = heard().find_map(Demographics::birth_date);
        let age = born.map_or(i32::MAX, |born| (self.today.0 - born.0) * 100 / 36_525);
        let sex = match heard()
            .map(|says| says.sex)
            .find(|sex| matches!(sex, Sex::Female | Sex::Male))
        {
            Some(Sex::Female) => "Women and girls",
            Some(Sex::Male) => "Men and boys",
            _ => NOT_KNOWN,
        };
        let practice = heard()
            .map(|says| says.practice.as_str())
            .find(|practice| !practice.is_empty() && !place_hidden);
        let [council, neighbourhood] = match practice {
            Some(practice) => self.places(practice),
            None => [NOT_KNOWN.to_owned(), NOT_KNOWN.to_owned()],
        };
        let ethnicity = heard()
            .map(|says| ethnic_group(&says.ethnicity))
            .find(|group| *group != NOT_KNOWN);
        let code = self.codes.number(practice.unwrap_or_default());
        let mut number = |by: By, name: &str| self.names[by as usize].number(name);
        // As `By` numbers them.
        let groups = [
            number(By::Sex, sex),
            number(By::Age, age_band(age)),
            number(By::Council, &council),
            number(By::Neighbourhood, &neighbourhood),
            number(By::Ethnicity, ethnicity.unwrap_or(NOT_KNOWN)),
        ];
        (groups, code)
    }

    fn places(&mut self, practice: &str) -> [String; 2] {
        if let Some(known) = self.practices.get(practice) {
            return known.clone();
        }
        let found = places(self.care.system(), practice);
        self.practices.insert(practice.to_owned(), found.clone());
        found
    }

    /// A number of chance that lasts and leads to nobody.
    fn key_of(&self, person: i64) -> u32 {
        let digest = blake3::keyed_hash(&self.key, &person.to_le_bytes());
        let [a, b, c, d, ..] = *digest.as_bytes();
        u32::from_le_bytes([a, b, c, d])
    }

    fn whole(self) -> (Snapshot, Who) {
        // In the order of their keys, so that not even the order in which people came is told.
        let mut order: Vec<usize> = (0..self.people.len()).collect();
        order.sort_by_key(|at| self.people[*at].0);
        let mut now_at = vec![0u32; order.len()];
        for (to, from) in (0u32..).zip(&order) {
            now_at[*from] = to;
        }
        let mut conditions: Vec<Held> = self.conditions.into_values().collect();
        conditions.retain(|held| held.people.len() >= SMALLEST as usize);
        conditions.sort_by(|a, b| b.people.len().cmp(&a.people.len()).then_with(|| a.code.cmp(&b.code)));
        conditions.truncate(CONDITIONS_MAX);
        for held in &mut conditions {
            for people in [&mut held.people, &mut held.listed] {
                people.iter_mut().for_each(|at| *at = now_at[*at as usize]);
                people.sort_unstable();
            }
        }
        conditions.sort_by(|a, b| (&a.words, &a.code).cmp(&(&b.words, &b.code)));
        let (groups, renumbered) = in_order(self.names);
        let who = Who {
            people: order.iter().map(|at| self.who[*at].0).collect(),
            practice: order.iter().map(|at| self.who[*at].1).collect(),
            practices: self.codes.names(),
        };
        let snapshot = Snapshot {
            taken: self.now.0,
            keys: order.iter().map(|at| self.people[*at].0).collect(),
            belongs: std::array::from_fn(|by| {
                order
                    .iter()
                    .map(|at| renumbered[by][usize::from(self.people[*at].1[by])])
                    .collect()
            }),
            left_out: order.iter().map(|at| self.people[*at].2).collect(),
            groups,
            conditions,
        };
        (snapshot, who)
    }
}
