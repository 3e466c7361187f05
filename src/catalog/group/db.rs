//! Queries about organizations and groups.

use std::collections::HashMap;

use base::Result;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, QueryableByName, RunQueryDsl,
    SelectableHelper,
    sql_types::{Array, BigInt, Text},
};
use store::{
    error,
    quotes::GroupRow,
    schema::{group_parent, groups, harvest_source, package},
};

use super::Family;
use crate::member;

/// Datasets that `include_datasets` shows at most.
const SHOWN: usize = 10;

/// Locks an organization or group by id or name until the end of the transaction. Datasets may still be put into it.
///
/// # Errors
/// What the database says.
pub fn lock(connection: &mut PgConnection, family: Family, id_or_name: &str) -> Result<Option<GroupRow>> {
    if id_or_name.contains('\0') {
        return Ok(None);
    }
    groups::table
        .filter(groups::id.eq(id_or_name).or(groups::name.eq(id_or_name)))
        .filter(groups::is_organization.eq(family.is_organization()))
        .order(groups::id.eq(id_or_name).desc())
        .select(GroupRow::as_select())
        .for_no_key_update()
        .first(connection)
        .optional()
        .map_err(error::of)
}

/// An organization or group by id or name, deleted ones too.
///
/// # Errors
/// What the database says.
pub fn find(connection: &mut PgConnection, id_or_name: &str) -> Result<Option<GroupRow>> {
    if id_or_name.contains('\0') {
        return Ok(None);
    }
    groups::table
        .filter(groups::id.eq(id_or_name).or(groups::name.eq(id_or_name)))
        .order(groups::id.eq(id_or_name).desc())
        .select(GroupRow::as_select())
        .first(connection)
        .optional()
        .map_err(error::of)
}

/// The version of an organization or group as clients see it: opaque, another one when its fields, its members or the
/// groups above it are others.
///
/// # Errors
/// What the database says.
pub fn version(connection: &mut PgConnection, row: &GroupRow) -> Result<String> {
    let ids = [row.id.clone()];
    let (mut members, mut parents) = (member::db::members(connection, &ids)?, member::db::parents(connection, &ids)?);
    members.sort_unstable();
    parents.sort_unstable();
    let fields = (&row.name, &row.title, &row.description, &row.image_url, &row.type_, &row.state, &row.approval_status);
    let made = (row.created.and_utc().timestamp_micros(), &row.extras, &row.translations, &row.fields);
    let text = serde_json::to_string(&(fields, made, members, parents)).map_err(base::Error::internal)?;
    // As long as nobody needs to guess: a stranger cannot choose what others have written.
    let mut version = hex::encode(auth::token::hash(&text));
    version.truncate(20);
    Ok(version)
}

/// The id behind a name, of organizations and groups alike, deleted ones included: they share one name space.
///
/// # Errors
/// What the database says.
pub fn id_of_name(connection: &mut PgConnection, name: &str) -> Result<Option<String>> {
    groups::table.filter(groups::name.eq(name)).select(groups::id).first(connection).optional().map_err(error::of)
}

/// True when the id is taken.
///
/// # Errors
/// What the database says.
pub fn has_id(connection: &mut PgConnection, id: &str) -> Result<bool> {
    let found: Option<String> = groups::table.find(id).select(groups::id).first(connection).optional().map_err(error::of)?;
    Ok(found.is_some())
}

/// Id, name of each of these groups that is not deleted, by id or name.
///
/// # Errors
/// What the database says.
pub fn list(connection: &mut PgConnection, keys: &[String]) -> Result<Vec<(String, String)>> {
    groups::table
        .filter(groups::id.eq_any(keys).or(groups::name.eq_any(keys)))
        .filter(groups::state.ne("deleted"))
        .select((groups::id, groups::name))
        .load(connection)
        .map_err(error::of)
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = Text)]
    id: String,
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// These groups and everything above them.
///
/// # Errors
/// What the database says.
pub fn with_ancestors(connection: &mut PgConnection, ids: &[String]) -> Result<Vec<String>> {
    let rows: Vec<IdRow> = diesel::sql_query(
        "with recursive above(id) as (select unnest($1) collate \"C\" union \
         select group_parent.parent_id from group_parent join above on group_parent.group_id = above.id) \
         select id from above",
    )
    .bind::<Array<Text>, _>(ids)
    .load(connection)
    .map_err(error::of)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Stores a new row.
///
/// # Errors
/// What the database says.
pub fn insert(connection: &mut PgConnection, row: &GroupRow) -> Result<()> {
    diesel::insert_into(groups::table)
        .values((
            groups::id.eq(&row.id),
            groups::name.eq(&row.name),
            groups::title.eq(&row.title),
            groups::description.eq(&row.description),
            groups::image_url.eq(&row.image_url),
            groups::type_.eq(&row.type_),
            groups::is_organization.eq(row.is_organization),
            groups::state.eq(&row.state),
            groups::approval_status.eq(&row.approval_status),
            groups::created.eq(row.created),
            groups::extras.eq(&row.extras),
            groups::translations.eq(&row.translations),
            groups::fields.eq(&row.fields),
        ))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Stores what may change of a row.
///
/// # Errors
/// What the database says.
pub fn update(connection: &mut PgConnection, row: &GroupRow) -> Result<()> {
    diesel::update(groups::table.find(&row.id))
        .set((
            groups::name.eq(&row.name),
            groups::title.eq(&row.title),
            groups::description.eq(&row.description),
            groups::image_url.eq(&row.image_url),
            groups::state.eq(&row.state),
            groups::approval_status.eq(&row.approval_status),
            groups::extras.eq(&row.extras),
            groups::translations.eq(&row.translations),
            groups::fields.eq(&row.fields),
        ))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Removes an organization or group for good, with its members and its place among others.
///
/// # Errors
/// What the database says; Conflict, if a dataset was given to it meanwhile.
pub fn purge(connection: &mut PgConnection, id: &str) -> Result<()> {
    diesel::delete(groups::table.find(id)).execute(connection).map(drop).map_err(error::of)
}

/// True when an organization or group has that picture.
///
/// # Errors
/// What the database says.
pub fn has_picture(connection: &mut PgConnection, image_url: &str) -> Result<bool> {
    diesel::select(diesel::dsl::exists(groups::table.filter(groups::image_url.eq(image_url))))
        .get_result(connection)
        .map_err(error::of)
}

/// How many harvest sources bring datasets to an organization.
///
/// # Errors
/// What the database says.
pub fn count_sources(connection: &mut PgConnection, organization: &str) -> Result<i64> {
    harvest_source::table
        .filter(harvest_source::owner_org.eq(organization))
        .filter(harvest_source::state.ne("deleted"))
        .count()
        .get_result(connection)
        .map_err(error::of)
}

/// Takes the organization off its harvest sources.
///
/// # Errors
/// What the database says.
pub fn release_sources(connection: &mut PgConnection, organization: &str) -> Result<()> {
    diesel::update(harvest_source::table.filter(harvest_source::owner_org.eq(organization)))
        .set(harvest_source::owner_org.eq(None::<String>))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Puts these groups above one in place of the others.
///
/// # Errors
/// What the database says.
pub fn set_parents(connection: &mut PgConnection, id: &str, parents: &[(String, String)]) -> Result<()> {
    diesel::delete(group_parent::table.filter(group_parent::group_id.eq(id))).execute(connection).map_err(error::of)?;
    let rows: Vec<_> = parents
        .iter()
        .map(|(parent, capacity)| {
            (group_parent::group_id.eq(id), group_parent::parent_id.eq(parent), group_parent::capacity.eq(capacity))
        })
        .collect();
    diesel::insert_into(group_parent::table).values(rows).execute(connection).map(drop).map_err(error::of)
}

/// Ids of an organization's datasets that are not deleted; the next ones behind `after`.
///
/// # Errors
/// What the database says.
pub fn alive(connection: &mut PgConnection, organization: &str, limit: i64) -> Result<Vec<String>> {
    package::table
        .filter(package::owner_org.eq(organization))
        .filter(package::state.ne("deleted"))
        .order(package::id)
        .limit(limit)
        .select(package::id)
        .load(connection)
        .map_err(error::of)
}

/// What of the datasets `p` the holder of labels (`$2`) may see; `None` is a sysadmin. Public ones need no look at
/// their labels: `public` is the label of what is active and not private.
fn seen(labels: Option<&[String]>) -> &'static str {
    match labels {
        None => "p.state = 'active'",
        Some([public]) if public == "public" => "p.state = 'active' and not p.private",
        Some(_) => {
            "p.state = 'active' and (not p.private or exists (select 1 from package_document d \
             where d.id = p.id and d.labels && $2))"
        }
    }
}

/// `from` and `where` of the datasets of groups (`$1`), with the group's id as `id`.
fn of_groups(family: Family) -> (&'static str, &'static str) {
    match family {
        Family::Organization => ("p.owner_org", "package p where p.owner_org = any($1)"),
        Family::Group => ("g.group_id", "package_group g join package p on p.id = g.package_id where g.group_id = any($1)"),
    }
}

/// How many datasets of each of these groups the holder of the labels may see: one query for all.
///
/// # Errors
/// What the database says.
pub fn counts(
    connection: &mut PgConnection,
    family: Family,
    ids: &[String],
    labels: Option<&[String]>,
) -> Result<HashMap<String, i64>> {
    let (id, source) = of_groups(family);
    let rows: Vec<CountRow> =
        diesel::sql_query(format!("select {id} as id, count(*) as number from {source} and {} group by 1", seen(labels)))
            .bind::<Array<Text>, _>(ids)
            .bind::<Array<Text>, _>(labels.unwrap_or_default())
            .load(connection)
            .map_err(error::of)?;
    Ok(rows.into_iter().map(|row| (row.id, row.number)).collect())
}

/// Ids of the newest datasets of a group that the holder of the labels may see, at most `limit` and never more than ten.
///
/// # Errors
/// What the database says.
pub fn newest(
    connection: &mut PgConnection,
    family: Family,
    id: &str,
    labels: Option<&[String]>,
    limit: usize,
) -> Result<Vec<String>> {
    let (_, source) = of_groups(family);
    let text = format!("select p.id as id from {source} and {} order by p.metadata_modified desc, p.id limit $3", seen(labels));
    let rows: Vec<IdRow> = diesel::sql_query(text)
        .bind::<Array<Text>, _>(&[id][..])
        .bind::<Array<Text>, _>(labels.unwrap_or_default())
        .bind::<BigInt, _>(i64::try_from(limit.min(SHOWN)).unwrap_or_default())
        .load(connection)
        .map_err(error::of)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
