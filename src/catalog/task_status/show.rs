//! `task_status_show`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};

use super::{View, db};
use crate::package::allow::needed;

action::declare! {
    /// Returns a task status: by its id, or by entity, kind of task and key.
    pub struct Show;
    /// Which one.
    pub struct ShowParams {
        /// Id of the task status.
        id: String,
        /// Id of what the task is about.
        entity_id: String,
        /// Kind of the task.
        task_type: String,
        /// Key of the status.
        key: String,
    }
}

impl Action for Show {
    const NAME: &'static str = "task_status_show";
    const KIND: Kind = Kind::Read;
    type Params = ShowParams;
    type Subject = db::TaskRow;
    type Output = View;

    fn allow(ctx: &mut Ctx, params: &ShowParams) -> Result<db::TaskRow> {
        let found = match params.id.as_deref().filter(|id| !id.is_empty()) {
            Some(id) => db::find(ctx.statement()?, id)?,
            None => {
                let entity = needed(params.entity_id.as_ref(), "entity_id")?;
                let task = needed(params.task_type.as_ref(), "task_type")?;
                let key = needed(params.key.as_ref(), "key")?;
                db::find_by(ctx.statement()?, entity, task, key)?
            }
        };
        found.ok_or_else(|| Error::not_found(""))
    }

    fn run(_ctx: &mut Ctx, _params: ShowParams, row: db::TaskRow) -> Result<View> {
        Ok(View::from(row))
    }
}
