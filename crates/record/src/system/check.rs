//! Checks across the files of a folder.

use super::reading::{Problem, suggestion};
use super::{Feed, FeedFormat, Folder, Layout, PlaceKind, VersionRule};
use crate::id::OrgCode;
use std::cell::RefCell;

/// Names what one file says and another contradicts.
pub(super) fn across(folder: &Folder, problems: &RefCell<Vec<Problem>>) {
    let mut problem = |file: &str, line: usize, reason: String| {
        problems.borrow_mut().push(Problem {
            file: file.to_owned(),
            line,
            reason,
        });
    };
    places(folder, &mut problem);
    organisations(folder, &mut problem);
    if let Some(head) = &folder.head
        && let Some(board) = &head.board
    {
        organisation_known(folder, board, "system.toml", head.board_line, "board", &mut problem);
    }
    for (at, read) in folder.feeds.iter().enumerate() {
        let (feed, file) = (&read.feed, read.file.as_str());
        if file != format!("feeds/{}.toml", feed.name) {
            let reason = format!("feed `{}` should stand in feeds/{}.toml", feed.name, feed.name);
            problem(file, read.name_line, reason);
        }
        if folder.feeds[..at].iter().any(|other| other.feed.name == feed.name) {
            problem(
                file,
                read.name_line,
                format!("another feed is also called `{}`", feed.name),
            );
        }
        organisation_known(folder, &feed.sender, file, read.sender_line, "sender", &mut problem);
        organisation_known(
            folder,
            &feed.controller,
            file,
            read.controller_line,
            "controller",
            &mut problem,
        );
        if let Some(reason) = version_without_column(feed) {
            problem(file, read.name_line, reason);
        }
    }
}

fn version_without_column(feed: &Feed) -> Option<String> {
    let mapping = feed.table.as_ref().map(|table| &table.layout)?;
    match mapping {
        Layout::Columns(mapping)
            if feed.format == FeedFormat::Table
                && feed.version == VersionRule::SenderTime
                && mapping.updated.is_none() =>
        {
            Some("version = \"sender-time\" needs `updated`: the column that says when the row was changed".to_owned())
        }
        _ => None,
    }
}

fn organisation_known(
    folder: &Folder,
    code: &OrgCode,
    file: &str,
    line: usize,
    role: &str,
    problem: &mut impl FnMut(&str, usize, String),
) {
    if !folder.organisations.iter().any(|(known, _)| known.code == *code) {
        let hint = suggestion(
            code.as_str(),
            folder.organisations.iter().map(|(known, _)| known.code.as_str()),
        );
        problem(file, line, format!("{role} {code} is not in organisations.toml{hint}"));
    }
}

fn places(folder: &Folder, problem: &mut impl FnMut(&str, usize, String)) {
    for (at, (place, line)) in folder.places.iter().enumerate() {
        if folder.places[..at].iter().any(|(other, _)| other.code == place.code) {
            problem("places.toml", *line, format!("place {} stands twice", place.code));
        }
        if place.within.is_empty() {
            if place.kind != PlaceKind::System {
                problem(
                    "places.toml",
                    *line,
                    format!("say in `within` where {} lies", place.name),
                );
            }
            continue;
        }
        match folder.places.iter().find(|(other, _)| other.code == place.within) {
            // A place lies in a wider kind of place, so no place can lie in itself by any detour.
            Some((wider, _)) if wider.kind < place.kind => {}
            Some((other, _)) => {
                let reason = format!(
                    "{} cannot lie within {}: that is not a wider kind of place",
                    place.name, other.name
                );
                problem("places.toml", *line, reason);
            }
            None => {
                let hint = suggestion(
                    &place.within,
                    folder.places.iter().map(|(other, _)| other.code.as_str()),
                );
                problem(
                    "places.toml",
                    *line,
                    format!("there is no place {}{hint}", place.within),
                );
            }
        }
    }
}

fn organisations(folder: &Folder, problem: &mut impl FnMut(&str, usize, String)) {
    for (at, (organisation, line)) in folder.organisations.iter().enumerate() {
        let code = &organisation.code;
        if folder.organisations[..at].iter().any(|(other, _)| other.code == *code) {
            problem("organisations.toml", *line, format!("organisation {code} stands twice"));
        }
        let place = &organisation.place;
        if !place.is_empty() && !folder.places.iter().any(|(known, _)| known.code == *place) {
            let hint = suggestion(place, folder.places.iter().map(|(known, _)| known.code.as_str()));
            problem("organisations.toml", *line, format!("there is no place {place}{hint}"));
        }
    }
}
