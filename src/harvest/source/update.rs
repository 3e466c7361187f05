//! `harvest_source_update`.

use action::{Action, Ctx, Dict, Kind};
use base::{ErrorDict, Result};
use serde_json::Value;
use store::changes;

use super::{allow, check, create::fields, db, db::Source, view};
use crate::run;

action::declare! {
    /// Changes a harvest source.
    ///
    /// It is sent with its name, url and source_type (`harvest_source_patch` takes parts); what else is left out stays. An
    /// `api_key` of `***` in `config` keeps the stored key; a configuration without one forgets it.
    pub struct Update;
    /// The source; `id` says which.
    pub struct UpdateParams(fields());
}

impl Action for Update {
    const NAME: &'static str = "harvest_source_update";
    const KIND: Kind = Kind::Write;
    type Params = UpdateParams;
    type Subject = Source;
    type Output = Value;

    fn allow(ctx: &mut Ctx, params: &UpdateParams) -> Result<Source> {
        let key = params.0.text("id").or_else(|| params.0.text("name"));
        allow::may_update(ctx, key.as_ref(), "id")
    }

    fn run(ctx: &mut Ctx, params: UpdateParams, found: Source) -> Result<Value> {
        // A source is sent whole; harvest_source_patch takes parts.
        let mut errors = ErrorDict::default();
        for (field, other) in [("name", "name"), ("url", "url"), ("source_type", "type")] {
            if [field, other].iter().all(|field| params.0.text(field).is_none_or(|text| text.is_empty())) {
                errors.add(field, "Missing value");
            }
        }
        errors.into_result()?;
        change(ctx, &params.0, found)
    }
}

/// Stores what is new of a source, and answers it.
///
/// # Errors
/// Validation with all faults.
pub fn change(ctx: &mut Ctx, dict: &Dict, found: Source) -> Result<Value> {
    // Of two updates at once the second starts from what the first wrote.
    let old = db::lock(ctx.db()?, &found.id)?.unwrap_or(found);
    let source = check::read(ctx, dict, Some(old.clone()))?;
    if (Source { modified: old.modified, ..source.clone() }) != old {
        db::update(ctx.db()?, &source)?;
        ctx.log(changes::Entity::HarvestSource, &source.id, changes::Kind::Update)?;
        run::wake::up();
        return view::whole(ctx, &source);
    }
    view::whole(ctx, &old)
}
