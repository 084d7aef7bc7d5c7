//! What `chesil backup` and `chesil restore` print.

use super::{ACCOUNT_KEY, AUDIT_KEY};
use crate::Store;
use care::backup::{Manifest, Progress, Restored};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use record::{Instant, When};
use std::path::Path;

/// How far it is, on standard error; nothing when that is no terminal.
pub struct Bar(ProgressBar);

impl Bar {
    /// Over a file of so many bytes.
    pub fn over(bytes: u64) -> Self {
        Self::styled(Some(bytes), "{bar:30} {bytes}/{total_bytes} {msg} ({eta} left)")
    }

    /// Of something whose end is not known yet.
    pub fn unbounded() -> Self {
        Self::styled(None, "{spinner} {bytes} written, {msg}, {elapsed}")
    }

    fn styled(length: Option<u64>, template: &str) -> Self {
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Shows how far it is.
    pub fn show(&self, progress: &Progress) {
        if progress.bytes > 0 {
            self.0.set_position(progress.bytes);
        }
        self.0
            .set_message(format!("{}: {} rows", progress.table, progress.rows));
    }

    /// Takes it away.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

/// A backup was taken.
pub fn taken(path: &Path, manifest: &Manifest, missing: &[&str]) {
    println!("{} is whole. {}", path.display(), of(manifest));
    println!("In it, sealed: the record, who looked and its seals, accounts with their second factors, what people");
    println!("decided, models in force{}.", and(&manifest.secrets));
    for name in missing {
        println!(
            "NOT in it, because it was not in the data folder: {name}. {}",
            without(name)
        );
    }
    println!("Keep elsewhere, since it is not in it: the key of this backup, without which nobody can read it; the");
    println!("files of --machines, --provider and --system with their secrets; the copy of the audit's seals and the");
    println!("list of removals beside it (--audit-copy); this program.");
}

fn and(secrets: &[String]) -> String {
    secrets.iter().map(|name| format!(", {name}")).collect()
}

fn without(name: &str) -> &'static str {
    match name {
        ACCOUNT_KEY => "After a restore nobody could sign in with a password: reset every account then.",
        AUDIT_KEY => "After a restore nobody could tell who signed the seals of the audit.",
        _ => "",
    }
}

/// A backup was read to its end.
pub fn checked(path: &Path, manifest: &Manifest) {
    println!("{} is whole, and opens with this key. {}", path.display(), of(manifest));
    for (table, sum) in &manifest.foot.tables {
        println!(
            "  {table:<20} {:>12} rows  {}",
            sum.rows,
            sum.digest.get(..16).unwrap_or("")
        );
    }
    println!(
        "Beside the tables: {}.",
        match manifest.secrets.is_empty() {
            true => "nothing".to_owned(),
            false => manifest.secrets.join(", "),
        }
    );
    println!("Whether it can be restored is known only once it was: see the drill in docs/keeping-it.md.");
}

fn of(manifest: &Manifest) -> String {
    let rows: u64 = manifest.foot.tables.values().map(|sum| sum.rows).sum();
    format!(
        "It shows the store ({}, Chesil {}) as it was on {}: {rows} rows of {} tables, in {:.1} MB.",
        manifest.head.engine,
        manifest.head.program,
        moment(manifest.head.taken),
        manifest.foot.tables.len(),
        manifest.bytes as f64 / 1e6
    )
}

fn moment(micros: i64) -> String {
    When::moment(Instant(micros)).to_string()
}

fn decided_again(restored: &Restored) {
    let decided = &restored.decided;
    println!(
        "Decided again, since it was decided after the backup: {} that protect somebody (objections, seals, hidden \
         entries, suspensions, ways not to reach them), {} proxies, consents and joins ended, {} pairs kept apart.",
        decided.protected, decided.ended, decided.apart
    );
    if decided.restricted > 0 {
        println!(
            "Addresses hidden until their sender has said again that they are restricted: {}.",
            decided.restricted
        );
    }
    if decided.kept > 0 {
        println!(
            "Taken back since, and left standing because it protects somebody: {}. Whoever wants it taken back says so \
             again.",
            decided.kept
        );
    }
    if !restored.left.is_empty() {
        println!("LEFT, and nobody is served before a person has looked at each (`chesil restored`):");
    }
    for one in &restored.left {
        println!("  - {one}.");
    }
}

/// A backup was restored.
pub fn restored(restored: &Restored, store: &Store) {
    let taken = moment(restored.manifest.head.taken);
    println!("Restored. {}", of(&restored.manifest));
    println!("Every table was read back and is what the backup says.");
    println!(
        "The audit: {} rows, {} seals. It goes on in a new chain; what was looked at after {taken} is lost with the \
         old store.",
        restored.audit.rows, restored.audit.seals
    );
    for fault in &restored.audit.faults {
        println!("FAULT, already in what was backed up: {}", fault.0);
    }
    println!(
        "Removed again, since the law said so after the backup: {}.",
        restored.removed_again
    );
    decided_again(restored);
    println!(
        "Ended: {} sessions, {} codes by which accounts are set up (reset those accounts), {} copies of records, {} \
         projects (their analysts propose them again).",
        restored.ended.sessions, restored.ended.codes, restored.ended.copies, restored.ended.projects
    );
    println!("\nNot there is what came after {taken}, and what nobody listed. Before anybody signs in:");
    println!(
        " 1. Reset the account of whoever lost a telephone, a password or recovery codes since: those would work once"
    );
    println!("    more. Look at what is left, above: until then nobody is served.");
    println!(" 2. Ask each sender to send again from its last item here; what is known already changes nothing:");
    for (feed, last) in &restored.manifest.foot.feeds {
        match last {
            0 => println!("      {feed:<24} nothing yet"),
            last => println!("      {feed:<24} {}", moment(*last)),
        }
    }
    println!(" 3. Serve with --audit-copy on a NEW file, and keep the old one: it is the proof of what is lost.");
    let secrets = &restored.manifest.secrets;
    for name in [ACCOUNT_KEY, AUDIT_KEY]
        .into_iter()
        .filter(|name| !secrets.iter().any(|one| one == name))
    {
        println!("The backup held no {name}. {}", without(name));
    }
    if store.database.is_some() {
        println!(
            "Give every process that serves this database the keys in {}.",
            store.data.display()
        );
    }
}
