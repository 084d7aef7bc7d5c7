//! "Something is wrong": the form on every page, and closing what it reports.

use super::form::{Pairs, Problem, own_path, words};

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// This is about another person, or two people are shown as one.
    Person,
    /// Something the record says is not so.
    Fact,
    /// Something that should be here is not.
    Missing,
    /// The page itself could lead somebody to do harm.
    Page,
    /// Somebody looked at the record, and the writer does not know why.
    Look,
}

impl Wrong {
    /// Each, in the order the form lists them.
    pub const ALL: [Wrong; 5] = [Wrong::Person, Wrong::Fact, Wrong::Missing, Wrong::Page, Wrong::Look];

    /// What the form sends, and what a store keeps.
    pub const fn value(self) -> &'static str {
        match self {
            Wrong::Person => "person",
            Wrong::Fact => "fact",
            Wrong::Missing => "missing",
            Wrong::Page => "page",
            Wrong::Look => "look",
        }
    }

    /// What people read.
    pub const fn words(self) -> &'static str {
        match self {
            Wrong::Person => "Wrong person: this belongs to someone else, or two people are mixed",
            Wrong::Fact => "Wrong fact: the record says something that is not so",
            Wrong::Missing => "Something is missing that should be here",
            Wrong::Page => "The page is unsafe: it could mislead somebody",
            Wrong::Look => "Somebody looked at the record, and I want to know why",
        }
    }
}

/// The most characters a report may have.
pub const SAID_MAX: usize = 2_000;

/// A report, as its form sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongForm {
    /// What is wrong.
    pub wrong: Wrong,
    /// In whose words.
    pub said: String,
    /// The page it is about.
    pub about: String,
}

impl WrongForm {
    /// Reads the form's fields `wrong`, `said` and `about`. An `about` that is no page of ours becomes `/`.
    ///
    /// # Errors
    /// What the form must still say.
    pub fn read(pairs: &Pairs) -> Result<Self, Vec<Problem>> {
        let wrong = Wrong::ALL.into_iter().find(|wrong| wrong.value() == pairs.get("wrong"));
        let said = words(pairs.get("said"), "said", "Say what is wrong, in a few words", SAID_MAX);
        let about = pairs.get("about");
        let about = if own_path(about) { about } else { "/" }.to_owned();
        match (wrong, said) {
            (Some(wrong), Ok(said)) => Ok(Self { wrong, said, about }),
            (wrong, said) => {
                let unchosen = wrong
                    .is_none()
                    .then(|| Problem::new("wrong-person", "Choose what kind of thing is wrong"));
                Err(unchosen.into_iter().chain(said.err()).collect())
            }
        }
    }
}

/// What was done about a report, as the closing form sends it.
///
/// # Errors
/// What the form must still say.
pub fn read_closure(pairs: &Pairs) -> Result<String, Vec<Problem>> {
    words(
        pairs.get("outcome"),
        "outcome",
        "Say what was found and what was done",
        SAID_MAX,
    )
    .map_err(|problem| vec![problem])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_what_and_where() {
        let form = WrongForm::read(&Pairs::read("wrong=person&said=His+brother&about=/people/ab12")).unwrap();
        assert_eq!(form.wrong, Wrong::Person);
        assert_eq!(form.said, "His brother");
        assert_eq!(form.about, "/people/ab12");
    }

    #[test]
    fn a_report_without_its_parts_is_told_which() {
        let problems = WrongForm::read(&Pairs::read("wrong=nonsense&about=//example.org")).unwrap_err();
        let fields: Vec<_> = problems.iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["wrong-person", "said"]);
    }

    #[test]
    fn a_report_never_leads_away_from_the_site() {
        let form = WrongForm::read(&Pairs::read("wrong=page&said=x&about=https://example.org")).unwrap();
        assert_eq!(form.about, "/");
    }

    #[test]
    fn a_report_is_closed_with_a_reason_only() {
        assert!(read_closure(&Pairs::read("outcome=")).is_err());
        assert_eq!(
            read_closure(&Pairs::read("outcome=Split+and+told+the+practice")).unwrap(),
            "Split and told the practice"
        );
    }
}
