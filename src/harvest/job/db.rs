//! Queries about jobs and their errors, as far as actions need them; the worker's are in `run::db`.

use std::collections::HashMap;

use base::Result;
use chrono::NaiveDateTime;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper, dsl::count_star,
};
use serde_json::Value;
use store::{
    error,
    schema::{harvest_error, harvest_job, harvest_object, harvest_source},
};

/// A row of `harvest_job`.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = harvest_job)]
pub struct Job {
    pub id: String,
    pub source_id: String,
    /// New, Running, Finished, Aborted or Held.
    pub status: String,
    pub created: NaiveDateTime,
    pub gather_started: Option<NaiveDateTime>,
    pub gather_finished: Option<NaiveDateTime>,
    pub finished: Option<NaiveDateTime>,
    pub ready: bool,
    pub force: bool,
    pub lease_owner: Option<String>,
    pub lease_until: Option<NaiveDateTime>,
    pub fence: i64,
    pub abort_requested: bool,
    pub cursor: Value,
    pub added: i64,
    pub updated: i64,
    pub deleted: i64,
    pub unchanged: i64,
    pub errored: i64,
    pub seen: i64,
    pub total: Option<i64>,
    pub note: Option<String>,
}

impl Job {
    /// A job that waits to be run.
    #[must_use]
    pub fn new(source_id: &str, now: NaiveDateTime, ready: bool, force: bool) -> Self {
        Self {
            id: base::id::new(),
            source_id: source_id.to_owned(),
            status: "New".to_owned(),
            created: now,
            gather_started: None,
            gather_finished: None,
            finished: None,
            ready,
            force,
            lease_owner: None,
            lease_until: None,
            fence: 0,
            abort_requested: false,
            cursor: Value::Object(serde_json::Map::new()),
            added: 0,
            updated: 0,
            deleted: 0,
            unchanged: 0,
            errored: 0,
            seen: 0,
            total: None,
            note: None,
        }
    }

    /// True while it is waiting or under way.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.status.as_str(), "New" | "Running")
    }
}

/// An error of a job.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = harvest_error)]
pub struct Fault {
    pub id: i64,
    pub job_id: String,
    pub object_id: Option<String>,
    pub guid: Option<String>,
    pub stage: String,
    pub message: String,
    pub created: NaiveDateTime,
}

/// By id.
///
/// # Errors
/// What the database says.
pub fn find(connection: &mut PgConnection, id: &str) -> Result<Option<Job>> {
    if id.contains('\0') {
        return Ok(None);
    }
    harvest_job::table.find(id).select(Job::as_select()).first(connection).optional().map_err(error::of)
}

/// The newest job of a source.
///
/// # Errors
/// What the database says.
pub fn last(connection: &mut PgConnection, source: &str) -> Result<Option<Job>> {
    harvest_job::table
        .filter(harvest_job::source_id.eq(source))
        .order((harvest_job::created.desc(), harvest_job::id.desc()))
        .select(Job::as_select())
        .first(connection)
        .optional()
        .map_err(error::of)
}

/// The newest job of each of these sources.
///
/// # Errors
/// What the database says.
pub fn last_of_each(connection: &mut PgConnection, sources: &[String]) -> Result<HashMap<String, Job>> {
    let jobs: Vec<Job> = harvest_job::table
        .filter(harvest_job::source_id.eq_any(sources))
        .distinct_on(harvest_job::source_id)
        .order((harvest_job::source_id, harvest_job::created.desc()))
        .select(Job::as_select())
        .load(connection)
        .map_err(error::of)?;
    Ok(jobs.into_iter().map(|job| (job.source_id.clone(), job)).collect())
}

/// The job of a source that is waiting or under way; there is one at most.
///
/// # Errors
/// What the database says.
pub fn open(connection: &mut PgConnection, source: &str) -> Result<Option<Job>> {
    harvest_job::table
        .filter(harvest_job::source_id.eq(source).and(harvest_job::status.eq_any(["New", "Running"])))
        .select(Job::as_select())
        .first(connection)
        .optional()
        .map_err(error::of)
}

/// Jobs, newest first.
///
/// # Errors
/// What the database says.
pub fn list(
    connection: &mut PgConnection,
    source: Option<&str>,
    status: Option<&str>,
    (limit, offset): (i64, i64),
) -> Result<Vec<Job>> {
    let mut query = harvest_job::table
        .order((harvest_job::created.desc(), harvest_job::id.desc()))
        .limit(limit)
        .offset(offset)
        .select(Job::as_select())
        .into_boxed();
    if let Some(source) = source {
        query = query.filter(harvest_job::source_id.eq(source.to_owned()));
    }
    // As they are shown: what is ready runs.
    query = match status {
        None => query,
        Some("New") => query.filter(harvest_job::status.eq("New").and(harvest_job::ready.eq(false))),
        Some("Running") => {
            query.filter(harvest_job::status.eq("Running").or(harvest_job::status.eq("New").and(harvest_job::ready)))
        }
        Some(status) => query.filter(harvest_job::status.eq(status.to_owned())),
    };
    query.load(connection).map_err(error::of)
}

/// Stores a new job; false when its source has an open one.
///
/// # Errors
/// What the database says.
pub fn insert(connection: &mut PgConnection, job: &Job) -> Result<bool> {
    diesel::insert_into(harvest_job::table)
        .values(job)
        .on_conflict_do_nothing()
        .execute(connection)
        .map(|count| count > 0)
        .map_err(error::of)
}

/// Lets the waiting jobs of a source, or of all, be run.
///
/// # Errors
/// What the database says.
pub fn release(connection: &mut PgConnection, source: Option<&str>) -> Result<()> {
    let mut query = diesel::update(harvest_job::table)
        .filter(harvest_job::status.eq("New").and(harvest_job::ready.eq(false)))
        .set(harvest_job::ready.eq(true))
        .into_boxed();
    if let Some(source) = source {
        query = query.filter(harvest_job::source_id.eq(source.to_owned()));
    }
    query.execute(connection).map(drop).map_err(error::of)
}

/// Ends a job that no worker holds, or asks the worker that holds it to end it.
///
/// # Errors
/// What the database says.
pub fn abort(connection: &mut PgConnection, id: &str, now: NaiveDateTime) -> Result<()> {
    let free = harvest_job::lease_until.is_null().or(harvest_job::lease_until.lt(now));
    let ended = diesel::update(
        harvest_job::table.find(id).filter(harvest_job::status.eq("New").or(harvest_job::status.eq("Running").and(free))),
    )
    .set((
        harvest_job::status.eq("Aborted"),
        harvest_job::finished.eq(now),
        harvest_job::abort_requested.eq(true),
        harvest_job::fence.eq(harvest_job::fence + 1),
    ))
    .execute(connection)
    .map_err(error::of)?;
    if ended == 0 {
        diesel::update(harvest_job::table.find(id).filter(harvest_job::status.eq("Running")))
            .set(harvest_job::abort_requested.eq(true))
            .execute(connection)
            .map_err(error::of)?;
    }
    Ok(())
}

/// A job that runs, and how often its source is harvested.
#[derive(Queryable)]
pub struct Running {
    pub id: String,
    pub source_id: String,
    pub created: NaiveDateTime,
    pub frequency: String,
}

/// The jobs that run.
///
/// # Errors
/// What the database says.
pub fn running(connection: &mut PgConnection) -> Result<Vec<Running>> {
    harvest_job::table
        .inner_join(harvest_source::table)
        .filter(harvest_job::status.eq("Running"))
        .order(harvest_job::id)
        .select((harvest_job::id, harvest_job::source_id, harvest_job::created, harvest_source::frequency))
        .load(connection)
        .map_err(error::of)
}

/// Forgets the jobs of a source, or of all, that are over, and those that wait for `harvest_jobs_run`. `keep_current`: but for those that brought what is there.
///
/// # Errors
/// What the database says.
pub fn forget(connection: &mut PgConnection, source: Option<&str>, keep_current: bool) -> Result<()> {
    let unrun = harvest_job::status.eq("New").and(harvest_job::ready.eq(false));
    let mut jobs =
        diesel::delete(harvest_job::table).filter(harvest_job::status.ne_all(["New", "Running"]).or(unrun)).into_boxed();
    if keep_current {
        let current = harvest_object::table.filter(harvest_object::current).select(harvest_object::job_id);
        jobs = jobs.filter(harvest_job::id.ne_all(current));
    }
    if let Some(source) = source {
        jobs = jobs.filter(harvest_job::source_id.eq(source.to_owned()));
    }
    jobs.execute(connection).map_err(error::of)?;
    // What somebody told by harvest_object_create of a job that is forgotten was never harvested.
    let jobs = harvest_job::table.select(harvest_job::id);
    let told = harvest_object::outcome.eq("").and(harvest_object::job_id.ne_all(jobs));
    let mut objects = diesel::delete(harvest_object::table).filter(told).into_boxed();
    if let Some(source) = source {
        objects = objects.filter(harvest_object::source_id.eq(source.to_owned()));
    }
    objects.execute(connection).map(drop).map_err(error::of)
}

/// The most frequent messages of a job: of its gathering, or of its objects.
///
/// # Errors
/// What the database says.
pub fn summary(connection: &mut PgConnection, job: &str, of_objects: bool) -> Result<Vec<(String, i64)>> {
    harvest_error::table
        .filter(harvest_error::job_id.eq(job).and(harvest_error::object_id.is_not_null().eq(of_objects)))
        .group_by(harvest_error::message)
        .order((count_star().desc(), harvest_error::message))
        .limit(20)
        .select((harvest_error::message, count_star()))
        .load(connection)
        .map_err(error::of)
}

/// The errors of a job, in the order in which they came.
///
/// # Errors
/// What the database says.
pub fn faults(connection: &mut PgConnection, job: &str, (limit, offset): (i64, i64)) -> Result<Vec<Fault>> {
    harvest_error::table
        .filter(harvest_error::job_id.eq(job))
        .order(harvest_error::id)
        .limit(limit)
        .offset(offset)
        .select(Fault::as_select())
        .load(connection)
        .map_err(error::of)
}

/// The latest errors of an object.
///
/// # Errors
/// What the database says.
pub fn faults_of_object(connection: &mut PgConnection, object: &str) -> Result<Vec<Fault>> {
    harvest_error::table
        .filter(harvest_error::object_id.eq(object))
        .order(harvest_error::id.desc())
        .limit(20)
        .select(Fault::as_select())
        .load(connection)
        .map_err(error::of)
}
