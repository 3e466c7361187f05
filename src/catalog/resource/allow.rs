//! Who may do what with a resource: what he may do with its dataset.

use action::Ctx;
use base::{Error, Result};
use model::{Document, document};

use super::db;
use crate::package;

/// A resource's id and its locked dataset, for someone who may change that.
///
/// # Errors
/// Validation without an id; NotFound; Denied.
pub fn may_change(ctx: &mut Ctx, id: Option<&str>, doing: &str, reason: &str) -> Result<(String, Document)> {
    let id = id.filter(|id| !id.is_empty()).ok_or_else(|| Error::invalid("id", "Missing value"))?;
    let package_id = db::package_of(ctx.db()?, id)?.ok_or_else(|| Error::not_found(reason))?;
    let document = package::db::lock(ctx.db()?, &package_id)?.ok_or_else(|| Error::not_found(reason))?;
    if !package::allow::is_editable(&ctx.app, &ctx.actor, &document) {
        return Err(Error::denied(format!("User {} not authorized to {doing} resource {id}", ctx.actor.name())));
    }
    ctx.meet(|_| {
        let resource = document::parse(&document.body)?.resources.into_iter().find(|resource| resource.id == id);
        Ok(resource.map(|resource| resource.tag()).unwrap_or_default())
    })?;
    Ok((id.to_owned(), document))
}
