//! `job_clear`.

use action::{Action, Ctx, Kind};
use base::{Result, time::Stamp};
use serde_json::Value;

use super::{QUEUE, allow, db, is_meant, names};
use crate::{job, run};

/// Jobs that are ended at a time.
const BATCH: i64 = 1_000;

action::declare! {
    /// Ends the jobs that wait; those under way are left alone. Returns the names of the queues. Sysadmins only.
    pub struct Clear;
    /// Which of them.
    pub struct ClearParams {
        /// Names of queues; left out: all queues.
        queues: Value,
    }
}

impl Action for Clear {
    const NAME: &'static str = "job_clear";
    const KIND: Kind = Kind::Write;
    type Params = ClearParams;
    type Subject = ();
    type Output = Vec<String>;

    fn allow(ctx: &mut Ctx, _params: &ClearParams) -> Result<()> {
        allow(ctx)
    }

    fn run(ctx: &mut Ctx, params: ClearParams, (): ()) -> Result<Vec<String>> {
        let names = names(params.queues.as_ref())?;
        let waiting = if is_meant(&names) { db::list(ctx.db()?, BATCH)? } else { Vec::new() };
        for job in &waiting {
            job::db::abort(ctx.db()?, &job.id, Stamp::now().naive())?;
        }
        if !waiting.is_empty() {
            run::wake::up();
        }
        // As in CKAN, where a queue is there while something is in it.
        Ok(if names.is_empty() && !waiting.is_empty() { vec![QUEUE.to_owned()] } else { names })
    }
}
