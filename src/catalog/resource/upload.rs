//! Files of resources: what follows from one that comes with a resource, where it lies, when it goes.

use std::sync::Arc;

use action::{App, Ctx, FileField, FileUse};
use auth::Actor;
use base::{Error, Result, id, time::Stamp};
use files::{Arrival, name};
use model::{Package, Resource, format};
use serde_json::{Map, Value, json};

use super::db;
use crate::package::write;

/// What resources call an uploaded file.
const UPLOAD: &str = "upload";

/// The file that `resource_create` and its like take.
pub const FILES: &[FileField] =
    &[FileField { name: UPLOAD, doc: "The file: its bytes stay here, `url` leads to them.", used: FileUse::Resource }];

/// True when the bytes of a resource are here.
#[must_use]
pub fn is_upload(resource: &Resource) -> bool {
    resource.url_type.as_deref() == Some(UPLOAD)
}

/// Where the file of a resource lies in its storage, as in CKAN's own folders.
#[must_use]
pub fn location(id: &str) -> String {
    let part = |from: usize, to: usize| id.chars().skip(from).take(to - from).collect::<String>();
    format!("{}/{}/{}", part(0, 3), part(3, 6), part(6, id.len()))
}

/// Takes the file out of a resource that a client sent. Name, size, time and checksum follow from it; so does the media
/// type, unless the client or `before`, what the resource was, names one.
#[must_use]
pub fn take(ctx: &Ctx, sent: &mut Map<String, Value>, before: Option<&Resource>) -> Option<Arc<Arrival>> {
    let by_content = ctx.app.settings.files.guess_by_content;
    let arrival =
        sent.shift_remove(UPLOAD).and_then(|upload| ctx.arrival(&upload)).filter(|arrival| !arrival.filename.is_empty());
    let typed = sent.contains_key("mimetype") || before.is_some_and(|before| before.mimetype.is_some());
    let Some(file) = &arrival else {
        let guess = sent.get("url").and_then(Value::as_str).and_then(format::guess_media_type);
        if let (false, false, Some(guess)) = (typed, by_content, guess) {
            sent.insert("mimetype".to_owned(), json!(guess));
        }
        return None;
    };
    let filename = name::munge(&file.filename);
    let media_type = if by_content { Some(file.media_type) } else { format::guess_media_type(&filename) };
    if let (false, Some(media_type)) = (typed, media_type) {
        sent.insert("mimetype".to_owned(), json!(media_type));
    }
    // CKAN leaves the checksum to others; without one a changed file could not be told from a damaged one.
    if sent.get("hash").is_none_or(|hash| hash.as_str() == Some("") || hash.is_null()) {
        sent.insert("hash".to_owned(), json!(file.sha256));
    }
    sent.shift_remove("clear_upload");
    for (key, value) in [
        ("url", json!(filename)),
        ("url_type", json!(UPLOAD)),
        ("size", json!(file.size)),
        ("last_modified", json!(Stamp::now())),
    ] {
        sent.insert(key.to_owned(), value);
    }
    arrival
}

/// Resources of a dataset that say nothing of their media type get the one that their address ends in, as in CKAN.
pub fn guess_types(dataset: &mut Map<String, Value>) {
    let resources = dataset.get_mut("resources").and_then(Value::as_array_mut).into_iter().flatten();
    for resource in resources.filter_map(Value::as_object_mut).filter(|resource| !resource.contains_key("mimetype")) {
        if let Some(guess) = resource.get("url").and_then(Value::as_str).and_then(format::guess_media_type) {
            resource.insert("mimetype".to_owned(), json!(guess));
        }
    }
}

/// Puts the file into its place when the resource is written.
///
/// # Errors
/// Validation for a file that is too large; what the database says.
pub fn put(ctx: &mut Ctx, arrival: Option<Arc<Arrival>>, resource: &Resource) -> Result<()> {
    let Some(arrival) = arrival else { return Ok(()) };
    let settings = &ctx.app.settings.files;
    let storage = settings.resource_storage.clone();
    if arrival.too_large {
        return Err(too_large(settings, (UPLOAD, &storage), (arrival.size, settings.resource_bytes())));
    }
    if !ctx.app.files.needed(&storage)?.accepts(arrival.media_type) {
        return Err(Error::invalid(UPLOAD, format!("Type {} is not supported by storage", arrival.media_type)));
    }
    ctx.place_file((&storage, &location(&resource.id)), &arrival)
}

/// What is said of a file that is too large: in one way where storages are configured, in the old way else.
#[must_use]
pub fn too_large(settings: &files::Settings, (field, storage): (&str, &str), (size, most): (u64, u64)) -> Error {
    if settings.is_configured(storage) {
        Error::invalid(field, format!("Upload size {size} surpasses max allowed size {most}"))
    } else {
        Error::invalid(UPLOAD, "File upload too large")
    }
}

/// Gives the resources of a dataset whose bytes are here the addresses where they are found; `site`: its address.
pub fn link(site: &str, package: &mut Package) {
    for resource in package.resources.iter_mut().filter(|resource| is_upload(resource)) {
        if resource.id.is_empty() {
            resource.id = id::new();
        }
        let filename = name::munge(&resource.url);
        resource.url = format!("{site}/dataset/{}/resource/{}/download/{filename}", package.id, resource.id);
    }
}

/// Gives uploaded files new addresses where the site has moved, in batches of a job each. Answers how many datasets.
///
/// # Errors
/// What the database says.
pub fn relink(app: &Arc<App>) -> Result<usize> {
    let mut done = 0;
    loop {
        let site = app.site().url.clone();
        let mut ctx = Ctx::job(app, &Actor::anonymous());
        let ids = db::with_uploads_elsewhere(ctx.db()?, &format!("{site}/dataset/"))?;
        if ids.is_empty() {
            return Ok(done);
        }
        let changed = write::change_many(&mut ctx, &ids, |package| link(&site, package))?;
        ctx.finish()?;
        done += changed;
        // Those that do not change would come again and again.
        if changed == 0 {
            return Ok(done);
        }
    }
}

/// Removes the files of all resources of a dataset when it is purged. Its rows are asked: a document may be damaged.
///
/// # Errors
/// What the database says.
pub fn clear_all(ctx: &mut Ctx, package_id: &str) -> Result<()> {
    let storage = ctx.app.settings.files.resource_storage.clone();
    let all = db::uploads_of(ctx.db()?, package_id)?;
    all.iter().try_for_each(|id| ctx.remove_file((&storage, &location(id))))
}

/// Removes the files of resources that are no more, or are links now, when the dataset is written.
///
/// # Errors
/// What the database says.
pub fn clear(ctx: &mut Ctx, before: &Package, after: &Package) -> Result<()> {
    let storage = ctx.app.settings.files.resource_storage.clone();
    for gone in before.resources.iter().filter(|resource| is_upload(resource)) {
        if !after.resources.iter().any(|resource| resource.id == gone.id && is_upload(resource)) {
            ctx.remove_file((&storage, &location(&gone.id)))?;
        }
    }
    Ok(())
}
