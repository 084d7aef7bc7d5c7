//! What people have said they want, and what should happen in an emergency.

use super::conditions::Condition;
use super::{Care, Diary, Tellers, kin};
use crate::people::Marks;
use crate::terms::{self, words};
use record::Date;

/// ReSPECT, power of attorney, advance decisions, contingency plans, what matters, relatives.
pub fn plans(diary: &mut Diary<'_>) {
    wishes(diary);
    contingency(diary);
    matters(diary);
    relatives(diary);
    if diary.has(Condition::Frailty).is_some() && diary.rng.chance(0.6) {
        let own = diary.own_acute();
        let at = diary.surgery(Date(diary.life.until.0 - 40));
        let flag = Care::Flag {
            category: "Safety",
            term: words("At risk of falls in hospital"),
            note: "Low bed, call bell in reach".to_owned(),
        };
        if diary.life.falls.len() > 1 {
            diary.note(at, own, flag);
        }
    }
}

fn recent(diary: &mut Diary<'_>, days: i32) -> super::Moment {
    let from = Date((diary.life.until.0 - days).max(diary.person.born.0));
    let day = diary.day_between(from, diary.life.until);
    diary.surgery(day)
}

fn wishes(diary: &mut Diary<'_>) {
    if diary.marked(Marks::RESPECT) {
        let at = recent(diary, 700);
        let by = match diary.rng.unit() {
            x if x < 0.5 => Tellers::PRACTICE,
            x if x < 0.75 => Tellers::COMMUNITY,
            _ => diary.own_acute(),
        };
        // A form that keeps someone out of hospital is not followed by stays there for an infection.
        let taken_in = |h: &super::Happening| match h.care {
            Care::Stay { reason, emergency, .. } => emergency && h.at > at && reason != terms::HIP_FRACTURE,
            Care::Attendance { complaint, .. } => h.at > at && !complaint.starts_with("Injury") && complaint != "Fall",
            _ => false,
        };
        let hospital = diary.rng.chance(0.5) || diary.life.happenings.iter().any(taken_in);
        let text = if hospital {
            "Focus on comfort and staying at home where possible. Hospital for treatable illness if symptoms cannot be managed. Not for intensive care."
        } else {
            "Focus on comfort. Prefers to stay where they live and not go to hospital unless injured."
        };
        let form = Care::Wish {
            term: terms::RESPECT_FORM,
            text: text.to_owned(),
            original: "Yellow folder by the front door",
        };
        diary.note(at, by, form);
        if diary.rng.chance(0.85) {
            let decision = Care::Wish {
                term: terms::NOT_FOR_CPR,
                text: "Attempts at resuscitation not recommended; discussed with the person and family".to_owned(),
                original: "Yellow folder by the front door",
            };
            diary.note(at, by, decision);
        }
    }
    if diary.marked(Marks::ATTORNEY) {
        let at = recent(diary, 1500);
        let who = kin::attorney(diary.person, diary.household, diary.life.until);
        let wish = Care::Wish {
            term: terms::ATTORNEY,
            text: format!(
                "Attorney for health and welfare: {} {}, {}. Registered with the Office of the Public Guardian.",
                who.given, who.family, who.relation
            ),
            original: "Copy seen by the practice",
        };
        diary.note(at, Tellers::PRACTICE, wish);
    }
    if diary.marked(Marks::ADVANCE_DECISION) {
        let at = recent(diary, 1500);
        let wish = Care::Wish {
            term: terms::ADVANCE_DECISION,
            text: "Refuses artificial ventilation and tube feeding if unable to recognise family, even if life is at risk. Signed and witnessed."
                .to_owned(),
            original: "With the person's solicitor; copy at the practice",
        };
        diary.note(at, Tellers::PRACTICE, wish);
    }
}

fn contingency(diary: &mut Diary<'_>) {
    if !diary.marked(Marks::CONTINGENCY) {
        return;
    }
    let at = recent(diary, 500);
    let called = diary.person.called().to_owned();
    let plan = Care::Plan {
        term: terms::CONTINGENCY,
        text: format!(
            "If the person who helps {called} at home cannot do so: call the neighbour with the key, then the council's \
             urgent response line. {called} needs help with washing, meals and medicines, and can be alone for two hours."
        ),
    };
    diary.note(at, Tellers::COMMUNITY, plan);
}

/// What matters to people, in the words of those who asked.
const MATTERS: [&str; 10] = [
    "to go on feeding the birds from the kitchen window and to be asked before curtains are drawn",
    "seeing the sea once a week, whatever the weather",
    "a cup of tea before any talk of medicines",
    "being called by the name used at home, and time to answer",
    "to keep the dog, and to know who would have it during a hospital stay",
    "getting to choir on Thursdays",
    "the allotment, even if only to sit there",
    "not being moved at night",
    "Sunday lunch with the family, on one's own feet if possible",
    "the football on the radio and a window open",
];

fn matters(diary: &mut Diary<'_>) {
    let age = diary.age(diary.life.until);
    let asked = diary.marked(Marks::RESPECT) || diary.marked(Marks::RESIDENT) || diary.marked(Marks::CONTINGENCY);
    if !(asked && diary.rng.chance(0.75) || age >= 75 && diary.rng.chance(0.05)) {
        return;
    }
    let at = recent(diary, 600);
    let thing = diary.rng.pick(&MATTERS);
    let called = diary.person.called().to_owned();
    let by = if diary.rng.chance(0.5) {
        Tellers::COMMUNITY
    } else {
        Tellers::PRACTICE
    };
    let plan = Care::Plan {
        term: terms::WHAT_MATTERS,
        text: format!("What matters to {called}: {thing}."),
    };
    diary.note(at, by, plan);
}

fn relatives(diary: &mut Diary<'_>) {
    let Some(found) = kin::nearest(diary.person, diary.household, diary.life.until) else {
        return;
    };
    if !diary.rng.chance(0.45) {
        return;
    }
    let landline = &diary.household.landline;
    let phone = if found.at_home && !landline.is_empty() {
        landline.clone()
    } else {
        crate::people::drama_mobile(&mut diary.rng)
    };
    let at = recent(diary, 900);
    let relative = Care::Relative {
        given: found.given,
        family: found.family,
        relation: found.relation,
        phone,
    };
    diary.note(at, Tellers::PRACTICE, relative);
}
