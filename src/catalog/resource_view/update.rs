//! `resource_view_update`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};
use model::Document;
use serde_json::{Map, Value};

use super::{
    allow, check,
    create::fields,
    db::{self, ViewRow},
    plugin, view,
};
use crate::{activity, package::allow::needed};

action::declare! {
    /// Changes a view. Title and description stay when left out; the keys of its kind do not.
    pub struct Update;
    /// The view; `id` says which.
    pub struct UpdateParams(fields());
}

impl Action for Update {
    const NAME: &'static str = "resource_view_update";
    const KIND: Kind = Kind::Write;
    type Params = UpdateParams;
    type Subject = (ViewRow, Document);
    type Output = Map<String, Value>;

    fn allow(ctx: &mut Ctx, params: &UpdateParams) -> Result<(ViewRow, Document)> {
        let missing = || Error::not_found("Resource view was not found.");
        let id = params.0.text("id");
        let before = db::find(ctx.db()?, needed(id.as_ref(), "id")?)?.ok_or_else(missing)?;
        let Some(plugin) = plugin::find(&ctx.app.settings, &before.view_type) else {
            return Err(check::fault("view_type", format!("No plugin found for view_type {}", before.view_type)));
        };
        let row = check::changed(ctx, plugin, &params.0.0, &before)?;
        let document = allow::may_change(ctx, &before.resource_id, "edit")?;
        if row.resource_id == before.resource_id {
            return Ok((row, document));
        }
        let document = allow::may_change(ctx, &row.resource_id, "edit")?;
        Ok((row, document))
    }

    fn run(ctx: &mut Ctx, _params: UpdateParams, (row, document): (ViewRow, Document)) -> Result<Map<String, Value>> {
        db::update(ctx.db()?, &row)?;
        activity::write::views(ctx, [(&row, &document)], "changed")?;
        Ok(view::of(row, &document.id))
    }
}
