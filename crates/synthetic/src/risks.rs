//! What raises people's risks: smoking, weight, inactivity, drink. Each by age and by the hardship of the place.
//!
//! Shapes by age: smoking, ONS adult smoking habits 2022 (25 to 34: 16.3%, 65 and over: 8.3%); overweight and
//! inactivity, Active Lives 2022 as OHID Fingertips gives them; obesity, Health Survey for England 2019 and 2022
//! (women: 39% in the most deprived fifth, 22% in the least). Drinking: rounded from the same survey.

use crate::people::{Person, Smoking};
use record::{Date, Sex};

/// Sets what raises a person's risks. `fifth` is the deprivation fifth of where they live, 1 the most deprived.
pub fn set(person: &mut Person, fifth: u8, as_of: Date) {
    let mut rng = person.rng("risks");
    let age = person.age(as_of);
    let at = usize::from(fifth.clamp(1, 5)) - 1;
    let men = person.sex == Sex::Male;
    let smokes = match age {
        ..16 => 0.0,
        16..18 => 0.05,
        18..25 => 0.105,
        25..35 => 0.15,
        35..50 => 0.13,
        50..65 => 0.12,
        65..80 => 0.075,
        _ => 0.04,
    } * [1.9, 1.3, 0.95, 0.78, 0.6][at]
        * if men { 1.12 } else { 0.88 };
    let smoked = match age {
        ..18 => 0.0,
        18..35 => 0.14,
        35..50 => 0.25,
        50..65 => 0.31,
        _ => 0.38,
    };
    person.smoking = match rng.unit() {
        x if x < smokes => Smoking::Current,
        x if x < smokes + smoked => Smoking::Former,
        _ => Smoking::Never,
    };
    let heavier = [1.22, 1.1, 1.0, 0.93, 0.86][at];
    let (over, obese): (f64, f64) = match age {
        ..25 => (0.37, 0.135),
        25..35 => (0.57, 0.22),
        35..45 => (0.64, 0.28),
        45..55 => (0.705, 0.32),
        55..65 => (0.73, 0.36),
        65..75 => (0.71, 0.345),
        75..85 => (0.705, 0.28),
        _ => (0.65, 0.2),
    };
    person.bmi = weight(rng.unit(), (over * (0.5 + 0.5 * heavier)).min(0.92), obese * heavier);
    let inactive = match age {
        ..25 => 0.177,
        25..55 => 0.203,
        55..75 => 0.222,
        75..85 => 0.33,
        _ => 0.57,
    } * [1.45, 1.2, 1.0, 0.88, 0.75][at];
    person.inactive = rng.chance(inactive);
    person.drinks = if age < 18 || rng.chance(if age > 75 { 0.32 } else { 0.2 }) {
        0.0
    } else {
        // A few drink much: the mean is about 11 units a week.
        11.0 * rng.liability(0.85) * if men { 1.35 } else { 0.7 }
    };
}

/// Body mass index from a draw of 0 to 1, so that a share `over` is above 25 and a share `obese` above 30.
fn weight(draw: f64, over: f64, obese: f64) -> f64 {
    let corners = [
        (0.0, 17.0),
        ((1.0 - over) * 0.12, 19.0),
        (1.0 - over, 25.0),
        (1.0 - obese, 30.0),
        (1.0 - obese * 0.4, 35.0),
        (1.0 - obese * 0.12, 40.0),
        (1.0, 54.0),
    ];
    let at = corners.iter().rposition(|(share, _)| *share <= draw).unwrap_or(0);
    let Some((next, upper)) = corners.get(at + 1) else {
        return 54.0;
    };
    let (share, lower) = corners[at];
    lower + (upper - lower) * (draw - share) / (next - share).max(1e-6)
}
