//! Queries about users as members, and the rows of users that other nouns show.

use std::collections::{HashMap, HashSet};

use base::Result;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper,
    dsl::AsSelect,
    pg::Pg,
    sql_types::{Nullable, Text},
};
use store::{
    error,
    schema::{following, group_member, group_parent, organization_package, package, package_group, users},
};

diesel::define_sql_function! {
    /// 32 hexadecimal digits.
    fn md5(text: Nullable<Text>) -> Nullable<Text>;
}
diesel::define_sql_function! {
    fn lower(text: Nullable<Text>) -> Nullable<Text>;
}
diesel::define_sql_function! {
    fn btrim(text: Nullable<Text>) -> Nullable<Text>;
}

/// A row of `users`.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct UserRow {
    pub id: String,
    pub name: String,
    pub fullname: Option<String>,
    pub email: Option<String>,
    pub password_hash: Option<String>,
    pub about: Option<String>,
    pub image_url: Option<String>,
    pub plugin_extras: Option<serde_json::Value>,
    pub sysadmin: bool,
    pub state: String,
    pub created: chrono::NaiveDateTime,
    pub last_active: Option<chrono::NaiveDateTime>,
    pub activity_streams_email_notifications: bool,
}

/// A user with what is counted and computed of him.
#[derive(Clone)]
pub struct Account {
    pub row: UserRow,
    /// md5 of the trimmed e-mail address in lower case: what avatars are looked up by.
    pub email_hash: Option<String>,
    /// Active public datasets that he created.
    pub datasets: i64,
}

/// The user by id or, failing that, by name; deleted ones too.
///
/// # Errors
/// What the database says.
pub fn find_user(connection: &mut PgConnection, id_or_name: &str) -> Result<Option<UserRow>> {
    if id_or_name.contains('\0') {
        return Ok(None);
    }
    let by_id = users::table.find(id_or_name).select(UserRow::as_select()).first(connection).optional().map_err(error::of)?;
    if by_id.is_some() {
        return Ok(by_id);
    }
    users::table.filter(users::name.eq(id_or_name)).select(UserRow::as_select()).first(connection).optional().map_err(error::of)
}

/// The ids behind these ids and names of users who are not deleted.
///
/// # Errors
/// What the database says.
pub fn ids_of(connection: &mut PgConnection, keys: &[String]) -> Result<HashMap<String, String>> {
    let rows: Vec<(String, String)> = users::table
        .filter(users::id.eq_any(keys).or(users::name.eq_any(keys)))
        .filter(users::state.ne("deleted"))
        .select((users::id, users::name))
        .load(connection)
        .map_err(error::of)?;
    Ok(rows.into_iter().flat_map(|(id, name)| [(id.clone(), id.clone()), (name, id)]).collect())
}

/// So many ids are looked up; where there are more, a query over all is cheaper than one that names them.
const NAMED: usize = 200;

/// A user's row, and the md5 of his address.
type Hashed = (UserRow, Option<String>);

/// The accounts of these users, in no order.
///
/// # Errors
/// What the database says.
pub fn accounts(connection: &mut PgConnection, ids: &[String]) -> Result<HashMap<String, Account>> {
    let rows: Vec<Hashed> = users::table.filter(users::id.eq_any(ids)).select(hashed()).load(connection).map_err(error::of)?;
    Ok(counted(connection, rows)?.into_iter().map(|account| (account.row.id.clone(), account)).collect())
}

/// The accounts of the users that a query chooses, in no order.
///
/// # Errors
/// What the database says.
pub fn accounts_of(connection: &mut PgConnection, chosen: users::BoxedQuery<'_, Pg>) -> Result<Vec<Account>> {
    let rows: Vec<Hashed> = chosen.select(hashed()).load(connection).map_err(error::of)?;
    counted(connection, rows)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn hashed() -> _ {
    let row: AsSelect<UserRow, Pg> = UserRow::as_select();
    (row, md5(lower(btrim(users::email))))
}

fn counted(connection: &mut PgConnection, rows: Vec<Hashed>) -> Result<Vec<Account>> {
    let mut query = package::table
        .filter(package::creator_user_id.is_not_null())
        .filter(package::state.eq("active"))
        .filter(package::private.eq(false))
        .group_by(package::creator_user_id)
        .select((package::creator_user_id.assume_not_null(), diesel::dsl::count_star()))
        .into_boxed();
    if rows.len() <= NAMED {
        query = query.filter(package::creator_user_id.eq_any(rows.iter().map(|(row, _)| row.id.clone()).collect::<Vec<_>>()));
    }
    let counts: HashMap<String, i64> = query.load(connection).map_err(error::of)?.into_iter().collect();
    let account = |(row, email_hash): Hashed| {
        let datasets = counts.get(&row.id).copied().unwrap_or_default();
        Account { row, email_hash, datasets }
    };
    Ok(rows.into_iter().map(account).collect())
}

/// Group, user and capacity of the members of these groups who are not deleted, in the order of users' names.
///
/// # Errors
/// What the database says.
pub fn members(connection: &mut PgConnection, groups: &[String]) -> Result<Vec<(String, String, String)>> {
    group_member::table
        .inner_join(users::table)
        .filter(group_member::group_id.eq_any(groups))
        .filter(users::state.ne("deleted"))
        .order(users::name)
        .select((group_member::group_id, group_member::user_id, group_member::capacity))
        .load(connection)
        .map_err(error::of)
}

/// User and capacity of the members of a group who are not deleted, in the order of ids.
///
/// # Errors
/// What the database says.
pub fn members_of(connection: &mut PgConnection, group: &str) -> Result<Vec<(String, String)>> {
    let mut members: Vec<(String, String)> = group_member::table
        .inner_join(users::table)
        .filter(group_member::group_id.eq(group))
        .filter(users::state.ne("deleted"))
        .select((group_member::user_id, group_member::capacity))
        .load(connection)
        .map_err(error::of)?;
    members.sort_unstable();
    Ok(members)
}

/// How many members who are not deleted each of these groups has.
///
/// # Errors
/// What the database says.
pub fn member_counts(connection: &mut PgConnection, groups: &[String]) -> Result<HashMap<String, i64>> {
    let rows: Vec<(String, i64)> = group_member::table
        .inner_join(users::table)
        .filter(group_member::group_id.eq_any(groups))
        .filter(users::state.ne("deleted"))
        .group_by(group_member::group_id)
        .select((group_member::group_id, diesel::dsl::count_star()))
        .load(connection)
        .map_err(error::of)?;
    Ok(rows.into_iter().collect())
}

/// The organizations and groups that a user is a member of himself, whatever their state.
///
/// # Errors
/// What the database says.
pub fn of_user(connection: &mut PgConnection, user: &str) -> Result<HashSet<String>> {
    let ids: Vec<String> = group_member::table
        .filter(group_member::user_id.eq(user))
        .select(group_member::group_id)
        .load(connection)
        .map_err(error::of)?;
    Ok(ids.into_iter().collect())
}

/// The capacity of a user in a group, also in a deleted one.
///
/// # Errors
/// What the database says.
pub fn capacity(connection: &mut PgConnection, group: &str, user: &str) -> Result<Option<String>> {
    group_member::table.find((group, user)).select(group_member::capacity).first(connection).optional().map_err(error::of)
}

/// Makes a user a member, or changes what he may.
///
/// # Errors
/// What the database says.
pub fn put(connection: &mut PgConnection, group: &str, user: &str, capacity: &str) -> Result<()> {
    diesel::insert_into(group_member::table)
        .values((group_member::group_id.eq(group), group_member::user_id.eq(user), group_member::capacity.eq(capacity)))
        .on_conflict((group_member::group_id, group_member::user_id))
        .do_update()
        .set(group_member::capacity.eq(capacity))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Takes a member out; answers whether there was one.
///
/// # Errors
/// What the database says.
pub fn remove(connection: &mut PgConnection, group: &str, user: &str) -> Result<bool> {
    diesel::delete(group_member::table.find((group, user))).execute(connection).map(|count| count > 0).map_err(error::of)
}

/// Takes every member out but these.
///
/// # Errors
/// What the database says.
pub fn retain(connection: &mut PgConnection, group: &str, users: &[String]) -> Result<()> {
    diesel::delete(group_member::table.filter(group_member::group_id.eq(group)).filter(group_member::user_id.ne_all(users)))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Ids of an organization's datasets, whatever their state.
///
/// # Errors
/// What the database says.
pub fn owned(connection: &mut PgConnection, organization: &str) -> Result<Vec<String>> {
    package::table
        .filter(package::owner_org.eq(organization))
        .order(package::id)
        .select(package::id)
        .load(connection)
        .map_err(error::of)
}

/// Ids of a group's datasets, whatever their state.
///
/// # Errors
/// What the database says.
pub fn grouped(connection: &mut PgConnection, group: &str) -> Result<Vec<String>> {
    package_group::table
        .filter(package_group::group_id.eq(group))
        .order(package_group::package_id)
        .select(package_group::package_id)
        .load(connection)
        .map_err(error::of)
}

/// The groups above these: group, parent's id, capacity.
///
/// # Errors
/// What the database says.
pub fn parents(connection: &mut PgConnection, ids: &[String]) -> Result<Vec<(String, String, String)>> {
    group_parent::table
        .filter(group_parent::group_id.eq_any(ids))
        .order(group_parent::parent_id)
        .select((group_parent::group_id, group_parent::parent_id, group_parent::capacity))
        .load(connection)
        .map_err(error::of)
}

/// Ids of the datasets in an organization or group that are not deleted, each with its capacity there.
///
/// # Errors
/// What the database says.
pub fn packages(connection: &mut PgConnection, group: &str, is_organization: bool) -> Result<Vec<(String, String)>> {
    let alive = package::table.filter(package::state.ne("deleted")).select(package::id);
    let ids: Vec<String> = if is_organization {
        alive.filter(package::owner_org.eq(group)).order(package::id).load(connection)
    } else {
        let inside = package_group::table.filter(package_group::group_id.eq(group)).select(package_group::package_id);
        alive.filter(package::id.eq_any(inside)).order(package::id).load(connection)
    }
    .map_err(error::of)?;
    let capacity = if is_organization { "organization" } else { "public" };
    let mut packages: Vec<(String, String)> = ids.into_iter().map(|id| (id, capacity.to_owned())).collect();
    if is_organization {
        let beside: Vec<(String, String)> = organization_package::table
            .filter(organization_package::group_id.eq(group))
            .filter(organization_package::package_id.eq_any(alive))
            .order(organization_package::package_id)
            .select((organization_package::package_id, organization_package::capacity))
            .load(connection)
            .map_err(error::of)?;
        let owned: HashSet<String> = packages.iter().map(|(id, _)| id.clone()).collect();
        packages.extend(beside.into_iter().filter(|(id, _)| !owned.contains(id)));
    }
    Ok(packages)
}

/// Notes that a dataset belongs to an organization that need not own it. Nothing but `member_list` goes by it.
///
/// # Errors
/// What the database says.
pub fn put_package(connection: &mut PgConnection, organization: &str, package: &str, capacity: &str) -> Result<()> {
    diesel::insert_into(organization_package::table)
        .values((
            organization_package::group_id.eq(organization),
            organization_package::package_id.eq(package),
            organization_package::capacity.eq(capacity),
        ))
        .on_conflict((organization_package::group_id, organization_package::package_id))
        .do_update()
        .set(organization_package::capacity.eq(capacity))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Takes back what [`put_package`] noted.
///
/// # Errors
/// What the database says.
pub fn remove_package(connection: &mut PgConnection, organization: &str, package: &str) -> Result<()> {
    diesel::delete(organization_package::table.find((organization, package))).execute(connection).map(drop).map_err(error::of)
}

/// Puts a group above another one, or changes its capacity there.
///
/// # Errors
/// What the database says.
pub fn put_parent(connection: &mut PgConnection, group: &str, parent: &str, capacity: &str) -> Result<()> {
    diesel::insert_into(group_parent::table)
        .values((group_parent::group_id.eq(group), group_parent::parent_id.eq(parent), group_parent::capacity.eq(capacity)))
        .on_conflict((group_parent::group_id, group_parent::parent_id))
        .do_update()
        .set(group_parent::capacity.eq(capacity))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Takes a group away from above another one; answers whether it was there.
///
/// # Errors
/// What the database says.
pub fn remove_parent(connection: &mut PgConnection, group: &str, parent: &str) -> Result<bool> {
    diesel::delete(group_parent::table.find((group, parent))).execute(connection).map(|count| count > 0).map_err(error::of)
}

/// What can be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    Dataset,
    /// An organization or group.
    Group,
    User,
}

impl Followed {
    /// The text in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dataset => "dataset",
            Self::Group => "group",
            Self::User => "user",
        }
    }
}

/// How many users who are not deleted follow each of these.
///
/// # Errors
/// What the database says.
pub fn followers(connection: &mut PgConnection, kind: Followed, ids: &[String]) -> Result<HashMap<String, i64>> {
    let mut query = following::table
        .inner_join(users::table)
        .filter(following::kind.eq(kind.as_str()))
        .filter(users::state.ne("deleted"))
        .group_by(following::object_id)
        .select((following::object_id, diesel::dsl::count_star()))
        .into_boxed();
    if ids.len() <= NAMED {
        query = query.filter(following::object_id.eq_any(ids));
    }
    let rows: Vec<(String, i64)> = query.load(connection).map_err(error::of)?;
    Ok(rows.into_iter().collect())
}
