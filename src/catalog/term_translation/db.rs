//! Queries about translations of terms.

use base::Result;
use diesel::{
    ExpressionMethods, PgConnection, QueryDsl, Queryable, RunQueryDsl,
    dsl::sql,
    sql_types::{Array, Bool, Text},
};
use serde::Serialize;
use store::{error, schema::term_translation};

/// Translations in one answer at most.
const MOST: i64 = 10_000;

/// A term in another language.
#[derive(Clone, Queryable, Serialize)]
pub struct Translation {
    pub term: String,
    pub term_translation: String,
    pub lang_code: String,
}

/// The translations of these terms into these languages; no terms are all terms.
///
/// # Errors
/// What the database says.
pub fn list(connection: &mut PgConnection, terms: &[String], languages: Option<&[String]>) -> Result<Vec<Translation>> {
    // As they lie in the table, which is what CKAN shows.
    let mut query = term_translation::table.order(sql::<Text>("ctid")).into_boxed();
    if !terms.is_empty() {
        let hashes = sql::<Bool>("term_hash in (select md5(wanted) from unnest(").bind::<Array<Text>, _>(terms);
        query = query.filter(hashes.sql("::text[]) wanted)")).filter(term_translation::term.eq_any(terms));
    }
    if let Some(languages) = languages {
        query = query.filter(term_translation::lang_code.eq_any(languages));
    }
    query
        .limit(MOST)
        .select((term_translation::term, term_translation::translation, term_translation::lang_code))
        .load(connection)
        .map_err(error::of)
}

/// Stores a translation, in place of the one of the same term and language.
///
/// # Errors
/// What the database says.
pub fn put(connection: &mut PgConnection, translation: &Translation) -> Result<()> {
    diesel::insert_into(term_translation::table)
        .values((
            term_translation::term.eq(&translation.term),
            term_translation::lang_code.eq(&translation.lang_code),
            term_translation::translation.eq(&translation.term_translation),
        ))
        .on_conflict((term_translation::term_hash, term_translation::lang_code))
        .do_update()
        .set(term_translation::translation.eq(&translation.term_translation))
        .execute(connection)
        .map(drop)
        .map_err(error::of)
}
