//! PostgreSQL: opening, placeholders, binding, COPY.

use super::tls::{Address, failed};
use super::{DbError, Param};
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Statement};
use std::collections::HashMap;
use std::io::Write;

/// A PostgreSQL connection with its prepared statements.
pub struct Pg {
    client: Client,
    statements: HashMap<String, Statement>,
}

impl Pg {
    /// Connects, by TLS as far as the address says so.
    pub fn open(url: &str, read_only: bool) -> Result<Self, DbError> {
        let address = Address::parse(url)?;
        let mut client = address
            .config
            .connect(address.connector()?)
            .map_err(|error| match error.as_db_error() {
                Some(_) => DbError::from(error),
                None => failed(&error),
            })?;
        client.batch_execute(if read_only {
            "SET default_transaction_read_only = on; SET client_min_messages = warning"
        } else {
            "SET client_min_messages = warning"
        })?;
        Ok(Self {
            client,
            statements: HashMap::new(),
        })
    }

    fn prepare(&mut self, sql: &str) -> Result<Statement, DbError> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(&sql.replace('?', "$"))?;
        if self.statements.len() < 512 {
            self.statements.insert(sql.to_owned(), statement.clone());
        }
        Ok(statement)
    }

    pub(super) fn query(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Vec<postgres::Row>, DbError> {
        let statement = self.prepare(sql)?;
        Ok(self.client.query(&statement, &bound(params))?)
    }

    pub(super) fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, DbError> {
        let statement = self.prepare(sql)?;
        Ok(self.client.execute(&statement, &bound(params))?)
    }

    pub(super) fn batch(&mut self, sql: &str) -> Result<(), DbError> {
        Ok(self.client.batch_execute(sql)?)
    }

    /// Rows whose BIGINT column is any of `keys`; `sql` holds `= ANY(?1)`.
    pub(super) fn query_any(&mut self, sql: &str, keys: &[i64]) -> Result<Vec<postgres::Row>, DbError> {
        let statement = self.prepare(sql)?;
        Ok(self.client.query(&statement, &[&keys])?)
    }

    /// Rows for pairs of keys; `sql` unnests `?1` and `?2`.
    pub(super) fn query_pairs(
        &mut self,
        sql: &str,
        left: &[i64],
        right: &[i64],
    ) -> Result<Vec<postgres::Row>, DbError> {
        let statement = self.prepare(sql)?;
        Ok(self.client.query(&statement, &[&left, &right])?)
    }

    /// Calls `each` with every row, as they come from the server.
    pub(super) fn each_row<E: From<DbError>>(
        &mut self,
        sql: &str,
        mut each: impl FnMut(&postgres::Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rows = self.client.query_raw(sql, Vec::<i64>::new()).map_err(DbError::from)?;
        while let Some(row) = rows.next().map_err(DbError::from)? {
            each(&row)?;
        }
        Ok(())
    }

    /// Loads COPY text into a table.
    pub(super) fn copy(&mut self, sql: &str, text: &[u8]) -> Result<u64, DbError> {
        let mut sink = self.client.copy_in(sql)?;
        sink.write_all(text)
            .map_err(|error| DbError::state(format!("COPY broke off: {error}")))?;
        Ok(sink.finish()?)
    }
}

fn bound<'a>(params: &'a [Param<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|param| param as &(dyn ToSql + Sync)).collect()
}

/// What the server said, for the log.
pub(super) fn detail(error: &postgres::Error) -> String {
    error
        .as_db_error()
        .map_or_else(String::new, |error| error.message().to_owned())
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut postgres::types::private::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Param::Null => Ok(IsNull::Yes),
            Param::Int(value) => value.to_sql(ty, out),
            Param::Real(value) => value.to_sql(ty, out),
            Param::Text(value) if value.contains('\0') => super::without_nul(value).to_sql(ty, out),
            Param::Text(value) => value.to_sql(ty, out),
            Param::Bytes(value) => value.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
