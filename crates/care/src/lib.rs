//! The care room.
