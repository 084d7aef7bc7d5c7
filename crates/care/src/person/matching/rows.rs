//! What of a record is weighed.

use linkage::{Rows, Schema, Table};
use record::{Demographics, Sex};

/// The cells of one record, in the order of the columns of [`super::models::built_in`].
pub(super) type Cells = [String; 8];

/// What a record says, as it is weighed. Of someone whose whereabouts are restricted, nothing that tells where they
/// are (SAFETY 2). Only the first given name: senders differ in whether they keep the others.
pub(super) fn cells(person: &Demographics, restricted: bool) -> Cells {
    let name = person.names.first();
    let given = name
        .and_then(|name| name.given.split_whitespace().next())
        .unwrap_or_default();
    let family = name.map(|name| name.family.as_str()).unwrap_or_default();
    let sex = match person.sex {
        Sex::Female => "F",
        Sex::Male => "M",
        Sex::Unknown | Sex::Other => "",
    };
    let home = person.addresses.first().filter(|_| !restricted);
    let phone = person.phones.first().filter(|_| !restricted);
    [
        given.to_owned(),
        family.to_owned(),
        person.birth_date().map(|date| date.iso()).unwrap_or_default(),
        sex.to_owned(),
        home.map(|home| home.postcode.clone()).unwrap_or_default(),
        home.map(|home| home.lines.join(" ")).unwrap_or_default(),
        person
            .nhs_number
            .map(|number| format!("{:010}", number.as_i64()))
            .unwrap_or_default(),
        phone.cloned().unwrap_or_default(),
    ]
}

/// Whether a record says who it is about: more than a birth date, a sex and where they live.
pub(super) fn says_who(cells: &Cells) -> bool {
    cells[..2].iter().chain(&cells[6..]).any(|cell| !cell.is_empty())
}

/// Rows as a table of the model's columns.
pub(super) fn table<'a>(schema: &Schema, rows: impl IntoIterator<Item = [&'a str; 8]>) -> Table {
    let mut cells = Rows::new(schema.columns.len());
    rows.into_iter().for_each(|row| cells.push(row));
    let mut table = Table::new(schema.clone());
    table.extend(&cells, []);
    table
}

/// The cells of a record as a table takes them.
pub(super) fn borrowed(cells: &Cells) -> [&str; 8] {
    cells.each_ref().map(String::as_str)
}

/// A digest of what is weighed and by which model: while it is the same, nothing needs to be weighed again.
pub(super) fn state(cells: &Cells, model_no: i64) -> i64 {
    let digest = cells.iter().fold(model_no as u64, |state, cell| {
        linkage::table::mix(state, linkage::table::hash(cell.as_bytes()))
    });
    (digest >> 1) as i64
}
