//! `organization_member_delete`, and what `group_member_delete` shares with it.

use action::{Action, Ctx, Kind};
use base::{Error, Result};

use super::{
    allow::{Object, may_change},
    write,
};
use crate::package::allow::needed;

action::declare! {
    /// Takes a user out of an organization; nothing happens when he is not in it.
    pub struct OrganizationDelete;
    /// Who, and out of which.
    pub struct LeaveParams {
        /// Id or name of the organization or group.
        id: String,
        /// Id or name of the user.
        username: String,
        /// The same, as older clients send it.
        user_id: String,
    }
}

impl Action for OrganizationDelete {
    const NAME: &'static str = "organization_member_delete";
    const KIND: Kind = Kind::Write;
    type Params = LeaveParams;
    /// Ids of organization and user.
    type Subject = (String, String);
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &LeaveParams) -> Result<(String, String)> {
        permitted(ctx, params)
    }

    fn run(ctx: &mut Ctx, _params: LeaveParams, (group, user): (String, String)) -> Result<()> {
        write::leave(ctx, &group, &user)
    }
}

/// The ids of the organization or group and of the user who may be taken out of it.
///
/// # Errors
/// Validation for a missing key; NotFound; Denied.
pub fn permitted(ctx: &mut Ctx, params: &LeaveParams) -> Result<(String, String)> {
    let group = needed(params.id.as_ref(), "id")?;
    let user = needed(params.username.as_ref().or(params.user_id.as_ref()), "username")?;
    match may_change(ctx, group, user, "user")? {
        (group, Object::User(user)) => Ok((group.id, user.id)),
        _ => Err(Error::internal("a user is no user")),
    }
}
