//! What the person themselves says, on the pages of their record: how to reach and meet them, and what they question.

use super::present::Present;
use super::view::Statement;
use crate::site::clock::short;
use care::person::Fact;
use care::rights::preferences::Preference;
use care::rights::requests::State;
use record::When;

impl Present<'_> {
    /// What the person said about being reached and met, which stands before what senders say.
    pub(super) fn own_word(&self) -> Vec<Statement> {
        let path = format!("{}/preferences", self.path);
        let one = |said: &Preference| Statement {
            words: format!("{}: {}", said.about.words(), said.value),
            sender: said.source.words().to_owned(),
            date: short(When::moment(said.said)),
            original: String::new(),
            path: path.clone(),
        };
        self.record.own_word.iter().map(one).collect()
    }

    /// What the person says against a fact, as a mark on it; `None` when nothing.
    pub(super) fn questioned(&self, fact: &Fact) -> Option<&'static str> {
        let states: Vec<State> = fact
            .lines
            .iter()
            .filter_map(|line| self.record.questioned.get(&line.item).copied())
            .collect();
        match states.as_slice() {
            [] => None,
            states if states.contains(&State::Waits) => Some("questioned by the person"),
            _ => Some("the person disagrees"),
        }
    }
}
