//! Queries about relationships.

use base::Result;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
};
use store::{
    error,
    schema::{package, package_relationship},
};

/// A row of `package_relationship`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = package_relationship)]
pub struct RelationshipRow {
    pub id: String,
    pub subject_package_id: String,
    pub object_package_id: String,
    pub type_: String,
    pub comment: String,
}

impl RelationshipRow {
    /// The dataset on the other side.
    #[must_use]
    pub fn other(&self, id: &str) -> &str {
        if self.subject_package_id == id { &self.object_package_id } else { &self.subject_package_id }
    }
}

/// Which of these datasets everybody may see.
///
/// # Errors
/// What the database says.
pub fn public_of(connection: &mut PgConnection, ids: &[&str]) -> Result<Vec<String>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    package::table
        .filter(package::id.eq_any(ids))
        .filter(package::state.eq("active").and(package::private.eq(false)))
        .select(package::id)
        .load(connection)
        .map_err(error::of)
}

/// The relationships of a dataset on either side, in the order in which they were made.
///
/// # Errors
/// What the database says.
pub fn of_package(connection: &mut PgConnection, id: &str) -> Result<Vec<RelationshipRow>> {
    package_relationship::table
        .filter(package_relationship::subject_package_id.eq(id).or(package_relationship::object_package_id.eq(id)))
        .order(package_relationship::id)
        .select(RelationshipRow::as_select())
        .load(connection)
        .map_err(error::of)
}

/// The relationships of these datasets on either side.
///
/// # Errors
/// What the database says.
pub fn of_packages(connection: &mut PgConnection, ids: &[String]) -> Result<Vec<RelationshipRow>> {
    package_relationship::table
        .filter(package_relationship::subject_package_id.eq_any(ids).or(package_relationship::object_package_id.eq_any(ids)))
        .select(RelationshipRow::as_select())
        .load(connection)
        .map_err(error::of)
}

/// The relationship of a forward type from one dataset to another.
///
/// # Errors
/// What the database says.
pub fn find(connection: &mut PgConnection, subject: &str, object: &str, kind: &str) -> Result<Option<RelationshipRow>> {
    package_relationship::table
        .filter(package_relationship::subject_package_id.eq(subject))
        .filter(package_relationship::object_package_id.eq(object))
        .filter(package_relationship::type_.eq(kind))
        .select(RelationshipRow::as_select())
        .first(connection)
        .optional()
        .map_err(error::of)
}

/// Stores a relationship; one that is there already gets the comment.
///
/// # Errors
/// What the database says.
pub fn put(connection: &mut PgConnection, row: &RelationshipRow) -> Result<()> {
    diesel::insert_into(package_relationship::table)
        .values(row)
        .on_conflict(package_relationship::id)
        .do_update()
        .set(package_relationship::comment.eq(&row.comment))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Removes a relationship.
///
/// # Errors
/// What the database says.
pub fn delete(connection: &mut PgConnection, id: &str) -> Result<()> {
    diesel::delete(package_relationship::table.find(id)).execute(connection).map(drop).map_err(error::of)
}
