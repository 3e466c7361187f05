//! Sessions of browsers: somebody proves himself once by his password and is known by a cookie from then on.
//!
//! What the cookie holds is stored as its sha256 alone. A session ends when its time is over, when he leaves, and with
//! every new password.

pub mod db;
pub mod login;
pub mod throttle;

use action::Ctx;
use base::{Result, secret::Secret, time::Stamp};
use catalog::member::db::UserRow;
use store::changes;

/// Sessions that one user has at a time; the oldest go first.
const MOST: i64 = 50;

/// A session just begun.
pub struct Session {
    /// What the cookie holds.
    pub secret: Secret,
    /// Seconds that it lasts.
    pub lasts: i64,
}

/// Begins a session for a user.
///
/// # Errors
/// What the database says.
pub fn begin(ctx: &mut Ctx, user: &UserRow, lasts: i64) -> Result<Session> {
    let secret = auth::token::random_text()?;
    let now = Stamp::now();
    let ends = Stamp::from_micros(now.micros().saturating_add(lasts.saturating_mul(1_000_000))).unwrap_or(now);
    db::tidy(ctx.db()?, &user.id, now, MOST - 1)?;
    db::insert(ctx.db()?, &auth::token::hash(&secret), &user.id, (now, ends))?;
    Ok(Session { secret: Secret::new(secret), lasts })
}

/// Ends a session; one that is over already is passed over.
///
/// # Errors
/// What the database says.
pub fn end(ctx: &mut Ctx, secret: &Secret) -> Result<()> {
    match db::delete(ctx.db()?, &auth::token::hash(secret.reveal()))? {
        Some(user) => ctx.log(changes::Entity::User, &user, changes::Kind::Update),
        None => Ok(()),
    }
}

/// Ends all sessions of a user whose change is told in the log anyway.
///
/// # Errors
/// What the database says.
pub fn end_all(ctx: &mut Ctx, user_id: &str) -> Result<()> {
    db::delete_all(ctx.db()?, user_id)
}

/// What a form or a header must repeat to act by a session: follows from what its cookie holds, so that nothing need be
/// stored, and tells nothing of it.
#[must_use]
pub fn csrf(secret: &Secret) -> String {
    hex::encode(auth::token::hash(&format!("csrf {}", secret.reveal())))
}

/// True when what was repeated is right.
#[must_use]
pub fn is_csrf(secret: &Secret, repeated: &str) -> bool {
    // Compared by their hashes, whose first differing byte tells nothing.
    auth::token::hash(&csrf(secret)) == auth::token::hash(repeated.trim())
}
