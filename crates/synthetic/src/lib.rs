//! The synthetic room.
