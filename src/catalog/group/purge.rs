//! `group_purge`.

use action::{Action, Ctx, Kind};
use base::Result;
use store::quotes::GroupRow;

use super::{Family, allow, write};
use crate::package::allow::needed;

action::declare! {
    /// Removes a group for good. Its datasets stay, but are no longer in it. For sysadmins.
    pub struct Purge;
    /// Which group.
    pub struct PurgeParams {
        /// Id or name.
        id: String,
    }
}

impl Action for Purge {
    const NAME: &'static str = "group_purge";
    const KIND: Kind = Kind::Write;
    type Params = PurgeParams;
    type Subject = GroupRow;
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &PurgeParams) -> Result<GroupRow> {
        allow::may_purge(ctx, Family::Group, needed(params.id.as_ref(), "id")?)
    }

    fn run(ctx: &mut Ctx, _params: PurgeParams, row: GroupRow) -> Result<()> {
        write::purge(ctx, &row)
    }
}
