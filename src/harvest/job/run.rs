//! `harvest_jobs_run`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};

use super::db;
use crate::{run, source};

action::declare! {
    /// Starts the jobs that wait, and makes those that are due. The program does so by itself; this is for scripts
    /// written for ckanext-harvest.
    pub struct Run;
    /// Which jobs.
    pub struct RunParams {
        /// Id or name of a source: only its jobs.
        source_id: String,
    }
}

impl Action for Run {
    const NAME: &'static str = "harvest_jobs_run";
    const KIND: Kind = Kind::Write;
    type Params = RunParams;
    type Subject = Option<source::Source>;
    type Output = [(); 0];

    fn allow(ctx: &mut Ctx, params: &RunParams) -> Result<Option<source::Source>> {
        if params.source_id.is_some() {
            return source::allow::may_update(ctx, params.source_id.as_ref(), "source_id").map(Some);
        }
        if ctx.actor.is_sysadmin() {
            return Ok(None);
        }
        Err(Error::denied(format!("User {} not authorized to run the harvest jobs", ctx.actor.name())))
    }

    fn run(ctx: &mut Ctx, _params: RunParams, source: Option<source::Source>) -> Result<[(); 0]> {
        db::release(ctx.db()?, source.as_ref().map(|source| source.id.as_str()))?;
        run::db::schedule(ctx.db()?)?;
        run::wake::up();
        Ok([])
    }
}
