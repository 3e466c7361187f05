//! `resource_patch`.

use action::{Action, Ctx, FileField, Kind};
use base::Result;
use model::{Document, Resource, check::resource::is_cleared, document};
use serde_json::Value;

use super::{allow, create::fields, upload, write};

action::declare! {
    /// Changes some fields of a resource; all others stay.
    pub struct Patch;
    /// `id` and the fields to change.
    pub struct PatchParams(fields());
}

impl Action for Patch {
    const NAME: &'static str = "resource_patch";
    const KIND: Kind = Kind::Write;
    const FILES: &'static [FileField] = upload::FILES;
    type Params = PatchParams;
    type Subject = (String, Document);
    type Output = Resource;

    fn allow(ctx: &mut Ctx, params: &PatchParams) -> Result<(String, Document)> {
        allow::may_change(ctx, params.0.text("id").as_deref(), "edit", "Resource was not found.")
    }

    fn run(ctx: &mut Ctx, params: PatchParams, (id, document): (String, Document)) -> Result<Resource> {
        let mut sent = params.0.0;
        let package = document::parse(&document.body)?;
        let file = upload::take(ctx, &mut sent, package.resources.iter().find(|resource| resource.id == id));
        let (stored, place) = write::store(ctx, document, |items| {
            let place = write::place_of(items, &id)?;
            if let Some(Value::Object(item)) = items.get_mut(place) {
                // A file that is taken away takes its checksum with it.
                if is_cleared(&sent) {
                    item.shift_remove("hash");
                }
                item.extend(sent);
            }
            Ok(place)
        })?;
        let resource = write::at(ctx, &stored.package, place)?;
        upload::put(ctx, file, &resource)?;
        Ok(resource)
    }
}
