//! What is still to be done on the disk: written with the change that it follows from, done after the commit.

use base::Result;
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};

use crate::{error, schema::file_work};

/// A file that has arrived and goes to a place, or (`arrival` is `None`) a place that is cleared.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = file_work)]
pub struct Work {
    pub seq: i64,
    pub storage: String,
    pub location: String,
    pub arrival: Option<String>,
}

/// Remembers work.
///
/// # Errors
/// What the database says.
pub fn add(connection: &mut PgConnection, (storage, location): (&str, &str), arrival: Option<&str>) -> Result<()> {
    diesel::insert_into(file_work::table)
        .values((file_work::storage.eq(storage), file_work::location.eq(location), file_work::arrival.eq(arrival)))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Locks the work at a place, in its order. The transaction may stand still as long as the work takes: a storage that copies
/// a large object takes minutes, and nobody else may begin meanwhile.
///
/// # Errors
/// What the database says.
pub fn lock(connection: &mut PgConnection, (storage, location): (&str, &str)) -> Result<Vec<Work>> {
    let patient = "set local idle_in_transaction_session_timeout = 0";
    diesel::sql_query(patient).execute(connection).map_err(error::of)?;
    file_work::table
        .filter(file_work::storage.eq(storage))
        .filter(file_work::location.eq(location))
        .order(file_work::seq)
        .select(Work::as_select())
        .for_update()
        .load(connection)
        .map_err(error::of)
}

/// It is done.
///
/// # Errors
/// What the database says.
pub fn done(connection: &mut PgConnection, seqs: &[i64]) -> Result<()> {
    diesel::delete(file_work::table.filter(file_work::seq.eq_any(seqs))).execute(connection).map(drop).map_err(error::of)
}

/// Places where something is still to be done.
///
/// # Errors
/// What the database says.
pub fn places(connection: &mut PgConnection, limit: i64) -> Result<Vec<(String, String)>> {
    file_work::table
        .select((file_work::storage, file_work::location))
        .order(file_work::seq)
        .limit(limit)
        .load(connection)
        .map_err(error::of)
}

/// True when a committed write speaks of that arrived file.
///
/// # Errors
/// What the database says.
pub fn is_wanted(connection: &mut PgConnection, arrival: &str) -> Result<bool> {
    let found: Option<i64> = file_work::table
        .filter(file_work::arrival.eq(arrival))
        .select(file_work::seq)
        .first(connection)
        .optional()
        .map_err(error::of)?;
    Ok(found.is_some())
}
