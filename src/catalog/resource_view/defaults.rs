//! `resource_create_default_resource_views` and `package_create_default_resource_views`: the views that a site makes by
//! itself (`ckan.views.default_views`), where they suit the resource.

use action::{Action, Ctx, Kind};
use base::{Error, Result, limits};
use model::Document;
use serde_json::{Map, Value, json};

use super::{allow, create, db, plugin};
use crate::{
    flag::{Flag, flag},
    package,
};

action::declare! {
    /// Makes the views of a resource that this site makes by itself, and returns those that are new.
    pub struct OfResource;
    /// For which resource.
    pub struct OfResourceParams {
        /// The resource, as `resource_show` answers it.
        resource: Value,
        /// Its dataset, as `package_show` answers it.
        package: Value,
        /// True: the views of what is in the DataStore, instead of the others.
        create_datastore_views: Flag,
    }
}

impl Action for OfResource {
    const NAME: &'static str = "resource_create_default_resource_views";
    const KIND: Kind = Kind::Write;
    type Params = OfResourceParams;
    type Subject = Map<String, Value>;
    type Output = Vec<Map<String, Value>>;

    fn allow(ctx: &mut Ctx, params: &OfResourceParams) -> Result<Map<String, Value>> {
        let resource = object(params.resource.as_ref(), "resource")?;
        allow::may_create(ctx, id_of(&resource)?)?;
        Ok(resource)
    }

    fn run(ctx: &mut Ctx, params: OfResourceParams, resource: Map<String, Value>) -> Result<Vec<Map<String, Value>>> {
        make(ctx, &resource, flag(params.create_datastore_views, false)?)
    }
}

action::declare! {
    /// Makes the views of a dataset's resources that this site makes by itself, and returns those that are new.
    pub struct OfPackage;
    /// For which dataset.
    pub struct OfPackageParams {
        /// The dataset, as `package_show` answers it.
        package: Value,
        /// True: the views of what is in the DataStore, instead of the others.
        create_datastore_views: Flag,
    }
}

impl Action for OfPackage {
    const NAME: &'static str = "package_create_default_resource_views";
    const KIND: Kind = Kind::Write;
    type Params = OfPackageParams;
    type Subject = (Map<String, Value>, Document);
    type Output = Vec<Map<String, Value>>;

    fn allow(ctx: &mut Ctx, params: &OfPackageParams) -> Result<(Map<String, Value>, Document)> {
        let sent = object(params.package.as_ref(), "package")?;
        let key = ["id", "name"].iter().find_map(|key| sent.get(*key).and_then(Value::as_str).filter(|text| !text.is_empty()));
        let key = key.ok_or_else(|| Error::invalid("id", "Missing value"))?;
        let document = package::allow::may_update(ctx, key, "Package was not found.")?;
        Ok((sent, document))
    }

    fn run(
        ctx: &mut Ctx,
        params: OfPackageParams,
        (sent, _document): (Map<String, Value>, Document),
    ) -> Result<Vec<Map<String, Value>>> {
        let of_datastore = flag(params.create_datastore_views, false)?;
        let mut made = Vec::new();
        for resource in sent.get("resources").and_then(Value::as_array).into_iter().flatten().take(limits::RESOURCES) {
            made.extend(make(ctx, &object(Some(resource), "resources")?, of_datastore)?);
        }
        Ok(made)
    }
}

fn object(value: Option<&Value>, field: &str) -> Result<Map<String, Value>> {
    match value {
        Some(Value::Object(map)) => Ok(map.clone()),
        Some(_) => Err(Error::invalid(field, "Must be an object")),
        None => Err(Error::invalid(field, "Missing value")),
    }
}

fn id_of(resource: &Map<String, Value>) -> Result<&str> {
    let id = resource.get("id").and_then(Value::as_str).filter(|id| !id.is_empty());
    id.ok_or_else(|| Error::invalid("id", "Missing value"))
}

/// Makes what is missing of a resource's own views.
fn make(ctx: &mut Ctx, resource: &Map<String, Value>, of_datastore: bool) -> Result<Vec<Map<String, Value>>> {
    let id = id_of(resource)?;
    let present = db::of_resource(ctx.db()?, id)?;
    let app = std::sync::Arc::clone(&ctx.app);
    let kinds = app.settings.views.defaults.iter().filter_map(|name| plugin::find(&app.settings, name));
    let mut made = Vec::new();
    for plugin in kinds.filter(|plugin| plugin.of_datastore == of_datastore) {
        let known = present.iter().any(|row| row.view_type == plugin.name);
        if known || !plugin.suits(&app.settings, resource) {
            continue;
        }
        let dict = json!({"resource_id": id, "view_type": plugin.name, "title": plugin.title, "description": ""});
        let Value::Object(dict) = dict else { continue };
        let (row, document) = create::check_new(ctx, plugin.name, &dict)?;
        made.push(create::store(ctx, row, &document)?);
    }
    Ok(made)
}
