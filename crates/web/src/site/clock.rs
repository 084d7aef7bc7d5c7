//! Times as pages say them: UK time, and how long ago.

use record::{Instant, Precision, When};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// `3 March 2026, 09:41`.
pub fn moment(at: Instant) -> String {
    When::moment(at).to_string()
}

/// `09:41`.
pub fn time_of_day(at: Instant) -> String {
    moment(at)
        .rsplit_once(", ")
        .map_or_else(String::new, |(_, time)| time.to_owned())
}

/// `11 Apr 2026`, `Apr 2026` or `2026`: as precise as was said, without the time.
pub fn short(when: When) -> String {
    let (year, month, day) = when.date().ymd();
    let month = MONTHS
        .get(usize::from(month.unsigned_abs()).saturating_sub(1))
        .unwrap_or(&"");
    match when.precision {
        Precision::Year => year.to_string(),
        Precision::Month => format!("{month} {year}"),
        Precision::Day | Precision::Moment => format!("{day} {month} {year}"),
    }
}

/// `just now`, `6 minutes ago`, `3 hours ago`, `4 days ago`, then the date.
pub fn ago(at: Instant, now: Instant) -> String {
    let passed = now.0 - at.0;
    match passed {
        passed if passed < MINUTE => "just now".to_owned(),
        passed if passed < 30 * DAY => format!("{} ago", span(passed)),
        _ => short(When::moment(at)),
    }
}

/// A length of time in its largest fitting unit: `6 minutes`, `1 hour`, `4 days`.
pub fn span(micros: i64) -> String {
    let (count, unit) = match micros.max(0) {
        passed if passed < HOUR => (passed / MINUTE, "minute"),
        passed if passed < 2 * DAY => (passed / HOUR, "hour"),
        passed => (passed / DAY, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// A count with its thousands apart: `1,240`.
pub fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + 4);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if number < 0 { format!("−{grouped}") } else { grouped }
}

/// A count with what is counted, in its plural when there is not just one: `1 record`, `1,240 records`.
pub fn counted(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_as_people_say_them() {
        let at = |text: &str| When::parse_fhir(text).unwrap().instant;
        let now = at("2026-04-12T09:41:00+01:00");
        for (text, words) in [
            ("2026-04-12T09:40:30+01:00", "just now"),
            ("2026-04-12T09:35:00+01:00", "6 minutes ago"),
            ("2026-04-12T08:41:00+01:00", "1 hour ago"),
            ("2026-04-08T08:41:00+01:00", "4 days ago"),
            ("2025-04-08T08:41:00+01:00", "8 Apr 2025"),
        ] {
            assert_eq!(ago(at(text), now), words);
        }
        assert_eq!(moment(now), "12 April 2026, 09:41");
        assert_eq!(time_of_day(now), "09:41");
        assert_eq!(short(When::parse_fhir("2019-03").unwrap()), "Mar 2019");
        assert_eq!(
            (count(1_234_567).as_str(), count(-12).as_str(), count(0).as_str()),
            ("1,234,567", "−12", "0")
        );
        let said = [0, 1, 1_240].map(|number| counted(number, "record", "records"));
        assert_eq!(said, ["0 records", "1 record", "1,240 records"]);
    }
}
