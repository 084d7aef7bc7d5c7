//! `/identity` and what is behind it.

use super::present;
use super::view::{CheckPage, DecisionsPage, ModelView, PersonPage, QualityPage, QueuePage, RecordRow};
use crate::access::visit::{Asked, Visit, answer};
use crate::serving::Site;
use crate::site::answer::{Answered as Page, PageError, page};
use crate::site::clock::{count, counted, moment};
use crate::site::form::{Pairs, Problem, query, words};
use crate::site::senders::Senders;
use crate::site::view::Choice;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::access::{Act, PersonGrant};
use care::person::matching::{self, Answer, Answered};
use record::PersonId;
use std::sync::Arc;

/// Decisions on one page.
const LATEST: i64 = 100;
/// The most characters of a reason.
const REASON_MAX: usize = 500;
/// Reasons that are often given; what is chosen is kept with the decision.
const REASONS: [&str; 6] = [
    "What the two records say, as shown on this page",
    "The practice or ward was asked",
    "Twins, or brothers and sisters",
    "Parent and child of one name",
    "An NHS number was typed into the wrong record",
    "Name changed or moved house",
];

/// The routes of this area.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/identity", get(queue))
        .route("/identity/pairs/{a}/{b}", post(decide))
        .route("/identity/check", get(check))
        .route("/identity/check/{a}/{b}", post(checked))
        .route("/identity/decisions", get(decisions))
        .route("/identity/decisions/{number}/undo", post(undo))
        .route("/identity/people/{id}", get(person).post(part))
        .route("/identity/quality", get(quality))
        .route("/identity/models", post(learn))
        .route("/identity/models/{number}", post(put_in_force))
}

async fn queue(asked: Asked) -> Response {
    answer(asked, |visit| queue_page(visit, Vec::new())).await
}

fn queue_page(visit: &Visit, problems: Vec<Problem>) -> Page {
    let grant = visit.list_grant(Act::DecideIdentity, "pairs that may be one person")?;
    let pairs = Pairs::read(&visit.query);
    let after = cursor(pairs.get("after"));
    let progress = matching::progress(visit.care(), &grant)?;
    let next = matching::next_pair(visit.care(), &grant, after)?;
    let (done, undo) = kept(&pairs);
    let senders = Senders::of(visit.care().system());
    page(&QueuePage {
        frame: visit.frame(if problems.is_empty() {
            "Identity"
        } else {
            "Error: Identity"
        }),
        known_at: moment(visit.now),
        to_review: up_to(progress.to_review),
        unasked: match progress.unasked {
            0 => String::new(),
            1 => "1 pair weighs less, and nobody is asked about it".to_owned(),
            some => format!("{} pairs weigh less, and nobody is asked about them", up_to(some)),
        },
        waiting: if progress.waiting > 0 {
            let wait = if progress.waiting == 1 { "waits" } else { "wait" };
            format!(
                "{} {wait} to be compared.",
                counted(progress.waiting, "record", "records")
            )
        } else {
            String::new()
        },
        done,
        undo,
        pair: next
            .as_ref()
            .map(|pending| present::pair(pending, &senders, "/identity/pairs")),
        reasons: REASONS.iter().map(|words| choice(words)).collect(),
        problems,
    })
}

/// A number that is counted up to [`matching::COUNTED`].
fn up_to(number: usize) -> String {
    let more = if number >= matching::COUNTED { " or more" } else { "" };
    format!("{}{more}", count(number as i64))
}

/// What was just kept, in words, and where it is undone: as the address says that an answer leads to.
fn kept(pairs: &Pairs) -> (String, String) {
    let words = match pairs.get("answer") {
        "one" => "They are one person now.",
        "two" => "They are kept apart, and will not be asked about again.",
        "blocked" => {
            "Kept, but they stay two people: an earlier decision keeps some of their records apart. Undo that one first, under \
             What was decided."
        }
        "right" => "Kept: what stands is right.",
        "cannot" => "Kept: it cannot be told from these records.",
        _ => return (String::new(), String::new()),
    };
    let number = pairs.get("done").parse::<i64>();
    let undo = number.map_or_else(|_| String::new(), |number| format!("/identity/decisions/{number}/undo"));
    (words.to_owned(), undo)
}

/// Where an answer leads, said in the address.
fn leads_to(path: &str, said: Answer, answered: Answered) -> Response {
    let answer = match (said, answered.decision) {
        _ if !answered.in_force => "blocked",
        (Answer::TwoPeople, _) => "two",
        (Answer::CannotTell, _) => "cannot",
        (Answer::OnePerson, Some(_)) => "one",
        (Answer::OnePerson, None) => "right",
    };
    let number = answered.decision.map(|number| number.to_string());
    let path = format!(
        "{path}{}",
        query(&[("done", number.as_deref().unwrap_or("")), ("answer", answer)])
    );
    Redirect::to(&path).into_response()
}

fn choice(words: &str) -> Choice {
    Choice {
        value: words.to_owned(),
        words: words.to_owned(),
        chosen: words == REASONS[0],
    }
}

/// Where the queue goes on: weight and both records of the pair before.
fn cursor(text: &str) -> Option<(i64, i64, i64)> {
    let mut parts = text.split(',').map(|part| part.parse().ok());
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(Some(weight)), Some(Some(a)), Some(Some(b)), None) => Some((weight, a, b)),
        _ => None,
    }
}

/// Keeps an answer to a pair that a form sends, or says what is wrong with it.
fn keep(visit: &Visit, (a, b): (&str, &str)) -> Result<Result<(Answer, Answered), Problem>, PageError> {
    let (Ok(a), Ok(b)) = (a.parse::<i64>(), b.parse::<i64>()) else {
        return Err(PageError::Nothing);
    };
    let said = match visit.form.get("answer") {
        "one" => Answer::OnePerson,
        "two" => Answer::TwoPeople,
        "cannot" => Answer::CannotTell,
        _ => return Ok(Err(Problem::new("why", "Say whether they are one person or two"))),
    };
    let why = match words(visit.form.get("why"), "why", "Say why", REASON_MAX) {
        Ok(why) => why,
        Err(problem) => return Ok(Err(problem)),
    };
    let grant = visit.list_grant(Act::DecideIdentity, "decide about a pair")?;
    let gone = "This pair is no longer to be decided: one of the records changed. Nothing was kept.";
    let answered = matching::answer(visit.care(), &grant, (a, b), said, &why)?;
    Ok(answered.map_or_else(|| Err(Problem::new("why", gone)), |answered| Ok((said, answered))))
}

async fn decide(Path((a, b)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| match keep(visit, (&a, &b))? {
        Ok((said, answered)) => Ok(leads_to("/identity", said, answered)),
        Err(problem) => queue_page(visit, vec![problem]),
    })
    .await
}

async fn check(asked: Asked) -> Response {
    answer(asked, |visit| check_page(visit, Vec::new())).await
}

fn check_page(visit: &Visit, problems: Vec<Problem>) -> Page {
    let grant = visit.list_grant(Act::DecideIdentity, "pairs drawn to check the weighing")?;
    let (next, checked) = matching::next_check(visit.care(), &grant)?;
    let (done, undo) = kept(&Pairs::read(&visit.query));
    let senders = Senders::of(visit.care().system());
    page(&CheckPage {
        frame: visit.frame(if problems.is_empty() {
            "Check the matching"
        } else {
            "Error: Check the matching"
        }),
        answered: count(checked.answered as i64),
        drawn: count(checked.drawn as i64),
        done,
        undo,
        pair: next
            .as_ref()
            .map(|pending| present::pair(pending, &senders, "/identity/check")),
        reasons: REASONS.iter().map(|words| choice(words)).collect(),
        problems,
    })
}

async fn checked(Path((a, b)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| match keep(visit, (&a, &b))? {
        Ok((said, answered)) => Ok(leads_to("/identity/check", said, answered)),
        Err(problem) => check_page(visit, vec![problem]),
    })
    .await
}

async fn decisions(asked: Asked) -> Response {
    answer(asked, |visit| {
        let grant = visit.list_grant(Act::DecideIdentity, "what was decided")?;
        let latest = matching::latest(visit.care(), &grant, LATEST)?;
        page(&DecisionsPage {
            frame: visit.frame("What was decided"),
            known_at: moment(visit.now),
            rows: latest
                .iter()
                .map(|one| present::decided(one, &crate::access::known_as(visit.care(), &one.decision.actor)))
                .collect(),
        })
    })
    .await
}

async fn undo(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let number = number.parse::<i64>().map_err(|_| PageError::Nothing)?;
        let grant = visit.list_grant(Act::DecideIdentity, "undo a decision")?;
        let why = words(visit.form.get("why"), "why", "Say why", REASON_MAX)
            .unwrap_or_else(|_| "undone without further reason".to_owned());
        if !matching::take_back(visit.care(), &grant, number, &why)? {
            return Err(PageError::Nothing);
        }
        Ok(Redirect::to("/identity/decisions").into_response())
    })
    .await
}

fn person_grant(visit: &Visit, id: &str) -> Result<PersonGrant, PageError> {
    let id = PersonId::parse(id).ok_or(PageError::Nothing)?;
    Ok(care::access::person(
        visit.care(),
        &visit.actor,
        id,
        Act::DecideIdentity,
        visit.now,
    )?)
}

async fn person(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        person_page(visit, &person_grant(visit, &id)?, Vec::new())
    })
    .await
}

fn person_page(visit: &Visit, grant: &PersonGrant, problems: Vec<Problem>) -> Page {
    let (views, restricted) = care::person::views(visit.care(), grant)?;
    let senders = Senders::about(visit.care().system(), restricted);
    let rows = views
        .iter()
        .map(|view| RecordRow {
            number: view.record_no,
            sender: senders.name(&view.sender),
            says: view
                .says
                .as_ref()
                .map_or_else(|| "Says nothing of who this is".to_owned(), says),
        })
        .collect();
    page(&PersonPage {
        frame: visit.frame(if problems.is_empty() {
            "Part a person"
        } else {
            "Error: Part a person"
        }),
        record: format!("/people/{}", grant.person()),
        path: format!("/identity/people/{}", grant.person()),
        rows,
        problems,
    })
}

fn says(person: &record::Demographics) -> String {
    let name = person
        .names
        .first()
        .map_or_else(String::new, |name| format!("{} {}", name.given, name.family));
    let born = person
        .birth_date()
        .map(|date| format!("born {}", date.words()))
        .unwrap_or_default();
    let number = person.nhs_number.map_or_else(
        || "no NHS number".to_owned(),
        |number| present::number(&number.digits()),
    );
    let home = person
        .addresses
        .first()
        .map(|home| home.postcode.clone())
        .unwrap_or_default();
    let parts = [name, person.sex.words().to_owned(), born, number, home];
    parts
        .into_iter()
        .filter(|part| !part.trim().is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

async fn part(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let grant = person_grant(visit, &id)?;
        let leave: Vec<i64> = visit
            .form
            .all("leave")
            .filter_map(|number| number.parse().ok())
            .collect();
        if leave.is_empty() {
            let problem = Problem::new("leave", "Choose the records that are somebody else's");
            return person_page(visit, &grant, vec![problem]);
        }
        let why = match words(
            visit.form.get("why"),
            "why",
            "Say why they are not this person's",
            REASON_MAX,
        ) {
            Ok(why) => why,
            Err(problem) => return person_page(visit, &grant, vec![problem]),
        };
        if matching::part(visit.care(), &grant, &leave, &why)?.is_empty() {
            let problem = Problem::new("leave", "Leave at least one record with this person");
            return person_page(visit, &grant, vec![problem]);
        }
        Ok(Redirect::to("/identity/decisions").into_response())
    })
    .await
}

async fn quality(asked: Asked) -> Response {
    answer(asked, |visit| quality_page(visit, Vec::new())).await
}

fn quality_page(visit: &Visit, problems: Vec<Problem>) -> Page {
    let grant = visit.list_grant(Act::DecideIdentity, "how good the weighing is")?;
    let quality = matching::quality(visit.care(), &grant)?;
    let senders = Senders::of(visit.care().system());
    let models = matching::models(visit.care(), &grant)?;
    page(&QualityPage {
        frame: visit.frame("How good the matching is"),
        known_at: moment(visit.now),
        bars: present::bars(&quality.bars),
        counted: quality.counted.map(moment).unwrap_or_default(),
        precision: present::estimate(quality.precision),
        recall: present::estimate(quality.recall),
        precision_below: present::estimate(quality.precision_below),
        answers: present::answers(&quality),
        awkward: present::awkward(&quality),
        bands: present::bands(&quality),
        picture: present::distribution(&quality),
        groups: present::groups(&quality, |code| senders.name(code)),
        shared_numbers: count(quality.shared_numbers),
        models: models
            .into_iter()
            .map(|model| ModelView {
                number: model.number,
                words: match model.number {
                    0 => "The one that the program holds".to_owned(),
                    number => format!(
                        "Model {number}, learnt {} by {}: {}",
                        present::made(model.made),
                        crate::access::known_as(visit.care(), &model.actor),
                        model.why
                    ),
                },
                in_force: model.in_force,
            })
            .collect(),
        problems,
    })
}

async fn learn(asked: Asked) -> Response {
    answer(asked, |visit| {
        let grant = visit.list_grant(Act::DecideIdentity, "learn a model")?;
        let why = match words(
            visit.form.get("why"),
            "why",
            "Say why a new model is wanted",
            REASON_MAX,
        ) {
            Ok(why) => why,
            Err(problem) => return quality_page(visit, vec![problem]),
        };
        match matching::learn(visit.care(), &grant, &why) {
            Ok(_) => Ok(Redirect::to("/identity/quality").into_response()),
            Err(error) => quality_page(visit, vec![Problem::new("why", error.to_string())]),
        }
    })
    .await
}

async fn put_in_force(Path(number): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let number = number.parse::<i64>().map_err(|_| PageError::Nothing)?;
        let grant = visit.list_grant(Act::DecideIdentity, "put a model in force")?;
        if !matching::put_in_force(visit.care(), &grant, number)? {
            return Err(PageError::Nothing);
        }
        Ok(Redirect::to("/identity/quality").into_response())
    })
    .await
}
