//! `dataset_followee_list`, `group_followee_list`, `organization_followee_list`, `user_followee_list`, `followee_list`.

use std::sync::Arc;

use action::{Action, Ctx, Kind, Row};
use base::{Error, Result};
use catalog::{
    group::{
        Family,
        view::{self, Options},
    },
    member::{
        db::{Followed, accounts},
        view::public,
    },
};
use serde::Serialize;
use serde_json::{Map, Value};
use store::quotes::Group;

use super::{Object, db, needed};

/// Something followed.
#[derive(Serialize)]
pub struct Followee {
    r#type: &'static str,
    display_name: String,
    dict: Value,
}

macro_rules! followees {
    ($name:literal, $action:ident, $params:ident, $list:expr, $doc:literal) => {
        action::declare! {
            #[doc = $doc]
            pub struct $action;
            /// Of whom.
            pub struct $params {
                /// Id or name of the user.
                id: String,
            }
        }

        impl Action for $action {
            const NAME: &'static str = $name;
            const KIND: Kind = Kind::Read;
            type Params = $params;
            type Subject = Object;
            type Output = Vec<Value>;

            fn allow(ctx: &mut Ctx, params: &$params) -> Result<Object> {
                may_read(ctx, params.id.as_ref())?;
                needed(ctx, Followed::User, params.id.as_ref())
            }

            fn run(ctx: &mut Ctx, _params: $params, user: Object) -> Result<Vec<Value>> {
                if user.deleted { Ok(Vec::new()) } else { $list(ctx, &user.id) }
            }
        }
    };
}

followees!(
    "dataset_followee_list",
    Datasets,
    DatasetsParams,
    datasets,
    "Returns the datasets that a user follows and the caller may read. For the user himself and sysadmins."
);
followees!(
    "group_followee_list",
    Groups,
    GroupsParams,
    |ctx, user| groups(ctx, Family::Group, user),
    "Returns the groups that a user follows. For the user himself and sysadmins."
);
followees!(
    "organization_followee_list",
    Organizations,
    OrganizationsParams,
    |ctx, user| groups(ctx, Family::Organization, user),
    "Returns the organizations that a user follows. For the user himself and sysadmins."
);
followees!(
    "user_followee_list",
    Users,
    UsersParams,
    users,
    "Returns the users whom a user follows. For the user himself and sysadmins."
);

action::declare! {
    /// Returns whatever a user follows, in the order of display names. For the user himself and sysadmins.
    pub struct All;
    /// Of whom, and what of it.
    pub struct AllParams {
        /// Id or name of the user.
        id: String,
        /// Only what has a display name that begins with this.
        q: String,
    }
}

impl Action for All {
    const NAME: &'static str = "followee_list";
    const KIND: Kind = Kind::Read;
    type Params = AllParams;
    type Subject = Object;
    type Output = Vec<Followee>;

    fn allow(ctx: &mut Ctx, params: &AllParams) -> Result<Object> {
        let user = needed(ctx, Followed::User, params.id.as_ref())?;
        may_read(ctx, Some(&user.id))?;
        Ok(user)
    }

    fn run(ctx: &mut Ctx, params: AllParams, user: Object) -> Result<Vec<Followee>> {
        if user.deleted {
            return Ok(Vec::new());
        }
        let mut all = Vec::new();
        for (kind, dicts) in [
            ("user", users(ctx, &user.id)?),
            ("dataset", datasets(ctx, &user.id)?),
            ("group", groups(ctx, Family::Group, &user.id)?),
            ("organization", groups(ctx, Family::Organization, &user.id)?),
        ] {
            all.extend(dicts.into_iter().map(|dict| Followee { r#type: kind, display_name: display_name(&dict), dict }));
        }
        all.sort_by(|one, other| one.display_name.cmp(&other.display_name));
        if let Some(begin) = params.q.map(|begin| begin.trim().to_lowercase()).filter(|begin| !begin.is_empty()) {
            all.retain(|followee| followee.display_name.trim().to_lowercase().starts_with(&begin));
        }
        Ok(all)
    }
}

/// The actions of this file.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![Row::of::<All>(), Row::of::<Datasets>(), Row::of::<Groups>(), Row::of::<Organizations>(), Row::of::<Users>()]
}

/// The user himself, and sysadmins.
fn may_read(ctx: &Ctx, key: Option<&String>) -> Result<()> {
    let own = |user: &auth::actor::User| key.is_some_and(|key| *key == user.id || *key == user.name);
    if ctx.actor.as_user().is_some_and(|user| user.sysadmin || own(user)) { Ok(()) } else { Err(Error::denied("Not authorized")) }
}

fn display_name(dict: &Value) -> String {
    let text = |key: &&str| dict.get(*key).and_then(Value::as_str).filter(|text| !text.is_empty());
    ["display_name", "fullname", "title", "name"].iter().find_map(text).unwrap_or_default().to_owned()
}

/// In the order of names.
fn users(ctx: &mut Ctx, user: &str) -> Result<Vec<Value>> {
    let ids = db::followees(ctx.db()?, user, Followed::User)?;
    let found = accounts(ctx.db()?, &ids)?;
    let mut views: Vec<Map<String, Value>> =
        found.values().filter(|account| account.row.state != "deleted").map(|account| public(ctx, account)).collect();
    views.sort_by(|one, other| one.get("name").and_then(Value::as_str).cmp(&other.get("name").and_then(Value::as_str)));
    Ok(views.into_iter().map(Value::Object).collect())
}

/// Those that the caller may read, as package_show shows them.
fn datasets(ctx: &mut Ctx, user: &str) -> Result<Vec<Value>> {
    let ids = db::followees(ctx.db()?, user, Followed::Dataset)?;
    let mut documents = store::documents::list(ctx.db()?, &ids)?;
    documents.retain(|document| document.state != "deleted" && ctx.actor.meets(&document.labels));
    documents.sort_by_key(|document| ids.iter().position(|id| *id == document.id));
    let whole = |document: &model::Document| {
        let mut text = String::new();
        ctx.app.quotes.splice(document, &mut text);
        serde_json::from_str(&text).map_err(Error::internal)
    };
    documents.iter().map(whole).collect()
}

fn groups(ctx: &mut Ctx, family: Family, user: &str) -> Result<Vec<Value>> {
    let ids = db::followees(ctx.db()?, user, Followed::Group)?;
    let known = |id: &String| ctx.app.quotes.find(id);
    let groups: Vec<Arc<Group>> = ids
        .iter()
        .filter_map(known)
        .filter(|group| group.row.state != "deleted" && group.row.is_organization == family.is_organization())
        .collect();
    let options = Options { datasets: true, followers: false, ..Options::WRITTEN };
    serde_json::from_str(&view::all(ctx, family, &groups, options)?.0).map_err(Error::internal)
}
