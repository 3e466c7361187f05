//! `member_create`.

use action::{Action, Ctx, Kind};
use auth::Role;
use base::{Error, Result};
use store::{changes, quotes::GroupRow};

use super::{
    allow::{Object, may_change},
    db,
    view::MemberView,
    write,
};
use crate::{
    group,
    package::{allow::all_needed, regroup_many},
};

/// Longest capacity of a dataset or group.
const CAPACITY: usize = 100;

action::declare! {
    /// Puts a user or a dataset into an organization or group, or a group above it.
    ///
    /// A dataset that is put into an organization does not become its own: see package_owner_org_update.
    pub struct Create;
    /// What, and where.
    pub struct CreateParams {
        /// Id or name of the organization or group.
        id: String,
        /// Id or name of what is put into it.
        object: String,
        /// user, package or group.
        object_type: String,
        /// A user's role (admin, editor or member); `public` for others.
        capacity: String,
    }
}

impl Action for Create {
    const NAME: &'static str = "member_create";
    const KIND: Kind = Kind::Write;
    type Params = CreateParams;
    type Subject = (GroupRow, Object);
    type Output = MemberView;

    fn allow(ctx: &mut Ctx, params: &CreateParams) -> Result<(GroupRow, Object)> {
        let [group, object, kind, _] = all_needed([
            ("id", params.id.as_ref()),
            ("object", params.object.as_ref()),
            ("object_type", params.object_type.as_ref()),
            ("capacity", params.capacity.as_ref()),
        ])?;
        may_change(ctx, group, object, kind)
    }

    fn run(ctx: &mut Ctx, params: CreateParams, (group, object): (GroupRow, Object)) -> Result<MemberView> {
        let capacity = params.capacity.unwrap_or_default();
        if capacity.len() > CAPACITY || capacity.contains('\0') {
            return Err(Error::invalid("capacity", "role does not exist."));
        }
        match object {
            Object::User(user) => {
                let role = Role::parse(&capacity).ok_or_else(|| Error::invalid("capacity", "role does not exist."))?;
                write::join(ctx, &group.id, &user, role)
            }
            Object::Package(document) => {
                if group.is_organization {
                    db::put_package(ctx.db()?, &group.id, &document.id, &capacity)?;
                } else {
                    regroup_many(ctx, std::slice::from_ref(&document.id), &group, true)?;
                }
                Ok(MemberView::new(&group.id, "package", &document.id, &capacity))
            }
            Object::Group(parent) => {
                if group::db::with_ancestors(ctx.db()?, std::slice::from_ref(&parent.id))?.contains(&group.id) {
                    return Err(Error::invalid("object", "This parent would create a loop in the hierarchy"));
                }
                db::put_parent(ctx.db()?, &group.id, &parent.id, &capacity)?;
                ctx.log(changes::Entity::Group, &group.id, changes::Kind::Update)?;
                Ok(MemberView::new(&group.id, "group", &parent.id, &capacity))
            }
        }
    }
}
