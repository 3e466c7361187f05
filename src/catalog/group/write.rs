//! The one way in which organizations and groups are stored.

use action::Ctx;
use base::{Error, Result};
use serde_json::{Map, Value, json};
use store::{changes, quotes::GroupRow};

use super::{check::Draft, db};
use crate::{
    activity, file, member,
    package::{Incoming, Outcome, give_many, regroup_many, store_many},
    picture::{self, Of},
};

/// Datasets that lose their organization at a time.
const BATCH: i64 = 500;
/// Why an organization is not deleted.
const STAYS: &str = "Organization cannot be deleted while it still has datasets";
/// Why an organization is not purged.
const REMAINS: &str = "Organization cannot be purged while it still has datasets";

/// Stores a new one; who makes it is its admin.
///
/// # Errors
/// What the database says.
pub fn create(ctx: &mut Ctx, draft: Draft) -> Result<GroupRow> {
    let row = draft.row;
    let creator = ctx.actor.id().map(str::to_owned);
    let connection = ctx.db()?;
    db::insert(connection, &row)?;
    for (user, role) in draft.users.unwrap_or_default() {
        member::db::put(connection, &row.id, &user, role.as_str())?;
    }
    // The program itself may act for somebody who is no row.
    if let Some(creator) = creator
        && member::db::find_user(connection, &creator)?.is_some_and(|user| user.id == creator)
    {
        member::db::put(connection, &row.id, &creator, "admin")?;
    }
    db::set_parents(connection, &row.id, &draft.parents.unwrap_or_default())?;
    if let Some(packages) = draft.packages {
        regroup_many(ctx, &packages, &row, true)?;
    }
    ctx.log(changes::Entity::Group, &row.id, changes::Kind::Create)?;
    activity::write::group(ctx, &row, "new")?;
    Ok(row)
}

/// Stores what is new of a locked one; nothing, when nothing is.
///
/// # Errors
/// Validation, if it would be deleted while it has datasets; what the database says.
pub fn update(ctx: &mut Ctx, before: &GroupRow, draft: Draft) -> Result<GroupRow> {
    let row = draft.row;
    let mut changed = row != *before;
    if row.state == "deleted" && before.state != "deleted" && row.is_organization {
        let_go(ctx, &row.id, STAYS)?;
    }
    let connection = ctx.db()?;
    if changed {
        db::update(connection, &row)?;
        if before.image_url != row.image_url {
            let is_used = db::has_picture(connection, &before.image_url)?;
            picture::clear(ctx, Of::Group, &before.image_url, is_used)?;
        }
    }
    let connection = ctx.db()?;
    let ids = [row.id.clone()];
    if let Some(users) = draft.users {
        let mut wanted: Vec<(String, String)> = users.into_iter().map(|(id, role)| (id, role.as_str().to_owned())).collect();
        wanted.sort_unstable();
        let mut present: Vec<(String, String)> =
            member::db::members(connection, &ids)?.into_iter().map(|(_, user, capacity)| (user, capacity)).collect();
        present.sort_unstable();
        if wanted != present {
            let keep: Vec<String> = wanted.iter().map(|(user, _)| user.clone()).collect();
            member::db::retain(connection, &row.id, &keep)?;
            for (user, capacity) in &wanted {
                member::db::put(connection, &row.id, user, capacity)?;
            }
            changed = true;
        }
    }
    if let Some(parents) = draft.parents {
        let present: Vec<(String, String)> =
            member::db::parents(connection, &ids)?.into_iter().map(|(_, parent, capacity)| (parent, capacity)).collect();
        if parents != present {
            db::set_parents(connection, &row.id, &parents)?;
            changed = true;
        }
    }
    if let Some(packages) = draft.packages {
        let mut gone = member::db::grouped(connection, &row.id)?;
        gone.retain(|id| packages.binary_search(id).is_err());
        regroup_many(ctx, &gone, &row, false)?;
        regroup_many(ctx, &packages, &row, true)?;
    }
    if changed {
        ctx.log(changes::Entity::Group, &row.id, changes::Kind::Update)?;
    }
    activity::write::group(ctx, &row, "changed")?;
    Ok(row)
}

/// Marks a locked organization or group as deleted. Its name stays taken, its members may still look at it; the datasets
/// of a group are no longer in it.
///
/// # Errors
/// Validation while it has datasets that are not deleted, unless datasets may be without an organization.
pub fn delete(ctx: &mut Ctx, row: GroupRow) -> Result<()> {
    if row.state == "deleted" {
        return Ok(());
    }
    if row.is_organization {
        let_go(ctx, &row.id, STAYS)?;
    } else {
        let datasets = member::db::grouped(ctx.db()?, &row.id)?;
        regroup_many(ctx, &datasets, &row, false)?;
    }
    let row = GroupRow { state: "deleted".to_owned(), ..row };
    db::update(ctx.db()?, &row)?;
    activity::write::group(ctx, &row, "deleted")?;
    ctx.log(changes::Entity::Group, &row.id, changes::Kind::Delete)
}

/// Removes a locked organization or group for good. Its datasets stay, without it; so do an organization's harvest
/// sources.
///
/// # Errors
/// Validation while an organization has datasets that are not deleted, or harvest sources, unless datasets may be without
/// an organization.
pub fn purge(ctx: &mut Ctx, row: &GroupRow) -> Result<()> {
    if row.is_organization {
        if !ctx.app.settings.auth.create_unowned_dataset && db::count_sources(ctx.db()?, &row.id)? > 0 {
            return Err(Error::invalid_text(REMAINS));
        }
        let_go(ctx, &row.id, REMAINS)?;
        let deleted = member::db::owned(ctx.db()?, &row.id)?;
        give_many(ctx, &deleted, None)?;
        db::release_sources(ctx.db()?, &row.id)?;
    } else {
        let datasets = member::db::grouped(ctx.db()?, &row.id)?;
        regroup_many(ctx, &datasets, row, false)?;
    }
    let kind = if row.is_organization { "organization" } else { "group" };
    file::db::disown(ctx.db()?, (kind, &row.id))?;
    db::purge(ctx.db()?, &row.id)?;
    let is_used = db::has_picture(ctx.db()?, &row.image_url)?;
    picture::clear(ctx, Of::Group, &row.image_url, is_used)?;
    ctx.log(changes::Entity::Group, &row.id, changes::Kind::Purge)
}

/// Takes the organization off its datasets, where the portal allows such; else `refusal` says why not.
fn let_go(ctx: &mut Ctx, organization: &str, refusal: &str) -> Result<()> {
    loop {
        let ids = db::alive(ctx.db()?, organization, BATCH)?;
        if ids.is_empty() {
            return Ok(());
        }
        if !ctx.app.settings.auth.create_unowned_dataset {
            return Err(Error::invalid_text(refusal));
        }
        let dict: Map<String, Value> = [("owner_org".to_owned(), json!(""))].into_iter().collect();
        let batch = ids.into_iter().map(|id| Incoming { id: Some(id), dict: dict.clone(), patch: true }).collect();
        for outcome in store_many(ctx, batch)? {
            match outcome {
                Outcome::Rejected(error) => return Err(error),
                Outcome::Unchanged(_) => return Err(Error::internal("a dataset did not let go of its organization")),
                Outcome::Created(_) | Outcome::Updated(_) => {}
            }
        }
    }
}
