//! The facts that policy asks for, about one reader and one person.
//!
//! Relationships are found, not claimed: in what senders told (registered with a practice, in a bed, on a
//! caseload, seen today) and in acts. Two readers are believed without either: staff of an urgent service, whose
//! patients are whoever turns up, and another system, which answers for its own users.

use super::acts::{AccessAct, What};
use super::policy::{Decision, decide};
use super::question::{Act, Closeness, Part, Purpose, Question, Relationship, Relationships, Role, Sensitivity, Show};
use super::{Actor, store};
use crate::Care;
use crate::db::{Conn, DbError};
use crate::intake::when_of;
use crate::person::given_name::normal;
use crate::person::{demographics, store as person_store};
use record::system::{OrganisationKind, System};
use record::{Date, Instant, Kind, Status};
use std::collections::HashMap;

/// The relationships that are care.
const CARE: [Relationship; 6] = [
    Relationship::RegisteredHere,
    Relationship::Caseload,
    Relationship::Team,
    Relationship::Referred,
    Relationship::Ward,
    Relationship::Today,
];
/// At these ages those who act for a child must be looked at again (SAFETY 9).
const PROXY_AGES: [i16; 2] = [11, 16];

/// What one entry is, as far as policy asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EntryFacts {
    /// How sensitive it is.
    pub sensitivity: Sensitivity,
    /// To whom on the person's side it is shown.
    pub show: Show,
    /// Whether the reader's own organisation wrote it.
    pub own: bool,
    /// Whether a GP practice sent it.
    pub gp: bool,
}

/// What was decided of single items.
pub(crate) type Decided = HashMap<i64, (Option<Sensitivity>, Option<Show>)>;

/// The facts of one reader and one person.
#[derive(Clone, Debug)]
pub struct Facts {
    question: Question,
    /// Until when an emergency that the reader declared opens this record.
    pub emergency: Option<Instant>,
    /// That the reader acted for the person, and why they do not now; `None` when they do, never did, or somebody ended
    /// it.
    pub(super) lapsed: Option<Lapsed>,
    pub(crate) decided: Decided,
}

/// Why somebody no longer acts for a person, where that is the law's doing and nobody's decision. Of a decision they are
/// told nothing: it may be the person's own, and be kept from them (SAFETY 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lapsed {
    /// It has to be looked at again since a birthday.
    Due,
    /// The day came on which it ended.
    Ended,
}

impl Lapsed {
    /// What they read on a page about the person.
    pub(super) const fn says(self) -> &'static str {
        match self {
            Lapsed::Due => {
                "You acted for this person here. At 11, and at 16, their GP practice looks at that again with them, and \
                 since their last such birthday it has not yet. Until it has, nothing of this record opens to you. Ask \
                 their GP practice to look at it with you both."
            }
            Lapsed::Ended => {
                "You acted for this person here, as somebody with parental responsibility. That ended on the day they \
                 turned 16: from then on they say themselves who acts for them. If they want you to, they tell their GP \
                 practice."
            }
        }
    }
}

impl Facts {
    /// What is asked of policy about the record as such: people with one question have one answer.
    pub(super) const fn question(&self) -> Question {
        self.question
    }

    /// The same facts for a job that reads in the person's stead: what they may see, and nothing more.
    pub(super) fn in_their_stead(mut self) -> Self {
        self.question.relationships = Relationships::of(&[Relationship::Own]);
        self
    }

    pub(super) const fn is_own_use(&self) -> bool {
        matches!(self.question.purpose, Purpose::OwnUse)
    }

    /// How the reader stands to the person.
    pub const fn relationships(&self) -> Relationships {
        self.question.relationships
    }

    /// What policy says to an act on the record as such: an ordinary entry that others wrote.
    pub(super) fn decide(&self, act: Act) -> Decision {
        decide(&Question { act, ..self.question })
    }

    /// What policy says to an act on one entry.
    pub fn of_entry(&self, act: Act, entry: EntryFacts) -> Decision {
        decide(&Question {
            act,
            sensitivity: entry.sensitivity,
            show: entry.show,
            own_entry: entry.own,
            gp_entry: entry.gp,
            ..self.question
        })
    }

    /// What policy says to reading the record if the reader were to declare an emergency now.
    pub(super) fn in_an_emergency(&self) -> Decision {
        decide(&Question {
            act: Act::ReadRecord,
            break_glass: true,
            ..self.question
        })
    }

    /// Whether the reader cares for the person, and not for today alone: everybody may turn up out of hours.
    pub(crate) fn is_in_care(&self) -> bool {
        let lasting = CARE.iter().filter(|one| **one != Relationship::Today);
        lasting.copied().any(|one| self.question.relationships.has(one))
    }

    /// Whether the person objects to sharing with the reader.
    pub(crate) const fn objects(&self) -> bool {
        self.question.objects
    }

    /// What policy says to an act on what the reader's own organisation wrote.
    pub(super) fn of_own_entries(&self, act: Act) -> Decision {
        decide(&Question {
            act,
            own_entry: true,
            ..self.question
        })
    }

    /// What policy says to an act on another part.
    pub fn of_part(&self, act: Act, part: Part) -> Decision {
        decide(&Question {
            act,
            part,
            ..self.question
        })
    }
}

/// The facts that hold of a reader whoever is read about.
pub(super) fn of_reader(system: &System, actor: &Actor) -> Question {
    Question {
        statutory: statutory(system, actor),
        // Nothing is disclosed for planning until the national service has answered: absent means opted out.
        national_opt_out: true,
        ..Question::plain(actor.role, Act::ReadRecord, actor.role.purpose())
    }
}

/// A question about no one person: finding people, a desk, what belongs to nobody.
pub(super) fn of_nobody(system: &System, actor: &Actor, act: Act) -> Question {
    let relationships = match act {
        // Counts of everybody are for planning; whoever cares for people counts those in their care.
        Act::Search | Act::Count => Relationships::NONE,
        // Nobody's record is opened, so that nobody has to stand in any relationship.
        _ => Relationships::of(&CARE),
    };
    Question {
        act,
        relationships,
        ..of_reader(system, actor)
    }
}

/// Finds the facts.
pub(super) fn gather(
    care: &Care,
    conn: &mut Conn,
    actor: &Actor,
    person_no: i64,
    now: Instant,
) -> Result<Facts, DbError> {
    let acts = store::of_person(conn, person_no)?;
    of_acts(care, conn, &mut Reader::of(actor), (person_no, &acts), now)
}

/// A reader whose own homes are looked up once, however many people they ask about.
pub(super) struct Reader<'a> {
    actor: &'a Actor,
    homes: Option<Vec<(i64, Vec<person_store::Identity>)>>,
}

impl<'a> Reader<'a> {
    pub(super) const fn of(actor: &'a Actor) -> Self {
        Self { actor, homes: None }
    }
}

/// Finds the facts of a person about whom these acts stand.
pub(super) fn of_acts(
    care: &Care,
    conn: &mut Conn,
    reader: &mut Reader<'_>,
    (person_no, acts): (i64, &[AccessAct]),
    now: Instant,
) -> Result<Facts, DbError> {
    let actor = reader.actor;
    let standing = |act: &&AccessAct| act.holds(now);
    let mut facts = Facts {
        question: of_reader(care.system(), actor),
        emergency: None,
        lapsed: None,
        decided: Decided::new(),
    };
    let mut proxies = Vec::new();
    for act in acts.iter().filter(standing) {
        let mine = act.holder == actor.user;
        let ours = mine || actor.works_for.as_ref().is_some_and(|org| act.holder == org.as_str());
        let q = &mut facts.question;
        match act.what {
            What::Relationship(Relationship::Proxy) if mine => proxies.push(act),
            What::Relationship(Relationship::Proxy) => {}
            What::Relationship(one) if ours => q.relationships.add(one),
            What::Relationship(_) | What::ProxyReviewed | What::Checked { .. } => {}
            // Another system that names no organisation may be the one objected to.
            What::Objection => q.objects |= act.holder.is_empty() || ours || actor.works_for.is_none(),
            What::TypeOne => q.type_1 = true,
            What::Suspended => q.suspended |= mine || act.holder.is_empty(),
            What::SaidYes => q.said_yes |= mine,
            What::Emergency if mine => {
                q.break_glass = true;
                facts.emergency = facts.emergency.max(act.ends);
            }
            What::Emergency => {}
            What::IsUser if mine && actor.role == Role::Resident => q.relationships.add(Relationship::Own),
            What::IsUser if mine => q.closeness = Closeness::Oneself,
            What::IsUser => {
                let together = actor.works_for.as_ref().is_some_and(|org| act.words == org.as_str());
                if together && q.closeness == Closeness::Stranger {
                    q.closeness = Closeness::Colleague;
                }
            }
            What::Sensitivity { item, sensitivity } => {
                facts.decided.entry(item).or_default().0 = Some(sensitivity);
            }
            What::Show { item, show } => facts.decided.entry(item).or_default().1 = Some(show),
        }
    }
    let (acts_for, lapsed) = acting(conn, person_no, (&proxies, acts), &actor.user, now)?;
    facts.lapsed = lapsed;
    if acts_for {
        facts.question.relationships.add(Relationship::Proxy);
    }
    // A system has no family, and the public have their own rules.
    let of_staff = !matches!(actor.role, Role::CareSystem | Role::Resident | Role::Carer);
    if of_staff
        && matches!(facts.question.closeness, Closeness::Stranger | Closeness::Colleague)
        && is_relative(conn, reader, person_no)?
    {
        facts.question.closeness = Closeness::Relative;
    }
    find_care(care.system(), conn, actor, person_no, now, &mut facts.question)?;
    Ok(facts)
}

/// Whether a user acts for the person by any of these acts of theirs that hold; and if not, why they no longer do, where
/// the law ended it.
fn acting(
    conn: &mut Conn,
    person_no: i64,
    (proxies, acts): (&[&AccessAct], &[AccessAct]),
    user: &str,
    now: Instant,
) -> Result<(bool, Option<Lapsed>), DbError> {
    let proxy = What::Relationship(Relationship::Proxy);
    if proxies.is_empty() {
        let ended = |act: &AccessAct| act.what == proxy && act.holder == user && !act.holds(now);
        return Ok((false, acts.iter().any(ended).then_some(Lapsed::Ended)));
    }
    let births = births_of(conn, person_no)?;
    let mut lapsed = None;
    for one in proxies {
        match proxy_stands(&births, one, acts, now) {
            ProxyStands::Acts { .. } => return Ok((true, None)),
            ProxyStands::Due { .. } => lapsed = Some(Lapsed::Due),
            ProxyStands::Ended => {}
        }
    }
    Ok((false, lapsed))
}

/// Whether the reader's organisation is a statutory one. Another system without one organisation stands for what
/// whoever gave it its token vouched for.
fn statutory(system: &System, actor: &Actor) -> bool {
    let Some(code) = &actor.works_for else {
        return matches!(actor.role, Role::CareSystem | Role::Sender);
    };
    system.organisation(code).is_some_and(|org| match org.kind {
        OrganisationKind::Board
        | OrganisationKind::Practice
        | OrganisationKind::Acute
        | OrganisationKind::CommunityMentalHealth
        | OrganisationKind::Ambulance
        | OrganisationKind::UrgentCare
        | OrganisationKind::Council
        | OrganisationKind::PublicHealth
        | OrganisationKind::National => true,
        OrganisationKind::Fire
        | OrganisationKind::Voluntary
        | OrganisationKind::School
        | OrganisationKind::CareHome
        | OrganisationKind::Pharmacy => false,
    })
}

/// Finds relationships of care in what senders told, unless one is known that is enough.
fn find_care(
    system: &System,
    conn: &mut Conn,
    actor: &Actor,
    person_no: i64,
    now: Instant,
    question: &mut Question,
) -> Result<(), DbError> {
    let of_staff = matches!(
        actor.role,
        Role::Clinician | Role::SocialWorker | Role::Receptionist | Role::CareSystem
    );
    if !of_staff || !question.statutory {
        return Ok(());
    }
    let kind = actor
        .works_for
        .as_ref()
        .and_then(|code| system.organisation(code))
        .map(|organisation| organisation.kind);
    let whoever_comes = matches!(kind, Some(OrganisationKind::UrgentCare | OrganisationKind::Ambulance));
    if whoever_comes || actor.role == Role::CareSystem {
        question.relationships.add(Relationship::Today);
    }
    let enough = CARE.iter().any(|one| question.relationships.has(*one));
    // A practice decides more for those who are registered there: that it is one is not left unasked because another
    // relationship is known, such as that the person asked it something.
    let practice =
        kind == Some(OrganisationKind::Practice) && !question.relationships.has(Relationship::RegisteredHere);
    if enough && !practice && question.closeness == Closeness::Stranger {
        return Ok(());
    }
    let Some(code) = &actor.works_for else { return Ok(()) };
    if kind == Some(OrganisationKind::Practice) {
        for record in person_store::records_of(conn, person_no)? {
            let Some(text) = &record.demographics else { continue };
            if demographics::of_text(text)?.practice == code.as_str() {
                question.relationships.add(Relationship::RegisteredHere);
            }
        }
    }
    let kinds = [Kind::Encounter, Kind::Episode, Kind::Appointment, Kind::Referral].map(|kind| kind as i64);
    for contact in store::contacts(conn, person_no, code.as_str(), kinds)? {
        if let Some(one) = relationship_of(&contact, kind, now) {
            question.relationships.add(one);
        }
    }
    Ok(())
}

/// What a contact that the reader's organisation told of says about how it stands to the person now.
fn relationship_of(contact: &store::Contact, kind: Option<OrganisationKind>, now: Instant) -> Option<Relationship> {
    let open =
        contact.status == Status::Active as i64 && contact.ended.is_none_or(|ended| when_of(ended).instant > now);
    let today = contact
        .happened
        .is_some_and(|happened| when_of(happened).instant.uk_date() == now.uk_date());
    let has_beds = matches!(
        kind,
        Some(OrganisationKind::Acute | OrganisationKind::CommunityMentalHealth)
    );
    match Kind::from_number(contact.kind)? {
        Kind::Encounter if open && has_beds => Some(Relationship::Ward),
        Kind::Episode | Kind::Referral if open => Some(Relationship::Caseload),
        Kind::Encounter | Kind::Appointment if today => Some(Relationship::Today),
        _ => None,
    }
}

/// How it stands with somebody who acts for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyStands {
    /// They act for them; until the day when it is looked at again or ends, if the person is young.
    Acts {
        /// That day.
        until: Option<Date>,
    },
    /// It has to be looked at again since a birthday.
    Due {
        /// That birthday.
        since: Date,
    },
    /// It has ended.
    Ended,
}

/// How it stands with somebody who acts for a person: recorded with its reason, and looked at again since the person
/// was 11, and since they were 16 (SAFETY 9). Of birth dates that differ every one must allow it.
pub fn proxy_stands(births: &[Date], proxy: &AccessAct, acts: &[AccessAct], now: Instant) -> ProxyStands {
    if !proxy.holds(now) || births.is_empty() || proxy.words.trim().is_empty() {
        return ProxyStands::Ended;
    }
    let today = now.uk_date();
    let birthdays: Vec<Date> = births
        .iter()
        .flat_map(|birth| PROXY_AGES.iter().filter_map(|age| birthday(*birth, *age)))
        .collect();
    let since = birthdays.iter().copied().filter(|birthday| *birthday <= today).max();
    let looked_at = acts
        .iter()
        .filter(|act| act.what == What::ProxyReviewed && act.holder == proxy.holder && act.holds(now))
        .map(|act| act.decided)
        .chain(std::iter::once(proxy.decided))
        .max();
    match since.filter(|since| looked_at.is_none_or(|at| at.uk_date() < *since)) {
        Some(since) => ProxyStands::Due { since },
        None => ProxyStands::Acts {
            until: birthdays.into_iter().filter(|birthday| *birthday > today).min(),
        },
    }
}

/// The birth dates that senders tell of a person.
pub(super) fn births_of(conn: &mut Conn, person_no: i64) -> Result<Vec<Date>, DbError> {
    let records: Vec<i64> = person_store::records_of(conn, person_no)?
        .iter()
        .map(|record| record.record_no)
        .collect();
    Ok(person_store::identities(conn, &records)?
        .iter()
        .filter_map(|identity| identity.birth)
        .collect())
}

/// The day someone born on `birth` reaches an age; of a 29 February it is 1 March in other years.
pub fn birthday(birth: Date, age: i16) -> Option<Date> {
    let (year, month, day) = birth.ymd();
    Date::new(year + age, month, day).or_else(|| Date::new(year + age, 3, 1))
}

/// Whether the reader is, as far as is known, of one family or household with the person: same family name at
/// the same postcode.
fn is_relative(conn: &mut Conn, reader: &mut Reader<'_>, person_no: i64) -> Result<bool, DbError> {
    let homes = match &mut reader.homes {
        Some(homes) => homes,
        none => none.insert(homes_of(conn, reader.actor)?),
    };
    if homes.is_empty() {
        return Ok(false);
    }
    let theirs = home_of(conn, person_no)?;
    let near = |a: &person_store::Identity, own: &[person_store::Identity]| {
        own.iter()
            .any(|b| !a.postcode.is_empty() && a.postcode == b.postcode && normal(&a.family) == normal(&b.family))
    };
    Ok(homes
        .iter()
        .any(|(own_no, own)| *own_no != person_no && theirs.iter().any(|one| near(one, own))))
}

/// The persons that a reader is, each with where they live.
fn homes_of(conn: &mut Conn, actor: &Actor) -> Result<Vec<(i64, Vec<person_store::Identity>)>, DbError> {
    let mut homes = Vec::new();
    for act in store::of_holder(conn, &actor.user, What::IsUser)? {
        if let Some((_, own_no)) = person_store::person_by_id(conn, act.person)? {
            homes.push((own_no, home_of(conn, own_no)?));
        }
    }
    Ok(homes)
}

fn home_of(conn: &mut Conn, person_no: i64) -> Result<Vec<person_store::Identity>, DbError> {
    let records: Vec<i64> = person_store::records_of(conn, person_no)?
        .iter()
        .map(|record| record.record_no)
        .collect();
    person_store::identities(conn, &records)
}
