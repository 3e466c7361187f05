//! `group_member_delete`.

use action::{Action, Ctx, Documented, Kind};
use base::Result;

use super::{
    organization_delete::{LeaveParams, permitted},
    write,
};

/// See its help text.
pub struct GroupDelete;

impl Documented for GroupDelete {
    const DOC: &'static str = " Takes a user out of a group; nothing happens when he is not in it.\n";
}

impl Action for GroupDelete {
    const NAME: &'static str = "group_member_delete";
    const KIND: Kind = Kind::Write;
    type Params = LeaveParams;
    type Subject = (String, String);
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &LeaveParams) -> Result<(String, String)> {
        permitted(ctx, params)
    }

    fn run(ctx: &mut Ctx, _params: LeaveParams, (group, user): (String, String)) -> Result<()> {
        write::leave(ctx, &group, &user)
    }
}
