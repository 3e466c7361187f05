//! Queries about objects, as far as actions need them.

use base::Result;
use chrono::NaiveDateTime;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
};
use serde_json::Value;
use store::{
    error,
    schema::{harvest_content, harvest_object, package},
};

/// What is shown of a row of `harvest_object`.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = harvest_object)]
pub struct Object {
    pub id: String,
    pub source_id: String,
    pub guid: String,
    pub package_id: Option<String>,
    pub outcome: String,
    pub state: String,
    pub job_id: String,
    pub metadata_modified: Option<NaiveDateTime>,
    pub gathered: NaiveDateTime,
    pub import_finished: Option<NaiveDateTime>,
    pub current: bool,
}

/// By id.
///
/// # Errors
/// What the database says.
pub fn find(connection: &mut PgConnection, id: &str) -> Result<Option<Object>> {
    if id.contains('\0') {
        return Ok(None);
    }
    harvest_object::table.find(id).select(Object::as_select()).first(connection).optional().map_err(error::of)
}

/// What the remote said of an object, and what else is kept with it.
///
/// # Errors
/// What the database says.
pub fn content(connection: &mut PgConnection, id: &str) -> Result<Option<(Option<String>, Value)>> {
    harvest_content::table
        .find(id)
        .select((harvest_content::content, harvest_content::extras))
        .first(connection)
        .optional()
        .map_err(error::of)
}

/// The object that a dataset (id or name) comes from.
///
/// # Errors
/// What the database says.
pub fn of_dataset(connection: &mut PgConnection, key: &str) -> Result<Option<Object>> {
    if key.contains('\0') {
        return Ok(None);
    }
    harvest_object::table
        .inner_join(package::table)
        .filter(package::id.eq(key).or(package::name.eq(key)))
        .order((harvest_object::current.desc(), harvest_object::gathered.desc()))
        .select(Object::as_select())
        .first(connection)
        .optional()
        .map_err(error::of)
}

/// Ids of the objects, of one source or of all.
///
/// # Errors
/// What the database says.
pub fn list(
    connection: &mut PgConnection,
    source: Option<&str>,
    only_current: bool,
    (limit, offset): (i64, i64),
) -> Result<Vec<String>> {
    let mut query = harvest_object::table
        .order((harvest_object::source_id, harvest_object::id))
        .limit(limit)
        .offset(offset)
        .select(harvest_object::id)
        .into_boxed();
    if let Some(source) = source {
        query = query.filter(harvest_object::source_id.eq(source.to_owned()));
    }
    if only_current {
        query = query.filter(harvest_object::current);
    }
    query.load(connection).map_err(error::of)
}
