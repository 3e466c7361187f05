//! The organizations and groups that harvested datasets belong to: found here by id, else by name, or made.

use std::sync::Arc;

use action::{App, Ctx};
use auth::Actor;
use base::{Result, id, name, time::Stamp};
use serde_json::{Value, json};
use store::{Lane, changes};

use super::db;
use crate::{
    protocol::{Mapped, RemoteGroup},
    source::Source,
};

/// Characters of a title or description.
const TEXT: usize = 10_000;

/// The id here of a remote's organization or group; `None` when there is no such active one.
fn local(app: &App, remote: &RemoteGroup, is_organization: bool) -> Option<String> {
    let usable = |key: &str| {
        app.quotes
            .find(key)
            .filter(|group| group.row.is_organization == is_organization && group.row.state == "active")
            .map(|group| group.row.id.clone())
    };
    if !remote.id.is_empty()
        && let Some(found) = usable(&remote.id)
    {
        return Some(found);
    }
    usable(&remote.name).or_else(|| usable(&name_of(remote)))
}

fn name_of(remote: &RemoteGroup) -> String {
    if name::faults(&remote.name).is_empty() { remote.name.clone() } else { name::munge(&remote.name) }
}

/// Makes what the datasets name and what is missing, in a transaction of its own, so that they can be stored after.
///
/// # Errors
/// What the database says.
pub fn make_missing(app: &Arc<App>, actor: &Actor, datasets: &[&Mapped]) -> Result<()> {
    let mut missing: Vec<(&RemoteGroup, bool)> = Vec::new();
    for mapped in datasets {
        let organization = mapped.organization.iter().filter(|_| mapped.create_organization).map(|remote| (remote, true));
        let groups =
            mapped.groups.iter().filter(|group| mapped.create_groups && !group.id.is_empty()).map(|remote| (remote, false));
        for (remote, is_organization) in organization.chain(groups) {
            let known = missing.iter().any(|(other, kind)| *kind == is_organization && other.name == remote.name);
            if !known && local(app, remote, is_organization).is_none() {
                missing.push((remote, is_organization));
            }
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let mut ctx = Ctx::job(app, actor);
    for (remote, is_organization) in missing {
        let own = id::is_uuid(&remote.id) && app.quotes.find(&remote.id).is_none();
        let cut = |text: &str| text.replace('\0', "").chars().take(TEXT).collect::<String>();
        let row = db::GroupRow {
            id: if own { remote.id.clone() } else { id::new() },
            name: name_of(remote),
            title: cut(&remote.title),
            description: cut(&remote.description),
            image_url: cut(&remote.image_url),
            type_: if is_organization { "organization" } else { "group" },
            is_organization,
            created: Stamp::now().naive(),
        };
        if db::insert_group(ctx.db()?, &row)? {
            ctx.log(changes::Entity::Group, &row.id, changes::Kind::Create)?;
        }
    }
    ctx.finish()?;
    if app.feed().is_none() {
        app.quotes.reload(&mut *app.pools.get(Lane::Job)?)?;
    }
    Ok(())
}

/// Puts the ids of this side into a dataset: its organization, or else the source's; those of its groups that exist.
pub fn place(app: &App, mapped: &mut Mapped, source: &Source) {
    let organization = mapped.organization.as_ref().and_then(|remote| local(app, remote, true));
    if let Some(owner) = organization.or_else(|| source.owner_org.clone()) {
        mapped.dict.insert("owner_org".to_owned(), Value::String(owner));
    }
    let mut groups: Vec<String> = mapped.groups.iter().filter_map(|remote| local(app, remote, false)).collect();
    groups.sort_unstable();
    groups.dedup();
    mapped.dict.insert("groups".to_owned(), Value::Array(groups.into_iter().map(|id| json!({"id": id})).collect()));
}
