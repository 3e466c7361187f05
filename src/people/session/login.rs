//! Somebody gives his name or address, and his password.

use std::sync::LazyLock;

use action::Ctx;
use base::{Error, Result};
use catalog::member::db::UserRow;

use super::{Session, begin, db, throttle::Throttle};
use crate::user;

/// Bytes of the longest password that is looked at.
const PASSWORD: usize = 4_096;
/// What is verified for somebody who does not exist, so that it takes as long as for others.
static NOBODY: LazyLock<String> = LazyLock::new(|| auth::password::hash("nobody").unwrap_or_default());

/// What somebody says of himself.
pub struct Login<'a> {
    /// Name or e-mail address.
    pub login: &'a str,
    pub password: &'a str,
    /// Where he speaks from, as far as known.
    pub address: &'a str,
    /// Seconds that he wants to be remembered.
    pub remember: Option<i64>,
}

/// Begins a session when name and password belong together and the user is active. An old hash of the password is replaced.
///
/// # Errors
/// TooMany for who failed too often; Denied without a reason otherwise.
pub fn login(ctx: &mut Ctx, throttle: &Throttle, asked: &Login<'_>) -> Result<Session> {
    // Counted before the password is looked at: those who ask at the same time count too.
    throttle.try_login(asked.login, asked.address)?;
    let found = find(ctx, asked.login)?;
    let hash = found.as_ref().and_then(|user| user.password_hash.as_deref()).unwrap_or(&NOBODY);
    let is_right = asked.password.len() <= PASSWORD && !asked.password.is_empty() && auth::password::verify(asked.password, hash);
    let user = found.filter(|user| is_right && user.state == "active" && user.password_hash.is_some());
    let user = user.ok_or_else(|| Error::denied(""))?;
    throttle.forgive(asked.login, asked.address);
    if let Some(hash) = user.password_hash.as_deref().filter(|hash| auth::password::is_outdated(hash)) {
        let fresh = auth::password::hash(asked.password)?;
        db::rehash(ctx.db()?, &user.id, (hash, &fresh))?;
    }
    let settings = &ctx.app.settings.sessions;
    let lasts = asked.remember.map_or(settings.lifetime, |seconds| seconds.clamp(60, settings.remembered));
    begin(ctx, &user, lasts)
}

/// By name, else by address (`ckan_authenticator`).
fn find(ctx: &mut Ctx, login: &str) -> Result<Option<UserRow>> {
    if login.is_empty() || login.len() > 320 || login.contains('\0') {
        return Ok(None);
    }
    match user::db::find_by_name(ctx.db()?, login)? {
        None => Ok(db::by_email(ctx.db()?, login)?.into_iter().find(|user| user.state == "active")),
        found => Ok(found),
    }
}
