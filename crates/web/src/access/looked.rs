//! Who has looked at a person's record.

use super::view::{Look, LookedPage};
use super::visit::{Asked, Visit, answer};
use crate::person::present::Present;
use crate::person::view::Banner;
use crate::serving::Site;
use crate::site::answer::{Answered, PageError, page};
use crate::site::clock::{counted, moment};
use crate::site::form::Pairs;
use crate::site::view::Paging;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use care::access::account::name_of;
use care::access::choices::Choice;
use care::access::{Act, BEFORE_AN_EMERGENCY, BEHIND};
use care::audit::AuditRow;
use care::person::PersonRecord;
use record::system::{OrganisationKind, System};
use record::{OrgCode, PersonId};
use std::sync::Arc;

/// Looks that are counted at most.
const LOOKS_MAX: i64 = 2_000;
/// Looks on one page.
const PAGE: usize = 50;

/// `/people/{id}/looked`.
pub fn routes() -> Router<Arc<Site>> {
    Router::new().route("/people/{id}/looked", get(looked))
}

async fn looked(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| shown(visit, &id)).await
}

fn shown(visit: &Visit, id: &str) -> Answered {
    let person = PersonId::parse(id).ok_or(PageError::Nothing)?;
    let grant = care::access::person(visit.care(), &visit.actor, person, Act::ReadLooked, visit.now)?;
    let record = care::person::read(visit.care(), &grant)?;
    let mut rows = visit.care().audit().of_person(grant.person(), LOOKS_MAX)?;
    let own = grant.is_own_use();
    if own {
        rows.retain(|row| tells_nothing_hidden(row, visit.care().system(), &record));
    }
    let present = Present::of(visit.care().system(), &record);
    let path = format!("/people/{}/looked", grant.person());
    let query = Pairs::read(&visit.query);
    // Their own looks would bury those that they came to see.
    let every = !own || query.get("mine") == "yes";
    let mine = if every {
        String::new()
    } else {
        without_own(&mut rows, &visit.actor.user)
    };
    let (shown, paging) = Paging::of(&rows, query.page(), PAGE, |at| match own && every {
        true => format!("{path}?mine=yes&page={at}"),
        false => format!("{path}?page={at}"),
    });
    let looks = shown
        .iter()
        .map(|row| Ok(look(row, name_of(visit.care(), &row.actor)?, own)))
        .collect::<Result<Vec<Look>, PageError>>()?;
    // To the person, what one reader did on one day in a row is one thing.
    let looks = if own { folded(looks) } else { looks };
    page(&LookedPage {
        frame: visit.frame("Who has looked"),
        banner: Banner {
            more: crate::rights::links(&grant),
            ..present.banner()
        },
        looks,
        own,
        mine,
        paging,
    })
}

/// Looks that follow each other, of one reader on one day for one reason, as one line.
fn folded(looks: Vec<Look>) -> Vec<Look> {
    let day = |look: &Look| look.when.split(", ").next().unwrap_or_default().to_owned();
    let mut folded: Vec<Look> = Vec::new();
    for look in looks {
        match folded.last_mut() {
            Some(last)
                if (&last.who, &last.organisation, &last.ground) == (&look.who, &look.organisation, &look.ground)
                    && day(last) == day(&look) =>
            {
                if !last.what.split(", ").any(|one| one == look.what) {
                    last.what = format!("{}, {}", last.what, look.what);
                }
            }
            _ => folded.push(look),
        }
    }
    folded
}

/// Leaves out what somebody did themselves; answers how often that was and when last, in words.
fn without_own(rows: &mut Vec<AuditRow>, user: &str) -> String {
    let all = rows.len();
    let last = rows.iter().find(|row| row.actor == user).map(|row| moment(row.at));
    rows.retain(|row| row.actor != user);
    let own = i64::try_from(all - rows.len()).unwrap_or(i64::MAX);
    last.map(|last| format!("You looked yourself {}, last on {last}", counted(own, "time", "times")))
        .unwrap_or_default()
}

/// Whether a look may be shown to the person. An enquiry to keep someone safe is not, nor is that a social worker
/// looked where nothing of a council's is shown: either would tell an abuser what was hidden (SAFETY 9).
pub(crate) fn tells_nothing_hidden(row: &AuditRow, system: &System, record: &PersonRecord) -> bool {
    let of_council = |code: &OrgCode| {
        let organisation = system.organisation(code);
        organisation.is_some_and(|one| one.kind == OrganisationKind::Council)
    };
    let council_is_shown = record.heard.iter().any(|heard| of_council(&heard.sender));
    row.purpose != "safeguarding" && !Choice::is_silent(row) && (row.role != "social worker" || council_is_shown)
}

/// A look by `who` in words: for the person in theirs, else as staff say it.
pub(crate) fn look(row: &AuditRow, who: String, own: bool) -> Look {
    let listed = row.outcome == "shown in a list";
    let what = match row.act.as_str() {
        "read record" if listed => "the name, on a list of people in their care or who asked them something",
        "decide identity" if listed => "two records side by side: who each says it is about",
        "decide identity" => "which records are the same person’s",
        "read quarantine" if listed => "that something could not be read",
        "read audit" => "the audit",
        "read concerns" => "what was reported as wrong",
        "read record" => "the record",
        "read as sent" => "one entry with what was sent",
        "read who looked" => "who has looked",
        "print summary" => "the summary to print",
        "search" if row.detail == BEFORE_AN_EMERGENCY => "the name, on the form for an emergency",
        "search" => "listed in a search",
        BEHIND => "who stands behind a pseudonym of a project",
        "declare emergency" => "declared an emergency",
        "read quarantine" => "an item that could not be read",
        "export" => "a copy of it",
        "tie account" => "wrote down that this person has an account here",
        "untie account" => "took back that this person has an account here",
        "see who may see the record" => "who may see it",
        "see how to reach the person" => "how to reach and meet the person",
        "change who may see the record" => "changed who may see it",
        "change how to reach the person" => "changed how to reach and meet the person",
        other => other,
    };
    let refused = row.outcome != "granted" && row.outcome != "shown in a list";
    Look {
        when: moment(row.at),
        who,
        role: row.role.clone(),
        organisation: row.organisation.clone(),
        what: if refused {
            format!("Nothing: asked for {what}")
        } else {
            what.to_owned()
        },
        ground: if refused && own {
            "They could not: they were refused, and saw nothing".to_owned()
        } else if refused {
            format!("Refused. {}", row.outcome)
        } else {
            ground(row, own)
        },
    }
}

/// By what a record was opened, in words.
fn ground(row: &AuditRow, own: bool) -> String {
    if row.outcome == "shown in a list" && row.detail == BEFORE_AN_EMERGENCY {
        return "They were asked whether this is an emergency".to_owned();
    }
    let listed = row.outcome == "shown in a list";
    // Each list says what it was: nobody searched for somebody who only stood on one.
    if listed && row.act == "read record" {
        let you = if own { "You are" } else { "The person is" };
        return format!("{you} in their care, or asked their organisation something");
    }
    if listed && matches!(row.act.as_str(), "decide identity" | "read quarantine") {
        return "They put records right".to_owned();
    }
    if listed {
        let who = if own { "you were" } else { "this person was" };
        return format!("They searched for somebody, and {who} in the list");
    }
    let you = if own { "You are" } else { "The person is" };
    if row.act == "declare emergency" {
        return "They wrote why it was an emergency, and a privacy officer checks it".to_owned();
    }
    if row.act.starts_with("see ") || row.act.starts_with("change ") {
        return match row.role.as_str() {
            "resident" => "It is their own record".to_owned(),
            _ => format!("For this: {}", row.detail),
        };
    }
    if row.act == "remove an entry by law" || row.act == "refuse to remove an entry" {
        return "The law, and a second person".to_owned();
    }
    let of_role = match row.role.as_str() {
        "data steward" => Some("They put records right"),
        "privacy officer" => Some("They check that access was right"),
        "care system" => Some("Another care service’s system asked, for its own staff"),
        _ => None,
    };
    if let Some(words) = of_role {
        return words.to_owned();
    }
    let one = |ground: &str| match ground {
        "emergency" => "In an emergency: they gave a reason, and a privacy officer checks it".to_owned(),
        "registered here" => format!("{you} registered with their practice"),
        "on my caseload" => format!("{you} on their caseload"),
        "in my team" => format!("{you} cared for by their team"),
        "referred with consent" => format!("{you} referred to them, by agreement"),
        "on my ward" => format!("{you} in their hospital"),
        "my patient today" => format!("{you} seen by their service that day"),
        "my own record" => "It is their own record".to_owned(),
        "proxy" => "They act for the person, as is recorded".to_owned(),
        other => other.to_owned(),
    };
    match row.detail.as_str() {
        "" if own && row.purpose == "direct care" => "Their work is your care".to_owned(),
        "" => format!("Role and purpose: {}", row.purpose),
        grounds => grounds.split(", ").map(one).collect::<Vec<_>>().join(". "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::Instant;

    #[test]
    fn what_one_reader_did_on_one_day_is_one_line_to_the_person() {
        let look = |when: &str, who: &str, what: &str| Look {
            when: when.to_owned(),
            who: who.to_owned(),
            role: "clinician".to_owned(),
            organisation: "Out of hours".to_owned(),
            what: what.to_owned(),
            ground: "You are seen by their service that day".to_owned(),
        };
        let looks = folded(vec![
            look("3 March 2026, 09:43", "Nia", "the record"),
            look("3 March 2026, 09:42", "Nia", "the summary to print"),
            look("3 March 2026, 09:41", "Nia", "the record"),
            look("3 March 2026, 09:40", "Tom", "the record"),
            look("2 March 2026, 09:39", "Tom", "the record"),
        ]);
        let said: Vec<String> = looks
            .iter()
            .map(|one| format!("{} {}: {}", one.when, one.who, one.what))
            .collect();
        assert_eq!(
            said,
            [
                "3 March 2026, 09:43 Nia: the record, the summary to print",
                "3 March 2026, 09:40 Tom: the record",
                "2 March 2026, 09:39 Tom: the record",
            ]
        );
    }

    #[test]
    fn a_refusal_is_shown_as_one() {
        let mut row = AuditRow {
            at: Instant(0),
            actor: "nurse".into(),
            role: "clinician".into(),
            organisation: "Out of hours".into(),
            act: "read record".into(),
            purpose: "direct care".into(),
            outcome: "granted".into(),
            person: None,
            detail: String::new(),
        };
        let granted = look(&row, "Nia Marlow".to_owned(), false);
        assert_eq!(
            (granted.who.as_str(), granted.what.as_str()),
            ("Nia Marlow", "the record")
        );
        assert_eq!(granted.ground, "Role and purpose: direct care");
        row.outcome = "Your role sees what was referred to you.".into();
        let refused = look(&row, "Nia Marlow".to_owned(), false);
        assert_eq!(refused.what, "Nothing: asked for the record");
        assert!(refused.ground.starts_with("Refused. Your role"));
    }

    #[test]
    fn the_form_for_an_emergency_is_not_told_as_a_search() {
        let mut row = AuditRow {
            at: Instant(0),
            actor: "ward".into(),
            role: "clinician".into(),
            organisation: "Acute hospital".into(),
            act: "search".into(),
            purpose: "direct care".into(),
            outcome: "shown in a list".into(),
            person: None,
            detail: BEFORE_AN_EMERGENCY.into(),
        };
        for own in [false, true] {
            let asked = look(&row, "Priya".to_owned(), own);
            let said = format!("{} {}", asked.what, asked.ground);
            assert!(said.contains("emergency") && !said.contains("search"), "{said}");
        }
        row.detail = String::new();
        assert_eq!(look(&row, "Priya".to_owned(), true).what, "listed in a search");
        for act in ["read record", "decide identity", "read quarantine"] {
            row.act = act.into();
            let listed = look(&row, "Priya".to_owned(), true);
            let said = format!("{} {}", listed.what, listed.ground);
            assert!(!said.contains("search") && listed.what != "the record", "{act}: {said}");
        }
    }
}
