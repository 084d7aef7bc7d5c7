//! Persons and pairs into CSV files.

use super::reading::Read;
use crate::error::Failure;
use linkage::score::{level_in, probability};
use linkage::{Pair, Scorer};
use std::collections::HashMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

fn writer(path: &Path) -> Result<csv::Writer<BufWriter<File>>, Failure> {
    let file = File::create(path).map_err(|e| Failure::new(format!("{}: {e}", path.display())))?;
    Ok(csv::Writer::from_writer(BufWriter::with_capacity(1 << 20, file)))
}

/// Writes a line for every row: its name, its source and the number of its person. Gives the number of persons.
pub fn clusters(path: &Path, read: &Read, persons: &[u32]) -> Result<u32, Failure> {
    let fail = |e: csv::Error| Failure::new(format!("{}: {e}", path.display()));
    let mut out = writer(path)?;
    out.write_record(["unique_id", "source", "person"]).map_err(fail)?;
    let mut numbers: HashMap<u32, u32> = HashMap::with_capacity(persons.len());
    for (row, person) in persons.iter().enumerate() {
        let next = numbers.len() as u32 + 1;
        let number = *numbers.entry(*person).or_insert(next);
        let source = &read.sources[usize::from(read.table.source(row as u32))];
        out.write_record([read.ids.get(row), source, &number.to_string()])
            .map_err(fail)?;
    }
    out.flush()?;
    Ok(numbers.len() as u32)
}

/// Writes a line for every pair: names, weight, probability, and at what level each comparison stands.
pub fn pairs(path: &Path, read: &Read, scorer: &Scorer<'_>, pairs: &[Pair]) -> Result<(), Failure> {
    let fail = |e: csv::Error| Failure::new(format!("{}: {e}", path.display()));
    let mut out = writer(path)?;
    let names = scorer.comparisons().iter().map(|c| c.name(read.table.schema()));
    out.write_record(
        ["id_left", "id_right", "match_weight", "match_probability"]
            .into_iter()
            .chain(names),
    )
    .map_err(fail)?;
    for pair in pairs {
        out.write_field(read.ids.get(pair.a as usize)).map_err(fail)?;
        out.write_field(read.ids.get(pair.b as usize)).map_err(fail)?;
        out.write_field(format!("{:.3}", pair.weight)).map_err(fail)?;
        out.write_field(format!("{:.6}", probability(pair.weight)))
            .map_err(fail)?;
        for (n, comparison) in scorer.comparisons().iter().enumerate() {
            out.write_field(comparison.levels()[usize::from(level_in(pair.pattern, n))].name)
                .map_err(fail)?;
        }
        out.write_record(None::<&[u8]>).map_err(fail)?;
    }
    out.flush()?;
    Ok(())
}
