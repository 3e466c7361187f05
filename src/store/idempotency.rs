//! Writes that were done under a key of the client's, with what was answered.

use base::Result;
use chrono::NaiveDateTime;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl,
    query_dsl::methods::FilterDsl,
    sql_types::{BigInt, Timestamp},
    upsert::excluded,
};

use crate::{error, schema::idempotency};

/// A key that somebody takes.
pub struct Entry<'a> {
    pub caller: &'a str,
    pub key: &'a str,
    pub request: &'a [u8],
    pub made: NaiveDateTime,
}

/// What is known of a key.
#[derive(Queryable)]
pub struct Known {
    pub request: Vec<u8>,
    pub answer: Option<Vec<u8>>,
}

/// Takes a key that is free, or was taken before `expired`. Waits for a transaction that has just taken it.
///
/// # Errors
/// What the database says; Unavailable when the wait was too long.
pub fn take(connection: &mut PgConnection, entry: &Entry, expired: NaiveDateTime) -> Result<bool> {
    let insert = diesel::insert_into(idempotency::table)
        .values((
            idempotency::caller.eq(entry.caller),
            idempotency::key.eq(entry.key),
            idempotency::request.eq(entry.request),
            idempotency::made.eq(entry.made),
        ))
        .on_conflict((idempotency::caller, idempotency::key))
        .do_update()
        .set((
            idempotency::request.eq(excluded(idempotency::request)),
            idempotency::answer.eq(None::<Vec<u8>>),
            idempotency::made.eq(excluded(idempotency::made)),
        ));
    let taken = FilterDsl::filter(insert, idempotency::made.lt(expired)).execute(connection).map_err(error::of)?;
    Ok(taken == 1)
}

/// The request and the answer of a key.
///
/// # Errors
/// What the database says.
pub fn find(connection: &mut PgConnection, caller: &str, key: &str) -> Result<Option<Known>> {
    QueryDsl::filter(idempotency::table, idempotency::caller.eq(caller).and(idempotency::key.eq(key)))
        .select((idempotency::request, idempotency::answer))
        .first(connection)
        .optional()
        .map_err(error::of)
}

/// Keeps the answer of a key.
///
/// # Errors
/// What the database says.
pub fn keep(connection: &mut PgConnection, caller: &str, key: &str, answer: &[u8]) -> Result<()> {
    diesel::update(QueryDsl::find(idempotency::table, (caller, key)))
        .set(idempotency::answer.eq(answer))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}

/// Removes keys of before `expired`, so many at most and none that somebody is at; answers how many.
///
/// # Errors
/// What the database says.
pub fn sweep(connection: &mut PgConnection, expired: NaiveDateTime, limit: i64) -> Result<usize> {
    diesel::sql_query(
        "delete from idempotency where (caller, key) in (select caller, key from idempotency where made < $1 \
         order by made limit $2 for update skip locked)",
    )
    .bind::<Timestamp, _>(expired)
    .bind::<BigInt, _>(limit)
    .execute(connection)
    .map_err(error::of)
}
