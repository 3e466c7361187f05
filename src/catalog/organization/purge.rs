//! `organization_purge`.

use action::{Action, Ctx, Kind};
use base::Result;
use store::quotes::GroupRow;

use crate::{
    group::{Family, allow, write},
    package::allow::needed,
};

action::declare! {
    /// Removes an organization for good. It must have no datasets and no harvest sources, unless datasets may be without
    /// an organization; then they lose it. For sysadmins.
    pub struct Purge;
    /// Which organization.
    pub struct PurgeParams {
        /// Id or name.
        id: String,
    }
}

impl Action for Purge {
    const NAME: &'static str = "organization_purge";
    const KIND: Kind = Kind::Write;
    type Params = PurgeParams;
    type Subject = GroupRow;
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &PurgeParams) -> Result<GroupRow> {
        allow::may_purge(ctx, Family::Organization, needed(params.id.as_ref(), "id")?)
    }

    fn run(ctx: &mut Ctx, _params: PurgeParams, row: GroupRow) -> Result<()> {
        write::purge(ctx, &row)
    }
}
