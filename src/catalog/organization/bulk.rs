//! `bulk_update_private`, `bulk_update_public`, `bulk_update_delete`: one change of many datasets of an organization.

use action::{Action, Ctx, Documented, Kind};
use auth::Permission;
use base::{Error, Result, limits};
use serde_json::{Map, Value, json};

use crate::package::{self, Incoming, store_many};

/// Datasets that are stored at a time.
const BATCH: usize = 500;

action::declare! {
    /// Makes datasets of an organization private; those that are not its own are passed over.
    pub struct Private;
    /// Which datasets.
    pub struct BulkParams {
        /// Ids of the datasets.
        datasets: Vec<String>,
        /// Id of the organization.
        org_id: String,
    }
}

/// See its help text.
pub struct Public;

impl Documented for Public {
    const DOC: &'static str = " Makes datasets of an organization public; those that are not its own are passed over.\n";
}

/// See its help text.
pub struct Delete;

impl Documented for Delete {
    const DOC: &'static str = " Marks datasets of an organization as deleted; those that are not its own are passed over.\n";
}

/// The three differ in what they set.
macro_rules! bulk {
    ($action:ident, $name:literal, $field:literal, $value:expr) => {
        impl Action for $action {
            const NAME: &'static str = $name;
            const KIND: Kind = Kind::Write;
            type Params = BulkParams;
            type Subject = ();
            type Output = ();

            fn allow(ctx: &mut Ctx, params: &BulkParams) -> Result<()> {
                permitted(ctx, params)
            }

            fn run(ctx: &mut Ctx, params: BulkParams, (): ()) -> Result<()> {
                change(ctx, &params, ($field, $value))
            }
        }
    };
}

bulk!(Private, "bulk_update_private", "private", json!(true));
bulk!(Public, "bulk_update_public", "private", json!(false));
bulk!(Delete, "bulk_update_delete", "state", json!("deleted"));

/// The organization's admins.
///
/// # Errors
/// Denied.
fn permitted(ctx: &Ctx, params: &BulkParams) -> Result<()> {
    let organization = params.org_id.as_deref().and_then(|key| ctx.app.quotes.find(key));
    let admin = organization.is_some_and(|group| ctx.actor.may(Permission::Admin, &group.row.id));
    if ctx.actor.is_sysadmin() || admin { Ok(()) } else { Err(Error::denied("")) }
}

/// Changes one field of those datasets that are the organization's (a name finds none, as in CKAN); all or none.
fn change(ctx: &mut Ctx, params: &BulkParams, (field, value): (&str, Value)) -> Result<()> {
    let asked = params.datasets.as_deref().unwrap_or_default();
    if asked.len() > limits::BULK {
        return Err(Error::invalid("datasets", format!("There may be at most {} datasets", limits::BULK)));
    }
    let asked: Vec<String> = asked.iter().filter(|id| !id.contains('\0')).cloned().collect();
    let owner = params.org_id.as_deref().filter(|id| !id.contains('\0'));
    let ids = package::db::owned_of(ctx.db()?, &asked, owner)?;
    let dict: Map<String, Value> = [(field.to_owned(), value)].into_iter().collect();
    for chunk in ids.chunks(BATCH) {
        let batch = chunk.iter().map(|id| Incoming { id: Some(id.clone()), dict: dict.clone(), patch: true }).collect();
        for outcome in store_many(ctx, batch)? {
            outcome.into_stored()?;
        }
    }
    Ok(())
}
