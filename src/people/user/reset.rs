//! Keys by which somebody without a password chooses one. They are sealed, not stored: a key says whose it is, how old it
//! is and which password it replaces, so that it works once and for a week.

use action::Ctx;
use base::{Result, secret::Secret, time::Stamp};
use catalog::member::db::UserRow;

/// Microseconds that a key works.
const LASTS: i64 = 7 * 24 * 3_600 * 1_000_000;

/// A key for a user.
///
/// # Errors
/// Internal, if the system gives no random numbers.
pub fn key(ctx: &Ctx, user: &UserRow) -> Result<String> {
    let sealed = ctx.app.sealer.seal(&Secret::new(content(user, Stamp::now().micros())))?;
    Ok(sealed.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// True when the key was made for this user, is young enough, and he has had no other password since.
#[must_use]
pub fn fits(ctx: &Ctx, user: &UserRow, key: &str) -> bool {
    let opened = bytes(key).and_then(|sealed| ctx.app.sealer.open(&sealed).ok());
    let Some(opened) = opened else { return false };
    let made = opened.reveal().split(' ').nth(1).and_then(|made| made.parse::<i64>().ok()).unwrap_or_default();
    user.state != "deleted"
        && opened.reveal() == content(user, made)
        && (0..LASTS).contains(&Stamp::now().micros().saturating_sub(made))
}

fn content(user: &UserRow, made: i64) -> String {
    format!("reset {made} {} {}", user.id, user.password_hash.as_deref().unwrap_or_default())
}

fn bytes(key: &str) -> Option<Vec<u8>> {
    if key.len() > 1_000 || !key.is_ascii() || !key.len().is_multiple_of(2) {
        return None;
    }
    let digits = key.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
