//! What only the database knows of a dataset's validity: is the name free, do organization and groups exist, whose
//! resources are these. Looked up for a whole batch in one query each.

use std::collections::{HashMap, HashSet};

use action::Ctx;
use auth::{Permission, Role};
use base::{Error, Result};
use model::{Package, check::package::Draft};
use scheming::Family;
use serde_json::{Map, Value, json};

use super::db;
use crate::schema::apply::{Applied, Before, apply, is_needed};

/// What the database says about the names and ids in a batch.
pub struct Known {
    names: HashMap<String, (String, String)>,
    ids: HashSet<String>,
    resources: HashMap<String, String>,
}

impl Known {
    /// Asks for everything that the drafts mention.
    ///
    /// # Errors
    /// What the database says.
    pub fn about(ctx: &mut Ctx, drafts: &[&Draft]) -> Result<Self> {
        let clean = |text: &&str| !text.is_empty() && !text.contains('\0');
        let names: Vec<&str> = drafts.iter().map(|draft| draft.package.name.as_str()).filter(clean).collect();
        let ids: Vec<&str> = drafts.iter().map(|draft| draft.package.id.as_str()).filter(clean).collect();
        let resources: Vec<&str> =
            drafts.iter().flat_map(|draft| &draft.package.resources).map(|resource| resource.id.as_str()).filter(clean).collect();
        let connection = ctx.statement()?;
        Ok(Self {
            names: db::names_taken(connection, &names)?,
            ids: if ids.is_empty() { HashSet::new() } else { db::ids_taken(connection, &ids)?.into_iter().collect() },
            resources: if resources.is_empty() { HashMap::new() } else { db::resource_owners(connection, &resources)? },
        })
    }

    /// The deleted dataset that must give its name up for this one.
    #[must_use]
    pub fn name_to_free(&self, package: &Package) -> Option<&str> {
        let (id, state) = self.names.get(&package.name)?;
        (state == "deleted" && *id != package.id).then_some(id.as_str())
    }

    /// Remembers what a dataset of the same batch takes.
    pub fn take(&mut self, package: &Package) {
        self.names.insert(package.name.clone(), (package.id.clone(), package.state.clone()));
        self.ids.insert(package.id.clone());
        for resource in &package.resources {
            self.resources.insert(resource.id.clone(), package.id.clone());
        }
    }
}

/// Adds to the draft's errors what the database says against it, and resolves its organization to the id. `existing`
/// is the dataset that it replaces.
pub fn check(ctx: &Ctx, known: &Known, draft: &mut Draft, existing: Option<&Package>) {
    let package = &draft.package;
    let taken = known.names.get(&package.name).is_some_and(|(id, state)| {
        state != "deleted"
            && existing.is_none_or(|existing| existing.id != *id)
            && (existing.is_some() || *id != package.id || !package.id.is_empty())
    });
    if taken {
        draft.errors.add("name", "That URL is already in use.");
    }
    if existing.is_none() && known.ids.contains(&package.id) {
        draft.errors.add("id", "Dataset id already exists");
    }
    check_resources(known, draft);
    check_owner(ctx, draft, existing);
}

/// What the schema of its type says of a dataset that is sent; `existing` is the one that it replaces.
///
/// # Errors
/// Integrity, when something else stands where a list of objects is due.
pub fn schema(ctx: &Ctx, dict: &mut Map<String, Value>, existing: Option<&Package>) -> Result<Applied> {
    let sent = || model::check::text_of(dict, "type").filter(|kind| !kind.is_empty());
    let kind = existing.map(|existing| existing.r#type.clone()).or_else(sent).unwrap_or_else(|| "dataset".to_owned());
    if !is_needed(ctx, (Family::Dataset, &kind), existing.map(|existing| &existing.fields)) {
        return Ok(Applied::default());
    }
    let before = existing.map(|existing| Before {
        state: &existing.state,
        fields: &existing.fields,
        extras: existing.extras.iter().map(|extra| extra.key.as_str()).collect(),
        kept: vec![
            ("name", json!(existing.name)),
            ("owner_org", json!(existing.owner_org)),
            ("private", json!(existing.private)),
        ],
    });
    apply(ctx, (Family::Dataset, &kind), dict, before)
}

fn check_resources(known: &Known, draft: &mut Draft) {
    let package_id = draft.package.id.clone();
    let foreign: Vec<bool> = draft
        .package
        .resources
        .iter()
        .map(|resource| known.resources.get(&resource.id).is_some_and(|owner| *owner != package_id))
        .collect();
    if !foreign.contains(&true) {
        return;
    }
    let faults = foreign
        .into_iter()
        .map(|foreign| {
            let mut fault = base::ErrorDict::default();
            if foreign {
                fault.add("id", "Resource id already exists.");
            }
            fault
        })
        .collect();
    draft.errors.set_items("resources", faults);
}

fn check_owner(ctx: &Ctx, draft: &mut Draft, existing: Option<&Package>) {
    let Some(owner) = draft.package.owner_org.clone() else {
        if !ctx.app.settings.auth.create_unowned_dataset {
            draft.errors.add("owner_org", "An organization must be provided");
        }
        return;
    };
    if existing.is_some_and(|existing| existing.owner_org.as_deref() == Some(&owner)) {
        return;
    }
    let Some(group) = ctx.app.quotes.find(&owner).filter(|group| group.row.is_organization && group.row.state != "deleted")
    else {
        draft.errors.add("owner_org", "Organization does not exist");
        return;
    };
    let moved = existing.is_none_or(|existing| existing.owner_org.as_deref() != Some(group.row.id.as_str()));
    if moved && existing.is_some_and(|existing| is_bound(ctx, existing)) {
        draft.errors.add("owner_org", "You cannot move this dataset to another organization");
        return;
    }
    if moved && !ctx.actor.may(Permission::CreateDataset, &group.row.id) {
        draft.errors.add("owner_org", "You cannot add a dataset to this organization");
    }
    draft.package.owner_org = Some(group.row.id.clone());
}

/// True when the caller may change the dataset only as its collaborator, and collaborators may not give it away.
fn is_bound(ctx: &Ctx, existing: &Package) -> bool {
    let may = |role: Role| role.permits(Permission::UpdateDataset);
    !ctx.app.settings.auth.allow_collaborators_to_change_owner_org
        && !ctx.actor.is_sysadmin()
        && ctx.actor.collaborates(&existing.id).is_some_and(may)
        && !existing.owner_org.as_deref().and_then(|owner| ctx.actor.role_in(owner)).is_some_and(may)
}

/// The ids of the groups that a draft names, each once; `present` stay when it names none.
///
/// # Errors
/// NotFound for a group that does not exist.
pub fn groups(ctx: &Ctx, draft: &Draft, present: &[String]) -> Result<Vec<String>> {
    let Some(keys) = &draft.groups else { return Ok(present.to_vec()) };
    let mut ids: Vec<(String, String)> = Vec::with_capacity(keys.len());
    for key in keys {
        let group = ctx.app.quotes.find(key).filter(|group| !group.row.is_organization && group.row.state != "deleted");
        let group = group.ok_or_else(|| Error::not_found("Group was not found."))?;
        ids.push((group.row.name.clone(), group.row.id.clone()));
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids.into_iter().map(|(_, id)| id).collect())
}
