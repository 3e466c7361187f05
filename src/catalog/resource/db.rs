//! Queries about resources.

use base::Result;
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, PgTextExpressionMethods, QueryDsl, RunQueryDsl, dsl::count_star,
};
use store::{
    error,
    schema::{package, resource},
};

use crate::tag::db::containing;

/// The dataset that a resource belongs to.
///
/// # Errors
/// What the database says.
pub fn package_of(connection: &mut PgConnection, id: &str) -> Result<Option<String>> {
    if id.contains('\0') {
        return Ok(None);
    }
    resource::table.find(id).select(resource::package_id).first(connection).optional().map_err(error::of)
}

/// The resources of a dataset whose bytes are here.
///
/// # Errors
/// What the database says.
pub fn uploads_of(connection: &mut PgConnection, package_id: &str) -> Result<Vec<String>> {
    let all = resource::table.filter(resource::package_id.eq(package_id)).filter(resource::url_type.eq("upload"));
    all.order(resource::position).select(resource::id).load(connection).map_err(error::of)
}

/// Datasets, so many at once, with uploaded files whose address does not begin so.
///
/// # Errors
/// What the database says.
pub fn with_uploads_elsewhere(connection: &mut PgConnection, beginning: &str) -> Result<Vec<String>> {
    resource::table
        .filter(resource::url_type.eq("upload"))
        .filter(diesel::dsl::not(starts_with(resource::url, beginning)))
        .select(resource::package_id)
        .distinct()
        .limit(500)
        .load(connection)
        .map_err(error::of)
}

diesel::define_sql_function! {
    /// PostgreSQL's own.
    fn starts_with(text: diesel::sql_types::Text, beginning: diesel::sql_types::Text) -> Bool;
}

/// Formats of the resources of public datasets with `part` in them, those of most resources first.
///
/// # Errors
/// What the database says.
pub fn formats(connection: &mut PgConnection, part: &str, limit: i64) -> Result<Vec<String>> {
    let public = package::table.filter(package::state.eq("active")).filter(package::private.eq(false)).select(package::id);
    resource::table
        .filter(resource::state.eq("active"))
        .filter(resource::package_id.eq_any(public))
        .filter(resource::format.ilike(containing(part)))
        .group_by(resource::format)
        .order((count_star().desc(), resource::format))
        .limit(limit)
        .select(resource::format)
        .load(connection)
        .map_err(error::of)
}
