//! Who may do what with a file: its owner, whoever may do it with what it belongs to, and sysadmins.

use action::Ctx;
use auth::Permission;
use base::{Error, Kind, Result};

use super::db::{self, Owned};
use crate::{
    group::{self, Family},
    package, resource,
};

/// What somebody wants of a file or of its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    Show,
    Update,
    Delete,
}

impl Doing {
    /// CKAN's reason for a refusal.
    fn refusal(self) -> &'static str {
        match self {
            Self::Show => "Not allowed to read file",
            Self::Update => "Not allowed to edit file",
            Self::Delete => "Not allowed to delete file",
        }
    }
}

/// CKAN's words to somebody without a token, where an action is not for everybody.
///
/// # Errors
/// Denied.
pub fn must_be_known(ctx: &Ctx, action: &str) -> Result<()> {
    if ctx.actor.is_anonymous() {
        return Err(Error::denied(format!("Action {action} requires an authenticated user")));
    }
    Ok(())
}

/// The file, for somebody who may do this with it; `action` locks it if it changes it.
///
/// # Errors
/// NotFound with `missing` for a sysadmin, Denied for others, who do not learn which files there are.
pub fn may(ctx: &mut Ctx, id: &str, doing: Doing, (action, missing): (&str, &str)) -> Result<Owned> {
    if doing != Doing::Show {
        must_be_known(ctx, action)?;
    }
    let found = db::find(ctx.db()?, id, doing != Doing::Show)?;
    if ctx.actor.is_sysadmin() {
        return found.ok_or_else(|| Error::not_found(missing));
    }
    match found {
        Some(owned) if permits(ctx, &owned, doing)? => Ok(owned),
        _ => Err(Error::denied(doing.refusal())),
    }
}

/// True when the file is the caller's, or what it belongs to lets him.
///
/// # Errors
/// NotFound, if that is gone.
pub fn permits(ctx: &mut Ctx, (file, owner): &Owned, doing: Doing) -> Result<bool> {
    if ctx.actor.is_sysadmin() {
        return Ok(true);
    }
    let Some(owner) = owner else { return Ok(false) };
    if owner.owner_type == "user" && ctx.actor.id() == Some(&owner.owner_id) {
        return Ok(true);
    }
    let storages = ctx.app.settings.files.cascade.get(&owner.owner_type);
    if !storages.is_some_and(|storages| storages.is_empty() || storages.contains(&file.storage)) {
        return Ok(false);
    }
    owner_permits(ctx, (&owner.owner_type, &owner.owner_id), doing)
}

/// True when the caller may do this with an owner of files.
///
/// # Errors
/// NotFound, if there is no such owner.
pub fn owner_permits(ctx: &mut Ctx, (kind, id): (&str, &str), doing: Doing) -> Result<bool> {
    if ctx.actor.is_sysadmin() {
        return Ok(true);
    }
    match kind {
        "package" => of_package(ctx, id, doing),
        "resource" => {
            let package_id = resource::db::package_of(ctx.db()?, id)?.ok_or_else(|| Error::not_found(""))?;
            of_package(ctx, &package_id, doing)
        }
        "group" => of_group(ctx, Family::Group, id, doing),
        "organization" => of_group(ctx, Family::Organization, id, doing),
        "user" => Ok(match doing {
            Doing::Show => ctx.app.settings.auth.public_user_details || !ctx.actor.is_anonymous(),
            Doing::Update => ctx.actor.as_user().is_some_and(|user| user.id == id || user.name == id),
            Doing::Delete => false,
        }),
        _ => Ok(false),
    }
}

fn of_package(ctx: &mut Ctx, id: &str, doing: Doing) -> Result<bool> {
    let dataset = package::allow::find(ctx, id, "")?;
    Ok(match doing {
        Doing::Show => ctx.actor.meets(&dataset.labels),
        Doing::Update | Doing::Delete => package::allow::is_editable(&ctx.app, &ctx.actor, &dataset),
    })
}

fn of_group(ctx: &mut Ctx, family: Family, id: &str, doing: Doing) -> Result<bool> {
    let group = group::allow::find(ctx, family, id, "Group was not found.")?;
    let rules = &ctx.app.settings.auth;
    let may_delete = match family {
        Family::Organization => rules.user_delete_organizations,
        Family::Group => rules.user_delete_groups,
    };
    let is_admin = ctx.actor.may(Permission::Admin, &group.row.id);
    match doing {
        Doing::Show => match group::allow::may_read(ctx, &group.row, false) {
            Err(error) if error.kind() == Kind::Denied => Ok(false),
            outcome => outcome.map(|()| true),
        },
        Doing::Update => Ok(is_admin),
        Doing::Delete => Ok(is_admin && may_delete),
    }
}
