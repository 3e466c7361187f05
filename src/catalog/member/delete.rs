//! `member_delete`.

use action::{Action, Ctx, Kind};
use base::Result;
use store::{changes, quotes::GroupRow};

use super::{
    allow::{Object, may_change},
    db, write,
};
use crate::package::{allow::all_needed, regroup_many};

action::declare! {
    /// Takes a user or a dataset out of an organization or group, or a group from above it; nothing happens when it is
    /// not there.
    ///
    /// An organization keeps the datasets that it owns: see package_owner_org_update.
    pub struct Delete;
    /// What, and out of which.
    pub struct DeleteParams {
        /// Id or name of the organization or group.
        id: String,
        /// Id or name of what is taken out of it.
        object: String,
        /// user, package or group.
        object_type: String,
    }
}

impl Action for Delete {
    const NAME: &'static str = "member_delete";
    const KIND: Kind = Kind::Write;
    type Params = DeleteParams;
    type Subject = (GroupRow, Object);
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &DeleteParams) -> Result<(GroupRow, Object)> {
        let [group, object, kind] = all_needed([
            ("id", params.id.as_ref()),
            ("object", params.object.as_ref()),
            ("object_type", params.object_type.as_ref()),
        ])?;
        may_change(ctx, group, object, kind)
    }

    fn run(ctx: &mut Ctx, _params: DeleteParams, (group, object): (GroupRow, Object)) -> Result<()> {
        match object {
            Object::User(user) => write::leave(ctx, &group.id, &user.id),
            Object::Package(document) if group.is_organization => db::remove_package(ctx.db()?, &group.id, &document.id),
            Object::Package(document) => regroup_many(ctx, std::slice::from_ref(&document.id), &group, false).map(drop),
            Object::Group(parent) => {
                if db::remove_parent(ctx.db()?, &group.id, &parent.id)? {
                    ctx.log(changes::Entity::Group, &group.id, changes::Kind::Update)?;
                }
                Ok(())
            }
        }
    }
}
