//! One request: who asks, what for, and the page that answers.
//!
//! Every page goes the same way: the request is read, then everything else (who is signed in, the form's token,
//! leave, the store, rendering) happens on a thread that may wait for the store.

use super::account::happened;
use super::csrf;
use super::session::{self, SessionToken};
use super::{confirm, sign_in, source};
use crate::serving::{Site, blocking};
use crate::site::answer::{self, Answered, PageError};
use crate::site::form::{Pairs, encode};
use crate::site::view::{Door, Frame, User};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use care::Care;
use care::access::account::{self, KeptForm, Source};
use care::access::session::{Known, Method as ByMethod, Session};
use care::access::{Act, Actor, DEMO_USERS, ListGrant, Role, may, may_plan};
use care::db::DbError;
use care::projects::may_open;
use record::{Instant, PersonId};
use std::convert::Infallible;
use std::sync::Arc;

/// The most bytes a form may send: a mended item of one megabyte, each byte of it encoded as three.
const BODY_BYTES_MAX: usize = 3 * 1024 * 1024 + 64 * 1024;

/// A request, read whole.
pub struct Asked {
    site: Arc<Site>,
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
    source: Source,
    /// The body, or that it was too long or broke off.
    body: Result<String, ()>,
}

impl FromRequest<Arc<Site>> for Asked {
    type Rejection = Infallible;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, Infallible> {
        let (parts, body) = request.into_parts();
        let source = source::of(&parts, site);
        let body = axum::body::to_bytes(body, BODY_BYTES_MAX).await;
        Ok(Self {
            site: Arc::clone(site),
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or("").to_owned(),
            headers: parts.headers,
            source,
            body: body
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .map_err(|_| ()),
        })
    }
}

/// Someone asking, signed in or not.
pub struct Caller {
    /// What every route shares.
    pub site: Arc<Site>,
    /// Who, when signed in.
    pub actor: Option<Actor>,
    /// The session they are signed in by.
    pub session: Option<Session>,
    /// Whether something happened to their account that they have not said anything to yet.
    notice: bool,
    /// Who was signed in by this browser until the session ran out of time.
    timed_out: Option<String>,
    /// Where the request comes from.
    pub source: Source,
    /// Now, asked once for the whole request.
    pub now: Instant,
    /// The path asked for.
    pub path: String,
    /// The query asked with.
    pub query: String,
    /// What the form sent; empty for a page that was only asked for.
    pub form: Pairs,
    /// The form as it came.
    pub typed: String,
    pub(super) token: Option<SessionToken>,
    headers: HeaderMap,
}

/// Someone signed in, asking.
pub struct Visit {
    caller: Caller,
    /// Who.
    pub actor: Actor,
}

impl std::ops::Deref for Visit {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl Visit {
    /// Leave for a list or a piece of work, written down with what it is about.
    pub fn list_grant(&self, act: Act, detail: &str) -> Result<ListGrant, PageError> {
        Ok(care::access::list(self.care(), &self.actor, act, detail, self.now)?)
    }
}

impl Caller {
    /// Who asks; with why nothing can be done for them, when it cannot.
    fn of(asked: Asked) -> (Self, Option<PageError>) {
        let token = session::read(&asked.headers, asked.site.secure_cookies);
        let (typed, whole) = match asked.body {
            Ok(body) => (body, true),
            Err(()) => (String::new(), false),
        };
        let mut caller = Self {
            now: (asked.site.now)(),
            actor: None,
            session: None,
            notice: false,
            timed_out: None,
            source: asked.source,
            path: asked.path,
            query: asked.query,
            form: Pairs::read(&typed),
            typed,
            token,
            headers: asked.headers,
            site: asked.site,
        };
        let known = caller
            .token
            .as_ref()
            .map(|token| care::access::session::of_token(&caller.site.care, token.as_str(), caller.now));
        match known.transpose() {
            Err(error) => return (caller, Some(error.into())),
            Ok(Some(Known::In(session))) => {
                caller.actor = Some(session.actor.clone());
                let demo = session.method == ByMethod::Demo;
                caller.session = Some(session);
                match caller.token.as_ref().filter(|_| !demo).map(|token| caller.waits(token)) {
                    Some(Err(error)) => return (caller, Some(error.into())),
                    Some(Ok(waits)) => caller.notice = waits,
                    None => {}
                }
            }
            Ok(Some(Known::TimedOut(user))) => caller.timed_out = Some(user),
            Ok(Some(Known::Nobody) | None) => {}
        }
        let error = (!whole).then_some(PageError::TooLong);
        (caller, error)
    }

    /// The store.
    pub fn care(&self) -> &Care {
        &self.site.care
    }

    pub(super) const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The path with its query.
    pub fn address(&self) -> String {
        if self.query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, self.query)
        }
    }

    fn key(&self) -> csrf::Key {
        csrf::Key(self.care().id_key().derived("chesil 2026-11 tokens in forms"))
    }

    /// The token that forms of a session carry.
    pub(super) fn form_token(&self, token: &SessionToken) -> String {
        csrf::token(&self.key(), token)
    }

    /// Whether the form came from a page of ours, in this session or, before anyone is signed in, this browser.
    pub(super) fn form_is_ours(&self) -> bool {
        self.token
            .as_ref()
            .is_some_and(|token| csrf::allowed(&self.key(), token, self.form.get(csrf::FIELD), &self.headers))
    }

    /// The frame around a page called `title`, which never holds a name.
    pub fn frame(&self, title: &str) -> Frame {
        let system = self.care().system();
        let token = self.token.as_ref();
        Frame {
            system: system.title.clone(),
            title: title.to_owned(),
            demo: self.care().is_demo(),
            user: self.actor.as_ref().map(|actor| User {
                name: actor.name.clone(),
                role: job(actor),
            }),
            csrf: token.map(|token| self.form_token(token)).unwrap_or_default(),
            path: self.address(),
            doors: self
                .actor
                .as_ref()
                .map(|actor| doors(actor.role, &self.path, self.own_person()))
                .unwrap_or_default(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            duty_number: duty_number(system),
            notice: self.notice && self.path != happened::PATH,
        }
    }

    /// Who a resident is, for their menu; a page is not kept from them because the store could not say.
    fn own_person(&self) -> Option<PersonId> {
        let resident = self.actor.as_ref().filter(|actor| actor.role == Role::Resident)?;
        care::access::own_person(self.care(), resident).unwrap_or_else(|error| {
            tracing::error!(%error, "who a resident is could not be read");
            None
        })
    }

    /// Whether anything happened to the account of whoever is signed in by this token that they are to be shown.
    fn waits(&self, token: &SessionToken) -> Result<bool, DbError> {
        let Some(actor) = &self.actor else { return Ok(false) };
        let at = (token.as_str(), &self.source);
        account::happened::waits(self.care(), &self.site.sign_in.key, &actor.user, at)
    }

    /// As [`Caller::signed_in`], having asked what happened to their account.
    pub(super) fn signed_in_and_told(mut self, token: SessionToken, actor: Actor) -> (Visit, Result<bool, DbError>) {
        self.actor = Some(actor.clone());
        let waits = self.waits(&token);
        self.notice = waits.as_ref().is_ok_and(|waits| *waits);
        (self.signed_in(token, actor), waits)
    }

    /// The same caller with this session from now on, for the page that answers a sign-in.
    pub(super) fn signed_in(mut self, token: SessionToken, actor: Actor) -> Visit {
        self.token = Some(token);
        Visit {
            caller: Self {
                actor: Some(actor.clone()),
                ..self
            },
            actor,
        }
    }
}

/// The first number to call that is local: neither 999 nor 111.
fn duty_number(system: &record::system::System) -> String {
    let local = system
        .urgent
        .iter()
        .find(|one| !matches!(one.value.as_str(), "999" | "111"));
    local.map(|one| one.value.clone()).unwrap_or_default()
}

/// What someone does, in words.
pub(super) fn job(actor: &Actor) -> String {
    let known = DEMO_USERS.iter().find(|user| user.user == actor.user);
    known.map_or(actor.role.words(), |user| user.job).to_owned()
}

/// The ways in that a role has, the one that `path` is behind marked. The first is the role's front door. `own`: the
/// person whom a resident is, whose pages are theirs from wherever they stand.
pub fn doors(role: Role, path: &str, own: Option<PersonId>) -> Vec<Door> {
    if matches!(role, Role::Resident | Role::Carer) {
        let part = path
            .strip_prefix("/people/")
            .map(|rest| rest.split('/').nth(1).unwrap_or(""));
        let beside = [("Who has looked", "looked"), ("Who may see it", "sharing")];
        let record = part.is_some_and(|part| own.is_none() || beside.iter().all(|(_, page)| *page != part));
        let mut found = vec![door("The record", "/", record)];
        if let (Some(id), Role::Resident) = (own, role) {
            let behind = beside.map(|(name, page)| door(name, &format!("/people/{id}/{page}"), part == Some(page)));
            found.extend(behind);
        }
        return found;
    }
    [
        (Act::Search, "Find a person", "/people"),
        (Act::Write, "In my care", "/mine"),
        (Act::Write, "Requests", "/requests"),
        // What waits for a privacy officer stands before what they may look at.
        (Act::ReadAudit, "Emergencies", "/emergencies"),
        (Act::ReadAudit, "Audit", "/audit"),
        (Act::ReadAudit, "Staff access", "/suspensions"),
        (Act::ReadAudit, "Who staff are", "/ties"),
        (Act::ReadAudit, "Removals", "/removals"),
        (Act::ReadAudit, "Projects", "/projects"),
        (Act::Count, "Counts", "/counts"),
        (Act::Count, "Projects", "/projects"),
        (Act::ReadRecord, "Lists", "/lists"),
        (Act::ReadFeeds, "Feeds", "/feeds"),
        (Act::DecideIdentity, "Identity", "/identity"),
        (Act::ReadConcerns, "Reports", "/wrong"),
    ]
    .into_iter()
    .filter(|(act, ..)| match act {
        Act::Count => may_plan(role),
        Act::ReadRecord => may_open(role),
        act => may(role, *act).is_ok(),
    })
    .map(|(_, name, door)| Door {
        name: name.to_owned(),
        path: door.to_owned(),
        here: path == door
            || (path != "/wrong/new" && path.strip_prefix(door).is_some_and(|rest| rest.starts_with('/'))),
    })
    .collect()
}

fn door(name: &str, path: &str, here: bool) -> Door {
    Door {
        name: name.to_owned(),
        path: path.to_owned(),
        here,
    }
}

/// Answers someone signed in. Whoever is not is asked to sign in, and comes back; a form without its token is
/// refused before anything is done.
pub async fn answer(asked: Asked, page: impl FnOnce(&Visit) -> Answered + Send + 'static) -> Response {
    respond(asked, move |caller, posts| {
        let Some(actor) = caller.actor.clone() else {
            return not_signed_in(&caller, posts);
        };
        if posts && !caller.form_is_ours() {
            return answer::failed(&caller, PageError::Forged);
        }
        let visit = Visit { caller, actor };
        if posts && let Some(answered) = confirm::first(&visit) {
            return answered;
        }
        page(&visit).unwrap_or_else(|error| answer::failed(&visit, error))
    })
    .await
}

/// Answers anyone, signed in or not. Forms are not checked: whoever takes one checks it.
pub async fn answer_anyone(asked: Asked, page: impl FnOnce(Caller) -> Response + Send + 'static) -> Response {
    respond(asked, move |caller, _| page(caller)).await
}

async fn respond(asked: Asked, page: impl FnOnce(Caller, bool) -> Response + Send + 'static) -> Response {
    let posts = asked.method == Method::POST;
    let answered = blocking(move || {
        Ok::<_, DbError>(match Caller::of(asked) {
            (caller, None) => page(caller, posts),
            (caller, Some(error)) => answer::failed(&caller, error),
        })
    })
    .await;
    answered.unwrap_or_else(broke_off)
}

/// A page asked for is come back to after signing in; what was typed into a form of ours is kept for whoever was
/// signed in, and stands in its field again when they are. What somebody else typed is never shown.
fn not_signed_in(caller: &Caller, posts: bool) -> Response {
    if posts {
        return match keep_typed(caller) {
            Ok(kept) => {
                let reason = if kept { sign_in::IDLE_TYPED } else { sign_in::IDLE };
                sign_in::page(caller, StatusCode::UNAUTHORIZED, &caller.path, reason)
            }
            Err(error) => answer::failed(caller, error),
        };
    }
    let was = if caller.token.is_some() { "&was=in" } else { "" };
    Redirect::to(&format!("/sign-in?onward={}{was}", encode(&caller.address()))).into_response()
}

/// Paths below which forms hold secrets: what is typed there is never kept.
const SECRET: [&str; 3] = ["/account", "/enrol", "/sign-in"];

/// Keeps what was typed into a form of ours after its session ran out of time; answers whether it did.
fn keep_typed(caller: &Caller) -> Result<bool, PageError> {
    match caller.timed_out.as_deref() {
        Some(user) => keep_for(caller, user),
        None => Ok(false),
    }
}

/// Keeps the form that came for a user, if it is one of ours and holds no secret; answers whether it did.
pub(super) fn keep_for(caller: &Caller, user: &str) -> Result<bool, PageError> {
    if SECRET.iter().any(|below| caller.path.starts_with(below)) || !caller.form_is_ours() {
        return Ok(false);
    }
    let form = KeptForm {
        path: caller.path.clone(),
        typed: caller.typed.clone(),
    };
    let random = (caller.site.random)().ok_or(PageError::NoRandomness)?;
    let key = &caller.site.sign_in.key;
    account::keep_form(caller.care(), key, user, &form, (random, caller.now))?;
    Ok(true)
}

/// One part of an answer that is put together in several, because it waits for something between: each on a thread
/// that may wait for the store.
///
/// # Errors
/// The page that says that it broke off.
pub(super) async fn part<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Response> {
    blocking(move || Ok::<_, DbError>(work())).await.map_err(broke_off)
}

/// Who asks, for an answer that is put together in parts.
///
/// # Errors
/// The page that says why nothing can be done for them.
pub(super) async fn caller(asked: Asked) -> Result<Caller, Response> {
    match part(move || Caller::of(asked)).await? {
        (caller, None) => Ok(caller),
        (caller, Some(error)) => Err(answer::failed(&caller, error)),
    }
}

fn broke_off(error: DbError) -> Response {
    tracing::error!(%error, "a page broke off");
    let words = "This page could not be shown. Nothing was changed and nothing is lost: go back and try again.";
    (StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
}

/// The answer with a cookie set.
pub(super) fn with_cookie(mut response: Response, cookie: Option<header::HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
