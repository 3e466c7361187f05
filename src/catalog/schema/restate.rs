//! What follows when a site changes its schemas: extras become the fields of the same name, and fields that no schema names
//! become extras, as CKAN shows them at once.

use std::sync::Arc;

use action::{App, Ctx};
use auth::Actor;
use base::{Error, Result, loose};
use model::{Extra, Package};
use scheming::{Family, Schema};
use serde_json::{Map, Value};
use store::{changes, quotes::GroupRow};

use super::db;
use crate::{group, package::write::change_many};

/// Puts the fields of all datasets, groups and organizations where the schemas have them. Nothing else of them changes, not
/// even `metadata_modified`. Answers how many datasets changed.
///
/// # Errors
/// What the database says.
pub fn all(app: &Arc<App>) -> Result<usize> {
    let schemas = &app.settings.schemas;
    let (mut kinds, mut done) = (Vec::new(), 0);
    for kind in schemas.kinds(Family::Dataset) {
        if let Some(schema) = schemas.declared(Family::Dataset, kind) {
            done += datasets(app, Some(schema), |ctx| db::astray(ctx.db()?, kind, schema.own_fields()))?;
            kinds.push(kind.to_owned());
        }
    }
    done += datasets(app, None, |ctx| db::without_schema(ctx.db()?, &kinds))?;
    groups(app)?;
    Ok(done)
}

fn datasets(app: &Arc<App>, schema: Option<&Arc<Schema>>, find: impl Fn(&mut Ctx) -> Result<Vec<String>>) -> Result<usize> {
    let mut done = 0;
    loop {
        let mut ctx = Ctx::job(app, &Actor::anonymous());
        let ids = find(&mut ctx)?;
        if ids.is_empty() {
            return Ok(done);
        }
        let changed = change_many(&mut ctx, &ids, |package| restate(app, package, schema))?;
        ctx.finish()?;
        done += changed;
        // Those that do not change would come again and again.
        if changed == 0 {
            return Ok(done);
        }
    }
}

fn restate(app: &App, package: &mut Package, schema: Option<&Arc<Schema>>) {
    let extras = std::mem::take(&mut package.extras).into_iter().map(|extra| (extra.key, extra.value)).collect();
    let (fields, extras) = moved(app, std::mem::take(&mut package.fields), extras, schema);
    package.fields = fields;
    package.extras = extras.into_iter().map(|(key, value)| Extra { key, value }).collect();
}

type Extras = Vec<(String, String)>;

fn moved(app: &App, fields: Map<String, Value>, extras: Extras, schema: Option<&Arc<Schema>>) -> (Map<String, Value>, Extras) {
    let own = schema.map_or(&[][..], |schema| schema.own_fields());
    let (mut kept, gone): (Map<String, Value>, Map<String, Value>) = fields.into_iter().partition(|(name, _)| own.contains(name));
    let (found, mut rest): (Extras, Extras) = extras.into_iter().partition(|(key, _)| own.contains(key));
    for (key, text) in found {
        if let Some(schema) = schema {
            kept.entry(&key).or_insert_with(|| schema.of_extra(&key, &text, &app.settings.locale_default));
        }
    }
    for (name, value) in gone {
        if !rest.iter().any(|(key, _)| *key == name) {
            rest.push((name, loose::text_of(&value)));
        }
    }
    (kept, rest)
}

fn groups(app: &Arc<App>) -> Result<()> {
    let mut changed: Vec<GroupRow> = Vec::new();
    for known in app.quotes.filter(|_group| true) {
        let row = &known.row;
        let fields = row.fields.as_object().cloned().unwrap_or_default();
        let extras: Vec<Extra> = serde_json::from_value(row.extras.clone()).map_err(Error::internal)?;
        let extras = extras.into_iter().map(|extra| (extra.key, extra.value)).collect();
        let (fields, extras) =
            moved(app, fields, extras, app.settings.schemas.declared(group::Family::of(row).schemas(), &row.type_));
        let extras: Vec<Extra> = extras.into_iter().map(|(key, value)| Extra { key, value }).collect();
        let extras = serde_json::to_value(extras).map_err(Error::internal)?;
        let now = GroupRow { fields: Value::Object(fields), extras, ..row.clone() };
        if now != *row {
            changed.push(now);
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    let mut ctx = Ctx::job(app, &Actor::anonymous());
    for now in changed {
        // Somebody else may have changed it since: his is what is moved, by the next start.
        let stored = group::db::lock(ctx.db()?, group::Family::of(&now), &now.id)?;
        if stored.is_some_and(|stored| {
            stored == GroupRow { fields: stored.fields.clone(), extras: stored.extras.clone(), ..now.clone() }
        }) {
            group::db::update(ctx.db()?, &now)?;
            ctx.log(changes::Entity::Group, &now.id, changes::Kind::Update)?;
        }
    }
    ctx.finish()
}
