//! The views that a site makes by itself (`ckan.views.default_views`), where they suit the resource: with every new dataset
//! and resource, when a resource gets another format, and by `resource_create_default_resource_views` and
//! `package_create_default_resource_views`.

use action::{Action, Ctx, Kind, Settings};
use base::{Error, Result, id, limits};
use model::{Document, Resource};
use serde_json::{Map, Value, json};

use super::{
    allow, check, create,
    db::{self, ViewRow},
    plugin::{self, Plugin, Traits},
};
use crate::{
    activity,
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
    let mut made = Vec::new();
    for plugin in kinds(&app.settings).filter(|plugin| plugin.of_datastore == of_datastore) {
        let known = present.iter().any(|row| row.view_type == plugin.name);
        if known || !plugin.suits(&app.settings, Traits::sent(resource)) {
            continue;
        }
        let dict = json!({"resource_id": id, "view_type": plugin.name, "title": plugin.title, "description": ""});
        let Value::Object(dict) = dict else { continue };
        let (row, document) = create::check_new(ctx, plugin.name, &dict)?;
        made.push(create::store(ctx, row, &document)?);
    }
    Ok(made)
}

/// The kinds of views that this site makes by itself.
pub fn kinds(settings: &Settings) -> impl Iterator<Item = &'static Plugin> {
    settings.views.defaults.iter().filter_map(|name| plugin::find(settings, name))
}

/// The views that come with a new resource: those of the kinds that need no DataStore, which has nothing of it yet.
#[must_use]
pub fn of_new(settings: &Settings, resource: &Resource) -> Vec<ViewRow> {
    missing(settings, kinds(settings).filter(|plugin| !plugin.of_datastore), resource, &[])
}

/// A view of each of these kinds that suits the resource, beside those that are there.
fn missing(
    settings: &Settings,
    kinds: impl Iterator<Item = &'static Plugin>,
    resource: &Resource,
    present: &[ViewRow],
) -> Vec<ViewRow> {
    let own = || present.iter().filter(|row| row.resource_id == resource.id);
    let suitable = kinds.filter(|plugin| plugin.suits(settings, resource.into()));
    let new = suitable.filter(|plugin| own().all(|row| row.view_type != plugin.name));
    let places = own().map(|row| row.position.saturating_add(1)).max().unwrap_or(0)..;
    let row = |(plugin, position): (&Plugin, i32)| ViewRow {
        id: id::new(),
        resource_id: resource.id.clone(),
        title: Some(plugin.title.to_owned()),
        description: Some(String::new()),
        view_type: plugin.name.to_owned(),
        position,
        config: check::standard_config(plugin),
    };
    new.zip(places).map(row).collect()
}

/// Stores views that nobody asked for, with their datasets. Who may change a dataset was asked when it was written.
///
/// # Errors
/// What the database says.
pub fn store(ctx: &mut Ctx, made: &[(Document, Vec<ViewRow>)]) -> Result<()> {
    let rows: Vec<ViewRow> = made.iter().flat_map(|(_, rows)| rows).cloned().collect();
    if rows.is_empty() {
        return Ok(());
    }
    db::insert(ctx.db()?, &rows)?;
    if ctx.actor.as_user().is_none() {
        return Ok(());
    }
    activity::write::views(ctx, made.iter().flat_map(|(document, rows)| rows.iter().map(move |row| (row, document))), "new")
}

/// Gives resources of a locked dataset views of these kinds, where they suit and are missing. Asks the database only where
/// one suits. Answers how many were made.
///
/// # Errors
/// What the database says.
pub fn give(ctx: &mut Ctx, document: &Document, resources: &[Resource], kinds: &[&'static Plugin]) -> Result<usize> {
    let app = std::sync::Arc::clone(&ctx.app);
    let suits = |resource: &&Resource| kinds.iter().any(|plugin| plugin.suits(&app.settings, (*resource).into()));
    let suited: Vec<&Resource> = resources.iter().filter(suits).collect();
    if suited.is_empty() {
        return Ok(0);
    }
    let ids: Vec<&str> = suited.iter().map(|resource| resource.id.as_str()).collect();
    let present = db::of_resources(ctx.db()?, &ids)?;
    let rows = suited.iter().flat_map(|resource| missing(&app.settings, kinds.iter().copied(), resource, &present));
    let made = (document.clone(), rows.collect::<Vec<_>>());
    let count = made.1.len();
    store(ctx, &[made])?;
    Ok(count)
}
