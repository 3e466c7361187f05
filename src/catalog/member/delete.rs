//! `organization_member_delete`.

use action::{Action, Ctx, Kind};
use auth::Permission;
use base::{Error, Result};
use store::{changes, quotes::GroupRow};

use super::db;
use crate::{
    group::{self, Family},
    package::allow::needed,
};

action::declare! {
    /// Takes a user out of an organization; nothing happens when he is not in it.
    pub struct Delete;
    /// Who, and out of which.
    pub struct DeleteParams {
        /// Id or name of the organization.
        id: String,
        /// Id or name of the user.
        username: String,
        /// The same, as older clients send it.
        user_id: String,
    }
}

impl Action for Delete {
    const NAME: &'static str = "organization_member_delete";
    const KIND: Kind = Kind::Write;
    type Params = DeleteParams;
    type Subject = GroupRow;
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &DeleteParams) -> Result<GroupRow> {
        let key = needed(params.id.as_ref(), "id")?;
        needed(params.username.as_ref().or(params.user_id.as_ref()), "username")?;
        let row = group::db::lock(ctx.db()?, Family::Organization, key)?;
        let row = row.ok_or_else(|| Error::not_found("Group was not found."))?;
        if ctx.actor.may(Permission::Membership, &row.id) {
            return Ok(row);
        }
        Err(Error::denied(format!("User {} not authorized to edit group {}", ctx.actor.name(), row.id)))
    }

    fn run(ctx: &mut Ctx, params: DeleteParams, row: GroupRow) -> Result<()> {
        let key = params.username.or(params.user_id).unwrap_or_default();
        let user = db::find_user(ctx.db()?, &key)?.ok_or_else(|| Error::not_found("User was not found."))?;
        if db::remove(ctx.db()?, &row.id, &user.id)? {
            ctx.log(changes::Entity::Member, &row.id, changes::Kind::Update)?;
        }
        Ok(())
    }
}
