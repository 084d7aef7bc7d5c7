//! What an import prints.

use super::run::Progress;
use care::intake::Tally;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::Write;
use std::time::Duration;

/// A progress bar on standard error, over the bytes to be read.
pub struct Bar(ProgressBar);

impl Bar {
    /// `quiet` when a program reads the output; standard error that is no terminal stays empty by itself.
    pub fn new(quiet: bool) -> Self {
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let style = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {msg} ({eta} left)");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Shows how far it has got.
    pub fn show(&self, progress: &Progress) {
        self.0.set_length(progress.bytes_total);
        self.0.set_position(progress.bytes_read);
        self.0.set_message(format!(
            "{} taken, {} in quarantine",
            progress.taken, progress.quarantined
        ));
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

/// One JSON object.
pub fn json(tally: &Tally, took: Duration) -> String {
    serde_json::json!({
        "received": tally.received,
        "accepted": tally.accepted,
        "updated": tally.updated,
        "unchanged": tally.unchanged,
        "quarantined": tally.quarantined,
        "entries": tally.entries,
        "by_type": tally.by_type,
        "kept_unmapped": tally.kept_unmapped,
        "without_entries": tally.without_entries,
        "quarantined_by_reason": tally.quarantined_by_reason,
        "seconds": took.as_secs_f64(),
        "per_second": rate(tally, took),
    })
    .to_string()
}

fn rate(tally: &Tally, took: Duration) -> f64 {
    let seconds = took.as_secs_f64();
    if seconds > 0.0 {
        tally.received as f64 / seconds
    } else {
        0.0
    }
}

/// A table for people.
pub fn table(tally: &Tally, took: Duration) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "received      {:>10}   in {:.1} s, {:.0} a second",
        tally.received,
        took.as_secs_f64(),
        rate(tally, took)
    )?;
    writeln!(out, "  accepted    {:>10}   new", tally.accepted)?;
    writeln!(out, "  updated     {:>10}   newer than what was known", tally.updated)?;
    writeln!(out, "  unchanged   {:>10}   known already", tally.unchanged)?;
    writeln!(out, "  quarantined {:>10}", tally.quarantined)?;
    writeln!(out, "entries       {:>10}", tally.entries)?;
    writeln!(
        out,
        "kept unmapped {:>10}   readable as sent, no entries",
        tally.kept_unmapped.values().sum::<u64>()
    )?;
    for (why, count) in &tally.without_entries {
        writeln!(out, "no entries    {count:>10}   {}", why.replace('-', " "))?;
    }
    if !tally.by_type.is_empty() {
        writeln!(out, "\nby type")?;
        for (name, count) in &tally.by_type {
            writeln!(
                out,
                "  {:<32} {count:>10}",
                if name.is_empty() { "(unreadable)" } else { name }
            )?;
        }
    }
    if !tally.quarantined_by_reason.is_empty() {
        writeln!(out, "\nin quarantine, by reason")?;
        for (reason, count) in &tally.quarantined_by_reason {
            writeln!(out, "  {reason:<32} {count:>10}")?;
        }
        writeln!(out, "See each under Feeds, with its place and what would mend it.")?;
    }
    Ok(())
}
