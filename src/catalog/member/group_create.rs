//! `group_member_create`.

use action::{Action, Ctx, Documented, Kind};
use base::Result;
use store::quotes::GroupRow;

use super::{
    organization_create::{JoinParams, permitted, run},
    view::MemberView,
};

/// See its help text.
pub struct GroupCreate;

impl Documented for GroupCreate {
    const DOC: &'static str = " Makes a user a member of a group, or changes his role there.\n";
}

impl Action for GroupCreate {
    const NAME: &'static str = "group_member_create";
    const KIND: Kind = Kind::Write;
    type Params = JoinParams;
    type Subject = Option<GroupRow>;
    type Output = MemberView;

    fn allow(ctx: &mut Ctx, params: &JoinParams) -> Result<Option<GroupRow>> {
        permitted(ctx, params)
    }

    fn run(ctx: &mut Ctx, params: JoinParams, group: Option<GroupRow>) -> Result<MemberView> {
        run(ctx, &params, group)
    }
}
