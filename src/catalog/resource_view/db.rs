//! Queries about views.

use base::Result;
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper, dsl::max,
};
use serde_json::Value;
use store::{error, schema::resource_view};

/// Rows of one statement: it takes 65,535 values.
const STATEMENT: usize = 1_000;

/// A row of `resource_view`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = resource_view)]
pub struct ViewRow {
    pub id: String,
    pub resource_id: String,
    pub title: Option<String>,
    pub description: Option<String>,
    pub view_type: String,
    pub position: i32,
    pub config: Value,
}

/// The view of that id.
///
/// # Errors
/// What the database says.
pub fn find(connection: &mut PgConnection, id: &str) -> Result<Option<ViewRow>> {
    if id.contains('\0') {
        return Ok(None);
    }
    resource_view::table.find(id).select(ViewRow::as_select()).first(connection).optional().map_err(error::of)
}

/// The views of a resource, in their order.
///
/// # Errors
/// What the database says.
pub fn of_resource(connection: &mut PgConnection, resource: &str) -> Result<Vec<ViewRow>> {
    resource_view::table
        .filter(resource_view::resource_id.eq(resource))
        .order((resource_view::position, resource_view::id))
        .select(ViewRow::as_select())
        .load(connection)
        .map_err(error::of)
}

/// The views of several resources.
///
/// # Errors
/// What the database says.
pub fn of_resources(connection: &mut PgConnection, resources: &[&str]) -> Result<Vec<ViewRow>> {
    resource_view::table
        .filter(resource_view::resource_id.eq_any(resources))
        .select(ViewRow::as_select())
        .load(connection)
        .map_err(error::of)
}

/// The place behind the last view of a resource.
///
/// # Errors
/// What the database says.
pub fn next_position(connection: &mut PgConnection, resource: &str) -> Result<i32> {
    let last: Option<i32> = resource_view::table
        .filter(resource_view::resource_id.eq(resource))
        .select(max(resource_view::position))
        .first(connection)
        .map_err(error::of)?;
    Ok(last.map_or(0, |last| last.saturating_add(1)))
}

/// Stores new views.
///
/// # Errors
/// What the database says.
pub fn insert(connection: &mut PgConnection, rows: &[ViewRow]) -> Result<()> {
    for some in rows.chunks(STATEMENT) {
        diesel::insert_into(resource_view::table).values(some).execute(connection).map_err(error::of)?;
    }
    Ok(())
}

/// Stores what may change of a view.
///
/// # Errors
/// What the database says.
pub fn update(connection: &mut PgConnection, row: &ViewRow) -> Result<()> {
    diesel::update(resource_view::table.find(&row.id))
        .set((
            resource_view::resource_id.eq(&row.resource_id),
            resource_view::title.eq(&row.title),
            resource_view::description.eq(&row.description),
            resource_view::config.eq(&row.config),
        ))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Puts a view at a place.
///
/// # Errors
/// What the database says.
pub fn place(connection: &mut PgConnection, id: &str, position: i32) -> Result<()> {
    diesel::update(resource_view::table.find(id))
        .set(resource_view::position.eq(position))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Removes a view.
///
/// # Errors
/// What the database says.
pub fn delete(connection: &mut PgConnection, id: &str) -> Result<()> {
    diesel::delete(resource_view::table.find(id)).execute(connection).map(drop).map_err(error::of)
}

/// Removes every view of these kinds; of all kinds when none is named.
///
/// # Errors
/// What the database says.
pub fn clear(connection: &mut PgConnection, kinds: &[String]) -> Result<()> {
    if kinds.is_empty() {
        return diesel::delete(resource_view::table).execute(connection).map(drop).map_err(error::of);
    }
    diesel::delete(resource_view::table.filter(resource_view::view_type.eq_any(kinds)))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}
