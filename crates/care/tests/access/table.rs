//! The access table as one reviewed file, and the second evaluator against it.

use crate::cases::{ACTS, Chance, OPT_OUTS, cell, relationships};
use crate::evaluator;
use care::access::policy::built_in;
use care::access::{Act, Purpose, Question, Relationship, Relationships, Role, Sensitivity, may};
use std::fmt::Write;

const REVIEWED: &str = include_str!("table.txt");

/// The table as text: a row for each role, relationship and purpose that may do anything at all.
fn table() -> String {
    let mut text = String::from(
        "Who may do what with one entry of the record. Reviewed as a whole: a change to policy changes this file.\n\n\
         r read  s search  i include  h history  a as sent  p print  l who looked  x export  c count  w write\n\n\
         Each heading is a role, why they ask, and how they stand to the person. Each line under it is what the\n\
         person has said no to, of: objection to the shared record, national data opt-out, type 1 opt-out. Lines and\n\
         relationships that say the same stand together. What stands under no heading may do nothing. The entry was\n\
         sent by a GP practice that is not the reader's; the reader's organisation is statutory.\n",
    );
    write!(text, "\n{:<34}", "").unwrap();
    for sensitivity in Sensitivity::ALL {
        write!(text, "{:<18}", sensitivity.words()).unwrap();
    }
    text = text.trim_end().to_owned() + "\n";
    for role in Role::ALL {
        for purpose in Purpose::ALL {
            // Relationships under which everything is the same stand together.
            let mut blocks: Vec<(Vec<&str>, String)> = Vec::new();
            for (name, relationships) in relationships() {
                let block = block(role, relationships, purpose);
                match blocks.iter_mut().find(|(_, known)| *known == block) {
                    Some((names, _)) => names.push(name),
                    None => blocks.push((vec![name], block)),
                }
            }
            for (names, block) in blocks.iter().filter(|(_, block)| !block.is_empty()) {
                let stand = match names.len() == relationships().len() {
                    true => "however they stand".to_owned(),
                    false => names.join(", "),
                };
                writeln!(text, "\n{}, for {}: {stand}\n{block}", role.words(), purpose.words()).unwrap();
            }
        }
    }
    text
}

/// The lines of one role, relationship and purpose; empty when they allow nothing.
fn block(role: Role, relationships: Relationships, purpose: Purpose) -> String {
    let policies = built_in().unwrap();
    let mut lines: Vec<(Vec<&str>, String)> = Vec::new();
    for opt_out in OPT_OUTS {
        let mut line = String::new();
        for sensitivity in Sensitivity::ALL {
            let may: String = ACTS
                .iter()
                .filter(|(act, _)| {
                    let question = cell(role, relationships, purpose, sensitivity, opt_out, *act);
                    policies.decide_afresh(&question).is_permit()
                })
                .map(|(_, letter)| letter)
                .collect();
            let may = if may.is_empty() { "-".to_owned() } else { may };
            write!(line, "{may:<18}").unwrap();
        }
        let line = line.trim_end().to_owned();
        match lines.iter_mut().find(|(_, known)| *known == line) {
            Some((names, _)) => names.push(opt_out.name),
            None => lines.push((vec![opt_out.name], line)),
        }
    }
    if lines.iter().all(|(_, line)| line.chars().all(|c| c == '-' || c == ' ')) {
        return String::new();
    }
    let shown = |(names, line): &(Vec<&str>, String)| {
        let names = if names.len() == OPT_OUTS.len() {
            "whatever they said".to_owned()
        } else {
            names.join(", ")
        };
        format!("  {names:<32}{line}")
    };
    lines.iter().map(shown).collect::<Vec<_>>().join("\n")
}

#[test]
fn safety_8_the_access_table_is_as_reviewed() {
    let table = table();
    if std::env::var_os("CHESIL_REVIEW").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/access/table.txt");
        std::fs::write(path, &table).unwrap();
    }
    let differs = table.lines().zip(REVIEWED.lines()).find(|(now, then)| now != then);
    assert!(
        table == REVIEWED,
        "policy and tests/access/table.txt differ, first at {differs:?}. If the change is meant, write the file \
         again with CHESIL_REVIEW=1 and have it reviewed"
    );
}

/// What both say, when they differ.
fn differ(question: &Question) -> Option<String> {
    let policy = built_in().unwrap().decide_afresh(question);
    let prose = evaluator::allows(question);
    (policy.is_permit() != prose).then(|| format!("policy {policy:?}, prose {prose}: {question:?}"))
}

#[test]
fn safety_8_the_second_evaluator_agrees_on_every_cell() {
    let mut cells = 0;
    for role in Role::ALL {
        for (_, relationships) in relationships() {
            for purpose in Purpose::ALL {
                for sensitivity in Sensitivity::ALL {
                    for opt_out in OPT_OUTS {
                        for (act, _) in ACTS {
                            let question = cell(role, relationships, purpose, sensitivity, opt_out, act);
                            assert_eq!(differ(&question), None);
                            cells += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!(cells, 14 * 10 * 7 * 6 * 5 * 10);
}

#[test]
fn safety_8_the_second_evaluator_agrees_on_cases_of_chance() {
    let cases = if std::env::var_os("CHESIL_NIGHTLY").is_some() {
        1_000_000
    } else {
        10_000
    };
    let mut chance = Chance(20_261_122);
    let mut permitted = 0;
    for _ in 0..cases {
        let question = chance.question();
        assert_eq!(differ(&question), None);
        permitted += usize::from(evaluator::allows(&question));
    }
    // Cases that are all refused would show nothing.
    assert!(permitted * 20 > cases, "{permitted} of {cases} permitted");
}

/// A decision takes at most 20 µs, evaluated afresh or remembered, in the mix of questions that a page asks. Printed,
/// and held only in the nightly run: other work on a machine says nothing of the policy.
#[test]
fn a_decision_is_quick() {
    const ROUNDS: u32 = 200;
    let policies = built_in().unwrap();
    let questions = likely();
    let took = |decide: &dyn Fn(&Question) -> bool| {
        let begun = std::time::Instant::now();
        for _ in 0..ROUNDS {
            questions.iter().for_each(|question| {
                std::hint::black_box(decide(question));
            });
        }
        begun.elapsed() / (ROUNDS * u32::try_from(questions.len()).unwrap())
    };
    let afresh = took(&|q| policies.decide_afresh(q).is_permit());
    let remembered = took(&|q| policies.decide(q).is_permit());
    println!("afresh {afresh:?}, remembered {remembered:?}");
    if std::env::var_os("CHESIL_NIGHTLY").is_some() {
        assert!(
            afresh.as_micros() < 20 && remembered.as_micros() < 20,
            "{afresh:?}, {remembered:?}"
        );
    }
}

/// What a nurse's, a clerk's and a resident's pages ask.
fn likely() -> Vec<Question> {
    let mut found = Vec::new();
    for (role, relationship) in [
        (Role::Clinician, Relationship::Today),
        (Role::Receptionist, Relationship::RegisteredHere),
        (Role::Resident, Relationship::Own),
        (Role::SocialWorker, Relationship::Caseload),
    ] {
        for sensitivity in Sensitivity::ALL {
            found.push(Question {
                relationships: Relationships::of(&[relationship]),
                sensitivity,
                ..Question::plain(role, Act::ReadRecord, role.purpose())
            });
        }
    }
    found.push(Question::plain(Role::Clinician, Act::Write, Purpose::DirectCare));
    found
}

/// Reviewed as a whole: a change to who may ever do what must change this table.
#[test]
fn who_may_do_what() {
    let mut table = String::new();
    for act in Act::ALL {
        let allowed: Vec<&str> = Role::ALL
            .into_iter()
            .filter(|role| may(*role, act).is_ok())
            .map(Role::words)
            .collect();
        writeln!(table, "{}: {}", act.words(), allowed.join(", ")).unwrap();
    }
    let reviewed = "\
search: clinician, receptionist, social worker, data steward, care system
read record: resident, carer, clinician, social worker, data steward, care system
include: resident, carer, clinician, social worker, data steward, care system
history: resident, clinician, data steward, care system
read as sent: clinician, data steward, care system
read who looked: resident, clinician, social worker, data steward, privacy officer
print summary: resident, carer, clinician, social worker
export: resident, clinician, care system
count: clinician, social worker, analyst, board member
write: clinician, social worker
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
