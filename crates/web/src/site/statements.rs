//! The pages a public service owes: accessibility, privacy, how figures are made, whom to ask.

use super::view::Frame;
use askama::Template;

/// How accessible the pages are, what is known not to be, and how to complain.
#[derive(Template)]
#[template(path = "site/accessibility.html")]
pub struct AccessibilityPage {
    /// Around it.
    pub frame: Frame,
    /// Where to write.
    pub email: String,
}

/// What is held, why, from whom, for how long, and what a person can ask for.
#[derive(Template)]
#[template(path = "site/privacy.html")]
pub struct PrivacyPage {
    /// Around it.
    pub frame: Frame,
    /// The controller's name, from the `systems/` folder.
    pub controller: String,
    /// Who sends, in words: the feeds' senders.
    pub senders: Vec<String>,
    /// Where to write.
    pub email: String,
}

/// How every figure on these pages is made.
#[derive(Template)]
#[template(path = "site/figures.html")]
pub struct FiguresPage {
    /// Around it.
    pub frame: Frame,
}

/// Whom to ask about what.
#[derive(Template)]
#[template(path = "site/contact.html")]
pub struct ContactPage {
    /// Around it.
    pub frame: Frame,
    /// Where to write.
    pub email: String,
}

/// A feed, as the public reads it.
#[derive(Clone, Debug)]
pub struct FeedHeld {
    /// What people call it.
    pub title: String,
    /// What it carries.
    pub carries: String,
    /// Who decides what it is used for.
    pub controller: String,
    /// Why it is lawful to hold it.
    pub lawful_basis: String,
    /// How long it is kept.
    pub retention: String,
}

/// What is held, by what right, and for how long.
#[derive(Template)]
#[template(path = "site/by_right.html")]
pub struct ByRightPage {
    /// Around it.
    pub frame: Frame,
    /// Each feed.
    pub feeds: Vec<FeedHeld>,
    /// What the program itself keeps: what, for how long, what happens then, and what says so.
    pub kept: Vec<[String; 4]>,
}
