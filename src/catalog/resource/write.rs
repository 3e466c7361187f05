//! Writing one resource: its dataset is stored with it, by the one write path of datasets.

use action::Ctx;
use base::{Error, ErrorDict, Result};
use model::{Document, Package, Resource, document};
use serde_json::{Map, Value};

use crate::{
    package::write::{Incoming, Stored, store_one},
    resource_view::defaults,
};

/// What happens to the list of resources. Each item is a resource as clients send it.
pub fn store(
    ctx: &mut Ctx,
    locked: Document,
    change: impl FnOnce(&mut Vec<Value>) -> Result<usize>,
) -> Result<(Box<Stored>, usize)> {
    let package = document::parse(&locked.body)?;
    let mut items = package.resources.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>().map_err(Error::internal)?;
    let place = change(&mut items)?;
    let dict: Map<String, Value> = [("resources".to_owned(), Value::Array(items))].into_iter().collect();
    let incoming = Incoming { id: Some(locked.id.clone()), dict, patch: true };
    let stored = store_one(ctx, incoming, Some(locked)).and_then(crate::package::Outcome::into_stored);
    let stored = stored.map_err(|error| unnest(error, place))?;
    give_views(ctx, &package, &stored, place)?;
    Ok((stored, place))
}

/// A resource that is new or of another format gets the views that the site makes by itself.
fn give_views(ctx: &mut Ctx, before: &Package, stored: &Stored, place: usize) -> Result<()> {
    let Some(resource) = stored.package.resources.get(place) else { return Ok(()) };
    if before.resources.iter().any(|old| old.id == resource.id && old.format == resource.format) {
        return Ok(());
    }
    let kinds: Vec<_> = defaults::kinds(&ctx.app.settings).filter(|plugin| !plugin.of_datastore).collect();
    defaults::give(ctx, &stored.document(), std::slice::from_ref(resource), &kinds).map(drop)
}

/// A fault of the resource itself is told as the resource's, not as one of a list (ckan-api 4).
fn unnest(error: Error, place: usize) -> Error {
    let Some(items) = error.dict().fields().get("resources").and_then(Value::as_array) else { return error };
    let Some(fields) = items.get(place).and_then(Value::as_object).filter(|fields| !fields.is_empty()) else { return error };
    let mut dict = ErrorDict::default();
    for (field, messages) in fields {
        dict.set(field, messages.clone());
    }
    Error::validation(dict)
}

/// The resource at a place; its version is told.
///
/// # Errors
/// Internal, if there is none.
pub fn at(ctx: &mut Ctx, package: &Package, place: usize) -> Result<Resource> {
    let resource = package.resources.get(place).cloned().ok_or_else(|| Error::internal("a resource got lost"))?;
    ctx.tell_version(resource.tag());
    Ok(resource)
}

/// The place of a resource in the list of its dataset.
///
/// # Errors
/// NotFound.
pub fn place_of(items: &[Value], id: &str) -> Result<usize> {
    items
        .iter()
        .position(|item| item.get("id").and_then(Value::as_str) == Some(id))
        .ok_or_else(|| Error::not_found("Resource was not found."))
}
