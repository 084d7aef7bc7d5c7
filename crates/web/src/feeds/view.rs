//! What the pages about feeds show.

use crate::site::as_sent::AsSent;
use crate::site::form::Problem;
use crate::site::view::{Choice, Frame, Paging};
use askama::Template;

/// One feed.
#[derive(Clone, Debug)]
pub struct FeedRow {
    /// The sender's name.
    pub sender: String,
    /// The feed's short name.
    pub name: String,
    /// What it carries and how: "HL7 v2 over MLLP".
    pub form: String,
    /// When the last item came: "09:35, 6 minutes ago"; "never".
    pub last: String,
    /// How often something should come: "every 15 minutes".
    pub expected: String,
    /// How late it is, in words; empty when it is not.
    pub late: String,
    /// Whether nothing came by it yet, and nothing had to.
    pub not_due: bool,
    /// Items received today.
    pub today: String,
    /// How today compares with the same hour on other days: "usual is 1,240"; empty when unknown.
    pub usual: String,
    /// Whether today is far below or above usual.
    pub odd: bool,
    /// How many are in quarantine.
    pub held: u64,
    /// The quarantine of this feed; empty when this reader may not see it.
    pub held_path: String,
}

/// Every feed.
#[derive(Template)]
#[template(path = "feeds/feeds.html")]
pub struct FeedsPage {
    /// Around it.
    pub frame: Frame,
    /// As known at.
    pub known_at: String,
    /// How many feeds are late.
    pub late: usize,
    /// How many items are in quarantine.
    pub held: u64,
    /// Where they are listed; empty when this reader may not see them.
    pub held_path: String,
    /// How many of those have passed their clock.
    pub overdue: u64,
    /// A row each, late ones first.
    pub feeds: Vec<FeedRow>,
}

/// One quarantined item in the list.
#[derive(Clone, Debug)]
pub struct HeldRow {
    /// Where it opens.
    pub path: String,
    /// What it is, as far as it could be read.
    pub what: String,
    /// The sender's name.
    pub sender: String,
    /// The feed's short name.
    pub feed: String,
    /// When it came.
    pub when: String,
    /// Where it stood in what was sent: "row 4 of the file"; empty when nothing was said of it.
    pub stood: String,
    /// Where in it the trouble is.
    pub place: String,
    /// Why, in words.
    pub reason: String,
    /// Who it concerns: "a known person", "nobody that could be read".
    pub concerns: String,
    /// Its clock: "due 10:41", "12 minutes overdue"; empty when it has none.
    pub clock: String,
    /// Whether the clock has run out.
    pub overdue: bool,
}

/// A reason with how many items have it.
#[derive(Clone, Debug)]
pub struct ReasonCount {
    /// In words.
    pub words: String,
    /// How many.
    pub count: u64,
    /// The list of them.
    pub path: String,
}

/// What is in quarantine.
#[derive(Template)]
#[template(path = "feeds/quarantine.html")]
pub struct QuarantinePage {
    /// Around it.
    pub frame: Frame,
    /// As known at.
    pub known_at: String,
    /// What trying several again came to; empty when that was not just done.
    pub done: String,
    /// How many there are for each reason, most first.
    pub reasons: Vec<ReasonCount>,
    /// Feeds to filter by.
    pub feeds: Vec<Choice>,
    /// Reasons to filter by.
    pub reason_choices: Vec<Choice>,
    /// Orders to choose from.
    pub sorts: Vec<Choice>,
    /// Whether only items that concern a known person are listed.
    pub about_a_person: bool,
    /// The items.
    pub rows: Vec<HeldRow>,
    /// Where the list stands.
    pub paging: Paging,
    /// The whole list as a file, without content; empty when this reader may not.
    pub download: String,
}

/// Something done to an item.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub when: String,
    /// By whom.
    pub who: String,
    /// What, and what came of it.
    pub what: String,
}

/// One quarantined item, opened.
#[derive(Template)]
#[template(path = "feeds/held.html")]
pub struct HeldPage {
    /// Around it.
    pub frame: Frame,
    /// The item.
    pub row: HeldRow,
    /// What would mend it, in words.
    pub mend: String,
    /// Who owns it, in words.
    pub owner: String,
    /// What arrived, with the place marked.
    pub arrived: AsSent,
    /// Whether what arrived must not be shown, because it could tell where someone lives.
    pub hidden: bool,
    /// The text to mend: what arrived, or what was typed when the form is shown again. `None` when it is
    /// not text or is too long to mend in a page.
    pub text: Option<String>,
    /// How many others have the same reason at the same place in the same feed.
    pub alike: u64,
    /// Whether it is still in quarantine, or what became of it.
    pub settled: Option<String>,
    /// What the forms must still say.
    pub problems: Vec<Problem>,
    /// What was done so far, newest first.
    pub events: Vec<Event>,
}
