//! Next links. A page's address holds nothing that can be read: what was asked, by whom, and where the last
//! page ended, sealed with the store's own key, so that any process can go on from it.

use super::desk::Desk;
use super::outcome::Wrong;
use record::{ItemId, OrgCode};
use serde::{Deserialize, Serialize};

/// Longest token, in characters.
const TOKEN_MAX: usize = 8_000;

/// Where a search goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Who asked.
    pub user: String,
    /// What for: a type, or `$everything`.
    pub of: String,
    /// What was asked, as it was asked.
    pub asked: Vec<(String, String)>,
    /// The sort key of the last resource shown.
    pub after: (String, i64, i64),
}

/// Seals a page into a token of hexadecimal digits.
pub fn seal(desk: &Desk, page: &Page) -> Result<String, Wrong> {
    let plain = serde_json::to_vec(page).map_err(|error| Wrong::failed(&error))?;
    let mark = digest(desk, "mark", &hex(&plain))?;
    let mut token = mark.to_string();
    token.push_str(&hex(&mixed(desk, &mark, &plain)?));
    Ok(token)
}

/// Opens a token that this store sealed for the same person and kind of search.
///
/// # Errors
/// 400 for any other.
pub fn unseal(desk: &Desk, token: &str, of: &str) -> Result<Page, Wrong> {
    let wrong = || Wrong::request("This page's address is not one that this server gave you. Search again.");
    if token.len() > TOKEN_MAX || !token.is_ascii() {
        return Err(wrong());
    }
    let (mark, rest) = token.split_at_checked(32).ok_or_else(wrong)?;
    let mark = ItemId::parse(mark).ok_or_else(wrong)?;
    let plain = mixed(desk, &mark, &unhex(rest).ok_or_else(wrong)?)?;
    if digest(desk, "mark", &hex(&plain))? != mark {
        return Err(wrong());
    }
    let page: Page = serde_json::from_slice(&plain).map_err(|_| wrong())?;
    if page.user != desk.caller.actor.user || page.of != of {
        return Err(wrong());
    }
    Ok(page)
}

/// The store's keyed hash, apart from every id it mints: no sender can be called so.
fn digest(desk: &Desk, what: &str, text: &str) -> Result<ItemId, Wrong> {
    let nobody = OrgCode::parse("-").ok_or_else(|| Wrong::failed(&"no code for pages"))?;
    Ok(ItemId::of(desk.care().id_key(), &nobody, &format!("page {what}"), text))
}

/// Mixes bytes with a stream that only the key and the mark give; doing it again undoes it. The mark is a
/// keyed digest of the plain bytes, so that no two pages share a stream.
fn mixed(desk: &Desk, mark: &ItemId, bytes: &[u8]) -> Result<Vec<u8>, Wrong> {
    let mut out = Vec::with_capacity(bytes.len());
    for (number, block) in bytes.chunks(16).enumerate() {
        let stream = digest(desk, "stream", &format!("{mark} {number}"))?;
        out.extend(block.iter().zip(stream.as_bytes()).map(|(a, b)| a ^ b));
    }
    Ok(out)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| (byte as char).to_digit(16).and_then(|value| u8::try_from(value).ok());
    text.as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? * 16 + digit(*low)?),
            _ => None,
        })
        .collect()
}
