//! Chance that splits: each (seed, household, person, purpose) has a stream of its own, so that what befalls
//! one household never depends on how many others are made, or on which thread makes them.
//!
//! Only addition, multiplication and square roots are used, which every machine rounds alike: the system's
//! own `exp` and `ln` differ between platforms and would change the bytes.

/// Numbers of a household that are spread evenly: how many there are.
pub const AXES: usize = 8;

/// For each number but the first: the degree of its polynomial, the polynomial's inner digits, and where its directions
/// begin (Joe and Kuo 2008).
const BEGINNINGS: [(usize, u32, [u32; 5]); AXES - 1] = [
    (1, 0, [1, 0, 0, 0, 0]),
    (2, 1, [1, 3, 0, 0, 0]),
    (3, 1, [1, 3, 1, 0, 0]),
    (3, 2, [1, 1, 1, 0, 0]),
    (4, 1, [1, 1, 3, 3, 0]),
    (4, 4, [1, 3, 5, 13, 0]),
    (5, 2, [1, 1, 5, 5, 17]),
];

const DIRECTIONS: [[u32; 32]; AXES] = directions();

const fn directions() -> [[u32; 32]; AXES] {
    let mut all = [[0; 32]; AXES];
    let mut bit = 0;
    while bit < 32 {
        all[0][bit] = 1 << (31 - bit);
        bit += 1;
    }
    let mut axis = 1;
    while axis < AXES {
        let (degree, inner, begin) = BEGINNINGS[axis - 1];
        let mut bit = 0;
        while bit < 32 {
            if bit < degree {
                all[axis][bit] = begin[bit] << (31 - bit);
            } else {
                let mut next = all[axis][bit - degree] ^ (all[axis][bit - degree] >> degree);
                let mut back = 1;
                while back < degree {
                    if inner >> (degree - 1 - back) & 1 == 1 {
                        next ^= all[axis][bit - back];
                    }
                    back += 1;
                }
                all[axis][bit] = next;
            }
            bit += 1;
        }
        axis += 1;
    }
    all
}

/// Three numbers of household `index`, each from 0 up to, not including, 1: drawn by chance, but so that they are spread
/// evenly over all households and, in each of them, over the others. By them it is settled where a household is, of what
/// kind, and of which community: so what is asked of a place comes out nearer to what is asked than chance alone would
/// have it, and a household of a small run is that of a large one.
pub fn spread(seed: u64, index: u32) -> [f64; 3] {
    [0, 1, 2].map(|axis| spread_on(seed, index, axis))
}

/// One of [`AXES`] such numbers; those past the first three settle what befalls one member of a household and seldom
/// befalls anybody, so that as many are befallen in each kind of household of each place as should be.
///
/// The sequence of Sobol' (1967; direction numbers of Joe and Kuo 2008), each digit permuted by chance as Owen (1995)
/// asks, by the hash of Laine and Karras (2011) in the form of Burley (2020).
pub fn spread_on(seed: u64, index: u32, axis: usize) -> f64 {
    let mut at = 0;
    for (bit, direction) in DIRECTIONS[axis.min(AXES - 1)].iter().enumerate() {
        if index >> bit & 1 == 1 {
            at ^= direction;
        }
    }
    let key = mix(mix(seed ^ GOLDEN) ^ (axis as u64 + 1)) as u32;
    f64::from(permuted(at, key)) / (f64::from(u32::MAX) + 1.0)
}

/// Each binary digit of a share of one flipped or not, by chance and by the digits before it.
fn permuted(at: u32, key: u32) -> u32 {
    let mut x = at.reverse_bits().wrapping_add(key);
    for by in [0x6C50_B47Cu32, 0xB82F_1E52, 0xC7AF_E638, 0x8D22_F6E6] {
        x ^= x.wrapping_mul(by);
    }
    x.reverse_bits()
}

/// A stream of numbers (SplitMix64, Steele, Lea and Flood 2014).
#[derive(Clone, Debug)]
pub struct Rng(u64);

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl Rng {
    /// The stream for one purpose of one person of one household.
    pub fn keyed(seed: u64, household: u32, slot: u16, purpose: &str) -> Self {
        let mut key = mix(seed ^ GOLDEN);
        key = mix(key ^ u64::from(household).wrapping_mul(GOLDEN));
        key = mix(key ^ u64::from(slot).wrapping_add(0x51_7C_C1));
        for byte in purpose.bytes() {
            key = mix(key ^ u64::from(byte));
        }
        Self(key)
    }

    /// The stream of a thing that has a name of its own, in two parts; eight letters at a time, since every
    /// resource has one.
    pub fn named(parts: [&str; 2]) -> Self {
        let mut key = GOLDEN;
        for part in parts {
            for eight in part.as_bytes().chunks(8) {
                let mut letters = [0; 8];
                letters[..eight.len()].copy_from_slice(eight);
                key = mix(key ^ u64::from_le_bytes(letters));
            }
            key = mix(key ^ part.len() as u64);
        }
        Self(key)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// From 0 up to, not including, 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number from `low` to `high`, both possible. `low` when the two are the wrong way round.
    pub fn range(&mut self, low: i32, high: i32) -> i32 {
        if high <= low {
            return low;
        }
        let width = i64::from(high) - i64::from(low) + 1;
        let step = (self.unit() * width as f64) as i64;
        low.saturating_add(i32::try_from(step).unwrap_or(0))
    }

    /// One of these. The slice is never empty: callers pass constant tables.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let at = (self.unit() * from.len() as f64) as usize;
        from[at.min(from.len() - 1)]
    }

    /// About normal (the sum of twelve uniforms), never further than six deviations from the mean.
    pub fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        let sum: f64 = (0..12).map(|_| self.unit()).sum();
        mean + deviation * (sum - 6.0)
    }

    /// How many times something with this mean count happens (Poisson), at most 60.
    pub fn count(&mut self, mean: f64) -> u32 {
        let limit = exp(-mean.clamp(0.0, 30.0));
        let mut product = self.unit();
        let mut count = 0;
        while product > limit && count < 60 {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// A waiting time with mean 1, most short and a few long (exponential). Von Neumann's way (1951) compares
    /// and adds alone, so that every machine agrees.
    pub fn exponential(&mut self) -> f64 {
        for whole in 0..40 {
            let first = self.unit();
            let mut last = first;
            let mut length = 1;
            loop {
                let next = self.unit();
                if next >= last {
                    break;
                }
                last = next;
                length += 1;
            }
            if length % 2 == 1 {
                return f64::from(whole) + first;
            }
        }
        40.0
    }

    /// A multiplier with mean 1 that differs between people: the larger `spread` (0 to 1), the more a few
    /// stand out. It makes counts over-dispersed, as real contacts are.
    pub fn liability(&mut self, spread: f64) -> f64 {
        let draw = self.unit();
        // A mixture of 1 and x^3 scaled to mean 1: most below the mean, a few far above it.
        (1.0 - spread) + spread * 4.0 * draw * draw * draw
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// e to the power x, by squaring (1 + x/4096) twelve times: within 1% for |x| ≤ 9, the same on every machine.
pub fn exp(x: f64) -> f64 {
    let mut y = (1.0 + x.clamp(-40.0, 40.0) / 4096.0).max(0.0);
    for _ in 0..12 {
        y *= y;
    }
    y
}

/// The logistic curve.
pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn households_are_spread_evenly_over_places_and_over_kinds_in_each() {
        for seed in [1, 2, 3] {
            let mut boxes = [0; 4096];
            let mut sums = [0.0; 3];
            for index in 0..4096 {
                let at = spread(seed, index);
                assert!(at.iter().all(|unit| (0.0..1.0).contains(unit)));
                boxes[(at[0] * 64.0) as usize * 64 + (at[1] * 64.0) as usize] += 1;
                sums.iter_mut().zip(at).for_each(|(sum, unit)| *sum += unit / 4096.0);
            }
            assert!(boxes.iter().all(|held| *held == 1), "one in each of 64 by 64");
            assert!(sums.iter().all(|mean| (mean - 0.5).abs() < 0.001), "{sums:?}");
        }
        assert_ne!(spread(1, 5), spread(2, 5));
    }

    #[test]
    fn what_befalls_members_is_spread_evenly_over_places_and_kinds() {
        for axis in 3..AXES {
            let mut alone = [0; 4096];
            let mut boxes = [[0; 64]; 2];
            for index in 0..4096 {
                let at = spread_on(7, index, axis);
                alone[(at * 4096.0) as usize] += 1;
                for (other, boxes) in boxes.iter_mut().enumerate() {
                    let other = spread_on(7, index, other);
                    boxes[(at * 8.0) as usize * 8 + (other * 8.0) as usize] += 1;
                }
            }
            assert!(alone.iter().all(|held| *held == 1), "{axis}: one in each of 4,096");
            assert!(boxes.iter().flatten().all(|held| *held == 64), "{axis}: {boxes:?}");
        }
    }

    #[test]
    fn streams_are_apart_and_even() {
        assert_ne!(Rng::keyed(1, 2, 3, "a").bits(), Rng::keyed(1, 2, 3, "b").bits());
        assert_ne!(Rng::keyed(1, 2, 3, "a").bits(), Rng::keyed(1, 3, 2, "a").bits());
        let mut rng = Rng::keyed(7, 0, 0, "test");
        let mean = (0..10_000).map(|_| rng.unit()).sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02, "{mean}");
        let mean = f64::from((0..10_000).map(|_| rng.count(3.0)).sum::<u32>()) / 10_000.0;
        assert!((mean - 3.0).abs() < 0.1, "{mean}");
        let mean = (0..10_000).map(|_| rng.exponential()).sum::<f64>() / 10_000.0;
        assert!((mean - 1.0).abs() < 0.04, "{mean}");
        let long = (0..10_000).filter(|_| rng.exponential() > 2.0).count();
        assert!(
            (1250..1460).contains(&long),
            "{long} of 10,000 beyond twice the mean; e^-2 is 1,353"
        );
        let mean = (0..10_000).map(|_| rng.liability(0.8)).sum::<f64>() / 10_000.0;
        assert!((mean - 1.0).abs() < 0.05, "{mean}");
        assert!((exp(1.0) - std::f64::consts::E).abs() < 0.01);
    }
}
