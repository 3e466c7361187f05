//! `organization_update`.

use action::{Action, Ctx, FileField, Kind};
use base::Result;
use store::quotes::GroupRow;

use crate::{
    group::{
        Family,
        create::fields,
        update::{Change, change, permitted},
        view::View,
    },
    picture,
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
    const FILES: &'static [FileField] = picture::FILES;
    type Params = UpdateParams;
    type Subject = GroupRow;
    type Output = View;

    fn allow(ctx: &mut Ctx, params: &UpdateParams) -> Result<GroupRow> {
        permitted(ctx, Family::Organization, &params.0, Change::Replace)
    }

    fn run(ctx: &mut Ctx, params: UpdateParams, before: GroupRow) -> Result<View> {
        change(ctx, Family::Organization, &params.0, &before, Change::Replace)
    }
}
