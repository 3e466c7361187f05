//! Users, and what the command line does with them.

pub mod allow;
pub mod autocomplete;
pub mod check;
pub mod create;
pub mod db;
pub mod delete;
pub mod invite;
pub mod list;
pub mod patch;
pub mod reset;
pub mod show;
pub mod site_user;
pub mod update;
pub mod view;

use action::{Ctx, Row};
use auth::Actor;
use base::{Error, Result, id};
use catalog::member::db::{UserRow, find_user};
use store::changes;

use crate::session;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![
        Row::of::<autocomplete::Autocomplete>(),
        Row::of::<create::Create>(),
        Row::of::<delete::Delete>(),
        Row::of::<invite::Invite>(),
        Row::of::<list::List>(),
        Row::of::<patch::Patch>(),
        Row::of::<show::Show>(),
        Row::of::<site_user::Show>(),
        Row::of::<update::Update>(),
    ]
}

/// The user that the program acts as (`ckan.site_id`); made when there is none. Nobody can log in as him: he has no
/// password and no address.
///
/// # Errors
/// What the database says.
pub fn ensure_site_user(ctx: &mut Ctx) -> Result<Actor> {
    let name = ctx.app.settings.site_id.clone();
    if db::insert_site_user(ctx.db()?, &id::new(), &name)? {
        let made = find_user(ctx.db()?, &name)?.ok_or_else(|| Error::internal("the site user is missing"))?;
        ctx.log(changes::Entity::User, &made.id, changes::Kind::Create)?;
    }
    let user = db::find_by_name(ctx.db()?, &name)?.ok_or_else(|| Error::internal("the site user is missing"))?;
    Ok(Actor::site(&user.id, &user.name))
}

/// Gives a user all rights, or takes them away.
///
/// # Errors
/// NotFound.
pub fn set_sysadmin(ctx: &mut Ctx, name: &str, sysadmin: bool) -> Result<()> {
    let user = locked(ctx, name)?;
    if user.sysadmin == sysadmin {
        return Ok(());
    }
    db::set_sysadmin(ctx.db()?, &user.id, sysadmin)?;
    ctx.log(changes::Entity::User, &user.id, changes::Kind::Update)
}

/// Deletes a user: his tokens and memberships end, his name stays taken, his datasets stay.
///
/// # Errors
/// NotFound; Validation for the site's own user.
pub fn remove(ctx: &mut Ctx, name: &str) -> Result<()> {
    let user = locked(ctx, name)?;
    if user.name == ctx.app.settings.site_id {
        return Err(Error::invalid_text("The user that the site itself acts as cannot be deleted"));
    }
    session::end_all(ctx, &user.id)?;
    db::delete(ctx.db()?, &user.id)?;
    ctx.log(changes::Entity::User, &user.id, changes::Kind::Delete)
}

fn locked(ctx: &mut Ctx, name: &str) -> Result<UserRow> {
    let missing = || Error::not_found("User not found");
    let user = find_user(ctx.db()?, name)?.ok_or_else(missing)?;
    db::lock(ctx.db()?, &user.id)?.filter(|user| user.state != "deleted").ok_or_else(missing)
}
