//! What a view must be like (schemas.tsv: `default_create_resource_view_schema_*`, `default_update_resource_view_schema`
//! and those of the kinds of views); gathers all faults.

use action::Ctx;
use base::{Error, ErrorDict, Result, id, loose, loose::Loose};
use model::check::text_of;
use serde_json::{Map, Value, json};

use super::{
    db::{self, ViewRow},
    plugin::{Plugin, Rule},
};
use crate::resource;

/// A failure whose field holds a bare text, as CKAN raises some.
#[must_use]
pub fn fault(field: &str, message: impl Into<String>) -> Error {
    let mut errors = ErrorDict::default();
    errors.set(field, Value::String(message.into()));
    Error::validation(errors)
}

/// Reads a new view; its position is still to be found.
///
/// # Errors
/// Validation with all faults.
pub fn new(ctx: &mut Ctx, plugin: &Plugin, dict: &Map<String, Value>) -> Result<ViewRow> {
    let mut errors = ErrorDict::default();
    let full = |key: &str| text_of(dict, key).filter(|text| !text.is_empty());
    let id = new_id(ctx, full("id"), &mut errors)?;
    let resource_id = full("resource_id").unwrap_or_default();
    if resource::db::package_of(ctx.db()?, &resource_id)?.is_none() {
        errors.add("resource_id", format!("Resource not found: {resource_id}"));
    }
    let title = full("title");
    if title.is_none() {
        errors.add("title", "Missing value");
    }
    let config = config(plugin, dict, &["id", "resource_id", "title", "description", "view_type"], &mut errors);
    errors.into_result()?;
    Ok(ViewRow {
        id,
        resource_id,
        title,
        description: text_of(dict, "description"),
        view_type: plugin.name.to_owned(),
        position: 0,
        config,
    })
}

fn new_id(ctx: &mut Ctx, sent: Option<String>, errors: &mut ErrorDict) -> Result<String> {
    let Some(id) = sent else { return Ok(id::new()) };
    if !ctx.actor.is_sysadmin() {
        errors.add("id", "The input field id was not expected.");
    } else if !id::is_uuid(&id) {
        errors.add("id", "Invalid id provided");
    } else if db::find(ctx.db()?, &id)?.is_some() {
        errors.add("id", "ResourceView id already exists");
    }
    Ok(id)
}

/// Reads what shall change of a view. Title and description stay when left out; what its kind knows does not.
///
/// # Errors
/// Validation with all faults.
pub fn changed(ctx: &mut Ctx, plugin: &Plugin, dict: &Map<String, Value>, before: &ViewRow) -> Result<ViewRow> {
    let mut errors = ErrorDict::default();
    let mut row = before.clone();
    if !id::is_uuid(&row.id) {
        errors.add("id", "Invalid id provided");
    }
    if let Some(resource_id) = text_of(dict, "resource_id") {
        if resource::db::package_of(ctx.db()?, &resource_id)?.is_none() {
            errors.add("resource_id", format!("Resource not found: {resource_id}"));
        }
        row.resource_id = resource_id;
    }
    if let Some(title) = text_of(dict, "title") {
        row.title = Some(title);
    }
    if let Some(description) = text_of(dict, "description") {
        row.description = Some(description);
    }
    let plain = ["id", "resource_id", "title", "description", "view_type", "package_id"];
    row.config = config(plugin, dict, &plain, &mut errors);
    errors.into_result()?;
    Ok(row)
}

/// What the kind of view knows of a view of which nobody said anything.
#[must_use]
pub fn standard_config(plugin: &Plugin) -> Value {
    config(plugin, &Map::new(), &[], &mut ErrorDict::default())
}

/// What the kind of view knows; a key that nobody knows is a fault.
fn config(plugin: &Plugin, dict: &Map<String, Value>, plain: &[&str], errors: &mut ErrorDict) -> Value {
    let filters = ["filter_fields", "filter_values"];
    let known = |key: &str| {
        plain.contains(&key) || plugin.keys.iter().any(|(own, _)| *own == key) || (plugin.filterable && filters.contains(&key))
    };
    if dict.keys().any(|key| !known(key)) {
        errors.add("__extras", "The input field __extras was not expected.");
    }
    let mut config = Map::new();
    for (key, rule) in plugin.keys {
        let sent = dict.get(*key).filter(|value| !value.is_null() && value.as_str() != Some(""));
        if let Some(value) = value_of(*rule, sent, key, errors) {
            config.insert((*key).to_owned(), value);
        }
    }
    if plugin.filterable {
        filter(dict, &mut config, errors);
    }
    Value::Object(config)
}

fn value_of(rule: Rule, sent: Option<&Value>, key: &str, errors: &mut ErrorDict) -> Option<Value> {
    match (rule, sent) {
        (Rule::Text | Rule::Any, None) => None,
        (Rule::Text | Rule::TextOr(_), Some(value)) => Some(Value::String(loose::text_of(value))),
        (Rule::TextOr(standard), None) => Some(json!(standard)),
        (Rule::Flag(standard), None) => Some(json!(standard)),
        (Rule::Flag(_), Some(value)) => Some(json!(loose::bool_of(value).unwrap_or(false))),
        (Rule::Natural(standard), None) => Some(json!(standard)),
        (Rule::Natural(_), Some(value)) => match loose::Natural::read(value) {
            Ok(number) => Some(json!(number.0)),
            Err(message) => {
                errors.add(key, message);
                None
            }
        },
        (Rule::Any, Some(value)) => Some(value.clone()),
    }
}

/// `filter_fields` and `filter_values` together say which rows are shown: `filters` holds the values by field.
fn filter(dict: &Map<String, Value>, config: &mut Map<String, Value>, errors: &mut ErrorDict) {
    let list = |key: &str| match dict.get(key) {
        None | Some(Value::Null) => None,
        Some(Value::Array(items)) => Some(items.iter().map(loose::text_of).collect::<Vec<_>>()),
        Some(one) => Some(vec![loose::text_of(one)]),
    };
    let (fields, values) = (list("filter_fields"), list("filter_values"));
    if let Some(values) = &values {
        config.insert("filter_values".to_owned(), json!(values));
    }
    let Some(fields) = fields else { return };
    config.insert("filter_fields".to_owned(), json!(fields));
    let values = values.unwrap_or_default();
    if fields.len() != values.len() {
        let message = "\"filter_fields\" and \"filter_values\" should have the same length";
        errors.add("filter_fields", message);
        errors.add("filter_values", message);
    }
    if fields.is_empty() {
        errors.add("filter_fields", "\"filter_fields\" is required when \"filter_values\" is filled");
    }
    if values.is_empty() {
        errors.add("filter_values", "\"filter_values\" is required when \"filter_fields\" is filled");
    }
    let mut filters = Map::new();
    for (field, value) in fields.into_iter().zip(values) {
        let entry = filters.entry(field).or_insert_with(|| json!([]));
        if let Value::Array(values) = entry {
            values.push(Value::String(value));
        }
    }
    config.insert("filters".to_owned(), Value::Object(filters));
}
