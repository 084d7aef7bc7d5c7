//! What every page shares: the frame around it, its headers, its errors, and the statements a public service owes.

pub mod answer;
pub mod as_sent;
pub mod assets;
pub mod clock;
pub mod form;
pub mod headers;
pub mod invented;
pub mod pace;
pub mod reported;
pub mod routes;
pub mod senders;
pub mod statements;
pub mod view;
pub mod wrong;
