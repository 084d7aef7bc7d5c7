//! Named people to sign in as in a demo folder; a live folder knows none of them. All are invented.

use super::acts::{self, What};
use super::{Actor, Relationship, Role, store};
use crate::Care;
use crate::db::DbError;
use crate::person::store as person_store;
use record::{Instant, NhsNumber, OrgCode, PersonId};

/// A demo user.
#[derive(Clone, Copy, Debug)]
pub struct DemoUser {
    /// Name in this system.
    pub user: &'static str,
    /// Name as people read it.
    pub name: &'static str,
    /// What they do, for the sign-in page.
    pub job: &'static str,
    /// Their role.
    pub role: Role,
    /// Their organisation.
    pub organisation: &'static str,
    /// Its code in the demo's care system; empty for the public.
    pub works_for: &'static str,
}

impl DemoUser {
    /// The user as someone signed in.
    pub fn actor(&self) -> Actor {
        Actor {
            user: self.user.to_owned(),
            name: self.name.to_owned(),
            role: self.role,
            organisation: self.organisation.to_owned(),
            works_for: OrgCode::parse(self.works_for),
        }
    }
}

/// The demo users, in the order the sign-in page offers them.
pub const DEMO_USERS: &[DemoUser] = &[
    DemoUser {
        user: "nurse",
        name: "Nia Marlow",
        job: "Out-of-hours nurse",
        role: Role::Clinician,
        organisation: "Dorset out-of-hours service (demo)",
        works_for: "DEMO-UC01",
    },
    DemoUser {
        user: "gp",
        name: "Dr Owen Thatcher",
        job: "GP",
        role: Role::Clinician,
        organisation: "Chesil View Surgery (demo)",
        works_for: "DEMO-GP01",
    },
    DemoUser {
        user: "ward",
        name: "Dr Priya Lulworth",
        job: "Hospital doctor",
        role: Role::Clinician,
        organisation: "Acute hospital (demo)",
        works_for: "RBD",
    },
    DemoUser {
        user: "social",
        name: "Tomasz Portland",
        job: "Social worker",
        role: Role::SocialWorker,
        organisation: "Council adult social care (demo)",
        works_for: "E06000059",
    },
    DemoUser {
        user: "link",
        name: "Grace Kimmeridge",
        job: "Charity link worker",
        role: Role::Partner,
        organisation: "Purbeck Neighbours (demo)",
        works_for: "DEMO-VS01",
    },
    DemoUser {
        user: "engineer",
        name: "Sam Chesil",
        job: "Integration engineer",
        role: Role::IntegrationEngineer,
        organisation: "Dorset digital service (demo)",
        works_for: "QVV",
    },
    DemoUser {
        user: "steward",
        name: "Ruth Abbotsbury",
        job: "Data steward",
        role: Role::DataSteward,
        organisation: "Dorset digital service (demo)",
        works_for: "QVV",
    },
    DemoUser {
        user: "privacy",
        name: "Idris Swanage",
        job: "Privacy officer",
        role: Role::PrivacyOfficer,
        organisation: "Dorset digital service (demo)",
        works_for: "QVV",
    },
    DemoUser {
        user: "community",
        name: "Bethan Wareham",
        job: "Community nurse",
        role: Role::Clinician,
        organisation: "Dorset HealthCare (demo)",
        works_for: "RDY",
    },
    DemoUser {
        user: "reception",
        name: "Kit Fontmell",
        job: "GP receptionist",
        role: Role::Receptionist,
        organisation: "Chesil View Surgery (demo)",
        works_for: "DEMO-GP01",
    },
    DemoUser {
        user: "analyst",
        name: "Femi Arne",
        job: "Analyst",
        role: Role::Analyst,
        organisation: "Dorset digital service (demo)",
        works_for: "QVV",
    },
    DemoUser {
        user: "board",
        name: "Dame Hilary Purbeck",
        job: "Board member",
        role: Role::BoardMember,
        organisation: "Dorset digital service (demo)",
        works_for: "QVV",
    },
    DemoUser {
        user: "resident",
        name: "Margaret Loveless",
        job: "Resident",
        role: Role::Resident,
        organisation: "The public (demo)",
        works_for: "",
    },
    DemoUser {
        user: "carer",
        name: "Alison Loveless",
        job: "Carer, for her mother",
        role: Role::Carer,
        organisation: "The public (demo)",
        works_for: "",
    },
];

/// Ties the demo's resident, and the daughter who acts for her, to the invented person with this NHS number. Does
/// nothing when that has been done, when nobody has the number, or when the folder is live.
///
/// # Errors
/// When the store fails.
pub fn bind(care: &Care, number: NhsNumber, now: Instant) -> Result<(), DbError> {
    let found = care.readers().read(|conn| {
        let records: Vec<i64> = person_store::records_with_numbers(conn, &[number.as_i64()])?
            .into_iter()
            .collect();
        let person = person_store::person_ids_of(conn, &records)?
            .first()
            .map(|(_, _, person)| *person);
        let bound = store::of_holder(conn, "resident", What::IsUser)?;
        Ok::<_, DbError>(person.filter(|_| bound.is_empty()))
    })?;
    let (Some(person), true) = (found, care.is_demo()) else {
        return Ok(());
    };
    let Some(steward) = DEMO_USERS
        .iter()
        .find(|demo| demo.user == "steward")
        .map(DemoUser::actor)
    else {
        return Ok(());
    };
    let keep = |what, holder, words| acts::keep(care, &steward, person, what, holder, words, (now, None)).map(drop);
    keep(What::IsUser, "resident", "shown her passport at the practice")?;
    keep(
        What::Relationship(Relationship::Caseload),
        "social",
        "allocated after her second fall",
    )?;
    keep(
        What::Relationship(Relationship::Team),
        "RDY",
        "community nursing, for her leg",
    )?;
    let proxy = What::Relationship(Relationship::Proxy);
    keep(proxy, "carer", "Margaret signed the practice's form for her daughter")
}

/// The person whom somebody's account says that they are; `None` when nobody has said so. Whether their record opens to
/// them is asked for again.
///
/// # Errors
/// When the store fails.
pub fn own_person(care: &Care, actor: &Actor) -> Result<Option<PersonId>, DbError> {
    let acts = care
        .readers()
        .read(|conn| store::of_holder(conn, &actor.user, What::IsUser))?;
    Ok(acts.first().map(|act| act.person))
}

/// The people whom someone of the public may open: themselves, then those they act for. Whether each opens is
/// asked for again.
///
/// # Errors
/// When the store fails.
pub fn people_of(care: &Care, actor: &Actor) -> Result<Vec<PersonId>, DbError> {
    care.readers().read(|conn| {
        let mut acts = store::of_holder(conn, &actor.user, What::IsUser)?;
        let related = store::of_holder(conn, &actor.user, What::Relationship(Relationship::Proxy))?;
        acts.extend(
            related
                .into_iter()
                .filter(|act| act.what == What::Relationship(Relationship::Proxy)),
        );
        Ok(acts.into_iter().map(|act| act.person).collect())
    })
}
