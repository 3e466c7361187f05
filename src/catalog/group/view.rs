//! Organizations and groups as clients see them. What is counted and quoted is read for all of a list at once.

use std::collections::HashMap;

use action::Ctx;
use base::{Error, Result, time::Stamp};
use model::{GroupQuote, document};
use serde::Serialize;
use serde_json::{Map, Value, json, value::RawValue};
use store::quotes::GroupRow;

use super::{Family, db};
use crate::{
    member,
    picture::{self, Of},
};

/// What stands in an answer beside the plain fields.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a parameter of CKAN's")]
pub struct Options {
    pub count: bool,
    pub extras: bool,
    pub users: bool,
    pub groups: bool,
    pub followers: bool,
    pub members: bool,
    pub datasets: bool,
}

impl Options {
    /// As a write answers.
    pub const WRITTEN: Self =
        Self { count: true, extras: true, users: true, groups: true, followers: true, members: false, datasets: false };
}

/// An organization or group (shapes `organization_show`, `group_show`, `organization_list_all_fields`).
#[derive(Serialize)]
pub struct View {
    approval_status: String,
    created: Stamp,
    description: String,
    display_name: String,
    id: String,
    image_display_url: String,
    image_url: String,
    is_organization: bool,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_followers: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package_count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member_count: Option<usize>,
    state: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title_translated: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description_translated: Option<Value>,
    r#type: String,
    /// What a schema of the site declares; shown where extras are.
    #[serde(flatten)]
    fields: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extras: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    packages: Option<Vec<Box<RawValue>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    users: Option<Vec<Map<String, Value>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<Value>>,
}

/// The views of these rows, in their order.
///
/// # Errors
/// What the database says.
pub fn all(ctx: &mut Ctx, family: Family, rows: &[GroupRow], options: Options) -> Result<Vec<View>> {
    let labels = ctx.actor.labels();
    counted(ctx, family, rows, options, labels.as_deref())
}

/// As [`all`], with what the holder of these labels sees of the datasets.
fn counted(ctx: &mut Ctx, family: Family, rows: &[GroupRow], options: Options, labels: Option<&[String]>) -> Result<Vec<View>> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let counts = if options.count { db::counts(ctx.db()?, family, &ids, labels)? } else { HashMap::new() };
    let followers =
        if options.followers { member::db::followers(ctx.db()?, member::db::Followed::Group, &ids)? } else { HashMap::new() };
    let members = if options.users || options.members { member::db::members(ctx.db()?, &ids)? } else { Vec::new() };
    let mut users = if options.users { Some(users(ctx, &members)?) } else { None };
    let mut parents = if options.groups { Some(parents(ctx, &ids)?) } else { None };
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let packages = if options.datasets { Some(datasets(ctx, family, row, labels)?) } else { None };
        views.push(View {
            num_followers: options.followers.then(|| followers.get(&row.id).copied().unwrap_or_default()),
            package_count: options.count.then(|| counts.get(&row.id).copied().unwrap_or_default()),
            member_count: options.members.then(|| members.iter().filter(|(group, ..)| *group == row.id).count()),
            fields: row.fields.as_object().filter(|_| options.extras).cloned().unwrap_or_default(),
            extras: options.extras.then(|| row.extras.clone()),
            packages,
            users: users.as_mut().map(|users| users.remove(&row.id).unwrap_or_default()),
            groups: parents.as_mut().map(|parents| parents.remove(&row.id).unwrap_or_default()),
            ..plain(ctx, row)
        });
    }
    Ok(views)
}

/// The view of one row. A group shows nobody its private datasets, not even those who may read them.
///
/// # Errors
/// What the database says.
pub fn one(ctx: &mut Ctx, family: Family, row: &GroupRow, options: Options) -> Result<View> {
    let labels = match family {
        Family::Organization => ctx.actor.labels(),
        Family::Group => Some(vec!["public".to_owned()]),
    };
    let version = db::version(ctx.db()?, row)?;
    ctx.tell_version(version);
    let mut views = counted(ctx, family, std::slice::from_ref(row), options, labels.as_deref())?;
    views.pop().ok_or_else(|| Error::internal("an organization got lost"))
}

/// The plain fields alone.
#[must_use]
pub fn plain(ctx: &Ctx, row: &GroupRow) -> View {
    View {
        approval_status: row.approval_status.clone(),
        created: Stamp::from_naive(row.created),
        description: row.description.clone(),
        display_name: row.display_name().to_owned(),
        id: row.id.clone(),
        image_display_url: picture::address(ctx, Of::Group, &row.image_url),
        image_url: row.image_url.clone(),
        is_organization: row.is_organization,
        name: row.name.clone(),
        num_followers: None,
        package_count: None,
        member_count: None,
        state: row.state.clone(),
        title: row.title.clone(),
        title_translated: row.translations.get("title").cloned(),
        description_translated: row.translations.get("description").cloned(),
        r#type: row.type_.clone(),
        fields: Map::new(),
        extras: None,
        packages: None,
        users: None,
        groups: None,
    }
}

/// Group's id → its members, as everybody may see them, with their capacity.
fn users(ctx: &mut Ctx, members: &[(String, String, String)]) -> Result<HashMap<String, Vec<Map<String, Value>>>> {
    let ids: Vec<String> = members.iter().map(|(_, user, _)| user.clone()).collect();
    let accounts = member::db::accounts(ctx.db()?, &ids)?;
    let mut users: HashMap<String, Vec<Map<String, Value>>> = HashMap::new();
    for (group, user, capacity) in members {
        let Some(account) = accounts.get(user) else { continue };
        let mut view = member::view::public(ctx, account);
        view.insert("capacity".to_owned(), json!(capacity));
        users.entry(group.clone()).or_default().push(view);
    }
    Ok(users)
}

/// Group's id → the groups above it.
fn parents(ctx: &mut Ctx, ids: &[String]) -> Result<HashMap<String, Vec<Value>>> {
    let mut above: HashMap<String, Vec<Value>> = HashMap::new();
    for (group, parent, capacity) in member::db::parents(ctx.db()?, ids)? {
        let Some(parent) = ctx.app.quotes.find(&parent).filter(|parent| parent.row.state == "active") else { continue };
        let mut view = serde_json::to_value(plain(ctx, &parent.row)).map_err(Error::internal)?;
        if let Value::Object(view) = &mut view {
            view.insert("capacity".to_owned(), json!(capacity));
        }
        above.entry(group).or_default().push(view);
    }
    Ok(above)
}

/// The newest datasets of a group that the holder of the labels may see, with the group as the row says.
fn datasets(ctx: &mut Ctx, family: Family, row: &GroupRow, labels: Option<&[String]>) -> Result<Vec<Box<RawValue>>> {
    let limit = ctx.app.settings.search.rows_max;
    let ids = db::newest(ctx.db()?, family, &row.id, labels, limit)?;
    let documents = store::documents::list(ctx.db()?, &ids)?;
    let documents: HashMap<&str, _> = documents.iter().map(|document| (document.id.as_str(), document)).collect();
    let mut whole = Vec::with_capacity(ids.len());
    for document in ids.iter().filter_map(|id| documents.get(id.as_str())) {
        let known =
            |id: &str| if id == row.id { Some(row.clone()) } else { ctx.app.quotes.find(id).map(|group| group.row.clone()) };
        let organization = document.owner_org.as_deref().and_then(known).map(|row| row.organization_quote());
        let organization = serde_json::to_string(&organization).map_err(Error::internal)?;
        let groups: Vec<GroupQuote> = document
            .groups
            .iter()
            .filter_map(|id| known(id))
            .filter(|group| group.state == "active")
            .map(|group| group.group_quote(|image| picture::address(ctx, Of::Group, image)))
            .collect();
        let groups = serde_json::to_string(&groups).map_err(Error::internal)?;
        let mut text = String::new();
        document::splice(&document.body, &organization, groups.trim_start_matches('[').trim_end_matches(']'), &mut text);
        whole.push(RawValue::from_string(text).map_err(Error::internal)?);
    }
    Ok(whole)
}
