//! `organization_list_for_user`: where somebody may do something.

use std::{collections::HashMap, sync::Arc};

use action::{Action, Ctx, Kind};
use auth::{Actor, Permission, Role, role::permission_named};
use base::{Error, Result, time::Stamp};
use serde_json::{Value, json};
use store::quotes::{Group, GroupRow};

use crate::{
    flag::{Flag, flag},
    group::{self, Family},
    member,
    picture::{self, Of},
};

action::declare! {
    /// Returns the organizations in which a user may do something, with his capacity there.
    pub struct ListForUser;
    /// Who, and what he wants to do.
    pub struct ListForUserParams {
        /// Id or name of a user; left out: the caller.
        id: String,
        /// read, create_dataset, update_dataset, delete_dataset, manage_group, membership or admin.
        permission: String,
        /// True: with the number of datasets.
        include_dataset_count: Flag,
        /// True: with the number of members.
        include_member_count: Flag,
    }
}

impl Action for ListForUser {
    const NAME: &'static str = "organization_list_for_user";
    const KIND: Kind = Kind::Read;
    type Params = ListForUserParams;
    type Subject = Actor;
    type Output = Vec<Value>;

    fn allow(ctx: &mut Ctx, params: &ListForUserParams) -> Result<Actor> {
        let Some(key) = params.id.as_deref().filter(|id| !id.is_empty()) else { return Ok(ctx.actor.clone()) };
        let user = member::db::find_user(ctx.db()?, key)?.ok_or_else(|| Error::not_found(""))?;
        let app = Arc::clone(&ctx.app);
        Ok(app.actors.of_user(ctx.db()?, &user.id)?.unwrap_or_else(Actor::anonymous))
    }

    fn run(ctx: &mut Ctx, params: ListForUserParams, user: Actor) -> Result<Vec<Value>> {
        let counted = flag(params.include_dataset_count, false)?;
        let with_members = flag(params.include_member_count, false)?;
        let name = params.permission.as_deref().filter(|name| !name.is_empty()).unwrap_or("manage_group");
        // An admin may do whatever there is a word for.
        let permission = permission_named(name).unwrap_or(Permission::Admin);
        let role = |row: &GroupRow| {
            if user.is_sysadmin() { Some(Role::Admin) } else { user.role_in(&row.id).filter(|role| role.permits(permission)) }
        };
        let mut found =
            ctx.app.quotes.filter(|Group { row, .. }| row.is_organization && row.state == "active" && role(row).is_some());
        found.sort_by_cached_key(|group| (group.row.display_name().to_lowercase(), group.row.name.clone()));
        let counts = if counted { group::view::counts(ctx, Family::Organization, &found)? } else { Vec::new() };
        let ids: Vec<String> = found.iter().map(|group| group.row.id.clone()).collect();
        let members = if with_members { member::db::member_counts(ctx.db()?, &ids)? } else { HashMap::new() };
        let mut list = Vec::with_capacity(found.len());
        for (place, group) in found.iter().enumerate() {
            let mut item = view(ctx, &group.row, role(&group.row));
            if let Value::Object(item) = &mut item {
                if counted {
                    item.insert("package_count".to_owned(), json!(counts.get(place)));
                }
                if with_members {
                    let number = members.get(&group.row.id).copied().unwrap_or_default();
                    item.insert("member_count".to_owned(), json!(number));
                }
            }
            list.push(item);
        }
        Ok(list)
    }
}

fn view(ctx: &Ctx, row: &GroupRow, role: Option<Role>) -> Value {
    json!({
        "id": row.id,
        "name": row.name,
        "title": row.title,
        "type": row.type_,
        "description": row.description,
        "image_url": row.image_url,
        "created": Stamp::from_naive(row.created),
        "is_organization": row.is_organization,
        "approval_status": row.approval_status,
        "state": row.state,
        "capacity": role.map(Role::as_str),
        "display_name": row.display_name(),
        "image_display_url": picture::address(ctx, Of::Group, &row.image_url),
    })
}
