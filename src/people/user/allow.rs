//! Who may see and make users (ckan-api 5.2).

use action::Ctx;
use base::{Error, Result};
use catalog::member::db::UserRow;

/// `user_show`, `user_list`: everybody, or everybody with a name when the portal hides its users.
///
/// # Errors
/// Denied.
pub fn may_read(ctx: &Ctx) -> Result<()> {
    if ctx.app.settings.auth.public_user_details || !ctx.actor.is_anonymous() { Ok(()) } else { Err(Error::denied("")) }
}

/// `user_create`.
///
/// # Errors
/// Denied.
pub fn may_create(ctx: &Ctx) -> Result<()> {
    if ctx.app.settings.auth.create_user_via_api || ctx.actor.is_sysadmin() {
        return Ok(());
    }
    Err(Error::denied(format!("User {} not authorized to create users via the API", ctx.actor.name())))
}

/// `user_update`, `user_patch`: the user himself, and sysadmins.
///
/// # Errors
/// Denied.
pub fn may_update(ctx: &Ctx, user: &UserRow) -> Result<()> {
    if ctx.actor.is_sysadmin() || ctx.actor.id() == Some(&user.id) {
        return Ok(());
    }
    Err(Error::denied(if ctx.actor.is_anonymous() {
        "Have to be logged in to edit user".to_owned()
    } else {
        format!("User {} not authorized to edit user {}", ctx.actor.name(), user.id)
    }))
}
