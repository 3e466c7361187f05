//! `dataset_purge`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};
use model::Document;
use store::changes::{Entity, Kind as Change};

use super::{allow, db};
use crate::{activity, file, relationship, resource};

action::declare! {
    /// Removes a dataset and everything of it for good. For sysadmins.
    pub struct Purge;
    /// Which dataset.
    pub struct PurgeParams {
        /// Id or name of the dataset.
        id: String,
    }
}

impl Action for Purge {
    const NAME: &'static str = "dataset_purge";
    const KIND: Kind = Kind::Write;
    type Params = PurgeParams;
    type Subject = Document;
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &PurgeParams) -> Result<Document> {
        let key = allow::needed(params.id.as_ref(), "id")?;
        let document = db::lock(ctx.db()?, key)?.ok_or_else(|| Error::not_found("Dataset was not found"))?;
        if !ctx.actor.is_sysadmin() {
            return Err(Error::denied(""));
        }
        ctx.meet(|_| Ok(document.tag()))?;
        Ok(document)
    }

    fn run(ctx: &mut Ctx, _params: PurgeParams, document: Document) -> Result<()> {
        purge(ctx, &document)
    }
}

/// Removes a locked dataset and everything of it for good.
///
/// # Errors
/// What the database says.
pub fn purge(ctx: &mut Ctx, document: &Document) -> Result<()> {
    let related = relationship::db::of_package(ctx.db()?, &document.id)?;
    let others: Vec<String> = related
        .into_iter()
        .flat_map(|row| [row.subject_package_id, row.object_package_id])
        .filter(|id| *id != document.id)
        .collect();
    resource::upload::clear_all(ctx, &document.id)?;
    file::db::disown(ctx.db()?, ("package", &document.id))?;
    db::purge(ctx.db()?, &document.id)?;
    // Each of its activities holds it whole.
    activity::db::delete_of(ctx.db()?, &document.id)?;
    relationship::write::refresh(ctx, &others)?;
    ctx.log(Entity::Package, &document.id, Change::Purge)
}
