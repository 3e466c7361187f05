//! The organizations and groups that harvested datasets belong to: found here by id, else by name, or made.

use action::{App, Ctx};
use base::{Kind, Result, id, name};
use catalog::group::{self, Family};
use serde_json::{Map, Value, json};
use store::Lane;

use super::work::Run;
use crate::{
    protocol::{Mapped, RemoteGroup},
    source::Source,
};

/// What is taken over of a remote's own account of it, beside what its datasets say.
const DETAILS: &[&str] = &["title", "title_translated", "description", "description_translated"];
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
pub fn make_missing(run: &Run, datasets: &[&Mapped]) -> Result<()> {
    let app = &run.shared.app;
    let mut missing: Vec<(&RemoteGroup, Family)> = Vec::new();
    for mapped in datasets {
        let organization = mapped.organization.iter().filter(|_| mapped.create_organization);
        // What the configuration names has no remote id, and is never made.
        let groups = mapped.groups.iter().filter(|group| mapped.create_groups && !group.id.is_empty());
        let wanted = organization.map(|remote| (remote, Family::Organization));
        for (remote, family) in wanted.chain(groups.map(|remote| (remote, Family::Group))) {
            let known = missing.iter().any(|(other, kind)| *kind == family && other.name == remote.name);
            if !known && local(app, remote, family.is_organization()).is_none() {
                missing.push((remote, family));
            }
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let details: Vec<Map<String, Value>> =
        missing.iter().map(|(remote, family)| run.protocol.group(remote, family.is_organization()).unwrap_or_default()).collect();
    let mut ctx = Ctx::job(app, &run.actor);
    for ((remote, family), details) in missing.into_iter().zip(details) {
        make(&mut ctx, remote, family, details)?;
    }
    ctx.finish()?;
    if app.feed().is_none() {
        app.quotes.reload(&mut *app.pools.get(Lane::Job)?)?;
    }
    Ok(())
}

/// Makes one, with the remote's details or, where they are not valid here, without. One that cannot be made is left out.
fn make(ctx: &mut Ctx, remote: &RemoteGroup, family: Family, details: Map<String, Value>) -> Result<()> {
    let mut bare = Map::new();
    bare.insert("name".to_owned(), Value::String(name_of(remote)));
    if id::is_uuid(&remote.id) && ctx.app.quotes.find(&remote.id).is_none() {
        bare.insert("id".to_owned(), Value::String(remote.id.clone()));
    }
    for (field, text) in [("title", &remote.title), ("description", &remote.description), ("image_url", &remote.image_url)] {
        bare.insert(field.to_owned(), Value::String(text.replace('\0', "").chars().take(TEXT).collect()));
    }
    let mut whole = bare.clone();
    let own = ctx
        .app
        .settings
        .schemas
        .declared(family.schemas(), family.word())
        .map_or(Vec::new(), |schema| schema.own_fields().to_vec());
    whole.extend(details.into_iter().filter(|(key, _)| DETAILS.contains(&key.as_str()) || own.contains(key)));
    for dict in [whole, bare] {
        match group::check::read(ctx, family, &dict, None) {
            Ok(draft) => return group::write::create(ctx, draft).map(drop),
            Err(error) if error.kind() == Kind::Validation => {
                tracing::debug!(%error, name = remote.name, "a remote's organization or group is not valid here");
            }
            Err(error) => return Err(error),
        }
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
