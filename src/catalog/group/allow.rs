//! Who may do what with organizations and groups (ckan-api 5.2). Each rule hands over the one that may be touched.

use std::sync::Arc;

use action::Ctx;
use auth::Permission;
use base::{Error, Result};
use store::quotes::{Group, GroupRow};

use super::{Family, db};
use crate::member;

/// By id or name, from memory.
///
/// # Errors
/// NotFound with `reason`.
pub fn find(ctx: &Ctx, family: Family, id_or_name: &str, reason: &str) -> Result<Arc<Group>> {
    let group = ctx.app.quotes.find(id_or_name).filter(|group| group.row.is_organization == family.is_organization());
    group.ok_or_else(|| Error::not_found(reason))
}

/// `group_show` and what rests on it: everybody, but a deleted one only its members; its users only its members when
/// the portal hides its users.
///
/// # Errors
/// Denied.
pub fn may_read(ctx: &mut Ctx, row: &GroupRow, with_users: bool) -> Result<()> {
    if ctx.actor.is_sysadmin() {
        return Ok(());
    }
    let open = row.state == "active" && (ctx.app.settings.auth.public_user_details || !with_users);
    if open || ctx.actor.may(Permission::Read, &row.id) {
        return Ok(());
    }
    let member = match ctx.actor.id().map(str::to_owned) {
        Some(user) => member::db::capacity(ctx.db()?, &row.id, &user)?.is_some(),
        None => false,
    };
    if member {
        return Ok(());
    }
    Err(Error::denied(format!("User {} not authorized to read group {}", ctx.actor.name(), row.id)))
}

/// `group_create`, `organization_create`: every user, when the portal lets its users do so.
///
/// # Errors
/// Denied, with the user's id as CKAN has it.
pub fn may_create(ctx: &Ctx, family: Family) -> Result<()> {
    let rules = &ctx.app.settings.auth;
    let open = match family {
        Family::Organization => rules.user_create_organizations,
        Family::Group => rules.user_create_groups,
    };
    if ctx.actor.is_sysadmin() || (open && !ctx.actor.is_anonymous()) {
        return Ok(());
    }
    let user = ctx.actor.id().unwrap_or("None");
    Err(Error::denied(format!("User {user} not authorized to create {}s", family.word())))
}

/// `*_update`, `*_patch`: its admins. Hands over the locked row.
///
/// # Errors
/// NotFound with `reason`; Denied.
pub fn may_update(ctx: &mut Ctx, family: Family, id_or_name: &str, reason: &str) -> Result<GroupRow> {
    let row = db::lock(ctx.db()?, family, id_or_name)?.ok_or_else(|| Error::not_found(reason))?;
    if !ctx.actor.may(Permission::Admin, &row.id) {
        return Err(Error::denied(format!("User {} not authorized to edit {} {}", ctx.actor.name(), family.word(), row.id)));
    }
    ctx.meet(|ctx| db::version(ctx.db()?, &row))?;
    Ok(row)
}

/// `*_delete`: its admins, when the portal lets its users do so. Hands over the locked row.
///
/// # Errors
/// NotFound; Denied.
pub fn may_delete(ctx: &mut Ctx, family: Family, id_or_name: &str) -> Result<GroupRow> {
    let row = db::lock(ctx.db()?, family, id_or_name)?.ok_or_else(|| Error::not_found("Group was not found."))?;
    let rules = &ctx.app.settings.auth;
    let open = match family {
        Family::Organization => rules.user_delete_organizations,
        Family::Group => rules.user_delete_groups,
    };
    if ctx.actor.is_sysadmin() || (open && ctx.actor.may(Permission::Admin, &row.id)) {
        ctx.meet(|ctx| db::version(ctx.db()?, &row))?;
        return Ok(row);
    }
    let (user, word) = (ctx.actor.name(), family.word());
    Err(Error::denied(if open {
        format!("User {user} not authorized to delete {word} {}", row.id)
    } else {
        format!("User {user} not authorized to delete {word}s")
    }))
}

/// `*_purge`: sysadmins. Hands over the locked row.
///
/// # Errors
/// NotFound; Denied.
pub fn may_purge(ctx: &mut Ctx, family: Family, id_or_name: &str) -> Result<GroupRow> {
    let row = db::lock(ctx.db()?, family, id_or_name)?;
    let row = row.ok_or_else(|| {
        Error::not_found(match family {
            Family::Organization => "Organization was not found",
            Family::Group => "Group was not found",
        })
    })?;
    if !ctx.actor.is_sysadmin() {
        return Err(Error::denied(""));
    }
    ctx.meet(|ctx| db::version(ctx.db()?, &row))?;
    Ok(row)
}
