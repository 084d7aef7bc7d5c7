//! What of a count may be told to those who have no leave to see the people counted (SAFETY 11).
//!
//! Cell-key perturbation as the Australian Bureau of Statistics does it (Fraser and Wooton 2005; Thompson, Broadfoot and
//! Elazar 2013): everybody has a key of chance that lasts, the keys of those counted are added, and the sum settles by how
//! much the count is moved. So the same people are the same number however they are asked for, and two counts that differ
//! by one person do not tell of that person. Then it is rounded; few are not told apart from none. The steps are our own:
//! at most two up or down, none on average.

/// A count of fewer than this many people is not told.
pub const SMALLEST: u32 = 8;
/// Counts are told to the nearest of these.
pub const STEP: u32 = 5;

/// What is told of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// Fewer than [`SMALLEST`], or nobody.
    Few,
    /// About so many, to the nearest [`STEP`].
    About(u32),
}

/// People counted so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    people: u32,
    keys: u32,
}

impl Tally {
    /// Counts a person by their key.
    pub fn add(&mut self, key: u32) {
        self.people += 1;
        self.keys = self.keys.wrapping_add(key);
    }

    /// What may be told.
    pub fn shown(&self) -> Shown {
        if self.people < SMALLEST {
            return Shown::Few;
        }
        let moved = (self.people.saturating_add_signed(moved(self.keys))).max(SMALLEST);
        Shown::About((moved + STEP / 2) / STEP * STEP)
    }
}

/// By how much a count with this sum of keys is moved: two down or up once in ten each, one twice.
fn moved(keys: u32) -> i32 {
    // The sum of few keys is no better than they are: mixed, every bit bears on the outcome.
    let mut mixed = u64::from(keys).wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    match (mixed ^ (mixed >> 31)) % 10 {
        0 => -2,
        1 | 2 => -1,
        7 | 8 => 1,
        9 => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(keys: impl Iterator<Item = u32>) -> Tally {
        let mut tally = Tally::default();
        keys.for_each(|key| tally.add(key));
        tally
    }

    /// Keys as they are: of chance.
    fn keys(from: u32, people: u32) -> impl Iterator<Item = u32> + Clone {
        (from..from + people).map(|n| n.wrapping_mul(2_654_435_769).rotate_left(7))
    }

    #[test]
    fn safety_11_few_people_are_not_told_apart_from_none() {
        for people in 0..SMALLEST {
            assert_eq!(tally(keys(1, people)).shown(), Shown::Few, "{people}");
        }
        assert!(matches!(tally(keys(1, SMALLEST)).shown(), Shown::About(10)));
    }

    #[test]
    fn safety_11_the_same_people_are_the_same_number_in_whatever_order_they_are_counted() {
        for from in 0..200 {
            let forth = tally(keys(from, 33)).shown();
            let mut back: Vec<u32> = keys(from, 33).collect();
            back.reverse();
            assert_eq!(forth, tally(back.into_iter()).shown());
        }
    }

    #[test]
    fn safety_11_a_count_is_rounded_and_moved_by_two_at_most_and_by_nothing_on_average() {
        let (mut sum, mut seen) = (0, std::collections::BTreeSet::new());
        for from in 0..20_000 {
            let one = tally(keys(from * 50, 12));
            let by = moved(one.keys);
            assert!((-2..=2).contains(&by));
            sum += by;
            let Shown::About(told) = one.shown() else {
                panic!("12 are told")
            };
            assert!(told % STEP == 0 && told.abs_diff(12) <= 4, "{told}");
            seen.insert(told);
        }
        assert!(sum.abs() < 600, "moved by {sum} in all of 20,000");
        assert_eq!(
            seen.into_iter().collect::<Vec<_>>(),
            [10, 15],
            "twelve people are not always one number"
        );
    }

    #[test]
    fn safety_11_one_person_more_does_not_show() {
        // Counts of 52 and 53 come out alike most of the time, and differ by a whole step when they do not.
        let alike = (0..2_000).filter(|from| {
            let (without, with) = (tally(keys(from * 60, 51)).shown(), tally(keys(from * 60, 52)).shown());
            without == with
        });
        let alike = alike.count();
        assert!((1_000..1_950).contains(&alike), "{alike} of 2,000");
    }
}
