//! Queries about datasets.

use std::{collections::HashMap, sync::Arc};

use base::{Error, Result};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgConnection, PgExpressionMethods, QueryDsl, RunQueryDsl,
    SelectableHelper,
    sql_types::{Array, Text},
};
use model::{Document, Package, document};
use store::{
    error,
    schema::{package, package_document, package_plugin_data, resource},
};

diesel::define_sql_function! {
    /// See `replaceable/store_packages.sql`.
    fn store_packages(datasets: Text, bodies: Array<Text>) -> BigInt;
}

/// Stores datasets: their rows as JSON, and their bodies. Answers their numbers in the change log.
///
/// # Errors
/// What the database says.
pub fn store(connection: &mut PgConnection, datasets: &[&(String, Arc<str>)]) -> Result<Vec<i64>> {
    let rows: Vec<&str> = datasets.iter().map(|(row, _body)| row.as_str()).collect();
    let bodies: Vec<&str> = datasets.iter().map(|(_row, body)| &**body).collect();
    diesel::select(store_packages(format!("[{}]", rows.join(",")), bodies)).load(connection).map_err(error::of)
}

/// Locks a dataset by id or name until the end of the transaction, and answers it as it is then. Its document's row
/// is the lock: every write of a dataset writes that row.
///
/// # Errors
/// What the database says.
pub fn lock(connection: &mut PgConnection, id_or_name: &str) -> Result<Option<Document>> {
    if id_or_name.contains('\0') {
        return Ok(None);
    }
    let id: Option<String> = package_document::table
        .filter(package_document::id.eq(id_or_name).or(package_document::name.eq(id_or_name)))
        .order(package_document::id.eq(id_or_name).desc())
        .select(package_document::id)
        .first(connection)
        .optional()
        .map_err(error::of)?;
    let Some(id) = id else { return Ok(None) };
    Ok(lock_many(connection, &[id])?.into_values().next())
}

/// Locks datasets by id, in the order of ids so that no two batches wait for each other.
///
/// # Errors
/// What the database says.
pub fn lock_many(connection: &mut PgConnection, ids: &[String]) -> Result<HashMap<String, Document>> {
    let rows = package_document::table
        .filter(package_document::id.eq_any(ids))
        .order(package_document::id)
        .select(store::documents::DocumentRow::as_select())
        .for_update()
        .load(connection)
        .map_err(error::of)?;
    let mut documents: HashMap<String, Document> = rows.into_iter().map(|row| (row.id.clone(), Document::from(row))).collect();
    documents.values_mut().try_for_each(|document| mend(connection, document))?;
    Ok(documents)
}

/// Gives a document whose body is damaged one that is made of the dataset's rows; the next write stores it. Its
/// relationships, and the title of its licence, come back with the write that changes them.
///
/// # Errors
/// What the database says.
pub fn mend(connection: &mut PgConnection, document: &mut Document) -> Result<()> {
    if document::is_sound(&document.body) {
        return Ok(());
    }
    tracing::error!(dataset = document.id, "the stored document is damaged: the dataset is read from its rows");
    let query = diesel::sql_query(OF_ROWS).bind::<diesel::sql_types::Text, _>(&document.id);
    if let Some(row) = query.get_result::<OfRows>(connection).optional().map_err(error::of)? {
        let mut package: Package = serde_json::from_str(&row.package).map_err(Error::internal)?;
        (package.num_resources, package.num_tags) = (package.resources.len(), package.tags.len());
        package.license_title.clone_from(&package.license_id);
        document.body = document::body(&package)?.into();
    }
    Ok(())
}

#[derive(diesel::QueryableByName)]
struct OfRows {
    #[diesel(sql_type = diesel::sql_types::Text)]
    package: String,
}

/// A dataset as `package_show` has it, of its rows.
const OF_ROWS: &str = "
    select (p.fields || jsonb_build_object('id', p.id, 'name', p.name, 'title', p.title, 'version', p.version, 'url', p.url,
        'author', p.author, 'author_email', p.author_email, 'maintainer', p.maintainer, 'maintainer_email', p.maintainer_email,
        'notes', p.notes, 'license_id', p.license_id, 'type', p.type, 'state', p.state, 'private', p.private,
        'owner_org', p.owner_org, 'creator_user_id', p.creator_user_id, 'metadata_created', p.metadata_created,
        'metadata_modified', p.metadata_modified, 'extras', p.extras, 'title_translated', p.title_translated,
        'notes_translated', p.notes_translated,
        'resources', coalesce((select jsonb_agg(r.extras || (to_jsonb(r) - 'extras') order by r.position)
            from resource r where r.package_id = p.id), '[]'),
        'tags', coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'display_name', t.name,
            'state', 'active', 'vocabulary_id', t.vocabulary_id) order by t.name)
            from package_tag l join tag t on t.id = l.tag_id where l.package_id = p.id), '[]')))::text as package
    from package p where p.id = $1";

/// Which of these names belong to a dataset: name → id and state.
///
/// # Errors
/// What the database says.
pub fn names_taken(connection: &mut PgConnection, names: &[&str]) -> Result<HashMap<String, (String, String)>> {
    let rows: Vec<(String, String, String)> = package::table
        .filter(package::name.eq_any(names))
        .select((package::name, package::id, package::state))
        .load(connection)
        .map_err(error::of)?;
    Ok(rows.into_iter().map(|(name, id, state)| (name, (id, state))).collect())
}

/// The names of these datasets, by id.
///
/// # Errors
/// What the database says.
pub fn names_of(connection: &mut PgConnection, ids: &[&str]) -> Result<HashMap<String, String>> {
    let rows: Vec<(String, String)> = package::table
        .filter(package::id.eq_any(ids))
        .select((package::id, package::name))
        .load(connection)
        .map_err(error::of)?;
    Ok(rows.into_iter().collect())
}

/// Which of these ids belong to a dataset.
///
/// # Errors
/// What the database says.
pub fn ids_taken(connection: &mut PgConnection, ids: &[&str]) -> Result<Vec<String>> {
    package::table.filter(package::id.eq_any(ids)).select(package::id).load(connection).map_err(error::of)
}

/// The ids behind these ids and names of datasets, deleted ones too.
///
/// # Errors
/// What the database says.
pub fn ids_of(connection: &mut PgConnection, keys: &[String]) -> Result<HashMap<String, String>> {
    let rows: Vec<(String, String)> = package::table
        .filter(package::id.eq_any(keys).or(package::name.eq_any(keys)))
        .select((package::id, package::name))
        .load(connection)
        .map_err(error::of)?;
    // An id goes before a name.
    let names = rows.iter().map(|(id, name)| (name.clone(), id.clone()));
    Ok(names.chain(rows.iter().map(|(id, _)| (id.clone(), id.clone()))).collect())
}

/// Which of these datasets an organization owns, or nobody.
///
/// # Errors
/// What the database says.
pub fn owned_of(connection: &mut PgConnection, ids: &[String], owner: Option<&str>) -> Result<Vec<String>> {
    package::table
        .filter(package::id.eq_any(ids))
        .filter(package::owner_org.is_not_distinct_from(owner))
        .order(package::id)
        .select(package::id)
        .load(connection)
        .map_err(error::of)
}

/// Which dataset each of these resources belongs to.
///
/// # Errors
/// What the database says.
pub fn resource_owners(connection: &mut PgConnection, ids: &[&str]) -> Result<HashMap<String, String>> {
    let rows: Vec<(String, String)> = resource::table
        .filter(resource::id.eq_any(ids))
        .select((resource::id, resource::package_id))
        .load(connection)
        .map_err(error::of)?;
    Ok(rows.into_iter().collect())
}

/// A deleted dataset gives its name up to another one: it is called by its id from then on (ckan-api 2.2).
///
/// # Errors
/// What the database says.
pub fn free_name(connection: &mut PgConnection, id: &str) -> Result<()> {
    diesel::update(package::table.find(id)).set(package::name.eq(id)).execute(connection).map_err(error::of)?;
    diesel::update(package_document::table.find(id))
        .set(package_document::name.eq(id))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Names of the active public datasets, in order.
///
/// # Errors
/// What the database says.
pub fn list_names(connection: &mut PgConnection, limit: Option<i64>, offset: i64) -> Result<Vec<String>> {
    let query = package::table
        .filter(package::state.eq("active"))
        .filter(package::private.eq(false))
        .order(package::name)
        .select(package::name)
        .offset(offset);
    match limit {
        Some(limit) => query.limit(limit).load(connection),
        None => query.load(connection),
    }
    .map_err(error::of)
}

/// What plugins keep with a dataset.
///
/// # Errors
/// What the database says.
pub fn plugin_data(connection: &mut PgConnection, id: &str) -> Result<Option<serde_json::Value>> {
    package_plugin_data::table.find(id).select(package_plugin_data::data).first(connection).optional().map_err(error::of)
}

/// Keeps it.
///
/// # Errors
/// What the database says.
pub fn put_plugin_data(connection: &mut PgConnection, id: &str, data: &serde_json::Value) -> Result<()> {
    diesel::insert_into(package_plugin_data::table)
        .values((package_plugin_data::package_id.eq(id), package_plugin_data::data.eq(data)))
        .on_conflict(package_plugin_data::package_id)
        .do_update()
        .set(package_plugin_data::data.eq(data))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Removes a dataset for good.
///
/// # Errors
/// What the database says.
pub fn purge(connection: &mut PgConnection, id: &str) -> Result<()> {
    diesel::delete(package::table.find(id)).execute(connection).map(drop).map_err(error::of)
}
