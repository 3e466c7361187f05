//! Queries about who follows what.

use base::{Result, limits, time::Stamp};
use catalog::member::db::Followed;
use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use store::{
    error,
    schema::{following, groups, users},
};

/// Since when a user follows it.
///
/// # Errors
/// What the database says.
pub fn since(connection: &mut PgConnection, user: &str, kind: Followed, object: &str) -> Result<Option<NaiveDateTime>> {
    following::table
        .find((user, kind.as_str(), object))
        .select(following::followed)
        .first(connection)
        .optional()
        .map_err(error::of)
}

/// Lets a user follow it, if he does not yet.
///
/// # Errors
/// What the database says.
pub fn insert(connection: &mut PgConnection, user: &str, kind: Followed, object: &str) -> Result<()> {
    diesel::insert_into(following::table)
        .values((
            following::follower_id.eq(user),
            following::kind.eq(kind.as_str()),
            following::object_id.eq(object),
            following::followed.eq(Stamp::now().naive()),
        ))
        .on_conflict_do_nothing()
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Ends it.
///
/// # Errors
/// What the database says.
pub fn delete(connection: &mut PgConnection, user: &str, kind: Followed, object: &str) -> Result<()> {
    diesel::delete(following::table.find((user, kind.as_str(), object))).execute(connection).map(drop).map_err(error::of)
}

/// Ids of its followers who are not deleted; the first thousand in the order of names.
///
/// # Errors
/// What the database says.
pub fn followers(connection: &mut PgConnection, kind: Followed, object: &str) -> Result<Vec<String>> {
    following::table
        .inner_join(users::table)
        .filter(following::object_id.eq(object))
        .filter(following::kind.eq(kind.as_str()))
        .filter(users::state.ne("deleted"))
        .order(users::name)
        .limit(most())
        .select(users::id)
        .load(connection)
        .map_err(error::of)
}

/// Ids of what a user follows, the first thousand, oldest first.
///
/// # Errors
/// What the database says.
pub fn followees(connection: &mut PgConnection, user: &str, kind: Followed) -> Result<Vec<String>> {
    following::table
        .filter(following::follower_id.eq(user))
        .filter(following::kind.eq(kind.as_str()))
        .order((following::followed, following::object_id))
        .limit(most())
        .select(following::object_id)
        .load(connection)
        .map_err(error::of)
}

/// How many groups, or organizations, a user follows that are not deleted.
///
/// # Errors
/// What the database says.
pub fn count_groups(connection: &mut PgConnection, user: &str, organizations: bool) -> Result<i64> {
    let wanted =
        groups::table.filter(groups::is_organization.eq(organizations)).filter(groups::state.ne("deleted")).select(groups::id);
    following::table
        .filter(following::follower_id.eq(user))
        .filter(following::kind.eq(Followed::Group.as_str()))
        .filter(following::object_id.eq_any(wanted))
        .count()
        .get_result(connection)
        .map_err(error::of)
}

fn most() -> i64 {
    i64::try_from(limits::ROWS_MAX).unwrap_or(i64::MAX)
}
