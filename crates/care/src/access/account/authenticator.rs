//! Codes of authenticator apps: RFC 6238 with HMAC-SHA-1, six figures and steps of 30 seconds, which is what every
//! app in use understands.

use hmac::{Hmac, KeyInit, Mac};
use record::Instant;
use sha1::Sha1;

/// Bytes of a key: as many as SHA-1 yields (RFC 4226, section 4).
pub const KEY_BYTES: usize = 20;
const STEP_MICROS: i64 = 30_000_000;
/// Steps that a telephone's clock may be off, either way.
const STEPS_OFF: i64 = 1;
const FIGURES: u32 = 6;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step that a moment is in.
const fn step_of(now: Instant) -> i64 {
    now.0.div_euclid(STEP_MICROS)
}

/// The code of a step (RFC 4226, section 5.3), as a number of at most `figures` figures.
fn code(key: &[u8], step: i64, figures: u32) -> Option<u32> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).ok()?;
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest.last()? & 15);
    let four = <[u8; 4]>::try_from(digest.get(at..at + 4)?).ok()?;
    Some((u32::from_be_bytes(four) & 0x7fff_ffff) % 10u32.checked_pow(figures)?)
}

/// The step whose code this is, of those that a clock slightly wrong could be in; `None` when it is none of them.
/// Every step is compared whole, so that the time taken tells nothing.
pub(super) fn step_with(key: &[u8], typed: &str, now: Instant) -> Option<i64> {
    let figures: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let wanted = blake3::hash(figures.as_bytes());
    let mut found = None;
    for step in step_of(now) - STEPS_OFF..=step_of(now) + STEPS_OFF {
        let here = format!("{:06}", code(key, step, FIGURES)?);
        if blake3::hash(here.as_bytes()) == wanted {
            found = Some(step);
        }
    }
    found
}

/// The code that an app with this key shows; for tests and for whoever is their own app.
pub fn shown(key: &[u8], now: Instant) -> Option<String> {
    code(key, step_of(now), FIGURES).map(|code| format!("{code:06}"))
}

/// Whether what was typed is six figures.
pub fn figures(typed: &str) -> bool {
    let plain = || typed.chars().filter(|c| !c.is_whitespace());
    plain().count() == FIGURES as usize && plain().all(|c| c.is_ascii_digit())
}

/// A key as people type it into an app: groups of four letters.
pub fn as_text(key: &[u8]) -> String {
    let letters = base32(key);
    let groups: Vec<String> = letters
        .as_bytes()
        .chunks(4)
        .map(|four| String::from_utf8_lossy(four).into_owned())
        .collect();
    groups.join(" ")
}

/// The address that an app reads: `otpauth://totp/…`. `system` and `user` say which account it is in the app.
pub fn address(key: &[u8], system: &str, user: &str) -> String {
    let plain = |text: &str| -> String {
        let kept = text
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || " .-_@".contains(*c));
        kept.collect::<String>().replace(' ', "%20").replace('@', "%40")
    };
    let (system, user) = (plain(system), plain(user));
    format!(
        "otpauth://totp/{system}:{user}?secret={}&issuer={system}&algorithm=SHA1&digits={FIGURES}&period=30",
        base32(key)
    )
}

/// RFC 4648 base 32 without padding; keys are a whole number of its groups.
fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0u32, 0u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let letter = BASE32.get((held >> bits & 31) as usize).copied().unwrap_or(b'A');
            text.push(char::from(letter));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        let letter = BASE32.get((held << (5 - bits) & 31) as usize).copied().unwrap_or(b'A');
        text.push(char::from(letter));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant(seconds * 1_000_000)
    }

    /// RFC 6238, appendix B, the column of SHA-1: the vectors have eight figures.
    #[test]
    fn the_vectors_of_rfc_6238() {
        let key = b"12345678901234567890";
        for (seconds, wanted) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            assert_eq!(code(key, step_of(at(seconds)), 8), Some(wanted), "{seconds}");
        }
    }

    /// RFC 4226, appendix D: six figures, the first ten counts.
    #[test]
    fn the_vectors_of_rfc_4226() {
        let wanted = [
            755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871, 520_489,
        ];
        for (count, wanted) in wanted.into_iter().enumerate() {
            assert_eq!(code(b"12345678901234567890", count as i64, 6), Some(wanted));
        }
    }

    #[test]
    fn a_clock_may_be_a_step_off_and_no_more() {
        let key = [9; KEY_BYTES];
        let now = at(1_793_534_400);
        let typed = shown(&key, now).unwrap();
        let spaced = format!("{} {}", &typed[..3], &typed[3..]);
        assert_eq!(step_with(&key, &spaced, now), Some(step_of(now)));
        for (seconds, good) in [(-60, false), (-30, true), (30, true), (60, false)] {
            let then = at(1_793_534_400 + seconds);
            assert_eq!(step_with(&key, &typed, then).is_some(), good, "{seconds}");
        }
        for wrong in ["", "00000", "0000000", "abcdef"] {
            assert_eq!(step_with(&key, wrong, now), None, "{wrong}");
        }
    }

    /// RFC 4648, section 10.
    #[test]
    fn keys_are_written_in_base_32() {
        for (bytes, text) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        assert_eq!(as_text(b"foobar"), "MZXW 6YTB OI");
        let address = address(b"foobar", "Dorset shared care record", "nia.marlow");
        assert!(address.starts_with("otpauth://totp/Dorset%20shared%20care%20record:nia.marlow?secret=MZXW6YTBOI&"));
    }
}
