//! What the sign-in page and "who has looked" show.

use crate::person::view::Banner;
use crate::site::view::{Frame, Paging};
use askama::Template;

/// Someone to sign in as, in a demo.
#[derive(Clone, Debug)]
pub struct DemoUser {
    /// What the form sends.
    pub id: String,
    /// Name.
    pub name: String,
    /// Role in words.
    pub role: String,
    /// For whom they work.
    pub organisation: String,
    /// What they can do here, in one line.
    pub can: String,
}

/// Sign in: one press for each named demo user.
#[derive(Template)]
#[template(path = "access/sign_in.html")]
pub struct SignInPage {
    /// Around it.
    pub frame: Frame,
    /// Whom to be.
    pub users: Vec<DemoUser>,
    /// The page asked for, to go to afterwards; empty for the user's own front door.
    pub onward: String,
    /// What was typed into a form that came after the session had ended, as it came; empty when nothing was.
    pub typed: String,
    /// Why this page is shown, when it was not asked for: "You were signed out after 30 minutes".
    pub reason: String,
}

/// One look at the record.
#[derive(Clone, Debug)]
pub struct Look {
    /// When, in words.
    pub when: String,
    /// Who.
    pub who: String,
    /// In what role.
    pub role: String,
    /// For whom they work.
    pub organisation: String,
    /// What they saw: "the record", "one entry", "listed in a search".
    pub what: String,
    /// Why they could: the grant's ground, in words.
    pub ground: String,
}

/// Who has looked at a person's record.
#[derive(Template)]
#[template(path = "access/looked.html")]
pub struct LookedPage {
    /// Around it.
    pub frame: Frame,
    /// Whose record.
    pub banner: Banner,
    /// Newest first.
    pub looks: Vec<Look>,
    /// Where the list stands.
    pub paging: Paging,
}
