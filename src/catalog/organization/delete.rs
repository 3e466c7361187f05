//! `organization_delete`.

use action::{Action, Ctx, Kind};
use base::Result;
use store::quotes::GroupRow;

use crate::{
    group::{Family, allow, write},
    package::allow::needed,
};

action::declare! {
    /// Marks an organization as deleted. It must have no datasets, unless datasets may be without an organization;
    /// then they lose it. Its name stays taken.
    pub struct Delete;
    /// Which organization.
    pub struct DeleteParams {
        /// Id or name.
        id: String,
    }
}

impl Action for Delete {
    const NAME: &'static str = "organization_delete";
    const KIND: Kind = Kind::Write;
    type Params = DeleteParams;
    type Subject = GroupRow;
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &DeleteParams) -> Result<GroupRow> {
        allow::may_delete(ctx, Family::Organization, needed(params.id.as_ref(), "id")?)
    }

    fn run(ctx: &mut Ctx, _params: DeleteParams, row: GroupRow) -> Result<()> {
        write::delete(ctx, row)
    }
}
