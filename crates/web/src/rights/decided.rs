//! What was decided about who may see a record, in words: for the person in theirs, else as staff say it.

use super::view::{Decided, ProxyLine};
use crate::access::known_as;
use crate::person::line::entry_path;
use crate::site::clock::moment;
use crate::site::senders::Senders;
use care::Care;
use care::access::acts::{PastAct, What};
use care::access::{PersonGrant, ProxyStands, Relationship, Sensitivity, Show};
use care::person::PersonRecord;
use care::rights::proxies::Proxy;
use care::rights::sharing::{item_of, undoing};
use record::OrgCode;

/// Everything that is needed to put decisions about one person into words.
pub struct Telling<'a> {
    /// The store, whose care system and accounts give names.
    pub care: &'a Care,
    /// The record, as far as the reader may see it.
    pub record: &'a PersonRecord,
    /// Leave to see what was decided.
    pub grant: &'a PersonGrant,
}

impl Telling<'_> {
    /// A decision.
    pub fn decided(&self, past: &PastAct) -> Decided {
        let act = &past.act;
        let found = item_of(act.what).and_then(|item| self.entry(item));
        let own_entry = found.as_ref().is_some_and(|(.., own)| *own);
        let undone = past.undone.as_ref().map(|(at, by, why)| {
            let why = if why.is_empty() {
                String::new()
            } else {
                format!(": {why}")
            };
            format!("Taken back by {}, {}{why}", known_as(self.care, by), moment(*at))
        });
        let may = undoing(act.what, own_entry)
            .allowed(self.grant.facts(), self.grant.actor())
            .is_ok();
        // A finding stands; it is followed by another, not taken back.
        let path = match (&undone, may && act.what != What::ProxyReviewed) {
            (None, true) => format!("/people/{}/sharing/{}", self.grant.person(), act.number),
            _ => String::new(),
        };
        let (what, entry) = (self.what(past, found.as_ref().map(|(label, ..)| label.as_str())), found);
        Decided {
            what,
            entry: entry.map(|(_, path, _)| path).unwrap_or_default(),
            who: known_as(self.care, &act.actor),
            when: moment(act.decided),
            why: act.words.clone(),
            undone: undone.unwrap_or_default(),
            path,
        }
    }

    /// An entry's name and address, and whether the reader's organisation wrote it.
    fn entry(&self, item: i64) -> Option<(String, String, bool)> {
        let lines = self.record.facts.iter().flat_map(|fact| &fact.lines);
        let line = lines.into_iter().find(|line| line.item == item)?;
        let path = entry_path(&format!("/people/{}", self.record.person), line);
        let own = self.grant.actor().works_for.as_ref() == Some(&line.sender);
        Some((line.entry.what.label().to_owned(), path, own))
    }

    fn what(&self, past: &PastAct, entry: Option<&str>) -> String {
        let own = self.grant.is_own_use();
        let (they, you) = if own {
            ("You", "you")
        } else {
            ("The person", "the person")
        };
        let entry = entry.unwrap_or("an entry that is no longer on the record");
        let name = known_as(self.care, &past.act.holder);
        match past.act.what {
            What::Objection if past.act.holder.is_empty() => {
                let s = if own { "" } else { "s" };
                format!("{they} object{s} to sharing: each service sees only what it wrote itself")
            }
            What::Objection => {
                let s = if own { "" } else { "s" };
                let senders = Senders::about(self.care.system(), self.record.restricted);
                let with = OrgCode::parse(&past.act.holder).map_or_else(String::new, |code| senders.name(&code));
                format!("{they} object{s} to {with} seeing what others wrote")
            }
            What::Sensitivity {
                sensitivity: Sensitivity::Locked,
                ..
            } => format!("Sealed and locked: {entry}"),
            What::Sensitivity {
                sensitivity: Sensitivity::Sealed,
                ..
            } => format!("Sealed: {entry}"),
            What::Sensitivity { sensitivity, .. } => format!("Counts as {}: {entry}", sensitivity.words()),
            What::Show { show: Show::Person, .. } => format!("Kept from those who act for {you}: {entry}"),
            What::Show {
                show: Show::Neither, ..
            } => format!("Hidden from the person at home: {entry}"),
            What::Show {
                show: Show::PersonAndProxies,
                ..
            } => format!("Shown to the person and those who act for them: {entry}"),
            What::Relationship(Relationship::Proxy) => format!("{name} acts for {you}"),
            What::Relationship(one) => one.words().to_owned(),
            What::ProxyReviewed => format!("Looked at again whether {name} acts for {you}"),
            What::SaidYes => format!("{name} may see contraception, sexual and mental health"),
            What::Suspended if past.act.holder.is_empty() => "Online access is suspended".to_owned(),
            What::Suspended => format!("Online access of {name} is suspended"),
            What::TypeOne if own => "You have a type 1 opt-out: what your GP practice holds is in no count".to_owned(),
            What::TypeOne => "Type 1 opt-out: what the GP practice holds is in no count".to_owned(),
            What::Emergency | What::IsUser | What::Checked { .. } => String::new(),
        }
    }

    /// Somebody who acts for the person.
    pub fn proxy(&self, proxy: &Proxy) -> ProxyLine {
        let until = |day: record::Date| match self.grant.is_own_use() {
            true => format!("Acts for you. Looked at again on {}", day.words()),
            false => format!("Acts for the person. Looked at again, or ends, on {}", day.words()),
        };
        ProxyLine {
            name: known_as(self.care, &proxy.holder),
            words: proxy.words.clone(),
            stands: match proxy.stands {
                ProxyStands::Acts { until: Some(day) } => until(day),
                ProxyStands::Acts { until: None } if self.grant.is_own_use() => "Acts for you".to_owned(),
                ProxyStands::Acts { until: None } => "Acts for the person".to_owned(),
                ProxyStands::Due { since } => {
                    format!(
                        "Opens nothing since {}, until the practice has looked at it again",
                        since.words()
                    )
                }
                ProxyStands::Ended => "Ended".to_owned(),
            },
            acts: matches!(proxy.stands, ProxyStands::Acts { .. }),
            suspended: proxy.suspended && !self.grant.is_own_use(),
            said_yes: proxy.said_yes.is_some(),
            path: format!("/people/{}/proxies/{}", self.grant.person(), proxy.number),
        }
    }
}

/// What undoing something does, in plain words; `name`: whom it is about.
pub fn undoing_does(past: &PastAct, name: &str, own: bool) -> Vec<String> {
    let them = if own { "you" } else { "the person" };
    let words: &[String] = &match past.act.what {
        What::Objection => vec![
            format!("Everybody who cares for {them} sees the whole record again, at once."),
            "What is sealed stays sealed.".to_owned(),
        ],
        What::Sensitivity { .. } => vec![
            format!("Everybody who cares for {them} sees this entry again, at once."),
            format!("So does another organisation’s system that reads for the care of {them}."),
        ],
        What::Show { show: Show::Person, .. } => {
            vec![format!(
                "Those who act for {them} see this entry again, unless it is sensitive."
            )]
        }
        What::Show {
            show: Show::Neither, ..
        } => vec![
            "The person sees this entry when they next look, and so do those who act for them, unless a rule hides it."
                .to_owned(),
            "Be sure that nobody is in danger by it, and that it tells nothing of somebody else.".to_owned(),
        ],
        What::Show { .. } => vec!["The rules decide again whether the person sees this entry.".to_owned()],
        What::Relationship(_) => vec![
            format!("{name} can no longer open this record, at once."),
            format!("What {name} printed or remembers stays with them."),
            "Their sight of sensitive entries ends too.".to_owned(),
        ],
        What::SaidYes => vec![format!(
            "{name} goes on acting for {them}, and no longer sees contraception, sexual and mental health."
        )],
        What::Suspended if past.act.holder.is_empty() => vec![
            "The person, and those who act for them, can open the record online again, at once.".to_owned(),
            "Be sure that nobody makes them show it.".to_owned(),
        ],
        What::Suspended => vec![format!("{name} can open the record online again, at once.")],
        What::TypeOne => vec![format!(
            "What the GP practice holds about {them} is counted again for planning, from the next day on."
        )],
        What::ProxyReviewed | What::Emergency | What::IsUser | What::Checked { .. } => Vec::new(),
    };
    words.to_vec()
}
