//! Who may see a record: what was decided, an objection, online access suspended, and taking any of it back.

use super::decided::{Telling, undoing_does};
use super::view::{ChangePage, Decided, Effect, SharingPage};
use super::{headed, kept, person_of, type_one};
use crate::access::known_as;
use crate::access::visit::{Asked, Visit, answer};
use crate::person::present::Present;
use crate::serving::Site;
use crate::site::answer::{Answered, PageError, page, page_with, step};
use crate::site::form::{Pairs, Problem};
use crate::site::view::{Choice as Choosing, Step};
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use care::access::PersonGrant;
use care::access::acts::What;
use care::access::choices::{Choice, choice};
use care::rights::sharing::{self, With};
use care::rights::{RightsError, proxies};
use record::system::OrganisationKind;
use record::{OrgCode, PersonId};
use std::sync::Arc;

/// `/people/{id}/sharing` and what is under it.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/people/{id}/sharing", get(shown))
        .route("/people/{id}/sharing/objection", get(objection).post(object))
        .route("/people/{id}/sharing/online", get(online).post(suspend))
        .route(
            "/people/{id}/sharing/type-1",
            get(type_one::form).post(type_one::record),
        )
        .route("/people/{id}/sharing/{number}", get(one).post(undo))
}

/// Leave to see what was decided.
pub(super) fn seeing(visit: &Visit, person: PersonId) -> Result<PersonGrant, PageError> {
    Ok(choice(visit.care(), &visit.actor, person, Choice::See, visit.now)?)
}

pub(super) fn may(grant: &PersonGrant, wanted: Choice) -> bool {
    wanted.allowed(grant.facts(), grant.actor()).is_ok()
}

/// The way back to the page of what was decided.
pub(super) fn back(person: PersonId, own: bool) -> Step {
    let words = if own {
        "Who may see your record"
    } else {
        "Who may see this record"
    };
    step(words, &format!("/people/{person}/sharing"))
}

async fn shown(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let grant = seeing(visit, person_of(&id)?)?;
        let own = grant.is_own_use();
        let record = care::person::read(visit.care(), &grant)?;
        let telling = Telling {
            care: visit.care(),
            record: &record,
            grant: &grant,
        };
        let every: Vec<Decided> = sharing::history(visit.care(), &grant)?
            .iter()
            // Those who act for the person stand in a list of their own.
            .filter(|past| past.undone.is_some() || !matches!(past.act.what, What::Relationship(_)))
            .map(|past| telling.decided(past))
            .collect();
        let (standing, past) = every.into_iter().partition(|one| one.undone.is_empty());
        let proxies = proxies::of_person(visit.care(), &grant)?;
        page(&SharingPage {
            frame: visit.frame(&back(grant.person(), own).words),
            banner: Present::of(visit.care().system(), &record).banner(),
            own,
            standing,
            past,
            proxies: proxies.iter().map(|one| telling.proxy(one)).collect(),
            removals: super::removal::waiting(visit, &grant, &record)?,
            steps: steps(&grant),
        })
    })
    .await
}

fn steps(grant: &PersonGrant) -> Vec<Step> {
    let path = format!("/people/{}", grant.person());
    let own = grant.is_own_use();
    let object = if own {
        "Say no to sharing my record"
    } else {
        "Record an objection to sharing"
    };
    let copy = if own {
        "Ask for a copy of all that is held"
    } else {
        "Ask for a copy for the person"
    };
    [
        (Choice::Copy, copy, format!("{path}/copy")),
        (Choice::Objection, object, format!("{path}/sharing/objection")),
        (
            Choice::TypeOne,
            "Record a type 1 opt-out",
            format!("{path}/sharing/type-1"),
        ),
        (
            Choice::Proxy,
            "Let somebody act for the person",
            format!("{path}/proxies"),
        ),
        (
            Choice::Online,
            "Suspend online access",
            format!("{path}/sharing/online"),
        ),
    ]
    .into_iter()
    .filter(|(wanted, ..)| may(grant, *wanted))
    .map(|(_, words, path)| step(words, &path))
    .chain(own.then(|| step("See what you asked for", &format!("{path}/requests"))))
    .collect()
}

async fn objection(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        objection_page(visit, person_of(&id)?, &Pairs::default(), Vec::new())
    })
    .await
}

/// The form on which somebody objects.
pub(super) fn objection_page(visit: &Visit, person: PersonId, typed: &Pairs, problems: Vec<Problem>) -> Answered {
    let grant = seeing(visit, person)?;
    Choice::Objection
        .allowed(grant.facts(), grant.actor())
        .map_err(|says| PageError::Refused(says.to_owned()))?;
    let own = grant.is_own_use();
    let record = care::person::read(visit.care(), &grant)?;
    let heading = if own {
        "Say no to sharing your record"
    } else {
        "Record an objection to sharing"
    };
    let (status, title) = headed(heading, &problems);
    let (you, your) = if own { ("you", "your") } else { ("the person", "their") };
    let pairs = [
        (
            "everybody",
            "With everybody: each service sees only what it wrote itself",
        ),
        ("one", "With one organisation, chosen below"),
    ];
    page_with(
        status,
        &ChangePage {
            frame: visit.frame(&title),
            banner: Present::of(visit.care().system(), &record).banner(),
            heading: heading.to_owned(),
            back: back(grant.person(), own),
            about: String::new(),
            effects: objection_does(you, your),
            choices: Choosing::list(pairs, typed.get("with")),
            hints: Vec::new(),
            name: "with",
            legend: format!(
                "With whom do{} not want to share?",
                if own { " you" } else { "es the person" }
            ),
            organisations: organisations(visit, typed.get("organisation")),
            asks: if own {
                "Why, if you like to say"
            } else {
                "How the person told you, and that they know what it means"
            }
            .to_owned(),
            hint: if own {
                "You do not have to give a reason."
            } else {
                "It is kept with your name and can be read by the person."
            }
            .to_owned(),
            words: typed.get("words").to_owned(),
            action: format!("/people/{}/sharing/objection", grant.person()),
            button: if own {
                "Stop sharing my record"
            } else {
                "Record the objection"
            }
            .to_owned(),
            warns: true,
            problems,
        },
    )
}

fn objection_does(you: &str, your: &str) -> Vec<Effect> {
    let say = if you == "you" { "say" } else { "says" };
    let effect = |what: &str, does: &[String]| Effect {
        what: what.to_owned(),
        does: does.to_vec(),
    };
    vec![
        effect(
            "What happens at once",
            &[
                format!("A service that {you} {say} no to sees only what it wrote itself."),
                "It no longer sees allergies, medicines, results or plans that others wrote.".to_owned(),
            ],
        ),
        effect(
            "What stays as it is",
            &[
                "In an emergency staff can still open the whole record. They must write why, and a privacy officer checks it.".to_owned(),
                "Staff who must keep somebody safe from harm can still see what they need for that.".to_owned(),
                format!("Each service goes on keeping its own record, and {your} own view of this one does not change."),
                "It is not the national data opt-out (research and planning), nor a type 1 opt-out at the GP practice. Those are asked for apart.".to_owned(),
                "It can be taken back at any time.".to_owned(),
            ],
        ),
    ]
}

/// The organisations that somebody may object to by name: those whose staff may open records.
fn organisations(visit: &Visit, chosen: &str) -> Vec<Choosing> {
    let system = visit.care().system();
    let mut named: Vec<(&str, &str)> = system
        .organisations
        .iter()
        .filter(|one| {
            !matches!(
                one.kind,
                OrganisationKind::National
                    | OrganisationKind::Board
                    | OrganisationKind::School
                    | OrganisationKind::Fire
            )
        })
        .map(|one| (one.code.as_str(), one.name.as_str()))
        .collect();
    named.sort_by_key(|(_, name)| *name);
    let none = [("", "Choose an organisation")];
    Choosing::list(none.into_iter().chain(named), chosen)
}

async fn object(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let person = person_of(&id)?;
        let form = &visit.form;
        let with = match (form.get("with"), OrgCode::parse(form.get("organisation"))) {
            ("everybody", _) => Some(With::Everybody),
            ("one", Some(code)) => Some(With::Organisation(code)),
            _ => None,
        };
        let done = match with {
            Some(with) => sharing::object(visit.care(), &visit.actor, person, &with, form.get("words"), visit.now),
            // Whoever may not is told so, whatever they typed; that they asked is written down.
            None => choice(visit.care(), &visit.actor, person, Choice::Objection, visit.now)
                .map_err(RightsError::from)
                .and_then(|_| Err(unchosen(form.get("with")))),
        };
        kept(done, &format!("/people/{person}/sharing"))
            .unwrap_or_else(|problems| objection_page(visit, person, form, problems))
    })
    .await
}

fn unchosen(with: &str) -> RightsError {
    match with {
        "one" => RightsError::Said("organisation", "Choose one of the organisations".to_owned()),
        _ => RightsError::Said("choices", "Choose with whom not to share".to_owned()),
    }
}

async fn online(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        online_page(visit, person_of(&id)?, &Pairs::read(&visit.query), Vec::new())
    })
    .await
}

/// The form on which a professional suspends online access.
pub(super) fn online_page(visit: &Visit, person: PersonId, typed: &Pairs, problems: Vec<Problem>) -> Answered {
    let grant = seeing(visit, person)?;
    Choice::Online
        .allowed(grant.facts(), grant.actor())
        .map_err(|says| PageError::Refused(says.to_owned()))?;
    let record = care::person::read(visit.care(), &grant)?;
    let (status, title) = headed("Suspend online access", &problems);
    let acting = proxies::of_person(visit.care(), &grant)?;
    let by_number = acting.iter().find(|one| one.number.to_string() == typed.get("proxy"));
    let chosen = by_number.map_or(typed.get("whose"), |one| one.holder.as_str());
    let names: Vec<String> = acting.iter().map(|one| known_as(visit.care(), &one.holder)).collect();
    let mut whose = vec![("everybody", "The person, and everybody who acts for them")];
    whose.extend(
        acting
            .iter()
            .map(|one| one.holder.as_str())
            .zip(names.iter().map(String::as_str)),
    );
    let does = [
        "At once, the record cannot be opened online. Whoever tries reads the words of a service that is down.",
        "Nobody at home is told, and it stands on no page that they can see.",
        "Staff go on seeing the record.",
        "It stays until a professional or the privacy officer lifts it.",
    ];
    page_with(
        status,
        &ChangePage {
            frame: visit.frame(&title),
            banner: Present::of(visit.care().system(), &record).banner(),
            heading: "Suspend online access".to_owned(),
            back: back(grant.person(), false),
            about: "For when somebody may be made to show their record, or a record tells somebody what puts another in danger.".to_owned(),
            effects: vec![Effect {
                what: "What happens".to_owned(),
                does: does.map(str::to_owned).to_vec(),
            }],
            choices: Choosing::list(whose, chosen),
            hints: Vec::new(),
            name: "whose",
            legend: "Whose online access?".to_owned(),
            organisations: Vec::new(),
            asks: "Why, for whoever lifts it".to_owned(),
            hint: "It is kept with your name. The person never sees it.".to_owned(),
            words: typed.get("words").to_owned(),
            action: format!("/people/{}/sharing/online", grant.person()),
            button: "Suspend online access now".to_owned(),
            warns: true,
            problems,
        },
    )
}

async fn suspend(Path(id): Path<String>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let person = person_of(&id)?;
        let form = &visit.form;
        let holder = match form.get("whose") {
            "everybody" => "",
            // Nobody has a name like this, so that what was not chosen is told as such.
            "" => "(nobody)",
            holder => holder,
        };
        let done = sharing::suspend(visit.care(), &visit.actor, person, holder, form.get("words"), visit.now);
        kept(done, &format!("/people/{person}/sharing"))
            .unwrap_or_else(|problems| online_page(visit, person, form, problems))
    })
    .await
}

async fn one(Path((id, number)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        undo_page(visit, person_of(&id)?, &number, &Pairs::default(), Vec::new())
    })
    .await
}

/// The form on which something is taken back.
pub(super) fn undo_page(
    visit: &Visit,
    person: PersonId,
    number: &str,
    typed: &Pairs,
    problems: Vec<Problem>,
) -> Answered {
    let number: i64 = number.parse().map_err(|_| PageError::Nothing)?;
    let grant = seeing(visit, person)?;
    let own = grant.is_own_use();
    let past = sharing::one(visit.care(), &grant, number)?
        .filter(|past| past.undone.is_none())
        .ok_or(PageError::Nothing)?;
    let record = care::person::read(visit.care(), &grant)?;
    let telling = Telling {
        care: visit.care(),
        record: &record,
        grant: &grant,
    };
    let decided = telling.decided(&past);
    if decided.path.is_empty() {
        return Err(PageError::Refused(NOT_YOURS.to_owned()));
    }
    // To end that somebody acts for the person is no taking back of anything they said.
    let (heading, what) = match past.act.what {
        What::Relationship(_) if own => ("Stop them acting for you", "What happens if you stop it"),
        What::Relationship(_) => ("Stop them acting for the person", "What happens if you stop it"),
        _ => ("Take it back", "What happens if you take it back"),
    };
    let (status, title) = headed(heading, &problems);
    let why = if decided.why.is_empty() {
        String::new()
    } else {
        format!(" “{}”", decided.why)
    };
    page_with(
        status,
        &ChangePage {
            frame: visit.frame(&title),
            banner: Present::of(visit.care().system(), &record).banner(),
            heading: heading.to_owned(),
            back: back(grant.person(), own),
            about: format!("{}. {}, {}.{why}", decided.what, decided.who, decided.when),
            effects: vec![Effect {
                what: what.to_owned(),
                does: undoing_does(&past, &known_as(visit.care(), &past.act.holder), own),
            }],
            choices: Vec::new(),
            hints: Vec::new(),
            name: "",
            legend: String::new(),
            organisations: Vec::new(),
            asks: if own { "Why, if you like to say" } else { "Why" }.to_owned(),
            hint: "It is kept, with what was decided before.".to_owned(),
            words: typed.get("words").to_owned(),
            action: decided.path,
            button: heading.to_owned(),
            warns: false,
            problems,
        },
    )
}

const NOT_YOURS: &str = "Somebody else takes this back: whoever wrote the entry, the person, or their GP practice.";

async fn undo(Path((id, number)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let person = person_of(&id)?;
        let at: i64 = number.parse().map_err(|_| PageError::Nothing)?;
        let words = visit.form.get("words");
        let done = sharing::undo(visit.care(), &visit.actor, person, at, words, visit.now);
        kept(done, &format!("/people/{person}/sharing"))
            .unwrap_or_else(|problems| undo_page(visit, person, &number, &visit.form, problems))
    })
    .await
}
