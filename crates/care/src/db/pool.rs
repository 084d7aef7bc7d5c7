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

    /// Runs `read` on a free connection, waiting for one if need be. A connection that failed is replaced,
    /// so that a database restarted under us is found again.
    pub fn read<T, E: From<DbError>>(&self, read: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        let mut conn = self
            .free
            .recv()
            .map_err(|_| E::from(DbError::state("the pool has closed")))?;
        let answer = read(&mut conn);
        if answer.is_err()
            && let (Conn::Pg(_), Ok(fresh)) = (&conn, self.place.connect(true))
        {
            conn = fresh;
        }
        let _ = self.back.send(conn);
        answer
    }
}
