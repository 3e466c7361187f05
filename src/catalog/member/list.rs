//! `member_list`.

use std::{collections::HashSet, sync::Arc};

use action::{Action, Ctx, Kind};
use auth::Role;
use base::{Error, Result};
use store::quotes::Group;

use super::db;
use crate::{group, package::allow::needed};

action::declare! {
    /// Returns what belongs to an organization or group: triples of id, kind (user, package, group) and capacity.
    pub struct List;
    /// Of what, and which of it.
    pub struct ListParams {
        /// Id or name of the organization or group.
        id: String,
        /// user, package or group; left out: all.
        object_type: String,
        /// admin, editor, member, public or organization; left out: all.
        capacity: String,
    }
}

impl Action for List {
    const NAME: &'static str = "member_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = Arc<Group>;
    type Output = Vec<(String, &'static str, String)>;

    fn allow(ctx: &mut Ctx, params: &ListParams) -> Result<Arc<Group>> {
        let key = needed(params.id.as_ref(), "id")?;
        let group = ctx.app.quotes.find(key).ok_or_else(|| Error::not_found(""))?;
        group::allow::may_read(ctx, &group.row, params.object_type.as_deref() == Some("user"))?;
        Ok(group)
    }

    fn run(ctx: &mut Ctx, params: ListParams, group: Arc<Group>) -> Result<Vec<(String, &'static str, String)>> {
        let id = &group.row.id;
        let kind = params.object_type.as_deref().filter(|kind| !kind.is_empty());
        let wanted = |name: &str| kind.is_none_or(|kind| kind == name);
        let mut list = Vec::new();
        if wanted("user") {
            list.extend(db::members_of(ctx.db()?, id)?.into_iter().map(|(user, capacity)| (user, "user", capacity)));
        }
        if wanted("group") {
            let parents = db::parents(ctx.db()?, std::slice::from_ref(id))?;
            list.extend(parents.into_iter().map(|(_, parent, capacity)| (parent, "group", capacity)));
        }
        if wanted("package") {
            let mut datasets = db::packages(ctx.db()?, id, group.row.is_organization)?;
            if let Some(labels) = ctx.actor.labels() {
                let ids: Vec<String> = datasets.iter().map(|(dataset, _)| dataset.clone()).collect();
                let seen: HashSet<String> = store::documents::seen_of(ctx.db()?, &ids, &labels)?.into_iter().collect();
                datasets.retain(|(dataset, _)| seen.contains(dataset));
            }
            list.extend(datasets.into_iter().map(|(dataset, capacity)| (dataset, "package", capacity)));
        }
        if let Some(capacity) = params.capacity.as_deref().filter(|capacity| !capacity.is_empty()) {
            list.retain(|(.., other)| other == capacity);
        }
        for (_, kind, capacity) in &mut list {
            if *kind == "user"
                && let Some(role) = Role::parse(capacity)
            {
                role.title().clone_into(capacity);
            }
        }
        Ok(list)
    }
}
