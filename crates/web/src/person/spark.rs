//! A small drawing of how a measurement has gone, with a title and a description in words.

/// The drawing's width in its own units.
pub const WIDTH: f64 = 100.0;
/// The drawing's height in its own units.
pub const HEIGHT: f64 = 24.0;
/// Room for the last point's dot.
const MARGIN: f64 = 3.0;
/// The most points drawn: the latest ones.
const POINTS_MAX: usize = 60;

/// A drawing ready for the template.
#[derive(Clone, Debug, PartialEq)]
pub struct Spark {
    /// "Systolic blood pressure, mmHg".
    pub title: String,
    /// "12 values from 3 March 2024 to 10 April 2026: lowest 128, highest 162, last 148."
    pub description: String,
    /// The line's corners: `0.0,12.5 50.0,3.0 …`.
    pub points: String,
    /// The last point across.
    pub last_x: String,
    /// The last point down.
    pub last_y: String,
}

/// One measured value.
#[derive(Clone, Debug)]
pub struct Point {
    /// Days since some fixed day: where it stands across.
    pub day: i32,
    /// The date in words.
    pub date: String,
    /// The value. All points of one drawing have one unit.
    pub value: f64,
    /// The value as it was sent.
    pub as_sent: String,
}

/// Draws `points`, oldest first. `None` with fewer than two values that are numbers: a line of one point
/// shows nothing.
pub fn draw(what: &str, unit: &str, points: &[Point]) -> Option<Spark> {
    let points: Vec<&Point> = points.iter().filter(|point| point.value.is_finite()).collect();
    let points = points.get(points.len().saturating_sub(POINTS_MAX)..)?;
    let (first, last) = (points.first()?, points.last()?);
    if points.len() < 2 {
        return None;
    }
    let lowest = points.iter().min_by(|a, b| a.value.total_cmp(&b.value))?;
    let highest = points.iter().max_by(|a, b| a.value.total_cmp(&b.value))?;
    let days = f64::from(last.day.saturating_sub(first.day)).max(1.0);
    let span = highest.value - lowest.value;
    let across =
        |point: &Point| MARGIN + f64::from(point.day.saturating_sub(first.day)) / days * (WIDTH - 2.0 * MARGIN);
    // A course without change is a line through the middle, not along an edge.
    let down = |point: &Point| {
        let share = if span > 0.0 {
            (point.value - lowest.value) / span
        } else {
            0.5
        };
        HEIGHT - MARGIN - share * (HEIGHT - 2.0 * MARGIN)
    };
    let corners: Vec<String> = points
        .iter()
        .map(|point| format!("{:.1},{:.1}", across(point), down(point)))
        .collect();
    let unit_words = if unit.is_empty() {
        String::new()
    } else {
        format!(", {unit}")
    };
    Some(Spark {
        title: format!("{what}{unit_words}"),
        description: format!(
            "{} values from {} to {}: lowest {}, highest {}, last {}.",
            points.len(),
            first.date,
            last.date,
            lowest.as_sent,
            highest.as_sent,
            last.as_sent
        ),
        points: corners.join(" "),
        last_x: format!("{:.1}", across(last)),
        last_y: format!("{:.1}", down(last)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(day: i32, value: f64) -> Point {
        Point {
            day,
            date: format!("day {day}"),
            value,
            as_sent: value.to_string(),
        }
    }

    #[test]
    fn a_course_is_drawn_and_told() {
        let spark = draw("Pulse", "/min", &[point(0, 60.0), point(10, 80.0), point(20, 70.0)]).unwrap();
        assert_eq!(spark.points, "3.0,21.0 50.0,3.0 97.0,12.0");
        assert_eq!(spark.title, "Pulse, /min");
        assert_eq!(
            spark.description,
            "3 values from day 0 to day 20: lowest 60, highest 80, last 70."
        );
    }

    #[test]
    fn nothing_is_drawn_of_one_value_or_of_no_numbers() {
        assert_eq!(draw("Pulse", "", &[point(0, 60.0)]), None);
        assert_eq!(draw("Pulse", "", &[]), None);
        assert_eq!(
            draw(
                "Pulse",
                "",
                &[point(0, f64::NAN), point(1, f64::INFINITY), point(2, 3.0)]
            ),
            None
        );
    }

    #[test]
    fn no_change_is_a_line_through_the_middle_and_same_days_do_not_divide_by_nothing() {
        let spark = draw("Pulse", "", &[point(5, 60.0), point(5, 60.0)]).unwrap();
        assert_eq!(spark.points, "3.0,12.0 3.0,12.0");
    }

    #[test]
    fn only_the_latest_points_are_drawn() {
        let many: Vec<Point> = (0..1000).map(|day| point(day, f64::from(day))).collect();
        let spark = draw("Pulse", "", &many).unwrap();
        assert_eq!(spark.points.split(' ').count(), POINTS_MAX);
        assert!(spark.description.contains("from day 940 to day 999"));
    }
}
