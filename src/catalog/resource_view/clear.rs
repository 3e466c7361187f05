//! `resource_view_clear`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};

use super::db;

action::declare! {
    /// Removes the views of some kinds, or of all, from every resource. For sysadmins.
    pub struct Clear;
    /// Which views.
    pub struct ClearParams {
        /// Kinds of views; left out: all.
        view_types: Vec<String>,
    }
}

impl Action for Clear {
    const NAME: &'static str = "resource_view_clear";
    const KIND: Kind = Kind::Write;
    type Params = ClearParams;
    type Subject = ();
    type Output = ();

    fn allow(ctx: &mut Ctx, _params: &ClearParams) -> Result<()> {
        if ctx.actor.is_sysadmin() { Ok(()) } else { Err(Error::denied("")) }
    }

    fn run(ctx: &mut Ctx, params: ClearParams, (): ()) -> Result<()> {
        db::clear(ctx.db()?, &params.view_types.unwrap_or_default())
    }
}
