//! Pseudonyms as people read and type them.

use std::fmt;

/// Crockford's base 32: no letter that is taken for another.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters before the check letter.
const LENGTH: u32 = 11;

/// What stands for a person in a project: 55 bits and a check letter, written `K7QF-2M9D-XW3P`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pseudonym(i64);

impl Pseudonym {
    /// Of the first 55 of these bits.
    pub const fn of_bits(bits: u64) -> Self {
        Self((bits >> (64 - 5 * LENGTH)) as i64)
    }

    /// Of the number that [`Pseudonym::number`] gives; bits that it never has are passed over.
    pub const fn of_number(number: i64) -> Self {
        Self(number & ((1 << (5 * LENGTH)) - 1))
    }

    /// The number by which a store keeps it.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// As somebody typed it: in any case, with or without hyphens and spaces, `O` for zero. `None` when it is none: a
    /// letter too many or too few, or one mistyped.
    pub fn parse(text: &str) -> Option<Self> {
        let (mut bits, mut count, mut last) = (0, 0, 0);
        for letter in text.chars().filter(|letter| !matches!(letter, '-' | ' ')) {
            let letter = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                letter => letter,
            };
            last = (0..).zip(LETTERS).find(|(_, one)| char::from(**one) == letter)?.0;
            count += 1;
            match count {
                1..=LENGTH => bits = bits << 5 | last,
                n if n == LENGTH + 1 => {}
                _ => return None,
            }
        }
        let read = Self(bits);
        (count == LENGTH + 1 && read.check() == last).then_some(read)
    }

    /// The digits before the check letter, the last first.
    fn digits(self) -> impl DoubleEndedIterator<Item = i64> {
        (0..LENGTH).map(move |at| self.0 >> (5 * at) & 31)
    }

    /// The check letter: digits weighed by odd numbers, so that no one mistyped letter passes.
    fn check(self) -> i64 {
        let weighed = (3..)
            .step_by(2)
            .zip(self.digits())
            .map(|(weight, digit): (i64, i64)| weight * digit);
        weighed.sum::<i64>() & 31
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, digit) in self.digits().rev().chain(std::iter::once(self.check())).enumerate() {
            if at == 4 || at == 8 {
                f.write_str("-")?;
            }
            let letter = usize::try_from(digit).ok().and_then(|digit| LETTERS.get(digit));
            write!(f, "{}", char::from(*letter.unwrap_or(&b'0')))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_one_that_pages_show_as_an_example_is_one() {
        assert!(Pseudonym::parse("K7QF-2M9D-XW3P").is_some());
    }

    proptest! {
        #[test]
        fn what_is_read_aloud_and_typed_is_the_same_and_one_wrong_letter_is_noticed(
            bits: u64, at in 0usize..12, by in 1usize..32,
        ) {
            let one = Pseudonym::of_bits(bits);
            let text = one.to_string();
            prop_assert_eq!(Pseudonym::parse(&text), Some(one));
            prop_assert_eq!(Pseudonym::of_number(one.number()), one);
            let typed = text.to_lowercase().replace('-', " ").replace('0', "o");
            prop_assert_eq!(Pseudonym::parse(&typed), Some(one));
            let mut letters: Vec<u8> = text.bytes().filter(|letter| *letter != b'-').collect();
            let was = LETTERS.iter().position(|one| *one == letters[at]).unwrap();
            letters[at] = LETTERS[(was + by) % 32];
            prop_assert_eq!(Pseudonym::parse(std::str::from_utf8(&letters).unwrap()), None);
            prop_assert_eq!(Pseudonym::parse(&format!("{text}0")), None);
            prop_assert_eq!(Pseudonym::parse(&text[1..]), None);
        }

        #[test]
        fn anything_else_is_no_pseudonym_and_nothing_panics(text in ".{0,40}") {
            if let Some(read) = Pseudonym::parse(&text) {
                prop_assert_eq!(Pseudonym::parse(&read.to_string()), Some(read));
            }
        }
    }
}
