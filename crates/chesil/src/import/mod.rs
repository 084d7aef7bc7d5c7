//! `chesil import`: files and folders that partners sent, through the one intake.

mod files;
mod hand_over;
mod lines;
mod reading;
mod run;
mod stage;

use crate::error::Failure;
use crate::{Store, folder};
use care::Care;
use care::intake::Tally;
use record::OrgCode;
use record::system::Feed;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

pub use hand_over::serve_imports;
pub use run::{Delivery, import, take};
pub use stage::sweep;

#[derive(clap::Args)]
pub struct Arguments {
    /// Files and folders.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// ODS code of the organisation that sent them.
    #[arg(long)]
    from: String,
    /// The feed they came by, as in the system's feeds folder. Tables need one.
    #[arg(long)]
    feed: Option<String>,
    /// Print one JSON object on standard output instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    store: Store,
}

/// Exit 0 when all were taken, 3 when some were put in quarantine.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    for path in &arguments.paths {
        if !path.exists() {
            return Err(Failure::new(format!(
                "{}: there is no such file or folder",
                path.display()
            )));
        }
    }
    let bar = lines::Bar::new(arguments.json);
    let owned = folder::own(&arguments.store.data)?;
    let (tally, took) = if owned.is_none() && arguments.store.database.is_none() {
        hand_over::import(arguments, &bar)?
    } else {
        let care = folder::open(&arguments.store, 2)?;
        let feed = feed_of(&care, &arguments.from, arguments.feed.as_deref())?;
        import(&care, &arguments.store.data, &feed, &arguments.paths, &|progress| {
            bar.show(progress)
        })?
    };
    bar.finish();
    if arguments.json {
        println!("{}", lines::json(&tally, took));
    } else {
        // A reader that has seen enough and gone away is no failure of the import.
        let _ = lines::table(&tally, took);
    }
    Ok(if tally.quarantined == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(3)
    })
}

/// The feed to take them by. Without a name, one is made for the sender; a live folder takes nothing by a
/// feed whose lawful basis and controller nobody wrote down (SAFETY 7).
pub fn feed_of(care: &Care, from: &str, name: Option<&str>) -> Result<Arc<Feed>, Failure> {
    let sender = OrgCode::parse(from).ok_or_else(|| {
        Failure::new(format!(
            "--from {from}: an ODS code is 1 to 12 letters, digits or hyphens"
        ))
    })?;
    let Some(name) = name else {
        if !care.is_demo() {
            return Err(Failure::new(
                "a live folder takes data only by a feed of its system: give --feed NAME",
            ));
        }
        return Ok(Arc::new(Feed::named(
            &format!("{}-files", sender.as_str().to_lowercase()),
            sender,
        )));
    };
    let feed = care.system().feed(name).ok_or_else(|| {
        let known: Vec<&str> = care.system().feeds.iter().map(|feed| feed.name.as_str()).collect();
        Failure::new(format!("there is no feed {name}; there are: {}", known.join(", ")))
    })?;
    if feed.sender != sender {
        return Err(Failure::new(format!(
            "feed {name} is sent by {}, not {sender}",
            feed.sender
        )));
    }
    Ok(Arc::new(feed.clone()))
}

/// A tally with how long the run took.
pub type Took = (Tally, Duration);
