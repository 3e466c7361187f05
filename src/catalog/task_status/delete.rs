//! `task_status_delete`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};

use super::db;
use crate::package::allow::needed;

action::declare! {
    /// Removes a task status. Sysadmins only.
    pub struct Delete;
    /// Which one.
    pub struct DeleteParams {
        /// Id of the task status.
        id: String,
    }
}

impl Action for Delete {
    const NAME: &'static str = "task_status_delete";
    const KIND: Kind = Kind::Write;
    type Params = DeleteParams;
    type Subject = String;
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &DeleteParams) -> Result<String> {
        let id = needed(params.id.as_ref(), "id")?;
        let row = db::find(ctx.db()?, id)?.ok_or_else(|| Error::not_found(""))?;
        if ctx.actor.is_sysadmin() { Ok(row.id) } else { Err(Error::denied("")) }
    }

    fn run(ctx: &mut Ctx, _params: DeleteParams, id: String) -> Result<()> {
        db::delete(ctx.db()?, &id)
    }
}
