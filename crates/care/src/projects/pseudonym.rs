//! A project's key: it makes the pseudonym that stands for a person in this project, and seals who they are beside it.
//! Another project's key makes another pseudonym, so that two projects' lists cannot be laid side by side.

use crate::access::account::AccountKey;
use crate::db::DbError;
use record::{PersonId, Pseudonym};

/// What persons are sealed for.
const PURPOSE: &str = "a person behind a pseudonym";

/// A project's key: of what the installation keeps in a file and what the project keeps in its row. Neither makes it
/// alone, and it is gone once the row's part is.
pub(super) struct ProjectKey<'a> {
    key: &'a AccountKey,
    salt: &'a [u8],
}

impl<'a> ProjectKey<'a> {
    pub const fn of(key: &'a AccountKey, salt: &'a [u8]) -> Self {
        Self { key, salt }
    }

    /// What stands for a person.
    pub fn pseudonym(&self, person: PersonId) -> Pseudonym {
        let digest = self.key.digest("pseudonym", &[self.salt, person.as_bytes()]);
        let [a, b, c, d, e, f, g, h, ..] = digest;
        Pseudonym::of_bits(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
    }

    /// A person's id, sealed for the row of their pseudonym.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub fn seal(&self, person: PersonId) -> Result<Vec<u8>, DbError> {
        // Each id is sealed with a nonce of its own, which nobody finds without the key.
        let nonce = self.key.digest("nonce of a pseudonym", &[self.salt, person.as_bytes()]);
        self.key
            .seal(
                (PURPOSE, &self.owner(self.pseudonym(person))),
                person.as_bytes(),
                &nonce,
            )
            .ok_or_else(|| DbError::state("somebody could not be sealed under a pseudonym".to_owned()))
    }

    /// The person of a row; `None` when it was changed, or is of another project.
    pub fn open(&self, pseudonym: Pseudonym, sealed: &[u8]) -> Option<PersonId> {
        let bytes = self.key.open((PURPOSE, &self.owner(pseudonym)), sealed)?;
        bytes.try_into().ok().map(PersonId::from_bytes)
    }

    /// Of which row of which project a seal is.
    fn owner(&self, pseudonym: Pseudonym) -> String {
        let project = blake3::hash(self.salt).to_hex();
        format!("{project} {pseudonym}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(n: u8) -> PersonId {
        PersonId::from_bytes([n; 16])
    }

    #[test]
    fn a_person_has_one_pseudonym_in_a_project_and_another_in_the_next() {
        let (here, elsewhere) = (AccountKey::new([1; 32]), AccountKey::new([2; 32]));
        let of = |key, salt: u8, n| ProjectKey::of(key, &[salt; 32]).pseudonym(person(n));
        assert_eq!(of(&here, 1, 7), of(&here, 1, 7));
        assert_ne!(of(&here, 1, 7), of(&here, 2, 7), "another project");
        assert_ne!(of(&here, 1, 7), of(&elsewhere, 1, 7), "another installation");
        assert_ne!(of(&here, 1, 7), of(&here, 1, 8), "another person");
    }

    #[test]
    fn the_person_behind_a_pseudonym_opens_with_that_projects_key_alone() {
        let key = AccountKey::new([1; 32]);
        let (one, other) = (ProjectKey::of(&key, &[1; 32]), ProjectKey::of(&key, &[2; 32]));
        let (pseudonym, sealed) = (one.pseudonym(person(7)), one.seal(person(7)).unwrap());
        assert_eq!(one.open(pseudonym, &sealed), Some(person(7)));
        assert_eq!(other.open(pseudonym, &sealed), None);
        assert_eq!(
            one.open(one.pseudonym(person(8)), &sealed),
            None,
            "laid beside another's row"
        );
        let mut changed = sealed;
        changed[14] ^= 1;
        assert_eq!(one.open(pseudonym, &changed), None);
        assert_eq!(one.open(pseudonym, &[]), None);
    }
}
