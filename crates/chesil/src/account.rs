//! `chesil account`: who may sign in with a password and a code. Nothing secret stands on the command line; the one
//! secret that is printed is good once, for three days.

use crate::error::Failure;
use crate::{Store, clock, folder, secret};
use care::access::account::{self, Account, AccountError, AccountKey, NewAccount, OneTime};
use record::{Instant, PersonId};
use std::path::Path;
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Make an account, and print the code by which its owner sets it up.
    Add {
        /// Their name as people read it.
        #[arg(long)]
        name: String,
        /// Their role, such as clinician, "social worker" or "privacy officer".
        #[arg(long)]
        role: String,
        /// The code of the organisation they act for; nothing for residents and carers.
        #[arg(long, default_value = "")]
        organisation: String,
        /// The name to sign in by; made out of the name when not given.
        #[arg(long, default_value = "")]
        user: String,
        #[command(flatten)]
        store: Store,
    },
    /// Show every account.
    List {
        #[command(flatten)]
        store: Store,
    },
    /// Shut an account and sign its owner out everywhere, at once.
    Suspend {
        /// The name to sign in by.
        user: String,
        #[command(flatten)]
        store: Store,
    },
    /// Let an account that was suspended be used again.
    Resume {
        /// The name to sign in by.
        user: String,
        #[command(flatten)]
        store: Store,
    },
    /// Say which person of the record an account's owner is, once you have seen that it is so: a resident then sees
    /// their own record, and staff cannot open their own or their family's by way of their work.
    Tie {
        /// The name to sign in by.
        user: String,
        /// The person's id, as it stands in the address of their record after /people/.
        #[arg(long)]
        person: String,
        /// Take it back.
        #[arg(long)]
        undo: bool,
        #[command(flatten)]
        store: Store,
    },
    /// Take away password, app and recovery codes, sign out everywhere, and print a new code: for whoever has lost
    /// them, once you have seen that it is them.
    Reset {
        /// The name to sign in by.
        user: String,
        #[command(flatten)]
        store: Store,
    },
}

/// Whom the audit names: whoever runs commands here owns the machine and everything on it.
pub const BY: &str = "system:command-line";

/// The key that secrets of accounts are kept under. Processes that share a database must be given the same file.
pub fn key(data: &Path) -> Result<AccountKey, Failure> {
    Ok(AccountKey::new(secret::kept(&data.join("account.key"))?))
}

/// Runs the command. It may run beside the server: it writes a few rows that the server reads afresh each time, in
/// transactions that wait for the server's own, and has a chain of its own in the audit.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let (What::Add { store, .. }
    | What::List { store }
    | What::Suspend { store, .. }
    | What::Resume { store, .. }
    | What::Tie { store, .. }
    | What::Reset { store, .. }) = &arguments.what;
    std::fs::create_dir_all(&store.data)?;
    let care = folder::open(store, 1)?;
    let (key, now) = (key(&store.data)?, clock::now());
    let random = [clock::random()?, clock::random()?, clock::random()?];
    match &arguments.what {
        What::Add {
            name,
            role,
            organisation,
            user,
            ..
        } => {
            let new = NewAccount {
                user: user.clone(),
                name: name.clone(),
                role: role.clone(),
                organisation: organisation.clone(),
            };
            tell(&account::add(&care, &key, &new, BY, (random, now))?);
        }
        What::List { .. } => account::list(&care)?
            .iter()
            .for_each(|one| println!("{}", line(one, now))),
        What::Suspend { user, .. } => {
            account::suspend(&care, user, true, BY, now)?;
            println!("{user} is suspended and signed out everywhere.");
        }
        What::Resume { user, .. } => {
            account::suspend(&care, user, false, BY, now)?;
            println!("{user} may sign in again.");
        }
        What::Tie { user, person, undo, .. } => {
            let id = PersonId::parse(person).ok_or_else(|| Failure::new("that is no id of a person"))?;
            account::tie(&care, user, id, !undo, BY, now)?;
            println!(
                "{user} is {}that person.",
                if *undo { "no longer said to be " } else { "" }
            );
        }
        What::Reset { user, .. } => tell(&account::reset(&care, &key, user, BY, (random, now))?),
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(one: &OneTime) {
    println!("User name:  {}", one.user);
    println!("Code:       {}", one.code);
    println!("Good until: {}, once", record::When::moment(one.ends));
    println!("Hand both over in person, or by two ways that one stranger could not read. At /enrol of the service the");
    println!("owner ties an authenticator app to the account and chooses a password. The code is not kept here.");
}

fn line(one: &Account, now: Instant) -> String {
    let state = match (&one.suspended, one.enrolled, one.code_ends) {
        (Some((at, by)), ..) => format!("suspended {} by {by}", record::When::moment(*at)),
        (None, Some(at), _) => format!("set up {}", record::When::moment(at)),
        (None, None, Some(ends)) if now < ends => format!("its code waits until {}", record::When::moment(ends)),
        (None, None, _) => "its code has run out: reset it".to_owned(),
    };
    format!(
        "{:<28} {:<24} {:<16} {:<28} {state}",
        one.user,
        one.role.words(),
        one.organisation,
        one.name
    )
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        Self::new(error.to_string())
    }
}
