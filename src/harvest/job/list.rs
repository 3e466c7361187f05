//! `harvest_job_list`.

use action::{Action, Ctx, Kind};
use base::{Error, Result, loose::Natural};
use serde_json::Value;

use super::{db, view};
use crate::source;

/// Jobs in one answer at most.
const LIMIT: usize = 1_000;

action::declare! {
    /// Lists jobs, newest first. Without a source: those of all sources, for sysadmins.
    pub struct List;
    /// Which of them.
    pub struct ListParams {
        /// Id or name of the source.
        source_id: String,
        /// New, Running, Finished, Aborted or Held.
        status: String,
        /// At most so many.
        limit: Natural,
        /// Jobs to pass over.
        offset: Natural,
    }
}

impl Action for List {
    const NAME: &'static str = "harvest_job_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = Option<source::Source>;
    type Output = Vec<Value>;

    fn allow(ctx: &mut Ctx, params: &ListParams) -> Result<Option<source::Source>> {
        if params.source_id.is_some() {
            return source::allow::may_update(ctx, params.source_id.as_ref(), "source_id").map(Some);
        }
        if ctx.actor.is_sysadmin() {
            return Ok(None);
        }
        Err(Error::denied(format!("User {} not authorized to list harvest jobs", ctx.actor.name())))
    }

    fn run(ctx: &mut Ctx, params: ListParams, source: Option<source::Source>) -> Result<Vec<Value>> {
        let number = |natural: Option<Natural>, default: usize| natural.map_or(default, |Natural(number)| number);
        let page = (
            i64::try_from(number(params.limit, LIMIT).min(LIMIT)).unwrap_or(0),
            i64::try_from(number(params.offset, 0)).unwrap_or(i64::MAX),
        );
        let status = params.status.map(|status| status.replace('\0', ""));
        let jobs = db::list(ctx.db()?, source.as_ref().map(|source| source.id.as_str()), status.as_deref(), page)?;
        Ok(jobs.iter().map(view::short).collect())
    }
}
