//! Who may do what with a source (harvest-actions.tsv): a source counts as a dataset of its organization.

use action::Ctx;
use auth::Permission;
use base::{Error, Result};

use super::db::{self, Source};

/// The source by id, name or URL.
///
/// # Errors
/// Validation without a key; NotFound, also for one that was deleted.
pub fn find(ctx: &mut Ctx, key: Option<&String>, field: &str) -> Result<Source> {
    let key = catalog::package::allow::needed(key, field)?;
    let missing = || Error::not_found("Harvest source was not found.");
    db::find(ctx.db()?, key)?.filter(|source| source.state != "deleted").ok_or_else(missing)
}

/// True when the caller may see the source.
#[must_use]
pub fn is_readable(ctx: &Ctx, source: &Source) -> bool {
    !source.private
        || ctx.actor.is_sysadmin()
        || source.owner_org.as_deref().is_some_and(|owner| ctx.actor.may(Permission::Read, owner))
}

/// A source that the caller may see.
///
/// # Errors
/// As [`find`]; Denied.
pub fn may_read(ctx: &mut Ctx, key: Option<&String>, field: &str) -> Result<Source> {
    let source = find(ctx, key, field)?;
    if is_readable(ctx, &source) {
        return Ok(source);
    }
    Err(Error::denied(format!("User {} not authorized to read harvest source {}", ctx.actor.name(), source.id)))
}

/// True when the caller may change the source and run it.
#[must_use]
pub fn is_editable(ctx: &Ctx, source: &Source) -> bool {
    ctx.actor.is_sysadmin() || source.owner_org.as_deref().is_some_and(|owner| ctx.actor.may(Permission::UpdateDataset, owner))
}

/// A source that the caller may change and run.
///
/// # Errors
/// As [`find`]; Denied.
pub fn may_update(ctx: &mut Ctx, key: Option<&String>, field: &str) -> Result<Source> {
    let source = find(ctx, key, field)?;
    may_edit(ctx, &source)?;
    Ok(source)
}

/// The same for a source at hand.
///
/// # Errors
/// Denied.
pub fn may_edit(ctx: &Ctx, source: &Source) -> Result<()> {
    if is_editable(ctx, source) {
        return Ok(());
    }
    Err(Error::denied(format!("User {} not authorized to update harvest source {}", ctx.actor.name(), source.id)))
}
