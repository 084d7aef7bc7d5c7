//! Examples of messages and what is made of them.

mod acknowledging;
mod changes;
mod examples;
mod form;
mod samples;
mod show;
