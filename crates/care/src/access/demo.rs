//! Named people to sign in as in a demo folder; a live folder knows none of them. All are invented.

use super::{Actor, Role};
use record::OrgCode;

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
];
