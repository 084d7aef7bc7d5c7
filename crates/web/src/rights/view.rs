//! What the pages about who may see a record show.

use crate::access::view::Look;
use crate::person::view::{Banner, Fact};
use crate::site::form::Problem;
use crate::site::view::{Choice, Frame, Step};
use askama::Template;
use serde_json::{Value, json};

/// Something that was decided, and its undoing.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// What, in words.
    pub what: String,
    /// The entry it is about; empty when it is about none, or the entry is gone.
    pub entry: String,
    /// By whom.
    pub who: String,
    /// When.
    pub when: String,
    /// Why, in the words of whoever decided; empty when nothing was said.
    pub why: String,
    /// Who took it back, when and why; empty while it stands.
    pub undone: String,
    /// Where it can be taken back; empty when this reader may not, or it is.
    pub path: String,
}

/// Somebody who acts for the person.
#[derive(Clone, Debug, Default)]
pub struct ProxyLine {
    /// Who.
    pub name: String,
    /// By what, and what was seen.
    pub words: String,
    /// How it stands, in words.
    pub stands: String,
    /// Whether they open the record now.
    pub acts: bool,
    /// Whether their access is suspended; never said to the person.
    pub suspended: bool,
    /// Whether they see sensitive entries.
    pub said_yes: bool,
    /// Where it is changed.
    pub path: String,
}

/// Who may see a record.
#[derive(Template)]
#[template(path = "rights/sharing.html")]
pub struct SharingPage {
    /// Around it.
    pub frame: Frame,
    /// Whose record.
    pub banner: Banner,
    /// Whether whoever reads this page is the person.
    pub own: bool,
    /// What stands.
    pub standing: Vec<Decided>,
    /// What stood.
    pub past: Vec<Decided>,
    /// Those who act for the person.
    pub proxies: Vec<ProxyLine>,
    /// Removals by law that wait, for those who may know of them.
    pub removals: Vec<Waits>,
    /// What this reader can do.
    pub steps: Vec<Step>,
}

/// A removal by law that waits for the second person.
#[derive(Clone, Debug)]
pub struct Waits {
    /// What its entry is called.
    pub what: String,
    /// Where more of it stands.
    pub path: String,
    /// The entry's item, when it opens to this reader.
    pub item: Option<i64>,
    /// Who asked, when, on what ground, and what it waits for.
    pub words: String,
}

/// One thing that a form asks, with what it will do.
#[derive(Clone, Debug)]
pub struct Effect {
    /// What it is called.
    pub what: String,
    /// What it does, each in a sentence.
    pub does: Vec<String>,
}

/// A form that changes who may see something: what it does stands above the button.
#[derive(Template)]
#[template(path = "rights/change.html")]
pub struct ChangePage {
    /// Around it.
    pub frame: Frame,
    /// Whose record.
    pub banner: Banner,
    /// The main heading.
    pub heading: String,
    /// The page to go back to.
    pub back: Step,
    /// What it is about, as it stands; empty when the heading says it all.
    pub about: String,
    /// What it does.
    pub effects: Vec<Effect>,
    /// What to choose from; empty when there is nothing to choose.
    pub choices: Vec<Choice>,
    /// What each choice does, in the same order; empty when `effects` say it.
    pub hints: Vec<String>,
    /// The name of that field.
    pub name: &'static str,
    /// What is asked of whoever chooses.
    pub legend: String,
    /// A list to choose from as well; its field is `organisation`.
    pub organisations: Vec<Choice>,
    /// What the box for words asks.
    pub asks: String,
    /// What helps to fill it in.
    pub hint: String,
    /// What was typed.
    pub words: String,
    /// Where the form is sent.
    pub action: String,
    /// The button.
    pub button: String,
    /// Whether the button warns.
    pub warns: bool,
    /// What the form must still say.
    pub problems: Vec<Problem>,
}

impl ChangePage {
    /// What the choice at this place does; `None` when nothing is said of it.
    pub fn hint_at(&self, place: &usize) -> Option<&String> {
        self.hints.get(*place)
    }
}

/// Letting somebody act for a person.
#[derive(Template)]
#[template(path = "rights/proxy_new.html")]
pub struct ProxyNewPage {
    /// Around it.
    pub frame: Frame,
    /// Whose record.
    pub banner: Banner,
    /// By what, to choose from.
    pub bases: Vec<Choice>,
    /// The name that was typed.
    pub holder: String,
    /// What was seen.
    pub words: String,
    /// What was found on whether a child can decide.
    pub competence: String,
    /// What the form must still say.
    pub problems: Vec<Problem>,
}

/// Somebody who acts for a person, opened.
#[derive(Template)]
#[template(path = "rights/proxy.html")]
pub struct ProxyPage {
    /// Around it.
    pub frame: Frame,
    /// Whose record.
    pub banner: Banner,
    /// Whether whoever reads this page is the person.
    pub own: bool,
    /// Who, and how it stands.
    pub proxy: ProxyLine,
    /// Who let them, and when.
    pub by: String,
    /// Whether this reader looks at it again.
    pub reviews: bool,
    /// Whether this reader keeps a yes to sensitive entries.
    pub says_yes: bool,
    /// What else this reader can do.
    pub steps: Vec<Step>,
    /// What was typed.
    pub words: String,
    /// What a form must still say.
    pub problems: Vec<Problem>,
}

/// What somebody said about being reached and met.
#[derive(Clone, Debug, Default)]
pub struct PreferenceLine {
    /// What about.
    pub about: String,
    /// What they want, or need.
    pub value: String,
    /// More about it.
    pub words: String,
    /// By whose word, who wrote it down, and when.
    pub by: String,
    /// Who took it back, when and why; empty while it stands.
    pub undone: String,
    /// Where it can be taken back; empty when this reader may not, or it is.
    pub path: String,
}

/// How somebody wants to be reached and met.
#[derive(Template)]
#[template(path = "rights/preferences.html")]
pub struct PreferencesPage {
    /// Around it.
    pub frame: Frame,
    /// Whose record.
    pub banner: Banner,
    /// Whether whoever reads this page is the person.
    pub own: bool,
    /// Whether this reader opens the record too, to go back to.
    pub back: bool,
    /// What stands, by the person's word.
    pub standing: Vec<PreferenceLine>,
    /// Where they live and the numbers and addresses that reach them, as senders say; `None` when this reader is not
    /// shown them, empty when no sender told any.
    pub reach: Option<Vec<PreferenceLine>>,
    /// Whether where they are must be shown to nobody.
    pub restricted: bool,
    /// What senders say.
    pub senders: Vec<PreferenceLine>,
    /// What was taken back.
    pub past: Vec<PreferenceLine>,
    /// What about, to choose from; empty when this reader may not add.
    pub abouts: Vec<Choice>,
    /// What it may be, where there is a list: what about, and the list.
    pub lists: Vec<Effect>,
    /// What was typed.
    pub value: String,
    /// What was typed of more.
    pub words: String,
    /// What a form must still say.
    pub problems: Vec<Problem>,
}

/// Something that the person asked about an entry.
#[derive(Clone, Debug, Default)]
pub struct RequestLine {
    /// Its number.
    pub number: String,
    /// What for.
    pub asks: String,
    /// The entry's name; "An entry" where this reader has no leave to the record yet.
    pub entry: String,
    /// Where the entry opens; empty when it does not from here.
    pub path: String,
    /// Whose answer it waits for.
    pub sender: String,
    /// In the person's words.
    pub words: String,
    /// When.
    pub asked: String,
    /// How far it has come.
    pub state: String,
    /// Whether it waits.
    pub waits: bool,
    /// Whether it waits for longer than the law gives.
    pub late: bool,
    /// Who answered, when, and what they said; empty while nobody did.
    pub answer: String,
    /// Where it is taken back or answered; empty when it is not.
    pub opens: String,
}

/// What a person asked, or what was asked of an organisation.
#[derive(Template)]
#[template(path = "rights/requests.html")]
pub struct RequestsPage {
    /// Around it.
    pub frame: Frame,
    /// Whose record, when it is one person's page.
    pub banner: Option<Banner>,
    /// Whether whoever reads this page is the person.
    pub own: bool,
    /// How many wait.
    pub waiting: usize,
    /// Those that wait first.
    pub requests: Vec<RequestLine>,
}

/// A removal by law that was asked for.
#[derive(Clone, Debug, Default)]
pub struct RemovalLine {
    /// What was checked, as typed so far.
    pub typed: String,
    /// The answers to choose from.
    pub answers: Vec<Choice>,
    /// Its number.
    pub number: String,
    /// On what ground.
    pub ground: String,
    /// Whose entry.
    pub organisation: String,
    /// Who decided it, in the words of whoever asked.
    pub words: String,
    /// Who asked, and when.
    pub asked: String,
    /// Whether it waits for the second person.
    pub waits: bool,
    /// How far it has come.
    pub state: String,
    /// Who answered, when, and what they checked.
    pub answer: String,
    /// Who has looked at that record.
    pub looked: String,
}

/// The privacy officers' list of removals by law.
#[derive(Template)]
#[template(path = "rights/removals.html")]
pub struct RemovalsPage {
    /// Around it.
    pub frame: Frame,
    /// How many wait.
    pub waiting: usize,
    /// Those that wait first.
    pub removals: Vec<RemovalLine>,
    /// What a form must still say.
    pub problems: Vec<Problem>,
}

/// A copy that was asked for.
#[derive(Clone, Debug, Default)]
pub struct CopyLine {
    /// When.
    pub asked: String,
    /// By whom.
    pub by: String,
    /// Why, when somebody asked for the person.
    pub words: String,
    /// How far it has come.
    pub state: String,
    /// When it was first opened; empty when it was not.
    pub opened: String,
    /// Where it opens; empty when it does not, for this reader.
    pub path: String,
}

/// Asking for a copy, and how far copies have come.
#[derive(Template)]
#[template(path = "rights/copy.html")]
pub struct CopyPage {
    /// Around it.
    pub frame: Frame,
    /// Whose record.
    pub banner: Banner,
    /// Whether whoever reads this page is the person.
    pub own: bool,
    /// Whether one waits or is being made.
    pub waits: bool,
    /// The latest first.
    pub copies: Vec<CopyLine>,
    /// For how many days a copy can be opened.
    pub kept_days: i64,
    /// What was typed.
    pub words: String,
    /// What the form must still say.
    pub problems: Vec<Problem>,
}

/// One fact of a copy.
#[derive(Clone, Debug, Default)]
pub struct CopyFact {
    /// The kind in words.
    pub kind: String,
    /// What.
    pub what: String,
    /// Its value.
    pub value: String,
    /// When.
    pub date: String,
    /// Who said so.
    pub senders: Vec<String>,
    /// Everything they said.
    pub said: Vec<Fact>,
}

/// A copy of all that is held about a person, as a page to keep.
#[derive(Template)]
#[template(path = "rights/copy_file.html")]
pub struct CopyFile {
    /// The care system's own name.
    pub system: String,
    /// Whether the person is invented.
    pub demo: bool,
    /// When it was made.
    pub made: String,
    /// Whose record.
    pub banner: Banner,
    /// What each sender says of who they are.
    pub said_of_who: Vec<Fact>,
    /// How they want to be reached and met.
    pub preferences: Vec<String>,
    /// What was decided about who may see it.
    pub choices: Vec<Decided>,
    /// Everything, latest first.
    pub facts: Vec<CopyFact>,
    /// Who has looked, latest first.
    pub looks: Vec<Look>,
}

/// What a copy leaves out, and why: the same words in each of its forms.
pub const LEFT_OUT: &str = "The law lets some things be left out, and this copy does not say whether any were: what \
    somebody else told in confidence or is about somebody else, what would put somebody in danger, and what would do \
    serious harm. Files exactly as organisations sent them, and pictures and letters, are opened on your record or asked \
    for from the organisation that wrote them.";

impl CopyFile {
    /// What it leaves out.
    pub fn left_out(&self) -> &'static str {
        LEFT_OUT
    }

    /// The same as JSON.
    pub fn as_json(&self) -> Value {
        let pairs = |facts: &[Fact]| -> Vec<Value> {
            facts
                .iter()
                .map(|one| json!({"label": one.label, "words": one.words}))
                .collect()
        };
        json!({
            "what": format!("A copy of all that {} holds about one person", self.system),
            "invented": self.demo,
            "made": self.made,
            "leftOut": LEFT_OUT,
            "person": {
                "surname": self.banner.surname, "given": self.banner.given, "born": self.banner.born,
                "sex": self.banner.sex, "nhsNumber": self.banner.nhs_number,
                "asToldBySenders": pairs(&self.said_of_who),
            },
            "preferences": self.preferences,
            "choices": self.choices.iter().map(|one| json!({
                "what": one.what, "who": one.who, "when": one.when, "why": one.why, "takenBack": one.undone,
            })).collect::<Vec<_>>(),
            "entries": self.facts.iter().map(|one| json!({
                "kind": one.kind, "what": one.what, "value": one.value, "date": one.date, "senders": one.senders,
                "said": pairs(&one.said),
            })).collect::<Vec<_>>(),
            "whoLooked": self.looks.iter().map(|one| json!({
                "when": one.when, "who": one.who, "role": one.role, "organisation": one.organisation,
                "what": one.what, "why": one.ground,
            })).collect::<Vec<_>>(),
        })
    }
}
