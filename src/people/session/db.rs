//! Queries about sessions.

use base::{Result, time::Stamp};
use catalog::member::db::{UserRow, lower};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl, SelectableHelper};
use store::{
    error,
    schema::{session, users},
};

/// Stores a session that lasts from one time to another.
///
/// # Errors
/// What the database says.
pub fn insert(connection: &mut PgConnection, hash: &[u8], user_id: &str, (begins, ends): (Stamp, Stamp)) -> Result<()> {
    diesel::insert_into(session::table)
        .values((
            session::secret_hash.eq(hash),
            session::user_id.eq(user_id),
            session::created.eq(begins.naive()),
            session::expires_at.eq(ends.naive()),
        ))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Removes the sessions of everybody that are over, and the oldest of a user but so many.
///
/// # Errors
/// What the database says.
pub fn tidy(connection: &mut PgConnection, user_id: &str, now: Stamp, keep: i64) -> Result<()> {
    let over = session::table.filter(session::expires_at.le(now.naive()));
    diesel::delete(over).execute(connection).map_err(error::of)?;
    let old: Vec<Vec<u8>> = session::table
        .filter(session::user_id.eq(user_id))
        .order(session::created.desc())
        .offset(keep)
        .select(session::secret_hash)
        .load(connection)
        .map_err(error::of)?;
    diesel::delete(session::table.filter(session::secret_hash.eq_any(old))).execute(connection).map(drop).map_err(error::of)
}

/// Removes a session, and answers whose it was.
///
/// # Errors
/// What the database says.
pub fn delete(connection: &mut PgConnection, hash: &[u8]) -> Result<Option<String>> {
    diesel::delete(session::table.find(hash)).returning(session::user_id).get_result(connection).optional().map_err(error::of)
}

/// Removes all sessions of a user.
///
/// # Errors
/// What the database says.
pub fn delete_all(connection: &mut PgConnection, user_id: &str) -> Result<()> {
    diesel::delete(session::table.filter(session::user_id.eq(user_id))).execute(connection).map(drop).map_err(error::of)
}

/// Users by their address, in any case, oldest first; deleted ones not.
///
/// # Errors
/// What the database says.
pub fn by_email(connection: &mut PgConnection, email: &str) -> Result<Vec<UserRow>> {
    users::table
        .filter(lower(users::email).eq(email.to_lowercase()))
        .filter(users::state.ne("deleted"))
        .order((users::created, users::id))
        .limit(20)
        .select(UserRow::as_select())
        .load(connection)
        .map_err(error::of)
}

/// Replaces the hash of a password, if it is still the one that was seen.
///
/// # Errors
/// What the database says.
pub fn rehash(connection: &mut PgConnection, user_id: &str, (before, after): (&str, &str)) -> Result<()> {
    diesel::update(users::table.find(user_id).filter(users::password_hash.eq(before)))
        .set(users::password_hash.eq(after))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}
