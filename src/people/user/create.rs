//! `user_create`.

use action::{Action, Ctx, Dict, Field, FileField, Kind};
use base::{Result, loose, loose::Loose};
use catalog::{
    activity,
    member::db::{UserRow, accounts},
    picture::{self, Of},
};
use serde_json::{Map, Value, json};
use store::changes;

use super::{allow, check, db, view};
use crate::token;

action::declare! {
    /// Creates a user, who is active at once.
    pub struct Create;
    /// The user.
    pub struct CreateParams(fields());
}

pub(super) fn fields() -> Vec<Field> {
    let field = |name, doc, schema| Field { name, doc, schema };
    let text = String::schema;
    vec![
        field("name", "Unique name: 2 to 100 of a-z, 0-9, - and _.", text()),
        field("email", "E-mail address, unique.", text()),
        field("password", "At least 8 characters.", text()),
        field("password_hash", "In place of a password: a hash as CKAN stores it, or argon2's; sysadmins only.", text()),
        field("id", "A UUID; sysadmins only.", text()),
        field("fullname", "The name as people say it.", text()),
        field("about", "A few words; no links.", text()),
        field("image_url", "Address of a picture.", text()),
        field("clear_upload", "True: the uploaded picture goes.", bool::schema()),
        field("plugin_extras", "What plugins store; sysadmins only.", json!({"type": "object"})),
        field("sysadmin", "True: may do everything; sysadmins only.", bool::schema()),
        field("state", "active, pending or deleted; sysadmins only.", text()),
        field("activity_streams_email_notifications", "True: wants e-mails.", bool::schema()),
        field("with_apitoken", "True: makes an API token called default and answers it as token.", bool::schema()),
    ]
}

impl Action for Create {
    const NAME: &'static str = "user_create";
    const KIND: Kind = Kind::Write;
    const FILES: &'static [FileField] = picture::OF_USER;
    type Params = CreateParams;
    type Subject = ();
    type Output = Map<String, Value>;

    fn allow(ctx: &mut Ctx, _params: &CreateParams) -> Result<()> {
        allow::may_create(ctx)
    }

    fn run(ctx: &mut Ctx, params: CreateParams, (): ()) -> Result<Map<String, Value>> {
        let mut params = params;
        let user = store(ctx, &mut params.0)?;
        let mut found = accounts(ctx.db()?, std::slice::from_ref(&user.id))?;
        let mut map = found.remove(&user.id).map(|account| view::user(ctx, &account, true)).unwrap_or_default();
        if ctx.actor.is_sysadmin() && params.0.0.get("plugin_extras").is_some_and(|extras| !extras.is_null()) {
            map.insert("plugin_extras".to_owned(), user.plugin_extras.unwrap_or(Value::Null));
        }
        if params.0.0.get("with_apitoken").and_then(loose::bool_of).unwrap_or(false) {
            let (_id, token) = token::create::store(ctx, &user.id, "default")?;
            map.insert("token".to_owned(), Value::String(token.reveal().to_owned()));
        }
        Ok(map)
    }
}

/// Stores a new user after whoever asks for it was found to be allowed.
///
/// # Errors
/// Validation with all faults.
pub fn store(ctx: &mut Ctx, dict: &mut Dict) -> Result<UserRow> {
    let file = picture::take(ctx, Of::User, &mut dict.0, None)?;
    let user = check::new_user(ctx, dict)?;
    db::insert(ctx.db()?, &user)?;
    picture::put(ctx, Of::User, file, user.image_url.as_deref().unwrap_or_default())?;
    ctx.log(changes::Entity::User, &user.id, changes::Kind::Create)?;
    activity::write::user(ctx, &user.id, "new")?;
    Ok(user)
}
