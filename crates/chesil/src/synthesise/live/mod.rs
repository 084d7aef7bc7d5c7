//! `chesil synthesise --live`: a day after the as-of date, sent to a running server one message at a time, at a
//! chosen speed. What has been acknowledged is written down, so that a play that was cut short goes on where it
//! was; what a server never acknowledged is sent again, and intake knows it by its bytes.

mod send;

use crate::error::Failure;
use record::Date;
use send::{Answer, Target};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use synthetic::Plan;
use synthetic::live::{DAYS_MAX, Sent, day};

/// Most days played at one go.
const DAYS_AT_ONCE: u32 = 31;
/// How long a server may be away before the play gives up; what was sent stays written down.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// How long a watched folder may take over a file once the day is over.
const TAKING: Duration = Duration::from_secs(60);

#[derive(clap::Args, Clone, Debug)]
pub struct Play {
    /// Play the days after the as-of date into a running server: each message, bundle and row at its own minute.
    #[arg(long)]
    pub live: bool,
    /// With --live: where the server is. HL7 goes to /$ingest unless --mllp is given; FHIR to /fhir.
    #[arg(long, default_value = "http://127.0.0.1:8090", requires = "live")]
    pub to: String,
    /// With --live: an MLLP listener and the feed it takes, 127.0.0.1:2575=rbd-adt; may be given several times.
    #[arg(long, value_name = "ADDRESS=FEED", requires = "live")]
    pub mllp: Vec<String>,
    /// With --live: the folder the server watches, for feeds of tables; without it their rows are left out.
    #[arg(long, requires = "live")]
    pub drop: Option<PathBuf>,
    /// With --live: the file with the sender's token; a demo server's own when not given.
    #[arg(long, requires = "live")]
    pub token_file: Option<PathBuf>,
    /// With --live: minutes of the day in one minute of yours; 0 sends without waiting.
    #[arg(long, default_value_t = 60.0, requires = "live")]
    pub speed: f64,
    /// With --live: the first day played; the day after the as-of date when not given.
    #[arg(long, requires = "live")]
    pub day: Option<String>,
    /// With --live: how many days are played, one after another.
    #[arg(long, default_value_t = 1, requires = "live")]
    pub days: u32,
    /// With --live: the time of the first day from which it goes at the chosen speed; what is due before is sent at
    /// once.
    #[arg(long, default_value = "07:00", requires = "live")]
    pub from: String,
    /// With --live: the file that says how far the play has come.
    #[arg(long, default_value = "chesil-live.json", requires = "live")]
    pub progress: PathBuf,
}

/// How far a play has come, as the progress file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Progress {
    plan: String,
    day: String,
    sent: usize,
}

/// What became of a play.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Acknowledged.
    pub taken: usize,
    /// Refused by the server: it keeps them in quarantine, and says why.
    pub refused: usize,
    /// Left out: rows, with no watched folder to put them into.
    pub left_out: usize,
}

/// The plan in words, as it stands in files that must fit it.
pub fn in_words(plan: Plan) -> String {
    format!("{} people, seed {}, as of {}", plan.people, plan.seed, plan.as_of.iso())
}

/// Plays the days that were asked for.
///
/// # Errors
/// An argument that cannot be, or a server that stays away; the progress file says what was sent by then.
pub fn run(play: &Play, plan: Plan) -> Result<Played, Failure> {
    let first = match &play.day {
        Some(text) => Date::parse(text).ok_or_else(|| Failure::new(format!("--day {text}: write YYYY-MM-DD")))?,
        None => Date(plan.as_of.0 + 1),
    };
    if first.0 <= plan.as_of.0 || first.0 > plan.as_of.0 + DAYS_MAX {
        return Err(Failure::new(format!(
            "--day {}: only days after the as-of date, {}, can be played",
            first.iso(),
            plan.as_of.iso()
        )));
    }
    if !(1..=DAYS_AT_ONCE).contains(&play.days) {
        return Err(Failure::new(format!("--days {}: 1 to {DAYS_AT_ONCE}", play.days)));
    }
    if !(play.speed >= 0.0 && play.speed <= 1e6) {
        return Err(Failure::new(format!("--speed {}: 0 to 1,000,000", play.speed)));
    }
    let from = minute(&play.from).ok_or_else(|| Failure::new(format!("--from {}: write HH:MM", play.from)))?;
    let mut target = Target::new(play)?;
    if !until_answered("the server", || target.is_demo())? {
        return Err(Failure::new(format!(
            "{} is no demonstration: invented people never enter a record of real ones",
            play.to
        )));
    }
    let mut progress = begin(&play.progress, plan, first)?;
    let mut played = Played::default();
    for number in 0..play.days {
        let date = Date(first.0 + i32::try_from(number).unwrap_or(0));
        if date.iso() < progress.day {
            continue;
        }
        if date.iso() != progress.day {
            progress = Progress {
                day: date.iso(),
                sent: 0,
                ..progress
            };
        }
        let from = if number == 0 { from } else { 0 };
        one_day(play, &mut target, (plan, date, from), &mut progress, &mut played)?;
    }
    target.settle(TAKING);
    println!(
        "Played: {} acknowledged, {} refused, {} left out for want of --drop",
        played.taken, played.refused, played.left_out
    );
    Ok(played)
}

fn one_day(
    play: &Play,
    target: &mut Target,
    (plan, date, from): (Plan, Date, u16),
    progress: &mut Progress,
    played: &mut Played,
) -> Result<(), Failure> {
    let sent = day(plan, date);
    println!(
        "{}: {} to be sent, {} sent before",
        date.iso(),
        sent.len(),
        progress.sent
    );
    let (begun, start) = (
        Instant::now(),
        sent.get(progress.sent).map_or(0, |one| one.minute).max(from),
    );
    for one in sent.iter().skip(progress.sent) {
        wait(begun, one.minute.saturating_sub(start), play.speed);
        let answer = until_answered(one.feed, || target.send(one))?;
        match answer {
            Answer::Taken(_) | Answer::Dropped => played.taken += 1,
            Answer::Refused(_) => played.refused += 1,
            Answer::NoWay => played.left_out += 1,
        }
        println!("{}", line(one, &answer));
        progress.sent += 1;
        keep(&play.progress, progress)?;
    }
    Ok(())
}

/// One line of the console: when, by which feed, what, and what the server said. No line says about whom.
fn line(one: &Sent, answer: &Answer) -> String {
    let clock = format!("{:02}:{:02}", one.minute / 60, one.minute % 60);
    let said = match answer {
        Answer::Taken(code) => code.clone(),
        Answer::Dropped => "put into the watched folder".to_owned(),
        Answer::Refused(why) => format!("REFUSED {why}"),
        Answer::NoWay => "left out: no --drop".to_owned(),
    };
    format!("{clock}  {:<20}  {:<46}  {said}", one.feed, one.words)
}

fn wait(begun: Instant, minutes: u16, speed: f64) {
    if speed > 0.0 {
        let due = Duration::from_secs_f64(f64::from(minutes) * 60.0 / speed);
        std::thread::sleep(due.saturating_sub(begun.elapsed()));
    }
}

/// Tries until there is an answer: a server that is being started again is waited for.
fn until_answered<T>(whom: &str, mut ask: impl FnMut() -> Result<T, String>) -> Result<T, Failure> {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(500);
    let mut said = false;
    loop {
        match ask() {
            Ok(answer) => return Ok(answer),
            Err(silent) if begun.elapsed() < PATIENCE => {
                if !said {
                    println!("       {whom}: {silent}; trying again until it answers");
                    said = true;
                }
                std::thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_secs(10));
            }
            Err(silent) => {
                return Err(Failure::new(format!(
                    "{silent}; given up after {} minutes. The same command goes on from here",
                    PATIENCE.as_secs() / 60
                )));
            }
        }
    }
}

/// Where a play of this plan stands, or its beginning.
fn begin(path: &Path, plan: Plan, first: Date) -> Result<Progress, Failure> {
    let fresh = Progress {
        plan: in_words(plan),
        day: first.iso(),
        sent: 0,
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(fresh),
        Err(error) => return Err(Failure::new(format!("{}: {error}", path.display()))),
    };
    let held: Progress = serde_json::from_str(&text)
        .map_err(|error| Failure::new(format!("{}: {error}; remove it to begin anew", path.display())))?;
    if held.plan != fresh.plan {
        return Err(Failure::new(format!(
            "{}: is of a play of {}; give another --progress",
            path.display(),
            held.plan
        )));
    }
    Ok(if held.day < fresh.day { fresh } else { held })
}

/// Writes beside, then puts in place: a play that dies between the two has the older file, and sends one thing
/// twice, which intake knows.
fn keep(path: &Path, progress: &Progress) -> Result<(), Failure> {
    let text = serde_json::to_string(progress).map_err(|error| Failure::new(error.to_string()))?;
    let beside = path.with_extension("new");
    let in_words = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
    std::fs::write(&beside, text).map_err(in_words)?;
    std::fs::rename(&beside, path).map_err(in_words)
}

fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan {
            people: 300,
            seed: 1,
            as_of: Date::new(2026, 11, 1).unwrap(),
        }
    }

    #[test]
    fn a_play_goes_on_where_it_was_and_never_as_another_plans() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("live.json");
        let first = Date(plan().as_of.0 + 1);
        let mut progress = begin(&path, plan(), first).unwrap();
        assert_eq!(progress.sent, 0);
        progress.sent = 7;
        keep(&path, &progress).unwrap();
        assert_eq!(begin(&path, plan(), first).unwrap().sent, 7);
        assert_eq!(
            begin(&path, plan(), Date(first.0 + 1)).unwrap().sent,
            0,
            "a later day begins anew"
        );
        let other = Plan { seed: 2, ..plan() };
        assert!(begin(&path, other, first).unwrap_err().to_string().contains("seed 1"));
        std::fs::write(&path, "{").unwrap();
        assert!(begin(&path, plan(), first).is_err());
    }

    #[test]
    fn times_of_day_are_read() {
        assert_eq!(minute("07:05"), Some(425));
        for wrong in ["7", "24:00", "07:60", "", "a:b", "-1:00"] {
            assert_eq!(minute(wrong), None, "{wrong}");
        }
    }
}
