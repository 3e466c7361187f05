//! Brings a database to the schema of this program, and back.

use base::{Error, Result};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    sql_types::{BigInt, Text},
};
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

/// The table of a CKAN, where the database is one and not ours; looks at names alone and writes nothing.
const FOREIGN: &str = "
    select coalesce(min(relname), '') as name from pg_class
        where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
          and relname in ('alembic_version', 'migrate_version', 'package', 'resource', 'user')";

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// A database that has a CKAN's tables and none of our migrations is left as it is: our own tables have the same names.
fn must_be_ours(connection: &mut PgConnection) -> Result<()> {
    let name = |connection: &mut PgConnection, sql: &str| -> Result<String> {
        Ok(diesel::sql_query(sql).get_result::<Name>(connection).map_err(error::of)?.name)
    };
    let ours = name(connection, "select coalesce(to_regclass('__diesel_schema_migrations')::text, '') as name")?;
    if !ours.is_empty()
        && !name(connection, "select coalesce(min(version), '') as name from __diesel_schema_migrations")?.is_empty()
    {
        return Ok(());
    }
    let table = name(connection, FOREIGN)?;
    if table.is_empty() {
        return Ok(());
    }
    Err(Error::internal(format!(
        "this database is a CKAN's, or somebody else's: it has a table \"{table}\" and none of kurak's. Nothing was written. \
         kurak needs a database of its own: name an empty one in sqlalchemy.url (DATABASE_URL), or none for a private one"
    )))
}

/// Runs what is not yet there. Safe to call from several nodes at once.
///
/// # Errors
/// Internal with the failing migration, or for the database of a CKAN; Unavailable.
pub fn upgrade(connection: &mut PgConnection) -> Result<()> {
    must_be_ours(connection)?;
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
    must_be_ours(connection)?;
    connection.revert_all_migrations(MIGRATIONS).map(drop).map_err(failed)
}

/// The newest migration that has run; `None` in an empty database.
///
/// # Errors
/// As [`upgrade`].
pub fn version(connection: &mut PgConnection) -> Result<Option<String>> {
    must_be_ours(connection)?;
    let versions = connection.applied_migrations().map_err(failed)?;
    Ok(versions.first().map(ToString::to_string))
}

/// True when the database lacks a migration of this program.
///
/// # Errors
/// As [`upgrade`].
pub fn is_behind(connection: &mut PgConnection) -> Result<bool> {
    must_be_ours(connection)?;
    connection.has_pending_migration(MIGRATIONS).map_err(failed)
}
