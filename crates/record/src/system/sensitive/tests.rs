//! What the reader takes and refuses, and what the groups of Dorset hide and leave open.

use super::super::reading::{Section, Source};
use super::*;
use crate::concept::SNOMED;
use std::cell::RefCell;

fn rules(text: &str) -> (Sensitive, Vec<String>) {
    let problems = RefCell::new(Vec::new());
    let source = Source::new("sensitivity.toml", text, &problems);
    let parsed = source.parse().unwrap();
    let rules = read_sensitive(Section::new(&source, parsed.get_ref(), 0, "the file"));
    let problems = problems.borrow().iter().map(ToString::to_string).collect();
    (rules, problems)
}

fn dorset() -> Sensitive {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../systems/dorset/sensitivity.toml");
    let (rules, problems) = rules(&std::fs::read_to_string(path).unwrap());
    assert_eq!(problems, Vec::<String>::new());
    rules
}

const GROUPS: &str = "[[group]]\nname = \"Mind\"\nkind = \"mental-health\"\nwhy = \"x\"\nsource = \"x\"\n\
    words = [\"depression\", \"self harm*\"]\nunless = [\"st depression\"]\nmedicines = [\"sertraline\"]\n\
    icd-10.F3 = \"Mood disorders\"\n\
    [[group]]\nname = \"Sex\"\nkind = \"sexual-health\"\nwhy = \"x\"\nsource = \"x\"\n\
    icd-10.\"F52.0\" = \"Lack of desire\"\nsnomed.86406008 = \"HIV\"\n\
    [[group]]\nname = \"Children\"\nkind = \"safeguarding\"\nwhy = \"x\"\nsource = \"x\"\ngroupings = [\"Children's social care\"]\n";

#[test]
fn the_rule_that_closes_the_most_counts() {
    let (rules, problems) = rules(GROUPS);
    assert_eq!(problems, Vec::<String>::new());
    let kind = |system: &str, code: &str, grouping: &str| {
        let what = Concept::coded(system, code, "words");
        rules.kind_of(&Told {
            grouping,
            ..Told::about(Kind::Problem, &what)
        })
    };
    assert_eq!(kind(ICD10, "F32", ""), Some(SensitiveKind::MentalHealth));
    assert_eq!(kind(ICD10, "F52.0", ""), Some(SensitiveKind::SexualHealth));
    assert_eq!(
        kind(ICD10, "f520", ""),
        Some(SensitiveKind::SexualHealth),
        "without its dot"
    );
    assert_eq!(
        kind("http://hl7.org/fhir/sid/icd-10-cm", "F32.A", ""),
        Some(SensitiveKind::MentalHealth),
        "a country's form of it"
    );
    assert_eq!(
        kind(ICD10, "F52.0", "Children's social care"),
        Some(SensitiveKind::Safeguarding)
    );
    assert_eq!(kind(ICD10, "I10", ""), None);
    assert_eq!(kind(SNOMED, "F32", ""), None, "the same letters in another system");
    assert_eq!(kind(SNOMED, "86406008", ""), Some(SensitiveKind::SexualHealth));
    assert_eq!(
        kind(SNOMED, "864060081", ""),
        None,
        "a concept id stands for itself alone"
    );
    let low = Concept::words("low");
    let also = [Concept::coded(ICD10, "F32", "")];
    let told = Told {
        also: &also,
        ..Told::about(Kind::Problem, &low)
    };
    assert_eq!(rules.kind_of(&told), Some(SensitiveKind::MentalHealth));
}

#[test]
fn words_count_where_they_say_what_a_thing_is_about_and_not_in_passing() {
    let (rules, _) = rules(GROUPS);
    let plain = Concept::words("Consultation");
    let told = |change: &dyn Fn(&mut Told<'_>)| {
        let mut told = Told::about(Kind::Encounter, &plain);
        change(&mut told);
        rules.kind_of(&told).is_some()
    };
    assert!(!told(&|_| ()));
    assert!(told(&|told| told.place = "Depression clinic"));
    assert!(told(&|told| told.grouping = "After self-harm"));
    assert!(told(&|told| told.detail = "priority: soon\nReason: Depression"));
    assert!(!told(
        &|told| told.detail = "Long letter. No depression.\nnote: no depression"
    ));
    let short = Value::Text("depression, mild".to_owned());
    let coded = Value::Concept(Concept::coded(ICD10, "F32", ""));
    let long = Value::Text(format!("depression{}", " and more".repeat(40)));
    for (value, hidden) in [(&short, true), (&coded, true), (&long, false)] {
        let told = Told {
            value: Some(value),
            ..Told::about(Kind::Result, &plain)
        };
        assert_eq!(rules.kind_of(&told).is_some(), hidden, "{value:?}");
    }
}

#[test]
fn within_other_words_a_medicine_or_an_allergy_the_same_letters_may_mean_nothing() {
    let (rules, _) = rules(GROUPS);
    let hidden = |kind: Kind, words: &str| rules.kind_of(&Told::about(kind, &Concept::words(words))).is_some();
    assert!(hidden(Kind::Problem, "DEPRESSION"));
    assert!(!hidden(Kind::Problem, "ST depression on ECG"));
    assert!(
        hidden(Kind::Problem, "ST depression; depression"),
        "what excuses one does not excuse another"
    );
    assert!(hidden(Kind::Medicine, "Sertraline 50mg tablets"));
    assert!(!hidden(Kind::Result, "Sertraline"), "only where it is given");
    assert!(!hidden(Kind::Allergy, "Depression after beta blockers"));
    assert!(!hidden(Kind::Death, "Self-harm"));
}

#[test]
fn a_slip_is_named_with_its_line() {
    let slip = |text: &str, with: &str, line: usize, reason: &str| {
        assert!(GROUPS.contains(text), "{text}");
        let (_, problems) = rules(&GROUPS.replacen(text, with, 1));
        let found = problems
            .iter()
            .any(|problem| problem.starts_with(&format!("sensitivity.toml:{line}:")) && problem.contains(reason));
        assert!(found, "{with}: {problems:?}");
    };
    slip(
        "\"mental-health\"",
        "\"mental-helth\"",
        3,
        "did you mean `mental-health`?",
    );
    slip("why = \"x\"\n", "", 1, "has no `why`");
    slip("words = ", "word = ", 6, "did you mean `words`?");
    slip("\"self harm*\"", "\"se*lf\"", 6, "`*` at its end");
    slip(
        "icd-10.F3 = \"Mood disorders\"",
        "icd-10.F32 = \"\"",
        9,
        "say what `F32` means",
    );
    slip("icd-10.F3", "icd-10.F", 9, "at least two signs");
    slip("snomed.86406008", "snomed.86406007", 16, "check digit");
    slip(
        "[[group]]\nname = \"Sex\"",
        "[[groups]]\nname = \"Sex\"",
        10,
        "did you mean `group`?",
    );
    slip("groupings = [\"Children's social care\"]", "", 18, "known by");
}

/// One thing of each group of Dorset, known by a code, by words alone, by a clinic's name or by a medicine.
#[test]
fn safety_9_each_group_of_dorset_is_known_by_code_and_by_words() {
    use SensitiveKind::{
        GenderIdentity, Justice, MentalHealth, Safeguarding, SeriousHarm, SexualHealth, SubstanceUse, ThirdParty,
    };
    let rules = dorset();
    let icd = |code: &str| Concept::coded(ICD10, code, "");
    let snomed = |code: &str| Concept::coded(SNOMED, code, "");
    let opcs = |code: &str| Concept::coded(OPCS4, code, "");
    let words = Concept::words;
    let cases: &[(SensitiveKind, Kind, Concept)] = &[
        (Safeguarding, Kind::CarePlan, snomed("342191000000101")),
        (Safeguarding, Kind::Encounter, words("Child protection conference")),
        (Safeguarding, Kind::Referral, snomed("514331000000104")),
        (Safeguarding, Kind::Referral, words("Adult safeguarding concern raised")),
        (Safeguarding, Kind::Problem, icd("T74.0")),
        (Safeguarding, Kind::Problem, words("Neglect of child")),
        (Safeguarding, Kind::Problem, snomed("412732008")),
        (Safeguarding, Kind::Problem, words("Victim of domestic violence")),
        (Safeguarding, Kind::Encounter, words("MARAC meeting")),
        (Safeguarding, Kind::Problem, icd("Y05.0")),
        (
            Safeguarding,
            Kind::Problem,
            words("History of sexual abuse in childhood"),
        ),
        (Safeguarding, Kind::Flag, snomed("902961000000107")),
        (Safeguarding, Kind::Flag, words("Child at risk of FGM")),
        (
            Safeguarding,
            Kind::Flag,
            words("FGM in the family, child protection plan"),
        ),
        (ThirdParty, Kind::Other, words("Third party information held")),
        (SeriousHarm, Kind::Other, words("Report: withhold from patient")),
        (SexualHealth, Kind::Problem, icd("A56")),
        (SexualHealth, Kind::Problem, icd("A60.0")),
        (SexualHealth, Kind::Problem, icd("A63.0")),
        (SexualHealth, Kind::Problem, snomed("240589008")),
        (SexualHealth, Kind::Result, words("Chlamydia trachomatis PCR")),
        (SexualHealth, Kind::Encounter, words("STI screen")),
        (SexualHealth, Kind::Problem, icd("B24X")),
        (SexualHealth, Kind::Problem, icd("Z21")),
        (SexualHealth, Kind::Problem, snomed("62479008")),
        (SexualHealth, Kind::Result, words("HIV 1 and 2 antibody")),
        (SexualHealth, Kind::Medicine, words("Biktarvy 50mg/200mg/25mg tablets")),
        (SexualHealth, Kind::Procedure, opcs("Q12.1")),
        (SexualHealth, Kind::Encounter, words("Contraceptive advice")),
        (SexualHealth, Kind::Medicine, words("Desogestrel 75microgram tablets")),
        (SexualHealth, Kind::Procedure, snomed("386639001")),
        (SexualHealth, Kind::Problem, icd("O04.9")),
        (
            SexualHealth,
            Kind::Referral,
            words("Referral for termination of pregnancy"),
        ),
        (SexualHealth, Kind::Medicine, words("Mifepristone 200mg tablets")),
        (SexualHealth, Kind::Procedure, opcs("Q13.1")),
        (SexualHealth, Kind::Referral, words("Fertility clinic: IVF cycle")),
        (SexualHealth, Kind::Problem, icd("N97.9")),
        (SexualHealth, Kind::Problem, words("Erectile dysfunction")),
        (SexualHealth, Kind::Problem, words("Female genital mutilation type 2")),
        (GenderIdentity, Kind::Problem, icd("F64.0")),
        (GenderIdentity, Kind::Problem, snomed("93461009")),
        (GenderIdentity, Kind::Referral, words("Gender identity clinic")),
        (MentalHealth, Kind::Problem, icd("F329")),
        (MentalHealth, Kind::Problem, icd("F99")),
        (MentalHealth, Kind::Problem, snomed("69322001")),
        (MentalHealth, Kind::Problem, words("Generalised anxiety disorder")),
        (MentalHealth, Kind::Encounter, words("Liaison psychiatry review")),
        (MentalHealth, Kind::Medicine, words("Sertraline 50mg tablets")),
        (MentalHealth, Kind::Result, words("PHQ-9 score")),
        (MentalHealth, Kind::Problem, icd("X64")),
        (MentalHealth, Kind::Problem, words("Thoughts of self-harm")),
        (SubstanceUse, Kind::Problem, icd("F10.2")),
        (SubstanceUse, Kind::Problem, icd("K70.3")),
        (SubstanceUse, Kind::Problem, snomed("15167005")),
        (SubstanceUse, Kind::Problem, words("Alcohol withdrawal")),
        (SubstanceUse, Kind::Problem, icd("F11.2")),
        (SubstanceUse, Kind::Encounter, words("Drug and alcohol service contact")),
        (SubstanceUse, Kind::Medicine, words("Methadone 1mg/ml oral solution")),
        (Justice, Kind::Problem, icd("Z65.1")),
        (Justice, Kind::Encounter, words("Reception health screen, HMP Portland")),
    ];
    for (expected, kind, what) in cases {
        assert_eq!(rules.kind_of(&Told::about(*kind, what)), Some(*expected), "{what:?}");
    }
    let seen: std::collections::BTreeSet<_> = cases.iter().map(|(kind, _, _)| *kind).collect();
    assert_eq!(seen.len(), SensitiveKind::ALL.len(), "a case of each kind");
    for treatment_function in ["360", "710", "711", "721"] {
        let clinic = Concept::words("Outpatient attendance");
        let told = Told {
            grouping: treatment_function,
            ..Told::about(Kind::Encounter, &clinic)
        };
        let detail = format!("Specialty: {treatment_function}");
        let of_visit = Told {
            detail: &detail,
            ..Told::about(Kind::Encounter, &clinic)
        };
        for told in [told, of_visit] {
            assert!(
                rules.kind_of(&told).is_some(),
                "treatment function {treatment_function}"
            );
        }
    }
}

/// What is hidden without need is missed by a daughter who gives the tablets, and by the social worker at the door.
#[test]
fn safety_9_what_looks_alike_and_is_not_sensitive_is_shown() {
    let rules = dorset();
    let icd = |code: &str, words: &str| Concept::coded(ICD10, code, words);
    let words = Concept::words;
    let cases: &[(Kind, Concept)] = &[
        (Kind::Problem, icd("F03", "Unspecified dementia")),
        (Kind::Problem, icd("F05.9", "Delirium")),
        (Kind::Problem, icd("F17.2", "Tobacco dependence")),
        (Kind::Problem, icd("F70.0", "Mild learning disability")),
        (Kind::Problem, icd("F84.0", "Childhood autism")),
        (Kind::Problem, icd("O03.9", "Spontaneous abortion, complete")),
        (Kind::Problem, icd("A40.0", "Sepsis due to streptococcus")),
        (Kind::Problem, icd("Z32.1", "Pregnancy confirmed")),
        (Kind::Problem, Concept::coded(SNOMED, "17369002", "Miscarriage")),
        (Kind::Problem, Concept::coded(SNOMED, "52448006", "Dementia")),
        (Kind::Problem, words("Missed abortion")),
        (Kind::Problem, words("Depressed fracture of skull")),
        (Kind::Result, words("ECG: ST segment depression")),
        (Kind::Problem, words("Opioid-induced respiratory depression")),
        (Kind::Problem, words("Left neglect after stroke")),
        (Kind::Problem, words("Self-neglect")),
        (Kind::Problem, words("Pneumonia due to Chlamydia pneumoniae")),
        (Kind::Problem, words("Non-alcoholic fatty liver disease")),
        (Kind::Result, words("Alcohol intake")),
        (Kind::Result, words("Alcohol units per week")),
        (Kind::Medicine, words("Alcohol-free chlorhexidine mouthwash")),
        (
            Kind::Medicine,
            words("Buprenorphine 10micrograms/hour transdermal patches"),
        ),
        (Kind::Medicine, words("Amitriptyline 10mg tablets")),
        (Kind::Medicine, words("Estradiol 50micrograms/24hours patches")),
        (Kind::Procedure, words("Bipolar hemiarthroplasty of hip")),
        (Kind::Procedure, words("Embolisation of aneurysm with coil")),
        (Kind::Procedure, words("Drug-eluting stent")),
        (Kind::Problem, words("Adverse drug reaction")),
        (Kind::Allergy, words("Allergy to sertraline")),
        (Kind::Task, words("Hearing aids and walking aids")),
        (Kind::Problem, words("Shivering")),
        (
            Kind::Consent,
            words("Has appointed person with personal welfare lasting power of attorney (Mental Capacity Act 2005)"),
        ),
        (Kind::Consent, words("Deprivation of Liberty Safeguards authorisation")),
        (Kind::Problem, words("Intrauterine growth restriction")),
        (Kind::Problem, words("Pregnancy")),
        (Kind::Vaccination, words("Human papillomavirus vaccination")),
    ];
    for (kind, what) in cases {
        assert_eq!(rules.kind_of(&Told::about(*kind, what)), None, "{what:?}");
    }
}
