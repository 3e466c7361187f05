//! `harvest_job_create`.

use action::{Action, Ctx, Kind};
use base::{Error, Result, time::Stamp};
use serde_json::Value;

use super::{
    db::{self, Job},
    view,
};
use crate::{run, source};

action::declare! {
    /// Creates a job that harvests a source, and starts it.
    ///
    /// Refused while the source has a job that waits or runs, and for a source that is not active.
    pub struct Create;
    /// Which source.
    pub struct CreateParams {
        /// Id or name of the source.
        source_id: String,
        /// False: it waits for `harvest_jobs_run`.
        run: bool = true,
        /// True: datasets that are gone at the source are deleted here, however many they are.
        force: bool = false,
    }
}

impl Action for Create {
    const NAME: &'static str = "harvest_job_create";
    const KIND: Kind = Kind::Write;
    type Params = CreateParams;
    type Subject = source::Source;
    type Output = Value;

    fn allow(ctx: &mut Ctx, params: &CreateParams) -> Result<source::Source> {
        source::allow::may_update(ctx, params.source_id.as_ref(), "source_id")
    }

    fn run(ctx: &mut Ctx, params: CreateParams, source: source::Source) -> Result<Value> {
        if !source.active {
            return Err(Error::invalid_text("Can not create jobs on inactive sources"));
        }
        let job = Job::new(&source.id, Stamp::now().naive(), params.run, params.force);
        if db::open(ctx.db()?, &source.id)?.is_some() || !db::insert(ctx.db()?, &job)? {
            return Err(Error::invalid_text("There already is an unrun job for this source"));
        }
        run::wake::up();
        view::whole(ctx, &job)
    }
}
