//! `harvest_job_show`.

use action::{Action, Ctx, Kind};
use base::Result;
use serde_json::Value;

use super::{allow, db::Job, view};

action::declare! {
    /// Returns a job with its counts and its most frequent errors.
    pub struct Show;
    /// Which job.
    pub struct ShowParams {
        /// Id of the job.
        id: String,
    }
}

impl Action for Show {
    const NAME: &'static str = "harvest_job_show";
    const KIND: Kind = Kind::Read;
    type Params = ShowParams;
    type Subject = Job;
    type Output = Value;

    fn allow(ctx: &mut Ctx, params: &ShowParams) -> Result<Job> {
        allow::may_see(ctx, params.id.as_ref())
    }

    fn run(ctx: &mut Ctx, _params: ShowParams, job: Job) -> Result<Value> {
        view::whole(ctx, &job)
    }
}
