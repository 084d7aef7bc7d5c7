//! People whom an identity provider vouches for: their account is made when they first come, and follows what the
//! provider says of them each time.

use super::sign_in::{actor, audit_row, from};
use super::{Account, AccountError, Source, store};
use crate::Care;
use crate::access::session::{self, Method};
use crate::access::{Actor, Role};
use crate::db::{DbError, Urgency};
use record::{Instant, OrgCode};

/// What a provider says of someone, after its words were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// The provider.
    pub issuer: String,
    /// As the provider knows them; never another person's.
    pub subject: String,
    /// A word for the provider, before the subject in the name that the audit keeps.
    pub word: String,
    /// Their name as people read it.
    pub name: String,
    /// Their role here.
    pub role: Role,
    /// The code of the organisation they act for; empty for the public.
    pub organisation: String,
    /// When they last showed the provider who they are, if it says.
    pub shown: Option<Instant>,
}

/// Letters of a subject at most (OpenID Connect Core, section 2).
const SUBJECT_MAX: usize = 255;

/// Signs in someone vouched for, under `token`, fresh randomness from the rim.
///
/// # Errors
/// [`AccountError::Refused`] with words for the page: the organisation is none of this system, or the account is
/// suspended here.
pub fn sign_in(
    care: &Care,
    vouched: &Vouched,
    token: &str,
    (source, now): (&Source, Instant),
) -> Result<Actor, AccountError> {
    let account = account_of(care, vouched, now)?;
    let actor = actor(care, &account);
    let (user, digest, agent) = (account.user.clone(), session::digest(token), source.agent.clone());
    let (issuer, subject) = (vouched.issuer.clone(), vouched.subject.clone());
    // A provider that does not say when it last saw them is asked again before anything risky.
    let strong = Instant(vouched.shown.map_or(0, |shown| shown.0.min(now.0)));
    let open = care.writer().write(Urgency::Waiting, move |conn| {
        if !store::vouch(conn, &account, (&issuer, &subject), now)? {
            return Ok::<_, DbError>(false);
        }
        let began = session::Began {
            user: &user,
            method: Method::Provider,
            agent: &agent,
            strong,
        };
        session::insert(conn, &digest, &began, now)?;
        Ok(true)
    })?;
    let outcome = if open { "granted" } else { "the account may not be used" };
    let detail = format!("{}; by {}", from(source), vouched.word);
    care.audit()
        .record(vec![audit_row(&actor, ("sign in", outcome), detail, now)])?;
    if open {
        return Ok(actor);
    }
    Err(AccountError::Refused(
        "Your account here is suspended. Ask whoever looks after accounts where you work.".to_owned(),
    ))
}

fn account_of(care: &Care, vouched: &Vouched, now: Instant) -> Result<Account, AccountError> {
    let refused = |words: &str| Err(AccountError::Refused(words.to_owned()));
    let plain = |c: char| c.is_ascii_graphic();
    if vouched.subject.is_empty() || vouched.subject.len() > SUBJECT_MAX || !vouched.subject.chars().all(plain) {
        return refused("Your identity provider did not say who you are in a way that can be kept.");
    }
    let public = matches!(vouched.role, Role::Resident | Role::Carer);
    let known = OrgCode::parse(&vouched.organisation).and_then(|code| care.system().organisation(&code));
    if !public && known.is_none() {
        return refused("The organisation that you signed in for is none of those that share records here.");
    }
    Ok(Account {
        user: format!("{}:{}", vouched.word, vouched.subject),
        name: vouched.name.chars().take(120).collect(),
        role: vouched.role,
        organisation: if public {
            String::new()
        } else {
            vouched.organisation.clone()
        },
        made: (now, vouched.word.clone()),
        suspended: None,
        enrolled: Some(now),
        code_ends: None,
        issuer: vouched.issuer.clone(),
    })
}
