//! Queries about who is told what by e-mail.

use base::{Result, time::Stamp};
use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use store::{
    error,
    schema::{dashboard, users},
};

/// Users at a time.
const PAGE: i64 = 500;

/// Ids of users who want to be told and can be, behind an id, in the order of ids.
///
/// # Errors
/// What the database says.
pub fn wanting(connection: &mut PgConnection, after: &str) -> Result<Vec<String>> {
    users::table
        .filter(users::activity_streams_email_notifications.eq(true))
        .filter(users::state.eq("active"))
        .filter(users::email.is_not_null())
        .filter(users::email.ne(""))
        .filter(users::id.gt(after))
        .order(users::id)
        .limit(PAGE)
        .select(users::id)
        .load(connection)
        .map_err(error::of)
}

/// When a user was told last and looked last, locked against others who would tell him now; nothing while they do.
///
/// # Errors
/// What the database says.
pub fn claim(
    connection: &mut PgConnection,
    user_id: &str,
    created: NaiveDateTime,
) -> Result<Option<(NaiveDateTime, NaiveDateTime)>> {
    // Who has never looked has seen what was there before he came.
    diesel::insert_into(dashboard::table)
        .values((dashboard::user_id.eq(user_id), dashboard::activity_stream_last_viewed.eq(created)))
        .on_conflict_do_nothing()
        .execute(connection)
        .map_err(error::of)?;
    let found: Option<(NaiveDateTime, Option<NaiveDateTime>)> = dashboard::table
        .find(user_id)
        .select((dashboard::activity_stream_last_viewed, dashboard::email_last_sent))
        .for_update()
        .skip_locked()
        .first(connection)
        .optional()
        .map_err(error::of)?;
    Ok(found.map(|(viewed, sent)| (viewed, sent.unwrap_or(created))))
}

/// Remembers that a user was told.
///
/// # Errors
/// What the database says.
pub fn told(connection: &mut PgConnection, user_id: &str, at: Stamp) -> Result<()> {
    diesel::update(dashboard::table.find(user_id))
        .set(dashboard::email_last_sent.eq(at.naive()))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}
