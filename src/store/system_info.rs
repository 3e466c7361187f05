//! Options of the configuration that sysadmins changed while the program ran.

use std::collections::BTreeMap;

use base::Result;
use diesel::{ExpressionMethods, PgConnection, RunQueryDsl};

use crate::{error, schema::system_info};

/// The changed options with their values.
///
/// # Errors
/// What the database says.
pub fn list(connection: &mut PgConnection) -> Result<BTreeMap<String, String>> {
    let rows: Vec<(String, String)> = system_info::table.load(connection).map_err(error::of)?;
    Ok(rows.into_iter().collect())
}

/// Keeps the value of an option.
///
/// # Errors
/// What the database says.
pub fn put(connection: &mut PgConnection, key: &str, value: &str) -> Result<()> {
    diesel::insert_into(system_info::table)
        .values((system_info::key.eq(key), system_info::value.eq(value)))
        .on_conflict(system_info::key)
        .do_update()
        .set(system_info::value.eq(value))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}
