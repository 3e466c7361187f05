//! Jobs as clients see them.

use action::Ctx;
use base::Result;
use serde_json::{Value, json};

use super::db::{self, Job};
use crate::source::view::blank_time;

/// Its status in ckanext-harvest's words: New is a job that waits for `harvest_jobs_run`, one that will be run by itself runs.
#[must_use]
pub fn status(job: &Job) -> &str {
    if job.status == "New" && job.ready { "Running" } else { &job.status }
}

/// `harvest_job_list`.
#[must_use]
pub fn short(job: &Job) -> Value {
    json!({
        "id": job.id, "created": blank_time(job.created), "gather_started": job.gather_started.map(blank_time),
        "gather_finished": job.gather_finished.map(blank_time), "finished": job.finished.map(blank_time),
        "source_id": job.source_id, "status": status(job),
        "stats": {"added": job.added, "updated": job.updated, "not modified": job.unchanged, "errored": job.errored,
            "deleted": job.deleted},
        "progress": {"seen": job.seen, "total": job.total}, "note": job.note,
    })
}

/// `harvest_job_show`: with the most frequent errors.
///
/// # Errors
/// What the database says.
pub fn whole(ctx: &mut Ctx, job: &Job) -> Result<Value> {
    let mut shown = short(job);
    let lines = |counts: Vec<(String, i64)>| {
        counts.into_iter().map(|(message, count)| json!({"message": message, "error_count": count})).collect::<Vec<_>>()
    };
    let objects = lines(db::summary(ctx.db()?, &job.id, true)?);
    let gather = lines(db::summary(ctx.db()?, &job.id, false)?);
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("object_error_summary".to_owned(), Value::Array(objects));
        shown.insert("gather_error_summary".to_owned(), Value::Array(gather));
    }
    Ok(shown)
}
