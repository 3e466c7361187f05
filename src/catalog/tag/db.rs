//! Queries about tags.

use base::{Result, page::Page};
use diesel::{
    ExpressionMethods, NullableExpressionMethods, OptionalExtension, PgArrayExpressionMethods, PgConnection, QueryDsl, Queryable,
    RunQueryDsl, TextExpressionMethods,
    pg::Pg,
    sql_types::{Nullable, Text},
};
use store::{
    error,
    schema::{package, package_document, package_tag, tag},
};

/// A tag.
#[derive(Queryable)]
pub struct TagRow {
    pub id: String,
    pub name: String,
    pub vocabulary_id: Option<String>,
}

type Boxed<'a> = tag::BoxedQuery<'a, Pg>;

/// The tags of a vocabulary, or the free ones of active public datasets; each of `parts` is in the name.
fn matching<'a>(vocabulary: Option<&str>, parts: &[String]) -> Boxed<'a> {
    let mut query = tag::table.into_boxed();
    query = match vocabulary {
        Some(vocabulary) => query.filter(tag::vocabulary_id.eq(vocabulary.to_owned())),
        None => {
            let used = package_tag::table
                .inner_join(package::table)
                .filter(package::state.eq("active"))
                .filter(package::private.eq(false))
                .select(package_tag::tag_id);
            query.filter(tag::vocabulary_id.is_null()).filter(tag::id.eq_any(used))
        }
    };
    for part in parts {
        query = query.filter(folded(tag::name.nullable()).like(folded(containing(part))));
    }
    query
}

/// The tags of a vocabulary (by id), or the free ones of active public datasets, in the order of names; each of `parts`
/// is in the name.
///
/// # Errors
/// What the database says.
pub fn list(connection: &mut PgConnection, vocabulary: Option<&str>, parts: &[String], page: Page) -> Result<Vec<TagRow>> {
    let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let mut query = matching(vocabulary, parts).order(tag::name).offset(number(page.offset));
    if let Some(limit) = page.limit {
        query = query.limit(number(limit));
    }
    query.select((tag::id, tag::name, tag::vocabulary_id)).load(connection).map_err(error::of)
}

/// How many tags [`list`] has without a window.
///
/// # Errors
/// What the database says.
pub fn count(connection: &mut PgConnection, vocabulary: Option<&str>, parts: &[String]) -> Result<i64> {
    matching(vocabulary, parts).count().get_result(connection).map_err(error::of)
}

/// The tags of these vocabularies, in the order of names.
///
/// # Errors
/// What the database says.
pub fn of_vocabularies(connection: &mut PgConnection, vocabularies: &[String]) -> Result<Vec<TagRow>> {
    tag::table
        .filter(tag::vocabulary_id.eq_any(vocabularies))
        .order(tag::name)
        .select((tag::id, tag::name, tag::vocabulary_id))
        .load(connection)
        .map_err(error::of)
}

/// A tag by id, or by name among the tags of the vocabulary or the free ones. A tag of that id from elsewhere than the
/// vocabulary is none (CKAN's `Tag.get`).
///
/// # Errors
/// What the database says.
pub fn find(connection: &mut PgConnection, id_or_name: &str, vocabulary: Option<&str>) -> Result<Option<TagRow>> {
    if id_or_name.contains('\0') {
        return Ok(None);
    }
    let columns = (tag::id, tag::name, tag::vocabulary_id);
    let by_id: Option<TagRow> = tag::table.find(id_or_name).select(columns).first(connection).optional().map_err(error::of)?;
    if let Some(found) = by_id {
        return Ok(Some(found).filter(|found| vocabulary.is_none() || found.vocabulary_id.as_deref() == vocabulary));
    }
    let query = tag::table.filter(tag::name.eq(id_or_name)).into_boxed();
    let query = match vocabulary {
        Some(vocabulary) => query.filter(tag::vocabulary_id.eq(vocabulary.to_owned())),
        None => query.filter(tag::vocabulary_id.is_null()),
    };
    query.select(columns).first(connection).optional().map_err(error::of)
}

/// True when a dataset that the holder of the labels may see carries the tag.
///
/// # Errors
/// What the database says.
pub fn is_seen(connection: &mut PgConnection, id: &str, labels: &[String]) -> Result<bool> {
    let carriers = package_tag::table.filter(package_tag::tag_id.eq(id)).select(package_tag::package_id);
    let found: Option<String> = package_document::table
        .filter(package_document::id.eq_any(carriers))
        .filter(package_document::labels.overlaps_with(labels))
        .select(package_document::id)
        .first(connection)
        .optional()
        .map_err(error::of)?;
    Ok(found.is_some())
}

/// Ids of the newest public datasets that carry the tag.
///
/// # Errors
/// What the database says.
pub fn newest_datasets(connection: &mut PgConnection, id: &str, limit: i64) -> Result<Vec<String>> {
    package_tag::table
        .inner_join(package::table)
        .filter(package_tag::tag_id.eq(id))
        .filter(package::state.eq("active"))
        .filter(package::private.eq(false))
        .order((package::metadata_modified.desc(), package::id))
        .limit(limit)
        .select(package::id)
        .load(connection)
        .map_err(error::of)
}

/// Locks tags until the end of the transaction: no dataset can take one on meanwhile.
///
/// # Errors
/// What the database says.
pub fn lock(connection: &mut PgConnection, ids: &[String]) -> Result<()> {
    tag::table
        .filter(tag::id.eq_any(ids))
        .order(tag::id)
        .select(tag::id)
        .for_update()
        .load::<String>(connection)
        .map(drop)
        .map_err(error::of)
}

/// Ids of all datasets that carry one of these tags, deleted ones included, in order.
///
/// # Errors
/// What the database says.
pub fn carriers(connection: &mut PgConnection, ids: &[String]) -> Result<Vec<String>> {
    package_tag::table
        .filter(package_tag::tag_id.eq_any(ids))
        .order(package_tag::package_id)
        .select(package_tag::package_id)
        .distinct()
        .load(connection)
        .map_err(error::of)
}

/// Stores tags of vocabularies.
///
/// # Errors
/// What the database says.
pub fn insert(connection: &mut PgConnection, tags: &[model::Tag]) -> Result<()> {
    let rows: Vec<_> = tags
        .iter()
        .map(|row| (tag::id.eq(&row.id), tag::name.eq(&row.name), tag::vocabulary_id.eq(row.vocabulary_id.as_ref())))
        .collect();
    diesel::insert_into(tag::table).values(rows).on_conflict_do_nothing().execute(connection).map(drop).map_err(error::of)
}

/// Removes tags that no dataset carries any more.
///
/// # Errors
/// What the database says.
pub fn delete(connection: &mut PgConnection, ids: &[String]) -> Result<()> {
    diesel::delete(tag::table.filter(tag::id.eq_any(ids))).execute(connection).map(drop).map_err(error::of)
}

diesel::define_sql_function! {
    /// A text as completion compares it; [`base::letters::folded`].
    fn folded(text: Nullable<Text>) -> Nullable<Text>;
}

/// Characters of the longest text that is looked for in names. PostgreSQL folds the whole pattern again for every row,
/// so that a text of a megabyte would hold a connection for seconds.
const LONGEST: usize = 200;

/// False for a text that is longer than any name; it is in none.
#[must_use]
pub fn is_findable(part: &str) -> bool {
    part.chars().nth(LONGEST).is_none()
}

/// The `like` pattern of what has `part` in it.
#[must_use]
pub fn containing(part: &str) -> String {
    let escaped = part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_longer_than_a_name_is_not_looked_for() {
        assert!(is_findable(""));
        assert!(is_findable(&"ы".repeat(LONGEST)));
        assert!(!is_findable(&"ы".repeat(LONGEST + 1)));
        assert_eq!(containing(r"50%_\"), r"%50\%\_\\%");
    }
}
