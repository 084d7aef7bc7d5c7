//! The policy: Cedar files that a privacy officer can read, in `crates/care/policy`, parsed once.
//!
//! INVARIANT: whatever goes wrong is a refusal. A rule that cannot be evaluated would else be passed over.

use super::question::{Act, Part, Purpose, Question, Relationship, Relationships, Role};
use cedar_policy::{
    ActionConstraint, Authorizer, Context, Decision as Cedar, Effect, Entities, EntityId, EntityTypeName, EntityUid,
    Policy, PolicyId, PolicySet, PrincipalConstraint, Request, RestrictedExpression, Schema, ValidationMode, Validator,
};
use serde_json::json;
use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{OnceLock, PoisonError, RwLock};

/// The policy files: what each role may do, then the rules that hold back. Of several rules that refuse, the
/// first in this order gives its words.
pub const FILES: &[(&str, &str)] = &[
    (
        "roles/care-system",
        include_str!("../../policy/roles/care-system.cedar"),
    ),
    ("roles/clinician", include_str!("../../policy/roles/clinician.cedar")),
    (
        "roles/data-steward",
        include_str!("../../policy/roles/data-steward.cedar"),
    ),
    ("roles/desks", include_str!("../../policy/roles/desks.cedar")),
    ("roles/partner", include_str!("../../policy/roles/partner.cedar")),
    ("roles/planning", include_str!("../../policy/roles/planning.cedar")),
    (
        "roles/privacy-officer",
        include_str!("../../policy/roles/privacy-officer.cedar"),
    ),
    ("roles/proxy", include_str!("../../policy/roles/proxy.cedar")),
    (
        "roles/receptionist",
        include_str!("../../policy/roles/receptionist.cedar"),
    ),
    ("roles/referrer", include_str!("../../policy/roles/referrer.cedar")),
    ("roles/release", include_str!("../../policy/roles/release.cedar")),
    ("roles/resident", include_str!("../../policy/roles/resident.cedar")),
    (
        "roles/social-worker",
        include_str!("../../policy/roles/social-worker.cedar"),
    ),
    ("roles/volunteer", include_str!("../../policy/roles/volunteer.cedar")),
    (
        "rules/whereabouts",
        include_str!("../../policy/rules/whereabouts.cedar"),
    ),
    (
        "rules/organisation",
        include_str!("../../policy/rules/organisation.cedar"),
    ),
    ("rules/suspended", include_str!("../../policy/rules/suspended.cedar")),
    ("rules/locked", include_str!("../../policy/rules/locked.cedar")),
    (
        "rules/shown-to-nobody-at-home",
        include_str!("../../policy/rules/shown-to-nobody-at-home.cedar"),
    ),
    ("rules/oneself", include_str!("../../policy/rules/oneself.cedar")),
    (
        "rules/relationship",
        include_str!("../../policy/rules/relationship.cedar"),
    ),
    ("rules/sharing", include_str!("../../policy/rules/sharing.cedar")),
    ("rules/relatives", include_str!("../../policy/rules/relatives.cedar")),
    ("rules/colleagues", include_str!("../../policy/rules/colleagues.cedar")),
    ("rules/objection", include_str!("../../policy/rules/objection.cedar")),
    ("rules/sealed", include_str!("../../policy/rules/sealed.cedar")),
    (
        "rules/national-opt-out",
        include_str!("../../policy/rules/national-opt-out.cedar"),
    ),
    ("rules/type-1", include_str!("../../policy/rules/type-1.cedar")),
];
const SCHEMA: &str = include_str!("../../policy/schema.cedarschema");
const ROLES: &str = include_str!("../../policy/roles.json");

/// Answers remembered at most; the questions that are really asked are few.
const REMEMBERED_MAX: usize = 65_536;

/// What policy says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Permit,
    /// No.
    Refuse(Refusal),
}

impl Decision {
    /// Whether it is yes.
    pub const fn is_permit(self) -> bool {
        matches!(self, Decision::Permit)
    }
}

/// Why policy says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The file whose rule it is, such as `rules/objection`; empty when nothing allows it at all.
    pub rule: &'static str,
    /// In words for the page.
    pub says: &'static str,
}

/// Policies, parsed and checked.
pub struct Policies {
    /// For each role and act, the policies that can bear on it.
    bearing: Vec<Bearing>,
    /// Each rule that holds back, in order of precedence, with its words.
    says: Vec<(PolicyId, Refusal)>,
    entities: Entities,
    roles: Vec<EntityUid>,
    acts: Vec<EntityUid>,
    parts: Vec<EntityUid>,
    remembered: RwLock<HashMap<u64, Decision>>,
}

/// What can bear on one role and act: policies whose head names another role or act are left out.
struct Bearing {
    permits: PolicySet,
    /// The same permits, and the rules that hold back.
    all: PolicySet,
}

impl Policies {
    /// Parses policy files, given as (name, text).
    ///
    /// # Errors
    /// The file and what is wrong in it: it does not parse, uses a word that the schema does not know, or lacks
    /// its reason or words.
    pub fn parse(files: &[(&'static str, &str)]) -> Result<Self, String> {
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA).map_err(|error| format!("the schema: {error}"))?;
        let entities =
            Entities::from_json_str(ROLES, Some(&schema)).map_err(|error| format!("roles.json: {error:?}"))?;
        let (mut all, mut says) = (PolicySet::new(), Vec::new());
        for (name, text) in files {
            let parsed = PolicySet::from_str(text).map_err(|error| format!("{name}: {error}"))?;
            for (at, policy) in parsed.policies().enumerate() {
                let policy = policy.new_id(PolicyId::new(format!("{name} {at}")));
                if policy.annotation("reason").is_none() {
                    return Err(format!("{name}: a policy without its reason"));
                }
                if policy.effect() == Effect::Forbid {
                    says.push((policy.id().clone(), refusal_of(name, &policy)?));
                }
                add(&mut all, policy)?;
            }
        }
        let checked = Validator::new(schema).validate(&all, ValidationMode::Strict);
        if let Some(error) = checked.validation_errors().next() {
            return Err(error.to_string());
        }
        let bare: HashMap<PolicyId, Policy> = all
            .policies()
            .map(|policy| Ok((policy.id().clone(), without_head(policy)?)))
            .collect::<Result<_, String>>()?;
        let roles = uids("Role", Role::ALL.map(Role::words))?;
        let acts = uids("Action", Act::ALL.map(Act::words))?;
        let mut bearing = Vec::with_capacity(roles.len() * acts.len());
        for role in &roles {
            for act in &acts {
                bearing.push(bearing_on(&all, &bare, &entities, role, act)?);
            }
        }
        Ok(Self {
            bearing,
            says,
            entities,
            roles,
            acts,
            parts: uids("Part", Part::ALL.map(Part::words))?,
            remembered: RwLock::default(),
        })
    }

    /// What policy says to a question. The same question has the same answer, and is remembered.
    pub fn decide(&self, question: &Question) -> Decision {
        let key = question.packed();
        let known = self
            .remembered
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .copied();
        if let Some(known) = known {
            return known;
        }
        let decision = self.decide_afresh(question);
        let mut remembered = self.remembered.write().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED_MAX {
            remembered.clear();
        }
        remembered.insert(key, decision);
        decision
    }

    /// As [`Policies::decide`], evaluating every policy again.
    pub fn decide_afresh(&self, question: &Question) -> Decision {
        let at = question.role as usize * self.acts.len() + question.act as usize;
        let (Some(bearing), Some(request)) = (self.bearing.get(at), self.request(question)) else {
            return Decision::Refuse(BROKEN);
        };
        let authorizer = Authorizer::new();
        let response = authorizer.is_authorized(&request, &bearing.all, &self.entities);
        if response.diagnostics().errors().next().is_some() {
            return Decision::Refuse(BROKEN);
        }
        if response.decision() == Cedar::Allow {
            return Decision::Permit;
        }
        let reasons: Vec<&PolicyId> = response.diagnostics().reason().collect();
        let first = self.says.iter().find(|(id, _)| reasons.contains(&id));
        // What nothing allows is refused in the same words whatever else holds of the person.
        let allowed = || {
            authorizer
                .is_authorized(&request, &bearing.permits, &self.entities)
                .decision()
                == Cedar::Allow
        };
        match first {
            Some((_, refusal)) if allowed() => Decision::Refuse(*refusal),
            _ => Decision::Refuse(Refusal {
                rule: "",
                says: otherwise(question.role, question.act),
            }),
        }
    }

    fn request(&self, question: &Question) -> Option<Request> {
        let context = Context::from_pairs(facts(question)).ok()?;
        Request::new(
            self.roles.get(question.role as usize)?.clone(),
            self.acts.get(question.act as usize)?.clone(),
            self.parts.get(question.part as usize)?.clone(),
            context,
            None,
        )
        .ok()
    }
}

/// What this build's policy says to a question.
pub fn decide(question: &Question) -> Decision {
    match built_in() {
        Ok(policies) => policies.decide(question),
        Err(_) => Decision::Refuse(BROKEN),
    }
}

/// The policies of this build.
///
/// # Errors
/// What is wrong in which file.
pub fn built_in() -> Result<&'static Policies, &'static str> {
    static BUILT_IN: OnceLock<Result<Policies, String>> = OnceLock::new();
    BUILT_IN
        .get_or_init(|| Policies::parse(FILES))
        .as_ref()
        .map_err(String::as_str)
}

/// Whether a role may ever do a thing, with everything else as good as it can be; else the reason, in words for
/// the page. For what a page offers: leave itself is asked for with the facts.
///
/// # Errors
/// The reason.
pub fn may(role: Role, act: Act) -> Result<(), &'static str> {
    const EVERY: Relationships = Relationships::of(&[
        Relationship::RegisteredHere,
        Relationship::Caseload,
        Relationship::Team,
        Relationship::Referred,
        Relationship::Ward,
        Relationship::Today,
        Relationship::Own,
        Relationship::Proxy,
    ]);
    let question = Question {
        relationships: EVERY,
        ..Question::plain(role, act, role.purpose())
    };
    match decide(&question) {
        Decision::Permit => Ok(()),
        Decision::Refuse(refusal) => Err(refusal.says),
    }
}

/// Whether a role counts everybody, for planning. Whoever cares for people counts those in their care alone.
pub fn may_plan(role: Role) -> bool {
    decide(&Question::plain(role, Act::Count, role.purpose())).is_permit()
}

/// Whether a role may open a record by declaring an emergency.
pub fn may_in_an_emergency(role: Role) -> bool {
    let calm = Question::plain(role, Act::ReadRecord, role.purpose());
    let emergency = Question {
        break_glass: true,
        ..calm
    };
    !decide(&calm).is_permit() && decide(&emergency).is_permit()
}

impl Role {
    /// The purpose for which the role reads, unless it says another.
    pub const fn purpose(self) -> Purpose {
        match self {
            Role::Resident | Role::Carer => Purpose::OwnUse,
            Role::Clinician
            | Role::Receptionist
            | Role::SocialWorker
            | Role::Partner
            | Role::Volunteer
            | Role::CareSystem => Purpose::DirectCare,
            Role::Analyst | Role::BoardMember => Purpose::Planning,
            Role::IntegrationEngineer | Role::Sender => Purpose::RunningFeeds,
            Role::DataSteward => Purpose::DataQuality,
            Role::PrivacyOfficer => Purpose::Audit,
        }
    }
}

const BROKEN: Refusal = Refusal {
    rule: "the program",
    says: "Whether you may do this could not be worked out, so it was not done. Tell the help desk.",
};
const NOT_THE_RECORD: &str =
    "Your role sees what was referred to you, not the whole record. Ask the person's care team to share it.";

const NOT_YOURS: &str = "This does not open to you: it is not your own record, nor one of somebody you act for here now, \
     or it is a part that is not shown. What you may see opens from the first page. If you think that you should see \
     more, ask the GP practice of the person.";

/// What is said when nothing allows it, in the words of whoever asks; the same whatever holds of the person, so that it
/// tells nobody what there is.
const fn otherwise(role: Role, act: Act) -> &'static str {
    match act {
        Act::ReadFeeds => "Feeds are looked after by the integration team. Tell them what looks wrong.",
        Act::ReadQuarantine | Act::MendQuarantine => {
            "Only the integration team and data stewards see what is in quarantine."
        }
        Act::Send => "Only the systems of partner organisations send data in.",
        Act::DecideIdentity => "Only data stewards decide about identities. Use “Something is wrong” to tell them.",
        Act::ReadAudit => "Only privacy officers work here.",
        Act::ReadConcerns => "Only data stewards work on this queue.",
        Act::Search
        | Act::ReadRecord
        | Act::Include
        | Act::History
        | Act::ReadAsSent
        | Act::Print
        | Act::Export
        | Act::Count
        | Act::Write
        | Act::ReadLooked => no_record(role),
    }
}

/// Why a role does not open a record, or not this part of one.
const fn no_record(role: Role) -> &'static str {
    match role {
        Role::Resident | Role::Carer => NOT_YOURS,
        Role::Receptionist => "A front desk finds people and sees how to reach them. It does not see their record.",
        Role::Analyst | Role::BoardMember => "Your role plans services from counts, and opens nobody’s record.",
        Role::IntegrationEngineer | Role::Sender => {
            "Your role looks after what systems send, and opens nobody’s record."
        }
        Role::PrivacyOfficer => "Privacy officers see who looked at a record, and not the record.",
        Role::Partner | Role::Volunteer => NOT_THE_RECORD,
        Role::Clinician | Role::SocialWorker | Role::DataSteward | Role::CareSystem => {
            "Your role does not open this part of a record. Ask the person’s own care team."
        }
    }
}

/// The policies whose head fits a role and an act, without that head.
fn bearing_on(
    all: &PolicySet,
    bare: &HashMap<PolicyId, Policy>,
    entities: &Entities,
    role: &EntityUid,
    act: &EntityUid,
) -> Result<Bearing, String> {
    let is_in = |one: &EntityUid, group: &EntityUid| one == group || entities.is_ancestor_of(group, one);
    let mut bearing = Bearing {
        permits: PolicySet::new(),
        all: PolicySet::new(),
    };
    for policy in all.policies() {
        let of_role = match policy.principal_constraint() {
            PrincipalConstraint::Eq(one) => one == *role,
            PrincipalConstraint::In(group) => is_in(role, &group),
            PrincipalConstraint::Any | PrincipalConstraint::Is(_) | PrincipalConstraint::IsIn(..) => true,
        };
        let of_act = match policy.action_constraint() {
            ActionConstraint::Eq(one) => one == *act,
            ActionConstraint::In(these) => these.iter().any(|group| is_in(act, group)),
            ActionConstraint::Any => true,
        };
        if of_role && of_act {
            let policy = bare.get(policy.id()).unwrap_or(policy);
            if policy.effect() == Effect::Permit {
                add(&mut bearing.permits, policy.clone())?;
            }
            add(&mut bearing.all, policy.clone())?;
        }
    }
    Ok(bearing)
}

/// A policy that no longer asks who and what, for where only the roles and acts come that its head names: most
/// heads are lists of ten acts, which would be gone through again for every decision.
fn without_head(policy: &Policy) -> Result<Policy, String> {
    let mut written = policy.to_json().map_err(|error| error.to_string())?;
    match policy.principal_constraint() {
        PrincipalConstraint::Eq(_) | PrincipalConstraint::In(_) => written["principal"] = json!({ "op": "All" }),
        // What is not gone through in `bearing_on` stays.
        PrincipalConstraint::Any | PrincipalConstraint::Is(_) | PrincipalConstraint::IsIn(..) => {}
    }
    written["action"] = json!({ "op": "All" });
    Policy::from_json(Some(policy.id().clone()), written).map_err(|error| error.to_string())
}

fn add(set: &mut PolicySet, policy: Policy) -> Result<(), String> {
    set.add(policy).map_err(|error| error.to_string())
}

fn refusal_of(name: &'static str, policy: &Policy) -> Result<Refusal, String> {
    let says = policy
        .annotation("says")
        .ok_or_else(|| format!("{name}: a rule that refuses without words for the page"))?;
    Ok(Refusal {
        rule: name,
        // Parsed once, and kept for the life of the program.
        says: Box::leak(says.to_owned().into_boxed_str()),
    })
}

fn uids<const N: usize>(of_type: &str, words: [&str; N]) -> Result<Vec<EntityUid>, String> {
    let name = EntityTypeName::from_str(of_type).map_err(|error| error.to_string())?;
    Ok(words
        .iter()
        .map(|words| EntityUid::from_type_name_and_id(name.clone(), EntityId::new(*words)))
        .collect())
}

fn facts(q: &Question) -> [(String, RestrictedExpression); 14] {
    let text = |words: &str| RestrictedExpression::new_string(words.to_owned());
    let flag = RestrictedExpression::new_bool;
    let relationships = q.relationships.each().map(|one| text(one.words()));
    [
        ("purpose", text(q.purpose.words())),
        ("relationships", RestrictedExpression::new_set(relationships)),
        ("sensitivity", text(q.sensitivity.words())),
        ("show", text(q.show.words())),
        ("closeness", text(q.closeness.words())),
        ("statutory", flag(q.statutory)),
        ("own_entry", flag(q.own_entry)),
        ("gp_entry", flag(q.gp_entry)),
        ("objects", flag(q.objects)),
        ("national_opt_out", flag(q.national_opt_out)),
        ("type_1", flag(q.type_1)),
        ("break_glass", flag(q.break_glass)),
        ("said_yes", flag(q.said_yes)),
        ("suspended", flag(q.suspended)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
}
