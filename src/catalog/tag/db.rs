//! Queries about tags.

use base::Result;
use diesel::{ExpressionMethods, PgConnection, PgTextExpressionMethods, QueryDsl, Queryable, RunQueryDsl};
use store::{
    error,
    schema::{package, package_tag, tag},
};

/// A tag.
#[derive(Queryable)]
pub struct TagRow {
    pub id: String,
    pub name: String,
    pub vocabulary_id: Option<String>,
}

/// The tags of active public datasets, in the order of names: free ones, or those of a vocabulary; each of `parts`
/// is in the name.
///
/// # Errors
/// What the database says.
pub fn list(connection: &mut PgConnection, vocabulary: Option<&str>, parts: &[String]) -> Result<Vec<TagRow>> {
    let used = package_tag::table
        .inner_join(package::table)
        .filter(package::state.eq("active"))
        .filter(package::private.eq(false))
        .select(package_tag::tag_id);
    let mut query = tag::table.filter(tag::id.eq_any(used)).order(tag::name).into_boxed();
    query = match vocabulary {
        Some(vocabulary) => query.filter(tag::vocabulary_id.eq(vocabulary.to_owned())),
        None => query.filter(tag::vocabulary_id.is_null()),
    };
    for part in parts {
        query = query.filter(tag::name.ilike(containing(part)));
    }
    query.select((tag::id, tag::name, tag::vocabulary_id)).load(connection).map_err(error::of)
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
