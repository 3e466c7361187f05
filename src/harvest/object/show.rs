//! `harvest_object_show`.

use action::{Action, Ctx, Kind};
use base::{Error, Result, time::Stamp};
use serde_json::{Value, json};

use super::{db, db::Object};
use crate::{job, source, source::view::blank_time};

action::declare! {
    /// Returns a harvest object: which dataset of which source it is, and what became of it at its last change.
    pub struct Show;
    /// Which object.
    pub struct ShowParams {
        /// Id of the object.
        id: String,
        /// Id or name of the dataset that came from it.
        dataset_id: String,
    }
}

impl Action for Show {
    const NAME: &'static str = "harvest_object_show";
    const KIND: Kind = Kind::Read;
    type Params = ShowParams;
    type Subject = Object;
    type Output = Value;

    fn allow(ctx: &mut Ctx, params: &ShowParams) -> Result<Object> {
        let missing = || Error::not_found("Harvest object was not found.");
        if let (None, Some(dataset)) = (&params.id, &params.dataset_id) {
            return db::of_dataset(ctx.db()?, dataset)?.ok_or_else(missing);
        }
        let id = catalog::package::allow::needed(params.id.as_ref(), "id")?;
        db::find(ctx.db()?, id)?.ok_or_else(missing)
    }

    fn run(ctx: &mut Ctx, _params: ShowParams, object: Object) -> Result<Value> {
        view(ctx, &object)
    }
}

/// True when the caller may read what the remote said: of a dataset that he may see; else who may change the source.
fn is_readable(ctx: &mut Ctx, object: &Object) -> Result<bool> {
    if let Some(package) = &object.package_id {
        let document = catalog::package::allow::find(ctx, package, "")?;
        return Ok(catalog::package::allow::may_read(&ctx.actor, &document).is_ok());
    }
    Ok(source::db::get(ctx.db()?, &object.source_id)?.is_some_and(|source| source::allow::is_editable(ctx, &source)))
}

/// An object as clients see it.
///
/// # Errors
/// What the database says.
pub fn view(ctx: &mut Ctx, object: &Object) -> Result<Value> {
    let readable = is_readable(ctx, object)?;
    let (content, extras) = match db::content(ctx.db()?, &object.id)? {
        Some(kept) if readable => kept,
        _ => (None, json!({})),
    };
    let errors: Vec<Value> = job::db::faults_of_object(ctx.db()?, &object.id)?
        .into_iter()
        .map(|fault| {
            json!({"message": fault.message, "line": null, "stage": fault.stage, "created": blank_time(fault.created),
                    "harvest_object_id": object.id})
        })
        .collect();
    let finished = object.import_finished.map(blank_time);
    let mut shown = json!({
        "id": object.id, "guid": object.guid, "current": object.current, "gathered": blank_time(object.gathered),
        "fetch_started": null, "content": content, "fetch_finished": finished, "import_started": null,
        "import_finished": finished, "state": object.state,
        "metadata_modified_date": object.metadata_modified.map(|at| Stamp::from_naive(at).to_string()), "retry_times": 0,
        "harvest_job_id": object.job_id, "harvest_source_id": object.source_id, "package_id": object.package_id,
        "report_status": Some(&object.outcome).filter(|outcome| !outcome.is_empty()), "source": object.source_id, "job": object.job_id,
        "errors": errors, "extras": extras,
    });
    if let (Some(shown), Some(package)) = (shown.as_object_mut(), &object.package_id) {
        shown.insert("package".to_owned(), json!(package));
    }
    Ok(shown)
}
