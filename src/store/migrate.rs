//! Brings a database to the schema of this program, and back.

use base::{Error, Result};
use diesel::{PgConnection, RunQueryDsl, connection::SimpleConnection, sql_types::BigInt};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::error;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Functions that are re-created whenever the program starts with another text of them.
const REPLACEABLE: &[&str] = &[include_str!("replaceable/store_packages.sql")];

/// The number of the advisory lock that keeps two starting nodes from migrating at the same time.
const LOCK: i64 = 0x006b_7572_616b;

fn failed(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("migration failed: {error}"))
}

/// Runs what is not yet there. Safe to call from several nodes at once.
///
/// # Errors
/// Internal with the failing migration, or Unavailable.
pub fn upgrade(connection: &mut PgConnection) -> Result<()> {
    lock(connection, "pg_advisory_lock")?;
    let result = migrate(connection);
    lock(connection, "pg_advisory_unlock")?;
    result
}

fn lock(connection: &mut PgConnection, function: &str) -> Result<()> {
    diesel::sql_query(format!("select {function}($1)")).bind::<BigInt, _>(LOCK).execute(connection).map(drop).map_err(error::of)
}

fn migrate(connection: &mut PgConnection) -> Result<()> {
    connection.batch_execute("set client_min_messages to warning").map_err(error::of)?;
    connection.run_pending_migrations(MIGRATIONS).map_err(failed)?;
    for text in REPLACEABLE {
        connection.batch_execute(text).map_err(error::of)?;
    }
    keep_months(connection)
}

/// Makes the months that activities will be written in, two years ahead; those that are there are left alone.
///
/// # Errors
/// What the database says.
pub fn keep_months(connection: &mut PgConnection) -> Result<()> {
    connection.batch_execute("select make_activity_partitions(24)").map_err(error::of)
}

/// Takes every migration back: the database is empty afterwards.
///
/// # Errors
/// As [`upgrade`].
pub fn downgrade(connection: &mut PgConnection) -> Result<()> {
    connection.revert_all_migrations(MIGRATIONS).map(drop).map_err(failed)
}

/// The newest migration that has run; `None` in an empty database.
///
/// # Errors
/// As [`upgrade`].
pub fn version(connection: &mut PgConnection) -> Result<Option<String>> {
    let versions = connection.applied_migrations().map_err(failed)?;
    Ok(versions.first().map(ToString::to_string))
}

/// True when the database lacks a migration of this program.
///
/// # Errors
/// As [`upgrade`].
pub fn is_behind(connection: &mut PgConnection) -> Result<bool> {
    connection.has_pending_migration(MIGRATIONS).map_err(failed)
}
