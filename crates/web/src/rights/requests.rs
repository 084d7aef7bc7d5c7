//! What the person asks the organisation that wrote an entry: to put it right, or to seal it; and its answers.

use super::view::{ChangePage, Effect, RequestLine, RequestsPage};
use super::{headed, kept, person_of};
use crate::access::known_as;
use crate::access::visit::{Asked, Visit, answer};
use crate::person::line::{EntryName, entry_path};
use crate::person::present::Present;
use crate::serving::Site;
use crate::site::answer::{Answered, PageError, page, page_with, step};
use crate::site::clock::moment;
use crate::site::form::{Pairs, Problem};
use crate::site::senders::Senders;
use crate::site::view::Choice as Choosing;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::access::Act;
use care::access::choices::{Choice, choice};
use care::person::PersonRecord;
use care::rights::RightsError;
use care::rights::requests::{self, Asks, OPEN_DAYS, Request, State};
use record::PersonId;
use std::sync::Arc;

/// `/people/{id}/requests`, `/people/{id}/entries/{name}/request` and `/requests`.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/people/{id}/requests", get(mine))
        .route("/people/{id}/requests/{number}/take-back", post(take_back))
        .route("/people/{id}/entries/{name}/request", get(form).post(ask))
        .route("/requests", get(queue))
        .route("/requests/{number}", get(one).post(answered))
}

async fn form(Path((id, name)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        form_page(visit, person_of(&id)?, &name, &Pairs::default(), Vec::new())
    })
    .await
}

/// The form on which the person asks.
pub(super) fn form_page(
    visit: &Visit,
    person: PersonId,
    name: &str,
    typed: &Pairs,
    problems: Vec<Problem>,
) -> Answered {
    let grant = care::access::person(visit.care(), &visit.actor, person, Act::ReadRecord, visit.now)?;
    Choice::Question
        .allowed(grant.facts(), grant.actor())
        .map_err(|says| PageError::Refused(says.to_owned()))?;
    let name = EntryName::read(name).ok_or(PageError::Nothing)?;
    let record = care::person::read(visit.care(), &grant)?;
    let present = Present::of(visit.care().system(), &record);
    let (fact, line) = present.find(name).ok_or(PageError::Nothing)?;
    let sender = Senders::about(visit.care().system(), record.restricted).name(&line.sender);
    let shown = present.opened(fact);
    let (status, title) = headed("Ask about this entry", &problems);
    let path = format!("{}/entries/{}", present.path(), name.written());
    let does = [
        format!("{sender} reads what you ask, and answers you here, within a month."),
        format!("Its staff may open your record until they have answered, for {OPEN_DAYS} days at most. You see that they looked."),
        "Only whoever wrote an entry changes it. Nothing is wiped out: a correction stands beside what was said before.".to_owned(),
        "You can take it back at any time.".to_owned(),
    ];
    let pairs = [
        ("put-right", "It is wrong, or something is missing: put it right"),
        ("seal", "Seal it, so that fewer people see it, or open it again"),
    ];
    let hints = [
        "Until it is answered, everybody who reads the entry sees that you question it. If they do not agree, it says that you disagree.",
        "They tell you what sealing does, and decide it with you.",
    ];
    page_with(
        status,
        &ChangePage {
            frame: visit.frame(&title),
            banner: present.banner(),
            heading: "Ask about this entry".to_owned(),
            back: step("The entry", &path),
            about: format!("{}. {}, {}.", shown.what, shown.date, shown.senders_in_words()),
            effects: vec![Effect {
                what: "What happens".to_owned(),
                does: does.to_vec(),
            }],
            choices: Choosing::list(pairs, typed.get("asks")),
            hints: hints.map(str::to_owned).to_vec(),
            name: "asks",
            legend: "What do you ask?".to_owned(),
            organisations: Vec::new(),
            asks: "What should be different?".to_owned(),
            hint: "In your own words. Nobody reads this straight away: if you feel unwell, ring 111, or 999 in an emergency.".to_owned(),
            words: typed.get("words").to_owned(),
            action: format!("{path}/request"),
            button: format!("Ask {sender}"),
            warns: false,
            problems,
        },
    )
}

async fn ask(Path((id, name)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let person = person_of(&id)?;
        let item = EntryName::read(&name).ok_or(PageError::Nothing)?.item;
        let form = &visit.form;
        let asks = Asks::ALL.into_iter().find(|(_, value)| *value == form.get("asks"));
        let done = match asks {
            Some((asks, _)) => requests::ask(
                visit.care(),
                &visit.actor,
                (person, item),
                asks,
                form.get("words"),
                visit.now,
            ),
            // Whoever may not is told so, whatever they typed; that they asked is written down.
            None => choice(visit.care(), &visit.actor, person, Choice::Question, visit.now)
                .map_err(RightsError::from)
                .and_then(|_| Err(RightsError::Said("choices", "Choose what you ask".to_owned()))),
        };
        kept(done, &format!("/people/{person}/requests"))
            .unwrap_or_else(|problems| form_page(visit, person, &name, form, problems))
    })
    .await
}

/// A request in words, with where its entry opens as far as the record shows it.
fn line(one: &Request, record: Option<&PersonRecord>, visit: &Visit, own: bool) -> RequestLine {
    let found = record.and_then(|record| {
        let lines = record.facts.iter().flat_map(|fact| &fact.lines);
        let line = lines.into_iter().find(|line| line.item == one.item)?;
        Some((
            line.entry.what.label().to_owned(),
            entry_path(&format!("/people/{}", record.person), line),
        ))
    });
    let (entry, path) = found.unwrap_or_else(|| ("An entry".to_owned(), String::new()));
    let answer = one.answered.as_ref().map(|(at, by, words)| {
        let words = if words.is_empty() {
            String::new()
        } else {
            format!(": {words}")
        };
        format!("{}, {}{words}", known_as(visit.care(), by), moment(*at))
    });
    let opens = matches!(one.state, State::Waits | State::Refused);
    RequestLine {
        number: one.number.to_string(),
        asks: match one.asks {
            Asks::PutRight => "Put it right",
            Asks::Seal => "Seal or open it",
        }
        .to_owned(),
        entry,
        path,
        sender: Senders::about(visit.care().system(), record.is_some_and(|record| record.restricted))
            .name(&one.organisation),
        words: one.words.clone(),
        asked: moment(one.asked),
        state: match one.state {
            State::Waits => "Waits for an answer",
            State::Done => "Done",
            State::Refused => "Not done",
            State::TakenBack => "Taken back",
        }
        .to_owned(),
        waits: one.state == State::Waits,
        late: one.is_late(visit.now),
        answer: answer.unwrap_or_default(),
        opens: match (own, opens) {
            (true, true) => format!("/people/{}/requests/{}/take-back", one.person, one.number),
            (false, true) if one.state == State::Waits => format!("/requests/{}", one.number),
            _ => String::new(),
        },
    }
}

async fn mine(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let person = person_of(&id)?;
        let grant = choice(visit.care(), &visit.actor, person, Choice::See, visit.now)?;
        if !grant.is_own_use() {
            return Err(PageError::Refused(THEIRS.to_owned()));
        }
        let record = care::person::read(visit.care(), &grant)?;
        let found = requests::of_person(visit.care(), &grant)?;
        page(&RequestsPage {
            frame: visit.frame("What you asked"),
            banner: Some(Present::of(visit.care().system(), &record).banner()),
            own: true,
            waiting: found.iter().filter(|one| one.state == State::Waits).count(),
            requests: found.iter().map(|one| line(one, Some(&record), visit, true)).collect(),
        })
    })
    .await
}

const THEIRS: &str =
    "What a person asked is between them and the organisation they asked. “Requests” shows what was asked of yours.";

async fn take_back(Path((id, number)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let person = person_of(&id)?;
        let number: i64 = number.parse().map_err(|_| PageError::Nothing)?;
        match requests::take_back(visit.care(), &visit.actor, person, number, visit.now) {
            Ok(()) => Ok(Redirect::to(&format!("/people/{person}/requests")).into_response()),
            Err(RightsError::Access(error)) => Err(error.into()),
            Err(RightsError::Nothing | RightsError::Said(..)) => Err(PageError::Nothing),
        }
    })
    .await
}

async fn queue(asked: Asked) -> Response {
    answer(asked, |visit| {
        // Whoever answers writes into records; the others are told who does.
        let grant = care::access::list(
            visit.care(),
            &visit.actor,
            Act::Write,
            "requests to my organisation",
            visit.now,
        )?;
        let found = requests::queue(visit.care(), &grant)?;
        page(&RequestsPage {
            frame: visit.frame("Requests"),
            banner: None,
            own: false,
            waiting: found.iter().filter(|one| one.state == State::Waits).count(),
            requests: found.iter().map(|one| line(one, None, visit, false)).collect(),
        })
    })
    .await
}

async fn one(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        one_page(visit, &number, &Pairs::default(), Vec::new())
    })
    .await
}

/// A request to the reader's organisation, and the form that answers it.
pub(super) fn one_page(visit: &Visit, number: &str, typed: &Pairs, problems: Vec<Problem>) -> Answered {
    let at: i64 = number.parse().map_err(|_| PageError::Nothing)?;
    // Whoever does not answer requests learns of none.
    care::access::list(
        visit.care(),
        &visit.actor,
        Act::Write,
        "one request to my organisation",
        visit.now,
    )?;
    let (request, grant) = match requests::open(visit.care(), &visit.actor, at, visit.now) {
        Ok(found) => found,
        Err(RightsError::Access(error)) => return Err(error.into()),
        Err(RightsError::Nothing | RightsError::Said(..)) => return Err(PageError::Nothing),
    };
    if request.state != State::Waits {
        return Err(PageError::Nothing);
    }
    let record = care::person::read(visit.care(), &grant)?;
    let shown = line(&request, Some(&record), visit, false);
    let (status, title) = headed("Answer a request", &problems);
    let pairs = [("done", "Done as asked"), ("not", "Not done")];
    let hints = match request.asks {
        Asks::PutRight => [
            "Correct it in your own system, which sends it here. The entry no longer says that it is questioned.",
            "Say why. The entry goes on saying that the person disagrees, until they take it back.",
        ],
        Asks::Seal => [
            "Seal it, or open it again, on the entry’s own page first.",
            "Say why, and what else would help.",
        ],
    };
    page_with(
        status,
        &ChangePage {
            frame: visit.frame(&title),
            banner: Present::of(visit.care().system(), &record).banner(),
            heading: "Answer a request".to_owned(),
            back: match shown.path.is_empty() {
                true => step("Requests", "/requests"),
                false => step("The entry", &shown.path),
            },
            about: format!(
                "{}: {}. Asked {}: “{}”",
                shown.asks, shown.entry, shown.asked, shown.words
            ),
            effects: Vec::new(),
            choices: Choosing::list(pairs, typed.get("answer")),
            hints: hints.map(str::to_owned).to_vec(),
            name: "answer",
            legend: "What is the answer?".to_owned(),
            organisations: Vec::new(),
            asks: "What was done, or why not".to_owned(),
            hint: "The person reads it, with your name.".to_owned(),
            words: typed.get("words").to_owned(),
            action: format!("/requests/{at}"),
            button: "Answer the person".to_owned(),
            warns: false,
            problems,
        },
    )
}

async fn answered(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let at: i64 = number.parse().map_err(|_| PageError::Nothing)?;
        care::access::list(visit.care(), &visit.actor, Act::Write, "answer a request", visit.now)?;
        let form = &visit.form;
        let done = match form.get("answer") {
            "done" => requests::answer(visit.care(), &visit.actor, at, true, form.get("words"), visit.now),
            "not" => requests::answer(visit.care(), &visit.actor, at, false, form.get("words"), visit.now),
            _ => Err(RightsError::Said("choices", "Choose the answer".to_owned())),
        };
        kept(done, "/requests").unwrap_or_else(|problems| one_page(visit, &number, form, problems))
    })
    .await
}
