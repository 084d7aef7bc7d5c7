//! What signing in, "who has looked", emergencies and the audit show.

use crate::person::view::Banner;
use crate::site::form::Problem;
use crate::site::view::{Choice, Frame, Paging};
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

/// Sign in: one press for each named demo user; else by name, password and code.
#[derive(Template)]
#[template(path = "access/sign_in.html")]
pub struct SignInPage {
    /// Around it.
    pub frame: Frame,
    /// Whom to be.
    pub users: Vec<DemoUser>,
    /// The page asked for, to go to afterwards; empty for the user's own front door.
    pub onward: String,
    /// Why this page is shown, when it was not asked for: "You were signed out after 30 minutes".
    pub reason: String,
    /// The name of the identity provider; empty when there is none.
    pub provider: String,
    /// The user name that was typed, when shown again.
    pub typed: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// One field of a form that was kept.
#[derive(Clone, Debug)]
pub struct TypedLine {
    /// Its name in the form.
    pub field: String,
    /// Its name as people read it.
    pub label: String,
    /// What was typed.
    pub value: String,
}

/// A form that came after its session had ended, to be sent now or copied.
#[derive(Template)]
#[template(path = "access/typed.html")]
pub struct TypedPage {
    /// Around it.
    pub frame: Frame,
    /// Where it is sent.
    pub action: String,
    /// What was typed.
    pub lines: Vec<TypedLine>,
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
    /// Whether whoever reads this page is the person.
    pub own: bool,
    /// Of the person: how often they looked themselves, in words, when those looks are left out.
    pub mine: String,
    /// Where the list stands.
    pub paging: Paging,
}

/// Opening a record in an emergency: the reason is chosen and written.
#[derive(Template)]
#[template(path = "access/emergency.html")]
pub struct EmergencyPage {
    /// Around it.
    pub frame: Frame,
    /// Whose record, as a search shows them.
    pub banner: Banner,
    /// For how many hours it opens.
    pub hours: i64,
    /// Why, to choose from.
    pub reasons: Vec<Choice>,
    /// What was written.
    pub said: String,
    /// Letters at most.
    pub said_max: usize,
    /// What the form must still say.
    pub problems: Vec<Problem>,
}

/// A record that somebody opened in an emergency.
#[derive(Clone, Debug)]
pub struct EmergencyLine {
    /// What was found, as typed so far.
    pub typed: String,
    /// What is wrong with what was typed; empty when nothing is.
    pub problem: String,
    /// Its number.
    pub number: String,
    /// Who.
    pub who: String,
    /// What they do, and for whom.
    pub job: String,
    /// When.
    pub when: String,
    /// Whether it is still open.
    pub open: bool,
    /// Until when it was or is open.
    pub until: String,
    /// The reason chosen, and what was written.
    pub said: String,
    /// The page of who has looked at that record.
    pub looked: String,
    /// Who checked it, when, and what they found; `None` while nobody has.
    pub checked: Option<String>,
}

/// The privacy officers' list of records opened in an emergency.
#[derive(Template)]
#[template(path = "access/emergencies.html")]
pub struct EmergenciesPage {
    /// Around it.
    pub frame: Frame,
    /// How many wait to be checked.
    pub waiting: usize,
    /// Those that nobody has checked first, newest first.
    pub emergencies: Vec<EmergencyLine>,
    /// What a form must still say.
    pub problems: Vec<Problem>,
    /// Where the list stands.
    pub paging: Paging,
}

/// A look to ask about.
#[derive(Clone, Debug)]
pub struct Flag {
    /// Whose looking.
    pub who: String,
    /// Their name in this system.
    pub user: String,
    /// When the last of it was.
    pub when: String,
    /// What is unusual.
    pub words: String,
    /// Who has looked at that record; empty when it is about many.
    pub looked: String,
}

/// One row of the audit.
#[derive(Clone, Debug)]
pub struct AuditRowShown {
    /// The look, in words.
    pub look: Look,
    /// Whose: the name in this system.
    pub user: String,
    /// The record's id; empty when it was no one person's.
    pub record: String,
}

/// The audit, for privacy officers.
#[derive(Template)]
#[template(path = "access/audit.html")]
pub struct AuditPage {
    /// Around it.
    pub frame: Frame,
    /// Looks to ask about.
    pub flags: Vec<Flag>,
    /// The user searched for.
    pub user: String,
    /// The record searched for.
    pub record: String,
    /// How far back.
    pub days: Vec<Choice>,
    /// Which outcomes.
    pub outcomes: Vec<Choice>,
    /// Whether there may be more rows than are shown.
    pub full: bool,
    /// The rows found.
    pub rows: Vec<AuditRowShown>,
}

/// One of the people in a reader's care.
#[derive(Clone, Debug)]
pub struct Mine {
    /// The record's path.
    pub path: String,
    /// Surname in capitals, given names.
    pub name: String,
    /// Birth date in words.
    pub born: String,
    /// NHS number, grouped; empty when none is known.
    pub nhs_number: String,
    /// Whether anyone reports them dead.
    pub died: bool,
}

/// The people in a reader's care.
#[derive(Template)]
#[template(path = "access/mine.html")]
pub struct MinePage {
    /// Around it.
    pub frame: Frame,
    /// By surname.
    pub people: Vec<Mine>,
    /// Where the list stands.
    pub paging: Paging,
}

/// A member of staff whose access was suspended.
#[derive(Clone, Debug)]
pub struct SuspensionLine {
    /// Why it is lifted, as typed so far.
    pub typed: String,
    /// Its number.
    pub number: String,
    /// Who.
    pub who: String,
    /// Their name in this system.
    pub user: String,
    /// Why.
    pub why: String,
    /// Who suspended it, and when.
    pub by: String,
    /// Until when; empty when until it is lifted.
    pub until: String,
    /// Whether it stands now.
    pub stands: bool,
    /// Who lifted it, when and why; empty while nobody did.
    pub lifted: String,
}

/// The privacy officers' page of staff whose access is suspended.
#[derive(Template)]
#[template(path = "access/suspensions.html")]
pub struct SuspensionsPage {
    /// Around it.
    pub frame: Frame,
    /// The name that was typed.
    pub user: String,
    /// Why, as it was typed.
    pub words: String,
    /// For how long, to choose from.
    pub days: Vec<Choice>,
    /// What a form must still say.
    pub problems: Vec<Problem>,
    /// Those that stand first, then the latest.
    pub suspensions: Vec<SuspensionLine>,
}

/// An account of a member of staff, and which person it is tied to: that it is, never to whom.
#[derive(Clone, Debug)]
pub struct TieLine {
    /// Their name in this system.
    pub user: String,
    /// Their name.
    pub name: String,
    /// Their role, and for whom they work.
    pub role: String,
    /// Who tied it, and when; empty while it is tied to nobody.
    pub tied: String,
    /// Whether whoever reads may not: it is their own.
    pub own: bool,
    /// Why it is taken back, as typed so far.
    pub typed: String,
    /// What marks the boxes of this line.
    pub mark: usize,
}

/// The privacy officers' page of which accounts of staff are tied to a person.
#[derive(Template)]
#[template(path = "access/ties.html")]
pub struct TiesPage {
    /// Around it.
    pub frame: Frame,
    /// Those tied to nobody first.
    pub lines: Vec<TieLine>,
    /// How many are tied to nobody.
    pub open: usize,
    /// How many residents' accounts are tied to nobody, in words; empty for none.
    pub residents: String,
    /// The name, number and birth date that were typed.
    pub typed: (String, String, String),
    /// What has just been done, in words.
    pub done: String,
    /// What a form must still say.
    pub problems: Vec<Problem>,
    /// Where this stands among all.
    pub paging: Paging,
}
