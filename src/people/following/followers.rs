//! `dataset_follower_list`, `group_follower_list`, `organization_follower_list`, `user_follower_list`.

use action::{Action, Ctx, Kind, Row};
use base::{Error, Result};
use catalog::member::{
    db::{Followed, accounts},
    view::public,
};
use serde_json::{Map, Value};

use super::{Object, db, needed};

macro_rules! followers {
    ($name:literal, $action:ident, $params:ident, $kind:expr, $doc:literal, $id_doc:literal) => {
        action::declare! {
            #[doc = $doc]
            pub struct $action;
            /// Of what.
            pub struct $params {
                #[doc = $id_doc]
                id: String,
            }
        }

        impl Action for $action {
            const NAME: &'static str = $name;
            const KIND: Kind = Kind::Read;
            type Params = $params;
            type Subject = Object;
            type Output = Vec<Map<String, Value>>;

            fn allow(ctx: &mut Ctx, params: &$params) -> Result<Object> {
                if !ctx.actor.is_sysadmin() {
                    return Err(Error::denied("Not authorized"));
                }
                needed(ctx, $kind, params.id.as_ref())
            }

            fn run(ctx: &mut Ctx, _params: $params, object: Object) -> Result<Vec<Map<String, Value>>> {
                if object.deleted { Ok(Vec::new()) } else { list(ctx, $kind, &object.id) }
            }
        }
    };
}

followers!(
    "dataset_follower_list",
    Dataset,
    DatasetParams,
    Followed::Dataset,
    "Returns the users who follow a dataset. Sysadmins only.",
    "Id or name of the dataset."
);
followers!(
    "group_follower_list",
    Group,
    GroupParams,
    Followed::Group,
    "Returns the users who follow a group. Sysadmins only.",
    "Id or name of the group."
);
followers!(
    "organization_follower_list",
    Organization,
    OrganizationParams,
    Followed::Group,
    "Returns the users who follow an organization. Sysadmins only.",
    "Id or name of the organization."
);
followers!(
    "user_follower_list",
    User,
    UserParams,
    Followed::User,
    "Returns the users who follow a user. Sysadmins only.",
    "Id or name of the user."
);

/// The actions of this file.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![Row::of::<Dataset>(), Row::of::<Group>(), Row::of::<Organization>(), Row::of::<User>()]
}

/// In the order of names.
fn list(ctx: &mut Ctx, kind: Followed, id: &str) -> Result<Vec<Map<String, Value>>> {
    let ids = db::followers(ctx.db()?, kind, id)?;
    let accounts = accounts(ctx.db()?, &ids)?;
    Ok(ids.iter().filter_map(|id| accounts.get(id)).map(|account| public(ctx, account)).collect())
}
