//! Queries about resources.

use base::Result;
use diesel::{OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use store::{error, schema::resource};

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
