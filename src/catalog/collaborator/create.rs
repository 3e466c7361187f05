//! `package_collaborator_create`.

use std::sync::Arc;

use action::{Action, Ctx, Kind};
use auth::Role;
use base::{Error, Result, time::Stamp};
use model::Document;
use serde::Serialize;
use store::changes;

use super::{allow, db};
use crate::{member, package::allow::all_needed};

action::declare! {
    /// Makes a user a collaborator of a dataset, or changes what he may do with it.
    ///
    /// A member reads it, an editor writes it, an admin also chooses its collaborators.
    pub struct Create;
    /// Who may do what, and with which dataset.
    pub struct CreateParams {
        /// Id or name of the dataset.
        id: String,
        /// Id or name of the user.
        user_id: String,
        /// editor or member; admin too, where the portal says so.
        capacity: String,
    }
}

/// A collaborator as he was stored.
#[derive(Serialize)]
pub struct CollaboratorView {
    package_id: String,
    user_id: String,
    capacity: &'static str,
    modified: Stamp,
}

impl Action for Create {
    const NAME: &'static str = "package_collaborator_create";
    const KIND: Kind = Kind::Write;
    type Params = CreateParams;
    type Subject = (Arc<Document>, Role);
    type Output = CollaboratorView;

    fn allow(ctx: &mut Ctx, params: &CreateParams) -> Result<(Arc<Document>, Role)> {
        let [id, _, capacity] = all_needed([
            ("id", params.id.as_ref()),
            ("user_id", params.user_id.as_ref()),
            ("capacity", params.capacity.as_ref()),
        ])?;
        let role = allow::capacity(ctx, capacity, "Role")?;
        Ok((allow::may_manage(ctx, id, "Dataset not found", "add collaborators to")?, role))
    }

    fn run(ctx: &mut Ctx, params: CreateParams, (document, role): (Arc<Document>, Role)) -> Result<CollaboratorView> {
        let key = params.user_id.unwrap_or_default();
        let user = member::db::find_user(ctx.db()?, &key)?.ok_or_else(|| Error::not_found("User not found"))?;
        allow::enabled(ctx)?;
        let now = Stamp::now();
        db::put(ctx.db()?, &document.id, &user.id, role, now)?;
        ctx.log(changes::Entity::Member, &document.id, changes::Kind::Update)?;
        Ok(CollaboratorView { package_id: document.id.clone(), user_id: user.id, capacity: role.as_str(), modified: now })
    }
}
