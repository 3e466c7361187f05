//! `organization_member_create`, and what `group_member_create` shares with it.

use action::{Action, Ctx, Kind};
use auth::{Permission, Role};
use base::{Error, ErrorDict, Result};
use store::quotes::GroupRow;

use super::{db, view::MemberView, write};
use crate::{group, package::allow::needed};

action::declare! {
    /// Makes a user a member of an organization, or changes his role there.
    pub struct OrganizationCreate;
    /// Who becomes what, and where.
    pub struct JoinParams {
        /// Id or name of the organization or group.
        id: String,
        /// Id or name of the user.
        username: String,
        /// admin, editor or member.
        role: String,
    }
}

impl Action for OrganizationCreate {
    const NAME: &'static str = "organization_member_create";
    const KIND: Kind = Kind::Write;
    type Params = JoinParams;
    /// The organization; nothing when a sysadmin names one that does not exist.
    type Subject = Option<GroupRow>;
    type Output = MemberView;

    fn allow(ctx: &mut Ctx, params: &JoinParams) -> Result<Option<GroupRow>> {
        permitted(ctx, params)
    }

    fn run(ctx: &mut Ctx, params: JoinParams, group: Option<GroupRow>) -> Result<MemberView> {
        run(ctx, &params, group)
    }
}

/// The organization or group whose members may be changed; nothing when a sysadmin names one that does not exist.
///
/// # Errors
/// Validation without an id; Denied.
pub fn permitted(ctx: &mut Ctx, params: &JoinParams) -> Result<Option<GroupRow>> {
    let row = group::db::find(ctx.db()?, needed(params.id.as_ref(), "id")?)?;
    let allowed = match &row {
        Some(row) => ctx.actor.may(Permission::Membership, &row.id),
        None => ctx.actor.is_sysadmin(),
    };
    if allowed {
        return Ok(row);
    }
    Err(Error::denied(format!("User {} not authorized to add members", ctx.actor.name())))
}

/// Checks who becomes what, and stores it.
///
/// # Errors
/// Validation with all faults; Denied, if an admin would take his own role from himself.
pub fn run(ctx: &mut Ctx, params: &JoinParams, group: Option<GroupRow>) -> Result<MemberView> {
    let mut errors = ErrorDict::default();
    if group.is_none() {
        errors.add("id", "That group name or ID does not exist.");
    }
    let user = match params.username.as_deref() {
        None => {
            errors.add("username", "Missing value");
            None
        }
        Some(key) => {
            let user = db::find_user(ctx.db()?, key)?.filter(|user| user.state != "deleted");
            if user.is_none() {
                errors.add("username", "User not found");
            }
            user
        }
    };
    let role = params.role.as_deref().and_then(Role::parse);
    if role.is_none() {
        errors.add("role", if params.role.is_none() { "Missing value" } else { "role does not exist." });
    }
    errors.into_result()?;
    let (Some(group), Some(user), Some(role)) = (group, user, role) else {
        return Err(Error::internal("a membership without its parts"));
    };
    write::join(ctx, &group.id, &user, role)
}
