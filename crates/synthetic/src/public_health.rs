//! What public health sends: coaching, and the measurement of schoolchildren.

use crate::calendar::{self, slashed};
use crate::feeds::{self, FeedFile, Feeds};
use crate::fhir::Copy;
use crate::household::Household;
use crate::known;
use crate::live::Played;
use crate::lives::Life;
use crate::people::{Marks, Person, Smoking};
use crate::place::SCHOOLS;
use crate::random::Rng;
use crate::table::{Columns, Row, columns};
use record::{Date, Sex};

/// Columns of coaching.
pub const COACH_COLUMNS: Columns = columns! {
    "SessionID" "ClientID" "NHSNumber" "FirstName" "LastName" "DateOfBirth" "Sex" "Postcode" "Phone" "Email"
    "PracticeCode" "Ethnicity" "Programme" "ProgrammeStatus" "StartDate" "EndDate" "SessionDate" "SessionType"
    "Coach" "WeightKg" "HeightCm" "BMI" "SmokingStatus" "CigarettesPerDay" "QuitDate" "SmokeFreeFourWeeks"
    "CarbonMonoxidePpm" "AuditC" "ActiveMinutesPerWeek" "Goal" "Notes" "LastUpdated"
};
/// Columns of the school programme.
pub const SCHOOL_COLUMNS: Columns = columns! {
    "MeasurementReference" "PupilReference" "NHSNumber" "Surname" "Forename" "DateOfBirth" "Sex" "Postcode"
    "Ethnicity" "SchoolURN" "SchoolName" "YearGroup" "MeasurementStatus" "MeasurementDate" "HeightCm" "WeightKg"
    "BMI" "BMICentile" "BMICategory" "ParentLetterSent" "FollowUpOffered" "MeasuredBy" "RecordStatus"
    "LastUpdated"
};

/// Coaching feed.
pub static COACH: FeedFile = feeds::lines("health-coaching", "DEMO-PH01", "csv", COACH_COLUMNS.1);
/// School feed.
pub static SCHOOL: FeedFile = feeds::lines("school-measurement", "RDY", "csv", SCHOOL_COLUMNS.1);

/// Whether a coach has met the person.
pub fn coaches_know(person: &Person, life: &Life) -> bool {
    person.marks.has(Marks::COACHED) && person.age(life.until) >= 18
}

/// Everything public health tells of one person.
pub fn tell(feeds: &mut Feeds, person: &Person, household: &Household, life: &Life) {
    if coaches_know(person, life) {
        let copy = known::copy(&known::COACHES, person, household, life);
        coaching(feeds, &copy, life);
    }
    let age = person.age(life.until);
    if (4..18).contains(&age) {
        let copy = known::copy(&known::COMMUNITY, person, household, life);
        measurements(feeds, &copy, life, None);
    }
}

/// Whether a child is to be measured at school on this day.
pub fn measured_on(person: &Person, day: Date) -> bool {
    (4..13).contains(&person.age(day)) && sessions(person, day).any(|(_, _, when)| when == day)
}

/// A child measured at school on a day after the told history, under the reference it would have in a later one.
/// Gives the minute at which it is written.
pub fn measured(played: Played<'_, '_>) -> u16 {
    let copy = played.copy(&known::COMMUNITY);
    let Played {
        feeds, history, day, ..
    } = played;
    measurements(feeds, &copy, history, Some(day));
    15 * 60 + 40
}

/// A coaching session on a day after the told history. Gives the minute at which it is written.
pub fn coached(played: Played<'_, '_>) -> u16 {
    let copy = played.copy(&known::COACHES);
    let Played {
        feeds,
        person,
        day,
        number,
        rng,
        ..
    } = played;
    let programme = programme(person, &mut person.rng("coaching"));
    let clock = rng.range(16 * 60, 20 * 60);
    let mut row = Row::new(COACH_COLUMNS);
    row.about(&copy, copy.born.iso(), known::sex(person));
    row.set("SessionID", format!("H{}-{number}", copy.id))
        .set("ClientID", copy.id.clone());
    row.set("Programme", programme)
        .set("ProgrammeStatus", "Active")
        .set("StartDate", Date(day.0 - rng.range(14, 80)).iso());
    row.set("SessionDate", day.iso())
        .set("SessionType", rng.pick(&["Telephone", "Face to face", "Video"]))
        .set("Coach", rng.pick(&["Ben", "Carys", "Odette"]));
    let smoking = match person.smoking {
        Smoking::Current => "Current",
        Smoking::Former => "Ex",
        Smoking::Never => "Never",
    };
    row.set("SmokingStatus", smoking);
    match programme {
        "SMOKING" => stopping(&mut row, true, day, rng),
        "ALCOHOL" => {
            row.set("AuditC", rng.range(5, 11).to_string());
        }
        "ACTIVITY" => {
            row.set("ActiveMinutesPerWeek", (rng.range(2, 18) * 10).to_string());
        }
        _ => {
            row.set("BMI", format!("{:.1}", person.bmi));
        }
    }
    row.set(
        "LastUpdated",
        format!("{}T{:02}:{:02}", day.iso(), clock / 60, clock % 60),
    );
    row.send(feeds, &COACH);
    u16::try_from(clock).unwrap_or(1000)
}

fn coaching(feeds: &mut Feeds, copy: &Copy<'_>, life: &Life) {
    let person = copy.person;
    let mut rng = person.rng("coaching");
    let programme = programme(person, &mut rng);
    let start = Date(life.until.0 - rng.range(60, 600));
    let sessions = rng.range(2, 7);
    let left = rng.chance(0.3);
    let height = rng
        .normal(if person.sex == Sex::Male { 175.0 } else { 162.0 }, 6.0)
        .round();
    let mut bmi = person.bmi + 0.5;
    let mut minutes = rng.range(1, 9) * 10;
    let quit = rng.chance(0.45);
    for number in 1..=sessions {
        let day = Date(start.0 + 14 * (number - 1));
        if day.0 > life.until.0 {
            return;
        }
        let last = number == sessions;
        let mut row = Row::new(COACH_COLUMNS);
        row.about(copy, copy.born.iso(), known::sex(person));
        row.set("SessionID", format!("H{}-{number}", copy.id))
            .set("ClientID", copy.id.clone());
        let status = match (last, left) {
            (false, _) => "Active",
            (true, true) => "Left",
            // Two talks are no course of stopping.
            (true, false) if programme == "SMOKING" && sessions < 4 => "Left",
            (true, false) => "Completed",
        };
        row.set("Programme", programme)
            .set("ProgrammeStatus", status)
            .set("StartDate", start.iso());
        row.set("EndDate", if last { day.iso() } else { String::new() })
            .set("SessionDate", day.iso());
        row.set("SessionType", rng.pick(&["Telephone", "Face to face", "Video"]))
            .set("Coach", rng.pick(&["Ben", "Carys", "Odette"]));
        if programme == "WEIGHT" {
            row.set("WeightKg", format!("{:.1}", bmi * height * height / 10_000.0));
            row.set("HeightCm", format!("{height:.0}"))
                .set("BMI", format!("{bmi:.1}"));
            row.set("Goal", "Lose five kilograms by summer");
            bmi -= 0.35 * rng.unit();
        }
        let smoking = match (person.smoking, programme) {
            (Smoking::Current, "SMOKING") if quit && number > 2 => "Ex",
            (Smoking::Current, _) => "Current",
            (Smoking::Former, _) => "Ex",
            (Smoking::Never, _) => "Never",
        };
        row.set("SmokingStatus", smoking);
        if programme == "SMOKING" {
            stopping(&mut row, smoking == "Current", start, &mut rng);
            if last && number > 4 {
                row.set("SmokeFreeFourWeeks", if smoking == "Current" { "No" } else { "Yes" });
            }
        }
        if programme == "ALCOHOL" {
            row.set("AuditC", rng.range(5, 11).to_string())
                .set("Goal", "Four days a week without a drink");
        }
        if programme == "ACTIVITY" {
            row.set("ActiveMinutesPerWeek", minutes.to_string())
                .set("Goal", "Walk to the shops and back each day");
            minutes += rng.range(0, 3) * 10;
        }
        // A goal is agreed at the first session.
        if number > 1 {
            row.set("Goal", "");
        }
        row.set("LastUpdated", format!("{}T18:05", day.iso()));
        row.send(feeds, &COACH);
    }
}

fn programme(person: &Person, rng: &mut Rng) -> &'static str {
    match person.smoking {
        Smoking::Current if rng.chance(0.7) => "SMOKING",
        _ if person.bmi >= 29.0 => "WEIGHT",
        _ => rng.pick(&["ACTIVITY", "ACTIVITY", "ALCOHOL"]),
    }
}

fn stopping(row: &mut Row, smokes: bool, start: Date, rng: &mut Rng) {
    let cigarettes = if smokes { rng.range(4, 20) } else { 0 };
    let breath = if smokes { rng.range(9, 28) } else { rng.range(1, 5) };
    row.set("CigarettesPerDay", cigarettes.to_string())
        .set("CarbonMonoxidePpm", breath.to_string());
    row.set("Goal", "Stop smoking and stay stopped");
    if !smokes {
        row.set("QuitDate", Date(start.0 + 21).iso());
    }
}

/// Whether a child was measured at school, or was to be.
pub fn schools_know(person: &Person, life: &Life) -> bool {
    (4..18).contains(&person.age(life.until)) && sessions(person, life.until).next().is_some()
}

/// The school years in which a child was to be measured: year group, years after Reception, the day.
fn sessions(person: &Person, until: Date) -> impl Iterator<Item = (&'static str, i32, Date)> {
    // A school measures a family's children of one year on one day.
    let mut rng = crate::random::Rng::keyed(person.seed, person.household, u16::MAX, "school days");
    let (born_year, born_month, _) = calendar::ymd(person.born);
    let starts = born_year + if born_month >= 9 { 5 } else { 4 };
    [("Reception", 0), ("Year 6", 6)]
        .into_iter()
        .filter_map(move |(group, years)| {
            let year = starts + years;
            let day = calendar::working_day(calendar::date(year + 1, 2, 1 + rng.range(0, 120)));
            (day.0 <= until.0 && year >= 2016).then_some((group, years, day))
        })
}

/// How heavy a child is for their age and sex, in deviations from the middle. Poorer children are heavier: the
/// programme's own published slope.
fn standing(household: &Household, rng: &mut Rng) -> f64 {
    let poorer = f64::from(5 - household.neighbourhood.fifth);
    rng.normal(0.03 + 0.12 * poorer, 1.1).clamp(-2.6, 3.4)
}

/// Measured in year 6 within the year before `as_of`: whether at or above the 85th centile, the programme's
/// own bound for overweight.
pub fn year_six(person: &Person, household: &Household, life: &Life, as_of: Date) -> Option<bool> {
    if !(10..13).contains(&person.age(life.until)) {
        return None;
    }
    let (_, years, _) = sessions(person, life.until).find(|(_, years, day)| *years == 6 && day.0 > as_of.0 - 365)?;
    let heavier = standing(household, &mut person.rng("school")) + if years == 6 { 0.2 } else { 0.0 };
    Some(heavier >= 1.036)
}

/// Reception at four or five, Year 6 at ten or eleven.
fn measurements(feeds: &mut Feeds, copy: &Copy<'_>, life: &Life, only: Option<Date>) {
    let person = copy.person;
    let mut rng = person.rng("school");
    let standing = standing(copy.household, &mut rng);
    for (group, years, day) in sessions(person, only.unwrap_or(life.until)) {
        let school = SCHOOLS[usize::try_from(
            i32::from(copy.household.neighbourhood.fifth) + i32::from(person.household as u8 % 3),
        )
        .unwrap_or(0)
            % 5];
        let mut row = Row::new(SCHOOL_COLUMNS);
        row.about(copy, slashed(copy.born), known::sex(person));
        row.set("MeasurementReference", format!("N{}-{years}", copy.id))
            .set("PupilReference", copy.id.clone());
        row.set("SchoolURN", format!("9{:05}", school.len() * 317))
            .set("SchoolName", school)
            .set("YearGroup", group);
        let status = match rng.unit() {
            x if x < 0.9 => "Measured",
            x if x < 0.95 => "Absent",
            _ => "Parent opted out",
        };
        row.set("MeasurementStatus", status)
            .set("MeasurementDate", slashed(day));
        if status == "Measured" {
            let age = calendar::years_exact(person.born, day);
            let height = 77.0 + 6.3 * age + rng.normal(0.0, 4.0);
            let heavier = standing + if years == 6 { 0.2 } else { 0.0 };
            // Rough middle and spread of the UK90 curves at these ages.
            let (middle, spread) = if years == 0 { (15.6, 1.35) } else { (17.4, 2.5) };
            let bmi = middle + spread * heavier + 0.35 * heavier * heavier.max(0.0);
            row.set("HeightCm", format!("{height:.1}"))
                .set("WeightKg", format!("{:.1}", bmi * height * height / 10_000.0));
            let centile = 100.0 * crate::random::logistic(1.702 * heavier);
            row.set("BMI", format!("{bmi:.1}"))
                .set("BMICentile", format!("{centile:.1}"));
            let category = match centile {
                x if x < 2.0 => "Underweight",
                x if x < 91.0 => "Healthy weight",
                x if x < 98.0 => "Overweight",
                _ => "Very overweight",
            };
            row.set("BMICategory", category);
            row.set("FollowUpOffered", if centile >= 98.0 { "Yes" } else { "No" });
            row.set("ParentLetterSent", "Yes");
        }
        row.set("MeasuredBy", "School nursing team")
            .set("RecordStatus", "Active");
        row.set("LastUpdated", format!("{} 15:40", slashed(day)));
        if only.is_none_or(|only| only == day) {
            row.send(feeds, &SCHOOL);
        }
    }
}
