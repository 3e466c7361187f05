//! The lists in an organization or group: extras, members, the groups above, datasets. Each item's faults stand at its place.

use std::collections::{HashMap, HashSet};

use action::Ctx;
use auth::Role;
use base::{ErrorDict, Result, id, limits};
use model::check::{objects, text_of};
use serde_json::{Map, Value, json};
use store::quotes::GroupRow;

use super::db;
use crate::{member, package};

/// What an extra must not be called.
const FIELDS: &[&str] = &[
    "id",
    "name",
    "title",
    "description",
    "image_url",
    "image_display_url",
    "type",
    "state",
    "created",
    "is_organization",
    "approval_status",
    "extras",
    "packages",
    "users",
    "groups",
    "title_translated",
    "description_translated",
];

/// The keys and values of the publisher's own; `None` when left out. `own`: fields of the site's own, which none may be called. Only a sysadmin may send their ids, which are not kept.
///
/// # Errors
/// Integrity, when it is no list of objects; faults of items go into `errors`.
pub fn extras(is_sysadmin: bool, own: &[String], dict: &Map<String, Value>, errors: &mut ErrorDict) -> Result<Option<Value>> {
    let Some(items) = objects(dict, "extras")? else { return Ok(None) };
    if items.len() > limits::EXTRAS {
        errors.add("extras", format!("There may be at most {} extras", limits::EXTRAS));
        return Ok(None);
    }
    let (mut extras, mut faults, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for item in items {
        let mut fault = ErrorDict::default();
        if let Some(id) = text_of(item, "id").filter(|id| !id.is_empty()) {
            if !is_sysadmin {
                fault.add("id", "The input field id was not expected.");
            } else if !id::is_uuid(&id) {
                fault.add("id", "Invalid id provided");
            }
        }
        let key = text_of(item, "key").unwrap_or_default();
        if key.is_empty() {
            fault.add("key", "Missing value");
        } else if FIELDS.contains(&key.as_str()) || own.contains(&key) {
            fault.add("key", "There is a schema field with the same name");
        }
        if !item.contains_key("value") {
            fault.add("value", "Missing value");
        }
        if !seen.insert(key.clone()) {
            errors.set("extras_validation", json!([format!("Duplicate key \"{key}\"")]));
        }
        extras.push(json!({"key": key, "value": text_of(item, "value").unwrap_or_default()}));
        faults.push(fault);
    }
    errors.set_items("extras", faults);
    Ok(Some(Value::Array(extras)))
}

/// The members, each with his role; `None` when left out.
///
/// # Errors
/// As [`extras`]; what the database says.
pub fn users(ctx: &mut Ctx, dict: &Map<String, Value>, errors: &mut ErrorDict) -> Result<Option<Vec<(String, Role)>>> {
    let Some(items) = objects(dict, "users")? else { return Ok(None) };
    let names: Vec<String> = items.iter().map(|item| text_of(item, "name").unwrap_or_default()).collect();
    let known = member::db::ids_of(ctx.db()?, &names)?;
    let (mut users, mut faults) = (Vec::new(), Vec::new());
    for (item, name) in items.iter().zip(&names) {
        let mut fault = ErrorDict::default();
        let role = text_of(item, "capacity").filter(|capacity| !capacity.is_empty());
        let role = role.map_or(Some(Role::Member), |capacity| Role::parse(&capacity));
        if name.is_empty() {
            fault.add("name", "Missing value");
        }
        match (known.get(name), role) {
            (Some(id), Some(role)) => users.push((id.clone(), role)),
            (None, _) if !name.is_empty() => fault.add("name", format!("User not found: {name}")),
            (_, None) => fault.add("capacity", "role does not exist."),
            _ => {}
        }
        faults.push(fault);
    }
    errors.set_items("users", faults);
    Ok(Some(users))
}

/// The groups above, each with a capacity; `None` when left out.
///
/// # Errors
/// As [`extras`]; what the database says.
pub fn parents(
    ctx: &mut Ctx,
    dict: &Map<String, Value>,
    existing: Option<&GroupRow>,
    errors: &mut ErrorDict,
) -> Result<Option<Vec<(String, String)>>> {
    let Some(items) = objects(dict, "groups")? else { return Ok(None) };
    if items.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let names: Vec<String> = items.iter().map(|item| text_of(item, "name").unwrap_or_default()).collect();
    let known = db::list(ctx.db()?, &names)?;
    let known: HashMap<&str, &str> =
        known.iter().flat_map(|(id, name)| [(id.as_str(), id.as_str()), (name.as_str(), id.as_str())]).collect();
    let (mut parents, mut faults) = (HashMap::new(), Vec::new());
    for (item, name) in items.iter().zip(&names) {
        let mut fault = ErrorDict::default();
        match known.get(name.as_str()) {
            Some(id) => {
                let above = if existing.is_some() { db::with_ancestors(ctx.db()?, &[(*id).to_owned()])? } else { Vec::new() };
                if existing.is_some_and(|row| above.contains(&row.id)) {
                    fault.add("name", "This parent would create a loop in the hierarchy");
                }
                let capacity = text_of(item, "capacity").unwrap_or_else(|| "public".to_owned());
                parents.insert((*id).to_owned(), capacity);
            }
            None if name.is_empty() => fault.add("name", "Missing value"),
            None => fault.add("name", format!("Group not found: {name}")),
        }
        faults.push(fault);
    }
    errors.set_items("groups", faults);
    let mut parents: Vec<(String, String)> = parents.into_iter().collect();
    parents.sort_unstable();
    Ok(Some(parents))
}

/// Ids of the datasets; `None` when left out. Each must exist (CKAN's `package_id_or_name_exists`).
///
/// # Errors
/// As [`extras`]; what the database says.
pub fn packages(ctx: &mut Ctx, dict: &Map<String, Value>, errors: &mut ErrorDict) -> Result<Option<Vec<String>>> {
    let Some(items) = objects(dict, "packages")? else { return Ok(None) };
    let keys: Vec<String> = items.iter().map(|item| text_of(item, "id").unwrap_or_default()).collect();
    let asked: Vec<String> = keys.iter().filter(|key| !key.is_empty() && !key.contains('\0')).cloned().collect();
    let known = if asked.is_empty() { HashMap::new() } else { package::db::ids_of(ctx.db()?, &asked)? };
    let (mut packages, mut faults) = (Vec::with_capacity(keys.len()), Vec::with_capacity(keys.len()));
    for key in &keys {
        let mut fault = ErrorDict::default();
        match known.get(key) {
            Some(id) => packages.push(id.clone()),
            None if key.is_empty() => fault.add("id", "Missing value"),
            None => fault.add("id", "Not found: Dataset"),
        }
        faults.push(fault);
    }
    errors.set_items("packages", faults);
    packages.sort_unstable();
    packages.dedup();
    Ok(Some(packages))
}
