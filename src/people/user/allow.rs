//! Who may see and make users (ckan-api 5.2).

use action::Ctx;
use base::{Error, Result};

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
