//! `resource_update`.

use action::{Action, Ctx, FileField, Kind};
use base::Result;
use model::{Document, Resource};
use serde_json::Value;

use super::{allow, create::fields, upload, write};

action::declare! {
    /// Replaces a resource. What is left out becomes empty, but for name, format, hash, size, dates and cache, which
    /// stay.
    pub struct Update;
    /// The resource; `id` says which.
    pub struct UpdateParams(fields());
}

impl Action for Update {
    const NAME: &'static str = "resource_update";
    const KIND: Kind = Kind::Write;
    const FILES: &'static [FileField] = upload::FILES;
    type Params = UpdateParams;
    type Subject = (String, Document);
    type Output = Resource;

    fn allow(ctx: &mut Ctx, params: &UpdateParams) -> Result<(String, Document)> {
        allow::may_change(ctx, params.0.text("id").as_deref(), "edit", "Resource was not found.")
    }

    fn run(ctx: &mut Ctx, params: UpdateParams, (id, document): (String, Document)) -> Result<Resource> {
        let mut sent = params.0.0;
        let file = upload::take(ctx, &mut sent, None);
        let (stored, place) = write::store(ctx, document, |items| {
            let place = write::place_of(items, &id)?;
            if let Some(item) = items.get_mut(place) {
                *item = Value::Object(sent);
            }
            Ok(place)
        })?;
        let resource = write::at(ctx, &stored.package, place)?;
        upload::put(ctx, file, &resource)?;
        Ok(resource)
    }
}
