//! `resource_view_delete`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};
use serde_json::{Value, json};

use super::{
    allow,
    db::{self, ViewRow},
};
use crate::package::allow::needed;

action::declare! {
    /// Removes a view of a resource.
    pub struct Delete;
    /// Which view.
    pub struct DeleteParams {
        /// Id of the view.
        id: String,
    }
}

impl Action for Delete {
    const NAME: &'static str = "resource_view_delete";
    const KIND: Kind = Kind::Write;
    type Params = DeleteParams;
    type Subject = ViewRow;
    type Output = Value;

    fn allow(ctx: &mut Ctx, params: &DeleteParams) -> Result<ViewRow> {
        let id = needed(params.id.as_ref(), "id")?;
        let row = db::find(ctx.db()?, id)?.ok_or_else(|| Error::not_found(""))?;
        allow::may_change(ctx, &row.resource_id, "delete")?;
        Ok(row)
    }

    fn run(ctx: &mut Ctx, _params: DeleteParams, row: ViewRow) -> Result<Value> {
        db::delete(ctx.db()?, &row.id)?;
        Ok(json!({"resource_id": row.resource_id}))
    }
}
