//! How far a job is, for a progress bar.

use std::sync::Arc;

use action::App;
use base::{Error, Result};
use serde::Serialize;
use store::Lane;

use crate::job;

/// A look at a job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// New, Running, Finished, Aborted or Held.
    pub status: String,
    /// Remote datasets looked at.
    pub seen: u64,
    /// Remote datasets in all, once the remote has said so.
    pub total: Option<u64>,
    pub added: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub errored: u64,
    pub deleted: u64,
    /// What should be known of how it ended.
    pub note: Option<String>,
}

impl Progress {
    /// True when nothing will change any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        !matches!(self.status.as_str(), "New" | "Running")
    }
}

/// How far a job is.
///
/// # Errors
/// NotFound; Unavailable.
pub fn progress(app: &Arc<App>, job_id: &str) -> Result<Progress> {
    let missing = || Error::not_found("Harvest job was not found.");
    let job = job::db::find(&mut *app.pools.get(Lane::Read)?, job_id)?.ok_or_else(missing)?;
    let number = |count: i64| u64::try_from(count).unwrap_or(0);
    Ok(Progress {
        seen: number(job.seen),
        total: job.total.map(number),
        added: number(job.added),
        updated: number(job.updated),
        unchanged: number(job.unchanged),
        errored: number(job.errored),
        deleted: number(job.deleted),
        status: job.status,
        note: job.note,
    })
}
