//! A view as clients see it (shape `resource_view`): what its kind knows stands beside the plain fields.

use serde_json::{Map, Value};

use super::db::ViewRow;

/// The view of a resource of that dataset.
#[must_use]
pub fn of(row: ViewRow, package: &str) -> Map<String, Value> {
    let text = |text: Option<String>| text.map_or(Value::Null, Value::String);
    let mut map = Map::new();
    map.insert("id".to_owned(), Value::String(row.id));
    map.insert("resource_id".to_owned(), Value::String(row.resource_id));
    map.insert("title".to_owned(), text(row.title));
    map.insert("description".to_owned(), text(row.description));
    map.insert("view_type".to_owned(), Value::String(row.view_type));
    if let Value::Object(config) = row.config {
        map.extend(config);
    }
    map.insert("package_id".to_owned(), Value::String(package.to_owned()));
    map
}
