//! `package_collaborator_delete`.

use std::sync::Arc;

use action::{Action, Ctx, Kind};
use base::{Error, Result};
use model::Document;
use store::changes;

use super::{allow, db};
use crate::{member, package::allow::all_needed};

action::declare! {
    /// Takes a collaborator off a dataset.
    pub struct Delete;
    /// Who, and off which.
    pub struct DeleteParams {
        /// Id or name of the dataset.
        id: String,
        /// Id or name of the user.
        user_id: String,
    }
}

impl Action for Delete {
    const NAME: &'static str = "package_collaborator_delete";
    const KIND: Kind = Kind::Write;
    type Params = DeleteParams;
    type Subject = Arc<Document>;
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &DeleteParams) -> Result<Arc<Document>> {
        let [id, _] = all_needed([("id", params.id.as_ref()), ("user_id", params.user_id.as_ref())])?;
        if ctx.actor.is_sysadmin() {
            allow::enabled(ctx)?;
        }
        let document = allow::may_manage(ctx, id, "Package not found", "remove collaborators from")?;
        allow::enabled(ctx)?;
        Ok(document)
    }

    fn run(ctx: &mut Ctx, params: DeleteParams, document: Arc<Document>) -> Result<()> {
        let key = params.user_id.unwrap_or_default();
        let user = member::db::find_user(ctx.db()?, &key)?.ok_or_else(|| Error::not_found("User not found"))?;
        if !db::remove(ctx.db()?, &document.id, &user.id)? {
            return Err(Error::not_found(format!("User {key} is not a collaborator on this package")));
        }
        ctx.log(changes::Entity::Member, &document.id, changes::Kind::Update)
    }
}
