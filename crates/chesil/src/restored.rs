//! `chesil restored`: what a restore left to be looked at. Nobody is served until a person has looked at each.

use crate::error::Failure;
use crate::{Store, account, clock, folder};
use care::Care;
use care::backup::{self, Looking};
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Arguments {
    /// The number of what you have looked at; without it, everything that is left is shown.
    #[arg(long, value_name = "NUMBER", requires_all = ["by", "words"])]
    looked: Option<i64>,
    /// Who looked: your name.
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// What you found or did, and whom you asked.
    #[arg(long, value_name = "WORDS")]
    words: Option<String>,
    #[command(flatten)]
    store: Store,
}

/// Runs the command: first it tries by itself what may be possible by now. Exit 4 while anything is left.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let care = folder::open(&arguments.store, 1)?;
    let now = clock::now();
    let (done, said_again) = backup::try_again(&care, account::BY, now)?;
    if done > 0 {
        println!("Done now, by itself: {done}.");
    }
    if said_again > 0 {
        println!("Said again by its sender, and held no longer: {said_again}.");
    }
    if let (Some(number), Some(by), Some(words)) = (arguments.looked, &arguments.by, &arguments.words) {
        let looking = Looking {
            actor: account::BY,
            by,
            words,
            now,
        };
        match backup::look_at(&care, number, &looking)? {
            true => println!("{number} is looked at."),
            false => return Err(Failure::new(format!("nothing is left under the number {number}"))),
        }
    }
    let open = backup::open(&care)?;
    if open.held > 0 {
        println!(
            "Addresses hidden until the sender has said again that they are restricted: {}. Run this again once each \
             sender has sent again.",
            open.held
        );
    }
    for left in &open.left {
        println!("{:>4}  {}.", left.number, left.words);
    }
    if open.left.is_empty() {
        println!("Nothing is left to be looked at: you may serve.");
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "Once you have looked at one: chesil restored --looked NUMBER --by \"Your name\" --words \"what you found\""
    );
    Ok(ExitCode::from(4))
}

/// Says no to serving a store of which something is left.
pub fn refuse_unlooked(care: &Care) -> Result<(), Failure> {
    let left = backup::open(care)?.left;
    if left.is_empty() {
        return Ok(());
    }
    let each: Vec<String> = left
        .iter()
        .map(|one| format!("\n{:>4}  {}.", one.number, one.words))
        .collect();
    Err(Failure::new(format!(
        "this store was restored, and nobody is served before a person has looked at each of these:{}\n`chesil restored` \
         shows them again, and `chesil restored --looked NUMBER --by NAME --words WORDS` keeps that you did",
        each.concat()
    )))
}
