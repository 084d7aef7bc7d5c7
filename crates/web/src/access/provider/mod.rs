//! Signing in by an identity provider: OpenID Connect, authorization code with PKCE (RFC 7636), discovery, state and
//! nonce. What a sign-in was begun with travels in a sealed cookie of the browser that began it, so that any process
//! can end it and no other browser can.

pub mod settings;
pub mod talk;
pub mod tokens;

use super::account::view::ReturnedPage;
use super::session::{self, SessionToken};
use super::sign_in::{landing, page_again};
use super::visit::{Asked, Caller, answer_anyone, with_cookie};
use crate::serving::Site;
use crate::site::answer::{PageError, failed, page};
use crate::site::form::{Pairs, Problem, own_path, query};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use care::access::Role;
use care::access::account::{AccountError, Vouched, vouched};
use record::Instant;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use talk::{Talk, base64};
use tokens::{Refused, Wanted};

/// How long someone may take at the provider, in seconds.
const AWAY_SECONDS: u32 = 600;
/// Sign-ins that may wait for the provider at once: one that is slow must not hold the threads that answer readers.
const WAITING_MAX: usize = 8;
/// How long ago the provider may have seen someone, in seconds: as long as a session here lasts.
const SEEN_SECONDS: &str = "43200";
const SEALED_FOR: &str = "a sign-in begun";

/// A provider, ready to be asked.
pub struct Provider {
    talk: Talk,
    waiting: AtomicUsize,
}

impl Provider {
    /// Over its settings and the secret of this service there.
    pub fn new(talk: Talk) -> Self {
        Self {
            talk,
            waiting: AtomicUsize::new(0),
        }
    }

    /// Its name on pages.
    pub fn name(&self) -> &str {
        &self.talk.settings().name
    }
}

/// One of those that may wait for the provider.
struct Waiting<'a>(&'a Provider);

impl<'a> Waiting<'a> {
    fn of(provider: &'a Provider) -> Option<Self> {
        let before = provider.waiting.fetch_add(1, Ordering::Relaxed);
        let one = Self(provider);
        (before < WAITING_MAX).then_some(one)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What a sign-in was begun with.
#[derive(Serialize, Deserialize)]
struct Begun {
    state: String,
    nonce: String,
    verifier: String,
    onward: String,
    afresh: bool,
    at: i64,
}

/// `/sign-in/provider` and `/sign-in/returned`.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/sign-in/provider", get(begin))
        .route("/sign-in/returned", get(returned))
}

/// Why someone was not signed in: words for the page, and what happened for the log.
struct NotIn {
    says: String,
    why: String,
}

fn not_in(why: impl std::fmt::Display) -> NotIn {
    NotIn {
        says: "Signing in there did not work. Nothing was lost: try again, or ask whoever runs this service."
            .to_owned(),
        why: why.to_string(),
    }
}

fn told(caller: &Caller, not: &NotIn) -> Response {
    tracing::warn!(why = not.why, "a sign-in by the identity provider failed");
    let problems = vec![Problem::new("by-provider", not.says.clone())];
    page_again(caller, StatusCode::UNAUTHORIZED, "", "", problems)
}

async fn begin(asked: Asked) -> Response {
    answer_anyone(asked, |caller| {
        let Some(provider) = caller.site.sign_in.provider.clone() else {
            return failed(&caller, PageError::Nothing);
        };
        let random = [(); 4].map(|()| (caller.site.random)());
        let [Some(state), Some(nonce), Some(verifier), Some(sealing)] = random else {
            return failed(&caller, PageError::NoRandomness);
        };
        let asked = Pairs::read(&caller.query);
        let begun = Begun {
            state: base64(&state, true),
            nonce: base64(&nonce, true),
            verifier: base64(&verifier, true),
            onward: Some(asked.get("onward"))
                .filter(|path| own_path(path))
                .unwrap_or("/")
                .to_owned(),
            afresh: asked.get("again") == "yes",
            at: caller.now.0,
        };
        match away(&caller, &provider, &begun, sealing) {
            Ok(response) => response,
            Err(not) => told(&caller, &not),
        }
    })
    .await
}

fn away(caller: &Caller, provider: &Provider, begun: &Begun, sealing: [u8; 32]) -> Result<Response, NotIn> {
    let waiting = Waiting::of(provider).ok_or_else(|| not_in("too many wait for the provider"))?;
    let (settings, addresses) = (
        provider.talk.settings(),
        provider.talk.addresses(caller.now).map_err(not_in)?,
    );
    drop(waiting);
    let challenge = base64(&Sha256::digest(begun.verifier.as_bytes()), true);
    let scope = std::iter::once("openid").chain(settings.scopes.iter().map(String::as_str));
    let (scope, back) = (scope.collect::<Vec<_>>().join(" "), settings.back());
    let mut pairs = vec![
        ("response_type", "code"),
        ("client_id", &settings.client),
        ("redirect_uri", &back),
        ("scope", &scope),
        ("state", &begun.state),
        ("nonce", &begun.nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    // Asked for, an age has the provider say when it last saw them.
    match begun.afresh {
        true => pairs.extend([("prompt", "login"), ("max_age", "0")]),
        false => pairs.push(("max_age", SEEN_SECONDS)),
    }
    pairs.extend(
        settings
            .asked
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    let asked = query(&pairs);
    let joined = match addresses.authorization_endpoint.contains('?') {
        true => asked.replacen('?', "&", 1),
        false => asked,
    };
    let text = serde_json::to_vec(begun).map_err(not_in)?;
    let sealed = caller.site.sign_in.key.seal((SEALED_FOR, ""), &text, &sealing);
    let cookie =
        sealed.and_then(|sealed| session::set_away(&base64(&sealed, true), caller.site.secure_cookies, AWAY_SECONDS));
    let response = Redirect::to(&format!("{}{joined}", addresses.authorization_endpoint)).into_response();
    Ok(with_cookie(
        response,
        Some(cookie.ok_or_else(|| not_in("nothing was sealed"))?),
    ))
}

async fn returned(asked: Asked) -> Response {
    answer_anyone(asked, |caller| {
        let Some(provider) = caller.site.sign_in.provider.clone() else {
            return failed(&caller, PageError::Nothing);
        };
        let spent = session::set_away("", caller.site.secure_cookies, 0);
        let answered = match back(&caller, &provider) {
            Ok((token, begun, vouched)) => inside(caller, token, &begun, &vouched),
            Err(not) => told(&caller, &not),
        };
        with_cookie(answered, spent)
    })
    .await
}

/// Who it is that came back, after everything about it was checked.
fn back(caller: &Caller, provider: &Provider) -> Result<(SessionToken, Begun, Vouched), NotIn> {
    let begun = begun_here(caller)?;
    let asked = Pairs::read(&caller.query);
    if blake3::hash(asked.get("state").as_bytes()) != blake3::hash(begun.state.as_bytes()) {
        return Err(not_in("not the state that this browser was sent away with"));
    }
    let issuer = asked.get("iss");
    if !issuer.is_empty() && issuer != provider.talk.settings().issuer {
        return Err(not_in("the answer is another issuer's (RFC 9207)"));
    }
    if !asked.get("error").is_empty() {
        let error: String = asked
            .get("error")
            .chars()
            .filter(|c| c.is_ascii_graphic())
            .take(60)
            .collect();
        return Err(not_in(format!("the provider says {error}")));
    }
    let _waiting = Waiting::of(provider).ok_or_else(|| not_in("too many wait for the provider"))?;
    let (Some(token), Some(random)) = ((caller.site.random)(), (caller.site.random)()) else {
        return Err(not_in("no randomness"));
    };
    let code = (asked.get("code"), begun.verifier.as_str());
    let (id, access) = provider.talk.exchange(code, (random, caller.now)).map_err(not_in)?;
    let claims = checked(provider, &id, &begun, caller.now)?;
    let vouched = vouched_of(provider, claims, &access, caller.now)?;
    Ok((SessionToken::mint(token), begun, vouched))
}

fn begun_here(caller: &Caller) -> Result<Begun, NotIn> {
    use ::base64::Engine;
    let sealed = caller
        .away()
        .and_then(|text| ::base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok());
    let opened = sealed.and_then(|sealed| caller.site.sign_in.key.open((SEALED_FOR, ""), &sealed));
    let begun: Option<Begun> = opened.and_then(|text| serde_json::from_slice(&text).ok());
    let begun = begun.filter(|begun| caller.now.0 - begun.at <= i64::from(AWAY_SECONDS) * 1_000_000);
    begun.ok_or_else(|| not_in("no sign-in was begun in this browser, or too long ago"))
}

fn checked(provider: &Provider, token: &str, begun: &Begun, now: Instant) -> Result<Value, NotIn> {
    let settings = provider.talk.settings();
    let wanted = Wanted {
        issuer: &settings.issuer,
        client: &settings.client,
        nonce: &begun.nonce,
        assurance: &settings.assurance,
        assurance_claim: &settings.claims.assurance,
        afresh: begun.afresh,
    };
    let keys = provider.talk.keys(false, now).map_err(not_in)?;
    match tokens::claims(token, &keys, &wanted, now) {
        Err(Refused::NoKey) => {
            let keys = provider.talk.keys(true, now).map_err(not_in)?;
            tokens::claims(token, &keys, &wanted, now).map_err(not_in)
        }
        other => other.map_err(not_in),
    }
}

/// What the provider's words mean here.
fn vouched_of(provider: &Provider, mut claims: Value, access: &str, now: Instant) -> Result<Vouched, NotIn> {
    let settings = provider.talk.settings();
    let text = |claims: &Value, pointer: &str| match claims.pointer(pointer) {
        Some(Value::String(text)) => text.trim().to_owned(),
        _ => String::new(),
    };
    let subject = text(&claims, "/sub");
    if settings.userinfo {
        let more = provider.talk.userinfo(access, &subject, now).map_err(not_in)?;
        // What is signed stands over what is only said.
        if let (Value::Object(claims), Value::Object(more)) = (&mut claims, more) {
            for (name, value) in more {
                claims.entry(name).or_insert(value);
            }
        }
    }
    let nothing = Value::Null;
    let holder = match &settings.claims.chosen {
        None => &claims,
        Some(chosen) => {
            let is = text(&claims, &chosen.is);
            let list = claims.pointer(&chosen.list).and_then(Value::as_array);
            let found = list.and_then(|list| {
                list.iter()
                    .find(|one| one.get(&chosen.key) == Some(&Value::from(is.as_str())))
            });
            found.unwrap_or(&nothing)
        }
    };
    let said = text(holder, &settings.claims.role);
    // A national role is written with its group before it: S8000:G8000:R8000.
    let last = said.rsplit(':').next().unwrap_or_default();
    let named = settings.roles.get(&said).or_else(|| settings.roles.get(last));
    let role = named.or(settings.everyone.as_ref());
    let Some(role) = role.and_then(|role| Role::of_words(role)) else {
        return Err(NotIn {
            says: format!(
                "You are signed in at {}, but the role you chose there opens nothing here. Choose another there, or ask \
                 whoever looks after accounts where you work.",
                settings.name
            ),
            why: "the role is not one of those in the settings".to_owned(),
        });
    };
    let name = text(&claims, &settings.claims.name);
    Ok(Vouched {
        issuer: settings.issuer.clone(),
        word: settings.word.clone(),
        name: if name.is_empty() { subject.clone() } else { name },
        subject,
        role,
        organisation: text(holder, &settings.claims.organisation),
        shown: claims
            .get("auth_time")
            .and_then(Value::as_i64)
            .map(|at| Instant(at.saturating_mul(1_000_000))),
    })
}

/// Signed in. The browser comes from another site, and sends cookies of ours only once it asks of itself: so a page
/// is given that leads on at once.
fn inside(caller: Caller, token: SessionToken, begun: &Begun, who: &Vouched) -> Response {
    match vouched(caller.care(), who, token.as_str(), (&caller.source, caller.now)) {
        Ok(actor) => landing(caller, token, actor, &begun.onward, |visit, onward| {
            page(&ReturnedPage {
                frame: visit.frame("Signed in"),
                heading: "You are signed in".to_owned(),
                onward: onward.to_owned(),
            })
        }),
        Err(AccountError::Refused(says)) => {
            let why = "the account or its organisation may not be used".to_owned();
            told(&caller, &NotIn { says, why })
        }
        Err(AccountError::Db(error)) => failed(&caller, error.into()),
    }
}

impl Caller {
    fn away(&self) -> Option<String> {
        session::read_away(self.headers(), self.site.secure_cookies)
    }
}
