//! Who is signed in. The browser holds a random token; the store holds only its digest.

mod store;

use super::{Actor, DEMO_USERS};
use crate::Care;
use crate::db::{DbError, Urgency};
use record::Instant;

/// Signed out after this long without a request.
const IDLE_MICROS: i64 = 30 * 60 * 1_000_000;
/// Signed out after this long whatever happens.
const WHOLE_MICROS: i64 = 12 * 3600 * 1_000_000;
/// The store is told of use at most this often.
const TOUCH_MICROS: i64 = 60 * 1_000_000;

/// Signs a demo user in; `token` is fresh randomness from the rim. `None` when there is no such user, or the
/// folder is live.
pub fn begin_demo(care: &Care, user: &str, token: &str, now: Instant) -> Result<Option<Actor>, DbError> {
    let Some(found) = DEMO_USERS.iter().find(|demo| care.is_demo() && demo.user == user) else {
        return Ok(None);
    };
    let (digest, user) = (digest(token), found.user.to_owned());
    care.writer()
        .write(Urgency::Waiting, move |conn| store::insert(conn, &digest, &user, now))?;
    Ok(Some(found.actor()))
}

/// Who holds this token, if anyone and not for too long.
pub fn of_token(care: &Care, token: &str, now: Instant) -> Result<Option<Actor>, DbError> {
    if !care.is_demo() {
        return Ok(None);
    }
    let digest = digest(token);
    let Some((user, begun, seen)) = care.readers().read(|conn| store::find(conn, &digest))? else {
        return Ok(None);
    };
    if now.0 - seen > IDLE_MICROS || now.0 - begun > WHOLE_MICROS {
        return Ok(None);
    }
    if now.0 - seen > TOUCH_MICROS {
        care.writer()
            .write(Urgency::Waiting, move |conn| store::touch(conn, &digest, now))?;
    }
    Ok(DEMO_USERS
        .iter()
        .find(|demo| demo.user == user)
        .map(super::DemoUser::actor))
}

/// Signs out.
pub fn end(care: &Care, token: &str) -> Result<(), DbError> {
    let digest = digest(token);
    care.writer()
        .write(Urgency::Waiting, move |conn| store::delete(conn, &digest))
}

fn digest(token: &str) -> [u8; 32] {
    *blake3::hash(token.as_bytes()).as_bytes()
}
