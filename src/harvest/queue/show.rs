//! `job_show`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};
use catalog::package::allow::needed;

use super::{View, allow, db};

action::declare! {
    /// Returns a job that waits or is run in the background. Sysadmins only.
    pub struct Show;
    /// Which job.
    pub struct ShowParams {
        /// Id of the job.
        id: String,
    }
}

impl Action for Show {
    const NAME: &'static str = "job_show";
    const KIND: Kind = Kind::Read;
    type Params = ShowParams;
    type Subject = String;
    type Output = View;

    fn allow(ctx: &mut Ctx, params: &ShowParams) -> Result<String> {
        allow(ctx)?;
        needed(params.id.as_ref(), "id").map(str::to_owned)
    }

    fn run(ctx: &mut Ctx, _params: ShowParams, id: String) -> Result<View> {
        db::find(ctx.statement()?, &id)?.map(View::from).ok_or_else(|| Error::not_found(""))
    }
}
