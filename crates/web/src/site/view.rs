//! The frame around every page, and the pages that belong to no one area.

use askama::Template;

/// What stands around every page: the care system's own name, who is signed in, and what is always said.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The care system's own name, from its `systems/` folder.
    pub system: String,
    /// The page's name, for the browser's tab. Never a person's name: titles end in histories.
    pub title: String,
    /// Whether this data folder is a demo; then "Invented people" stands on the page.
    pub demo: bool,
    /// Who is signed in.
    pub user: Option<User>,
    /// The token every form carries back; see [`crate::access::csrf`].
    pub csrf: String,
    /// This page's own path and query, so that "Something is wrong" can say where. Ids only.
    pub path: String,
    /// The ways in that this user has, the present one marked.
    pub doors: Vec<Door>,
    /// The program's version, in the footer.
    pub version: String,
    /// The local duty telephone number, from the `systems/` folder.
    pub duty_number: String,
    /// Whether something happened to the account of whoever is signed in that they have not said anything to yet.
    pub notice: bool,
}

impl Frame {
    /// Whether whoever reads is no member of staff.
    pub fn is_of_the_public(&self) -> bool {
        self.doors.first().is_some_and(|door| door.path == "/")
    }

    /// Whether a button to leave at once stands on the page: for people at home, whom somebody may be watching (SAFETY 9).
    pub fn leaves_at_once(&self) -> bool {
        self.user.is_some() && self.is_of_the_public()
    }

    /// Whether whoever reads may be told who has looked at a record: those who act for somebody may not.
    pub fn shows_who_looked(&self) -> bool {
        !self.is_of_the_public() || self.doors.iter().any(|door| door.path.ends_with("/looked"))
    }

    /// Whether the search box stands in the header: for people signed in who may search, except on the search
    /// page itself.
    pub fn search(&self) -> bool {
        self.path != "/people" && self.doors.iter().any(|door| door.path == "/people")
    }

    /// Whether this user decides who is whom.
    pub fn decides_identity(&self) -> bool {
        self.doors.iter().any(|door| door.path == "/identity")
    }

    /// The path with characters that would end a query value encoded.
    pub fn path_in_query(&self) -> String {
        super::form::encode(&self.path)
    }
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Name as shown.
    pub name: String,
    /// Role in words.
    pub role: String,
}

/// One way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// What it is called.
    pub name: String,
    /// Where it leads.
    pub path: String,
    /// Whether this page is behind it.
    pub here: bool,
}

/// A link to a next step, named by its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What pressing it does.
    pub words: String,
    /// Where it leads; empty when it is something to do away from the screen.
    pub path: String,
}

/// Where a list stands: which of how many, and the pages beside this one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paging {
    /// How many there are in all.
    pub total: u64,
    /// The first shown, counted from 1; 0 when none is.
    pub first: u64,
    /// The last shown.
    pub last: u64,
    /// The page before, with its filters.
    pub previous: Option<String>,
    /// The page after, with its filters.
    pub next: Option<String>,
}

impl Paging {
    /// The part of `all` that page `at` (from 1) of `size` shows, and where it stands; `path` gives the address of
    /// a page. A page past the end shows the last.
    pub fn of<T>(all: &[T], at: u32, size: usize, path: impl Fn(usize) -> String) -> (&[T], Self) {
        let pages = all.len().div_ceil(size).max(1);
        let at = usize::try_from(at).unwrap_or(usize::MAX).clamp(1, pages);
        let first = (at - 1) * size;
        let shown = all.get(first..all.len().min(first + size)).unwrap_or(&[]);
        let paging = Self {
            total: all.len() as u64,
            first: if shown.is_empty() { 0 } else { first as u64 + 1 },
            last: (first + shown.len()) as u64,
            previous: (at > 1).then(|| path(at - 1)),
            next: (at < pages).then(|| path(at + 1)),
        };
        (shown, paging)
    }
}

/// One choice of a list or of radio buttons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What people read.
    pub words: String,
    /// Whether it is the present one.
    pub chosen: bool,
}

impl Choice {
    /// A list of choices, the one with the value `chosen` marked.
    pub fn list<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>, chosen: &str) -> Vec<Self> {
        pairs
            .into_iter()
            .map(|(value, words)| Self {
                value: value.to_owned(),
                words: words.to_owned(),
                chosen: value == chosen,
            })
            .collect()
    }
}

/// A page that says what went wrong, that nothing is lost, and what to do.
#[derive(Template)]
#[template(path = "site/error.html")]
pub struct ErrorPage {
    /// Around it.
    pub frame: Frame,
    /// What happened, as a heading in words; never a number alone.
    pub heading: String,
    /// What happened, in a sentence or two, without internal detail.
    pub happened: String,
    /// What became of what the person typed or sent.
    pub kept: String,
    /// What to do now.
    pub next: Vec<Step>,
    /// A reference for the log, safe to read out on the telephone.
    pub reference: String,
}

/// The form behind "Something is wrong".
#[derive(Template)]
#[template(path = "site/wrong.html")]
pub struct WrongPage {
    /// Around it.
    pub frame: Frame,
    /// The page it is about (a path, ids only).
    pub about: String,
    /// What is wrong, to choose from.
    pub kinds: Vec<Choice>,
    /// What was typed, when shown again.
    pub said: String,
    /// What the form must still say.
    pub problems: Vec<super::form::Problem>,
}

/// What is shown once "Something is wrong" was sent.
#[derive(Template)]
#[template(path = "site/wrong_sent.html")]
pub struct WrongSentPage {
    /// Around it.
    pub frame: Frame,
    /// The report's number, to quote.
    pub reference: String,
    /// Who owns the queue, in words; "unassigned" when nobody does.
    pub owner: String,
    /// The page to go back to.
    pub about: String,
}

/// One report in the queue.
#[derive(Clone, Debug)]
pub struct Report {
    /// Where it opens.
    pub path: String,
    /// Its number.
    pub reference: String,
    /// What is wrong, in the form's words.
    pub kind: String,
    /// What was said.
    pub said: String,
    /// The page it is about.
    pub about: String,
    /// Who said it, with their role.
    pub by: String,
    /// When, in words.
    pub when: String,
    /// Who took it on; empty when nobody has.
    pub owner: String,
    /// What was done and by whom, once closed.
    pub closed: Option<String>,
    /// Whether it has waited longer than it may.
    pub late: bool,
}

/// The queue of reports.
#[derive(Template)]
#[template(path = "site/wrong_queue.html")]
pub struct WrongQueuePage {
    /// Around it.
    pub frame: Frame,
    /// Who owns the queue, in words.
    pub owner: String,
    /// Open, closed or all.
    pub states: Vec<Choice>,
    /// What is wrong, to filter by.
    pub kinds: Vec<Choice>,
    /// The reports on this page.
    pub reports: Vec<Report>,
    /// Where the list stands.
    pub paging: Paging,
}

/// One report, opened: what was said, and taking it on or closing it.
#[derive(Template)]
#[template(path = "site/wrong_report.html")]
pub struct WrongReportPage {
    /// Around it.
    pub frame: Frame,
    /// The report.
    pub report: Report,
    /// What the closing form must still say.
    pub problems: Vec<super::form::Problem>,
}
