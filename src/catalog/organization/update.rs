//! `organization_update`.

use action::{Action, Ctx, Kind};
use base::Result;
use store::quotes::GroupRow;

use crate::{
    group::{
        Family, allow, check,
        create::fields,
        view::{self, Options, View},
        write,
    },
    package::allow::needed,
};

action::declare! {
    /// Replaces an organization. Plain fields, members and groups above it that are left out stay; extras do not.
    pub struct Update;
    /// The organization; `id` may be its name.
    pub struct UpdateParams(fields());
}

impl Action for Update {
    const NAME: &'static str = "organization_update";
    const KIND: Kind = Kind::Write;
    type Params = UpdateParams;
    type Subject = GroupRow;
    type Output = View;

    fn allow(ctx: &mut Ctx, params: &UpdateParams) -> Result<GroupRow> {
        let key = params.0.text("id");
        allow::may_update(ctx, Family::Organization, needed(key.as_ref(), "id")?, "Group was not found.")
    }

    fn run(ctx: &mut Ctx, params: UpdateParams, before: GroupRow) -> Result<View> {
        let draft = check::read(ctx, Family::Organization, &params.0.0, Some((&before, false)))?;
        let row = write::update(ctx, &before, draft)?;
        view::one(ctx, Family::Organization, &row, Options { datasets: true, followers: false, ..Options::WRITTEN })
    }
}
