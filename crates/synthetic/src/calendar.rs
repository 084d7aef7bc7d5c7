//! Days and times of day, and how FHIR, HL7 and tables write them.

use record::Date;

/// A minute of a UK day, on the clock people read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The day.
    pub date: Date,
    /// Minutes since midnight by the clock on the wall.
    pub minute: u16,
}

impl Moment {
    /// This day at this minute.
    pub const fn new(date: Date, minute: u16) -> Self {
        Self { date, minute }
    }

    /// Later by this many minutes.
    pub fn later(self, minutes: i32) -> Self {
        let total = i64::from(self.date.0) * 1440 + i64::from(self.minute) + i64::from(minutes);
        Self {
            date: Date(i32::try_from(total.div_euclid(1440)).unwrap_or(self.date.0)),
            minute: u16::try_from(total.rem_euclid(1440)).unwrap_or(0),
        }
    }

    /// `2026-05-03T10:15:00+01:00`.
    pub fn fhir(self, out: &mut Vec<u8>) {
        fhir_date(self.date, out);
        let [h, hh, m, mm] = self.clock();
        let summer = b'0' + u8::from(summer(self.date));
        out.extend_from_slice(&[
            b'T', h, hh, b':', m, mm, b':', b'0', b'0', b'+', b'0', summer, b':', b'0', b'0',
        ]);
    }

    /// `202605031015`.
    pub fn hl7(self, out: &mut Vec<u8>) {
        hl7_date(self.date, out);
        out.extend_from_slice(&self.clock());
    }

    /// Hours and minutes, two digits each.
    fn clock(self) -> [u8; 4] {
        let digit = |n: u16| b'0' + u8::try_from(n % 10).unwrap_or(0);
        let (hours, minutes) = (self.minute / 60, self.minute % 60);
        [digit(hours / 10), digit(hours), digit(minutes / 10), digit(minutes)]
    }

    /// `2026-05-03T10:15`.
    pub fn table(self) -> String {
        let (y, m, d) = ymd(self.date);
        format!("{y:04}-{m:02}-{d:02}T{:02}:{:02}", self.minute / 60, self.minute % 60)
    }
}

/// Year, month and day (Hinnant's `civil_from_days`, which needs no calendar tables).
pub fn ymd(date: Date) -> (i32, i32, i32) {
    let z = date.0 + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let mp = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (year_of_era + era * 400 + i32::from(month <= 2), month, day)
}

/// The date of a year, month and day; days past the end of a month run into the next.
pub fn date(year: i32, month: i32, day: i32) -> Date {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let mp = (month + 9) % 12;
    let day_of_year = (153 * mp + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Date(era * 146_097 + day_of_era - 719_468)
}

/// Whole years from `from` to `to`.
pub fn years(from: Date, to: Date) -> i32 {
    let (y, m, d) = ymd(from);
    let (ty, tm, td) = ymd(to);
    ty - y - i32::from((tm, td) < (m, d))
}

/// Years with their fraction.
pub fn years_exact(from: Date, to: Date) -> f64 {
    f64::from(to.0 - from.0) / 365.25
}

/// 0 for Monday to 6 for Sunday.
pub fn weekday(date: Date) -> i32 {
    (date.0 + 3).rem_euclid(7)
}

/// The same day, or the next that is neither of a weekend nor a bank holiday of England.
pub fn working_day(date: Date) -> Date {
    let mut day = date;
    while weekday(day) >= 5 || bank_holiday(day) {
        day.0 += 1;
    }
    day
}

/// Whether this is a bank holiday of England by the usual rules; those given once, for a jubilee, are left out.
pub fn bank_holiday(day: Date) -> bool {
    let (year, month, of_month) = ymd(day);
    let monday = weekday(day) == 0;
    match month {
        // What falls on a weekend is held on the next working days.
        1 => of_month == 1 || monday && of_month <= 3,
        12 => matches!(of_month, 25 | 26) || matches!(of_month, 27 | 28) && weekday(day) <= 1,
        5 => monday && (of_month <= 7 || of_month >= 25),
        8 => monday && of_month >= 25,
        3 | 4 => {
            let easter = easter(year);
            day.0 == easter.0 - 2 || day.0 == easter.0 + 1
        }
        _ => false,
    }
}

/// Easter Sunday of the western churches (the anonymous Gregorian computation).
fn easter(year: i32) -> Date {
    let (moon, century) = (year % 19, year / 100);
    let leap = century - century / 4 - (8 * century + 13) / 25;
    let epact = (19 * moon + leap + 15) % 30;
    let full = epact - (epact / 28) * (1 - (epact / 28) * (29 / (epact + 1)) * ((21 - moon) / 11));
    let weekday = (year + year / 4 + full + 2 - century + century / 4) % 7;
    let days = full - weekday;
    let month = 3 + (days + 40) / 44;
    date(year, month, days + 28 - 31 * (month / 4))
}

/// Whether British Summer Time holds at noon: last Sunday of March to last Sunday of October.
fn summer(day: Date) -> bool {
    let (year, month, _) = ymd(day);
    match month {
        4..=9 => true,
        3 | 10 => {
            let last = date(year, month, 31);
            let sunday = Date(last.0 - (weekday(last) + 1) % 7);
            (day.0 >= sunday.0) == (month == 3)
        }
        _ => false,
    }
}

/// `2026-05-03`.
pub fn fhir_date(date: Date, out: &mut Vec<u8>) {
    let (y, m, d) = ymd(date);
    let digit = |n: i32| b'0' + u8::try_from(n % 10).unwrap_or(0);
    out.extend_from_slice(&[
        digit(y / 1000),
        digit(y / 100),
        digit(y / 10),
        digit(y),
        b'-',
        digit(m / 10),
        digit(m),
        b'-',
        digit(d / 10),
        digit(d),
    ]);
}

/// `20260503`.
pub fn hl7_date(date: Date, out: &mut Vec<u8>) {
    let mut dashed = Vec::with_capacity(10);
    fhir_date(date, &mut dashed);
    out.extend(dashed.into_iter().filter(|byte| *byte != b'-'));
}

/// `03/05/2026`, as councils write it.
pub fn slashed(date: Date) -> String {
    let (y, m, d) = ymd(date);
    format!("{d:02}/{m:02}/{y:04}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_calendar_of_record() {
        for days in (-40_000..30_000).step_by(13) {
            let (y, m, d) = ymd(Date(days));
            let (ry, rm, rd) = Date(days).ymd();
            assert_eq!((y, m, d), (i32::from(ry), i32::from(rm), i32::from(rd)));
            assert_eq!(date(y, m, d), Date(days));
        }
        assert_eq!(weekday(date(2026, 11, 23)), 0);
        assert_eq!(weekday(working_day(date(2026, 11, 21))), 0);
    }

    #[test]
    fn bank_holidays_are_those_that_england_had() {
        let had = [
            (2023, 1, 2),
            (2024, 1, 1),
            (2024, 3, 29),
            (2024, 4, 1),
            (2025, 4, 18),
            (2025, 4, 21),
            (2026, 4, 3),
            (2026, 4, 6),
            (2026, 5, 4),
            (2026, 5, 25),
            (2026, 8, 31),
            (2026, 12, 25),
            (2026, 12, 28),
            (2021, 12, 27),
            (2021, 12, 28),
            (2022, 12, 27),
        ];
        for (year, month, day) in had {
            assert!(bank_holiday(date(year, month, day)), "{year}-{month}-{day}");
        }
        let days = (date(2026, 1, 1).0..date(2027, 1, 1).0).map(Date);
        assert_eq!(days.filter(|day| bank_holiday(*day) && weekday(*day) < 5).count(), 8);
        assert_eq!(working_day(date(2026, 4, 3)), date(2026, 4, 7), "over Easter");
        assert_eq!(working_day(date(2023, 12, 30)), date(2024, 1, 2), "over the new year");
    }

    #[test]
    fn summer_time_starts_and_ends_on_sundays() {
        assert!(!summer(date(2026, 3, 28)) && summer(date(2026, 3, 29)));
        assert!(summer(date(2026, 10, 24)) && !summer(date(2026, 10, 25)));
    }
}
