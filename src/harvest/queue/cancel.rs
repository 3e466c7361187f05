//! `job_cancel`.

use action::{Action, Ctx, Kind};
use base::{Error, Result, time::Stamp};
use catalog::package::allow::needed;

use super::{allow, db};
use crate::{job, run};

action::declare! {
    /// Ends a job that waits or is run in the background. Sysadmins only.
    pub struct Cancel;
    /// Which job.
    pub struct CancelParams {
        /// Id of the job.
        id: String,
    }
}

impl Action for Cancel {
    const NAME: &'static str = "job_cancel";
    const KIND: Kind = Kind::Write;
    type Params = CancelParams;
    type Subject = String;
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &CancelParams) -> Result<String> {
        allow(ctx)?;
        needed(params.id.as_ref(), "id").map(str::to_owned)
    }

    fn run(ctx: &mut Ctx, _params: CancelParams, id: String) -> Result<()> {
        let found = db::find(ctx.db()?, &id)?.ok_or_else(|| Error::not_found(""))?;
        job::db::abort(ctx.db()?, &found.id, Stamp::now().naive())?;
        run::wake::up();
        Ok(())
    }
}
