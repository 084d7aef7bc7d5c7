//! Who may do what, a second time: written from docs/safety and the words of the roles before the policy files
//! were, in another shape (role by role, where policy is rule by rule), and sharing nothing with them but the
//! question itself. It is slow to read on purpose: each line is a sentence.

use care::access::{Act, Closeness, Part, Purpose, Question, Relationship, Role, Sensitivity, Show};

/// Whether the prose allows it.
pub fn allows(q: &Question) -> bool {
    // SAFETY 2: where a restricted person is stands on no page, search, map, export or match: not for staff in
    // an emergency, not for the person.
    if q.act.is_of_a_person() && q.part == Part::Whereabouts {
        return false;
    }
    match q.act {
        Act::ReadFeeds => matches!(
            q.role,
            Role::IntegrationEngineer | Role::DataSteward | Role::PrivacyOfficer | Role::Clinician | Role::SocialWorker
        ),
        Act::ReadQuarantine | Act::MendQuarantine => matches!(q.role, Role::IntegrationEngineer | Role::DataSteward),
        Act::Send => matches!(q.role, Role::Sender | Role::IntegrationEngineer),
        Act::DecideIdentity | Act::ReadConcerns => q.role == Role::DataSteward,
        Act::ReadAudit => q.role == Role::PrivacyOfficer,
        _ => of_a_person(q),
    }
}

fn of_a_person(q: &Question) -> bool {
    match q.role {
        Role::Resident => own_record(q) || acting_for(q),
        Role::Carer => acting_for(q),
        Role::Clinician => clinician(q) || progress_of_own_referral(q),
        Role::SocialWorker => social_worker(q) || progress_of_own_referral(q),
        Role::CareSystem => care_system(q),
        Role::Receptionist => receptionist(q) || progress_of_own_referral(q),
        Role::Partner => partner(q) || progress_of_own_referral(q),
        Role::Volunteer => volunteer(q),
        Role::Analyst | Role::BoardMember => counts_for_planning(q),
        Role::DataSteward => data_steward(q) || release_for_planning(q),
        Role::PrivacyOfficer => privacy_officer(q),
        Role::IntegrationEngineer | Role::Sender => false,
    }
}

/// Of the relationships, those that are care: not acting for someone, not having referred them.
fn in_their_care(q: &Question) -> bool {
    recorded_care(q) || q.relationships.has(Relationship::Today)
}

/// Those that stand in somebody's books, which a walk-in does not.
fn recorded_care(q: &Question) -> bool {
    q.relationships.has(Relationship::RegisteredHere)
        || q.relationships.has(Relationship::Caseload)
        || q.relationships.has(Relationship::Team)
        || q.relationships.has(Relationship::Referred)
        || q.relationships.has(Relationship::Ward)
}

/// An emergency is for a person's care at the bedside: reading, printing and writing, never for exporting or
/// counting. People break the glass; systems, receptionists and volunteers do not.
fn emergency(q: &Question) -> bool {
    let bedside = [
        Act::ReadRecord,
        Act::Include,
        Act::History,
        Act::ReadAsSent,
        Act::Print,
        Act::ReadLooked,
        Act::Write,
    ];
    q.break_glass && bedside.contains(&q.act) && matches!(q.role, Role::Clinician | Role::SocialWorker)
}

/// Finding a person by who they are. It must work before any relationship is known, for one who objects too
/// (or the objection could not be seen), and tells nothing that is hidden.
fn finding(q: &Question) -> bool {
    q.act == Act::Search && q.sensitivity == Sensitivity::Ordinary
}

/// Nobody looks up themselves or their family at work; a colleague only where they are on the books; an
/// emergency excepts family and colleagues, never oneself.
fn near(q: &Question) -> bool {
    match q.closeness {
        Closeness::Stranger => false,
        Closeness::Oneself => true,
        Closeness::Relative => !emergency(q),
        Closeness::Colleague => !emergency(q) && !recorded_care(q),
    }
}

/// Who may see a record is changed by those who look after the person, whom no emergency stands in for.
fn sharing_allows(q: &Question) -> bool {
    let changes = q.act == Act::Write && q.part == Part::Sharing;
    let near = match q.closeness {
        Closeness::Stranger => false,
        Closeness::Oneself | Closeness::Relative => true,
        Closeness::Colleague => !recorded_care(q),
    };
    !changes || (in_their_care(q) && !near)
}

fn objection_stands(q: &Question) -> bool {
    q.objects && q.part == Part::Record && q.purpose != Purpose::Safeguarding && !q.own_entry && !emergency(q)
}

/// SAFETY 10: the entries that a practice sent about someone with a type 1 opt-out are in no count outside it.
fn left_out_by_type_1(q: &Question) -> bool {
    q.type_1 && q.gp_entry && !q.own_entry
}

fn seal_allows(q: &Question) -> bool {
    match q.sensitivity {
        Sensitivity::Sealed => q.own_entry || emergency(q),
        Sensitivity::Locked => q.own_entry,
        _ => true,
    }
}

fn clinician(q: &Question) -> bool {
    let for_care = matches!(q.purpose, Purpose::DirectCare | Purpose::Safeguarding);
    if !q.statutory || !for_care {
        return false;
    }
    if finding(q) {
        return true;
    }
    if q.act == Act::Count && left_out_by_type_1(q) {
        return false;
    }
    (in_their_care(q) || emergency(q)) && !near(q) && !objection_stands(q) && seal_allows(q) && sharing_allows(q)
}

fn social_worker(q: &Question) -> bool {
    let for_care = matches!(q.purpose, Purpose::DirectCare | Purpose::Safeguarding);
    if !q.statutory || !for_care {
        return false;
    }
    if finding(q) {
        return true;
    }
    // What was sent stays between clinical systems; files are taken out by clinicians.
    if matches!(q.act, Act::History | Act::ReadAsSent | Act::Export) {
        return false;
    }
    if q.act == Act::Count && left_out_by_type_1(q) {
        return false;
    }
    // Minimum view: sexual and mental health only where the council wrote it or somebody must be kept safe.
    if q.sensitivity == Sensitivity::Sensitive && q.purpose == Purpose::DirectCare && !q.own_entry {
        return false;
    }
    (in_their_care(q) || emergency(q)) && !near(q) && !objection_stands(q) && seal_allows(q) && sharing_allows(q)
}

fn care_system(q: &Question) -> bool {
    if !q.statutory || q.purpose != Purpose::DirectCare {
        return false;
    }
    let acts = [
        Act::Search,
        Act::ReadRecord,
        Act::Include,
        Act::History,
        Act::ReadAsSent,
        Act::Export,
    ];
    if !acts.contains(&q.act) {
        return false;
    }
    if finding(q) {
        return true;
    }
    // A system cannot see who stands in front of it: what is kept from an abuser is not handed to one.
    q.sensitivity != Sensitivity::Safeguarding && in_their_care(q) && !near(q) && !objection_stands(q) && seal_allows(q)
}

fn receptionist(q: &Question) -> bool {
    if !q.statutory || q.purpose != Purpose::DirectCare {
        return false;
    }
    if finding(q) {
        return true;
    }
    let allowed = matches!(q.act, Act::ReadRecord | Act::Write) && q.part == Part::Contact;
    allowed && q.sensitivity == Sensitivity::Ordinary && in_their_care(q) && !near(q)
}

/// SAFETY 8: charity or fire sees its referral and what the person agreed to share, by consent for each
/// referral.
fn partner(q: &Question) -> bool {
    let agreed = q.relationships.has(Relationship::Referred) && q.purpose == Purpose::DirectCare;
    let what = match q.act {
        Act::ReadRecord | Act::Include => matches!(q.part, Part::Agreed | Part::Contact),
        Act::Write => q.part == Part::Agreed,
        _ => false,
    };
    let how = match q.sensitivity {
        Sensitivity::Ordinary => true,
        Sensitivity::Sensitive => q.part == Part::Agreed,
        _ => false,
    };
    agreed && what && how && !near(q)
}

/// SAFETY 8: name, contact, agreed task, safety notes.
fn volunteer(q: &Question) -> bool {
    let mine = [Relationship::Caseload, Relationship::Team, Relationship::Referred]
        .iter()
        .any(|one| q.relationships.has(*one));
    let what = match q.act {
        Act::ReadRecord => matches!(q.part, Part::Contact | Part::Agreed | Part::Safety),
        Act::Write => q.part == Part::Agreed,
        _ => false,
    };
    mine && what && q.purpose == Purpose::DirectCare && q.sensitivity == Sensitivity::Ordinary && !near(q)
}

/// SAFETY 8: a referrer outside the person's care learns how far the referral has come, and nothing else.
fn progress_of_own_referral(q: &Question) -> bool {
    q.part == Part::Progress
        && q.act == Act::ReadRecord
        && q.relationships.has(Relationship::Referrer)
        && q.purpose == Purpose::DirectCare
        && q.sensitivity == Sensitivity::Ordinary
        && (q.statutory || q.role == Role::Partner)
        && !matches!(q.closeness, Closeness::Oneself | Closeness::Relative)
        && (q.closeness != Closeness::Colleague || recorded_care(q))
}

/// SAFETY 9, for the person: everything that is shown to them, and nothing while access is suspended.
fn own_record(q: &Question) -> bool {
    if q.purpose != Purpose::OwnUse || !q.relationships.has(Relationship::Own) || q.suspended {
        return false;
    }
    let what = match q.act {
        Act::ReadRecord | Act::Include | Act::History | Act::Print | Act::Export | Act::ReadLooked => true,
        Act::Write => matches!(q.part, Part::Contact | Part::Sharing),
        _ => false,
    };
    what && q.show != Show::Neither
}

/// SAFETY 9, for those who act for the person.
fn acting_for(q: &Question) -> bool {
    if q.purpose != Purpose::OwnUse || !q.relationships.has(Relationship::Proxy) || q.suspended {
        return false;
    }
    let what = matches!(q.act, Act::ReadRecord | Act::Include | Act::Print);
    let how = match q.sensitivity {
        Sensitivity::Ordinary => true,
        Sensitivity::Sensitive => q.said_yes,
        Sensitivity::ThirdParty | Sensitivity::Safeguarding | Sensitivity::Sealed | Sensitivity::Locked => false,
    };
    what && how && q.show == Show::PersonAndProxies && q.part != Part::Sharing
}

/// SAFETY 10 and 11: counts of what is ordinary or sensitive, without what a type 1 opt-out leaves out. The
/// national opt-out is not for counts, and nothing is looked at, so that nearness does not matter.
fn counts_for_planning(q: &Question) -> bool {
    q.statutory
        && q.purpose == Purpose::Planning
        && q.act == Act::Count
        && matches!(q.sensitivity, Sensitivity::Ordinary | Sensitivity::Sensitive)
        && !left_out_by_type_1(q)
}

/// SAFETY 10: one gate discloses what is confidential for planning or research, with both opt-outs.
fn release_for_planning(q: &Question) -> bool {
    q.statutory
        && q.purpose == Purpose::Planning
        && q.act == Act::Export
        && matches!(q.sensitivity, Sensitivity::Ordinary | Sensitivity::Sensitive)
        && !q.national_opt_out
        && !left_out_by_type_1(q)
}

fn data_steward(q: &Question) -> bool {
    if !q.statutory || q.purpose != Purpose::DataQuality {
        return false;
    }
    if finding(q) {
        // By who people are: never by what they decided about sharing.
        return q.part != Part::Sharing;
    }
    let acts = [
        Act::ReadRecord,
        Act::Include,
        Act::History,
        Act::ReadAsSent,
        Act::ReadLooked,
    ];
    acts.contains(&q.act)
        && q.sensitivity == Sensitivity::Ordinary
        && q.part != Part::Sharing
        && !objection_stands(q)
        && !matches!(q.closeness, Closeness::Oneself | Closeness::Relative)
}

fn privacy_officer(q: &Question) -> bool {
    let choices = q.part == Part::Sharing && matches!(q.act, Act::ReadRecord | Act::Write);
    q.statutory
        && q.purpose == Purpose::Audit
        && (q.act == Act::ReadLooked || choices)
        && !matches!(q.closeness, Closeness::Oneself | Closeness::Relative)
}
