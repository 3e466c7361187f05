//! `user_delete`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};
use catalog::{
    member::db::{UserRow, find_user},
    package::allow::needed,
};

action::declare! {
    /// Deletes a user: his tokens and memberships end, his name stays taken, his datasets stay. Sysadmins only.
    pub struct Delete;
    /// Which user.
    pub struct DeleteParams {
        /// Id or name of the user.
        id: String,
    }
}

impl Action for Delete {
    const NAME: &'static str = "user_delete";
    const KIND: Kind = Kind::Write;
    type Params = DeleteParams;
    type Subject = UserRow;
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &DeleteParams) -> Result<UserRow> {
        if !ctx.actor.is_sysadmin() {
            return Err(Error::denied(""));
        }
        let key = needed(params.id.as_ref(), "id")?;
        find_user(ctx.db()?, key)?.ok_or_else(|| Error::not_found(format!("User \"{key}\" was not found.")))
    }

    fn run(ctx: &mut Ctx, _params: DeleteParams, user: UserRow) -> Result<()> {
        if user.state == "deleted" { Ok(()) } else { super::remove(ctx, &user.id) }
    }
}
