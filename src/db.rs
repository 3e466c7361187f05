//! The few questions of the program itself to the database. Must never know what a dataset is.

use base::{Error, Result};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, QueryableByName, RunQueryDsl, dsl::count_star, sql_types};
use store::{
    error::of,
    schema::{package_document, users},
};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = sql_types::Integer)]
    number: i32,
}

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = sql_types::Text)]
    text: String,
}

#[derive(QueryableByName)]
struct Seconds {
    #[diesel(sql_type = sql_types::Double)]
    seconds: f64,
}

/// PostgreSQL's `server_version_num`.
pub fn server_version(connection: &mut PgConnection) -> Result<i32> {
    let row: Number =
        diesel::sql_query("select current_setting('server_version_num')::int as number").get_result(connection).map_err(of)?;
    Ok(row.number)
}

/// Looks whether the database will do, before anything is written to it.
///
/// # Errors
/// Internal, saying what is wrong with it.
pub fn must_be_fit(connection: &mut PgConnection) -> Result<()> {
    let version = server_version(connection)?;
    if version < crate::POSTGRESQL {
        return Err(Error::internal(format!("PostgreSQL 14 or newer is needed, this one is {}", version / 10_000)));
    }
    let encoding = encoding(connection)?;
    if encoding != "UTF8" {
        return Err(Error::internal(format!(
            "the database is in {encoding}, UTF8 is needed: createdb --encoding=UTF8 --template=template0 NAME makes such a one"
        )));
    }
    Ok(())
}

/// A text that no other database has, not even a copy of this one.
pub fn identity(connection: &mut PgConnection) -> Result<String> {
    let row: Text = diesel::sql_query(
        "select (select instance from site) || '/' || (select oid from pg_database where datname = current_database()) as text",
    )
    .get_result(connection)
    .map_err(of)?;
    Ok(row.text)
}

/// The database's clock, in seconds since 1970.
pub fn clock(connection: &mut PgConnection) -> Result<f64> {
    let row: Seconds = diesel::sql_query("select extract(epoch from clock_timestamp())::float8 as seconds")
        .get_result(connection)
        .map_err(of)?;
    Ok(row.seconds)
}

/// The encoding of the database.
pub fn encoding(connection: &mut PgConnection) -> Result<String> {
    let row: Text = diesel::sql_query("select current_setting('server_encoding') as text").get_result(connection).map_err(of)?;
    Ok(row.text)
}

/// How many datasets there are, deleted ones included.
pub fn count_documents(connection: &mut PgConnection) -> Result<u64> {
    let count: i64 = package_document::table.select(count_star()).first(connection).map_err(of)?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// How many sysadmins there are, the program itself not counted.
pub fn count_sysadmins(connection: &mut PgConnection, site: &str) -> Result<i64> {
    users::table
        .filter(users::sysadmin.eq(true))
        .filter(users::state.eq("active"))
        .filter(users::name.ne(site))
        .select(count_star())
        .first(connection)
        .map_err(of)
}

/// Any statement, for tests.
#[cfg(test)]
pub fn execute(pools: &store::Pools, sql: &str) {
    diesel::sql_query(sql).execute(&mut *pools.get(store::Lane::Job).unwrap()).unwrap();
}
