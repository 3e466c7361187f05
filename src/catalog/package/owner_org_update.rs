//! `package_owner_org_update`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};
use model::Document;

use super::{db, give_many};

action::declare! {
    /// Gives a dataset to another organization, or to none. For sysadmins.
    pub struct OwnerOrgUpdate;
    /// Which dataset, and whose it becomes.
    pub struct OwnerOrgUpdateParams {
        /// Id or name of the dataset.
        id: String,
        /// Id or name of the organization; left out or empty: none.
        organization_id: String,
    }
}

impl Action for OwnerOrgUpdate {
    const NAME: &'static str = "package_owner_org_update";
    const KIND: Kind = Kind::Write;
    type Params = OwnerOrgUpdateParams;
    type Subject = Document;
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &OwnerOrgUpdateParams) -> Result<Document> {
        if !ctx.actor.is_sysadmin() {
            return Err(Error::denied(""));
        }
        let key = params.id.as_deref().unwrap_or_default();
        let document = db::lock(ctx.db()?, key)?.ok_or_else(|| Error::not_found("Package was not found."))?;
        ctx.meet(|_| Ok(document.tag()))?;
        Ok(document)
    }

    fn run(ctx: &mut Ctx, params: OwnerOrgUpdateParams, document: Document) -> Result<()> {
        let owner = match params.organization_id.filter(|key| !key.is_empty()) {
            None => None,
            Some(key) => {
                let group = ctx.app.quotes.find(&key).filter(|group| group.row.is_organization);
                Some(group.ok_or_else(|| Error::not_found("Organization was not found."))?.row.id.clone())
            }
        };
        give_many(ctx, &[document.id], owner.as_deref()).map(drop)
    }
}
