//! Three kinds of time, never mixed: a civil date (birth), an instant (received), and a *when* that is only
//! as precise as the sender was (a year, a month, a day, a moment).

use jiff::civil;
use jiff::tz::TimeZone;
use std::fmt;

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Instant(pub i64);

impl Instant {
    /// RFC 3339 in UTC with a trailing `Z`, as FHIR instants are written.
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_microsecond(self.0).map_or_else(|_| String::from("unknown"), |t| t.to_string())
    }

    /// The civil date of this instant in the United Kingdom.
    pub fn uk_date(self) -> Date {
        let days = jiff::Timestamp::from_microsecond(self.0)
            .map(|t| t.to_zoned(uk()).date())
            .map_or(0, days_of);
        Date(days)
    }
}

/// A civil date, as days since 1970-01-01 (negative before).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(pub i32);

impl Date {
    /// The date of this year, month (1 to 12) and day; `None` when there is no such date, or outside 1800–2200.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        if !(1800..=2200).contains(&year) {
            return None;
        }
        civil::Date::new(year, month, day).ok().map(|date| Self(days_of(date)))
    }

    /// Reads `YYYY-MM-DD`, `YYYYMMDD` or `DD/MM/YYYY`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let number = |from: usize, to: usize| -> Option<i16> {
            let part = text.get(from..to)?;
            part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok())?
        };
        let (year, month, day) = match text.as_bytes() {
            [_, _, _, _, b'-', _, _, b'-', _, _] => (number(0, 4)?, number(5, 7)?, number(8, 10)?),
            [_, _, b'/', _, _, b'/', _, _, _, _] => (number(6, 10)?, number(3, 5)?, number(0, 2)?),
            [_, _, _, _, _, _, _, _] => (number(0, 4)?, number(4, 6)?, number(6, 8)?),
            _ => return None,
        };
        Self::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
    }

    /// Year, month and day.
    pub fn ymd(self) -> (i16, i8, i8) {
        let date = civil_of(self.0);
        (date.year(), date.month(), date.day())
    }

    /// `YYYY-MM-DD`.
    pub fn iso(self) -> String {
        let (y, m, d) = self.ymd();
        format!("{y:04}-{m:02}-{d:02}")
    }

    /// `3 March 2026`.
    pub fn words(self) -> String {
        let (y, m, d) = self.ymd();
        format!("{d} {} {y}", MONTHS[usize::from(m.unsigned_abs() - 1)])
    }

    /// Whole years from this date to `on`, as age is counted: 29 February birthdays come on 1 March.
    /// Negative when `on` is before this date.
    pub fn years_to(self, on: Date) -> i32 {
        let (y, m, d) = self.ymd();
        let (oy, om, od) = on.ymd();
        i32::from(oy) - i32::from(y) - i32::from((om, od) < (m, d))
    }

    /// Whole months from this date to `on`.
    pub fn months_to(self, on: Date) -> i32 {
        let (y, m, d) = self.ymd();
        let (oy, om, od) = on.ymd();
        (i32::from(oy) - i32::from(y)) * 12 + i32::from(om) - i32::from(m) - i32::from(od < d)
    }
}

/// How precise a [`When`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Precision {
    /// Only the year was said.
    Year = 1,
    /// Year and month.
    Month = 2,
    /// A civil day without a time.
    Day = 3,
    /// A moment.
    Moment = 4,
}

/// When a thing happened, as precisely as the sender said. Partial values stand at their first instant in
/// UK time, so that they order before anything later in the same period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct When {
    /// The first instant the value can mean.
    pub instant: Instant,
    /// How much of it was said.
    pub precision: Precision,
}

impl When {
    /// A civil day.
    pub fn day(date: Date) -> Self {
        Self {
            instant: uk_midnight(date),
            precision: Precision::Day,
        }
    }

    /// A moment.
    pub const fn moment(instant: Instant) -> Self {
        Self {
            instant,
            precision: Precision::Moment,
        }
    }

    /// Reads a FHIR date, dateTime or instant: `2019`, `2019-03`, `2019-03-04`, `2019-03-04T10:00:00+01:00`.
    /// A date-time without an offset is taken as UK time. `None` when unreadable or outside 1800–2200.
    pub fn parse_fhir(text: &str) -> Option<Self> {
        let text = text.trim();
        match text.len() {
            4 => Some(Self {
                instant: uk_midnight(Date::new(digits(text)?, 1, 1)?),
                precision: Precision::Year,
            }),
            7 if text.as_bytes()[4] == b'-' => {
                let month = i8::try_from(digits(text.get(5..7)?)?).ok()?;
                Some(Self {
                    instant: uk_midnight(Date::new(digits(text.get(0..4)?)?, month, 1)?),
                    precision: Precision::Month,
                })
            }
            10 => text.contains('-').then(|| Date::parse(text)).flatten().map(Self::day),
            _ => Self::parse_moment(text),
        }
    }

    fn parse_moment(text: &str) -> Option<Self> {
        Date::parse(text.get(0..10)?)?;
        let instant = match text.parse::<jiff::Timestamp>() {
            Ok(timestamp) => timestamp,
            Err(_) => text.parse::<civil::DateTime>().ok()?.to_zoned(uk()).ok()?.timestamp(),
        };
        Some(Self::moment(Instant(instant.as_microsecond())))
    }

    /// Reads an HL7 v2 date-time: `YYYY[MM[DD[HHMM[SS[.S…]]]]][±ZZZZ]`. Without an offset it is UK time.
    /// `None` when unreadable.
    pub fn parse_hl7(text: &str) -> Option<Self> {
        let text = text.trim();
        let (body, offset) = match text.rfind(['+', '-']) {
            Some(at) if at >= 8 => (&text[..at], Some(&text[at..])),
            _ => (text, None),
        };
        let whole = body.split('.').next()?;
        if !whole.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let part = |from: usize, to: usize| whole.get(from..to).map_or(Some(0), digits);
        let year = digits(whole.get(0..4)?)?;
        let month = i8::try_from(part(4, 6)?).ok()?;
        let day = i8::try_from(part(6, 8)?).ok()?;
        match whole.len() {
            4 => Some(Self {
                instant: uk_midnight(Date::new(year, 1, 1)?),
                precision: Precision::Year,
            }),
            6 => Some(Self {
                instant: uk_midnight(Date::new(year, month, 1)?),
                precision: Precision::Month,
            }),
            8 => Date::new(year, month, day).map(Self::day),
            10 | 12 | 14 => {
                Date::new(year, month, day)?;
                let clock = |v: i16| i8::try_from(v).ok();
                let at = civil::DateTime::new(
                    year,
                    month,
                    day,
                    clock(part(8, 10)?)?,
                    clock(part(10, 12)?)?,
                    clock(part(12, 14)?)?,
                    0,
                )
                .ok()?;
                let zone = match offset {
                    Some(text) => TimeZone::fixed(hl7_offset(text)?),
                    None => uk(),
                };
                let stamp = at.to_zoned(zone).ok()?.timestamp();
                Some(Self::moment(Instant(stamp.as_microsecond())))
            }
            _ => None,
        }
    }

    /// The civil UK day it starts on.
    pub fn date(self) -> Date {
        self.instant.uk_date()
    }

    /// As FHIR writes it, only as precise as it was said; moments in UTC.
    pub fn fhir(self) -> String {
        let iso = self.date().iso();
        match self.precision {
            Precision::Year => iso[..4].to_owned(),
            Precision::Month => iso[..7].to_owned(),
            Precision::Day => iso,
            Precision::Moment => self.instant.rfc3339(),
        }
    }
}

impl fmt::Display for When {
    /// As people read it: `2019`, `March 2019`, `4 March 2019`, `4 March 2019, 10:05` (UK time).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date();
        let (year, month, _) = date.ymd();
        match self.precision {
            Precision::Year => write!(f, "{year}"),
            Precision::Month => write!(f, "{} {year}", MONTHS[usize::from(month.unsigned_abs() - 1)]),
            Precision::Day => f.write_str(&date.words()),
            Precision::Moment => {
                let clock = jiff::Timestamp::from_microsecond(self.instant.0)
                    .map(|t| t.to_zoned(uk()))
                    .map_or_else(|_| String::new(), |z| format!(", {:02}:{:02}", z.hour(), z.minute()));
                write!(f, "{}{clock}", date.words())
            }
        }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn uk() -> TimeZone {
    static UK: std::sync::LazyLock<TimeZone> =
        std::sync::LazyLock::new(|| TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC));
    UK.clone()
}

fn uk_midnight(date: Date) -> Instant {
    let utc = i64::from(date.0) * 86_400_000_000;
    let zoned = civil_of(date.0).to_zoned(uk());
    Instant(zoned.map_or(utc, |z| z.timestamp().as_microsecond()))
}

fn digits(text: &str) -> Option<i16> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

fn hl7_offset(text: &str) -> Option<jiff::tz::Offset> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let hours = i32::from(digits(text.get(1..3)?)?);
    let minutes = i32::from(text.get(3..5).map_or(Some(0), digits)?);
    jiff::tz::Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

fn days_of(date: civil::Date) -> i32 {
    let epoch = civil::date(1970, 1, 1);
    // Within jiff's range of years the count of days always fits.
    epoch.until(date).map_or(0, |span| span.get_days())
}

fn civil_of(days: i32) -> civil::Date {
    let epoch = civil::date(1970, 1, 1);
    epoch
        .checked_add(jiff::Span::new().days(days.clamp(-100_000, 150_000)))
        .unwrap_or(epoch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_when_is_as_precise_as_it_was_said() {
        for (text, words) in [
            ("2019", "2019"),
            ("2019-03", "March 2019"),
            ("2019-03-04", "4 March 2019"),
            ("2019-07-04T10:05:00Z", "4 July 2019, 11:05"),
            ("2019-07-04T10:05:00+01:00", "4 July 2019, 10:05"),
            ("2019-07-04T10:05:00", "4 July 2019, 10:05"),
        ] {
            assert_eq!(When::parse_fhir(text).unwrap().to_string(), words);
        }
        for bad in [
            "",
            "201",
            "2019-13",
            "2019-02-30",
            "04/03/2019 at noon",
            "2019-07-04T25:00:00Z",
        ] {
            assert_eq!(When::parse_fhir(bad), None, "{bad}");
        }
        for (text, words) in [
            ("2019", "2019"),
            ("201903", "March 2019"),
            ("20190304", "4 March 2019"),
            ("201907041005", "4 July 2019, 10:05"),
            ("20190704100559.123+0000", "4 July 2019, 11:05"),
        ] {
            assert_eq!(When::parse_hl7(text).unwrap().to_string(), words);
        }
        assert_eq!(When::parse_hl7("2019-03-04"), None);
    }

    #[test]
    fn a_day_is_a_day_in_summer_too() {
        let when = When::parse_fhir("1945-05-04").unwrap();
        assert_eq!(when.date().iso(), "1945-05-04");
        assert_eq!(when.fhir(), "1945-05-04");
        assert_eq!(Date::parse("04/05/1945"), Date::parse("19450504"));
        assert_eq!(
            Date::parse("2024-02-29")
                .unwrap()
                .years_to(Date::parse("2025-02-28").unwrap()),
            0
        );
    }
}
