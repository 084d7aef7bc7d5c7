//! `chesil demo`: invented people through every feed, then the pages.

use crate::error::Failure;
use crate::{Store, clock, folder, serve, synthesise};
use care::Care;
use care::access::DEMO_USERS;
use care::intake::Tally;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

#[derive(clap::Args)]
pub struct Arguments {
    /// How many people to invent.
    #[arg(long, env = "PEOPLE", default_value_t = 320)]
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
    /// Address for the pages.
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: std::net::SocketAddr,
    /// Data folder.
    #[arg(long, default_value = "demo-data")]
    data: PathBuf,
    /// Keep the record in PostgreSQL instead.
    #[arg(long, env = "CHESIL_DATABASE", hide_env_values = true)]
    database: Option<String>,
}

/// Fills the folder through intake, unless that has been done, and serves it.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let store = Store {
        data: arguments.data.clone(),
        database: arguments.database.clone(),
        system: None,
        live: false,
    };
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
    let as_of = synthesise::as_of(arguments.as_of.as_deref())?;
    let filled = store.data.join("filled");
    let mark = format!("{} people, seed {}", arguments.people, arguments.seed);
    if std::fs::read_to_string(&filled).is_ok_and(|held| held == mark) {
        println!("{} holds {mark} already.", store.data.display());
    } else {
        fill(
            &care,
            &store.data,
            synthetic::Plan {
                people: arguments.people,
                seed: arguments.seed,
                as_of,
            },
        )?;
        std::fs::write(&filled, mark)?;
    }
    if let Some(first) = synthetic::truth(synthetic::Plan {
        people: arguments.people,
        seed: arguments.seed,
        as_of,
    })
    .next()
    {
        care::access::bind_demo_users(&care, first.nhs_number, clock::now())?;
    }
    if arguments.fill_only {
        return Ok(ExitCode::SUCCESS);
    }
    let listen = arguments.listen;
    let serving = serve::Arguments {
        listen,
        mllp: Vec::new(),
        watch: None,
        machines: None,
        here: None,
        tls_cert: None,
        tls_key: None,
        system_rate: 1_000,
        secure_cookies: false,
        behind_proxy: false,
        provider: None,
        provider_secret: None,
        audit_copy: None,
        store,
    };
    serve::serve(&serving, care, || {
        println!("\nOpen http://{listen}/ and sign in as any of these; everyone in it is invented:");
        for user in DEMO_USERS {
            println!("  {:<22} {}, {}", user.job, user.name, user.organisation);
        }
        println!(
            "\nTry the out-of-hours nurse: find a person by birth date and three letters of a name.\nStop with Ctrl-C."
        );
    })
}

/// Sends every invented delivery through the same intake as any file, and says how much that was.
pub fn fill(care: &Care, data: &Path, plan: synthetic::Plan) -> Result<Tally, Failure> {
    let begun = Instant::now();
    let whole = synthesise::into::fill(care, data, plan)?;
    let weighed = care::person::matching::drain(care, 1, clock::now(), |_| ())?;
    care::person::matching::count(care, clock::now())?;
    println!(
        "{} invented people: {} items from every kind of partner, {} entries, {} in quarantine, {} records \
         compared, {:.1} s",
        plan.people,
        whole.received,
        whole.entries,
        whole.quarantined,
        weighed,
        begun.elapsed().as_secs_f64()
    );
    Ok(whole)
}
