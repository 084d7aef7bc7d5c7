//! A list of leaked passwords that the operator keeps: SHA-1 digests in hexadecimal, one a line, in order, each with or
//! without a colon and how often it was seen. That is the form of “Pwned Passwords, ordered by hash”; shorter lists are
//! made into it with `sha1sum` and `sort`. It may be larger than memory: a line is found by halving.

use super::Password;
use sha1::{Digest, Sha1};
use std::cmp::Ordering;
use std::fs::File;
use std::io::{Error, Result};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Hexadecimal digits of a digest.
const DIGITS: usize = 40;
/// Bytes of a line at most, its end included.
const LINE_MAX: usize = 64;

/// The list, open.
#[derive(Debug)]
pub struct Leaked {
    file: File,
    bytes: u64,
}

/// A line: where it begins and ends, and its digest in capitals.
struct Line {
    begins: u64,
    ends: u64,
    digest: [u8; DIGITS],
}

impl Leaked {
    /// Opens a list, and looks at some of its lines: whether they are digests, in order.
    ///
    /// # Errors
    /// When it cannot be read or is no such list.
    pub fn open(path: &Path) -> Result<Self> {
        const LOOKED_AT: u64 = 64;
        let file = File::open(path)?;
        let list = Self {
            bytes: file.metadata()?.len(),
            file,
        };
        if list.bytes == 0 {
            return Err(Error::other("the list is empty"));
        }
        let mut before: Option<Line> = None;
        for part in 0..LOOKED_AT {
            let at = u64::try_from(u128::from(list.bytes) * u128::from(part) / u128::from(LOOKED_AT));
            let line = list.line_around(at.unwrap_or_default())?;
            if before.is_some_and(|before| before.begins < line.begins && before.digest >= line.digest) {
                return Err(Error::other("its lines are not in order: sort them"));
            }
            before = Some(line);
        }
        list.line_around(list.bytes - 1)?;
        Ok(list)
    }

    /// Whether a password stands in the list, as it was typed.
    ///
    /// # Errors
    /// When the list can no longer be read.
    pub fn holds(&self, password: &Password) -> Result<bool> {
        let mut wanted = [0; DIGITS];
        for (two, byte) in wanted.chunks_exact_mut(2).zip(Sha1::digest(password.text().as_bytes())) {
            two.copy_from_slice(format!("{byte:02X}").as_bytes());
        }
        let (mut from, mut to) = (0, self.bytes);
        while from < to {
            let line = self.line_around(from + (to - from) / 2)?;
            match wanted.cmp(&line.digest) {
                Ordering::Equal => return Ok(true),
                Ordering::Less => to = line.begins,
                Ordering::Greater => from = line.ends,
            }
        }
        Ok(false)
    }

    /// The line that the byte at `at` is in.
    fn line_around(&self, at: u64) -> Result<Line> {
        let wrong = || Error::other("a line of the list is no SHA-1 digest in hexadecimal");
        let before = at.min(LINE_MAX as u64);
        let mut held = [0; 2 * LINE_MAX];
        let from = at - before;
        let count = self.read(&mut held, from)?;
        let held = held.get(..count).unwrap_or_default();
        let middle = usize::try_from(before).unwrap_or_default();
        let (left, right) = held.split_at_checked(middle).ok_or_else(wrong)?;
        let begins = match left.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => end + 1,
            None if from == 0 => 0,
            None => return Err(wrong()),
        };
        let length = right.iter().position(|byte| *byte == b'\n').map(|end| end + 1);
        let ends = middle + length.unwrap_or(right.len());
        let line = held.get(begins..ends).ok_or_else(wrong)?.trim_ascii_end();
        let (digest, rest) = line.split_first_chunk::<DIGITS>().ok_or_else(wrong)?;
        let counted = rest.is_empty()
            || rest
                .strip_prefix(b":")
                .is_some_and(|rest| rest.iter().all(u8::is_ascii_digit));
        if !counted || !digest.iter().all(u8::is_ascii_hexdigit) {
            return Err(wrong());
        }
        Ok(Line {
            begins: from + begins as u64,
            ends: from + ends as u64,
            digest: digest.map(|byte| byte.to_ascii_uppercase()),
        })
    }

    fn read(&self, into: &mut [u8], from: u64) -> Result<usize> {
        let mut count = 0;
        while let Some(rest) = into.get_mut(count..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, from + count as u64)? {
                0 => break,
                more => count += more,
            }
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(text: &str) -> Result<Leaked> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leaked");
        std::fs::write(&path, text).unwrap();
        Leaked::open(&path)
    }

    fn digest_of(text: &str) -> String {
        Sha1::digest(text.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect()
    }

    /// FIPS 180, so that what is looked for is what such lists hold.
    #[test]
    fn digests_are_those_of_sha_1() {
        assert_eq!(digest_of("abc"), "A9993E364706816ABA3E25717850C26C9CD0D89D");
    }

    #[test]
    fn every_password_of_a_list_is_found_in_it_and_no_other() {
        for count in [1_usize, 2, 3, 10, 257] {
            for (ending, more) in [("\n", ""), ("\r\n", ":12"), ("\n", ":1"), ("\n", ":123456789")] {
                let mut lines: Vec<String> = (0..count)
                    .map(|n| format!("{}{more}{ending}", digest_of(&format!("leaked {n}"))))
                    .collect();
                lines.sort();
                let whole = lines.concat();
                for text in [whole.as_str(), whole.trim_end(), &whole.to_lowercase()] {
                    let list = listed(text).unwrap();
                    let holds = |password: &str| list.holds(&Password::new(password)).unwrap();
                    assert!((0..count).all(|n| holds(&format!("leaked {n}"))), "{count} {more}");
                    assert!((0..200).all(|n| !holds(&format!("not leaked {n}"))), "{count} {more}");
                    assert!(!holds("Leaked 0"), "as it was typed");
                }
            }
        }
    }

    #[test]
    fn what_is_no_list_of_digests_is_refused_when_it_is_opened() {
        let [low, high] = ["0".repeat(40), "F".repeat(40)];
        assert!(listed(&format!("{low}\n{high}\n")).is_ok());
        for wrong in [
            String::new(),
            "password\nletmein\n".to_owned(),
            format!("{high}\n{low}\n"),
            format!("{low} 12\n"),
            format!("{low}:a\n"),
            format!("{}\n", "0".repeat(64)),
            format!("{low}{high}"),
        ] {
            assert!(listed(&wrong).is_err(), "{wrong}");
        }
    }
}
