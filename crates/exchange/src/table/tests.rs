//! Each table feed of Dorset: its examples, and that every column it maps can be seen in what is read.

mod examples;
mod splitting;

use super::{read, split};
use record::system::{Column, Feed, Layout, Mapping, System};
use record::{Item, Value};

/// Dorset, as its folder says.
fn dorset() -> System {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../systems/dorset");
    let mut files = Vec::new();
    for folder in ["", "feeds/"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = format!("{folder}{}", path.file_name().unwrap().to_string_lossy());
                files.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    System::load(&files).unwrap()
}

/// The feeds of Dorset that are read through a mapping.
fn mapped(system: &System) -> Vec<(&Feed, &Mapping)> {
    let of = |feed| -> Option<(&Feed, &Mapping)> {
        let feed: &Feed = feed;
        match &feed.table.as_ref()?.layout {
            Layout::Columns(mapping) => Some((feed, mapping)),
            _ => None,
        }
    };
    system.feeds.iter().filter_map(of).collect()
}

/// One row in the order of the mapping's columns, quoted throughout.
fn row_of(mapping: &Mapping, cells: &[(&str, &str)]) -> String {
    for (name, _) in cells {
        assert!(mapping.columns.iter().any(|column| column == name), "no column {name}");
    }
    let cell = |name: &String| {
        let found = cells
            .iter()
            .find(|(column, _)| column == name)
            .map_or("", |(_, cell)| cell);
        format!("\"{}\"", found.replace('"', "\"\""))
    };
    mapping.columns.iter().map(cell).collect::<Vec<_>>().join(",")
}

fn read_cells(feed: &Feed, mapping: &Mapping, cells: &[(&str, &str)]) -> Result<Vec<Item>, crate::Refused> {
    read(row_of(mapping, cells).as_bytes(), &mapping.columns.join(","), feed)
}

/// What an item says, a line each, for comparing.
fn lines(items: &[Item]) -> Vec<String> {
    let mut lines = Vec::new();
    for item in items {
        for entry in &item.entries {
            let value = match &entry.value {
                None => String::new(),
                Some(Value::Quantity(q)) => format!(" = {} {}", q.written, q.unit),
                Some(Value::Concept(concept)) => format!(" = {}", concept.label()),
                Some(Value::Text(text)) => format!(" = '{text}'"),
                Some(Value::Bool(yes)) => format!(" = {yes}"),
                Some(Value::When(when)) => format!(" = {when}"),
            };
            let happened = entry.happened.map_or(String::new(), |when| format!(" [{when}]"));
            let status = match entry.status.words() {
                "" => String::new(),
                words => format!(" ({words})"),
            };
            let code = match entry.what.code.as_str() {
                "" => String::new(),
                code => format!(" {code}"),
            };
            let words = &entry.what.display;
            lines.push(format!("{}: {words}{code}{value}{happened}{status}", item.item_type));
        }
    }
    lines
}
