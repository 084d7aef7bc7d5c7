//! Identities. Each is its own type, so that one kind never passes for another.

use std::fmt;

/// Sixteen bytes derived from what the sender called the thing, so that the same thing told twice, to any
/// process in any order, has the same id. Shown as 32 hexadecimal digits, which is a valid FHIR id.
macro_rules! id16 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The id with exactly these bytes, as read back from a store.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The id's bytes, as a store keeps them.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// Reads 32 hexadecimal digits; `None` for anything else.
            pub fn parse(text: &str) -> Option<Self> {
                let text = text.as_bytes();
                if text.len() != 32 {
                    return None;
                }
                let mut bytes = [0u8; 16];
                for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
                    let high = (pair[0] as char).to_digit(16)?;
                    let low = (pair[1] as char).to_digit(16)?;
                    *byte = u8::try_from(high * 16 + low).ok()?;
                }
                Some(Self(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

/// The secret that an installation mints its ids with, kept in its store. Without it an id could be turned
/// back into a hospital or NHS number by trying them all, and ids stand in addresses.
#[derive(Clone)]
pub struct IdKey([u8; 32]);

impl IdKey {
    /// The key with exactly these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Another secret of the same installation, for one purpose named here and nowhere else: from it neither
    /// this key nor that of another purpose can be found.
    pub fn derived(&self, purpose: &str) -> [u8; 32] {
        blake3::derive_key(purpose, &self.0)
    }
}

id16! {
    /// One sender's view of one person. It never changes owner.
    RecordId
}
id16! {
    /// One person, as decisions have joined their records. Minted with the person's first record.
    PersonId
}
id16! {
    /// One thing a sender told (a resource, a message's allergy, a row), whatever its version.
    ItemId
}

impl RecordId {
    /// The record that `sender` keeps under its own identifier `local` (a patient id, a case number). The
    /// empty identifier is the sender's directory: what it says of organisations, staff and places.
    pub fn of(key: &IdKey, sender: &OrgCode, local: &str) -> Self {
        Self(hash16(key, &["record", sender.as_str(), local]))
    }

    /// The first eight bytes as a signed integer: the key under which stores index a record.
    pub fn key(&self) -> i64 {
        first_eight(&self.0)
    }
}

impl PersonId {
    /// The person minted together with their first record: the same bytes, so that neither needs a table to
    /// find the other.
    pub fn minted_with(record: RecordId) -> Self {
        Self(record.0)
    }

    /// The record this person was minted with.
    pub fn founding_record(self) -> RecordId {
        RecordId(self.0)
    }
}

impl ItemId {
    /// The item that `sender` calls `local` among its things of type `item_type` (a FHIR resource type, or
    /// the nearest one for other formats).
    pub fn of(key: &IdKey, sender: &OrgCode, item_type: &str, local: &str) -> Self {
        Self(hash16(key, &["item", sender.as_str(), item_type, local]))
    }

    /// The first eight bytes as a signed integer: the key under which stores index an item.
    pub fn key(&self) -> i64 {
        first_eight(&self.0)
    }
}

fn first_eight(bytes: &[u8; 16]) -> i64 {
    let mut first = [0u8; 8];
    first.copy_from_slice(&bytes[..8]);
    i64::from_be_bytes(first)
}

/// Keyed BLAKE3 over length-prefixed parts, cut to 16 bytes: ("ab","c") and ("a","bc") differ.
fn hash16(key: &IdKey, parts: &[&str]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new_keyed(&key.0);
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    bytes
}

/// An organisation's ODS code: one to twelve letters, digits or hyphens, upper case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrgCode(String);

impl OrgCode {
    /// Reads a code, taking lower case as upper; `None` when it has another length or other characters.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let valid = (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        valid.then(|| Self(text.to_ascii_uppercase()))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrgCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text_form_and_parts_do_not_run_together() {
        let sender = OrgCode::parse("rbd").unwrap();
        assert_eq!(sender.as_str(), "RBD");
        let key = IdKey::from_bytes([7; 32]);
        let item = ItemId::of(&key, &sender, "Observation", "1");
        assert_eq!(ItemId::parse(&item.to_string()), Some(item));
        assert_ne!(item, ItemId::of(&key, &sender, "Observatio", "n1"));
        assert_ne!(
            item,
            ItemId::of(&key, &OrgCode::parse("R0D").unwrap(), "Observation", "1")
        );
        assert_ne!(
            item,
            ItemId::of(&IdKey::from_bytes([8; 32]), &sender, "Observation", "1")
        );
        assert_eq!(ItemId::parse("xyz"), None);
    }
}
