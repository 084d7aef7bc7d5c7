//! Which records are the same person when no verified number says so: weighed as they arrive, by a frozen model.
//!
//! Intake only notes that a record's identity changed; one worker at a time weighs it against the records that stand
//! under the same keys of an index in the database, keeps the pairs that may be one person, and has the persons they
//! touch computed anew. A pair's weight depends on its two records and the model alone, so the order of arrival
//! cannot matter.

mod ahead;
mod answers;
mod count;
mod go;
pub(crate) mod join;
mod labels;
mod models;
mod queue;
pub(crate) mod review;
mod rows;
mod seen;
pub(crate) mod store;
mod work;

pub(crate) use ahead::MANY as AHEAD_FROM;
pub use answers::{Answer, Answered, Decided, answer, latest, part, take_back};
pub use count::{Band, By, Counted, EDGES, Group, count, counted_at};
pub use labels::{Awkward, BandSaid, Estimate, Likeness, Quality, quality};
pub use linkage::care::{Bars, Hold};
pub use models::{ModelRow, all as models, bars, learn, put_in_force};
pub use queue::{COUNTED, Checked, Pending, Progress, Side, Waits, next_check, next_pair, progress};
pub(crate) use work::weigh_again;
pub use work::{Matcher, Worked, drain, drain_with, weigh_some};
