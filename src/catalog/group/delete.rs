//! `group_delete`.

use action::{Action, Ctx, Kind};
use base::Result;
use store::quotes::GroupRow;

use super::{Family, allow, write};
use crate::package::allow::needed;

action::declare! {
    /// Marks a group as deleted. Its datasets stay, but are no longer in it. Its name stays taken.
    pub struct Delete;
    /// Which group.
    pub struct DeleteParams {
        /// Id or name.
        id: String,
    }
}

impl Action for Delete {
    const NAME: &'static str = "group_delete";
    const KIND: Kind = Kind::Write;
    type Params = DeleteParams;
    type Subject = GroupRow;
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &DeleteParams) -> Result<GroupRow> {
        allow::may_delete(ctx, Family::Group, needed(params.id.as_ref(), "id")?)
    }

    fn run(ctx: &mut Ctx, _params: DeleteParams, row: GroupRow) -> Result<()> {
        write::delete(ctx, row)
    }
}
