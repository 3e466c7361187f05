//! `user_invite`.

use action::{Action, Ctx, Dict, Kind};
use auth::{Permission, Role};
use base::{Error, ErrorDict, Result, id, time::Stamp};
use catalog::{
    group::{self, Family},
    member::{
        self,
        db::{UserRow, accounts, find_user},
        view::public,
    },
};
use serde_json::{Map, Value, json};
use store::{changes, quotes::GroupRow};

use super::{check, db, reset, view};
use crate::mail::{self, Mail};

/// How often a name is tried.
const TRIES: usize = 100;
/// Characters of the address in the name.
const NAME: usize = 90;

action::declare! {
    /// Makes a user who has still to choose a password, a member of an organization or group, and tells him by e-mail.
    ///
    /// For its admins. Without a mail that could be sent nothing is done.
    pub struct Invite;
    /// Who becomes what, and where.
    pub struct InviteParams {
        /// His e-mail address.
        email: String,
        /// Id or name of the organization or group.
        group_id: String,
        /// admin, editor or member.
        role: String,
    }
}

impl Action for Invite {
    const NAME: &'static str = "user_invite";
    const KIND: Kind = Kind::Write;
    type Params = InviteParams;
    /// The locked organization or group; nothing when a sysadmin names none.
    type Subject = Option<GroupRow>;
    type Output = Map<String, Value>;

    fn allow(ctx: &mut Ctx, params: &InviteParams) -> Result<Option<GroupRow>> {
        let key = params.group_id.as_deref().unwrap_or_default();
        let row = match group::db::lock(ctx.db()?, Family::Organization, key)? {
            Some(row) => Some(row),
            None => group::db::lock(ctx.db()?, Family::Group, key)?,
        };
        let allowed = match &row {
            Some(row) => ctx.actor.may(Permission::Membership, &row.id),
            // CKAN fails without an id; here who has a name reads what is missing.
            None => ctx.actor.is_sysadmin() || (key.is_empty() && !ctx.actor.is_anonymous()),
        };
        if allowed {
            return Ok(row);
        }
        Err(Error::denied(format!("User {} not authorized to add members", ctx.actor.name())))
    }

    fn run(ctx: &mut Ctx, params: InviteParams, row: Option<GroupRow>) -> Result<Map<String, Value>> {
        let (email, role) = checked(ctx, &params)?;
        let row = row.ok_or_else(|| Error::not_found(""))?;
        let role = Role::parse(&role).ok_or_else(|| Error::invalid("role", "role does not exist."))?;
        let user = pending(free_name(ctx, &email)?, email.clone());
        db::insert(ctx.db()?, &user)?;
        ctx.log(changes::Entity::User, &user.id, changes::Kind::Create)?;
        member::db::put(ctx.db()?, &row.id, &user.id, role.as_str())?;
        ctx.log(changes::Entity::Member, &row.id, changes::Kind::Update)?;
        let mut found = accounts(ctx.db()?, std::slice::from_ref(&user.id))?;
        let sysadmin = ctx.actor.is_sysadmin();
        let shown = |account| if sysadmin { view::user(ctx, &account, true) } else { public(ctx, &account) };
        let map = found.remove(&user.id).map(shown).unwrap_or_default();
        let invitation = invitation(ctx, &user, &row, role)?;
        mail::send(&ctx.app, &Mail { to: &email, ..invitation })
            .map_err(|error| Error::invalid_text(format!("Error sending the invite email, the user was not created: {error}")))?;
        Ok(map)
    }
}

/// Address and role; gathers all faults (`default_user_invite_schema`).
fn checked(ctx: &mut Ctx, params: &InviteParams) -> Result<(String, String)> {
    let mut errors = ErrorDict::default();
    let dict = Dict([("email".to_owned(), json!(params.email))].into_iter().collect());
    let email = check::email(ctx, &dict, &[], &mut errors)?;
    for (field, value) in [("group_id", &params.group_id), ("role", &params.role)] {
        if value.as_deref().unwrap_or_default().is_empty() {
            errors.add(field, "Missing value");
        }
    }
    errors.into_result()?;
    Ok((email, params.role.clone().unwrap_or_default()))
}

/// A name that reads like the address, with a number behind it.
fn free_name(ctx: &mut Ctx, email: &str) -> Result<String> {
    let local = email.split('@').next().unwrap_or_default();
    let letter = |letter: char| if letter.is_ascii_alphanumeric() || letter == '_' { letter.to_ascii_lowercase() } else { '-' };
    let begin: String = local.chars().take(NAME).map(letter).collect();
    for _ in 0..TRIES {
        let [one, other, ..] = auth::token::hash(&auth::token::random_text()?);
        let name = format!("{begin}-{}", u16::from_be_bytes([one, other]) % 10_000);
        if find_user(ctx.db()?, &name)?.is_none() {
            return Ok(name);
        }
    }
    Err(Error::invalid("name", "The username is already associated with another account. Please use a different username."))
}

fn pending(name: String, email: String) -> UserRow {
    UserRow {
        id: id::new(),
        name,
        fullname: None,
        email: Some(email),
        password_hash: None,
        about: None,
        image_url: None,
        plugin_extras: None,
        sysadmin: false,
        state: "pending".to_owned(),
        created: Stamp::now().naive(),
        last_active: None,
        activity_streams_email_notifications: false,
    }
}

fn invitation(ctx: &Ctx, user: &UserRow, row: &GroupRow, role: Role) -> Result<Mail<'static>> {
    let site = ctx.app.site();
    let kind = if row.is_organization { "organization" } else { "group" };
    let link = reset::link(ctx, user)?;
    let body = format!(
        "Hello {name},\n\n{title} has a place for you: the {kind} {group} made you its {role}.\n\nYour user name is {name}. \
         To come in, choose a password within a week:\n\n    {link}\n\n-- \n{title}, {url}\n",
        name = user.name,
        title = site.title,
        group = row.display_name(),
        role = role.as_str(),
        url = site.url,
    );
    Ok(Mail { to: "", subject: format!("Invite for {}", site.title), body })
}
