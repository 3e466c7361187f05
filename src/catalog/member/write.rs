//! The one way in which users come into organizations and groups, change their role there, and go.

use action::Ctx;
use auth::Role;
use base::{Error, Result};
use store::changes;

use super::{
    db::{self, UserRow},
    view::MemberView,
};

/// Makes a user a member, or changes his role.
///
/// # Errors
/// Denied, if an admin would take his own role from himself; what the database says.
pub fn join(ctx: &mut Ctx, group: &str, user: &UserRow, role: Role) -> Result<MemberView> {
    let present = db::capacity(ctx.db()?, group, &user.id)?;
    if ctx.actor.id() == Some(&user.id) && present.as_deref() == Some("admin") && role != Role::Admin {
        return Err(Error::denied("Administrators cannot revoke their own admin status"));
    }
    if present.as_deref() != Some(role.as_str()) {
        db::put(ctx.db()?, group, &user.id, role.as_str())?;
        ctx.log(changes::Entity::Member, group, changes::Kind::Update)?;
    }
    Ok(MemberView::new(group, "user", &user.id, role.as_str()))
}

/// Takes a user out; nothing happens when he is not in it.
///
/// # Errors
/// What the database says.
pub fn leave(ctx: &mut Ctx, group: &str, user: &str) -> Result<()> {
    if db::remove(ctx.db()?, group, user)? {
        ctx.log(changes::Entity::Member, group, changes::Kind::Update)?;
    }
    Ok(())
}
