//! Queries about users.

use base::{Result, time::Stamp};
use catalog::{
    member::db::{UserRow, lower},
    tag::db::{containing, folded},
};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl,
    SelectableHelper, TextExpressionMethods,
};
use store::{
    error,
    schema::{group_member, package, package_collaborator, site, users},
};

/// Which users a list is about.
#[derive(Default)]
pub struct Wanted<'a> {
    /// Text in name or full name.
    pub part: Option<&'a str>,
    /// True: the text may be in the address too.
    pub search_email: bool,
    /// The whole address.
    pub email: Option<&'a str>,
    /// A name that is left out.
    pub but: Option<&'a str>,
}

/// The users who are not deleted and wanted.
pub fn chosen<'a>(wanted: &Wanted<'_>) -> users::BoxedQuery<'a, diesel::pg::Pg> {
    let mut query = users::table.filter(users::state.ne("deleted")).into_boxed();
    if let Some(part) = wanted.part {
        let pattern = || folded(containing(part));
        let named = folded(users::name.nullable()).like(pattern()).or(folded(users::fullname).like(pattern()));
        let addressed = || folded(users::email).like(pattern());
        query = if wanted.search_email { query.filter(named.or(addressed())) } else { query.filter(named) };
    }
    if let Some(email) = wanted.email {
        query = query.filter(lower(users::email).eq(email.to_lowercase()));
    }
    if let Some(name) = wanted.but {
        query = query.filter(users::name.ne(name.to_owned()));
    }
    query
}

/// The user of exactly that name.
///
/// # Errors
/// What the database says.
pub fn find_by_name(connection: &mut PgConnection, name: &str) -> Result<Option<UserRow>> {
    users::table.filter(users::name.eq(name)).select(UserRow::as_select()).first(connection).optional().map_err(error::of)
}

/// Ids and names of the users in one of these states who have that address.
///
/// # Errors
/// What the database says.
pub fn of_email(connection: &mut PgConnection, email: &str, states: &[String]) -> Result<Vec<(String, String)>> {
    users::table
        .filter(lower(users::email).eq(email.to_lowercase()))
        .filter(users::state.eq_any(states))
        .select((users::id, users::name))
        .load(connection)
        .map_err(error::of)
}

/// Stores a new user.
///
/// # Errors
/// What the database says.
pub fn insert(connection: &mut PgConnection, user: &UserRow) -> Result<()> {
    diesel::insert_into(users::table)
        .values((
            users::id.eq(&user.id),
            users::name.eq(&user.name),
            users::fullname.eq(&user.fullname),
            users::email.eq(&user.email),
            users::password_hash.eq(&user.password_hash),
            users::about.eq(&user.about),
            users::image_url.eq(&user.image_url),
            users::plugin_extras.eq(&user.plugin_extras),
            users::sysadmin.eq(user.sysadmin),
            users::state.eq(&user.state),
            users::created.eq(user.created),
            users::activity_streams_email_notifications.eq(user.activity_streams_email_notifications),
        ))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Stores what may change of a user.
///
/// # Errors
/// What the database says.
pub fn update(connection: &mut PgConnection, user: &UserRow) -> Result<()> {
    diesel::update(users::table.find(&user.id))
        .set((
            users::name.eq(&user.name),
            users::fullname.eq(&user.fullname),
            users::email.eq(&user.email),
            users::password_hash.eq(&user.password_hash),
            users::about.eq(&user.about),
            users::image_url.eq(&user.image_url),
            users::plugin_extras.eq(&user.plugin_extras),
            users::sysadmin.eq(user.sysadmin),
            users::state.eq(&user.state),
            users::activity_streams_email_notifications.eq(user.activity_streams_email_notifications),
        ))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Id, name and full name of the users who are not deleted and have the text in a name, oldest first.
///
/// # Errors
/// What the database says.
pub fn complete(connection: &mut PgConnection, wanted: &Wanted<'_>, limit: i64) -> Result<Vec<(String, String, Option<String>)>> {
    chosen(wanted)
        .order((users::created, users::id))
        .limit(limit)
        .select((users::id, users::name, users::fullname))
        .load(connection)
        .map_err(error::of)
}

/// Makes the site's user unless the name is taken; answers whether it did.
///
/// # Errors
/// What the database says.
pub fn insert_site_user(connection: &mut PgConnection, id: &str, name: &str) -> Result<bool> {
    diesel::insert_into(users::table)
        .values((users::id.eq(id), users::name.eq(name), users::sysadmin.eq(true), users::created.eq(Stamp::now().naive())))
        .on_conflict(users::name)
        .do_nothing()
        .execute(connection)
        .map(|count| count > 0)
        .map_err(error::of)
}

/// The sealed token of the site's user, locked against others who make one when `lock` is set.
///
/// # Errors
/// What the database says.
pub fn site_token(connection: &mut PgConnection, lock: bool) -> Result<Option<Vec<u8>>> {
    let query = site::table.select(site::sealed_token);
    if lock { query.for_update().first(connection) } else { query.first(connection) }.map_err(error::of)
}

/// Keeps the sealed token of the site's user.
///
/// # Errors
/// What the database says.
pub fn keep_site_token(connection: &mut PgConnection, sealed: &[u8]) -> Result<()> {
    diesel::update(site::table).set(site::sealed_token.eq(sealed)).execute(connection).map(drop).map_err(error::of)
}

/// True when somebody has that picture.
///
/// # Errors
/// What the database says.
pub fn has_picture(connection: &mut PgConnection, image_url: &str) -> Result<bool> {
    diesel::select(diesel::dsl::exists(users::table.filter(users::image_url.eq(image_url))))
        .get_result(connection)
        .map_err(error::of)
}

/// Locks a user until the end of the transaction.
///
/// # Errors
/// What the database says.
pub fn lock(connection: &mut PgConnection, id: &str) -> Result<Option<UserRow>> {
    users::table.find(id).select(UserRow::as_select()).for_update().first(connection).optional().map_err(error::of)
}

/// Gives or takes all rights.
///
/// # Errors
/// What the database says.
pub fn set_sysadmin(connection: &mut PgConnection, id: &str, sysadmin: bool) -> Result<()> {
    diesel::update(users::table.find(id)).set(users::sysadmin.eq(sysadmin)).execute(connection).map(drop).map_err(error::of)
}

/// Marks a user as deleted and takes him out of everything.
///
/// # Errors
/// What the database says.
pub fn delete(connection: &mut PgConnection, id: &str) -> Result<()> {
    diesel::update(users::table.find(id)).set(users::state.eq("deleted")).execute(connection).map_err(error::of)?;
    diesel::delete(package_collaborator::table.filter(package_collaborator::user_id.eq(id)))
        .execute(connection)
        .map_err(error::of)?;
    diesel::delete(group_member::table.filter(group_member::user_id.eq(id))).execute(connection).map(drop).map_err(error::of)
}

/// How many datasets he created, private ones and drafts too.
///
/// # Errors
/// What the database says.
pub fn count_created(connection: &mut PgConnection, id: &str) -> Result<i64> {
    package::table
        .filter(package::creator_user_id.eq(id))
        .filter(package::state.ne("deleted"))
        .count()
        .get_result(connection)
        .map_err(error::of)
}

/// Ids of the newest datasets that he created; `all`: private ones and drafts too.
///
/// # Errors
/// What the database says.
pub fn newest(connection: &mut PgConnection, id: &str, all: bool) -> Result<Vec<String>> {
    let mut query = package::table
        .filter(package::creator_user_id.eq(id))
        .filter(package::state.ne("deleted"))
        .order((package::metadata_modified.desc(), package::id))
        .limit(50)
        .select(package::id)
        .into_boxed();
    if !all {
        query = query.filter(package::state.eq("active")).filter(package::private.eq(false));
    }
    query.load(connection).map_err(error::of)
}
