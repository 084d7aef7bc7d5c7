//! Which records are the same person when no verified number says so: weighed as they arrive, by a frozen model.
//!
//! Intake only notes that a record's identity changed; one worker at a time weighs it against the records that stand
//! under the same keys of an index in the database, keeps the pairs that may be one person, and has the persons they
//! touch computed anew. A pair's weight depends on its two records and the model alone, so the order of arrival
//! cannot matter.

mod answers;
pub(crate) mod join;
mod labels;
mod models;
mod queue;
mod rows;
pub(crate) mod store;
mod work;

pub use answers::{Answer, Decided, answer, latest, part, take_back};
pub use labels::{Labelled, Quality, Slice, quality};
pub use models::{ModelRow, all as models, learn, put_in_force};
pub use queue::{COUNTED, Pending, Progress, Side, next_pair, pair_of, progress};
pub(crate) use work::weigh_again;
pub use work::{Matcher, Worked, drain, weigh_some};
