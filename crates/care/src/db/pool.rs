//! Connections for reading, shared by the threads that answer requests.

use super::{Conn, DbError, Place};
use crossbeam_channel::{Receiver, Sender, bounded};

/// A fixed number of read-only connections.
pub struct Pool {
    free: Receiver<Conn>,
    back: Sender<Conn>,
    place: Place,
}

impl Pool {
    /// Opens `size` connections.
    pub fn open(place: &Place, size: usize) -> Result<Self, DbError> {
        let (back, free) = bounded(size);
        for _ in 0..size {
            let conn = place.connect(true)?;
            back.send(conn)
                .map_err(|_| DbError::state("the pool closed while it opened"))?;
        }
        Ok(Self {
            free,
            back,
            place: place.clone(),
        })
    }

    /// Runs `read` on a free connection, waiting for one if need be, and shows it one state of the store from
    /// beginning to end where that costs nothing. A connection that failed is replaced, so that a database
    /// restarted under us is found again.
    pub fn read<T, E: From<DbError>>(&self, read: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        let conn = self
            .free
            .recv()
            .map_err(|_| E::from(DbError::state("the pool has closed")))?;
        let mut lent = Lent {
            conn: Some(conn),
            back: &self.back,
        };
        let Some(conn) = lent.conn.as_mut() else {
            return Err(E::from(DbError::state("the pool lent nothing")));
        };
        conn.begin_reading()?;
        let answer = read(conn);
        conn.end_reading()?;
        if answer.is_err()
            && let (Conn::Pg(_), Ok(fresh)) = (&*conn, self.place.connect(true))
        {
            *conn = fresh;
        }
        answer
    }
}

/// A connection that goes back to the pool whatever becomes of the reader: one lost to each panic would leave
/// none in the end.
struct Lent<'a> {
    conn: Option<Conn>,
    back: &'a Sender<Conn>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            let _ = self.back.send(conn);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_panics_costs_no_connection() {
        let folder = tempfile::tempdir().unwrap();
        let pool = Pool::open(&Place::Lite(folder.path().join("pool.db")), 1).unwrap();
        for _ in 0..3 {
            let read = || pool.read(|_| -> Result<(), DbError> { panic!("as a reader might") });
            assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).is_err());
        }
        assert_eq!(pool.free.len(), 1);
        let one = pool.read(|conn| conn.first("SELECT 1", &[], |row| row.int(0)));
        assert_eq!(one.unwrap(), Some(1));
    }
}
