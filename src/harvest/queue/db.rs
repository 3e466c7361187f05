//! Queries about the jobs that wait.

use base::Result;
use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl};
use store::{
    error,
    schema::{harvest_job, harvest_source},
};

/// A job and the name of its source.
#[derive(Queryable)]
pub struct Waiting {
    pub id: String,
    pub created: NaiveDateTime,
    pub source: String,
}

/// The jobs that wait to be run, in the order in which they will be.
///
/// # Errors
/// What the database says.
pub fn list(connection: &mut PgConnection, limit: i64) -> Result<Vec<Waiting>> {
    harvest_job::table
        .inner_join(harvest_source::table)
        .filter(harvest_job::status.eq("New"))
        .filter(harvest_job::ready.eq(true))
        .order((harvest_job::created, harvest_job::id))
        .limit(limit)
        .select((harvest_job::id, harvest_job::created, harvest_source::name))
        .load(connection)
        .map_err(error::of)
}

/// A job that waits or is under way.
///
/// # Errors
/// What the database says.
pub fn find(connection: &mut PgConnection, id: &str) -> Result<Option<Waiting>> {
    if id.contains('\0') {
        return Ok(None);
    }
    harvest_job::table
        .inner_join(harvest_source::table)
        .filter(harvest_job::id.eq(id))
        .filter(harvest_job::status.eq_any(["New", "Running"]))
        .select((harvest_job::id, harvest_job::created, harvest_source::name))
        .first(connection)
        .optional()
        .map_err(error::of)
}
