//! Migrations: numbered texts, each run once, in order.

use super::{Conn, DbError};

/// One step of the schema. `sql` may hold `{bytes}` (BLOB or BYTEA), `{text}` (TEXT in C collation),
/// `{key}` (INTEGER or BIGINT PRIMARY KEY) and `{clustered}` (WITHOUT ROWID, or nothing).
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its number. One that was left out when a later one was run is run all the same.
    pub number: i64,
    /// Its statements.
    pub sql: &'static str,
}

/// Brings the database up to the last migration, noting each in `table`; answers how many were run. A database newer than this
/// program is refused.
pub fn migrate(conn: &mut Conn, table: &str, migrations: &[Migration]) -> Result<usize, DbError> {
    conn.begin(Some(7_001))?;
    let outcome = migrate_within(conn, table, migrations);
    match &outcome {
        Ok(_) => conn.commit()?,
        Err(_) => conn.roll_back()?,
    }
    outcome
}

/// As [`migrate`], within the transaction that `conn` is in.
pub(crate) fn migrate_within(conn: &mut Conn, table: &str, migrations: &[Migration]) -> Result<usize, DbError> {
    // A role that serves may create nothing: not even what is there already.
    if !conn.has_table(table)? {
        conn.batch(&format!("CREATE TABLE {table} (number BIGINT NOT NULL)"))?;
    }
    let done = conn.query(&format!("SELECT number FROM {table}"), &[], |row| row.int(0))?;
    let newest = migrations.last().map_or(0, |migration| migration.number);
    if let Some(newer) = done.iter().find(|number| **number > newest) {
        return Err(DbError::state(format!(
            "this data was written by a newer version of Chesil (schema {newer}, this program knows {newest})"
        )));
    }
    let mut count = 0;
    for migration in migrations.iter().filter(|migration| !done.contains(&migration.number)) {
        conn.batch(&in_dialect(conn, migration.sql))?;
        conn.execute(
            &format!("INSERT INTO {table} (number) VALUES (?1)"),
            &[migration.number.into()],
        )?;
        count += 1;
    }
    Ok(count)
}

/// The migrations that a database has been through, in order of number; none when it has no such table.
pub(crate) fn numbers(conn: &mut Conn, table: &str) -> Result<Vec<i64>, DbError> {
    if !super::catalogue::tables(conn)?.iter().any(|one| one.name == table) {
        return Ok(Vec::new());
    }
    conn.query(&format!("SELECT number FROM {table} ORDER BY number"), &[], |row| {
        row.int(0)
    })
}

fn in_dialect(conn: &Conn, sql: &str) -> String {
    let (bytes, text, key, clustered) = match conn {
        Conn::Lite(_) => ("BLOB", "TEXT", "INTEGER PRIMARY KEY", "WITHOUT ROWID"),
        Conn::Pg(_) => ("BYTEA", "TEXT COLLATE \"C\"", "BIGINT PRIMARY KEY", ""),
    };
    sql.replace("{bytes}", bytes)
        .replace("{text}", text)
        .replace("{key}", key)
        .replace("{clustered}", clustered)
}
