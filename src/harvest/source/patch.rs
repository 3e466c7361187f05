//! `harvest_source_patch`.

use action::{Action, Ctx, Kind};
use base::Result;
use serde_json::Value;

use super::{allow, create::fields, db::Source, update};

action::declare! {
    /// Changes some fields of a harvest source; all others stay.
    pub struct Patch;
    /// `id` and the fields to change.
    pub struct PatchParams(fields());
}

impl Action for Patch {
    const NAME: &'static str = "harvest_source_patch";
    const KIND: Kind = Kind::Write;
    type Params = PatchParams;
    type Subject = Source;
    type Output = Value;

    fn allow(ctx: &mut Ctx, params: &PatchParams) -> Result<Source> {
        allow::may_update(ctx, params.0.text("id").as_ref(), "id")
    }

    fn run(ctx: &mut Ctx, params: PatchParams, found: Source) -> Result<Value> {
        update::change(ctx, &params.0, found)
    }
}
