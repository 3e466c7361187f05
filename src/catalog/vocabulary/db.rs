//! Queries about vocabularies.

use base::Result;
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl};
use store::{error, schema::vocabulary};

/// A vocabulary.
#[derive(Clone, Debug, Queryable)]
pub struct VocabularyRow {
    pub id: String,
    pub name: String,
}

/// Locks a vocabulary by id or name until the end of the transaction.
///
/// # Errors
/// What the database says.
pub fn lock(connection: &mut PgConnection, id_or_name: &str) -> Result<Option<VocabularyRow>> {
    if id_or_name.contains('\0') {
        return Ok(None);
    }
    vocabulary::table
        .filter(vocabulary::id.eq(id_or_name).or(vocabulary::name.eq(id_or_name)))
        .order(vocabulary::id.eq(id_or_name).desc())
        .for_update()
        .first(connection)
        .optional()
        .map_err(error::of)
}

/// A vocabulary by id or name.
///
/// # Errors
/// What the database says.
pub fn find(connection: &mut PgConnection, id_or_name: &str) -> Result<Option<VocabularyRow>> {
    if id_or_name.contains('\0') {
        return Ok(None);
    }
    vocabulary::table
        .filter(vocabulary::id.eq(id_or_name).or(vocabulary::name.eq(id_or_name)))
        .order(vocabulary::id.eq(id_or_name).desc())
        .first(connection)
        .optional()
        .map_err(error::of)
}

/// All of them, in the order of names.
///
/// # Errors
/// What the database says.
pub fn list(connection: &mut PgConnection) -> Result<Vec<VocabularyRow>> {
    vocabulary::table.order(vocabulary::name).load(connection).map_err(error::of)
}

/// True when a vocabulary is called so.
///
/// # Errors
/// What the database says.
pub fn is_taken(connection: &mut PgConnection, name: &str) -> Result<bool> {
    let found: Option<String> = vocabulary::table
        .filter(vocabulary::name.eq(name))
        .select(vocabulary::id)
        .first(connection)
        .optional()
        .map_err(error::of)?;
    Ok(found.is_some())
}

/// Stores a new one.
///
/// # Errors
/// What the database says.
pub fn insert(connection: &mut PgConnection, row: &VocabularyRow) -> Result<()> {
    diesel::insert_into(vocabulary::table)
        .values((vocabulary::id.eq(&row.id), vocabulary::name.eq(&row.name)))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Calls one otherwise.
///
/// # Errors
/// What the database says.
pub fn rename(connection: &mut PgConnection, row: &VocabularyRow) -> Result<()> {
    diesel::update(vocabulary::table.find(&row.id))
        .set(vocabulary::name.eq(&row.name))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Removes one that has no tags any more.
///
/// # Errors
/// What the database says.
pub fn delete(connection: &mut PgConnection, id: &str) -> Result<()> {
    diesel::delete(vocabulary::table.find(id)).execute(connection).map(drop).map_err(error::of)
}
