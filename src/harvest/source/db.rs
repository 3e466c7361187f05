//! Queries about sources.

use base::Result;
use chrono::NaiveDateTime;
use diesel::{
    AsChangeset, BoolExpressionMethods, ExpressionMethods, Identifiable, Insertable, NullableExpressionMethods,
    OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper, dsl::count_star,
};
use store::{
    error,
    schema::{harvest_job, harvest_object, harvest_source, package},
};

/// A row of `harvest_source`.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = harvest_source, treat_none_as_null = true)]
pub struct Source {
    pub id: String,
    pub name: String,
    pub url: String,
    pub title: String,
    pub description: String,
    pub type_: String,
    pub config: String,
    pub sealed_key: Option<Vec<u8>>,
    pub active: bool,
    pub private: bool,
    pub state: String,
    pub frequency: String,
    pub owner_org: Option<String>,
    pub user_id: Option<String>,
    pub publisher_id: Option<String>,
    pub created: NaiveDateTime,
    pub modified: NaiveDateTime,
    pub next_run: Option<NaiveDateTime>,
}

/// By id, else by name, else by URL; deleted ones too.
///
/// # Errors
/// What the database says.
pub fn find(connection: &mut PgConnection, key: &str) -> Result<Option<Source>> {
    if key.contains('\0') {
        return Ok(None);
    }
    let url = super::check::normal_url(key);
    let mut rows: Vec<Source> = harvest_source::table
        .filter(
            harvest_source::id
                .eq(key)
                .or(harvest_source::name.eq(key))
                .or(harvest_source::url.eq(&url).and(harvest_source::state.ne("deleted"))),
        )
        .order((harvest_source::id.eq(key).desc(), harvest_source::name.eq(key).desc(), harvest_source::created))
        .limit(1)
        .select(Source::as_select())
        .load(connection)
        .map_err(error::of)?;
    Ok(rows.pop())
}

/// By id alone.
///
/// # Errors
/// What the database says.
pub fn get(connection: &mut PgConnection, id: &str) -> Result<Option<Source>> {
    harvest_source::table.find(id).select(Source::as_select()).first(connection).optional().map_err(error::of)
}

/// As [`get`], and nobody else changes it until the transaction ends.
///
/// # Errors
/// What the database says.
pub fn lock(connection: &mut PgConnection, id: &str) -> Result<Option<Source>> {
    harvest_source::table.find(id).select(Source::as_select()).for_update().first(connection).optional().map_err(error::of)
}

/// Nobody else looks for sources of a URL to make one until the transaction ends.
///
/// # Errors
/// What the database says.
pub fn hold_urls(connection: &mut PgConnection) -> Result<()> {
    diesel::sql_query("select pg_advisory_xact_lock(hashtext('harvest_source.url'))")
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// The living sources with this URL, but for `except`.
///
/// # Errors
/// What the database says.
pub fn with_url(connection: &mut PgConnection, url: &str, except: &str) -> Result<Vec<Source>> {
    harvest_source::table
        .filter(harvest_source::url.eq(url).and(harvest_source::state.ne("deleted")).and(harvest_source::id.ne(except)))
        .select(Source::as_select())
        .load(connection)
        .map_err(error::of)
}

/// True when another source, or a dataset, is called so.
///
/// # Errors
/// What the database says.
pub fn is_name_taken(connection: &mut PgConnection, name: &str, except: &str) -> Result<bool> {
    let sources: i64 = harvest_source::table
        .filter(harvest_source::name.eq(name).and(harvest_source::id.ne(except)).and(harvest_source::state.ne("deleted")))
        .select(count_star())
        .first(connection)
        .map_err(error::of)?;
    let datasets: i64 = package::table
        .filter(package::name.eq(name).and(package::state.ne("deleted")))
        .select(count_star())
        .first(connection)
        .map_err(error::of)?;
    Ok(sources + datasets > 0)
}

/// A deleted source gives its name up.
///
/// # Errors
/// What the database says.
pub fn free_name(connection: &mut PgConnection, name: &str) -> Result<()> {
    diesel::update(harvest_source::table.filter(harvest_source::name.eq(name).and(harvest_source::state.eq("deleted"))))
        .set(harvest_source::name.eq(harvest_source::id))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Stores a new source.
///
/// # Errors
/// What the database says.
pub fn insert(connection: &mut PgConnection, source: &Source) -> Result<()> {
    diesel::insert_into(harvest_source::table).values(source).execute(connection).map(drop).map_err(error::of)
}

/// Stores a changed source.
///
/// # Errors
/// What the database says.
pub fn update(connection: &mut PgConnection, source: &Source) -> Result<()> {
    diesel::update(source).set(source).execute(connection).map(drop).map_err(error::of)
}

/// Which sources a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub organizations: Option<Vec<String>>,
    pub only_active: bool,
    /// Only those whose time has come.
    pub due: Option<NaiveDateTime>,
    pub limit: i64,
    pub offset: i64,
}

/// The sources that are not deleted, newest first.
///
/// # Errors
/// What the database says.
pub fn list(connection: &mut PgConnection, filter: Filter) -> Result<Vec<Source>> {
    let mut query = harvest_source::table
        .filter(harvest_source::state.ne("deleted"))
        .order((harvest_source::created.desc(), harvest_source::id))
        .limit(filter.limit)
        .offset(filter.offset)
        .select(Source::as_select())
        .into_boxed();
    if let Some(organizations) = filter.organizations {
        query = query.filter(harvest_source::owner_org.eq_any(organizations));
    }
    if filter.only_active || filter.due.is_some() {
        query = query.filter(harvest_source::active);
    }
    if let Some(now) = filter.due {
        query = query.filter(harvest_source::frequency.ne("MANUAL").and(harvest_source::next_run.le(now)));
    }
    query.load(connection).map_err(error::of)
}

/// How many jobs each of these sources has had, and when its last one was made.
///
/// # Errors
/// What the database says.
pub fn job_counts(connection: &mut PgConnection, sources: &[String]) -> Result<Vec<(String, i64, Option<NaiveDateTime>)>> {
    harvest_job::table
        .filter(harvest_job::source_id.eq_any(sources))
        .group_by(harvest_job::source_id)
        .select((harvest_job::source_id, count_star(), diesel::dsl::max(harvest_job::created)))
        .load(connection)
        .map_err(error::of)
}

/// How many public datasets a source has here.
///
/// # Errors
/// What the database says.
pub fn count_datasets(connection: &mut PgConnection, source: &str) -> Result<i64> {
    harvest_object::table
        .inner_join(package::table)
        .filter(harvest_object::source_id.eq(source).and(harvest_object::current))
        .filter(package::state.eq("active").and(package::private.eq(false)))
        .select(count_star())
        .first(connection)
        .map_err(error::of)
}

/// Some of the datasets that a source brought.
///
/// # Errors
/// What the database says.
pub fn some_datasets(connection: &mut PgConnection, source: &str, limit: i64) -> Result<Vec<String>> {
    harvest_object::table
        .filter(harvest_object::source_id.eq(source).and(harvest_object::package_id.is_not_null()))
        .select(harvest_object::package_id.assume_not_null())
        .limit(limit)
        .load(connection)
        .map_err(error::of)
}

/// Forgets all that was met at a source, and its jobs. False while one of them runs.
///
/// # Errors
/// What the database says.
pub fn forget_all(connection: &mut PgConnection, source: &str) -> Result<bool> {
    diesel::delete(harvest_job::table.filter(harvest_job::source_id.eq(source).and(harvest_job::status.ne("Running"))))
        .execute(connection)
        .map_err(error::of)?;
    let running: i64 =
        harvest_job::table.filter(harvest_job::source_id.eq(source)).select(count_star()).first(connection).map_err(error::of)?;
    if running > 0 {
        return Ok(false);
    }
    diesel::delete(harvest_object::table.filter(harvest_object::source_id.eq(source)))
        .execute(connection)
        .map(|_| true)
        .map_err(error::of)
}

/// Ends the jobs of a source that is deleted: New ones at once, a running one as soon as it looks up.
///
/// # Errors
/// What the database says.
pub fn abort_jobs(connection: &mut PgConnection, source: &str, now: NaiveDateTime) -> Result<()> {
    diesel::update(harvest_job::table.filter(harvest_job::source_id.eq(source).and(harvest_job::status.eq("New"))))
        .set((harvest_job::status.eq("Aborted"), harvest_job::finished.eq(now)))
        .execute(connection)
        .map_err(error::of)?;
    diesel::update(harvest_job::table.filter(harvest_job::source_id.eq(source).and(harvest_job::status.eq("Running"))))
        .set(harvest_job::abort_requested.eq(true))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}
