//! Queries about task statuses.

use base::Result;
use chrono::NaiveDateTime;
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};
use store::{error, schema::task_status};

/// A row of `task_status`.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = task_status)]
pub struct TaskRow {
    pub id: String,
    pub entity_id: String,
    pub entity_type: String,
    pub task_type: String,
    pub key: String,
    pub value: String,
    pub state: Option<String>,
    pub error: Option<String>,
    pub last_updated: Option<NaiveDateTime>,
}

/// By id.
///
/// # Errors
/// What the database says.
pub fn find(connection: &mut PgConnection, id: &str) -> Result<Option<TaskRow>> {
    if id.contains('\0') {
        return Ok(None);
    }
    task_status::table.find(id).select(TaskRow::as_select()).first(connection).optional().map_err(error::of)
}

/// The one of that entity, kind of task and key.
///
/// # Errors
/// What the database says.
pub fn find_by(connection: &mut PgConnection, entity: &str, task: &str, key: &str) -> Result<Option<TaskRow>> {
    if [entity, task, key].iter().any(|text| text.contains('\0')) {
        return Ok(None);
    }
    task_status::table
        .filter(task_status::entity_id.eq(entity))
        .filter(task_status::task_type.eq(task))
        .filter(task_status::key.eq(key))
        .select(TaskRow::as_select())
        .first(connection)
        .optional()
        .map_err(error::of)
}

/// Stores a new one, or what may change of one that is there.
///
/// # Errors
/// What the database says.
pub fn put(connection: &mut PgConnection, row: &TaskRow) -> Result<()> {
    let changing = (
        task_status::entity_id.eq(&row.entity_id),
        task_status::entity_type.eq(&row.entity_type),
        task_status::task_type.eq(&row.task_type),
        task_status::key.eq(&row.key),
        task_status::value.eq(&row.value),
        task_status::state.eq(&row.state),
        task_status::error.eq(&row.error),
        task_status::last_updated.eq(row.last_updated),
    );
    diesel::insert_into(task_status::table)
        .values((task_status::id.eq(&row.id), changing))
        .on_conflict(task_status::id)
        .do_update()
        .set(changing)
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Removes one.
///
/// # Errors
/// What the database says.
pub fn delete(connection: &mut PgConnection, id: &str) -> Result<()> {
    diesel::delete(task_status::table.find(id)).execute(connection).map(drop).map_err(error::of)
}
