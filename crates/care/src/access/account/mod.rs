//! Accounts of people who sign in: made by an administrator, enrolled by their owner, with a password and a second
//! factor; or vouched for by an identity provider.

mod again;
pub mod authenticator;
mod enrol;
pub mod happened;
mod hashing;
mod kept_form;
mod leaked;
mod manage;
mod once;
mod password;
mod places;
mod sign_in;
mod store;
mod tied;
mod vouched;

pub use again::{Again, change_password, new_recovery_codes, recovery_codes_left, show_again};
pub use enrol::{Enrolled, Enrolling, begin as begin_enrolling, finish as finish_enrolling};
pub use hashing::{Busy, Hasher, Kept, Password};
pub use kept_form::{FORM_KEPT_MICROS, KeptForm, keep as keep_form, take as take_form};
pub use leaked::Leaked;
pub use manage::{AccountError, NewAccount, OneTime, add, list, reset, suspend};
pub use once::RECOVERY_CODES;
pub use password::{LETTERS_MAX, LETTERS_MIN, refused as password_refused};
pub use places::Source;
pub use sign_in::{Begun, Compared, Ended, Going, begin, finish};
pub(super) use sign_in::{actor, audit_row};
pub use tied::{OfStaff, TieError, Ties, tie, tie_staff, ties, untie_staff};
pub use vouched::{Vouched, sign_in as vouched};

use super::{Actor, Role};
use crate::Care;
use crate::db::{Conn, DbError};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use record::Instant;
use std::fmt;

/// The key that secrets of accounts are kept under. It stands in a file beside the data, never in the database.
#[derive(Clone)]
pub struct AccountKey([u8; 32]);

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountKey(hidden)")
    }
}

const NONCE_BYTES: usize = 12;

impl AccountKey {
    /// Of 32 random bytes.
    pub const fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// A key for one purpose.
    pub(super) fn derived(&self, purpose: &str) -> [u8; 32] {
        self.digest("key", &[purpose.as_bytes()])
    }

    /// What is kept instead of something secret or personal: cannot be made, or tried, without the key.
    pub(crate) fn digest(&self, kind: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        for part in std::iter::once(kind.as_bytes()).chain(parts.iter().copied()) {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        *hasher.finalize().as_bytes()
    }

    /// Seals bytes for one purpose and owner, with a nonce out of fresh randomness. `None` when that fails.
    pub fn seal(&self, (purpose, owner): (&str, &str), bytes: &[u8], random: &[u8; 32]) -> Option<Vec<u8>> {
        let nonce = random.get(..NONCE_BYTES)?;
        let payload = Payload {
            msg: bytes,
            aad: owner.as_bytes(),
        };
        let sealed = self
            .cipher(purpose)
            .encrypt(&Nonce::try_from(nonce).ok()?, payload)
            .ok()?;
        Some([nonce, &sealed].concat())
    }

    /// Opens what was sealed for this purpose and owner; `None` when it was not, or was changed.
    pub fn open(&self, (purpose, owner): (&str, &str), sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES)?;
        let payload = Payload {
            msg: sealed,
            aad: owner.as_bytes(),
        };
        self.cipher(purpose)
            .decrypt(&Nonce::try_from(nonce).ok()?, payload)
            .ok()
    }

    fn cipher(&self, purpose: &str) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(&Key::from(self.derived(purpose)))
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The name to sign in by, and that the audit keeps.
    pub user: String,
    /// Their name as people read it.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// The code of the organisation they act for; empty for the public.
    pub organisation: String,
    /// When it was made, and by whom.
    pub made: (Instant, String),
    /// When it was suspended, and by whom; `None` while it may be used.
    pub suspended: Option<(Instant, String)>,
    /// When its owner set it up; `None` while the enrolment code waits.
    pub enrolled: Option<Instant>,
    /// Until when the enrolment code may be used.
    pub code_ends: Option<Instant>,
    /// The identity provider that vouches for it; empty when it has a password here.
    pub issuer: String,
}

/// An account that may be used now.
pub(super) fn usable(conn: &mut Conn, user: &str) -> Result<Option<Account>, DbError> {
    let found = store::find(conn, user)?.map(|whole| whole.account);
    Ok(found.filter(|account| account.suspended.is_none() && account.enrolled.is_some()))
}

/// The owner of an account that may be used now; `None` when there is none of this name.
///
/// # Errors
/// When the store fails.
pub(super) fn actor_named(care: &Care, user: &str) -> Result<Option<Actor>, DbError> {
    let found = care.readers().read(|conn| usable(conn, user))?;
    Ok(found.map(|account| sign_in::actor(care, &account)))
}

/// Somebody's name as people read it; the name in this system when nobody knows another.
///
/// # Errors
/// When the store fails.
pub fn name_of(care: &Care, user: &str) -> Result<String, DbError> {
    let demo = super::DEMO_USERS.iter().find(|demo| demo.user == user);
    if let Some(demo) = demo.filter(|_| care.is_demo()) {
        return Ok(demo.name.to_owned());
    }
    let found = care.readers().read(|conn| store::find(conn, user))?;
    Ok(found.map_or_else(|| user.to_owned(), |whole| whole.account.name))
}

/// A name to sign in by as it is kept; `None` when it can be nobody's.
pub fn user_name(typed: &str) -> Option<String> {
    let name = typed.trim().to_lowercase();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-@".contains(c);
    ((3..=64).contains(&name.len()) && name.chars().all(fits)).then_some(name)
}

/// Bytes out of their hexadecimal digits.
fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) || digits.len() > 4096 {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    digits
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? * 16 + digit(*low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_purpose_and_owner_alone() {
        let key = AccountKey::new([1; 32]);
        let sealed = key.seal(("app", "nia"), b"secret", &[5; 32]).unwrap();
        assert_eq!(key.open(("app", "nia"), &sealed).unwrap(), b"secret");
        assert_eq!(key.open(("app", "tom"), &sealed), None);
        assert_eq!(key.open(("state", "nia"), &sealed), None);
        assert_eq!(AccountKey::new([2; 32]).open(("app", "nia"), &sealed), None);
        let mut changed = sealed.clone();
        changed[20] ^= 1;
        assert_eq!(key.open(("app", "nia"), &changed), None);
        assert_eq!(key.open(("app", "nia"), b"short"), None);
        assert!(!format!("{key:?}").contains('1'));
        assert_ne!(key.digest("a", &[b"bc", b"d"]), key.digest("a", &[b"b", b"cd"]));
    }

    #[test]
    fn names_to_sign_in_by_are_plain() {
        assert_eq!(user_name(" Nia.Marlow ").as_deref(), Some("nia.marlow"));
        for wrong in ["", "ab", "a b c", "zoë", "a/b/c", &"x".repeat(65)] {
            assert_eq!(user_name(wrong), None, "{wrong}");
        }
    }
}
