//! What kinds of household a place has, so that its people come out with the ages and sexes its table says.
//!
//! A kind is a shape of household and the age of its first person, or of its eldest child. How many people of each age band and sex a
//! kind holds is counted once from households made by the same code that makes all others. How many households
//! of each kind a place has is then found by expectation maximisation from shares near the census's (Dempster,
//! Laird and Rubin 1977, in the form Richardson 1972 used for images): every step keeps counts positive and
//! brings the sums nearer to the table. Rates are set in advance; nobody who has been made is changed.

use crate::county::{BANDS, band};
use crate::household::{Shape, sketches};
use crate::mortality;
use crate::random::Rng;
use record::Sex;
use std::sync::OnceLock;

/// Bins of people: women and men of each band, in turn.
pub const BINS: usize = 2 * BANDS;

/// A kind of household.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Shape.
    pub shape: Shape,
    /// Youngest and oldest age of the first person; of the eldest child where children live with parents.
    pub ages: (i32, i32),
    /// Sex of the first person.
    pub sex: Sex,
}

const fn kind(shape: Shape, sex: Sex, low: i32, high: i32) -> Kind {
    Kind {
        shape,
        ages: (low, high),
        sex,
    }
}

/// Kinds with their shares of all households to begin from: rounded from household composition, Census 2021,
/// and spread over ages by hand.
const KINDS: [(Kind, f64); 56] = {
    use Sex::{Female as F, Male as M};
    use Shape::{Alone, CareHome, Couple, Family, GrownChild, LoneParent, NoAddress, Sharers, ThreeGenerations};
    [
        (kind(Alone, F, 19, 24), 0.4),
        (kind(Alone, M, 19, 24), 0.5),
        (kind(Alone, F, 25, 34), 1.1),
        (kind(Alone, M, 25, 34), 1.6),
        (kind(Alone, F, 35, 44), 0.9),
        (kind(Alone, M, 35, 44), 1.7),
        (kind(Alone, F, 45, 54), 1.4),
        (kind(Alone, M, 45, 54), 2.0),
        (kind(Alone, F, 55, 64), 2.2),
        (kind(Alone, M, 55, 64), 2.2),
        (kind(Alone, F, 65, 69), 1.3),
        (kind(Alone, M, 65, 69), 0.9),
        (kind(Alone, F, 70, 74), 1.6),
        (kind(Alone, M, 70, 74), 0.9),
        (kind(Alone, F, 75, 79), 1.8),
        (kind(Alone, M, 75, 79), 0.9),
        (kind(Alone, F, 80, 84), 1.6),
        (kind(Alone, M, 80, 84), 0.7),
        (kind(Alone, F, 85, 89), 1.2),
        (kind(Alone, M, 85, 89), 0.5),
        (kind(Alone, F, 90, 107), 0.6),
        (kind(Alone, M, 90, 107), 0.4),
        (kind(Couple, F, 19, 24), 0.8),
        (kind(Couple, F, 25, 34), 4.0),
        (kind(Couple, F, 35, 44), 2.6),
        (kind(Couple, F, 45, 54), 4.0),
        (kind(Couple, F, 55, 64), 6.5),
        (kind(Couple, F, 65, 69), 4.5),
        (kind(Couple, F, 70, 74), 4.2),
        (kind(Couple, F, 75, 79), 2.8),
        (kind(Couple, F, 80, 84), 1.4),
        (kind(Couple, F, 85, 93), 0.6),
        // Families by the age of their eldest child at home.
        (kind(Family, F, 0, 2), 2.6),
        (kind(Family, F, 3, 5), 2.6),
        (kind(Family, F, 6, 9), 3.6),
        (kind(Family, F, 10, 12), 2.9),
        (kind(Family, F, 13, 15), 2.9),
        (kind(Family, F, 16, 17), 2.0),
        (kind(LoneParent, F, 0, 4), 1.1),
        (kind(LoneParent, F, 5, 9), 1.4),
        (kind(LoneParent, F, 10, 13), 1.2),
        (kind(LoneParent, F, 14, 17), 1.3),
        (kind(LoneParent, M, 4, 17), 0.7),
        (kind(GrownChild, F, 45, 54), 3.2),
        (kind(GrownChild, F, 55, 64), 3.4),
        (kind(GrownChild, M, 55, 72), 0.8),
        (kind(GrownChild, F, 65, 84), 1.6),
        (kind(ThreeGenerations, F, 32, 42), 0.6),
        (kind(ThreeGenerations, F, 43, 52), 0.6),
        (kind(Sharers, F, 18, 20), 0.6),
        (kind(Sharers, M, 18, 20), 0.6),
        (kind(Sharers, F, 20, 24), 0.6),
        (kind(Sharers, M, 20, 24), 0.6),
        (kind(Sharers, M, 25, 34), 0.8),
        // These two stay at their share, of people over 75 and of all people: see `fixed`.
        (kind(CareHome, F, 65, 107), 0.0),
        (kind(NoAddress, M, 20, 62), 0.0),
    ]
};

/// Residents of care homes, per person of 75 and over: about 5 in a hundred (279,000 of 65 and over in England and
/// Wales, of some five million of 75 and over: ONS, older people living in care homes, Census 2021).
const RESIDENTS: f64 = 0.05;

/// People without any address, per person of working age, by deprivation fifth, 1 first: about one in two
/// thousand, most where hostels are.
const NO_ADDRESS: [f64; 5] = [0.003, 0.0012, 0.0004, 0.0002, 0.0001];

/// Steps of the fit: enough that each band comes within a percent where shapes allow it.
const STEPS: usize = 360;

/// Households made to count what each kind holds.
const SAMPLE: i32 = 3000;

/// The kinds of household of one place.
#[derive(Debug)]
pub struct Mix {
    /// Households up to and with each kind.
    cumulative: [f64; KINDS.len()],
}

/// What each kind of household holds on average: living people of each bin, and itself, where it is private and
/// somebody in it lives.
type Holds = [[f64; BINS + 1]; KINDS.len()];

/// What kinds hold in a place of this deprivation fifth: people who died in the last three years are made and told of
/// too, and the older they would be now, the more of them died.
fn holds(fifth: u8) -> &'static Holds {
    static HOLDS: [OnceLock<Box<Holds>>; 5] = [const { OnceLock::new() }; 5];
    HOLDS[usize::from(fifth.clamp(1, 5)) - 1].get_or_init(|| {
        let mut holds = Box::new([[0.0; BINS + 1]; KINDS.len()]);
        for (number, ((kind, _), bins)) in (0u32..).zip(KINDS.iter().zip(holds.iter_mut())) {
            let mut rng = Rng::keyed(0, number, 0, "household mix");
            let home = kind.shape == Shape::CareHome;
            for _ in 0..SAMPLE {
                let mut all_died = 1.0;
                for sketch in sketches(kind, &mut rng) {
                    let age = sketch.age.clamp(0, AGE_MAX);
                    let died = mortality::dies(age, sketch.sex, fifth, mortality::resident(age, home));
                    all_died *= died;
                    bins[bin(age, sketch.sex)] += (1.0 - died) / f64::from(SAMPLE);
                }
                if !matches!(kind.shape, Shape::CareHome | Shape::NoAddress) {
                    bins[BINS] += (1.0 - all_died) / f64::from(SAMPLE);
                }
            }
        }
        holds
    })
}

/// The oldest that anyone is made.
pub const AGE_MAX: i32 = 107;

fn bin(age: i32, sex: Sex) -> usize {
    2 * band(age) + usize::from(sex == Sex::Male)
}

impl Mix {
    /// The mix of a place whose living people number `target`, women and men of each band in turn, in so many private
    /// households where that is known. People who died in the last three years are told of too, so more are made than
    /// live.
    pub fn fit(target: &[f64; BINS], fifth: u8, households: Option<f64>) -> Self {
        let holds = holds(fifth);
        let mut wanted = [0.0; BINS + 1];
        wanted[..BINS].copy_from_slice(target);
        wanted[BINS] = households.unwrap_or(0.0);
        let used = if households.is_some() { BINS + 1 } else { BINS };
        let mut count = [0.0; KINDS.len()];
        fixed(&mut count, target, holds, fifth);
        let scale = target.iter().sum::<f64>() / 2.25 / 100.0;
        for (at, (_, share)) in KINDS.iter().enumerate() {
            count[at] += share * scale;
        }
        for _ in 0..STEPS {
            let mut sums = [1e-9; BINS + 1];
            for (households, bins) in count.iter().zip(holds) {
                for (sum, people) in sums.iter_mut().zip(bins) {
                    *sum += households * people;
                }
            }
            for (at, bins) in holds.iter().enumerate() {
                if KINDS[at].1 > 0.0 {
                    let size: f64 = bins[..used].iter().sum();
                    let pull: f64 = (0..used).map(|b| bins[b] * wanted[b] / sums[b]).sum();
                    count[at] *= pull / size;
                }
            }
        }
        let mut sum = 0.0;
        Self {
            cumulative: count.map(|households| {
                sum += households;
                sum
            }),
        }
    }

    /// How many households the place has in all.
    pub fn households(&self) -> f64 {
        self.cumulative[KINDS.len() - 1]
    }

    /// How many living people of each bin, and private households, a place of this mix has on average.
    #[cfg(test)]
    pub fn expected(&self, fifth: u8) -> [f64; BINS + 1] {
        let mut sums = [0.0; BINS + 1];
        let mut before = 0.0;
        for (to, bins) in self.cumulative.iter().zip(holds(fifth)) {
            for (sum, people) in sums.iter_mut().zip(bins) {
                *sum += (to - before) * people;
            }
            before = *to;
        }
        sums
    }

    /// The kind of one household, by a number from 0 to 1.
    pub fn choose(&self, unit: f64) -> &'static Kind {
        let at = unit * self.households();
        let found = self.cumulative.partition_point(|sum| *sum <= at);
        &KINDS[found.min(KINDS.len() - 1)].0
    }
}

/// Care homes and people without an address keep to their own shares.
fn fixed(count: &mut [f64], wanted: &[f64; BINS], holds: &Holds, fifth: u8) {
    let older: f64 = wanted[2 * band(75)..].iter().sum();
    let working: f64 = wanted[2 * band(20)..2 * band(65)].iter().sum();
    let homeless = NO_ADDRESS[usize::from(fifth.clamp(1, 5)) - 1] * working;
    for (at, (kind, _)) in KINDS.iter().enumerate() {
        let size: f64 = holds[at][..BINS].iter().sum();
        match kind.shape {
            Shape::CareHome => count[at] = older * RESIDENTS / size,
            Shape::NoAddress => count[at] = homeless / size,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_out_as_its_table_says() {
        // An older place: bands of the Dorset Council area.
        let bands = [41, 50, 64, 39, 40, 92, 100, 114, 158, 72, 74, 71, 42, 26, 17];
        // Of children, 488 in a thousand are girls, as are born; of the old, more are women.
        let target = std::array::from_fn(|bin| {
            let share = match (bin / 2, bin % 2) {
                (..4, 0) => 0.488,
                (..4, _) => 0.512,
                (9.., 0) => 0.53,
                (9.., _) => 0.47,
                _ => 0.5,
            };
            f64::from(bands[bin / 2]) * 4.0 * share
        });
        let whole: f64 = target.iter().sum();
        let mix = Mix::fit(&target, 3, Some(whole * 0.44));
        let mut rng = Rng::keyed(3, 0, 0, "test");
        let (mut made, mut alive, mut homes, mut alone) = ([0.0; BINS], 0.0, 0.0, 0.0);
        for _ in 0..40_000 {
            let kind = mix.choose(rng.unit());
            let home = kind.shape == Shape::CareHome;
            let mut all_died = 1.0;
            let people = sketches(kind, &mut rng);
            for sketch in &people {
                let times = mortality::resident(sketch.age, home);
                let lives = 1.0 - mortality::dies(sketch.age, sketch.sex, 3, times);
                made[bin(sketch.age, sketch.sex)] += lives;
                alive += lives;
                all_died *= 1.0 - lives;
            }
            homes += if home { 0.0 } else { 1.0 - all_died };
            alone += if people.len() == 1 { 1.0 - all_died } else { 0.0 };
        }
        eprintln!(
            "{:.3} households a person, {:.3} of them of one",
            homes / alive,
            alone / homes
        );
        assert!(
            (homes / alive - 0.44f64).abs() < 0.01,
            "{:.3} households a person",
            homes / alive
        );
        let off: Vec<String> = (0..BINS)
            .map(|at| (at, made[at] / alive, target[at] / whole))
            .filter(|(_, got, want)| (got / want - 1.0f64).abs() > 0.075)
            .map(|(at, got, want)| format!("bin {at}: {got:.4}, wanted {want:.4}"))
            .collect();
        assert!(off.is_empty(), "{off:#?}");
    }
}
