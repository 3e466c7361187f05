//! `activity_delete_all`.

use action::{Action, Ctx, Kind};
use base::{ErrorDict, Result, time::Stamp};
use serde_json::Value;

use super::{
    allow, db,
    delete::{BATCH, beginning, message, natural},
    window::Number,
};

action::declare! {
    /// Removes every activity. For sysadmins.
    pub struct DeleteAll;
    /// How.
    pub struct DeleteAllParams {
        /// How many go at a time.
        batch_size: Number,
    }
}

impl Action for DeleteAll {
    const NAME: &'static str = "activity_delete_all";
    const KIND: Kind = Kind::Write;
    type Params = DeleteAllParams;
    type Subject = i64;
    type Output = Value;

    fn allow(ctx: &mut Ctx, params: &DeleteAllParams) -> Result<i64> {
        let mut errors = ErrorDict::default();
        let batch = natural(params.batch_size.as_ref(), "batch_size", &mut errors);
        errors.into_result()?;
        allow::sysadmin(ctx)?;
        Ok(batch.map_or(BATCH, |batch| batch.clamp(1_000, BATCH)))
    }

    fn run(ctx: &mut Ctx, _params: DeleteAllParams, batch: i64) -> Result<Value> {
        db::delete_range(ctx.db()?, beginning(), Stamp::now(), 0, batch).map(message)
    }
}
