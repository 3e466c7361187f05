//! Queries about files and their owners.

use base::{Result, id, time::Stamp};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
};
use serde_json::Value;
use store::{
    error,
    schema::{file, file_owner, file_owner_transfer_history as history, resource},
};

/// A row of `file`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = file)]
pub struct FileRow {
    pub id: String,
    pub name: String,
    pub storage: String,
    pub location: String,
    pub content_type: String,
    pub size: i64,
    pub hash: String,
    pub algorithm: String,
    pub created: chrono::NaiveDateTime,
    pub storage_data: Value,
}

/// A row of `file_owner`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = file_owner)]
pub struct OwnerRow {
    pub file_id: String,
    pub owner_id: String,
    pub owner_type: String,
    pub pinned: bool,
}

/// A file with its owner.
pub type Owned = (FileRow, Option<OwnerRow>);

/// By what a list is ordered; true: the last first.
pub type Order = (Field, bool);

/// What files can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Name,
    Storage,
    Location,
    Size,
    Hash,
    Created,
    StorageData,
    PluginData,
    OwnerId,
    OwnerType,
    Pinned,
}

/// A file by its id; `lock`: kept from others until the end of the transaction.
///
/// # Errors
/// What the database says.
pub fn find(connection: &mut PgConnection, id: &str, lock: bool) -> Result<Option<Owned>> {
    if id.contains('\0') {
        return Ok(None);
    }
    let query = file::table.find(id).select(FileRow::as_select());
    let found = if lock { query.for_update().first(connection) } else { query.first(connection) };
    let Some(found) = found.optional().map_err(error::of)? else { return Ok(None) };
    let owner = file_owner::table.find(id).select(OwnerRow::as_select()).first(connection).optional().map_err(error::of)?;
    Ok(Some((found, owner)))
}

/// The file that is registered there.
///
/// # Errors
/// What the database says.
pub fn at(connection: &mut PgConnection, storage: &str, location: &str) -> Result<Option<FileRow>> {
    if storage.contains('\0') || location.contains('\0') {
        return Ok(None);
    }
    let there = file::table.filter(file::storage.eq(storage)).filter(file::location.eq(location));
    there.select(FileRow::as_select()).first(connection).optional().map_err(error::of)
}

/// True when a file is registered there.
///
/// # Errors
/// What the database says.
pub fn is_registered(connection: &mut PgConnection, storage: &str, location: &str) -> Result<bool> {
    let there = file::table.filter(file::storage.eq(storage)).filter(file::location.eq(location));
    diesel::select(diesel::dsl::exists(there)).get_result(connection).map_err(error::of)
}

/// Stores a new file, and whose it is.
///
/// # Errors
/// What the database says; Conflict, if one was registered there meanwhile.
pub fn insert(connection: &mut PgConnection, row: &FileRow, owner: Option<&OwnerRow>) -> Result<()> {
    diesel::insert_into(file::table).values(row).execute(connection).map_err(error::of)?;
    owner.map_or(Ok(()), |owner| put_owner(connection, owner))
}

/// Stores whose a file is.
///
/// # Errors
/// What the database says.
pub fn put_owner(connection: &mut PgConnection, owner: &OwnerRow) -> Result<()> {
    diesel::insert_into(file_owner::table)
        .values(owner)
        .on_conflict(file_owner::file_id)
        .do_update()
        .set((
            file_owner::owner_id.eq(&owner.owner_id),
            file_owner::owner_type.eq(&owner.owner_type),
            file_owner::pinned.eq(owner.pinned),
        ))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Remembers whose a file was before it was given away.
///
/// # Errors
/// What the database says.
pub fn archive(connection: &mut PgConnection, owner: &OwnerRow, actor: &str) -> Result<()> {
    diesel::insert_into(history::table)
        .values((
            history::id.eq(id::new()),
            history::file_id.eq(&owner.file_id),
            history::owner_id.eq(&owner.owner_id),
            history::owner_type.eq(&owner.owner_type),
            history::actor.eq(actor),
            history::at.eq(Stamp::now().naive()),
        ))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Gives a file another name.
///
/// # Errors
/// What the database says.
pub fn rename(connection: &mut PgConnection, id: &str, name: &str) -> Result<()> {
    diesel::update(file::table.find(id)).set(file::name.eq(name)).execute(connection).map(drop).map_err(error::of)
}

/// Removes a file, with all that is known of it.
///
/// # Errors
/// What the database says.
pub fn delete(connection: &mut PgConnection, id: &str) -> Result<()> {
    diesel::delete(file::table.find(id)).execute(connection).map(drop).map_err(error::of)
}

/// Files of what goes for good (a dataset with its resources, an organization, a group) are nobody's any more: whatever gets
/// its id later shall not have them. Sysadmins find them.
///
/// # Errors
/// What the database says.
pub fn disown(connection: &mut PgConnection, (owner_type, owner_id): (&str, &str)) -> Result<()> {
    let own = file_owner::table.filter(file_owner::owner_type.eq(owner_type)).filter(file_owner::owner_id.eq(owner_id));
    diesel::delete(own).execute(connection).map_err(error::of)?;
    let resources = resource::table.filter(resource::package_id.eq(owner_id)).select(resource::id);
    let below = file_owner::table.filter(file_owner::owner_type.eq("resource")).filter(file_owner::owner_id.eq_any(resources));
    diesel::delete(below).execute(connection).map(drop).map_err(error::of)
}

/// How many files an owner has.
///
/// # Errors
/// What the database says.
pub fn count(connection: &mut PgConnection, (owner_type, owner_id): (&str, &str)) -> Result<i64> {
    file_owner::table
        .filter(file_owner::owner_type.eq(owner_type))
        .filter(file_owner::owner_id.eq(owner_id))
        .count()
        .get_result(connection)
        .map_err(error::of)
}

/// Files of an owner, in this order.
///
/// # Errors
/// What the database says.
pub fn list(
    connection: &mut PgConnection,
    (owner_type, owner_id): (&str, &str),
    orders: &[Order],
    (limit, offset): (i64, i64),
) -> Result<Vec<Owned>> {
    macro_rules! by {
        ($query:expr, $column:expr, $last_first:expr) => {
            if $last_first { $query.then_order_by($column.desc()) } else { $query.then_order_by($column.asc()) }
        };
    }
    let mut query = file::table
        .inner_join(file_owner::table)
        .filter(file_owner::owner_type.eq(owner_type))
        .filter(file_owner::owner_id.eq(owner_id))
        .select((FileRow::as_select(), OwnerRow::as_select()))
        .limit(limit)
        .offset(offset)
        .into_boxed();
    for (field, last_first) in orders {
        query = match field {
            Field::Name => by!(query, file::name, *last_first),
            Field::Storage => by!(query, file::storage, *last_first),
            Field::Location => by!(query, file::location, *last_first),
            Field::Size => by!(query, file::size, *last_first),
            Field::Hash => by!(query, file::hash, *last_first),
            Field::Created => by!(query, file::created, *last_first),
            Field::StorageData => by!(query, file::storage_data, *last_first),
            Field::PluginData => by!(query, file::plugin_data, *last_first),
            Field::OwnerId => by!(query, file_owner::owner_id, *last_first),
            Field::OwnerType => by!(query, file_owner::owner_type, *last_first),
            Field::Pinned => by!(query, file_owner::pinned, *last_first),
        };
    }
    let rows: Vec<(FileRow, OwnerRow)> = query.then_order_by(file::id).load(connection).map_err(error::of)?;
    Ok(rows.into_iter().map(|(row, owner)| (row, Some(owner))).collect())
}
