//! Queries about collaborators.

use auth::Role;
use base::{Result, time::Stamp};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, Queryable, RunQueryDsl};
use store::{error, schema::package_collaborator};

/// A row of `package_collaborator`.
#[derive(Queryable)]
pub struct CollaboratorRow {
    pub package_id: String,
    pub user_id: String,
    pub capacity: String,
    pub modified: chrono::NaiveDateTime,
}

/// Whose rows a list is about.
#[derive(Clone, Copy)]
pub enum Of<'a> {
    Package(&'a str),
    User(&'a str),
}

/// The collaborators of a dataset, or the datasets of a collaborator, all or those of one capacity, oldest first.
///
/// # Errors
/// What the database says.
pub fn list(connection: &mut PgConnection, of: Of<'_>, role: Option<Role>) -> Result<Vec<CollaboratorRow>> {
    let order = (package_collaborator::modified, package_collaborator::package_id, package_collaborator::user_id);
    let mut query = package_collaborator::table.order(order).into_boxed();
    query = match of {
        Of::Package(id) => query.filter(package_collaborator::package_id.eq(id)),
        Of::User(id) => query.filter(package_collaborator::user_id.eq(id)),
    };
    if let Some(role) = role {
        query = query.filter(package_collaborator::capacity.eq(role.as_str()));
    }
    query.load(connection).map_err(error::of)
}

/// Makes a user a collaborator, or changes what he may.
///
/// # Errors
/// What the database says.
pub fn put(connection: &mut PgConnection, package: &str, user: &str, role: Role, now: Stamp) -> Result<()> {
    let changed = (package_collaborator::capacity.eq(role.as_str()), package_collaborator::modified.eq(now.naive()));
    diesel::insert_into(package_collaborator::table)
        .values((package_collaborator::package_id.eq(package), package_collaborator::user_id.eq(user), changed))
        .on_conflict((package_collaborator::package_id, package_collaborator::user_id))
        .do_update()
        .set(changed)
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Takes a collaborator off a dataset; answers whether he was one.
///
/// # Errors
/// What the database says.
pub fn remove(connection: &mut PgConnection, package: &str, user: &str) -> Result<bool> {
    diesel::delete(package_collaborator::table.find((package, user)))
        .execute(connection)
        .map(|count| count > 0)
        .map_err(error::of)
}

/// Takes all collaborators off these datasets; answers how many there were.
///
/// # Errors
/// What the database says.
pub fn remove_of_packages(connection: &mut PgConnection, packages: &[String]) -> Result<usize> {
    diesel::delete(package_collaborator::table.filter(package_collaborator::package_id.eq_any(packages)))
        .execute(connection)
        .map_err(error::of)
}
