//! `chesil demo`: invented people through every feed, then the pages.

use crate::error::Failure;
use crate::{Store, clock, folder, serve, synthesise};
use care::Care;
use care::access::DEMO_USERS;
use care::intake::Tally;
use record::Date;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

#[derive(clap::Args)]
pub struct Arguments {
    /// How many people to invent.
    #[arg(long, env = "PEOPLE", default_value_t = 20_000)]
    people: u32,
    /// The same seed invents the same people.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The day their stories end; today when not given.
    #[arg(long)]
    as_of: Option<String>,
    /// Only fill the folder; do not serve.
    #[arg(long)]
    fill_only: bool,
    /// Play the day after their stories end while the pages are served: what partners send arrives as you watch.
    #[arg(long, conflicts_with = "fill_only")]
    live: bool,
    /// With --live: minutes of the day in one minute of yours.
    #[arg(long, default_value_t = 60.0)]
    speed: f64,
    /// Address for the pages.
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: std::net::SocketAddr,
    /// Data folder.
    #[arg(long, default_value = "demo-data")]
    data: PathBuf,
    /// Keep the record in PostgreSQL instead.
    #[arg(long, env = "CHESIL_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// The care system whose `invented/` folder says where people live; without it, the one built in (Dorset).
    #[arg(long)]
    system: Option<PathBuf>,
}

/// Fills the folder through intake, unless that has been done, and serves it.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let store = Store {
        data: arguments.data.clone(),
        database: arguments.database.clone(),
        system: arguments.system.clone(),
        live: false,
    };
    let figures = synthesise::settle(arguments.system.as_deref())?;
    let owned = folder::own(&store.data)?;
    if owned.is_none() {
        return Err(Failure::new(format!(
            "data folder {} is in use by another chesil process",
            store.data.display()
        )));
    }
    let care = Arc::new(folder::open(&store, 6)?);
    if !care.is_demo() {
        return Err(Failure::new("this folder is live; invented people never enter it"));
    }
    let plan = filled_with(arguments, &care, &store.data)?;
    if !serve::invented::path(&store.data).is_file() {
        synthesise::count(&store.data, plan, &figures)?;
    }
    if let Some(first) = synthetic::truth(plan).next() {
        care::access::bind_demo_users(&care, first.nhs_number, clock::now())?;
    }
    if arguments.fill_only {
        return Ok(ExitCode::SUCCESS);
    }
    let listen = arguments.listen;
    let watch = arguments.live.then(|| arguments.data.join("arriving"));
    let play = arguments.live.then(|| playing(arguments, watch.clone()));
    let serving = serve::Arguments {
        listen,
        mllp: Vec::new(),
        mllp_cert: None,
        mllp_key: None,
        watch,
        machines: None,
        here: None,
        tls_cert: None,
        tls_key: None,
        system_rate: 1_000,
        secure_cookies: false,
        behind_proxy: false,
        provider: None,
        provider_secret: None,
        leaked_passwords: None,
        audit_copy: None,
        store,
    };
    serve::serve(&serving, care, move || {
        println!("\nOpen http://{listen}/ and sign in as any of these; everyone in it is invented:");
        for user in DEMO_USERS {
            println!("  {:<22} {}, {}", user.job, user.name, user.organisation);
        }
        println!(
            "\nTry the out-of-hours nurse: find a person by birth date and three letters of a name.\nStop with Ctrl-C."
        );
        if let Some(play) = play {
            std::thread::spawn(move || {
                if let Err(failure) = synthesise::live::run(&play, plan) {
                    println!("The day is not played on: {failure}");
                }
            });
        }
    })
}

/// A day played into the server that this very process is.
fn playing(arguments: &Arguments, watched: Option<PathBuf>) -> synthesise::live::Play {
    synthesise::live::Play {
        live: true,
        to: format!("http://{}", arguments.listen),
        mllp: Vec::new(),
        drop: watched,
        token_file: None,
        speed: arguments.speed,
        day: None,
        days: 1,
        from: "07:00".to_owned(),
        progress: arguments.data.join("live.json"),
    }
}

/// Fills the folder unless it holds what was asked for, and says what it holds. A folder filled on another day
/// keeps its own as-of date, unless one was asked for.
fn filled_with(arguments: &Arguments, care: &Care, data: &Path) -> Result<synthetic::Plan, Failure> {
    let filled = data.join("filled");
    let asked = arguments.as_of.as_deref();
    let mut plan = synthetic::Plan {
        people: arguments.people,
        seed: arguments.seed,
        as_of: synthesise::as_of(asked)?,
    };
    if arguments.live && asked.is_none() {
        // The day that is played is today.
        plan.as_of = Date(plan.as_of.0 - 1);
    }
    let held = std::fs::read_to_string(&filled).unwrap_or_default();
    let (who, of) = held.split_once(", as of ").unwrap_or((&held, ""));
    let same_people = who == format!("{} people, seed {}", plan.people, plan.seed);
    let held_day = Date::parse(of).unwrap_or(plan.as_of);
    if same_people && (asked.is_none() || held_day == plan.as_of) {
        plan.as_of = held_day;
        println!("{} holds {held} already.", data.display());
        return Ok(plan);
    }
    let _ = std::fs::remove_file(serve::invented::path(data));
    fill(care, data, plan)?;
    std::fs::write(&filled, synthesise::live::in_words(plan))?;
    Ok(plan)
}

/// Sends every invented delivery through the same intake as any file, and says how much that was.
pub fn fill(care: &Care, data: &Path, plan: synthetic::Plan) -> Result<Tally, Failure> {
    let begun = Instant::now();
    let synthesise::into::Filled { tally, filed, weighed } = synthesise::into::fill(care, data, plan)?;
    care::person::matching::count(care, clock::now())?;
    println!(
        "{} invented people: {} items from every kind of partner, {} entries, {} in quarantine in {:.1} s; \
         {} records compared, {:.1} s in all",
        plan.people,
        tally.received,
        tally.entries,
        tally.quarantined,
        filed.as_secs_f64(),
        weighed,
        begun.elapsed().as_secs_f64()
    );
    Ok(tally)
}
