//! `user_update`, and what `user_patch` shares with it.

use action::{Action, Ctx, Dict, Field, FileField, Kind};
use base::{Error, ErrorDict, Result, loose, loose::Loose, name};
use catalog::{
    member::db::{UserRow, accounts, find_user},
    package::allow::needed,
    picture::{self, Of},
};
use serde_json::{Map, Value};
use store::changes;

use super::{allow, check, create, db, reset, view};
use crate::session;

action::declare! {
    /// Changes a user. The e-mail address must be sent; what else is left out stays.
    ///
    /// Users change themselves; sysadmins change everybody, their names too.
    pub struct Update;
    /// The user; `id` may be his name.
    pub struct UpdateParams(fields());
}

/// Those of a new user; only his name or id must be sent.
pub(super) fn fields() -> Vec<Field> {
    let all = create::fields().into_iter().filter(|field| field.name != "with_apitoken");
    let key = Field { name: "reset_key", doc: "The key of an invitation.", schema: String::schema() };
    all.chain([key]).collect()
}

impl Action for Update {
    const NAME: &'static str = "user_update";
    const KIND: Kind = Kind::Write;
    const FILES: &'static [FileField] = picture::OF_USER;
    type Params = UpdateParams;
    type Subject = UserRow;
    type Output = Map<String, Value>;

    fn allow(ctx: &mut Ctx, params: &UpdateParams) -> Result<UserRow> {
        let key = params.0.text("id");
        let user = find_user(ctx.db()?, needed(key.as_ref(), "id")?)?;
        let user = user.ok_or_else(|| Error::not_found("User was not found."))?;
        let user = locked(ctx, &user)?;
        if !has_key(ctx, &params.0, &user) {
            allow::may_update(ctx, &user)?;
        }
        Ok(user)
    }

    fn run(ctx: &mut Ctx, params: UpdateParams, before: UserRow) -> Result<Map<String, Value>> {
        // Who was invited comes in by choosing a password.
        let comes = before.state == "pending"
            && has_key(ctx, &params.0, &before)
            && params.0.text("password").is_some_and(|password| !check::is_short(&password));
        store(ctx, &params.0, &before, comes)
    }
}

/// True when a key was sent that lets whoever has it change the user.
fn has_key(ctx: &Ctx, dict: &Dict, user: &UserRow) -> bool {
    dict.text("reset_key").is_some_and(|key| reset::fits(ctx, user, &key))
}

/// The user as he is now, kept from others until the end of the transaction.
///
/// # Errors
/// What the database says.
pub fn locked(ctx: &mut Ctx, user: &UserRow) -> Result<UserRow> {
    db::lock(ctx.db()?, &user.id)?.ok_or_else(|| Error::not_found("User was not found."))
}

/// Stores what was sent of a locked user, and shows him; `comes`: he is active from now on.
///
/// # Errors
/// Validation with all faults.
pub fn store(ctx: &mut Ctx, dict: &Dict, before: &UserRow, comes: bool) -> Result<Map<String, Value>> {
    let mut dict = dict.clone();
    let file = picture::take(ctx, Of::User, &mut dict.0, before.image_url.as_deref())?;
    let mut after = changed(ctx, &dict, before)?;
    if comes {
        "active".clone_into(&mut after.state);
    }
    if after.password_hash != before.password_hash || after.state != before.state {
        session::end_all(ctx, &after.id)?;
    }
    db::update(ctx.db()?, &after)?;
    picture::put(ctx, Of::User, file, after.image_url.as_deref().unwrap_or_default())?;
    if let Some(image) = before.image_url.as_deref().filter(|_| before.image_url != after.image_url) {
        let is_used = db::has_picture(ctx.db()?, image)?;
        picture::clear(ctx, Of::User, image, is_used)?;
    }
    ctx.log(changes::Entity::User, &after.id, changes::Kind::Update)?;
    catalog::activity::write::user(ctx, &after.id, "changed")?;
    let account = accounts(ctx.db()?, std::slice::from_ref(&after.id))?.remove(&after.id);
    let own = ctx.actor.is_sysadmin() || ctx.actor.id() == Some(&after.id);
    let mut map = account.map(|account| view::user(ctx, &account, own)).unwrap_or_default();
    if ctx.actor.is_sysadmin() && dict.0.get("plugin_extras").is_some_and(|extras| !extras.is_null()) {
        map.insert("plugin_extras".to_owned(), after.plugin_extras.unwrap_or(Value::Null));
    }
    Ok(map)
}

/// The user as he would be; gathers all faults (`default_update_user_schema`).
fn changed(ctx: &mut Ctx, dict: &Dict, before: &UserRow) -> Result<UserRow> {
    let sysadmin = ctx.actor.is_sysadmin();
    let mut errors = ErrorDict::default();
    let name = name_of(ctx, dict, before, &mut errors)?;
    let hash = check::hash_of(ctx, dict, &mut errors);
    let password = password_of(dict, &mut errors);
    let email = check::email(ctx, dict, &[before.id.clone(), before.name.clone()], &mut errors)?;
    let about = check::about(dict, &mut errors);
    let rights = sysadmin_of(ctx, dict, before, &mut errors);
    let extras = dict.0.get("plugin_extras").filter(|extras| !extras.is_null());
    if extras.is_some_and(|extras| !extras.is_object()) {
        errors.add("plugin_extras", "The value should be a valid JSON object");
    }
    errors.into_result()?;
    let hash = match (hash, password) {
        (Some(hash), _) => Some(hash),
        (None, Some(password)) => Some(auth::password::hash(&password)?),
        (None, None) => before.password_hash.clone(),
    };
    let notifications = dict.0.get("activity_streams_email_notifications").filter(|value| !value.is_null());
    let text = |name: &str, before: &Option<String>| check::given(dict, name).or_else(|| before.clone());
    Ok(UserRow {
        id: before.id.clone(),
        name,
        fullname: text("fullname", &before.fullname),
        email: Some(email),
        password_hash: hash,
        about: about.or_else(|| before.about.clone()),
        image_url: text("image_url", &before.image_url),
        plugin_extras: extras.filter(|_| sysadmin).cloned().or_else(|| before.plugin_extras.clone()),
        sysadmin: rights,
        state: dict.text("state").filter(|_| sysadmin).unwrap_or_else(|| before.state.clone()),
        created: before.created,
        last_active: before.last_active,
        activity_streams_email_notifications: notifications
            .map_or(before.activity_streams_email_notifications, |value| loose::bool_of(value).unwrap_or(false)),
    })
}

/// Only sysadmins rename those who have come already (`user_name_validator`).
fn name_of(ctx: &mut Ctx, dict: &Dict, before: &UserRow, errors: &mut ErrorDict) -> Result<String> {
    let name = match dict.0.get("name") {
        None | Some(Value::Null) => return Ok(before.name.clone()),
        Some(Value::String(name)) => name.clone(),
        Some(_) => {
            errors.add("name", "Names must be strings");
            errors.add("name", "User names must be strings");
            return Ok(String::new());
        }
    };
    for fault in name::faults(&name) {
        errors.add("name", fault);
    }
    match find_user(ctx.db()?, &name)? {
        Some(user) if user.id == before.id => {}
        Some(_) => {
            errors.add("name", "The username is already associated with another account. Please use a different username.")
        }
        None if !ctx.actor.is_sysadmin() && before.state != "pending" => {
            errors.add("name", "That login name can not be modified.");
        }
        None => {}
    }
    Ok(name)
}

/// A new password; an empty one changes nothing.
fn password_of(dict: &Dict, errors: &mut ErrorDict) -> Option<String> {
    match dict.0.get("password") {
        None => None,
        Some(Value::String(password)) if password.is_empty() => None,
        Some(Value::String(password)) => {
            if check::is_short(password) {
                errors.add("password", "Your password must be 8 characters or longer");
            }
            Some(password.clone())
        }
        Some(_) => {
            errors.add("password", "Passwords must be strings");
            None
        }
    }
}

/// Only sysadmins give and take all rights, but not their own, nor the site's (`limit_sysadmin_update`).
fn sysadmin_of(ctx: &Ctx, dict: &Dict, before: &UserRow, errors: &mut ErrorDict) -> bool {
    let sent = dict.0.get("sysadmin").filter(|value| !value.is_null() && ctx.actor.is_sysadmin());
    let Some(sysadmin) = sent.map(|value| loose::bool_of(value).unwrap_or(false)) else { return before.sysadmin };
    let site = &ctx.app.settings.site_id;
    if sysadmin != before.sysadmin && ctx.actor.name() != site {
        if ctx.actor.id() == Some(&before.id) {
            errors.add("sysadmin", "Cannot modify your own sysadmin privileges");
        }
        if before.name == *site {
            errors.add("sysadmin", "Cannot modify sysadmin privileges for system user");
        }
    }
    sysadmin
}
