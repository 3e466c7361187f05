//! Queries about tokens.

use base::{Result, time::Stamp};
use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl};
use store::{error, schema::api_token};

/// A token as lists show it.
#[derive(Queryable)]
pub struct TokenRow {
    pub id: String,
    pub name: String,
    pub user_id: String,
    pub created_at: NaiveDateTime,
    pub last_access: Option<NaiveDateTime>,
    pub expires_at: Option<NaiveDateTime>,
    pub scopes: Vec<String>,
}

/// A token to store.
pub struct New<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub user_id: &'a str,
    pub hash: &'a [u8],
    pub created: Stamp,
    pub last_access: Option<Stamp>,
    pub expires: Option<Stamp>,
    pub scopes: &'a [String],
}

/// Stores a token's hash.
///
/// # Errors
/// What the database says.
pub fn insert(connection: &mut PgConnection, token: &New<'_>) -> Result<()> {
    diesel::insert_into(api_token::table)
        .values((
            api_token::id.eq(token.id),
            api_token::name.eq(token.name),
            api_token::user_id.eq(token.user_id),
            api_token::token_hash.eq(token.hash),
            api_token::created_at.eq(token.created.naive()),
            api_token::last_access.eq(token.last_access.map(Stamp::naive)),
            api_token::expires_at.eq(token.expires.map(Stamp::naive)),
            api_token::scopes.eq(token.scopes),
        ))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// The tokens of a user, oldest first.
///
/// # Errors
/// What the database says.
pub fn list(connection: &mut PgConnection, user_id: &str) -> Result<Vec<TokenRow>> {
    api_token::table
        .filter(api_token::user_id.eq(user_id))
        .order((api_token::created_at, api_token::id))
        .select((
            api_token::id,
            api_token::name,
            api_token::user_id,
            api_token::created_at,
            api_token::last_access,
            api_token::expires_at,
            api_token::scopes,
        ))
        .load(connection)
        .map_err(error::of)
}

/// Id and owner of the token with this id.
///
/// # Errors
/// What the database says.
pub fn find(connection: &mut PgConnection, id: &str) -> Result<Option<(String, String)>> {
    api_token::table
        .filter(api_token::id.eq(id))
        .select((api_token::id, api_token::user_id))
        .first(connection)
        .optional()
        .map_err(error::of)
}

/// Id and owner of the token with this hash.
///
/// # Errors
/// What the database says.
pub fn find_by_hash(connection: &mut PgConnection, hash: &[u8]) -> Result<Option<(String, String)>> {
    api_token::table
        .filter(api_token::token_hash.eq(hash))
        .select((api_token::id, api_token::user_id))
        .first(connection)
        .optional()
        .map_err(error::of)
}

/// Removes a token.
///
/// # Errors
/// What the database says.
pub fn delete(connection: &mut PgConnection, id: &str) -> Result<()> {
    diesel::delete(api_token::table.find(id)).execute(connection).map(drop).map_err(error::of)
}
