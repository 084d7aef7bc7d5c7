//! Reads the `[table]` section of a feed's file into a [`Table`], naming every problem.

use super::mapping::{
    CodeList, Column, Condition, DateStyle, EntryRule, ItemRule, Layout, Mapping, PersonColumns, StatusRule, Table,
    ValueRule, WhatRule, Words, item_type_of, kind_name, status_name,
};
use super::reading::{Section, suggestion};
use super::snomed::read_concept;
use crate::concept::Concept;
use crate::entry::{Certainty, Kind, Status};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use toml::de::DeValue;

const COLUMNS_MAX: usize = 512;
const LAYOUTS: [&str; 6] = [
    "columns",
    "pds-trace",
    "opt-out",
    "ods-england-and-wales",
    "ods-scotland",
    "ods-northern-ireland",
];

/// Reads a `[table]` section; `None` when it cannot be used.
pub(in crate::system) fn read_table(section: Section<'_, '_>) -> Option<Table> {
    let separator = match section.text("separator").as_deref() {
        None | Some(",") => b',',
        Some(";") => b';',
        Some("|") => b'|',
        Some("tab") => b'\t',
        Some(other) => {
            section.problem(
                "separator",
                format!("`{other}` is not a separator: \",\" \";\" \"|\" or \"tab\""),
            );
            b','
        }
    };
    let layout = match section.text("layout").as_deref() {
        None | Some("columns") => Some(Layout::Columns(Box::new(read_mapping(&section)?))),
        Some("pds-trace") => Some(Layout::PdsTrace),
        Some("opt-out") => Some(Layout::OptOut),
        Some("ods-england-and-wales") => Some(Layout::OdsEnglandAndWales),
        Some("ods-scotland") => Some(Layout::OdsScotland),
        Some("ods-northern-ireland") => Some(Layout::OdsNorthernIreland),
        Some(other) => {
            let hint = suggestion(other, LAYOUTS.into_iter());
            section.problem(
                "layout",
                format!("`{other}` is not one of {}{hint}", LAYOUTS.join(", ")),
            );
            None
        }
    };
    section.finish();
    layout.map(|layout| Table { separator, layout })
}

/// The declared columns and code lists of a feed, and which of them have been used.
struct Known {
    columns: Vec<String>,
    lists: BTreeMap<String, CodeList>,
    used: RefCell<BTreeSet<usize>>,
    used_lists: RefCell<BTreeSet<String>>,
}

impl Known {
    /// The column of this name; an unknown one is a problem on `key`'s line.
    fn column(&self, section: &Section<'_, '_>, key: &str, name: &str) -> Option<Column> {
        let found = self.columns.iter().position(|column| column == name);
        if found.is_none() {
            let hint = suggestion(name, self.columns.iter().map(String::as_str));
            section.problem(
                key,
                format!("`{key}` names a column `{name}` that `columns` does not list{hint}"),
            );
        }
        let at = found?;
        self.used.borrow_mut().insert(at);
        Some(Column(at))
    }

    fn needed(&self, section: &Section<'_, '_>, key: &str) -> Option<Column> {
        section.needed(key).and_then(|name| self.column(section, key, &name))
    }

    fn optional(&self, section: &Section<'_, '_>, key: &str) -> Option<Column> {
        section.text(key).and_then(|name| self.column(section, key, &name))
    }

    fn several(&self, section: &Section<'_, '_>, key: &str) -> Vec<Column> {
        let names = section.texts(key);
        names
            .iter()
            .filter_map(|(name, _)| self.column(section, key, name))
            .collect()
    }

    fn list(&self, section: &Section<'_, '_>) -> Option<CodeList> {
        let name = section.text("codes")?;
        let found = self.lists.get(&name);
        if found.is_none() {
            let hint = suggestion(&name, self.lists.keys().map(String::as_str));
            section.problem("codes", format!("there is no code list [table.codes.{name}]{hint}"));
        }
        self.used_lists.borrow_mut().insert(name);
        found.cloned()
    }
}

fn read_mapping(section: &Section<'_, '_>) -> Option<Mapping> {
    let declared = section.texts("columns");
    if declared.is_empty() || declared.len() > COLUMNS_MAX {
        section.problem(
            "columns",
            format!("list the columns of the table, 1 to {COLUMNS_MAX} of them"),
        );
        return None;
    }
    for (at, (name, line)) in declared.iter().enumerate() {
        if declared[..at]
            .iter()
            .any(|(earlier, _)| earlier.eq_ignore_ascii_case(name))
        {
            section
                .source
                .problem(*line, format!("column `{name}` is listed twice"));
        }
    }
    let known = Known {
        columns: declared.iter().map(|(name, _)| name.clone()).collect(),
        lists: section.section("codes").map(read_lists).unwrap_or_default(),
        used: RefCell::default(),
        used_lists: RefCell::default(),
    };
    let mapping = Mapping {
        row_id: known.several(section, "row_id"),
        person: known.optional(section, "person"),
        updated: known.optional(section, "updated"),
        withdrawn: section.section("withdrawn").and_then(|at| read_condition(at, &known)),
        dates: read_dates(section),
        person_is: section.section("person_is").map(|at| read_person(at, &known)),
        items: read_items(section, &known),
        ignored: ignored(section, &known),
        columns: known.columns.clone(),
    };
    if mapping.row_id.is_empty() {
        section.problem(
            "row_id",
            "say in `row_id` which columns together are the sender's id of a row",
        );
    }
    let has_number = mapping.person_is.as_ref().is_some_and(|is| is.nhs_number.is_some());
    if mapping.person.is_none() && !has_number {
        section.problem(
            "person",
            "rows name nobody: give `person` (the sender's id) or person_is.nhs_number",
        );
    }
    for (at, (name, line)) in declared.iter().enumerate() {
        if !known.used.borrow().contains(&at) && !mapping.ignored.contains(&Column(at)) {
            let reason = format!("column `{name}` is read by no rule; map it, or list it in `ignored`");
            section.source.problem(*line, reason);
        }
    }
    for name in known.lists.keys() {
        if !known.used_lists.borrow().contains(name) {
            section.problem("codes", format!("code list `{name}` is used by no rule"));
        }
    }
    Some(mapping)
}

fn ignored(section: &Section<'_, '_>, known: &Known) -> Vec<Column> {
    let mut ignored = Vec::new();
    for (name, line) in section.texts("ignored") {
        match known.columns.iter().position(|column| *column == name) {
            Some(at) if known.used.borrow().contains(&at) => section
                .source
                .problem(line, format!("column `{name}` is both ignored and read")),
            Some(at) => ignored.push(Column(at)),
            None => {
                let hint = suggestion(&name, known.columns.iter().map(String::as_str));
                section.source.problem(
                    line,
                    format!("`ignored` names a column `{name}` that `columns` does not list{hint}"),
                );
            }
        }
    }
    ignored
}

fn read_dates(section: &Section<'_, '_>) -> DateStyle {
    let known = [DateStyle::DayMonthYear, DateStyle::YearMonthDay, DateStyle::Compact];
    let written = section.needed("dates");
    let found = known
        .into_iter()
        .find(|style| written.as_deref() == Some(style.words()));
    if let (None, Some(other)) = (found, &written) {
        let all = known.map(DateStyle::words).join(", ");
        section.problem("dates", format!("`{other}` is not a way of writing dates: {all}"));
    }
    found.unwrap_or(DateStyle::YearMonthDay)
}

fn read_lists(section: Section<'_, '_>) -> BTreeMap<String, CodeList> {
    let mut lists = BTreeMap::new();
    for (name, _, _) in section.all() {
        let Some(list) = section.section(&name) else { continue };
        let mut codes = CodeList::new();
        for (code, value, line) in list.all() {
            let concept = match value.get_ref() {
                DeValue::String(words) => Some(Concept::words(words)),
                DeValue::Table(_) => list.section(&code).and_then(read_concept),
                _ => None,
            };
            match concept.filter(|concept| !concept.is_empty()) {
                // Senders do not keep to a letter case; the reader looks codes up in lower case.
                Some(concept) => {
                    if codes.insert(code.to_lowercase(), concept).is_some() {
                        list.source
                            .problem(line, format!("code `{code}` stands twice in list `{name}`"));
                    }
                }
                None => list.source.problem(
                    line,
                    format!("say what `{code}` means: words, or {{ code = …, display = … }}"),
                ),
            }
        }
        lists.insert(name, codes);
    }
    lists
}

fn read_person(section: Section<'_, '_>, known: &Known) -> PersonColumns {
    let person = PersonColumns {
        nhs_number: known.optional(&section, "nhs_number"),
        prefix: known.optional(&section, "prefix"),
        family: known.optional(&section, "family"),
        given: known.several(&section, "given"),
        known_as: known.optional(&section, "known_as"),
        birth: known.optional(&section, "birth"),
        sex: known.optional(&section, "sex"),
        died: known.optional(&section, "died"),
        address: known.several(&section, "address"),
        postcode: known.optional(&section, "postcode"),
        phone: known.several(&section, "phone"),
        email: known.optional(&section, "email"),
        practice: known.optional(&section, "practice"),
        practice_name: known.optional(&section, "practice_name"),
        language: known.optional(&section, "language"),
        interpreter: known.optional(&section, "interpreter"),
        ethnicity: known.optional(&section, "ethnicity"),
    };
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for (key, _, _) in section.all() {
        for (column, line) in section.texts(&key) {
            if let Some(other) = seen.insert(column.clone(), key.clone()) {
                section.source.problem(
                    line,
                    format!("column `{column}` is used twice: for `{other}` and for `{key}`"),
                );
            }
        }
    }
    // `all` counts every key as asked for, so unknown ones are named here.
    const KEYS: [&str; 17] = [
        "nhs_number",
        "prefix",
        "family",
        "given",
        "known_as",
        "birth",
        "sex",
        "died",
        "address",
        "postcode",
        "phone",
        "email",
        "practice",
        "practice_name",
        "language",
        "interpreter",
        "ethnicity",
    ];
    for (key, _, line) in section.all() {
        if !KEYS.contains(&key.as_str()) {
            let hint = suggestion(&key, KEYS.into_iter());
            section
                .source
                .problem(line, format!("`person_is` has no key `{key}`{hint}"));
        }
    }
    person
}

fn read_items(section: &Section<'_, '_>, known: &Known) -> Vec<ItemRule> {
    let mut items: Vec<ItemRule> = Vec::new();
    for at in section.sections("item") {
        let line = at.line();
        let when = at.section("when").and_then(|at| read_condition(at, known));
        let sections = at.sections("entry");
        if sections.is_empty() {
            at.problem("entry", "an [[table.item]] needs at least one [[table.item.entry]]");
        }
        let entries: Vec<EntryRule> = sections.into_iter().filter_map(|at| read_entry(at, known)).collect();
        let kind_type = entries.first().map_or("Basic", |entry| item_type_of(entry.kind));
        let item = ItemRule {
            item_type: at.text("type").unwrap_or_else(|| kind_type.to_owned()),
            suffix: at.text("suffix").unwrap_or_default(),
            when,
            entries,
        };
        let same = |other: &&ItemRule| other.item_type == item.item_type && other.suffix == item.suffix;
        if items.iter().find(same).is_some() {
            let reason = format!(
                "two items of a row are both {} `{}`; give one a `suffix`",
                item.item_type, item.suffix
            );
            at.source.problem(line, reason);
        }
        at.finish();
        items.push(item);
    }
    items
}

fn read_entry(section: Section<'_, '_>, known: &Known) -> Option<EntryRule> {
    let kind = section.needed("kind").and_then(|name| {
        let found = Kind::ALL.into_iter().find(|kind| kind_name(*kind) == name);
        if found.is_none() {
            let hint = suggestion(&name, Kind::ALL.into_iter().map(kind_name));
            section.problem("kind", format!("`{name}` is not a kind of entry{hint}"));
        }
        found
    });
    let what = section.section("what").and_then(|at| read_what(at, known));
    if !section.has("what") {
        section.problem("what", "an entry needs `what`: what it is about");
    }
    let certainty = match section.text("certainty").as_deref() {
        None => Certainty::Unsaid,
        Some("confirmed") => Certainty::Confirmed,
        Some("suspected") => Certainty::Suspected,
        Some("ruled-out") => Certainty::RuledOut,
        Some(other) => {
            section.problem(
                "certainty",
                format!("`{other}` is not confirmed, suspected or ruled-out"),
            );
            Certainty::Unsaid
        }
    };
    let entry = EntryRule {
        kind: kind.unwrap_or(Kind::Other),
        when: section.section("when").and_then(|at| read_condition(at, known)),
        what: what.unwrap_or_else(|| WhatRule::Always(Concept::default())),
        value: section.section("value").and_then(|at| read_value(at, known)),
        happened: known.optional(&section, "happened"),
        ended: known.optional(&section, "ended"),
        recorded: known.optional(&section, "recorded"),
        by: read_words(&section, "by", known),
        place: read_words(&section, "place", known),
        status: read_status(&section, known),
        certainty,
        category: read_words(&section, "category", known),
        detail: read_detail(&section, known),
    };
    section.finish();
    Some(entry)
}

/// A column by its name, or `{ words = "…" }`.
fn read_words(section: &Section<'_, '_>, key: &str, known: &Known) -> Option<Words> {
    let value = section.value(key)?;
    if value.get_ref().is_str() {
        return known.optional(section, key).map(Words::Column);
    }
    let inner = section.section(key)?;
    let words = inner.needed("words").map(Words::Always);
    inner.finish();
    words
}

fn read_detail(section: &Section<'_, '_>, known: &Known) -> Vec<(String, Column)> {
    let mut detail = Vec::new();
    for line in section.sections("detail") {
        let label = line.text("label").unwrap_or_default();
        if let Some(column) = known.needed(&line, "column") {
            detail.push((label, column));
        }
        line.finish();
    }
    detail
}

fn read_what(section: Section<'_, '_>, known: &Known) -> Option<WhatRule> {
    if !section.has("column") {
        return read_concept(section).map(WhatRule::Always);
    }
    let column = known.needed(&section, "column");
    let list = section.has("codes").then(|| known.list(&section));
    let system = section.text("system");
    let display = known.optional(&section, "display");
    section.finish();
    let column = column?;
    match (list, system) {
        (Some(list), _) => list.map(|list| WhatRule::Listed(column, list)),
        (None, Some(system)) => Some(WhatRule::Coded {
            code: column,
            system: super::snomed::system_of(&system).to_owned(),
            display,
        }),
        (None, None) => Some(WhatRule::Words(column)),
    }
}

fn read_value(section: Section<'_, '_>, known: &Known) -> Option<ValueRule> {
    let column = known.needed(&section, "column");
    let list = section.has("codes").then(|| known.list(&section));
    let r#as = section.text("as");
    let unit = read_words_or_fixed(&section, "unit", known);
    let value = match (list, r#as.as_deref()) {
        (Some(list), None) => list.and_then(|list| Some(ValueRule::Listed(column?, list))),
        (None, Some("number")) => {
            column.map(|column| ValueRule::Number(column, unit.unwrap_or(Words::Always(String::new()))))
        }
        (None, Some("words")) => column.map(ValueRule::Words),
        (None, Some("yes-no")) => column.map(ValueRule::YesNo),
        (None, Some("date")) => column.map(ValueRule::Date),
        _ => {
            section.problem(
                "as",
                "a value needs either `codes`, or `as` = number, words, yes-no or date",
            );
            None
        }
    };
    section.finish();
    value
}

/// `unit = "cm"`, or `unit = { column = "Unit" }`.
fn read_words_or_fixed(section: &Section<'_, '_>, key: &str, known: &Known) -> Option<Words> {
    if section.value(key)?.get_ref().is_str() {
        return section.text(key).map(Words::Always);
    }
    let inner = section.section(key)?;
    let column = known.needed(&inner, "column").map(Words::Column);
    inner.finish();
    column
}

fn read_status(section: &Section<'_, '_>, known: &Known) -> StatusRule {
    let Some(value) = section.value("status") else {
        return StatusRule::Always(Status::Unknown);
    };
    let named = |at: &Section<'_, '_>, key: &str, name: &str| {
        let found = Status::ALL.into_iter().find(|status| status_name(*status) == name);
        if found.is_none() {
            let hint = suggestion(name, Status::ALL.into_iter().map(status_name));
            at.problem(key, format!("`{name}` is not a status{hint}"));
        }
        found.unwrap_or_default()
    };
    if value.get_ref().is_str() {
        let name = section.text("status").unwrap_or_default();
        return StatusRule::Always(named(section, "status", &name));
    }
    let Some(inner) = section.section("status") else {
        return StatusRule::Always(Status::Unknown);
    };
    let column = known.needed(&inner, "column");
    let mut by = BTreeMap::new();
    for (key, _, line) in inner.all() {
        if key == "column" {
            continue;
        }
        let status = named(&inner, &key, &key);
        for (word, _) in inner.texts(&key) {
            if by.insert(word.to_lowercase(), status).is_some() {
                inner.source.problem(line, format!("`{word}` stands for two statuses"));
            }
        }
    }
    column.map_or(StatusRule::Always(Status::Unknown), |column| StatusRule::By(column, by))
}

fn read_condition(section: Section<'_, '_>, known: &Known) -> Option<Condition> {
    let column = known.needed(&section, "column");
    let texts = |key: &str| -> Vec<String> {
        section
            .texts(key)
            .into_iter()
            .map(|(text, _)| text.to_lowercase())
            .collect()
    };
    let (is, is_not, filled) = (texts("is"), texts("is_not"), section.flag("filled"));
    let condition = match (is.is_empty(), is_not.is_empty(), filled) {
        (false, true, None) => column.map(|column| Condition::Is(column, is)),
        (true, false, None) => column.map(|column| Condition::IsNot(column, is_not)),
        (true, true, Some(true)) => column.map(Condition::Filled),
        _ => {
            section.problem(
                "column",
                "a condition needs exactly one of `is`, `is_not`, or `filled = true`",
            );
            None
        }
    };
    section.finish();
    condition
}
