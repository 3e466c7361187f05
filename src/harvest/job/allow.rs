//! Who may see and steer a job: whoever may change its source.

use action::Ctx;
use base::{Error, Result};

use super::db::{self, Job};
use crate::source::{self, Source};

/// A job of a source that the caller may change, to be shown.
///
/// # Errors
/// Validation without an id; NotFound; Denied.
pub fn may_see(ctx: &mut Ctx, id: Option<&String>) -> Result<Job> {
    let (job, source) = found(ctx, id)?;
    if source::allow::is_editable(ctx, &source) {
        return Ok(job);
    }
    Err(Error::denied(format!("User {} not authorized to see jobs from source {}", ctx.actor.name(), source.id)))
}

/// A job of a source that the caller may change.
///
/// # Errors
/// Validation without an id; NotFound; Denied.
pub fn may_use(ctx: &mut Ctx, id: Option<&String>) -> Result<Job> {
    let (job, source) = found(ctx, id)?;
    source::allow::may_edit(ctx, &source)?;
    Ok(job)
}

fn found(ctx: &mut Ctx, id: Option<&String>) -> Result<(Job, Source)> {
    let id = catalog::package::allow::needed(id, "id")?;
    let job = db::find(ctx.db()?, id)?.ok_or_else(|| Error::not_found("Harvest job was not found."))?;
    let missing = || Error::not_found("Harvest source was not found.");
    let source = source::db::get(ctx.db()?, &job.source_id)?.ok_or_else(missing)?;
    Ok((job, source))
}
