//! Policies broken on purpose: the second evaluator must catch each.

use crate::cases::Chance;
use crate::evaluator;
use care::access::policy::{FILES, Policies};

/// Eleven ways to break the policy: the file, what stands in it, and what it is changed to.
const BREAKS: [(&str, &str, &str); 11] = [
    (
        "rules/sealed",
        "unless { context.own_entry }",
        "unless { context.own_entry || context.gp_entry }",
    ),
    (
        "rules/locked",
        "context.sensitivity == \"sealed and locked\"",
        "context.sensitivity == \"sealed\"",
    ),
    (
        "rules/objection",
        "unless { context.own_entry }",
        "unless { context.own_entry || context.type_1 }",
    ),
    (
        "rules/relationship",
        "\"my patient today\"",
        "\"my patient today\", \"referrer\"",
    ),
    (
        "rules/relatives",
        "context.closeness == \"relative\"",
        "context.closeness == \"colleague\"",
    ),
    (
        "rules/type-1",
        "unless { context.own_entry }",
        "unless { context.own_entry || context.statutory }",
    ),
    (
        "rules/national-opt-out",
        "context.purpose == \"planning\"",
        "context.purpose == \"direct care\"",
    ),
    ("roles/proxy", "&& context.said_yes", ""),
    ("rules/sharing", "context.closeness == \"relative\" ||", ""),
    (
        "roles/receptionist",
        "Action::\"search\" ||",
        "Action::\"search\" || action == Action::\"write\" ||",
    ),
    ("rules/whereabouts", "Action::\"export\", ", ""),
];
const CASES_MAX: usize = 400_000;

#[test]
fn safety_8_broken_policies_are_each_caught() {
    for (file, was, is) in BREAKS {
        let whole = FILES.iter().find(|(name, _)| *name == file).unwrap().1;
        assert!(whole.contains(was), "{file} has no {was}");
        let broken = whole.replace(was, is);
        let files: Vec<(&'static str, &str)> = FILES
            .iter()
            .map(|(name, text)| (*name, if *name == file { broken.as_str() } else { *text }))
            .collect();
        let policies = Policies::parse(&files).unwrap();
        let mut chance = Chance(1);
        let caught = (0..CASES_MAX).find(|_| {
            let question = chance.question();
            policies.decide_afresh(&question).is_permit() != evaluator::allows(&question)
        });
        assert!(
            caught.is_some(),
            "{file}, broken by {is:?}, was not caught in {CASES_MAX} cases"
        );
        println!("{file}: caught by case {}", caught.unwrap_or_default());
    }
}

#[test]
fn a_policy_file_with_a_fault_is_refused_with_its_name() {
    for (text, words) in [
        ("permit (principal, action, resource)", "unexpected end"),
        ("permit (principal, action, resource);", "without its reason"),
        ("@reason(\"x\") forbid (principal, action, resource);", "without words"),
        (
            "@reason(\"x\") permit (principal == Role::\"clinician\", action, resource) when { context.porpose == \"audit\" };",
            "porpose",
        ),
    ] {
        let error = Policies::parse(&[("rules/example", text)]).err().unwrap_or_default();
        assert!(error.contains(words) && error.contains("rules/example"), "{error}");
    }
}
