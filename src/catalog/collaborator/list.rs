//! `package_collaborator_list`.

use std::sync::Arc;

use action::{Action, Ctx, Kind};
use auth::Role;
use base::{Result, time::Stamp};
use model::Document;
use serde::Serialize;

use super::{allow, db};
use crate::package::allow::needed;

action::declare! {
    /// Returns the collaborators of a dataset, to those who may choose them.
    pub struct List;
    /// Of which dataset.
    pub struct ListParams {
        /// Id or name of the dataset.
        id: String,
        /// Only those of this capacity.
        capacity: String,
    }
}

/// A collaborator (shape `package_collaborator`).
#[derive(Serialize)]
pub struct Listed {
    package_id: String,
    user_id: String,
    capacity: String,
    /// With a blank between date and time, as CKAN has it here.
    modified: String,
}

impl Action for List {
    const NAME: &'static str = "package_collaborator_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = (Arc<Document>, Option<Role>);
    type Output = Vec<Listed>;

    fn allow(ctx: &mut Ctx, params: &ListParams) -> Result<(Arc<Document>, Option<Role>)> {
        let key = needed(params.id.as_ref(), "id")?;
        let document = allow::may_manage(ctx, key, "Package not found", "list collaborators from")?;
        allow::enabled(ctx)?;
        Ok((document, allow::wanted(ctx, params.capacity.as_ref())?))
    }

    fn run(ctx: &mut Ctx, _params: ListParams, (document, role): (Arc<Document>, Option<Role>)) -> Result<Vec<Listed>> {
        let rows = db::list(ctx.db()?, db::Of::Package(&document.id), role)?;
        let listed = |row: db::CollaboratorRow| Listed {
            package_id: row.package_id,
            user_id: row.user_id,
            capacity: row.capacity,
            modified: Stamp::from_naive(row.modified).to_string().replace('T', " "),
        };
        Ok(rows.into_iter().map(listed).collect())
    }
}
