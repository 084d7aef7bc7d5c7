//! What each resource type says, held against what the record shows.

mod samples;
