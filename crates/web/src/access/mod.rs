//! Signing in, staying signed in, and who has looked.

pub mod csrf;
pub mod machine;
pub mod session;
pub mod view;
