//! What Dorset holds for more than ordinarily sensitive, in a store: from whom each group of `sensitivity.toml` is kept, to
//! whom it is shown, and that what looks like it is shown to all.

use crate::access::{ask, keep, resident, works_at};
use crate::app::{App, actor, feed, on_both};
use crate::rights::known_as_ada;
use crate::says::{With, condition};
use care::access::acts::What;
use care::access::{Act, Actor, Relationship, Role};
use care::person::{self, sent};
use record::PersonId;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SNOMED: &str = "http://snomed.info/sct";
const ICD10: &str = "http://hl7.org/fhir/sid/icd-10";

/// A problem by this name: its id, its code, its words. The words alone where there is no code.
type Named = (&'static str, &'static str, &'static str, &'static str);

/// Kept from those who act for her, and from roles with a smaller view; shown to her, and to whoever treats her.
const SENSITIVE: [Named; 17] = [
    ("mind-code", SNOMED, "69322001", "as coded"),
    ("mind-icd", ICD10, "F32.1", "as coded"),
    ("mind-words", "", "", "Generalised anxiety disorder"),
    ("harm-words", "", "", "Thoughts of self-harm"),
    ("alcohol-icd", ICD10, "K70.3", "as coded"),
    ("drugs-words", "", "", "Heroin, injects"),
    ("sti-icd", ICD10, "A56.0", "as coded"),
    ("sti-words", "", "", "Contact of gonorrhoea"),
    ("hiv-code", SNOMED, "86406008", "as coded"),
    ("pill-words", "", "", "Contraceptive advice"),
    ("top-code", SNOMED, "386639001", "as coded"),
    ("ivf-words", "", "", "Second cycle of IVF"),
    ("gender-icd", ICD10, "F64.0", "as coded"),
    ("fgm-words", "", "", "Female genital mutilation type 3"),
    ("prison-icd", ICD10, "Z65.1", "as coded"),
    ("visit-place", "", "", "Sexual health clinic"),
    ("visit-reason", "", "", "Low mood"),
];
/// Kept from her too, and from other systems; shown to whoever treats her.
const SAFEGUARDING: [Named; 5] = [
    ("child-code", SNOMED, "342191000000101", "as coded"),
    ("adult-words", "", "", "Safeguarding concern raised"),
    ("partner-words", "", "", "Domestic abuse"),
    ("rape-words", "", "", "Sexual assault"),
    ("hurt-icd", ICD10, "T74.1", "as coded"),
];
/// What looks like one of them and is none.
const ORDINARY: [Named; 8] = [
    ("dementia", ICD10, "F03", "Dementia"),
    ("autism", ICD10, "F84.0", "Childhood autism"),
    ("miscarriage", ICD10, "O03.9", "Spontaneous abortion"),
    ("tobacco", ICD10, "F17.2", "Smokes"),
    ("skull", "", "", "Depressed fracture of skull"),
    ("neglect", "", "", "Left neglect after stroke"),
    ("liver", "", "", "Non-alcoholic fatty liver disease"),
    ("lungs", "", "", "Pneumonia due to Chlamydia pneumoniae"),
];

/// A problem, or a visit to somewhere, or for some reason.
fn told((id, system, code, words): Named) -> Value {
    let visit = |field: &str, what: Value| {
        json!({
            "resourceType": "Encounter", "id": id, "meta": {"lastUpdated": "2026-02-01T09:00:00Z"},
            "status": "finished", "class": {"code": "AMB"}, "subject": {"reference": "Patient/p1"},
            "period": {"start": "2021-01-01", "end": "2021-01-01"}, field: what,
        })
    };
    match id {
        "visit-place" => return visit("location", json!([{"location": {"display": words}}])),
        "visit-reason" => return visit("reasonCode", json!([{"text": words}])),
        _ => {}
    }
    let what = match system {
        "" => json!({"text": words}),
        _ => json!({"coding": [{"system": system, "code": code, "display": words}]}),
    };
    condition(id, "p1", "44054006", "2021-01-01").with("/code", what)
}

/// Ada with everything, and somebody who acts for her.
fn with_everything(app: &App) -> PersonId {
    let ada = known_as_ada(app);
    for named in SENSITIVE.into_iter().chain(SAFEGUARDING).chain(ORDINARY) {
        app.send(&feed("R0D", true), told(named).line());
    }
    keep(
        app,
        ada,
        What::Relationship(Relationship::Proxy),
        "carer",
        "she signed for it",
    );
    keep(
        app,
        ada,
        What::Relationship(Relationship::Caseload),
        "social",
        "E06000059",
    );
    ada
}

/// The ids of what a reader sees, as lines of the record and as items; they must be the same.
fn seen(app: &App, reader: &Actor, ada: PersonId) -> BTreeSet<String> {
    let grant = ask(app, reader, ada, Act::ReadRecord).unwrap();
    let items: BTreeSet<i64> = person::read(&app.care, &grant)
        .unwrap()
        .facts
        .iter()
        .flat_map(|fact| fact.lines.iter().map(|line| line.item))
        .collect();
    let of = |named: &Named| {
        let sender = record::OrgCode::parse("R0D").unwrap();
        let item_type = if named.0.starts_with("visit") {
            "Encounter"
        } else {
            "Condition"
        };
        record::ItemId::of(app.care.id_key(), &sender, item_type, named.0).key()
    };
    let as_items: BTreeSet<i64> = ["Condition", "Encounter"]
        .iter()
        .flat_map(|item_type| sent::items_of_type(&app.care, &grant, item_type).unwrap())
        .map(|version| version.item)
        .collect();
    assert_eq!(
        items,
        as_items,
        "{}: the page and the items say the same",
        reader.role.words()
    );
    SENSITIVE
        .iter()
        .chain(&SAFEGUARDING)
        .chain(&ORDINARY)
        .filter(|named| items.contains(&of(named)))
        .map(|named| named.0.to_owned())
        .collect()
}

fn names(of: &[&[Named]]) -> BTreeSet<String> {
    of.iter()
        .flat_map(|some| some.iter().map(|named| named.0.to_owned()))
        .collect()
}

#[test]
fn safety_9_what_is_sensitive_is_kept_from_proxies_and_smaller_views_and_shown_to_whoever_treats() {
    on_both(|app| {
        let ada = with_everything(app);
        let all = names(&[&SENSITIVE, &SAFEGUARDING, &ORDINARY]);
        for clinician in [actor("nurse"), works_at("gp", "DEMO-GP01")] {
            assert_eq!(seen(app, &clinician, ada), all, "{}", clinician.user);
        }
        let other_system = Actor {
            role: Role::CareSystem,
            ..actor("ward")
        };
        assert_eq!(seen(app, &other_system, ada), names(&[&SENSITIVE, &ORDINARY]));
        assert_eq!(seen(app, &resident(), ada), names(&[&SENSITIVE, &ORDINARY]));
        assert_eq!(seen(app, &actor("carer"), ada), names(&[&ORDINARY]));
        assert_eq!(
            seen(app, &actor("social"), ada),
            names(&[&SAFEGUARDING, &ORDINARY]),
            "who keeps people safe"
        );
        keep(app, ada, What::SaidYes, "carer", "she said yes");
        assert_eq!(
            seen(app, &actor("carer"), ada),
            names(&[&SENSITIVE, &ORDINARY]),
            "her yes opens no safeguarding"
        );
    });
}

/// The banner is what is read first at three in the morning, by those at home too. A plan for a crisis of mental health is
/// kept from them without the person's yes, as SAFETY 9 says; whoever treats the person sees it.
#[test]
fn safety_6_what_stands_first_is_not_hidden_for_its_words() {
    let system = crate::app::dorset();
    let hidden: BTreeSet<&str> = system
        .banner
        .codes
        .iter()
        .filter(|code| {
            let told = record::system::Told::about(record::Kind::Flag, &code.concept);
            system.sensitive.kind_of(&told).is_some()
        })
        .map(|code| code.concept.display.as_str())
        .collect();
    assert_eq!(hidden, BTreeSet::from(["Mental health crisis plan"]));
}

/// Everything that partners send of some invented people, looked at as it is read.
#[test]
fn what_the_invented_county_sends_is_mostly_ordinary_and_each_reason_that_it_has_is_known() {
    use record::system::SensitiveKind::{MentalHealth, Safeguarding, SexualHealth, SubstanceUse};
    let system = crate::app::dorset();
    let mut count = 0_usize;
    let mut hidden = std::collections::BTreeMap::new();
    for arrival in crate::order::told(400) {
        let piece = &arrival.piece;
        let items = exchange::read(piece.format, &piece.body, &piece.context, &arrival.feed).unwrap_or_default();
        for entry in items.iter().flat_map(|item| &item.entries) {
            count += 1;
            if let Some(kind) = system.sensitive.kind_of(&record::system::Told::of(entry)) {
                *hidden.entry(kind).or_insert(0_usize) += 1;
            }
        }
    }
    for kind in [MentalHealth, SubstanceUse, SexualHealth, Safeguarding] {
        assert!(hidden.contains_key(&kind), "{kind:?}: {hidden:?}");
    }
    let all: usize = hidden.values().sum();
    assert!(all * 8 < count, "{all} of {count}: {hidden:?}");
}
