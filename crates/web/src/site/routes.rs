//! The statements, whether the service lives, and "Something is wrong".

use super::answer::{Answered, PageError, failed, page};
use super::clock::moment;
use super::form::{Pairs, Problem, own_path, query};
use super::invented::InventedPage;
use super::senders::Senders;
use super::statements::{AccessibilityPage, ByRightPage, ContactPage, FeedHeld, FiguresPage, PrivacyPage};
use super::view::{Choice, Paging, Report, WrongPage, WrongQueuePage, WrongReportPage, WrongSentPage};
use super::wrong::{Wrong, WrongForm, read_closure};
use crate::access::visit::{Asked, Caller, Visit, answer, answer_anyone};
use crate::access::{job_of, known_as};
use crate::serving::{Shared, Site, blocking};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::access::{Act, ListGrant, Role};
use care::concern::{self, Concern};
use record::{Instant, PersonId};
use std::sync::Arc;

/// Reports that are looked through for the queue.
const REPORTS_MAX: i64 = 2_000;
/// Reports on one page.
const PAGE: usize = 50;
/// A report that is open for longer stands as overdue.
const LATE_MICROS: i64 = 24 * 3600 * 1_000_000;

/// `/healthy`, the statements and `/wrong`.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/healthy", get(healthy))
        .route("/accessibility", get(accessibility))
        .route("/privacy", get(privacy))
        .route("/held", get(held))
        .route("/figures", get(figures))
        .route("/contact", get(contact))
        .route("/invented", get(invented))
        .route("/wrong", get(queue).post(report))
        .route("/wrong/new", get(form))
        .route("/wrong/{number}", get(one))
        .route("/wrong/{number}/owner", post(take_on))
        .route("/wrong/{number}/closure", post(close))
}

/// Whether the store answers; nothing else about it.
async fn healthy(State(site): Shared) -> Response {
    match blocking(move || site.care.size()).await {
        Ok(_) => (StatusCode::OK, "healthy\n").into_response(),
        Err(error) => {
            tracing::error!(%error, "the store does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response()
        }
    }
}

/// Answers a caller that no address here matches.
pub async fn nothing(asked: Asked) -> Response {
    answer(asked, |_| Err(PageError::Nothing)).await
}

fn email(caller: &Caller) -> String {
    let contacts = &caller.care().system().contacts;
    let found = contacts.iter().find(|contact| contact.value.contains('@'));
    found.map(|contact| contact.value.clone()).unwrap_or_default()
}

async fn statement(asked: Asked, make: impl FnOnce(&Caller) -> Answered + Send + 'static) -> Response {
    answer_anyone(asked, |caller| {
        make(&caller).unwrap_or_else(|error| failed(&caller, error))
    })
    .await
}

async fn accessibility(asked: Asked) -> Response {
    statement(asked, |caller| {
        page(&AccessibilityPage {
            frame: caller.frame("Accessibility statement"),
            email: email(caller),
        })
    })
    .await
}

async fn privacy(asked: Asked) -> Response {
    statement(asked, |caller| {
        let system = caller.care().system();
        let senders = Senders::of(system);
        let mut names: Vec<String> = system.feeds.iter().map(|feed| senders.name(&feed.sender)).collect();
        names.sort();
        names.dedup();
        page(&PrivacyPage {
            frame: caller.frame("Privacy notice"),
            controller: format!("{}, with each organisation that sends", senders.name(&system.board)),
            senders: names,
            email: email(caller),
        })
    })
    .await
}

/// What is held, by what right, and for how long: for anybody.
async fn held(asked: Asked) -> Response {
    statement(asked, |caller| {
        let system = caller.care().system();
        let senders = Senders::of(system);
        let checked = |to_be_checked: bool| {
            if to_be_checked {
                " (to be checked by the records manager)"
            } else {
                ""
            }
        };
        page(&ByRightPage {
            frame: caller.frame("What is held, and by what right"),
            feeds: system
                .feeds
                .iter()
                .map(|feed| FeedHeld {
                    title: feed.title.clone(),
                    carries: feed.carries.clone(),
                    controller: senders.name(&feed.controller),
                    lawful_basis: feed.lawful_basis.clone(),
                    retention: feed.retention.clone(),
                })
                .collect(),
            kept: system
                .retention
                .iter()
                .map(|one| {
                    let source = format!("{}{}", one.source, checked(one.to_be_checked));
                    [one.kind.words().to_owned(), one.keep.clone(), one.then.clone(), source]
                })
                .collect(),
        })
    })
    .await
}

async fn figures(asked: Asked) -> Response {
    statement(asked, |caller| {
        page(&FiguresPage {
            frame: caller.frame("How our figures are made"),
        })
    })
    .await
}

/// How invented people came out: for anybody, but only where everybody is invented.
async fn invented(State(site): Shared, asked: Asked) -> Response {
    statement(asked, move |caller| {
        if !caller.care().is_demo() {
            return Err(PageError::Nothing);
        }
        page(&InventedPage::of(
            caller.frame("How the invented people came out"),
            site.invented.as_deref(),
        ))
    })
    .await
}

async fn contact(asked: Asked) -> Response {
    statement(asked, |caller| {
        page(&ContactPage {
            frame: caller.frame("Contact"),
            email: email(caller),
        })
    })
    .await
}

async fn form(asked: Asked) -> Response {
    answer(asked, |visit| {
        let query = Pairs::read(&visit.query);
        form_page(visit, query.get("about"), "", "", Vec::new())
    })
    .await
}

fn form_page(visit: &Visit, about: &str, wrong: &str, said: &str, problems: Vec<Problem>) -> Answered {
    let title = if problems.is_empty() {
        "Something is wrong"
    } else {
        "Error: Something is wrong"
    };
    page(&WrongPage {
        frame: visit.frame(title),
        about: if own_path(about) { about } else { "/" }.to_owned(),
        kinds: Choice::list(Wrong::ALL.map(|wrong| (wrong.value(), wrong.words())), wrong),
        said: said.to_owned(),
        problems,
    })
}

/// The form with what was typed into it before the session ended.
///
/// # Errors
/// When the template fails.
pub fn typed_again(visit: &Visit, typed: &Pairs) -> Answered {
    form_page(
        visit,
        typed.get("about"),
        typed.get("wrong"),
        typed.get("said"),
        Vec::new(),
    )
}

async fn report(asked: Asked) -> Response {
    answer(asked, |visit| {
        let form = match WrongForm::read(&visit.form) {
            Ok(form) => form,
            Err(problems) => {
                let typed = &visit.form;
                return form_page(
                    visit,
                    typed.get("about"),
                    typed.get("wrong"),
                    typed.get("said"),
                    problems,
                );
            }
        };
        let person = person_of(&form.about);
        let kind = form.wrong.value();
        let number = concern::report(
            visit.care(),
            &visit.actor,
            person,
            &form.about,
            kind,
            &form.said,
            visit.now,
        )?;
        page(&WrongSentPage {
            frame: visit.frame("It is in the safety queue"),
            reference: number.to_string(),
            owner: concern::DESK.to_owned(),
            about: form.about,
        })
    })
    .await
}

/// The person whose page a path is.
fn person_of(path: &str) -> Option<PersonId> {
    let rest = path.strip_prefix("/people/")?;
    PersonId::parse(rest.get(..32)?)
}

async fn queue(asked: Asked) -> Response {
    answer(asked, |visit| {
        // The queue is the stewards'; whoever is no member of staff finds their own reports where it stands.
        if matches!(visit.actor.role, Role::Resident | Role::Carer) {
            return super::reported::reported_page(visit);
        }
        let grant = visit.list_grant(Act::ReadConcerns, "the queue")?;
        let asked = Pairs::read(&visit.query);
        let state = match asked.get("state") {
            known @ ("closed" | "all") => known,
            _ => "open",
        };
        let kind = Wrong::ALL.into_iter().find(|wrong| wrong.value() == asked.get("wrong"));
        let kind = kind.map_or("", Wrong::value);
        let all = concern::queue(visit.care(), &grant, REPORTS_MAX)?;
        let wanted: Vec<Concern> = all
            .into_iter()
            .filter(|one| state == "all" || one.closed.is_some() == (state == "closed"))
            .filter(|one| kind.is_empty() || one.kind == kind)
            .collect();
        let (shown, paging) = Paging::of(&wanted, asked.page(), PAGE, |at| {
            format!(
                "/wrong{}",
                query(&[("state", state), ("wrong", kind), ("page", &at.to_string())])
            )
        });
        let kinds = Wrong::ALL.map(|wrong| (wrong.value(), short(wrong)));
        page(&WrongQueuePage {
            frame: visit.frame("Reports"),
            owner: concern::DESK.to_owned(),
            states: Choice::list([("open", "Open"), ("closed", "Closed"), ("all", "All")], state),
            kinds: Choice::list([("", "Anything")].into_iter().chain(kinds), kind),
            reports: shown.iter().map(|one| present(one, visit.now, &known(visit))).collect(),
            paging,
        })
    })
    .await
}

const fn short(wrong: Wrong) -> &'static str {
    match wrong {
        Wrong::Person => "Wrong person",
        Wrong::Fact => "Wrong fact",
        Wrong::Missing => "Something missing",
        Wrong::Page => "Unsafe page",
        Wrong::Look => "A look",
    }
}

/// Who somebody is, by their name in this system.
fn known(visit: &Visit) -> impl Fn(&str) -> (String, String) + '_ {
    |user| (known_as(visit.care(), user), job_of(visit.care(), user))
}

/// A report as the page shows it; `known` gives somebody's name and what they do, empty when nobody knows.
fn present(concern: &Concern, now: Instant, known: &dyn Fn(&str) -> (String, String)) -> Report {
    let wrong = Wrong::ALL.into_iter().find(|wrong| wrong.value() == concern.kind);
    let (reporter, job) = known(&concern.reporter);
    Report {
        path: format!("/wrong/{}", concern.number),
        reference: concern.number.to_string(),
        kind: wrong.map_or_else(|| concern.kind.clone(), |wrong| wrong.words().to_owned()),
        said: concern.words.clone(),
        about: if own_path(&concern.page) {
            concern.page.clone()
        } else {
            "/".to_owned()
        },
        by: if job.is_empty() {
            reporter
        } else {
            format!("{reporter}, {job}")
        },
        when: moment(concern.reported),
        owner: if concern.owner == concern::DESK {
            String::new()
        } else {
            concern.owner.clone()
        },
        closed: concern
            .closed
            .as_ref()
            .map(|(at, by, why)| format!("{why} ({}, {})", known(by).0, moment(*at))),
        late: concern.closed.is_none() && now.0 - concern.reported.0 > LATE_MICROS,
    }
}

async fn one(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        report_page(
            visit,
            &visit.list_grant(Act::ReadConcerns, "one report")?,
            &number,
            Vec::new(),
        )
    })
    .await
}

fn report_page(visit: &Visit, grant: &ListGrant, number: &str, problems: Vec<Problem>) -> Answered {
    let number: i64 = number.parse().map_err(|_| PageError::Nothing)?;
    let found = concern::one(visit.care(), grant, number)?.ok_or(PageError::Nothing)?;
    let title = if problems.is_empty() {
        "One report"
    } else {
        "Error: One report"
    };
    page(&WrongReportPage {
        frame: visit.frame(title),
        report: present(&found, visit.now, &known(visit)),
        problems,
    })
}

async fn take_on(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let grant = visit.list_grant(Act::ReadConcerns, "take a report on")?;
        let number: i64 = number.parse().map_err(|_| PageError::Nothing)?;
        concern::own(visit.care(), &grant, number)?;
        Ok(Redirect::to(&format!("/wrong/{number}")).into_response())
    })
    .await
}

async fn close(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let grant = visit.list_grant(Act::ReadConcerns, "close a report")?;
        let why = match read_closure(&visit.form) {
            Ok(why) => why,
            Err(problems) => return report_page(visit, &grant, &number, problems),
        };
        let number: i64 = number.parse().map_err(|_| PageError::Nothing)?;
        concern::close(visit.care(), &grant, number, &why)?;
        Ok(Redirect::to(&format!("/wrong/{number}")).into_response())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concern() -> Concern {
        Concern {
            number: 31,
            person: None,
            page: "//example.org".into(),
            kind: "person".into(),
            words: "His brother".into(),
            reporter: "nurse".into(),
            reported: Instant(0),
            owner: concern::DESK.into(),
            closed: None,
        }
    }

    fn someone(user: &str) -> (String, String) {
        match user {
            "nurse" => ("Nia Marlow".into(), "Out-of-hours nurse".into()),
            other => (format!("whoever is {other}"), String::new()),
        }
    }

    #[test]
    fn a_report_waits_for_an_owner_and_grows_late() {
        let soon = present(&concern(), Instant(LATE_MICROS), &someone);
        assert!(soon.owner.is_empty() && !soon.late);
        assert_eq!(
            (soon.by.as_str(), soon.about.as_str()),
            ("Nia Marlow, Out-of-hours nurse", "/")
        );
        assert!(present(&concern(), Instant(LATE_MICROS + 1), &someone).late);
        let mut closed = concern();
        closed.closed = Some((Instant(0), "steward".into(), "Split".into()));
        let closed = present(&closed, Instant(i64::MAX), &someone);
        assert!(!closed.late && closed.closed.unwrap().starts_with("Split (whoever is steward, "));
    }

    #[test]
    fn a_path_says_whose_page_it_is() {
        let id = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
        assert_eq!(person_of(&format!("/people/{id}/entries/2")).unwrap().to_string(), id);
        assert_eq!(person_of("/people/0f1e"), None);
        assert_eq!(person_of("/feeds"), None);
    }
}
