//! An activity as clients see it (shape `activity`).

use action::Ctx;
use base::{Error, Result, time::Stamp};
use serde::Serialize;
use serde_json::{Map, Value, value::RawValue};

use super::db::ActivityRow;

/// An activity.
#[derive(Clone, Debug, Serialize)]
pub struct View {
    pub id: String,
    pub timestamp: Stamp,
    pub user_id: Option<String>,
    pub object_id: Option<String>,
    pub activity_type: Option<String>,
    pub data: Box<RawValue>,
    pub permission_labels: Option<Vec<String>>,
    /// Whether it happened since the caller looked at his dashboard last; there alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_new: Option<bool>,
}

/// The view of a row. A portal that hides its users from strangers tells them no names here either.
///
/// # Errors
/// Internal, if the row is damaged.
pub fn of(ctx: &Ctx, mut row: ActivityRow) -> Result<View> {
    if ctx.actor.is_anonymous() && !ctx.app.settings.auth.public_user_details {
        let mut data: Map<String, Value> = serde_json::from_str(&row.data).map_err(Error::internal)?;
        data.retain(|part, _| part != "actor" && part != "user");
        row.data = Value::Object(data).to_string();
    }
    Ok(View {
        id: row.id,
        timestamp: Stamp::from_naive(row.timestamp),
        user_id: row.user_id,
        object_id: row.object_id,
        activity_type: row.activity_type,
        data: RawValue::from_string(row.data).map_err(Error::internal)?,
        permission_labels: row.permission_labels,
        is_new: None,
    })
}

/// The views of rows.
///
/// # Errors
/// As [`of`].
pub fn all(ctx: &Ctx, rows: Vec<ActivityRow>) -> Result<Vec<View>> {
    rows.into_iter().map(|row| of(ctx, row)).collect()
}
