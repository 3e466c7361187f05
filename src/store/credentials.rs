//! Who stands behind a token: read for every request whose token is not in memory.

use base::{Result, time::Stamp};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};

use crate::{
    error,
    schema::{api_token, group_member, groups, package_collaborator, users},
};

/// What the rights of a user rest on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    pub user_id: String,
    pub name: String,
    pub sysadmin: bool,
    pub state: String,
    /// Organization or group id and capacity, for those that are active.
    pub roles: Vec<(String, String)>,
    /// Dataset's id and capacity, for those that he collaborates in.
    pub collaborations: Vec<(String, String)>,
}

/// The user of a token, by the sha256 of the token. `None` for an unknown or revoked one.
///
/// # Errors
/// What the database says.
pub fn find_by_token(connection: &mut PgConnection, hash: &[u8]) -> Result<Option<Credentials>> {
    let user_id: Option<String> = api_token::table
        .filter(api_token::token_hash.eq(hash))
        .select(api_token::user_id)
        .first(connection)
        .optional()
        .map_err(error::of)?;
    user_id.map_or(Ok(None), |id| find_by_user(connection, &id))
}

/// The rights of a user, by id.
///
/// # Errors
/// What the database says.
pub fn find_by_user(connection: &mut PgConnection, user_id: &str) -> Result<Option<Credentials>> {
    let user: Option<(String, String, bool, String)> = users::table
        .find(user_id)
        .select((users::id, users::name, users::sysadmin, users::state))
        .first(connection)
        .optional()
        .map_err(error::of)?;
    let Some((user_id, name, sysadmin, state)) = user else { return Ok(None) };
    let roles = group_member::table
        .inner_join(groups::table)
        .filter(group_member::user_id.eq(&user_id))
        .filter(groups::state.eq("active"))
        .select((group_member::group_id, group_member::capacity))
        .load(connection)
        .map_err(error::of)?;
    let collaborations = package_collaborator::table
        .filter(package_collaborator::user_id.eq(&user_id))
        .select((package_collaborator::package_id, package_collaborator::capacity))
        .load(connection)
        .map_err(error::of)?;
    Ok(Some(Credentials { user_id, name, sysadmin, state, roles, collaborations }))
}

/// Remembers that a token and its user were active now.
///
/// # Errors
/// What the database says.
pub fn touch(connection: &mut PgConnection, hash: &[u8]) -> Result<()> {
    let now = Stamp::now().naive();
    let user: Option<String> = diesel::update(api_token::table.filter(api_token::token_hash.eq(hash)))
        .set(api_token::last_access.eq(now))
        .returning(api_token::user_id)
        .get_result(connection)
        .optional()
        .map_err(error::of)?;
    let Some(user) = user else { return Ok(()) };
    diesel::update(users::table.find(user)).set(users::last_active.eq(now)).execute(connection).map(drop).map_err(error::of)
}
