//! Which passwords may be chosen: long ones, of any letters, that nobody would try first. No rule about capitals,
//! figures or signs, and no end date (NIST SP 800-63B; the NCSC's “three random words”).

use super::{Leaked, Password};
use std::collections::HashSet;
use std::sync::OnceLock;

/// Letters at least.
pub const LETTERS_MIN: usize = 12;
/// Letters at most: more would only cost work.
pub const LETTERS_MAX: usize = 128;

/// Passwords of at least [`LETTERS_MIN`] letters that leaked lists hold most often: from the list that Django carries
/// (Royce Williams, from “Pwned Passwords”; BSD licence).
const LEAKED: &str = include_str!("refused-passwords.txt");

const LISTED: &str = "Choose another: this one stands in lists of passwords that people try first";

/// What is wrong with a password for this account, in words for the page; `words` are those that anyone would try:
/// the names of the user, of whom they work for, and of the system; `leaked` is the operator's list, if there is one.
/// While that cannot be read no password is taken.
pub fn refused(password: &Password, words: &[&str], leaked: Option<&Leaked>) -> Option<String> {
    let text = password.text();
    let letters = text.chars().count();
    if letters < LETTERS_MIN {
        return Some(format!(
            "Choose at least {LETTERS_MIN} letters: three or four words in a row are good"
        ));
    }
    if letters > LETTERS_MAX {
        return Some(format!("Choose at most {LETTERS_MAX} letters"));
    }
    let plain = text.to_lowercase();
    static KNOWN: OnceLock<HashSet<&str>> = OnceLock::new();
    if KNOWN.get_or_init(|| LEAKED.lines().collect()).contains(plain.as_str()) {
        return Some(LISTED.to_owned());
    }
    match leaked.map(|list| list.holds(password)) {
        None | Some(Ok(false)) => {}
        Some(Ok(true)) => return Some(LISTED.to_owned()),
        Some(Err(error)) => {
            tracing::error!(%error, "the list of leaked passwords cannot be read");
            return Some("New passwords cannot be looked at in this moment: try again later".to_owned());
        }
    }
    let mut left = plain;
    let tried = [
        "password", "passw0rd", "qwerty", "letmein", "welcome", "chesil", "dorset", "nhs",
    ];
    let theirs: Vec<String> = words
        .iter()
        .flat_map(|words| words.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() >= 3)
        .map(str::to_lowercase)
        .collect();
    for word in tried.into_iter().chain(theirs.iter().map(String::as_str)) {
        left = left.replace(word, " ");
    }
    // What is left counts once for each letter, and a run such as 1234 or aaaa once in all.
    let left: Vec<char> = left.chars().filter(|c| !c.is_whitespace()).collect();
    let runs = left
        .windows(2)
        .filter(|pair| matches!((u32::from(pair[1])).abs_diff(u32::from(pair[0])), 0 | 1))
        .count();
    let apart: HashSet<&char> = left.iter().collect();
    (left.len() - runs.min(left.len()) < 6 || apart.len() < 5).then(|| {
        "Choose one that is harder to guess: not a name, a usual word for a password, or a row of keys".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAKED_DIGEST: &str = "954AD189313B27AA8934687703219BE7F7247984:3\n";

    #[test]
    fn one_of_the_operators_list_is_refused_and_so_is_every_one_while_it_cannot_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leaked");
        // SHA-1 of “otter ladder cobalt”.
        std::fs::write(&path, LEAKED_DIGEST).unwrap();
        let list = Leaked::open(&path).unwrap();
        let check = |text: &str| refused(&Password::new(text), &[], Some(&list));
        assert_eq!(check("otter ladder cobalt").as_deref(), Some(LISTED));
        assert_eq!(check("otter ladder cobble"), None);
        std::fs::write(&path, "no digest any more\n").unwrap();
        assert!(check("otter ladder cobble").is_some());
    }

    #[test]
    fn long_ones_of_any_letters_are_taken_and_those_tried_first_are_not() {
        let words = ["nia.marlow", "Nia Marlow", "Dorset shared care record"];
        let check = |text: &str| refused(&Password::new(text), &words, None);
        for good in [
            "otter ladder cobalt",
            "zażółć gęślą jaźń",
            "4Qw!x9-pLm27",
            "the quick brown fox jumps",
            "🦆🐢🌵 duck turtle cactus",
        ] {
            assert_eq!(check(good), None, "{good}");
        }
        for bad in [
            "short",
            "password1234",
            "Password!Password!",
            "niamarlow1234",
            "Marlow2026!!",
            "aaaaaaaaaaaaaaaa",
            "123456789012345",
            "abcdefghijklmnop",
            "qwertyqwerty1",
            "dorset shared care 1",
            &"x".repeat(129),
        ] {
            assert!(check(bad).is_some(), "{bad}");
        }
        assert!(LEAKED.lines().count() > 100);
        let leaked = LEAKED.lines().next().unwrap();
        assert!(refused(&Password::new(leaked), &[], None).is_some());
    }
}
