//! `resource_view_show`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};
use serde_json::{Map, Value};

use super::{allow, db, view};
use crate::package::allow::needed;

action::declare! {
    /// Returns a view, to whoever may see its resource.
    pub struct Show;
    /// Which view.
    pub struct ShowParams {
        /// Id of the view.
        id: String,
    }
}

impl Action for Show {
    const NAME: &'static str = "resource_view_show";
    const KIND: Kind = Kind::Read;
    type Params = ShowParams;
    type Subject = Map<String, Value>;
    type Output = Map<String, Value>;

    fn allow(ctx: &mut Ctx, params: &ShowParams) -> Result<Map<String, Value>> {
        let id = needed(params.id.as_ref(), "id")?;
        let reason = if ctx.actor.is_sysadmin() { "" } else { "Resource view not found, cannot check auth." };
        let row = db::find(ctx.db()?, id)?.ok_or_else(|| Error::not_found(reason))?;
        let dataset = allow::may_read(ctx, &row.resource_id)?;
        Ok(view::of(row, &dataset.id))
    }

    fn run(_ctx: &mut Ctx, _params: ShowParams, view: Map<String, Value>) -> Result<Map<String, Value>> {
        Ok(view)
    }
}
