//! Keys by which somebody without a password chooses one. They are sealed, not stored: a key says whose it is, how old it
//! is and which password it replaces, so that it works once and for a week.

use action::{Ctx, Dict};
use base::{Error, ErrorDict, Result, secret::Secret, time::Stamp};
use catalog::member::db::{UserRow, find_user};
use serde_json::{Map, json};

use super::{check, db, update};
use crate::{
    mail::{self, Mail},
    session,
};

/// Microseconds that a key works.
const LASTS: i64 = 7 * 24 * 3_600 * 1_000_000;

/// A key for a user.
///
/// # Errors
/// Internal, if the system gives no random numbers.
pub fn key(ctx: &Ctx, user: &UserRow) -> Result<String> {
    let sealed = ctx.app.sealer.seal(&Secret::new(content(user, Stamp::now().micros())))?;
    Ok(hex::encode(sealed))
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

/// Where a key is used.
///
/// # Errors
/// As [`key`].
pub fn link(ctx: &Ctx, user: &UserRow) -> Result<String> {
    Ok(format!("{}/user/reset/{}?key={}", ctx.app.site().url, user.id, key(ctx, user)?))
}

/// Sends keys to all users of that name or address; to nobody where there is none, and nobody is told.
///
/// # Errors
/// What the database says; a mail that cannot be sent is told in the log alone.
pub fn send(ctx: &mut Ctx, name_or_email: &str) -> Result<()> {
    for user in of(ctx, name_or_email)? {
        let Some(to) = user.email.clone().filter(|email| !email.is_empty()) else { continue };
        let site = ctx.app.site();
        let body = format!(
            "Hello {name},\n\nsomebody, most likely you, asked {title} for a new password. To choose one, follow this link \
             within a week:\n\n    {link}\n\nIf it was not you, there is nothing to do: your password stays as it is.\n\n-- \n{title}, {url}\n",
            name = user.name,
            title = site.title,
            link = link(ctx, &user)?,
            url = site.url,
        );
        let subject = format!("Reset your password - {}", site.title);
        if let Err(error) = mail::send(&ctx.app, &Mail { to: &to, subject, body }) {
            tracing::error!(error, user = user.id, "the mail with the key for a new password was not sent");
        }
    }
    Ok(())
}

fn of(ctx: &mut Ctx, name_or_email: &str) -> Result<Vec<UserRow>> {
    if name_or_email.is_empty() || name_or_email.len() > 320 || name_or_email.contains('\0') {
        return Ok(Vec::new());
    }
    if name_or_email.contains('@') {
        return session::db::by_email(ctx.db()?, name_or_email);
    }
    let user = db::find_by_name(ctx.db()?, name_or_email)?;
    Ok(user.into_iter().filter(|user| user.state != "deleted").collect())
}

/// The user whom a key lets choose a password.
///
/// # Errors
/// NotFound; Denied when the key is not his, too old or used.
pub fn owner(ctx: &mut Ctx, id: &str, key: &str) -> Result<UserRow> {
    let user =
        find_user(ctx.db()?, id)?.filter(|user| user.state != "deleted").ok_or_else(|| Error::not_found("User not found"))?;
    if fits(ctx, &user, key) { Ok(user) } else { Err(Error::denied("Invalid reset key. Please try again.")) }
}

/// A password twice, and a name for who was invited.
pub struct Chosen<'a> {
    pub password: &'a str,
    pub again: &'a str,
    pub name: Option<&'a str>,
}

/// Gives the user his new password; an invited one is active from then on. His sessions end.
///
/// # Errors
/// As [`owner`]; Validation.
pub fn perform(ctx: &mut Ctx, (id, key): (&str, &str), chosen: &Chosen<'_>) -> Result<()> {
    let found = owner(ctx, id, key)?;
    let user = update::locked(ctx, &found)?;
    if !fits(ctx, &user, key) {
        return Err(Error::denied("Invalid reset key. Please try again."));
    }
    let mut errors = ErrorDict::default();
    if chosen.password.is_empty() {
        errors.add("password", "Missing value");
    } else if check::is_short(chosen.password) {
        errors.add("password", "Your password must be 8 characters or longer");
    } else if chosen.password != chosen.again {
        errors.add("password", "The passwords you entered do not match");
    }
    errors.into_result()?;
    let mut sent = Map::from_iter([("password".to_owned(), json!(chosen.password)), ("email".to_owned(), json!(user.email))]);
    if let Some(name) = chosen.name.filter(|name| !name.is_empty() && user.state == "pending") {
        sent.insert("name".to_owned(), json!(name));
    }
    let comes = user.state == "pending";
    update::store(ctx, &Dict(sent), &user, comes).map(drop)
}

fn content(user: &UserRow, made: i64) -> String {
    format!("reset {made} {} {}", user.id, user.password_hash.as_deref().unwrap_or_default())
}

fn bytes(key: &str) -> Option<Vec<u8>> {
    if key.len() > 1_000 { None } else { hex::decode(key).ok() }
}
