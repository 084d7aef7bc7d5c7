//! Sample values for every page: invented people only. The tests render them, and the gallery serves them.

#![allow(dead_code, reason = "the tests and the gallery each use a part")]
#![allow(clippy::unwrap_used, reason = "samples are right or the test is wrong")]

mod account;
mod counts;
mod identity;
mod own;
mod person;
mod projects;
mod record;
mod rest;
mod rights;
pub mod serve;
mod trust;

use askama::Template;
use web::site::view::{Door, Frame, User};

/// The sample record's path.
pub const PERSON: &str = "/people/0f1e2d3c4b5a69788796a5b4c3d2e1f0";

/// A page and where it would stand.
pub struct Sample {
    /// Its address.
    pub path: String,
    /// Its HTML.
    pub page: Result<String, askama::Error>,
}

/// Every page.
pub fn all() -> Vec<Sample> {
    let mut samples = Vec::new();
    person::add_to(&mut samples);
    rest::add_to(&mut samples);
    identity::pages(&mut samples);
    trust::add_to(&mut samples);
    counts::add_to(&mut samples);
    projects::add_to(&mut samples);
    rights::add_to(&mut samples);
    account::add_to(&mut samples);
    samples
}

/// One page.
pub fn page(path: &str) -> String {
    all()
        .into_iter()
        .find(|sample| sample.path == path)
        .unwrap()
        .page
        .unwrap()
}

/// Adds a page.
fn add(samples: &mut Vec<Sample>, path: &str, title: &str, make: impl FnOnce(Frame) -> Result<String, askama::Error>) {
    samples.push(Sample {
        path: path.to_owned(),
        page: make(frame(path, title)),
    });
}

fn render(page: impl Template) -> Result<String, askama::Error> {
    page.render()
}

fn frame(path: &str, title: &str) -> Frame {
    let doors = [("Find a person", "/people"), ("Feeds", "/feeds"), ("Reports", "/wrong")];
    let signed_in = !path.starts_with("/sign-in") && !path.starts_with("/enrol");
    Frame {
        system: "Dorset shared care record".into(),
        title: title.into(),
        demo: true,
        user: signed_in.then(|| User {
            name: "Nia Okafor".into(),
            role: "out-of-hours nurse".into(),
        }),
        csrf: "5f".repeat(32),
        path: path.into(),
        doors: doors
            .into_iter()
            .filter(|_| signed_in)
            .map(|(name, door)| Door {
                name: name.into(),
                path: door.into(),
                here: path.starts_with(door),
            })
            .collect(),
        version: "0.1.0".into(),
        duty_number: "01632 960555".into(),
        notice: path == "/account?done=password",
    }
}
