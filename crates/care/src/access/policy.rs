//! What each role may do. Roles and acts are few for now; relationship, purpose and sensitivity come with
//! real sign-in. A role that no rule names may do nothing.

use super::Act;

/// What someone is to the people whose data they ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Statutory health or social care staff giving care.
    Clinician,
    /// A social worker of a council.
    SocialWorker,
    /// A link worker of a charity, or a fire officer: sees a referral made to them, not the record.
    Partner,
    /// Looks after feeds and quarantine.
    IntegrationEngineer,
    /// Decides about identities and data quality.
    DataSteward,
    /// Checks that access was right.
    PrivacyOfficer,
    /// A sending system.
    Sender,
    /// A system that reads for the care of people, such as a hospital's own record.
    CareSystem,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 8] = [
        Role::Clinician,
        Role::SocialWorker,
        Role::Partner,
        Role::IntegrationEngineer,
        Role::DataSteward,
        Role::PrivacyOfficer,
        Role::Sender,
        Role::CareSystem,
    ];

    /// What people call it.
    pub const fn words(self) -> &'static str {
        match self {
            Role::Clinician => "clinician",
            Role::SocialWorker => "social worker",
            Role::Partner => "partner outside statutory care",
            Role::IntegrationEngineer => "integration engineer",
            Role::DataSteward => "data steward",
            Role::PrivacyOfficer => "privacy officer",
            Role::Sender => "sending system",
            Role::CareSystem => "care system",
        }
    }

    /// The purpose for which the role reads.
    pub const fn purpose(self) -> &'static str {
        match self {
            Role::Clinician | Role::SocialWorker | Role::Partner | Role::CareSystem => "direct care",
            Role::IntegrationEngineer | Role::Sender => "running the feeds",
            Role::DataSteward => "data quality",
            Role::PrivacyOfficer => "audit",
        }
    }
}

const NOT_THE_RECORD: &str =
    "Your role sees what was referred to you, not the whole record. Ask the person's care team to share it.";
const NOT_FEEDS: &str = "Feeds are looked after by the integration team. Tell them what looks wrong.";
const NOT_QUARANTINE: &str = "Only the integration team and data stewards see what is in quarantine.";
const NOT_AUDIT: &str = "Only privacy officers see the whole audit.";
const NOT_IDENTITY: &str = "Only data stewards decide about identities. Use “Something is wrong” to tell them.";
const NOT_SENDING: &str = "Only the systems of partner organisations send data in.";
const NOT_CONCERNS: &str = "Only data stewards work on this queue.";

/// Whether a role may do a thing; else the reason, in words for the page.
///
/// # Errors
/// The reason.
pub fn may(role: Role, act: Act) -> Result<(), &'static str> {
    use Role::{CareSystem, Clinician, DataSteward, IntegrationEngineer, PrivacyOfficer, Sender, SocialWorker};
    let (allowed, otherwise): (&[Role], &str) = match act {
        Act::Search | Act::ReadRecord => (&[Clinician, SocialWorker, DataSteward, CareSystem], NOT_THE_RECORD),
        Act::Print => (&[Clinician, SocialWorker], NOT_THE_RECORD),
        Act::ReadAsSent => (&[Clinician, DataSteward, CareSystem], NOT_THE_RECORD),
        Act::ReadLooked => (&[Clinician, SocialWorker, DataSteward, PrivacyOfficer], NOT_AUDIT),
        Act::ReadFeeds => (
            &[
                IntegrationEngineer,
                DataSteward,
                PrivacyOfficer,
                Clinician,
                SocialWorker,
            ],
            NOT_FEEDS,
        ),
        Act::ReadQuarantine | Act::MendQuarantine => (&[IntegrationEngineer, DataSteward], NOT_QUARANTINE),
        Act::Send => (&[Sender, IntegrationEngineer], NOT_SENDING),
        Act::DecideIdentity => (&[DataSteward], NOT_IDENTITY),
        Act::ReadAudit => (&[PrivacyOfficer], NOT_AUDIT),
        Act::ReadConcerns => (&[DataSteward], NOT_CONCERNS),
    };
    if allowed.contains(&role) {
        Ok(())
    } else {
        Err(otherwise)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reviewed as a whole: a change to who may do what must change this table.
    #[test]
    fn who_may_do_what() {
        let mut table = String::new();
        for act in Act::ALL {
            let allowed: Vec<&str> = Role::ALL
                .into_iter()
                .filter(|role| may(*role, act).is_ok())
                .map(Role::words)
                .collect();
            table.push_str(&format!("{}: {}\n", act.words(), allowed.join(", ")));
        }
        let reviewed = "\
search: clinician, social worker, data steward, care system
read record: clinician, social worker, data steward, care system
read as sent: clinician, data steward, care system
read who looked: clinician, social worker, data steward, privacy officer
print summary: clinician, social worker
read feeds: clinician, social worker, integration engineer, data steward, privacy officer
read quarantine: integration engineer, data steward
mend quarantine: integration engineer, data steward
send data: integration engineer, sending system
decide identity: data steward
read audit: privacy officer
read concerns: data steward
";
        assert_eq!(table, reviewed);
    }
}
