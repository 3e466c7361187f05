//! `package_collaborator_list_for_user`.

use action::{Action, Ctx, Kind};
use auth::Role;
use base::{Error, Result, time::Stamp};
use serde::Serialize;

use super::{allow, db};
use crate::{member, package::allow::needed};

action::declare! {
    /// Returns the datasets that a user is a collaborator of, to himself.
    pub struct ListForUser;
    /// Whose.
    pub struct ListForUserParams {
        /// Id or name of the user.
        id: String,
        /// Only those where he has this capacity.
        capacity: String,
    }
}

/// A dataset that is shared with somebody (shape `package_collaborator_list_for_user`).
#[derive(Serialize)]
pub struct Shared {
    package_id: String,
    capacity: String,
    modified: Stamp,
}

impl Action for ListForUser {
    const NAME: &'static str = "package_collaborator_list_for_user";
    const KIND: Kind = Kind::Read;
    type Params = ListForUserParams;
    /// The user's id.
    type Subject = (String, Option<Role>);
    type Output = Vec<Shared>;

    fn allow(ctx: &mut Ctx, params: &ListForUserParams) -> Result<(String, Option<Role>)> {
        let key = needed(params.id.as_ref(), "id")?;
        allow::enabled(ctx)?;
        let own = ctx.actor.as_user().is_some_and(|user| user.id == key || user.name == key);
        if !own && !ctx.actor.is_sysadmin() {
            return Err(Error::denied(""));
        }
        let user = member::db::find_user(ctx.db()?, key)?;
        let user = user.ok_or_else(|| Error::denied("Not allowed to retrieve collaborators"))?;
        Ok((user.id, allow::wanted(ctx, params.capacity.as_ref())?))
    }

    fn run(ctx: &mut Ctx, _params: ListForUserParams, (user, role): (String, Option<Role>)) -> Result<Vec<Shared>> {
        let rows = db::list(ctx.db()?, db::Of::User(&user), role)?;
        let shared = |row: db::CollaboratorRow| Shared {
            package_id: row.package_id,
            capacity: row.capacity,
            modified: Stamp::from_naive(row.modified),
        };
        Ok(rows.into_iter().map(shared).collect())
    }
}
