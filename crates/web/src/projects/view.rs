//! The pages of projects and of their lists.

use crate::access::view::Mine;
use crate::site::form::Problem;
use crate::site::view::{Choice, Frame, Paging};
use askama::Template;

/// `/projects`.
#[derive(Template)]
#[template(path = "projects/projects.html")]
pub struct ProjectsPage {
    /// Around it.
    pub frame: Frame,
    /// Whether a privacy officer reads it.
    pub officer: bool,
    /// Projects.
    pub projects: Vec<ProjectLine>,
    /// The form, for an analyst.
    pub proposing: Option<Proposing>,
    /// What the form must still say.
    pub problems: Vec<Problem>,
}

/// One project among others.
#[derive(Clone, Debug)]
pub struct ProjectLine {
    /// Its page.
    pub path: String,
    /// Its name.
    pub name: String,
    /// Who proposed it, when.
    pub proposed: String,
    /// Until when it runs, or would; empty when it is over.
    pub until: String,
    /// How far it has come.
    pub state: String,
    /// How that is coloured.
    pub colour: String,
}

/// What was typed into the form that proposes one.
#[derive(Clone, Debug)]
pub struct Proposing {
    /// What it is called.
    pub name: String,
    /// What it is to find out or do.
    pub question: String,
    /// What care teams are asked to do.
    pub step: String,
    /// Who answers for it.
    pub owner: String,
    /// For how long.
    pub days: Vec<Choice>,
}

/// `/projects/{number}`.
#[derive(Template)]
#[template(path = "projects/project.html")]
pub struct ProjectPage {
    /// Around it.
    pub frame: Frame,
    /// What it is called and how far it has come.
    pub line: ProjectLine,
    /// What it is to find out or do.
    pub question: String,
    /// What care teams are asked to do.
    pub step: String,
    /// Who answers for it.
    pub owner: String,
    /// Whose analysts work in it.
    pub organisation: String,
    /// Who answered, when, and why; empty while nobody has.
    pub answered: String,
    /// Who ended it, when, and why; empty while nobody has.
    pub ended: String,
    /// Its lists.
    pub lists: Vec<ListLine>,
    /// The form for a list, for its analysts while it runs.
    pub making: Option<Making>,
    /// Whether it runs.
    pub runs: bool,
    /// Whether the reader may answer it.
    pub answering: bool,
    /// Whether the reader may end it.
    pub ending: bool,
    /// What was typed as an answer.
    pub words: String,
    /// What was typed as why it ends.
    pub why: String,
    /// What a form must still say.
    pub problems: Vec<Problem>,
}

/// What a list can be made by.
#[derive(Clone, Debug)]
pub struct Making {
    /// Conditions.
    pub conditions: Vec<Choice>,
    /// Kinds of groups: the field, its label, its choices.
    pub groups: Vec<(String, String, Vec<Choice>)>,
}

/// One list among others.
#[derive(Clone, Debug)]
pub struct ListLine {
    /// Its page, for those who care for people.
    pub path: String,
    /// Who is on it, in words.
    pub name: String,
    /// Its project.
    pub project: String,
    /// What is asked of care teams.
    pub step: String,
    /// How many, as it may be told.
    pub people: String,
    /// The date of the evidence.
    pub taken: String,
    /// When it was made.
    pub made: String,
}

/// `/lists`.
#[derive(Template)]
#[template(path = "projects/lists.html")]
pub struct ListsPage {
    /// Around it.
    pub frame: Frame,
    /// Lists.
    pub lists: Vec<ListLine>,
    /// What was typed.
    pub pseudonym: String,
    /// What the form must still say.
    pub problems: Vec<Problem>,
}

/// Somebody on a list.
#[derive(Clone, Debug)]
pub struct OnListLine {
    /// Who they are.
    pub person: Mine,
    /// What stands for them in the project.
    pub pseudonym: String,
}

/// `/lists/{number}`.
#[derive(Template)]
#[template(path = "projects/list.html")]
pub struct ListPage {
    /// Around it.
    pub frame: Frame,
    /// What it is.
    pub line: ListLine,
    /// Its project.
    pub project: String,
    /// Why it was made.
    pub question: String,
    /// The next step.
    pub step: String,
    /// Its clinical owner.
    pub owner: String,
    /// Until when it can be opened.
    pub until: String,
    /// Those on it who are in the reader's care.
    pub people: Vec<OnListLine>,
    /// Pages of them.
    pub paging: Paging,
}
