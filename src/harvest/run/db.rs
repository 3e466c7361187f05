//! What workers read and write: leases, cursors, objects, errors.

use std::collections::HashMap;

use base::{Result, time::Stamp};
use chrono::{NaiveDateTime, TimeDelta};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper, dsl::count_star, upsert::excluded,
};
use serde_json::Value;
use store::{
    error,
    schema::{harvest_content, harvest_error, harvest_job, harvest_object, harvest_seen, harvest_source, package, users},
};

use crate::{
    job::Job,
    source::{Source, frequency::Frequency},
};

/// Seconds that a lease lasts without a sign of life.
pub const LEASE: i64 = 60;

/// The end of a lease that is taken or renewed now.
fn lease_end(now: NaiveDateTime) -> NaiveDateTime {
    now.checked_add_signed(TimeDelta::seconds(LEASE)).unwrap_or(now)
}

/// Makes jobs for the sources whose time has come.
///
/// # Errors
/// What the database says.
pub fn schedule(connection: &mut PgConnection) -> Result<()> {
    let now = Stamp::now();
    let due: Vec<Source> = harvest_source::table
        .filter(harvest_source::active.and(harvest_source::state.eq("active")).and(harvest_source::frequency.ne("MANUAL")))
        .filter(harvest_source::next_run.le(now.naive()))
        .order(harvest_source::next_run)
        .limit(100)
        .select(Source::as_select())
        .for_update()
        .skip_locked()
        .load(connection)
        .map_err(error::of)?;
    for source in due {
        if crate::job::db::open(connection, &source.id)?.is_some() {
            continue;
        }
        crate::job::db::insert(connection, &Job::new(&source.id, now.naive(), true, false))?;
        let planned = source.next_run.map_or(now, Stamp::from_naive);
        let next = Frequency::parse(&source.frequency).and_then(|frequency| frequency.next(planned, now));
        diesel::update(harvest_source::table.find(&source.id))
            .set(harvest_source::next_run.eq(next.map(Stamp::naive)))
            .execute(connection)
            .map_err(error::of)?;
    }
    Ok(())
}

/// Takes the lease of the next job that nobody alive holds.
///
/// # Errors
/// What the database says.
pub fn claim(connection: &mut PgConnection, owner: &str) -> Result<Option<Job>> {
    let now = Stamp::now().naive();
    let open: Vec<Job> = harvest_job::table
        .filter(harvest_job::status.eq("Running").or(harvest_job::status.eq("New").and(harvest_job::ready)))
        .order((harvest_job::status.desc(), harvest_job::created))
        .limit(100)
        .select(Job::as_select())
        .for_update()
        .skip_locked()
        .load(connection)
        .map_err(error::of)?;
    let free = open.into_iter().find(|job| {
        job.status == "New"
            || job.lease_until.is_none_or(|until| until < now)
            || job.lease_owner.as_deref().is_none_or(super::owner::is_dead)
    });
    let Some(job) = free else { return Ok(None) };
    diesel::update(harvest_job::table.find(&job.id))
        .set((
            harvest_job::status.eq("Running"),
            harvest_job::lease_owner.eq(owner),
            harvest_job::lease_until.eq(lease_end(now)),
            harvest_job::fence.eq(harvest_job::fence + 1),
            harvest_job::gather_started.eq(job.gather_started.unwrap_or(now)),
        ))
        .returning(Job::as_returning())
        .get_result(connection)
        .map(Some)
        .map_err(error::of)
}

/// Renews all leases of a worker.
///
/// # Errors
/// What the database says.
pub fn heartbeat(connection: &mut PgConnection, owner: &str) -> Result<()> {
    diesel::update(harvest_job::table.filter(harvest_job::lease_owner.eq(owner).and(harvest_job::status.eq("Running"))))
        .set(harvest_job::lease_until.eq(lease_end(Stamp::now().naive())))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Gives the lease of one job back, if it still is the one of that fencing number.
///
/// # Errors
/// What the database says.
pub fn release_one(connection: &mut PgConnection, job: &str, fence: i64) -> Result<()> {
    diesel::update(harvest_job::table.find(job).filter(harvest_job::fence.eq(fence).and(harvest_job::status.eq("Running"))))
        .set((harvest_job::lease_owner.eq(None::<String>), harvest_job::lease_until.eq(None::<NaiveDateTime>)))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Gives all leases of a worker back: others may go on where it stopped.
///
/// # Errors
/// What the database says.
pub fn release(connection: &mut PgConnection, owner: &str) -> Result<()> {
    diesel::update(harvest_job::table.filter(harvest_job::lease_owner.eq(owner).and(harvest_job::status.eq("Running"))))
        .set((harvest_job::lease_owner.eq(None::<String>), harvest_job::lease_until.eq(None::<NaiveDateTime>)))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Holds the job's row if the fencing number still is this worker's; answers whether an end was asked for, and `None`
/// when the job is somebody else's by now.
///
/// # Errors
/// What the database says.
pub fn fenced(connection: &mut PgConnection, job: &str, fence: i64) -> Result<Option<bool>> {
    harvest_job::table
        .filter(harvest_job::id.eq(job).and(harvest_job::fence.eq(fence)).and(harvest_job::status.eq("Running")))
        .select(harvest_job::abort_requested)
        .for_update()
        .first(connection)
        .optional()
        .map_err(error::of)
}

/// True when an end was asked for, or the job is somebody else's; without a lock.
///
/// # Errors
/// What the database says.
pub fn is_over(connection: &mut PgConnection, job: &str, fence: i64) -> Result<bool> {
    let row: Option<bool> = harvest_job::table
        .filter(harvest_job::id.eq(job).and(harvest_job::fence.eq(fence)).and(harvest_job::status.eq("Running")))
        .select(harvest_job::abort_requested)
        .first(connection)
        .optional()
        .map_err(error::of)?;
    Ok(row.unwrap_or(true))
}

/// What a step adds to a job's counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub seen: i64,
    pub added: i64,
    pub updated: i64,
    pub unchanged: i64,
    pub errored: i64,
    pub deleted: i64,
}

/// Adds to the counts, and says where to go on.
///
/// # Errors
/// What the database says.
pub fn save(connection: &mut PgConnection, job: &str, counts: &Counts, cursor: Option<&Value>, total: Option<i64>) -> Result<()> {
    diesel::update(harvest_job::table.find(job))
        .set((
            harvest_job::seen.eq(harvest_job::seen + counts.seen),
            harvest_job::added.eq(harvest_job::added + counts.added),
            harvest_job::updated.eq(harvest_job::updated + counts.updated),
            harvest_job::unchanged.eq(harvest_job::unchanged + counts.unchanged),
            harvest_job::errored.eq(harvest_job::errored + counts.errored),
            harvest_job::deleted.eq(harvest_job::deleted + counts.deleted),
            cursor.map(|cursor| harvest_job::cursor.eq(cursor)),
            total.map(|total| harvest_job::total.eq(total)),
            harvest_job::lease_until.eq(lease_end(Stamp::now().naive())),
        ))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Ends a job.
///
/// # Errors
/// What the database says.
pub fn finish(connection: &mut PgConnection, job: &str, status: &str, note: Option<&str>) -> Result<()> {
    let now = Stamp::now().naive();
    diesel::update(harvest_job::table.find(job))
        .set((
            harvest_job::status.eq(status),
            harvest_job::finished.eq(now),
            harvest_job::note.eq(note),
            harvest_job::lease_owner.eq(None::<String>),
            harvest_job::lease_until.eq(None::<NaiveDateTime>),
        ))
        .execute(connection)
        .map_err(error::of)?;
    diesel::update(harvest_job::table.find(job).filter(harvest_job::gather_finished.is_null()))
        .set(harvest_job::gather_finished.eq(now))
        .execute(connection)
        .map_err(error::of)?;
    diesel::delete(harvest_seen::table.filter(harvest_seen::job_id.eq(job))).execute(connection).map(drop).map_err(error::of)
}

/// Notes that the listing is complete.
///
/// # Errors
/// What the database says.
pub fn gathered(connection: &mut PgConnection, job: &str) -> Result<()> {
    diesel::update(harvest_job::table.find(job))
        .set(harvest_job::gather_finished.eq(Stamp::now().naive()))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// What is known of an object.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = harvest_object)]
pub struct Known {
    pub id: String,
    pub package_id: Option<String>,
    pub raw_hash: Option<Vec<u8>>,
    pub content_hash: Option<Vec<u8>>,
    pub current: bool,
}

/// What is known of these objects.
///
/// # Errors
/// What the database says.
pub fn known(connection: &mut PgConnection, ids: &[String]) -> Result<Vec<Known>> {
    harvest_object::table.filter(harvest_object::id.eq_any(ids)).select(Known::as_select()).load(connection).map_err(error::of)
}

/// A row of `harvest_object` to write.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = harvest_object)]
pub struct ObjectRow {
    pub id: String,
    pub source_id: String,
    pub guid: String,
    pub package_id: Option<String>,
    pub raw_hash: Option<Vec<u8>>,
    pub content_hash: Option<Vec<u8>>,
    pub outcome: &'static str,
    pub state: &'static str,
    pub job_id: String,
    pub metadata_modified: Option<NaiveDateTime>,
    pub gathered: NaiveDateTime,
    pub import_finished: Option<NaiveDateTime>,
    pub current: bool,
}

/// Writes objects, new and known ones.
///
/// # Errors
/// What the database says.
pub fn put_objects(connection: &mut PgConnection, rows: &[ObjectRow]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    diesel::insert_into(harvest_object::table)
        .values(rows)
        .on_conflict(harvest_object::id)
        .do_update()
        .set((
            harvest_object::package_id.eq(excluded(harvest_object::package_id)),
            harvest_object::raw_hash.eq(excluded(harvest_object::raw_hash)),
            harvest_object::content_hash.eq(excluded(harvest_object::content_hash)),
            harvest_object::outcome.eq(excluded(harvest_object::outcome)),
            harvest_object::state.eq(excluded(harvest_object::state)),
            harvest_object::job_id.eq(excluded(harvest_object::job_id)),
            harvest_object::metadata_modified.eq(excluded(harvest_object::metadata_modified)),
            harvest_object::gathered.eq(excluded(harvest_object::gathered)),
            harvest_object::import_finished.eq(excluded(harvest_object::import_finished)),
            harvest_object::current.eq(excluded(harvest_object::current)),
        ))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// What a remote said of an object.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = harvest_content)]
pub struct ContentRow {
    pub object_id: String,
    pub content: Option<String>,
    pub extras: Value,
}

/// Keeps what remotes said, in place of what they said before.
///
/// # Errors
/// What the database says.
pub fn put_contents(connection: &mut PgConnection, rows: &[ContentRow]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    diesel::insert_into(harvest_content::table)
        .values(rows)
        .on_conflict(harvest_content::object_id)
        .do_update()
        .set((
            harvest_content::content.eq(excluded(harvest_content::content)),
            harvest_content::extras.eq(excluded(harvest_content::extras)),
        ))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Notes that objects have vanished at their source.
///
/// # Errors
/// What the database says.
pub fn mark_gone(connection: &mut PgConnection, ids: &[String], job: &str) -> Result<()> {
    diesel::update(harvest_object::table.filter(harvest_object::id.eq_any(ids)))
        .set((
            harvest_object::current.eq(false),
            harvest_object::outcome.eq("deleted"),
            harvest_object::job_id.eq(job),
            harvest_object::raw_hash.eq(None::<Vec<u8>>),
            harvest_object::content_hash.eq(None::<Vec<u8>>),
            harvest_object::import_finished.eq(Stamp::now().naive()),
        ))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// The next current objects of a source behind `after`: id, guid, dataset.
///
/// # Errors
/// What the database says.
pub fn current_after(
    connection: &mut PgConnection,
    source: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<(String, String, Option<String>)>> {
    harvest_object::table
        .filter(harvest_object::source_id.eq(source).and(harvest_object::id.gt(after)).and(harvest_object::current))
        .order(harvest_object::id)
        .limit(limit)
        .select((harvest_object::id, harvest_object::guid, harvest_object::package_id))
        .load(connection)
        .map_err(error::of)
}

/// The source that a dataset came from.
pub struct Holder {
    pub title: String,
    pub state: String,
    /// The organization that owns the dataset.
    pub owner_org: Option<String>,
}

/// Which sources hold these datasets, by dataset.
///
/// # Errors
/// What the database says.
pub fn holders(connection: &mut PgConnection, packages: &[String]) -> Result<HashMap<String, Holder>> {
    let rows: Vec<(String, String, String, Option<String>)> = harvest_object::table
        .inner_join(harvest_source::table)
        .inner_join(package::table)
        .filter(harvest_object::package_id.eq_any(packages))
        .select((package::id, harvest_source::title, harvest_source::state, package::owner_org))
        .load(connection)
        .map_err(error::of)?;
    Ok(rows.into_iter().map(|(package, title, state, owner_org)| (package, Holder { title, state, owner_org })).collect())
}

/// Cuts datasets off from the deleted sources that they came from.
///
/// # Errors
/// What the database says.
pub fn orphan(connection: &mut PgConnection, packages: &[String], heir: &str) -> Result<()> {
    diesel::update(
        harvest_object::table.filter(harvest_object::package_id.eq_any(packages).and(harvest_object::source_id.ne(heir))),
    )
    .set((harvest_object::package_id.eq(None::<String>), harvest_object::current.eq(false)))
    .execute(connection)
    .map(drop)
    .map_err(error::of)
}

/// An error to write.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = harvest_error)]
pub struct FaultRow {
    pub job_id: String,
    pub object_id: Option<String>,
    pub guid: Option<String>,
    pub stage: &'static str,
    pub message: String,
    pub created: NaiveDateTime,
}

/// Writes errors.
///
/// # Errors
/// What the database says.
pub fn put_faults(connection: &mut PgConnection, rows: &[FaultRow]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    diesel::insert_into(harvest_error::table).values(rows).execute(connection).map(drop).map_err(error::of)
}

/// How many errors a job has.
///
/// # Errors
/// What the database says.
pub fn count_faults(connection: &mut PgConnection, job: &str) -> Result<i64> {
    harvest_error::table.filter(harvest_error::job_id.eq(job)).select(count_star()).first(connection).map_err(error::of)
}

/// Remembers what a page held.
///
/// # Errors
/// What the database says.
pub fn put_seen(connection: &mut PgConnection, job: &str, page: i64, hashes: &[u8]) -> Result<()> {
    diesel::insert_into(harvest_seen::table)
        .values((harvest_seen::job_id.eq(job), harvest_seen::page.eq(page), harvest_seen::hashes.eq(hashes)))
        .on_conflict((harvest_seen::job_id, harvest_seen::page))
        .do_update()
        .set(harvest_seen::hashes.eq(excluded(harvest_seen::hashes)))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// What the pages so far held.
///
/// # Errors
/// What the database says.
pub fn seen(connection: &mut PgConnection, job: &str) -> Result<Vec<Vec<u8>>> {
    harvest_seen::table.filter(harvest_seen::job_id.eq(job)).select(harvest_seen::hashes).load(connection).map_err(error::of)
}

/// The user that the program acts as.
///
/// # Errors
/// What the database says.
pub fn site_user(connection: &mut PgConnection, name: &str) -> Result<Option<String>> {
    users::table.filter(users::name.eq(name)).select(users::id).first(connection).optional().map_err(error::of)
}
