//! Development sets with the truth beside them.

use linkage::{Role, Rows, Schema, Table, schema};
use std::collections::HashMap;

/// A set: what the engine is given, and the truth that it never sees.
pub struct Set {
    pub table: Table,
    /// The rows as sent, in the order of the table's columns.
    pub rows: Rows,
    /// Whose each row is.
    pub person: Vec<u32>,
    /// In which household that person lives.
    pub household: Vec<u32>,
}

/// Reads a plain CSV file (no quoted cells) without the columns in `left_out`, and the truth file beside it.
pub fn read(path: &str, left_out: &[String]) -> Set {
    let text = std::fs::read_to_string(path).expect("readable");
    let mut lines = text.lines();
    let headings: Vec<String> = lines.next().expect("headings").split(',').map(String::from).collect();
    let columns: Vec<(usize, Role)> = schema::guess(&headings, &[])
        .into_iter()
        .enumerate()
        .filter_map(|(at, used)| match used {
            schema::Use::Compared(role) if !left_out.contains(&headings[at]) => Some((at, role)),
            _ => None,
        })
        .collect();
    let named = columns.iter().map(|(at, role)| (headings[*at].as_str(), *role));
    let mut table = Table::new(Schema::new(named));
    let mut rows = Rows::new(columns.len());
    let mut ids = Vec::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        ids.push(cells[0]);
        rows.push(columns.iter().map(|(at, _)| cells[*at]));
    }
    table.extend(&rows, []);
    let truth = std::fs::read_to_string(path.replace(".csv", "_truth.csv")).expect("truth");
    let of: HashMap<&str, (u32, u32)> = truth
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let number = |at: usize| cells[at].parse().expect("a number");
            (cells[0], (number(1), number(2)))
        })
        .collect();
    let (person, household) = ids.iter().map(|id| of[id]).unzip();
    Set {
        table,
        rows,
        person,
        household,
    }
}

/// How many pairs of rows have one number.
pub fn pairs_within(of: &[u32]) -> u64 {
    let mut counts: HashMap<u32, u64> = HashMap::new();
    of.iter().for_each(|c| *counts.entry(*c).or_default() += 1);
    counts.values().map(|n| n * (n - 1) / 2).sum()
}
