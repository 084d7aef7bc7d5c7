//! The person: which records are theirs, who they are, and everything that is known, on one timeline.

mod banner;
pub mod decision;
pub(crate) mod demographics;
mod disagreement;
mod find;
pub mod given_name;
pub(crate) mod held;
pub mod identity;
pub mod matching;
mod reading;
pub mod sent;
mod sets;
pub(crate) mod store;
mod terms;
mod timeline;
pub(crate) mod whereabouts;

pub use banner::{Banner, Statement};
pub use disagreement::Disagreement;
pub use find::{FOUND_MAX, Found, Query, QueryError, find, find_local, in_my_care, of_list, one};
pub use reading::{Heard, Perhaps, PersonRecord, SenderView, Silence, held, read, views};
pub(crate) use terms::Terms;
pub use timeline::{Fact, Line};
