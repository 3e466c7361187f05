//! Who may choose a dataset's collaborators (CKAN's `can_manage_collaborators`), and what they may be.

use std::sync::Arc;

use action::Ctx;
use auth::{Permission, Role};
use base::{Error, Result};
use model::Document;

use crate::package;

/// The dataset whose collaborators the caller may choose: an admin of its organization, its collaborator who is an admin,
/// or who made it when it has no organization and need not have one. `doing` is CKAN's word in the message.
///
/// # Errors
/// NotFound with `reason`; Denied.
pub fn may_manage(ctx: &mut Ctx, key: &str, reason: &str, doing: &str) -> Result<Arc<Document>> {
    let document = package::allow::find(ctx, key, reason)?;
    let (actor, rules) = (&ctx.actor, &ctx.app.settings.auth);
    let allowed = actor.is_sysadmin()
        || actor.collaborates(&document.id) == Some(Role::Admin)
        || match &document.owner_org {
            Some(owner) => actor.may(Permission::Membership, owner),
            None => {
                rules.create_dataset_if_not_in_organization
                    && rules.create_unowned_dataset
                    && actor.id().is_some()
                    && model::document::parse(&document.body)?.creator_user_id.as_deref() == actor.id()
            }
        };
    if allowed {
        return Ok(document);
    }
    Err(Error::denied(format!("User {} not authorized to {doing} this dataset", actor.name())))
}

/// The portal has collaborators.
///
/// # Errors
/// Validation.
pub fn enabled(ctx: &Ctx) -> Result<()> {
    if ctx.app.settings.auth.allow_dataset_collaborators {
        Ok(())
    } else {
        Err(Error::invalid_text("Dataset collaborators not enabled"))
    }
}

/// Reads a capacity that this portal offers; `what` is CKAN's word for it in the message.
///
/// # Errors
/// Validation.
pub fn capacity(ctx: &Ctx, text: &str, what: &str) -> Result<Role> {
    let admins = ctx.app.settings.auth.allow_admin_collaborators;
    let role = Role::parse(text).filter(|role| admins || *role != Role::Admin);
    role.ok_or_else(|| {
        let offered = if admins { "admin, editor, member" } else { "editor, member" };
        Error::invalid_text(format!("{what} must be one of \"{offered}\""))
    })
}

/// As [`capacity`], where one may be left out.
///
/// # Errors
/// Validation.
pub fn wanted(ctx: &Ctx, text: Option<&String>) -> Result<Option<Role>> {
    text.filter(|text| !text.is_empty()).map(|text| capacity(ctx, text, "Capacity")).transpose()
}
