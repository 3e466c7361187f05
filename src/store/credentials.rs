//! Who stands behind a token or a session: read for every request whose proof is not in memory.

use base::{Result, time::Stamp};
use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, QueryableByName, RunQueryDsl, sql_types};

use crate::{
    error,
    schema::{api_token, group_member, groups, package_collaborator, session, users},
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

/// What a request came with, as it is stored: whose it is and how long it is worth something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub user_id: String,
    /// The token's id; nothing for a session.
    pub token: Option<String>,
    /// Nothing: for ever.
    pub expires: Option<Stamp>,
    /// The actions that it is good for; none: all.
    pub scopes: Vec<String>,
}

type TokenColumns = (api_token::id, api_token::user_id, api_token::expires_at, api_token::scopes);
const TOKEN: TokenColumns = (api_token::id, api_token::user_id, api_token::expires_at, api_token::scopes);

fn of_token((id, user_id, expires, scopes): (String, String, Option<NaiveDateTime>, Vec<String>)) -> Proof {
    Proof { user_id, token: Some(id), expires: expires.map(Stamp::from_naive), scopes }
}

/// A token, by its sha256. `None` for an unknown or revoked one.
///
/// # Errors
/// What the database says.
pub fn token_by_hash(connection: &mut PgConnection, hash: &[u8]) -> Result<Option<Proof>> {
    let found = api_token::table.filter(api_token::token_hash.eq(hash)).select(TOKEN).first(connection).optional();
    Ok(found.map_err(error::of)?.map(of_token))
}

/// A token, by its id.
///
/// # Errors
/// What the database says.
pub fn token_by_id(connection: &mut PgConnection, id: &str) -> Result<Option<Proof>> {
    let found = api_token::table.find(id).select(TOKEN).first(connection).optional();
    Ok(found.map_err(error::of)?.map(of_token))
}

/// A session, by the sha256 of its secret. `None` for an unknown or ended one.
///
/// # Errors
/// What the database says.
pub fn session_by_hash(connection: &mut PgConnection, hash: &[u8]) -> Result<Option<Proof>> {
    let found: Option<(String, NaiveDateTime)> = session::table
        .find(hash)
        .select((session::user_id, session::expires_at))
        .first(connection)
        .optional()
        .map_err(error::of)?;
    Ok(found.map(|(user_id, expires)| Proof {
        user_id,
        token: None,
        expires: Some(Stamp::from_naive(expires)),
        scopes: Vec::new(),
    }))
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

#[derive(QueryableByName)]
struct Inherited {
    #[diesel(sql_type = sql_types::Text)]
    id: String,
    #[diesel(sql_type = sql_types::Text)]
    capacity: String,
}

/// The organizations and groups below those in which a user has one of these capacities, with the capacity: it holds there
/// too (`ckan.auth.roles_that_cascade_to_sub_groups`). Only among those of one type, and only through active ones.
///
/// # Errors
/// What the database says.
pub fn inherited(connection: &mut PgConnection, user_id: &str, capacities: &[String]) -> Result<Vec<(String, String)>> {
    if capacities.is_empty() {
        return Ok(Vec::new());
    }
    // A union forgets what it has met, so that groups above each other in a circle end too.
    let rows: Vec<Inherited> = diesel::sql_query(
        "with recursive below as (
            select groups.id, groups.type, group_member.capacity
                from group_member join groups on groups.id = group_member.group_id
                where group_member.user_id = $1 and group_member.capacity = any($2) and groups.state = 'active'
            union
            select groups.id, groups.type, below.capacity
                from below
                join group_parent on group_parent.parent_id = below.id
                join groups on groups.id = group_parent.group_id and groups.type = below.type and groups.state = 'active'
        ) select id, capacity from below",
    )
    .bind::<sql_types::Text, _>(user_id)
    .bind::<sql_types::Array<sql_types::Text>, _>(capacities)
    .load(connection)
    .map_err(error::of)?;
    Ok(rows.into_iter().map(|row| (row.id, row.capacity)).collect())
}

/// Remembers that a user, and the token that he came with, were active now.
///
/// # Errors
/// What the database says.
pub fn touch(connection: &mut PgConnection, user_id: &str, token: Option<&str>) -> Result<()> {
    let now = Stamp::now().naive();
    if let Some(token) = token {
        diesel::update(api_token::table.find(token))
            .set(api_token::last_access.eq(now))
            .execute(connection)
            .map_err(error::of)?;
    }
    diesel::update(users::table.find(user_id)).set(users::last_active.eq(now)).execute(connection).map(drop).map_err(error::of)
}
