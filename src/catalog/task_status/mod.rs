//! The states of tasks that services outside do for the portal, as they tell it.

pub mod db;
pub mod delete;
pub mod show;
pub mod update;
pub mod update_many;

use action::Row;
use base::time::Stamp;
use serde::Serialize;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![Row::of::<delete::Delete>(), Row::of::<show::Show>(), Row::of::<update::Update>(), Row::of::<update_many::UpdateMany>()]
}

/// A task status (shape `task_status`).
#[derive(Serialize)]
pub struct View {
    id: String,
    entity_id: String,
    entity_type: String,
    task_type: String,
    key: String,
    value: String,
    state: Option<String>,
    error: Option<String>,
    last_updated: Option<Stamp>,
}

impl From<db::TaskRow> for View {
    fn from(row: db::TaskRow) -> Self {
        Self {
            id: row.id,
            entity_id: row.entity_id,
            entity_type: row.entity_type,
            task_type: row.task_type,
            key: row.key,
            value: row.value,
            state: row.state,
            error: row.error,
            last_updated: row.last_updated.map(Stamp::from_naive),
        }
    }
}
