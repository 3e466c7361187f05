//! `dashboard_mark_activities_old`.

use action::{Action, Ctx, Kind};
use base::{Result, time::Stamp};

use super::{allow, db};
use crate::member;

action::declare! {
    /// Makes all activities in the caller's dashboard old.
    pub struct MarkOld;
    /// Takes nothing.
    pub struct MarkOldParams {}
}

impl Action for MarkOld {
    const NAME: &'static str = "dashboard_mark_activities_old";
    const KIND: Kind = Kind::Write;
    type Params = MarkOldParams;
    type Subject = String;
    type Output = ();

    fn allow(ctx: &mut Ctx, _params: &MarkOldParams) -> Result<String> {
        allow::logged_in(ctx)
    }

    fn run(ctx: &mut Ctx, _params: MarkOldParams, user: String) -> Result<()> {
        // The program itself may act for somebody who is no row.
        if member::db::find_user(ctx.db()?, &user)?.is_some_and(|found| found.id == user) {
            db::set_viewed(ctx.db()?, &user, Stamp::now())?;
        }
        Ok(())
    }
}
