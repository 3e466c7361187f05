//! `harvest_job_abort`.

use action::{Action, Ctx, Kind};
use base::{Error, Result, time::Stamp};
use serde_json::Value;

use super::{allow, db, db::Job, view};
use crate::{run, source};

action::declare! {
    /// Ends a job. One that runs ends behind the page that it is writing; what it has stored stays.
    pub struct Abort;
    /// Which job.
    pub struct AbortParams {
        /// Id of the job, or id or name of a source whose open job is meant.
        id: String,
        /// Id or name of a source whose open job is meant.
        source_id: String,
    }
}

impl Action for Abort {
    const NAME: &'static str = "harvest_job_abort";
    const KIND: Kind = Kind::Write;
    type Params = AbortParams;
    type Subject = Job;
    type Output = Value;

    fn allow(ctx: &mut Ctx, params: &AbortParams) -> Result<Job> {
        let key = params.id.as_ref().or(params.source_id.as_ref());
        let by_id = match key {
            Some(id) => db::find(ctx.db()?, id)?,
            None => None,
        };
        if by_id.is_some() {
            return allow::may_use(ctx, key);
        }
        let source = source::allow::may_update(ctx, key, "id")?;
        let missing = || Error::not_found("Harvest source has no job that could be aborted.");
        match db::open(ctx.db()?, &source.id)? {
            Some(job) => Ok(job),
            None => db::last(ctx.db()?, &source.id)?.ok_or_else(missing),
        }
    }

    fn run(ctx: &mut Ctx, _params: AbortParams, job: Job) -> Result<Value> {
        if job.is_open() {
            db::abort(ctx.db()?, &job.id, Stamp::now().naive())?;
            run::wake::up();
        }
        let job = db::find(ctx.db()?, &job.id)?.unwrap_or(job);
        view::whole(ctx, &job)
    }
}
