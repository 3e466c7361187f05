//! `resource_create`.

use action::{Action, Ctx, Field, FileField, Kind};
use base::{Error, Result, loose::Loose};
use model::{Document, Resource};
use serde_json::Value;

use super::{upload, write};
use crate::package::{self, allow::needed};

action::declare! {
    /// Adds a resource to a dataset. Keys that the catalog does not know are kept with it.
    pub struct Create;
    /// The resource; `package_id` says where it goes.
    pub struct CreateParams(fields());
}

/// What clients may send of a resource.
#[must_use]
pub fn fields() -> Vec<Field> {
    let field = |name, doc, schema| Field { name, doc, schema };
    let text = String::schema;
    vec![
        field("id", "Id of what changes; of a new one a UUID of the caller's choice.", text()),
        field("package_id", "Id or name of the dataset of a new one.", text()),
        field("url", "Address.", text()),
        field("clear_upload", "True: the uploaded file goes, `url` is a link.", bool::schema()),
        field("name", "Name.", text()),
        field("description", "Description, Markdown.", text()),
        field("format", "Format; guessed from the address when left out.", text()),
        field("hash", "Checksum.", text()),
        field("mimetype", "Media type.", text()),
        field("mimetype_inner", "Media type of what is inside.", text()),
        field("resource_type", "Kind of resource.", text()),
        field("size", "Bytes.", i64::schema()),
        field("created", "When it was made, ISO 8601.", text()),
        field("last_modified", "When its content changed last, ISO 8601.", text()),
        field("cache_url", "Address of a copy.", text()),
        field("cache_last_updated", "When the copy was made, ISO 8601.", text()),
    ]
}

impl Action for Create {
    const NAME: &'static str = "resource_create";
    const KIND: Kind = Kind::Write;
    const FILES: &'static [FileField] = upload::FILES;
    type Params = CreateParams;
    type Subject = Document;
    type Output = Resource;

    fn allow(ctx: &mut Ctx, params: &CreateParams) -> Result<Document> {
        let sent = params.0.text("package_id");
        let key = needed(sent.as_ref(), "package_id")?;
        let document = package::db::lock(ctx.db()?, key)?.ok_or_else(|| Error::not_found(""))?;
        if !package::allow::is_editable(&ctx.app, &ctx.actor, &document) {
            return Err(Error::denied(format!("User {} not authorized to create resources on dataset {key}", ctx.actor.name())));
        }
        // Of the dataset: the resource has none yet.
        ctx.meet(|_| Ok(document.tag()))?;
        Ok(document)
    }

    fn run(ctx: &mut Ctx, params: CreateParams, document: Document) -> Result<Resource> {
        let mut item = params.0.0;
        let file = upload::take(ctx, &mut item, None);
        let (stored, place) = write::store(ctx, document, |items| {
            items.push(Value::Object(item));
            Ok(items.len() - 1)
        })?;
        let resource = write::at(ctx, &stored.package, place)?;
        upload::put(ctx, file, &resource)?;
        Ok(resource)
    }
}
