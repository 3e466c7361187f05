//! Queries about activities.

use base::{Result, time::Stamp};
use chrono::NaiveDateTime;
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, PgConnection, QueryDsl, Queryable, QueryableByName, RunQueryDsl,
    Selectable, SelectableHelper,
    sql_types::{Array, BigInt, Nullable, Text, Timestamp},
};
use store::{
    error,
    schema::{activity, dashboard},
};

/// Rows of one statement: it takes 65,535 values.
const STATEMENT: usize = 1_000;

/// A row of `activity`.
#[derive(Clone, Debug, Queryable, QueryableByName, Selectable, Insertable)]
#[diesel(table_name = activity)]
pub struct ActivityRow {
    pub id: String,
    pub timestamp: NaiveDateTime,
    pub user_id: Option<String>,
    pub object_id: Option<String>,
    pub activity_type: Option<String>,
    pub data: String,
    pub permission_labels: Option<Vec<String>>,
}

/// What a list is about.
#[derive(Clone, Debug)]
pub enum Scope {
    Package(String),
    /// The organization and its public datasets.
    Organization(String),
    /// The group and its public datasets, and deleted ones that were in it once.
    Group(String),
    /// By the user or about him.
    User(String),
    /// As for a user, and what he follows.
    Dashboard(String),
    /// Every dataset.
    Packages,
}

/// Which activities a list shows.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub scope: Scope,
    /// Labels of the caller; `None` sees everything.
    pub labels: Option<Vec<String>>,
    /// Ids and names of users whose activities stay out.
    pub hidden: Vec<String>,
    /// Types, and whether only these are shown (or all but these).
    pub types: Option<(Vec<String>, bool)>,
    pub after: Option<Stamp>,
    pub before: Option<Stamp>,
    pub limit: i64,
    pub offset: i64,
}

const OF_GROUP: &str = "select p.id from package p where p.state in ('active', 'deleted') and not p.private and (\
    exists (select 1 from package_group g where g.package_id = p.id and g.group_id = any (GROUPS)) \
    or p.owner_org = any (GROUPS) \
    or (p.state = 'deleted' and exists (select 1 from package_group_past g \
        where g.package_id = p.id and g.group_id = any (GROUPS))))";

const FOLLOWED: &str = "array(select f.object_id from following f where f.follower_id = $1 and f.kind = 'group')";

impl Scope {
    /// The condition, with `$1` for the id.
    fn condition(&self) -> String {
        let own = "a.user_id = $1 or a.object_id = $1";
        match self {
            Self::Package(_) => "a.object_id = $1".to_owned(),
            Self::Organization(_) => "a.object_id = $1 or a.object_id in \
                (select p.id from package p where p.owner_org = $1 and not p.private)"
                .to_owned(),
            Self::Group(_) => format!("a.object_id = $1 or a.object_id in ({})", OF_GROUP.replace("GROUPS", "array[$1]")),
            Self::User(_) => own.to_owned(),
            Self::Dashboard(_) => format!(
                "{own} or a.object_id in (select f.object_id from following f where f.follower_id = $1) \
                 or a.user_id in (select f.object_id from following f where f.follower_id = $1 and f.kind = 'user') \
                 or a.object_id in ({})",
                OF_GROUP.replace("GROUPS", FOLLOWED)
            ),
            Self::Packages => "a.activity_type like '%package'".to_owned(),
        }
    }

    fn id(&self) -> &str {
        match self {
            Self::Package(id) | Self::Organization(id) | Self::Group(id) | Self::User(id) | Self::Dashboard(id) => id,
            Self::Packages => "",
        }
    }
}

/// The wanted activities, newest first. With `after` alone they are the ones next to it.
///
/// # Errors
/// What the database says.
pub fn list(connection: &mut PgConnection, wanted: &Wanted) -> Result<Vec<ActivityRow>> {
    let mut text = format!("select a.* from activity a where ({})", wanted.scope.condition());
    if wanted.labels.is_some() {
        text.push_str(
            " and (a.permission_labels && $2 \
             or (a.permission_labels is null and coalesce(a.activity_type, '') not like '%package'))",
        );
    }
    if !wanted.hidden.is_empty() {
        text.push_str(" and a.user_id <> all (array(select u.id from users u where u.id = any ($3) or u.name = any ($3)))");
    }
    match &wanted.types {
        Some((_, true)) => text.push_str(" and a.activity_type = any ($4)"),
        Some((_, false)) => text.push_str(" and a.activity_type <> all ($4)"),
        None => {}
    }
    if wanted.after.is_some() {
        text.push_str(" and a.timestamp > $5");
    }
    if wanted.before.is_some() {
        text.push_str(" and a.timestamp < $6");
    }
    let upwards = wanted.after.is_some() && wanted.before.is_none();
    let direction = if upwards { "asc" } else { "desc" };
    text.push_str(&format!(" order by a.timestamp {direction}, a.id {direction} limit $7 offset $8"));
    let types = wanted.types.as_ref().map(|(types, _)| types.as_slice()).unwrap_or_default();
    let mut rows: Vec<ActivityRow> = diesel::sql_query(text)
        .bind::<Text, _>(wanted.scope.id())
        .bind::<Array<Text>, _>(wanted.labels.as_deref().unwrap_or_default())
        .bind::<Array<Text>, _>(&wanted.hidden)
        .bind::<Array<Text>, _>(types)
        .bind::<Nullable<Timestamp>, _>(wanted.after.map(Stamp::naive))
        .bind::<Nullable<Timestamp>, _>(wanted.before.map(Stamp::naive))
        .bind::<BigInt, _>(wanted.limit)
        .bind::<BigInt, _>(wanted.offset)
        .load(connection)
        .map_err(error::of)?;
    if upwards {
        rows.reverse();
    }
    Ok(rows)
}

/// The activity of that id.
///
/// # Errors
/// What the database says.
pub fn find(connection: &mut PgConnection, id: &str) -> Result<Option<ActivityRow>> {
    if id.contains('\0') {
        return Ok(None);
    }
    activity::table.filter(activity::id.eq(id)).select(ActivityRow::as_select()).first(connection).optional().map_err(error::of)
}

/// The activity about the same object before this one whose type ends in that word.
///
/// # Errors
/// What the database says.
pub fn previous(connection: &mut PgConnection, row: &ActivityRow, ending: &str) -> Result<Option<ActivityRow>> {
    diesel::sql_query(
        "select a.* from activity a where a.object_id = $1 and a.timestamp < $2 and right(a.activity_type, length($3)) = $3 \
         order by a.timestamp desc, a.id desc limit 1",
    )
    .bind::<Nullable<Text>, _>(&row.object_id)
    .bind::<Timestamp, _>(row.timestamp)
    .bind::<Text, _>(ending)
    .get_result(connection)
    .optional()
    .map_err(error::of)
}

/// Stores activities.
///
/// # Errors
/// What the database says.
pub fn insert(connection: &mut PgConnection, rows: &[ActivityRow]) -> Result<()> {
    for some in rows.chunks(STATEMENT) {
        diesel::insert_into(activity::table).values(some).execute(connection).map_err(error::of)?;
    }
    Ok(())
}

/// Removes one activity; false when there is none of that id.
///
/// # Errors
/// What the database says.
pub fn delete(connection: &mut PgConnection, id: &str) -> Result<bool> {
    if id.contains('\0') {
        return Ok(false);
    }
    diesel::delete(activity::table.filter(activity::id.eq(id))).execute(connection).map(|count| count > 0).map_err(error::of)
}

/// Removes the activities of an object.
///
/// # Errors
/// What the database says.
pub fn delete_of(connection: &mut PgConnection, object_id: &str) -> Result<()> {
    diesel::delete(activity::table.filter(activity::object_id.eq(object_id))).execute(connection).map(drop).map_err(error::of)
}

/// Removes the activities from the one time to the other (inclusive), so many at a time, but so many of the newest of each
/// object. Answers how many went.
///
/// # Errors
/// What the database says.
pub fn delete_range(connection: &mut PgConnection, from: Stamp, to: Stamp, keep: i64, batch: i64) -> Result<usize> {
    let kept = if keep > 0 {
        "and (id, timestamp) not in (select id, timestamp from (select id, timestamp, \
         row_number() over (partition by object_id order by timestamp desc, id desc) as place from activity) ranked \
         where place <= $3)"
    } else {
        ""
    };
    let text = format!(
        "delete from activity where (id, timestamp) in \
         (select id, timestamp from activity where timestamp between $1 and $2 {kept} limit $4)"
    );
    let mut total = 0;
    loop {
        let gone = diesel::sql_query(&text)
            .bind::<Timestamp, _>(from.naive())
            .bind::<Timestamp, _>(to.naive())
            .bind::<BigInt, _>(keep)
            .bind::<BigInt, _>(batch)
            .execute(connection)
            .map_err(error::of)?;
        total += gone;
        if i64::try_from(gone).unwrap_or(i64::MAX) < batch {
            return Ok(total);
        }
    }
}

/// How many activities are older than a day, 30 days, 365 days, and how many there are.
#[derive(QueryableByName)]
pub struct Counts {
    #[diesel(sql_type = BigInt)]
    pub day: i64,
    #[diesel(sql_type = BigInt)]
    pub month: i64,
    #[diesel(sql_type = BigInt)]
    pub year: i64,
    #[diesel(sql_type = BigInt)]
    pub total: i64,
}

/// See [`Counts`].
///
/// # Errors
/// What the database says.
pub fn counts(connection: &mut PgConnection, now: Stamp) -> Result<Counts> {
    diesel::sql_query(
        "select count(*) filter (where timestamp < $1 - interval '1 day') as day, \
         count(*) filter (where timestamp < $1 - interval '30 days') as month, \
         count(*) filter (where timestamp < $1 - interval '365 days') as year, count(*) as total from activity",
    )
    .bind::<Timestamp, _>(now.naive())
    .get_result(connection)
    .map_err(error::of)
}

/// When a user looked at his dashboard last.
///
/// # Errors
/// What the database says.
pub fn last_viewed(connection: &mut PgConnection, user: &str) -> Result<Option<NaiveDateTime>> {
    dashboard::table.find(user).select(dashboard::activity_stream_last_viewed).first(connection).optional().map_err(error::of)
}

/// Remembers that a user looks at his dashboard.
///
/// # Errors
/// What the database says.
pub fn set_viewed(connection: &mut PgConnection, user: &str, at: Stamp) -> Result<()> {
    diesel::insert_into(dashboard::table)
        .values((dashboard::user_id.eq(user), dashboard::activity_stream_last_viewed.eq(at.naive())))
        .on_conflict(dashboard::user_id)
        .do_update()
        .set(dashboard::activity_stream_last_viewed.eq(at.naive()))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}
