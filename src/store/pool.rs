//! Connection pools, one a lane, so that slow work never takes the connections of quick work.

use std::time::Duration;

use base::{Error, Result, limits};
use diesel::{
    PgConnection, RunQueryDsl,
    r2d2::{ConnectionManager, CustomizeConnection, Error as PoolError, Pool, PooledConnection},
};

/// A connection taken from a pool; goes back when dropped.
pub type Connection = PooledConnection<ConnectionManager<PgConnection>>;

/// Which kind of work a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Read-only requests.
    Read,
    /// Writing requests; group commit wants some at a time.
    Write,
    /// Harvests, the index follower, maintenance.
    Job,
}

/// The pools of one process.
#[derive(Clone)]
pub struct Pools {
    read: Pool<ConnectionManager<PgConnection>>,
    write: Pool<ConnectionManager<PgConnection>>,
    job: Pool<ConnectionManager<PgConnection>>,
}

/// Connections a lane.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub read: u32,
    pub write: u32,
    pub job: u32,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { read: 4, write: 12, job: 4 }
    }
}

#[derive(Debug)]
struct Session {
    statement_millis: u64,
}

impl CustomizeConnection<PgConnection, PoolError> for Session {
    fn on_acquire(&self, connection: &mut PgConnection) -> std::result::Result<(), PoolError> {
        let settings = format!(
            "select set_config('statement_timeout', '{}', false), set_config('lock_timeout', '{}', false), \
             set_config('idle_in_transaction_session_timeout', '{}', false), set_config('timezone', 'UTC', false), \
             set_config('application_name', 'kurak', false), set_config('jit', 'off', false)",
            self.statement_millis,
            limits::LOCK_MILLIS,
            self.statement_millis.saturating_mul(2),
        );
        diesel::sql_query(settings).execute(connection).map(drop).map_err(PoolError::QueryError)
    }
}

impl Pools {
    /// Makes the pools; connects only when a connection is first asked for.
    ///
    /// # Errors
    /// Internal, if the pool cannot be built.
    pub fn open(url: &str, sizes: Sizes) -> Result<Self> {
        let pool = |size: u32, statement_millis: u64| -> Pool<ConnectionManager<PgConnection>> {
            Pool::builder()
                .max_size(size)
                .min_idle(Some(0))
                .idle_timeout(Some(Duration::from_secs(600)))
                .test_on_check_out(false)
                .connection_timeout(Duration::from_millis(limits::POOL_WAIT_MILLIS))
                .connection_customizer(Box::new(Session { statement_millis }))
                .error_handler(Box::new(Quiet))
                .build_unchecked(ConnectionManager::new(url))
        };
        Ok(Self {
            read: pool(sizes.read, limits::STATEMENT_MILLIS),
            write: pool(sizes.write, limits::WRITE_STATEMENT_MILLIS),
            job: pool(sizes.job, limits::JOB_STATEMENT_MILLIS),
        })
    }

    /// Takes a connection, waiting at most [`limits::POOL_WAIT_MILLIS`].
    ///
    /// # Errors
    /// Unavailable, if none became free or the database does not answer.
    pub fn get(&self, lane: Lane) -> Result<Connection> {
        let pool = match lane {
            Lane::Read => &self.read,
            Lane::Write => &self.write,
            Lane::Job => &self.job,
        };
        pool.get().map_err(|error| Error::unavailable(format!("no {lane:?} connection: {error}")))
    }
}

/// r2d2 logs each failed connection attempt by itself, also those of a database that is known to be away.
#[derive(Debug)]
struct Quiet;

impl diesel::r2d2::HandleError<PoolError> for Quiet {
    fn handle_error(&self, error: PoolError) {
        tracing::debug!(%error, "the pool could not connect");
    }
}
