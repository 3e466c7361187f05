//! `resource_patch`.

use action::{Action, Ctx, Kind};
use base::Result;
use model::{Document, Resource};
use serde_json::Value;

use super::{allow, create::fields, write};

action::declare! {
    /// Changes some fields of a resource; all others stay.
    pub struct Patch;
    /// `id` and the fields to change.
    pub struct PatchParams(fields());
}

impl Action for Patch {
    const NAME: &'static str = "resource_patch";
    const KIND: Kind = Kind::Write;
    type Params = PatchParams;
    type Subject = (String, Document);
    type Output = Resource;

    fn allow(ctx: &mut Ctx, params: &PatchParams) -> Result<(String, Document)> {
        allow::may_change(ctx, params.0.text("id").as_deref(), "edit", "Resource was not found.")
    }

    fn run(ctx: &mut Ctx, params: PatchParams, (id, document): (String, Document)) -> Result<Resource> {
        let (stored, place) = write::store(ctx, document, |items| {
            let place = write::place_of(items, &id)?;
            if let Some(Value::Object(item)) = items.get_mut(place) {
                item.extend(params.0.0);
            }
            Ok(place)
        })?;
        write::at(&stored.package, place)
    }
}
