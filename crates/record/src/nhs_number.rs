//! The NHS number: ten digits whose last is a check digit.

use std::fmt;

/// A number that passes the check. Passing says nothing about whether it was ever given to anyone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NhsNumber(u64);

impl NhsNumber {
    /// Reads ten digits, with or without spaces or hyphens between them. `None` when there are not exactly
    /// ten, when another character stands among them, when the check digit is wrong (modulus 11, weights
    /// 10 to 2), or when all digits are noughts.
    pub fn parse(text: &str) -> Option<Self> {
        let mut digits = [0u64; 10];
        let mut count = 0;
        for byte in text.trim().bytes() {
            match byte {
                b'0'..=b'9' => {
                    *digits.get_mut(count)? = u64::from(byte - b'0');
                    count += 1;
                }
                b' ' | b'-' => {}
                _ => return None,
            }
        }
        if count != 10 {
            return None;
        }
        let sum: u64 = digits[..9]
            .iter()
            .zip((2..=10).rev())
            .map(|(digit, weight)| digit * weight)
            .sum();
        let check = match 11 - sum % 11 {
            11 => 0,
            check => check,
        };
        let number = digits.iter().fold(0, |number, digit| number * 10 + digit);
        (check == digits[9] && number != 0).then_some(Self(number))
    }

    /// The number as an integer, as a store keeps it.
    pub const fn as_i64(self) -> i64 {
        self.0 as i64
    }

    /// Reads the number back from a store; `None` when it fails the check.
    pub fn from_i64(number: i64) -> Option<Self> {
        Self::parse(&format!("{:010}", u64::try_from(number).ok()?))
    }

    /// Ten digits without spaces, as messages carry it.
    pub fn digits(self) -> String {
        format!("{:010}", self.0)
    }

    /// The check digit completed for nine leading digits, for inventing numbers; `None` when that prefix
    /// has no valid check digit or is longer than nine digits.
    pub fn with_prefix(nine: u64) -> Option<Self> {
        (nine < 1_000_000_000)
            .then(|| (0..10).find_map(|check| Self::parse(&format!("{nine:09}{check}"))))
            .flatten()
    }
}

impl fmt::Display for NhsNumber {
    /// Grouped 3-3-4, as people read it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        write!(f, "{} {} {}", &digits[..3], &digits[3..6], &digits[6..])
    }
}

impl fmt::Debug for NhsNumber {
    /// Never the number itself: debug text ends in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NhsNumber(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_valid_numbers_and_refuses_others() {
        for valid in [
            "9434765919",
            "943 476 5919",
            "9999999999",
            "9990000026",
            "9000000009",
            "3333333333",
        ] {
            assert!(NhsNumber::parse(valid).is_some(), "{valid}");
        }
        for invalid in [
            "4857773456",
            "9991234567",
            "",
            "943476591",
            "94347659190",
            "943476591x",
            "0000000000",
        ] {
            assert!(NhsNumber::parse(invalid).is_none(), "{invalid}");
        }
        let number = NhsNumber::parse("9434765919").unwrap();
        assert_eq!(number.to_string(), "943 476 5919");
        assert_eq!(NhsNumber::from_i64(number.as_i64()), Some(number));
        assert_eq!(format!("{number:?}"), "NhsNumber(hidden)");
    }
}
