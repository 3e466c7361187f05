//! `task_status_update`. Nothing in memory knows of task statuses, so that the change log is not told.

use action::{Action, Ctx, Dict, Field, Kind};
use base::{Error, ErrorDict, Result, id, loose::Loose, time::Stamp};

use super::{View, db};

action::declare! {
    /// Stores a task status: a new one, or in place of the one of the same entity, kind of task and key. Sysadmins only.
    pub struct Update;
    /// The task status.
    pub struct UpdateParams(fields());
}

fn fields() -> Vec<Field> {
    let field = |name, doc| Field { name, doc, schema: String::schema() };
    vec![
        field("id", "Id of the one that changes; without it, it is found by entity, kind of task and key."),
        field("entity_id", "Id of what the task is about."),
        field("entity_type", "What that is, such as resource."),
        field("task_type", "Kind of the task."),
        field("key", "Key of the status."),
        field("value", "Its value."),
        field("state", "State of the task."),
        field("last_updated", "ISO 8601; now for a new one."),
        field("error", "What went wrong."),
    ]
}

impl Action for Update {
    const NAME: &'static str = "task_status_update";
    const KIND: Kind = Kind::Write;
    type Params = UpdateParams;
    type Subject = Option<db::TaskRow>;
    type Output = View;

    fn allow(ctx: &mut Ctx, params: &UpdateParams) -> Result<Option<db::TaskRow>> {
        allow(ctx, &params.0)
    }

    fn run(ctx: &mut Ctx, params: UpdateParams, before: Option<db::TaskRow>) -> Result<View> {
        store(ctx, &params.0, before)
    }
}

/// The one that changes, if it is named by its id.
///
/// # Errors
/// NotFound; Denied.
pub fn allow(ctx: &mut Ctx, dict: &Dict) -> Result<Option<db::TaskRow>> {
    let before = match dict.text("id") {
        Some(id) => Some(db::find(ctx.db()?, &id)?.ok_or_else(|| Error::not_found("TaskStatus was not found."))?),
        None => None,
    };
    if ctx.actor.is_sysadmin() {
        return Ok(before);
    }
    Err(Error::denied(format!("User {} not authorized to update task_status table", ctx.actor.name())))
}

/// Stores what was sent.
///
/// # Errors
/// Validation with all faults.
pub fn store(ctx: &mut Ctx, dict: &Dict, named: Option<db::TaskRow>) -> Result<View> {
    let mut errors = ErrorDict::default();
    let mut text = |name: &str| {
        dict.text(name).unwrap_or_else(|| {
            errors.add(name, "Missing value");
            String::new()
        })
    };
    let (entity_id, entity_type) = (text("entity_id"), text("entity_type"));
    let (task_type, key) = (text("task_type"), text("key"));
    let last_updated = match dict.text("last_updated") {
        None => None,
        Some(text) => {
            let stamp = Stamp::parse(&text);
            if stamp.is_none() {
                errors.add("last_updated", "Date format incorrect");
            }
            stamp.map(Stamp::naive)
        }
    };
    errors.into_result()?;
    let before = match named {
        Some(row) => Some(row),
        None => db::find_by(ctx.db()?, &entity_id, &task_type, &key)?,
    };
    let sent = |name: &str| dict.0.get(name).filter(|value| !value.is_null()).map(base::loose::text_of);
    let old = before.as_ref();
    let row = db::TaskRow {
        id: old.map_or_else(id::new, |row| row.id.clone()),
        entity_id,
        entity_type,
        task_type,
        key,
        // CKAN has no answer but an internal error to a new one without a value.
        value: sent("value")
            .or_else(|| old.map(|row| row.value.clone()))
            .ok_or_else(|| Error::invalid("value", "Missing value"))?,
        state: sent("state").or_else(|| old.and_then(|row| row.state.clone())),
        error: sent("error").or_else(|| old.and_then(|row| row.error.clone())),
        last_updated: last_updated.or_else(|| old.map_or_else(|| Some(Stamp::now().naive()), |row| row.last_updated)),
    };
    db::put(ctx.db()?, &row)?;
    Ok(View::from(row))
}
