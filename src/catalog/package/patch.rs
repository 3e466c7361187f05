//! `package_patch`.

use action::{Action, Ctx, Kind, Raw};
use base::{Error, Result};
use model::Document;

use super::{
    allow,
    create::fields,
    write::{Incoming, store_one},
};

action::declare! {
    /// Changes some fields of a dataset; all others stay. Lists (resources, tags, extras, groups) are replaced whole.
    pub struct Patch;
    /// `id` (id or name) and the fields to change.
    pub struct PatchParams(fields());
}

impl Action for Patch {
    const NAME: &'static str = "package_patch";
    const KIND: Kind = Kind::Write;
    type Params = PatchParams;
    type Subject = Document;
    type Output = Raw;

    fn allow(ctx: &mut Ctx, params: &PatchParams) -> Result<Document> {
        let Some(key) = params.0.text("id") else {
            return Err(if ctx.actor.is_sysadmin() {
                Error::invalid("id", "Missing value")
            } else {
                Error::invalid_text("Missing id, can not get Package object")
            });
        };
        let document = allow::may_update(ctx, &key, "")?;
        allow::may_use_groups(ctx, &params.0.0, &document.groups)?;
        Ok(document)
    }

    fn run(ctx: &mut Ctx, params: PatchParams, document: Document) -> Result<Raw> {
        let incoming = Incoming { id: Some(document.id.clone()), dict: params.0.0, patch: true };
        let stored = store_one(ctx, incoming, Some(document))?.into_stored()?;
        Ok(Raw(stored.show(ctx)))
    }
}
