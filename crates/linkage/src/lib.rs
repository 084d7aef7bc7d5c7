//! Which records are the same person.
//!
//! Records are compared field by field, the comparisons are weighed by what was learnt from the records themselves,
//! and records are put together into persons. Nothing has to be told beforehand but what each column holds. Pure: no
//! files, no clock, and for one seed the same answer whatever the number of threads.
//!
//! ```text
//! Rows → Table → Candidates → Model → pairs → persons
//! ```

pub mod block;
pub mod care;
pub mod clean;
pub mod cluster;
pub mod compare;
pub mod explain;
pub mod given_names;
pub mod model;
pub mod schema;
pub mod score;
pub mod similar;
pub mod table;
pub mod train;

pub use block::Candidates;
pub use cluster::{Pair, persons};
pub use model::Model;
pub use schema::{Role, Schema};
pub use score::{Growing, Scorer, Weights};
pub use table::{Rows, Table};

/// Weighs every candidate pair and gives those of at least this weight, in order of records, each once.
pub fn pairs(scorer: &Scorer<'_>, candidates: &Candidates<'_>, least: f32) -> Vec<Pair> {
    use rayon::prelude::*;
    let mut found = candidates.map(|a, b, out: &mut Vec<Pair>| {
        if let Some(scored) = scorer.score_from(a, b, least) {
            out.push(Pair {
                a,
                b,
                weight: scored.weight,
                pattern: scored.pattern,
            });
        }
    });
    found.par_sort_unstable_by_key(|pair| (pair.a, pair.b));
    found.dedup_by_key(|pair| (pair.a, pair.b));
    found
}
