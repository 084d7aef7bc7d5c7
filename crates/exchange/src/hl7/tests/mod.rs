//! Examples of messages and what is made of them.

mod admission;
mod show;
