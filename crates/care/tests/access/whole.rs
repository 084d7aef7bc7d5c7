//! The policies as they are asked (those that bear on a role and an act, without their heads) against the files as they
//! stand, asked whole: the same answer, and of a refusal the same rule.

use crate::cases::Chance;
use care::access::policy::{Decision, FILES, built_in};
use care::access::{Part, Question};
use cedar_policy::{
    Authorizer, Context, Decision as Cedar, Effect, Entities, EntityId, EntityTypeName, EntityUid, PolicyId, PolicySet,
    Request,
};
use serde_json::json;
use std::str::FromStr;

const CASES: usize = 5_000;

/// Every file in one set; and its rules that hold back, in order, each with its file.
fn whole() -> (PolicySet, Vec<(PolicyId, &'static str)>) {
    let (mut all, mut rules) = (PolicySet::new(), Vec::new());
    for (name, text) in FILES {
        let parsed = PolicySet::from_str(text).unwrap();
        for (at, policy) in parsed.policies().enumerate() {
            let id = PolicyId::new(format!("{name}/{at}"));
            if policy.effect() == Effect::Forbid {
                rules.push((id.clone(), *name));
            }
            all.add(policy.new_id(id)).unwrap();
        }
    }
    (all, rules)
}

fn named(kind: &str, words: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(EntityTypeName::from_str(kind).unwrap(), EntityId::new(words))
}

fn request(q: &Question) -> Request {
    let relationships: Vec<&str> = q.relationships.each().map(|one| one.words()).collect();
    let context = json!({
        "purpose": q.purpose.words(), "relationships": relationships, "sensitivity": q.sensitivity.words(),
        "show": q.show.words(), "closeness": q.closeness.words(), "statutory": q.statutory,
        "own_entry": q.own_entry, "gp_entry": q.gp_entry, "objects": q.objects,
        "national_opt_out": q.national_opt_out, "type_1": q.type_1, "break_glass": q.break_glass,
        "said_yes": q.said_yes, "suspended": q.suspended,
    });
    let (role, act, part) = (q.role.words(), q.act.words(), q.part.words());
    let context = Context::from_json_value(context, None).unwrap();
    Request::new(
        named("Role", role),
        named("Action", act),
        named("Part", part),
        context,
        None,
    )
    .unwrap()
}

#[test]
fn safety_8_the_policies_as_asked_say_what_the_files_say() {
    let (all, rules) = whole();
    let permits: Vec<PolicyId> = all
        .policies()
        .filter(|policy| policy.effect() == Effect::Permit)
        .map(|policy| policy.id().clone())
        .collect();
    let mut only_permits = PolicySet::new();
    for id in &permits {
        only_permits.add(all.policy(id).unwrap().clone()).unwrap();
    }
    let schema = include_str!("../../policy/schema.cedarschema");
    let (schema, _) = cedar_policy::Schema::from_cedarschema_str(schema).unwrap();
    let roles = Entities::from_json_str(include_str!("../../policy/roles.json"), Some(&schema)).unwrap();
    let authorizer = Authorizer::new();
    let mut chance = Chance(7);
    let (mut permitted, mut held_back) = (0, 0);
    for _ in 0..CASES {
        let question = Question {
            part: Part::Record,
            ..chance.question()
        };
        let request = request(&question);
        let said = authorizer.is_authorized(&request, &all, &roles);
        assert!(said.diagnostics().errors().next().is_none(), "{question:?}");
        let allowed = authorizer.is_authorized(&request, &only_permits, &roles).decision() == Cedar::Allow;
        let reasons: Vec<&PolicyId> = said.diagnostics().reason().collect();
        let rule = rules
            .iter()
            .find(|(id, _)| reasons.contains(&id))
            .map(|(_, name)| *name);
        match built_in().unwrap().decide_afresh(&question) {
            Decision::Permit => {
                assert_eq!(said.decision(), Cedar::Allow, "{question:?}");
                permitted += 1;
            }
            Decision::Refuse(refusal) => {
                assert_eq!(said.decision(), Cedar::Deny, "{question:?}");
                let rule = rule.filter(|_| allowed).unwrap_or_default();
                assert_eq!(refusal.rule, rule, "{question:?}");
                held_back += usize::from(!rule.is_empty());
            }
        }
    }
    // Cases that all go one way would show little.
    assert!(
        permitted > CASES / 40 && held_back > CASES / 40,
        "{permitted} permitted, {held_back} held back"
    );
}
