//! What the west's hospital sends: HL7 v2 admissions, results, appointments and documents.

use crate::calendar::Moment;
use crate::feeds::{self, FeedFile, Feeds};
use crate::fhir::Copy;
use crate::hl7::{self, Message, Visit};
use crate::household::Household;
use crate::known;
use crate::lives::{Care, Happening, Life, Outcome, Tellers};
use crate::people::{Marks, Person};
use crate::terms::{self, Term};
use record::Date;

const DOCTORS: [&str; 6] = [
    "Fenwick^Laura",
    "Adeyinka^Samuel",
    "Crossley^Jane",
    "Mistry^Anil",
    "Tolland^Peter",
    "Haverstock^Ruth",
];

/// The sender of one person's messages.
struct Sender<'a, 'f> {
    feeds: &'a mut Feeds<'f>,
    copy: Copy<'a>,
    doctor: &'static str,
    sent: u32,
}

impl Sender<'_, '_> {
    /// One message about the person, at a moment, to a feed; `rest` writes what follows PID and PD1.
    fn send(
        &mut self,
        feed: &'static FeedFile,
        kind: (&str, &str),
        at: Moment,
        rest: impl FnOnce(&mut Message<'_>, &Copy<'_>),
    ) {
        self.sent += 1;
        let id = format!("{}{:04}", self.copy.id, self.sent);
        let copy = &self.copy;
        self.feeds.write(feed, |out| {
            let mut message = Message::begin(out, kind.0, kind.1, &id, at);
            message.person(copy);
            rest(&mut message, copy);
        });
    }
}

/// Everything the west's hospital tells of one person.
pub fn tell(feeds: &mut Feeds, person: &Person, household: &Household, life: &Life) {
    let mine: Vec<(usize, &Happening)> = life
        .happenings
        .iter()
        .enumerate()
        .map(|(at, h)| (at + usize::try_from(life.first).unwrap_or(0), h))
        .filter(|(_, h)| h.by.has(Tellers::WEST))
        .collect();
    let Some((_, first)) = mine.first() else { return };
    let mut rng = person.rng("west doctor");
    let mut sender = Sender {
        feeds,
        copy: known::copy(&known::WEST, person, household, life),
        doctor: rng.pick(&DOCTORS),
        sent: life.first,
    };
    let first_at = Moment::new(first.at.date, 0);
    if !life.met.has(Tellers::WEST) {
        register(&mut sender, person, first_at, life);
    }
    let mut at = 0;
    while at < mine.len() {
        let (number, happening) = mine[at];
        let together = mine[at..]
            .iter()
            .take_while(|(_, h)| h.at == happening.at && is_measured(&h.care) && is_measured(&happening.care))
            .count();
        if together > 0 {
            results(&mut sender, number, &mine[at..at + together]);
            at += together;
        } else {
            one(&mut sender, number, happening, life);
            at += 1;
        }
    }
    if life.first == 0 {
        let last = Moment::new(life.until, 23 * 60);
        sender.send(&feeds::WEST_ADT, ("ADT^A31", "ADT_A05"), last, |_, _| {});
    }
}

/// The west's hospital hears of a death elsewhere.
pub fn death(feeds: &mut Feeds, person: &Person, household: &Household, history: &Life, (at, number): (Moment, u32)) {
    let mut copy = known::copy(&known::WEST, person, household, history);
    copy.knows_death = true;
    let mut sender = Sender {
        feeds,
        copy,
        doctor: DOCTORS[0],
        sent: number,
    };
    sender.send(&feeds::WEST_ADT, ("ADT^A31", "ADT_A05"), at, |_, _| {});
}

/// The id of a second record that was merged into the first.
pub fn merged_away(person: &Person) -> String {
    person.stem("RBD, second record")
}

fn is_measured(care: &Care) -> bool {
    matches!(care, Care::Result { .. } | Care::Pressure { .. })
}

/// Opens the record; for some people twice, until the two are merged; a newborn first as "Baby".
fn register(sender: &mut Sender<'_, '_>, person: &Person, at: Moment, life: &Life) {
    let own = sender.copy.clone();
    // Registration does not yet know of a death to come.
    let alive = |sender: &mut Sender<'_, '_>| sender.copy.knows_death = false;
    if person.marks.has(Marks::BABY) {
        sender.copy.given = "Baby".to_owned();
    }
    alive(sender);
    sender.send(&feeds::WEST_ADT, ("ADT^A28", "ADT_A05"), at, |message, _| {
        message.segment("ZU8", &[(1, "Z"), (2, "1"), (3, "No")]);
    });
    if person.marks.has(Marks::MERGED) {
        let old = merged_away(person);
        sender.copy.id.clone_from(&old);
        sender.copy.nhs.clear();
        sender.send(&feeds::WEST_ADT, ("ADT^A28", "ADT_A05"), at.later(3), |_, _| {});
        let visit = format!("V{old}");
        let when = Moment::new(Date((at.date.0 + 12).min(life.until.0)), 19 * 60);
        let doctor = sender.doctor;
        sender.send(&feeds::WEST_ADT, ("ADT^A04", "ADT_A01"), when, |message, _| {
            message.visit(&emergency(&visit, doctor, when, Some(when.later(150))));
            message.segment("DG1", &[(1, "1"), (3, "^Sprain of wrist"), (6, "F")]);
        });
        sender.copy = own.clone();
        alive(sender);
        let merged = Moment::new(Date((at.date.0 + 30).min(life.until.0)), 10 * 60);
        sender.send(&feeds::WEST_ADT, ("ADT^A40", "ADT_A39"), merged, |message, _| {
            message.segment("MRG", &[(1, &format!("{old}^^^RBD^PI"))]);
        });
    }
    sender.copy = own;
}

fn emergency<'a>(number: &'a str, doctor: &'static str, from: Moment, until: Option<Moment>) -> Visit<'a> {
    Visit {
        class: "E",
        ward: "Emergency Department",
        doctor,
        specialty: "180",
        source: "",
        number,
        left: "",
        from,
        until,
    }
}

fn one(sender: &mut Sender<'_, '_>, number: usize, happening: &Happening, life: &Life) {
    let at = happening.at;
    let doctor = sender.doctor;
    let knows = std::mem::replace(&mut sender.copy.knows_death, false);
    match &happening.care {
        Care::Problem {
            term, icd, suspected, ..
        } => {
            diagnosis(sender, number, happening, (*term, icd, *suspected));
        }
        Care::Allergy { term, reaction } => {
            sender.send(&feeds::WEST_ADT, ("ADT^A31", "ADT_A05"), at, |message, _| {
                let since = hl7::stamp(at)[..8].to_owned();
                let what = hl7::coded(*term);
                let reaction = hl7::escaped(reaction);
                message.segment("AL1", &[(1, "1"), (2, "DA"), (3, &what), (5, &reaction), (6, &since)]);
            });
        }
        Care::Stay { .. } => stay(sender, number, happening),
        Care::Attendance { .. } => attendance(sender, number, happening),
        Care::Appointment {
            service,
            specialty,
            outcome,
        } => {
            appointment(sender, number, at, (service, specialty, *outcome), life.until);
        }
        Care::Report { title, findings } => report(sender, number, at, title, findings),
        Care::Letter { term, title, text } => document(sender, number, at, *term, &format!("{title}\n{text}")),
        Care::Wish { term, text, original } => {
            let text = format!("{}\n{text}\nSigned original: {original}", term.words);
            document(sender, number, at, *term, &text);
        }
        Care::Procedure(term) => {
            let visit = format!("P{}-{number}", sender.copy.id);
            sender.send(&feeds::WEST_ADT, ("ADT^A08", "ADT_A01"), at, |message, _| {
                message.visit(&Visit {
                    class: "I",
                    ward: "Theatre",
                    specialty: "110",
                    ..emergency(&visit, doctor, at, Some(at.later(180)))
                });
                message.segment("PR1", &[(1, "1"), (3, &hl7::coded(*term)), (5, &hl7::stamp(at))]);
            });
        }
        Care::Flag { term, note, .. } => {
            document(sender, number, at, *term, &format!("{}\n{note}", term.words));
        }
        _ => {}
    }
    sender.copy.knows_death = knows;
}

/// A diagnosis in both of the codes it has, the same wherever this hospital writes it.
fn both_codes(term: Term, icd: &str) -> String {
    let words = hl7::escaped(term.words);
    match (icd.is_empty(), term.code.is_empty()) {
        (true, _) => hl7::coded(term),
        (false, true) => format!("{icd}^{words}^I10"),
        (false, false) => format!("{icd}^{words}^I10^{}^{words}^SCT", term.code),
    }
}

/// A diagnosis as an update of the person; withdrawn again when it was an error.
fn diagnosis(sender: &mut Sender<'_, '_>, number: usize, happening: &Happening, told: (Term, &str, bool)) {
    let (term, icd, suspected) = told;
    let at = happening.at;
    let diagnosis = both_codes(term, icd);
    let key = format!("D{}-{number}", sender.copy.id);
    let since = hl7::stamp(at)[..8].to_owned();
    let certainty = if suspected { "W" } else { "F" };
    let fields = |action: &'static str| -> [(usize, String); 6] {
        [
            (1, "1".to_owned()),
            (3, diagnosis.clone()),
            (5, since.clone()),
            (6, certainty.to_owned()),
            (20, key.clone()),
            (21, action.to_owned()),
        ]
    };
    for action in if happening.in_error {
        &["A", "D"][..]
    } else {
        &["A"][..]
    } {
        let later = at.later(if *action == "D" { 9000 } else { 25 });
        sender.send(&feeds::WEST_ADT, ("ADT^A31", "ADT_A05"), later, |message, _| {
            let fields = fields(action);
            let said: Vec<(usize, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
            message.segment("DG1", &said);
        });
    }
}

fn stay(sender: &mut Sender<'_, '_>, number: usize, happening: &Happening) {
    let Care::Stay {
        reason,
        icd,
        ward,
        specialty,
        until,
        emergency: urgent,
        died,
    } = &happening.care
    else {
        return;
    };
    let at = happening.at;
    let visit_number = format!("V{}-{number}", sender.copy.id);
    let mut visit = Visit {
        class: "I",
        ward,
        specialty: specialty.0,
        source: match (*urgent, *ward) {
            (true, _) => "^Emergency department",
            (_, "Maternity unit") => "^Born here",
            _ => "^Waiting list",
        },
        ..emergency(&visit_number, sender.doctor, at, None)
    };
    let diagnosis = both_codes(*reason, icd);
    let since = hl7::stamp(at)[..8].to_owned();
    let key = format!("D{visit_number}");
    let reason_words = format!("^{}", hl7::escaped(reason.words));
    let first = visit.clone();
    sender.send(&feeds::WEST_ADT, ("ADT^A01", "ADT_A01"), at, |message, _| {
        message.visit(&first);
        message.segment("PV2", &[(3, &reason_words)]);
    });
    // A few admissions were entered for the wrong person, cancelled within the hour and entered again.
    if happening.at.minute % 61 == 7 {
        sender.send(&feeds::WEST_ADT, ("ADT^A11", "ADT_A09"), at.later(20), |message, _| {
            message.visit(&first)
        });
        sender.send(&feeds::WEST_ADT, ("ADT^A01", "ADT_A01"), at.later(45), |message, _| {
            message.visit(&first)
        });
    }
    let Some(until) = until else { return };
    visit.until = Some(*until);
    visit.left = if *died {
        "^Patient died"
    } else {
        "^Discharged on clinical advice"
    };
    let knows = sender.copy.knows_death;
    sender.copy.knows_death = *died;
    sender.send(&feeds::WEST_ADT, ("ADT^A03", "ADT_A03"), *until, |message, _| {
        message.visit(&visit);
        message.segment("DG1", &[(1, "1"), (3, &diagnosis), (5, &since), (6, "F"), (20, &key)]);
    });
    sender.copy.knows_death = knows;
}

fn attendance(sender: &mut Sender<'_, '_>, number: usize, happening: &Happening) {
    let Care::Attendance {
        complaint,
        found,
        by_ambulance,
        minutes,
    } = &happening.care
    else {
        return;
    };
    let at = happening.at;
    let visit_number = format!("E{}-{number}", sender.copy.id);
    let mut visit = Visit {
        source: if *by_ambulance { "^Ambulance" } else { "^Own transport" },
        ..emergency(&visit_number, sender.doctor, at, None)
    };
    let arrived = visit.clone();
    sender.send(&feeds::WEST_ADT, ("ADT^A04", "ADT_A01"), at, |message, _| {
        message.visit(&arrived);
        message.segment("PV2", &[(3, &format!("^{complaint}"))]);
    });
    let left = at.later(*minutes);
    visit.until = Some(left);
    visit.left = "^Home";
    let found = hl7::coded(*found);
    sender.send(&feeds::WEST_ADT, ("ADT^A03", "ADT_A03"), left, |message, _| {
        message.visit(&visit);
        message.segment("PV2", &[(3, &format!("^{complaint}"))]);
        message.segment(
            "DG1",
            &[
                (1, "1"),
                (3, &found),
                (5, &hl7::stamp(at)[..8]),
                (6, "F"),
                (20, &format!("D{visit_number}")),
            ],
        );
    });
}

fn appointment(sender: &mut Sender<'_, '_>, number: usize, at: Moment, booked: (&str, &str, Outcome), until: Date) {
    let (service, specialty, outcome) = booked;
    let id = format!("A{}-{number}", sender.copy.id);
    let doctor = format!("^{}", sender.doctor);
    let timing = format!("^^20^{}^{}", hl7::stamp(at), hl7::stamp(at.later(20)));
    let made = Moment::new(Date((at.date.0 - 30).min(until.0)), 11 * 60);
    let (event, filler) = match outcome {
        Outcome::Booked => ("", "Booked"),
        Outcome::Attended => ("SIU^S14", "Complete"),
        Outcome::Missed => ("SIU^S26", "Noshow"),
        Outcome::Cancelled => ("SIU^S15", "Cancelled"),
    };
    let clinic = format!("{service} clinic");
    let mut send = |kind: &str, status: &str, when: Moment| {
        sender.send(&feeds::WEST_SIU, (kind, "SIU_S12"), when, |message, _| {
            let fields = [
                (1, id.as_str()),
                (2, &id),
                (7, &format!("^{clinic}")),
                (8, &format!("{specialty}^{service}")),
                (11, &timing),
                (16, &doctor),
                (25, status),
            ];
            message.segment("SCH", &fields);
            message.segment("RGS", &[(1, "1")]);
            message.segment("AIL", &[(1, "1"), (3, &format!("{clinic}^^^RBD"))]);
        });
    };
    send("SIU^S12", "Booked", made);
    if !event.is_empty() {
        let told = if outcome == Outcome::Cancelled {
            Moment::new(Date(at.date.0 - 4), 700)
        } else {
            at.later(90)
        };
        send(event, filler, told);
    }
}

fn results(sender: &mut Sender<'_, '_>, number: usize, readings: &[(usize, &Happening)]) {
    let at = readings[0].1.at;
    let order = format!("L{}-{number}", sender.copy.id);
    let laboratory = readings
        .iter()
        .any(|(_, h)| matches!(&h.care, Care::Result { test, .. } if test.laboratory));
    let panel = if laboratory {
        "BLOOD^Blood tests^L"
    } else {
        "OBS^Vital signs^L"
    };
    let withdrawn = readings.iter().any(|(_, h)| h.in_error);
    let doctor = format!("^{}", sender.doctor);
    let knows = std::mem::replace(&mut sender.copy.knows_death, false);
    for status in if withdrawn { &["F", "W"][..] } else { &["F"][..] } {
        let told = at.later(if *status == "W" { 4000 } else { 95 });
        sender.send(&feeds::WEST_ORU, ("ORU^R01", "ORU_R01"), told, |message, _| {
            let taken = hl7::stamp(at);
            let section = if laboratory { "CH" } else { "" };
            let report_status = if *status == "W" { "C" } else { "F" };
            let fields = [
                (1, "1"),
                (3, order.as_str()),
                (4, panel),
                (7, &taken),
                (16, &doctor),
                (22, &hl7::stamp(told)),
                (24, section),
                (25, report_status),
            ];
            message.segment("OBR", &fields);
            let mut line = 0;
            for (_, reading) in readings {
                for [code, value, unit, range, mark] in hl7::measured(&reading.care) {
                    line += 1;
                    let row = line.to_string();
                    let status = if reading.in_error { *status } else { "F" };
                    let fields = [
                        (1, row.as_str()),
                        (2, "NM"),
                        (3, &code),
                        (5, &value),
                        (6, &unit),
                        (7, &range),
                        (8, &mark),
                        (11, status),
                        (14, &taken),
                    ];
                    message.segment("OBX", &fields);
                }
            }
        });
    }
    sender.copy.knows_death = knows;
}

fn report(sender: &mut Sender<'_, '_>, number: usize, at: Moment, title: &str, findings: &str) {
    let order = format!("R{}-{number}", sender.copy.id);
    sender.send(&feeds::WEST_ORU, ("ORU^R01", "ORU_R01"), at.later(60), |message, _| {
        let taken = hl7::stamp(at);
        let what = format!("^{}", hl7::escaped(title));
        message.segment(
            "OBR",
            &[(1, "1"), (3, &order), (4, &what), (7, &taken), (24, "RAD"), (25, "F")],
        );
        let text = hl7::escaped(findings);
        message.segment(
            "OBX",
            &[(1, "1"), (2, "TX"), (3, "^Report"), (5, &text), (11, "F"), (14, &taken)],
        );
    });
}

fn document(sender: &mut Sender<'_, '_>, number: usize, at: Moment, term: Term, text: &str) {
    let id = format!("T{}-{number}", sender.copy.id);
    let doctor = format!("^{}", sender.doctor);
    sender.send(&feeds::WEST_ORU, ("MDM^T02", "MDM_T02"), at, |message, _| {
        let when = hl7::stamp(at);
        message.segment("PV1", &[(1, "1"), (2, "N"), (3, "^^^RBD")]);
        let kind = if term == terms::DISCHARGE_SUMMARY {
            "DS".to_owned()
        } else {
            hl7::coded(term)
        };
        let fields = [
            (1, "1"),
            (2, kind.as_str()),
            (3, "TX"),
            (4, &when),
            (9, &doctor),
            (12, &id),
            (17, "AU"),
            (19, "AV"),
        ];
        message.segment("TXA", &fields);
        for (line, words) in (1..).zip(text.lines()) {
            let row = format!("{line}");
            let what = hl7::coded(term);
            message.segment(
                "OBX",
                &[(1, &row), (2, "TX"), (3, &what), (5, &hl7::escaped(words)), (11, "F")],
            );
        }
    });
}
