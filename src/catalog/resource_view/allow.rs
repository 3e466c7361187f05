//! Who may do what with views: reading is reading the resource, writing is writing its dataset.

use std::sync::Arc;

use action::Ctx;
use base::{Error, Result};
use model::Document;

use crate::{package, resource};

/// The dataset of a resource, for someone who may look at it.
///
/// # Errors
/// NotFound; Denied as `resource_show` says it.
pub fn may_read(ctx: &mut Ctx, resource_id: &str) -> Result<Arc<Document>> {
    let package_id = resource::db::package_of(ctx.db()?, resource_id)?.ok_or_else(|| Error::not_found(""))?;
    let dataset = package::allow::find(ctx, &package_id, "")?;
    if ctx.actor.meets(&dataset.labels) {
        Ok(dataset)
    } else {
        Err(Error::denied(format!("User {} not authorized to read resource {resource_id}", ctx.actor.name())))
    }
}

/// The locked dataset of a resource, for someone who may add to it.
///
/// # Errors
/// NotFound; Denied as `resource_create` says it.
pub fn may_create(ctx: &mut Ctx, resource_id: &str) -> Result<Document> {
    let document = dataset(ctx, resource_id, "Resource was not found.")?;
    if package::allow::is_editable(&ctx.app, &ctx.actor, &document) {
        return Ok(document);
    }
    let name = ctx.actor.name();
    Err(Error::denied(format!("User {name} not authorized to create resources on dataset {}", document.id)))
}

fn dataset(ctx: &mut Ctx, resource_id: &str, reason: &str) -> Result<Document> {
    let package_id = resource::db::package_of(ctx.db()?, resource_id)?.ok_or_else(|| Error::not_found(reason))?;
    package::db::lock(ctx.db()?, &package_id)?.ok_or_else(|| Error::not_found(reason))
}

/// The locked dataset of a resource, for someone who may do that to it.
///
/// # Errors
/// NotFound; Denied as `resource_update` and `resource_delete` say it.
pub fn may_change(ctx: &mut Ctx, resource_id: &str, doing: &str) -> Result<Document> {
    resource::allow::may_change(ctx, Some(resource_id), doing, "Resource was not found.").map(|(_, document)| document)
}
