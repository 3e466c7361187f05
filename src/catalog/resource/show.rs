//! `resource_show`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};
use model::{Resource, document};

use super::db;
use crate::package::allow;

action::declare! {
    /// Returns the metadata of a resource, to whoever may see its dataset.
    pub struct Show;
    /// Which resource.
    pub struct ShowParams {
        /// Id of the resource.
        id: String,
    }
}

impl Action for Show {
    const NAME: &'static str = "resource_show";
    const KIND: Kind = Kind::Read;
    type Params = ShowParams;
    type Subject = Resource;
    type Output = Resource;

    fn allow(ctx: &mut Ctx, params: &ShowParams) -> Result<Resource> {
        let id = allow::needed(params.id.as_ref(), "id")?;
        let package_id = db::package_of(ctx.db()?, id)?.ok_or_else(|| Error::not_found(""))?;
        let dataset = allow::find(ctx, &package_id, "")?;
        if !ctx.actor.meets(&dataset.labels) {
            return Err(Error::denied(format!("User {} not authorized to read resource {id}", ctx.actor.name())));
        }
        let package = document::parse(&dataset.body)?;
        package
            .resources
            .into_iter()
            .find(|resource| resource.id == id)
            .ok_or_else(|| Error::not_found("Resource was not found."))
    }

    fn run(ctx: &mut Ctx, _params: ShowParams, resource: Resource) -> Result<Resource> {
        ctx.tell_version(resource.tag());
        Ok(resource)
    }
}
