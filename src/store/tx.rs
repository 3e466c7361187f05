//! Transactions: opened, committed and rolled back here and nowhere else.

use std::ops::{Deref, DerefMut};

use base::Result;
use diesel::{
    PgConnection,
    connection::{AnsiTransactionManager, TransactionManager},
};

use crate::{Change, error, pool::Connection};

/// An open transaction. Dropped without [`Tx::commit`], everything in it is undone.
pub struct Tx {
    connection: Connection,
    open: bool,
    changes: Vec<Change>,
}

impl Tx {
    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// Unavailable, if the database is lost.
    pub fn begin(mut connection: Connection) -> Result<Self> {
        AnsiTransactionManager::begin_transaction(&mut *connection).map_err(error::of)?;
        Ok(Self { connection, open: true, changes: Vec::new() })
    }

    /// Begins a read-only transaction with one view of the data.
    ///
    /// # Errors
    /// Unavailable, if the database is lost.
    pub fn begin_read_only(mut connection: Connection) -> Result<Self> {
        AnsiTransactionManager::begin_transaction_sql(&mut *connection, "begin isolation level repeatable read read only")
            .map_err(error::of)?;
        Ok(Self { connection, open: true, changes: Vec::new() })
    }

    /// Remembers rows of the change log, to be handed to the follower after the commit.
    pub fn note(&mut self, changes: impl IntoIterator<Item = Change>) {
        self.changes.extend(changes);
    }

    /// Commits, and answers the changes that were noted.
    ///
    /// # Errors
    /// Whatever the database says; then nothing was written.
    pub fn commit(mut self) -> Result<Vec<Change>> {
        self.open = false;
        AnsiTransactionManager::commit_transaction(&mut *self.connection).map_err(error::of)?;
        Ok(std::mem::take(&mut self.changes))
    }
}

impl Deref for Tx {
    type Target = PgConnection;
    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if self.open
            && let Err(error) = AnsiTransactionManager::rollback_transaction(&mut *self.connection)
        {
            tracing::debug!(%error, "rollback failed; the connection is given up");
        }
    }
}
