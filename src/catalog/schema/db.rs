//! Which datasets hold their fields where no schema has them any more.

use base::Result;
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Array, Text},
};
use store::error;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    id: String,
}

fn ids(rows: Vec<Row>) -> Vec<String> {
    rows.into_iter().map(|row| row.id).collect()
}

/// Ids of some datasets of a type that have another field than these, or one of these as an extra.
///
/// # Errors
/// What the database says.
pub fn astray(connection: &mut PgConnection, kind: &str, own: &[String]) -> Result<Vec<String>> {
    sql_query(
        "select id from package where type = $1 and (fields - $2 <> '{}' or exists \
         (select 1 from jsonb_array_elements(extras) extra where extra ->> 'key' = any ($2))) limit 500",
    )
    .bind::<Text, _>(kind)
    .bind::<Array<Text>, _>(own)
    .load(connection)
    .map(ids)
    .map_err(error::of)
}

/// Ids of some datasets of other types than these that have fields.
///
/// # Errors
/// What the database says.
pub fn without_schema(connection: &mut PgConnection, kinds: &[String]) -> Result<Vec<String>> {
    sql_query("select id from package where fields <> '{}' and type <> all ($1) limit 500")
        .bind::<Array<Text>, _>(kinds)
        .load(connection)
        .map(ids)
        .map_err(error::of)
}
