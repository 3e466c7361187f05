//! `organization_member_create`.

use action::{Action, Ctx, Kind};
use auth::{Permission, Role};
use base::{Error, ErrorDict, Result, id};
use serde::Serialize;
use store::{changes, quotes::GroupRow};

use super::db;
use crate::{
    group::{self, Family},
    package::allow::needed,
};

action::declare! {
    /// Makes a user a member of an organization, or changes his role there.
    pub struct Create;
    /// Who becomes what, and where.
    pub struct CreateParams {
        /// Id or name of the organization.
        id: String,
        /// Id or name of the user.
        username: String,
        /// admin, editor or member.
        role: String,
    }
}

/// A membership.
#[derive(Serialize)]
pub struct MemberView {
    id: String,
    table_name: &'static str,
    table_id: String,
    capacity: &'static str,
    group_id: String,
    state: &'static str,
}

impl Action for Create {
    const NAME: &'static str = "organization_member_create";
    const KIND: Kind = Kind::Write;
    type Params = CreateParams;
    /// The locked organization; nothing when a sysadmin names one that does not exist.
    type Subject = Option<GroupRow>;
    type Output = MemberView;

    fn allow(ctx: &mut Ctx, params: &CreateParams) -> Result<Option<GroupRow>> {
        let row = group::db::lock(ctx.db()?, Family::Organization, needed(params.id.as_ref(), "id")?)?;
        let allowed = match &row {
            Some(row) => ctx.actor.may(Permission::Membership, &row.id),
            None => ctx.actor.is_sysadmin(),
        };
        if allowed {
            return Ok(row);
        }
        Err(Error::denied(format!("User {} not authorized to add members", ctx.actor.name())))
    }

    fn run(ctx: &mut Ctx, params: CreateParams, row: Option<GroupRow>) -> Result<MemberView> {
        let mut errors = ErrorDict::default();
        if row.is_none() {
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
        let (Some(row), Some(user), Some(role)) = (row, user, role) else {
            return Err(Error::internal("a membership without its parts"));
        };
        let present = db::capacity(ctx.db()?, &row.id, &user.id)?;
        if ctx.actor.id() == Some(&user.id) && present.as_deref() == Some("admin") && role != Role::Admin {
            return Err(Error::denied("Administrators cannot revoke their own admin status"));
        }
        if present.as_deref() != Some(role.as_str()) {
            db::put(ctx.db()?, &row.id, &user.id, role.as_str())?;
            ctx.log(changes::Entity::Member, &row.id, changes::Kind::Update)?;
        }
        Ok(MemberView {
            id: id::of_name("member", &format!("{}/{}", row.id, user.id)),
            table_name: "user",
            table_id: user.id,
            capacity: role.as_str(),
            group_id: row.id,
            state: "active",
        })
    }
}
