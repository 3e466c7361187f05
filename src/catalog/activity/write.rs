//! What is written down of a change. Always in the transaction of the change itself.

use action::Ctx;
use base::{Result, id, time::Stamp};
use model::{Document, Package};
use serde_json::{Map, Value, json};
use store::{changes, quotes::GroupRow};

use super::db::{self, ActivityRow};
use crate::resource_view::db::ViewRow;

/// What `store_packages` keeps of a dataset's change beside its body; `None` where nobody is told: a change by nobody, or
/// `ckan.activity_streams_enabled` is off.
#[must_use]
pub fn of_package(ctx: &Ctx, package: &Package, groups: &[String], kind: changes::Kind) -> Option<Value> {
    let user = ctx.actor.as_user().filter(|_| ctx.app.settings.activity.enabled)?;
    let verb = match kind {
        changes::Kind::Create => "new",
        changes::Kind::Delete | changes::Kind::Purge => "deleted",
        changes::Kind::Update => "changed",
    };
    // The version ends with what it quotes, as it is now: `splice` without a body.
    let mut rest = String::new();
    ctx.app.quotes.splice_parts("", package.owner_org.as_deref(), groups.iter().map(String::as_str), &mut rest);
    rest.push_str(",\"actor\":");
    rest.push_str(&Value::String(user.name.clone()).to_string());
    rest.push('}');
    Some(json!({
        "id": id::new(), "timestamp": Stamp::now(), "user_id": user.id, "type": format!("{verb} package"), "rest": rest,
    }))
}

fn record(ctx: &mut Ctx, user: String, object: &str, kind: String, data: &Value) -> Result<()> {
    if !ctx.app.settings.activity.enabled {
        return Ok(());
    }
    db::insert(ctx.db()?, &[row(user, object, kind, data, None)])
}

fn row(user: String, object: &str, kind: String, data: &Value, labels: Option<Vec<String>>) -> ActivityRow {
    ActivityRow {
        id: id::new(),
        timestamp: Stamp::now().naive(),
        user_id: Some(user),
        object_id: Some(object.to_owned()),
        activity_type: Some(kind),
        data: data.to_string(),
        permission_labels: labels,
    }
}

/// An organization or group is `new`, `changed` or `deleted`.
///
/// # Errors
/// What the database says.
pub fn group(ctx: &mut Ctx, row: &GroupRow, verb: &str) -> Result<()> {
    let Some(user) = ctx.actor.id().map(str::to_owned) else { return Ok(()) };
    let verb = if row.state == "deleted" { "deleted" } else { verb };
    let word = if row.is_organization { "organization" } else { "group" };
    let pairs = row.extras.as_array().into_iter().flatten();
    let extras: Map<String, Value> =
        pairs.filter_map(|pair| Some((pair.get("key")?.as_str()?.to_owned(), pair.get("value")?.clone()))).collect();
    let mut group = json!({
        "id": row.id, "name": row.name, "title": row.title, "type": row.type_, "description": row.description,
        "image_url": row.image_url, "created": Stamp::from_naive(row.created), "is_organization": row.is_organization,
        "approval_status": row.approval_status, "state": row.state, "extras": extras,
    });
    if let Value::Object(members) = &mut group {
        let translations = row.translations.as_object().into_iter().flatten();
        members.extend(translations.map(|(name, texts)| (format!("{name}_translated"), texts.clone())));
    }
    let data = json!({"group": group});
    record(ctx, user, &row.id, format!("{verb} {word}"), &data)
}

/// A user is `new` or `changed`: told as his own doing.
///
/// # Errors
/// What the database says.
pub fn user(ctx: &mut Ctx, id: &str, verb: &str) -> Result<()> {
    record(ctx, id.to_owned(), id, format!("{verb} user"), &json!({}))
}

/// Views of datasets are `new` or `changed`: told as changes of each view's dataset, to those who may see that.
///
/// # Errors
/// What the database says.
pub fn views<'a>(ctx: &mut Ctx, views: impl IntoIterator<Item = (&'a ViewRow, &'a Document)>, verb: &str) -> Result<()> {
    if !ctx.app.settings.activity.enabled {
        return Ok(());
    }
    let user = ctx.actor.id().unwrap_or("not logged in");
    let rows = views.into_iter().map(|(view, document)| {
        let data = json!({
            "id": view.id, "resource_id": view.resource_id, "title": view.title, "description": view.description,
            "view_type": view.view_type, "order": view.position, "config": view.config, "package_id": document.id,
        });
        row(user.to_owned(), &document.id, format!("{verb} resource view"), &data, Some(document.labels.clone()))
    });
    let rows: Vec<ActivityRow> = rows.collect();
    db::insert(ctx.db()?, &rows)
}
