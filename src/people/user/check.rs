//! What a new user must be like; gathers all faults.

use action::{Ctx, Dict};
use base::{Error, ErrorDict, Result, id, loose, name, time::Stamp};
use catalog::member::db::{UserRow, find_user};
use model::check::text;
use serde_json::Value;

use super::db;

/// Characters of the shortest password.
const PASSWORD: usize = 8;

/// Reads a new user; the password is hashed when everything else is good, because that is slow.
///
/// # Errors
/// Validation with all faults.
pub fn new_user(ctx: &mut Ctx, dict: &Dict) -> Result<UserRow> {
    let sysadmin = ctx.actor.is_sysadmin();
    let mut errors = ErrorDict::default();
    let id = id_of(ctx, dict, &mut errors)?;
    let name = name_of(ctx, dict, &mut errors)?;
    let email = email_of(ctx, dict, &mut errors)?;
    let hash = hash_of(ctx, dict, &mut errors);
    let password = password_of(dict, hash.is_some(), &mut errors);
    let about = about(dict, &mut errors).filter(|about| !about.is_empty());
    let extras = dict.0.get("plugin_extras").filter(|extras| sysadmin && !extras.is_null());
    if extras.is_some_and(|extras| !extras.is_object()) {
        errors.add("plugin_extras", "The value should be a valid JSON object");
    }
    errors.into_result()?;
    let password_hash = match (hash, password) {
        (Some(hash), _) => Some(hash),
        (None, Some(password)) => Some(auth::password::hash(&password)?),
        (None, None) => return Err(Error::invalid("password", "Missing value")),
    };
    let truth = |key: &str| dict.0.get(key).and_then(loose::bool_of).unwrap_or(false);
    Ok(UserRow {
        id,
        name,
        fullname: dict.text("fullname"),
        email: Some(email),
        password_hash,
        about,
        image_url: dict.text("image_url"),
        plugin_extras: extras.cloned(),
        sysadmin: sysadmin && truth("sysadmin"),
        state: dict.text("state").filter(|_| sysadmin).unwrap_or_else(|| "active".to_owned()),
        created: Stamp::now().naive(),
        last_active: None,
        activity_streams_email_notifications: truth("activity_streams_email_notifications"),
    })
}

/// The id that a sysadmin gives. One that is taken, and one of somebody else, is passed over without a word.
fn id_of(ctx: &mut Ctx, dict: &Dict, errors: &mut ErrorDict) -> Result<String> {
    let Some(id) = dict.text("id").filter(|_| ctx.actor.is_sysadmin()) else { return Ok(id::new()) };
    if find_user(ctx.db()?, &id)?.is_some() {
        return Ok(id::new());
    }
    if !id::is_uuid(&id) {
        errors.add("id", "Invalid id provided");
    }
    Ok(id)
}

fn name_of(ctx: &mut Ctx, dict: &Dict, errors: &mut ErrorDict) -> Result<String> {
    let name = match dict.0.get("name") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(name)) => name.clone(),
        Some(_) => {
            errors.add("name", "Names must be strings");
            return Ok(String::new());
        }
    };
    if name.is_empty() {
        errors.add("name", "Missing value");
        return Ok(name);
    }
    for fault in name::faults(&name) {
        errors.add("name", fault);
    }
    if !name.contains('\0') && db::find_by_name(ctx.db()?, &name)?.is_some() {
        errors.add("name", "The username is already associated with another account. Please use a different username.");
    }
    Ok(name)
}

fn email_of(ctx: &mut Ctx, dict: &Dict, errors: &mut ErrorDict) -> Result<String> {
    let own = dict.text("name");
    email(ctx, dict, own.as_slice(), errors)
}

/// The e-mail address, which no other user has; `own` are the id and name of the user himself (`email_is_unique`).
///
/// # Errors
/// What the database says.
pub fn email(ctx: &mut Ctx, dict: &Dict, own: &[String], errors: &mut ErrorDict) -> Result<String> {
    let email = dict.text("email").map(|email| email.trim().to_owned()).unwrap_or_default();
    if email.is_empty() {
        errors.add("email", "Missing value");
        return Ok(email);
    }
    if let Some(fault) = text::email_fault(&email) {
        errors.add("email", fault);
        return Ok(email);
    }
    let states = ctx.app.settings.unique_email_states.clone();
    let owners = db::of_email(ctx.db()?, &email, &states)?;
    if !owners.is_empty() && !owners.iter().any(|(id, name)| own.contains(id) || own.contains(name)) {
        let shown = email.to_lowercase();
        errors.add("email", format!("The email address '{shown}' belongs to a registered user."));
    }
    Ok(email)
}

/// The words about a user, without links (`user_about_validator`).
pub fn about(dict: &Dict, errors: &mut ErrorDict) -> Option<String> {
    let about = given(dict, "about");
    if about.as_ref().is_some_and(|about| about.contains("http://") || about.contains("https://")) {
        errors.add("about", "Edit not allowed as it looks like spam. Please avoid links in your description.");
    }
    about
}

/// A text that was sent, an empty one too.
pub fn given(dict: &Dict, name: &str) -> Option<String> {
    dict.0.get(name).filter(|value| !value.is_null()).map(loose::text_of)
}

/// True when a password is too short (`user_password_validator`).
#[must_use]
pub fn is_short(password: &str) -> bool {
    password.chars().count() < PASSWORD
}

/// The hash that a sysadmin brings along. One that nobody could ever log in by is a fault.
pub fn hash_of(ctx: &Ctx, dict: &Dict, errors: &mut ErrorDict) -> Option<String> {
    let hash = dict.text("password_hash").filter(|_| ctx.actor.is_sysadmin())?;
    if !auth::password::is_hash(&hash) {
        errors.add(
            "password_hash",
            "No password opens this: a hash is $pbkdf2-sha512$<rounds>$<salt>$<hash> as CKAN stores it, or argon2's",
        );
    }
    Some(hash)
}

fn password_of(dict: &Dict, hashed: bool, errors: &mut ErrorDict) -> Option<String> {
    match dict.0.get("password") {
        Some(Value::String(password)) if !password.is_empty() => {
            if is_short(password) {
                errors.add("password", "Your password must be 8 characters or longer");
            }
            Some(password.clone())
        }
        None | Some(Value::Null | Value::String(_)) => {
            if !hashed {
                errors.add("password", "Missing value");
            }
            None
        }
        Some(_) => {
            errors.add("password", "Passwords must be strings");
            None
        }
    }
}
