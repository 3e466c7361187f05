//! Who may do what with a dataset (ckan-api 5.2). Each rule hands over the dataset that may be touched.

use std::sync::Arc;

use action::{App, Ctx};
use auth::{Actor, Permission};
use base::{Error, ErrorDict, Result};
use model::Document;
use serde_json::{Map, Value};

use super::db;

/// The needed key of an action, in the error dict's words when it is missing.
///
/// # Errors
/// Validation: `field: ["Missing value"]`.
pub fn needed<'a>(value: Option<&'a String>, field: &str) -> Result<&'a str> {
    value.map(String::as_str).filter(|text| !text.is_empty()).ok_or_else(|| Error::invalid(field, "Missing value"))
}

/// As [`needed`], for several keys: all that are missing are told at once.
///
/// # Errors
/// Validation: `field: ["Missing value"]` for each.
pub fn all_needed<'a, const N: usize>(values: [(&str, Option<&'a String>); N]) -> Result<[&'a str; N]> {
    let mut errors = ErrorDict::default();
    let values = values.map(|(field, value)| {
        let text = value.map(String::as_str).unwrap_or_default();
        if text.is_empty() {
            errors.add(field, "Missing value");
        }
        text
    });
    errors.into_result()?;
    Ok(values)
}

/// The dataset by id or name, from memory or the database.
///
/// # Errors
/// NotFound with `reason`.
pub fn find(ctx: &mut Ctx, id_or_name: &str, reason: &str) -> Result<Arc<Document>> {
    if let Some(document) = ctx.app.documents.get(id_or_name) {
        return Ok(document);
    }
    if id_or_name.contains('\0') {
        return Err(Error::not_found(reason));
    }
    let mut document = store::documents::find(ctx.statement()?, id_or_name)?.ok_or_else(|| Error::not_found(reason))?;
    db::mend(ctx.statement()?, &mut document)?;
    let document = Arc::new(document);
    ctx.app.documents.put(Arc::clone(&document));
    Ok(document)
}

/// `package_show`: whoever holds one of the dataset's labels.
///
/// # Errors
/// Denied, naming the dataset's id as CKAN does.
pub fn may_read(actor: &Actor, document: &Document) -> Result<()> {
    if actor.meets(&document.labels) {
        Ok(())
    } else {
        Err(Error::denied(format!("User {} not authorized to read package {}", actor.name(), document.id)))
    }
}

/// True when the caller may change the dataset: by his role in its organization, or as its collaborator. One without an
/// organization is for whoever may make such.
#[must_use]
pub fn is_editable(app: &App, actor: &Actor, document: &Document) -> bool {
    if actor.is_sysadmin() {
        return true;
    }
    let rules = &app.settings.auth;
    let free = rules.create_dataset_if_not_in_organization && rules.create_unowned_dataset;
    if actor.is_anonymous() {
        return free && rules.anon_create_dataset && document.owner_org.is_none();
    }
    if actor.collaborates(&document.id).is_some_and(|role| role.permits(Permission::UpdateDataset)) {
        return true;
    }
    match &document.owner_org {
        Some(owner) => actor.may(Permission::UpdateDataset, owner),
        None => free || actor.may_somewhere(Permission::CreateDataset),
    }
}

/// `package_update` and what rests on it: the locked, current dataset.
///
/// # Errors
/// NotFound with `reason`; Denied.
pub fn may_update(ctx: &mut Ctx, id_or_name: &str, reason: &str) -> Result<Document> {
    let document = db::lock(ctx.db()?, id_or_name)?.ok_or_else(|| Error::not_found(reason))?;
    if !is_editable(&ctx.app, &ctx.actor, &document) {
        return Err(Error::denied(format!("User {} not authorized to edit package {}", ctx.actor.name(), document.id)));
    }
    ctx.meet(|_| Ok(document.tag()))?;
    Ok(document)
}

/// `package_create`, before any validation: the rights to create at all, in the organization, in the groups.
///
/// # Errors
/// Denied; NotFound for a group that does not exist.
pub fn may_create(ctx: &Ctx, dict: &Map<String, Value>) -> Result<()> {
    if ctx.actor.is_sysadmin() {
        return Ok(());
    }
    let (actor, rules) = (&ctx.actor, &ctx.app.settings.auth);
    let free = rules.create_unowned_dataset && rules.create_dataset_if_not_in_organization;
    let allowed = if actor.is_anonymous() {
        free && rules.anon_create_dataset
    } else {
        free || actor.may_somewhere(Permission::CreateDataset)
    };
    if !allowed {
        return Err(Error::denied(format!("User {} not authorized to create packages", actor.name())));
    }
    may_use_groups(ctx, dict, &[])?;
    let owner = model::check::text_of(dict, "owner_org").filter(|owner| !owner.is_empty());
    if let Some(owner) = owner {
        let group = ctx.app.quotes.find(&owner).filter(|group| group.row.is_organization);
        if !group.is_some_and(|group| actor.may(Permission::CreateDataset, &group.row.id)) {
            return Err(Error::denied(format!("User {} not authorized to add dataset to this organization", actor.name())));
        }
    }
    Ok(())
}

/// The right to put a dataset into each of the groups that it is not in yet.
///
/// # Errors
/// Denied; NotFound for a group that does not exist.
pub fn may_use_groups(ctx: &Ctx, dict: &Map<String, Value>, present: &[String]) -> Result<()> {
    if ctx.actor.is_sysadmin() {
        return Ok(());
    }
    for item in dict.get("groups").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object) {
        let key = ["id", "name"].iter().find_map(|key| model::check::text_of(item, key).filter(|text| !text.is_empty()));
        let Some(key) = key else { continue };
        let group = ctx.app.quotes.find(&key).ok_or_else(|| Error::not_found("Group was not found."))?;
        if !present.contains(&group.row.id) && !ctx.actor.may(Permission::ManageGroup, &group.row.id) {
            return Err(Error::denied(format!("User {} not authorized to edit these groups", ctx.actor.name())));
        }
    }
    Ok(())
}
