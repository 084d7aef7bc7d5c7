//! Examples of messages and what is made of them.

mod samples;
mod show;
