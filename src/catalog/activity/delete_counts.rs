//! `activity_delete_counts`.

use action::{Action, Ctx, Kind};
use base::{Result, time::Stamp};
use serde_json::{Value, json};

use super::{allow, db};

action::declare! {
    /// Returns how many activities are older than a day, 30 days, 365 days, and how many there are. For sysadmins.
    pub struct DeleteCounts;
    /// Takes nothing.
    pub struct DeleteCountsParams {}
}

impl Action for DeleteCounts {
    const NAME: &'static str = "activity_delete_counts";
    const KIND: Kind = Kind::Write;
    type Params = DeleteCountsParams;
    type Subject = ();
    type Output = Value;

    fn allow(ctx: &mut Ctx, _params: &DeleteCountsParams) -> Result<()> {
        allow::sysadmin(ctx)
    }

    fn run(ctx: &mut Ctx, _params: DeleteCountsParams, (): ()) -> Result<Value> {
        let counts = db::counts(ctx.db()?, Stamp::now())?;
        Ok(json!({
            "older_than_1_day": counts.day,
            "older_than_30_days": counts.month,
            "older_than_365_days": counts.year,
            "total": counts.total,
        }))
    }
}
