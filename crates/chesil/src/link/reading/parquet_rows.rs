//! Rows of a Parquet file as text.

use super::{EachLine, Line};
use crate::error::Failure;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use std::path::Path;

/// Reads a Parquet file, row after row.
pub fn read(file: &Path, each: &mut EachLine<'_>) -> Result<(), Failure> {
    let fail = |e: &dyn std::fmt::Display| Failure::new(format!("{}: {e}", file.display()));
    let opened = std::fs::File::open(file).map_err(|e| fail(&e))?;
    let reader = SerializedFileReader::new(opened).map_err(|e| fail(&e))?;
    let schema = reader.metadata().file_metadata().schema_descr();
    let headings: Vec<String> = schema
        .columns()
        .iter()
        .map(|column| column.name().to_string())
        .collect();
    let width = headings.len();
    each(Line::Headings(headings))?;
    for (number, row) in reader.get_row_iter(None).map_err(|e| fail(&e))?.enumerate() {
        let row = row.map_err(|e| Failure::new(format!("{}: row {}: {e}", file.display(), number + 1)))?;
        let cells: Vec<String> = row.get_column_iter().map(|(_, field)| text(field)).collect();
        if cells.len() != width {
            return Err(Failure::new(format!(
                "{}: row {} holds lists or groups; only plain columns can be linked",
                file.display(),
                number + 1
            )));
        }
        each(Line::Row(&cells.iter().map(String::as_str).collect::<Vec<_>>()))?;
    }
    Ok(())
}

fn text(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned(),
        other => other.to_string().trim_matches('"').to_string(),
    }
}
