//! SQLite: opening, settings, binding.

use super::{DbError, Param};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// Opens the file with the settings every connection needs. Write-ahead logging lets readers go on while the
/// one writer commits; `synchronous=FULL` because an acknowledgement promises durability.
pub fn open(path: &Path, read_only: bool) -> Result<Connection, DbError> {
    let conn = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    conn.busy_timeout(Duration::from_secs(20))?;
    conn.set_prepared_statement_cache_capacity(256);
    // Without this SQLite compiles a statement anew each time a value is bound to its LIMIT, in case another plan
    // would then be better: a quarter of the time a record page took.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864;",
    )?;
    if read_only {
        conn.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -4096;")?;
    } else {
        conn.execute_batch("PRAGMA wal_autocheckpoint = 16000;")?;
        hold(&conn, PAGES_AT_REST)?;
    }
    Ok(conn)
}

/// The inner pages of the large indexes, in kB.
pub(super) const PAGES_AT_REST: u64 = 65_536;
/// What bulk work holds at most, in kB.
const PAGES_IN_BULK_MAX: u64 = 1_048_576;

/// Has a connection that writes hold so many kB of pages, giving back what is more.
pub(super) fn hold(conn: &Connection, kb: u64) -> Result<(), DbError> {
    Ok(conn.execute_batch(&format!("PRAGMA cache_size = -{kb}; PRAGMA shrink_memory;"))?)
}

/// What bulk work may hold on this machine, in kB: a sixteenth of its memory.
#[cfg(target_os = "linux")]
pub(super) fn pages_in_bulk() -> u64 {
    let info = rustix::system::sysinfo();
    let bytes = (info.totalram as u64).saturating_mul(u64::from(info.mem_unit));
    (bytes / 1024 / 16).clamp(PAGES_AT_REST, PAGES_IN_BULK_MAX)
}

/// What bulk work may hold, in kB, where the machine does not say how much memory it has.
#[cfg(not(target_os = "linux"))]
pub(super) const fn pages_in_bulk() -> u64 {
    PAGES_IN_BULK_MAX / 4
}

/// Waits for another process's write in steps of a fifth of a millisecond, at most as long as other connections do:
/// SQLite's own steps grow to a tenth of a second, which whoever waits for an answer would wait too.
pub(super) fn wait_in_small_steps(conn: &mut Connection) -> Result<(), DbError> {
    Ok(conn.busy_handler(Some(|tried| {
        let step = if tried < 100 { 200 } else { 1_000 };
        std::thread::sleep(Duration::from_micros(step));
        tried < 20_000
    }))?)
}

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Param::Null => ValueRef::Null,
            Param::Int(value) => ValueRef::Integer(*value),
            Param::Real(value) => ValueRef::Real(*value),
            Param::Text(value) if value.contains('\0') => {
                return Ok(ToSqlOutput::Owned(super::without_nul(value).into()));
            }
            Param::Text(value) => ValueRef::Text(value.as_bytes()),
            Param::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::StatementStatus;

    /// How often a statement with a limit is compiled again while it is asked ten times.
    fn compiled_anew(conn: &Connection) -> i32 {
        conn.execute_batch("CREATE TABLE t (a BIGINT); CREATE INDEX t_a ON t (a);")
            .unwrap();
        let mut statement = conn
            .prepare("SELECT a FROM t WHERE a = ?1 ORDER BY a LIMIT ?2")
            .unwrap();
        for value in 0..10 {
            assert!(statement.query([value, 5]).unwrap().next().unwrap().is_none());
        }
        statement.get_status(StatementStatus::RePrepare)
    }

    #[test]
    fn a_statement_is_compiled_once_whatever_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(compiled_anew(&open(&folder.path().join("ours.db"), false).unwrap()), 0);
        assert!(
            compiled_anew(&Connection::open(folder.path().join("plain.db")).unwrap()) > 0,
            "SQLite as it comes does it: without that this test would see nothing"
        );
    }
}
