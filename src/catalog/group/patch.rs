//! `group_patch`.

use action::{Action, Ctx, FileField, Kind};
use base::Result;
use store::quotes::GroupRow;

use super::{
    Family,
    create::fields,
    update::{Change, change, permitted},
    view::View,
};
use crate::picture;

action::declare! {
    /// Changes the fields of a group that are sent; all others stay.
    pub struct Patch;
    /// The group; `id` may be its name.
    pub struct PatchParams(fields());
}

impl Action for Patch {
    const NAME: &'static str = "group_patch";
    const KIND: Kind = Kind::Write;
    const FILES: &'static [FileField] = picture::FILES;
    type Params = PatchParams;
    type Subject = GroupRow;
    type Output = View;

    fn allow(ctx: &mut Ctx, params: &PatchParams) -> Result<GroupRow> {
        permitted(ctx, Family::Group, &params.0, Change::Merge)
    }

    fn run(ctx: &mut Ctx, params: PatchParams, before: GroupRow) -> Result<View> {
        change(ctx, Family::Group, &params.0, &before, Change::Merge)
    }
}
