//! Queries about who follows what.

use base::{Result, limits, time::Stamp};
use catalog::member::db::Followed;
use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, OptionalExtension, PgArrayExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use store::{
    error,
    schema::{following, groups, package_document, users},
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

/// What a user may follow, counted apart.
#[derive(Clone, Copy)]
pub enum Followees {
    Datasets,
    Groups,
    Organizations,
    Users,
}

impl Followees {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Datasets, Self::Groups, Self::Organizations, Self::Users];
}

/// How many of them a user follows that are not deleted; of datasets those that carry one of the labels, or all.
///
/// # Errors
/// What the database says.
pub fn count_followees(connection: &mut PgConnection, user: &str, what: Followees, labels: Option<&[String]>) -> Result<i64> {
    let kind = match what {
        Followees::Datasets => Followed::Dataset,
        Followees::Groups | Followees::Organizations => Followed::Group,
        Followees::Users => Followed::User,
    };
    let followed = following::table.filter(following::follower_id.eq(user)).filter(following::kind.eq(kind.as_str()));
    let count = match what {
        Followees::Datasets => {
            let mut wanted =
                package_document::table.filter(package_document::state.ne("deleted")).select(package_document::id).into_boxed();
            if let Some(labels) = labels {
                wanted = wanted.filter(package_document::labels.overlaps_with(labels));
            }
            followed.filter(following::object_id.eq_any(wanted)).count().get_result(connection)
        }
        Followees::Groups | Followees::Organizations => {
            let organizations = matches!(what, Followees::Organizations);
            let wanted = groups::table
                .filter(groups::is_organization.eq(organizations))
                .filter(groups::state.ne("deleted"))
                .select(groups::id);
            followed.filter(following::object_id.eq_any(wanted)).count().get_result(connection)
        }
        Followees::Users => {
            let wanted = users::table.filter(users::state.ne("deleted")).select(users::id);
            followed.filter(following::object_id.eq_any(wanted)).count().get_result(connection)
        }
    };
    count.map_err(error::of)
}

fn most() -> i64 {
    i64::try_from(limits::ROWS_MAX).unwrap_or(i64::MAX)
}
