//! `organization_patch`.

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
    /// Changes the fields of an organization that are sent; all others stay.
    pub struct Patch;
    /// The organization; `id` may be its name.
    pub struct PatchParams(fields());
}

impl Action for Patch {
    const NAME: &'static str = "organization_patch";
    const KIND: Kind = Kind::Write;
    type Params = PatchParams;
    type Subject = GroupRow;
    type Output = View;

    fn allow(ctx: &mut Ctx, params: &PatchParams) -> Result<GroupRow> {
        let key = params.0.text("id");
        allow::may_update(ctx, Family::Organization, needed(key.as_ref(), "id")?, "")
    }

    fn run(ctx: &mut Ctx, params: PatchParams, before: GroupRow) -> Result<View> {
        let draft = check::read(ctx, Family::Organization, &params.0.0, Some((&before, true)))?;
        let row = write::update(ctx, &before, draft)?;
        view::one(ctx, Family::Organization, &row, Options { datasets: true, followers: false, ..Options::WRITTEN })
    }
}
