//! `harvest_source_job_history_clear`, `harvest_sources_job_history_clear`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};
use serde::Serialize;

use super::db;
use crate::source::{self, Source};

action::declare! {
    /// Forgets the jobs of a source that are over, with their errors.
    ///
    /// What they brought stays known: the next harvest goes on as before. Jobs stay that run, or will by themselves.
    pub struct Clear;
    /// Which source.
    pub struct ClearParams {
        /// Id or name of the source.
        id: String,
        /// True: jobs stay that brought what is there now.
        keep_current: bool = false,
    }
}

action::declare! {
    /// As `harvest_source_job_history_clear`, for all sources. Sysadmins only.
    pub struct ClearAll;
    /// How.
    pub struct ClearAllParams {
        /// True: jobs stay that brought what is there now.
        keep_current: bool = false,
    }
}

/// A source whose history was cleared.
#[derive(Serialize)]
pub struct Cleared {
    id: String,
}

impl Action for Clear {
    const NAME: &'static str = "harvest_source_job_history_clear";
    const KIND: Kind = Kind::Write;
    type Params = ClearParams;
    type Subject = Source;
    type Output = Cleared;

    fn allow(ctx: &mut Ctx, params: &ClearParams) -> Result<Source> {
        source::allow::may_update(ctx, params.id.as_ref(), "id")
    }

    fn run(ctx: &mut Ctx, params: ClearParams, source: Source) -> Result<Cleared> {
        db::forget(ctx.db()?, Some(&source.id), params.keep_current)?;
        Ok(Cleared { id: source.id })
    }
}

impl Action for ClearAll {
    const NAME: &'static str = "harvest_sources_job_history_clear";
    const KIND: Kind = Kind::Write;
    type Params = ClearAllParams;
    type Subject = ();
    type Output = Vec<Cleared>;

    fn allow(ctx: &mut Ctx, _params: &ClearAllParams) -> Result<()> {
        if ctx.actor.is_sysadmin() { Ok(()) } else { Err(Error::denied("Only sysadmins can clear history for all harvest jobs")) }
    }

    fn run(ctx: &mut Ctx, params: ClearAllParams, (): ()) -> Result<Vec<Cleared>> {
        db::forget(ctx.db()?, None, params.keep_current)?;
        let everything = source::db::Filter { limit: i64::MAX, ..source::db::Filter::default() };
        Ok(source::db::list(ctx.db()?, everything)?.into_iter().map(|source| Cleared { id: source.id }).collect())
    }
}
