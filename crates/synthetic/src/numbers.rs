//! NHS numbers: which are whose, so that no two people share one, however many are made.
//!
//! All are from the 999 range, which has 900,000 places with a valid number each. The first 850,000 are people's own,
//! the next 14,600 babies' of played days; the rest are numbers that somebody had before. A slip of the hand never makes
//! the same number of two people's: see [`mistyped`].

use record::NhsNumber;

/// The largest number of people one plan can make.
pub const PEOPLE_MAX: u32 = 850_000;
/// Babies of each played day, for so many days; once their numbers are used up nobody is born any more.
pub const BABIES_A_DAY: u32 = 40;
/// Days on which babies are born.
pub const DAYS_WITH_BIRTHS: u32 = 365;
/// Places in the range.
const PLACES: u32 = 900_000;
/// The first place of numbers that somebody had before.
const BEFORE: u32 = PEOPLE_MAX + BABIES_A_DAY * DAYS_WITH_BIRTHS;
/// One person in so many may have had another number before: each of them has a place for it of their own.
const ONE_IN: u32 = 25;
/// The last places are kept for the first people, among whom are those set by hand.
const FIRST_PEOPLE: u32 = 1_000;

/// The number at a place of the range; neighbouring places have numbers far apart. Different places have different
/// numbers: 533,027 and 900,000 have no common factor, and of each ten numbers nine at least have a check digit.
pub fn at(seed: u64, place: u32) -> NhsNumber {
    let spread = (u64::from(place) * 533_027 + seed % u64::from(PLACES)) % u64::from(PLACES);
    let mut prefix = 999_000_000 + spread / 9 * 10;
    let mut skip = spread % 9;
    loop {
        if let Some(number) = NhsNumber::with_prefix(prefix) {
            if skip == 0 {
                return number;
            }
            skip -= 1;
        }
        prefix += 1;
    }
}

/// The place of a baby's number: the `nth` of those born so many days after the first played day. `None` once they are
/// used up.
pub fn baby(after: u32, nth: u32) -> Option<u32> {
    (nth < BABIES_A_DAY && after < DAYS_WITH_BIRTHS).then(|| PEOPLE_MAX + after * BABIES_A_DAY + nth)
}

/// The chance that this person had another number before: the same for all together as if anybody might, 1 in 500.
pub fn replaced(ordinal: u32) -> f64 {
    if may_be_replaced(ordinal) {
        0.002 * f64::from(ONE_IN)
    } else {
        0.0
    }
}

fn may_be_replaced(ordinal: u32) -> bool {
    ordinal % ONE_IN == ONE_IN / 2
}

/// The number that somebody had before their own, and nobody else ever; `None` for people who cannot have had one.
pub fn before(seed: u64, ordinal: u32) -> Option<NhsNumber> {
    let place = if may_be_replaced(ordinal) && ordinal < PEOPLE_MAX {
        BEFORE + ordinal / ONE_IN
    } else if ordinal < FIRST_PEOPLE {
        PLACES - 1 - ordinal
    } else {
        return None;
    };
    Some(at(seed, place))
}

/// Two neighbouring digits, after the first three, the wrong way round: the check digit finds it out, so that the slip
/// is never a number that somebody has.
///
/// Nor is it the slip of somebody else's number. Where the hand slips follows from the digits whatever their order: at
/// the first two that differ from a place that their sum gives. Two numbers with one slip would have slipped at
/// neighbouring places, between which the digits are *v*, *w*, *v*, and could not both have had a right check digit.
pub fn mistyped(number: NhsNumber) -> String {
    let mut digits = number.digits().into_bytes();
    let sum: usize = digits.iter().map(|digit| usize::from(digit.wrapping_sub(b'0'))).sum();
    let at = (0..6)
        .map(|step| 3 + (sum + step) % 6)
        .find(|at| digits[*at] != digits[at + 1]);
    if let Some(at) = at {
        digits.swap(at, at + 1);
    }
    String::from_utf8(digits).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::household::Household;
    use crate::people::Marks;
    use crate::{Plan, blocks_of, households};
    use record::Date;

    /// Which numbers of the range somebody has.
    struct Held(Vec<bool>);

    impl Held {
        fn new() -> Self {
            Self(vec![false; 10_000_000])
        }

        /// Whether nobody had it so far.
        fn take(&mut self, digits: &str) -> bool {
            let number: usize = digits.strip_prefix("999").unwrap().parse().unwrap();
            !std::mem::replace(&mut self.0[number], true)
        }
    }

    #[test]
    fn each_place_of_the_range_has_a_number_of_its_own_and_no_slip_is_anybody_elses() {
        for seed in [1, 899_999] {
            let (mut held, mut slips) = (Held::new(), Held::new());
            for place in 0..PLACES {
                assert!(
                    held.take(&at(seed, place).digits()),
                    "place {place} has another's number"
                );
            }
            for place in 0..PLACES {
                let number = at(seed, place);
                let slip = mistyped(number);
                assert!(
                    slips.take(&slip),
                    "place {place}: {slip} is the slip of another number too"
                );
                assert!(
                    slip == number.digits() || NhsNumber::parse(&slip).is_none(),
                    "{slip} has a check digit"
                );
            }
        }
    }

    #[test]
    fn people_babies_and_those_who_had_another_number_have_places_apart() {
        let mut held = vec![false; PLACES as usize];
        let mut take = |place: u32| !std::mem::replace(&mut held[place as usize], true);
        assert!((0..PEOPLE_MAX).all(&mut take));
        let days = (0..DAYS_WITH_BIRTHS + 9).flat_map(|after| (0..BABIES_A_DAY + 9).map(move |nth| (after, nth)));
        assert!(days.filter_map(|(after, nth)| baby(after, nth)).all(&mut take));
        // What stands at a place is known by its number.
        let places: std::collections::HashMap<String, u32> =
            (BEFORE..PLACES).map(|place| (at(7, place).digits(), place)).collect();
        for ordinal in 0..PEOPLE_MAX {
            if let Some(number) = before(7, ordinal) {
                let place = places.get(&number.digits());
                assert!(
                    place.is_some_and(|place| take(*place)),
                    "person {ordinal} had another's number"
                );
            }
        }
    }

    /// Everyone of a whole county, by who they are alone: nothing of their lives is made.
    #[test]
    fn no_number_of_a_whole_county_is_two_peoples() {
        let plan = Plan {
            people: 800_000,
            seed: 1,
            as_of: Date::new(2026, 11, 1).unwrap(),
        };
        let (mut held, mut slips) = (Held::new(), Held::new());
        let (mut people, mut replaced, mut slipped) = (0, 0, 0);
        let mut each = |household: &Household| {
            for person in &household.people {
                people += 1;
                assert!(
                    held.take(&person.nhs.digits()),
                    "person {} has another's",
                    person.ordinal
                );
                if person.marks.has(Marks::SUPERSEDED) {
                    replaced += 1;
                    let old = before(person.seed, person.ordinal).expect("had another number before");
                    assert!(held.take(&old.digits()), "person {} had another's", person.ordinal);
                }
                if person.marks.has(Marks::MISTYPED) {
                    slipped += 1;
                    assert!(
                        slips.take(&mistyped(person.nhs)),
                        "person {} slipped alike",
                        person.ordinal
                    );
                }
            }
        };
        for block in blocks_of(plan, 4_000) {
            households(plan, block).for_each(|household| each(&household));
        }
        for place in PEOPLE_MAX..BEFORE {
            assert!(
                held.take(&at(plan.seed, place).digits()),
                "the baby at {place} has another's"
            );
        }
        eprintln!("{people} people, {replaced} had another number before, {slipped} are mistyped by a hospital");
        assert!(people >= 800_000 && (1_300..1_900).contains(&replaced) && (2_700..3_700).contains(&slipped));
    }
}
