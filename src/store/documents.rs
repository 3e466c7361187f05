//! Rendered datasets: read from `package_document`, kept in memory within a bound, copied to every reader.

use std::{
    hash::{BuildHasher, RandomState},
    sync::Arc,
};

use base::{Result, id, time::Stamp};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgArrayExpressionMethods, PgConnection, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper,
};
use model::Document;
use quick_cache::{
    Weighter,
    sync::{Cache, EntryAction, EntryResult},
};

use crate::{
    error,
    schema::{package_document, package_tag, tag},
};

/// Bytes of rendered datasets kept in memory.
const CACHE_BYTES: u64 = 36 * 1024 * 1024;
/// How many of usual size that is, and how many names are remembered.
const CACHE_DOCUMENTS: usize = 8_000;
const CACHE_NAMES: usize = 50_000;

/// A row of `package_document`.
#[derive(Queryable, Selectable)]
#[diesel(table_name = package_document)]
pub struct DocumentRow {
    pub id: String,
    name: String,
    version: i64,
    owner_org: Option<String>,
    groups: Vec<String>,
    labels: Vec<String>,
    state: String,
    private: bool,
    metadata_modified: chrono::NaiveDateTime,
    body: String,
}

impl From<DocumentRow> for Document {
    fn from(row: DocumentRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            version: row.version,
            owner_org: row.owner_org,
            groups: row.groups,
            labels: row.labels,
            state: row.state,
            private: row.private,
            metadata_modified: Stamp::from_naive(row.metadata_modified),
            body: row.body.into(),
        }
    }
}

/// The document of a dataset by id or, failing that, by name.
///
/// # Errors
/// What the database says.
pub fn find(connection: &mut PgConnection, id_or_name: &str) -> Result<Option<Document>> {
    let is_id = package_document::id.eq(id_or_name);
    let row: Option<DocumentRow> = package_document::table
        .filter(is_id.or(package_document::name.eq(id_or_name)))
        .order(is_id.desc())
        .select(DocumentRow::as_select())
        .first(connection)
        .optional()
        .map_err(error::of)?;
    Ok(row.map(Document::from))
}

/// The documents of these ids or names, in no order; what there is not is missing.
///
/// # Errors
/// What the database says.
pub fn find_many(connection: &mut PgConnection, ids_or_names: &[&str]) -> Result<Vec<Document>> {
    // Two look-ups are dearer than one. A dataset named like an id is missing: whoever wants it asks for it by itself.
    let (ids, names): (Vec<&str>, Vec<&str>) = ids_or_names.iter().partition(|key| id::is_uuid(key));
    let mut rows: Vec<DocumentRow> = Vec::new();
    if !ids.is_empty() {
        rows = package_document::table
            .filter(package_document::id.eq_any(&ids))
            .select(DocumentRow::as_select())
            .load(connection)
            .map_err(error::of)?;
    }
    if !names.is_empty() {
        let more: Vec<DocumentRow> = package_document::table
            .filter(package_document::name.eq_any(&names))
            .select(DocumentRow::as_select())
            .load(connection)
            .map_err(error::of)?;
        rows.extend(more);
    }
    Ok(rows.into_iter().map(Document::from).collect())
}

/// The documents of these ids, in no order; purged ones are missing.
///
/// # Errors
/// What the database says.
pub fn list(connection: &mut PgConnection, ids: &[String]) -> Result<Vec<Document>> {
    let rows: Vec<DocumentRow> = package_document::table
        .filter(package_document::id.eq_any(ids))
        .select(DocumentRow::as_select())
        .load(connection)
        .map_err(error::of)?;
    Ok(rows.into_iter().map(Document::from).collect())
}

/// Which of these datasets the holder of these labels may see.
///
/// # Errors
/// What the database says.
pub fn seen_of(connection: &mut PgConnection, ids: &[String], labels: &[String]) -> Result<Vec<String>> {
    package_document::table
        .filter(package_document::id.eq_any(ids))
        .filter(package_document::labels.overlaps_with(labels))
        .select(package_document::id)
        .load(connection)
        .map_err(error::of)
}

/// The next documents behind `after` in the order of ids; for walking over all of them.
///
/// # Errors
/// What the database says.
pub fn page_after(connection: &mut PgConnection, after: &str, limit: i64) -> Result<Vec<Document>> {
    let rows: Vec<DocumentRow> = package_document::table
        .filter(package_document::id.gt(after))
        .order(package_document::id)
        .limit(limit)
        .select(DocumentRow::as_select())
        .load(connection)
        .map_err(error::of)?;
    Ok(rows.into_iter().map(Document::from).collect())
}

/// Ids of the datasets that quote one of these organizations or groups.
///
/// # Errors
/// What the database says.
pub fn ids_quoting(connection: &mut PgConnection, groups: &[String]) -> Result<Vec<String>> {
    package_document::table
        .filter(package_document::owner_org.eq_any(groups).or(package_document::groups.overlaps_with(groups)))
        .select(package_document::id)
        .load(connection)
        .map_err(error::of)
}

/// Ids of the datasets that carry one of these vocabularies' tags.
///
/// # Errors
/// What the database says.
pub fn ids_with_tags_of(connection: &mut PgConnection, vocabularies: &[String]) -> Result<Vec<String>> {
    package_tag::table
        .inner_join(tag::table)
        .filter(tag::vocabulary_id.eq_any(vocabularies))
        .select(package_tag::package_id)
        .distinct()
        .load(connection)
        .map_err(error::of)
}

/// The documents in memory. Kept true by the follower, which brings every changed one.
///
/// Ids and names are kept as 64 bits of a hash that differs from process to process; what is found is compared with what
/// was asked for.
#[derive(Clone)]
pub struct Documents(Arc<Memory>);

struct Memory {
    by_id: Cache<u64, Slot, Weight>,
    /// The key of the id.
    by_name: Cache<u64, u64>,
    hasher: RandomState,
}

#[derive(Clone)]
enum Slot {
    Here(Arc<Document>),
    /// Purged: what a slower reader brings from before must not come back.
    Gone,
}

#[derive(Clone)]
struct Weight;

impl Weighter<u64, Slot> for Weight {
    fn weight(&self, _key: &u64, slot: &Slot) -> u64 {
        match slot {
            // The strings beside the body, and what the allocator rounds up.
            Slot::Here(document) => u64::try_from(document.body.len() + document.body.len() / 8 + 700).unwrap_or(u64::MAX),
            Slot::Gone => 32,
        }
    }
}

impl Default for Documents {
    fn default() -> Self {
        Self(Arc::new(Memory {
            by_id: Cache::with_weighter(CACHE_DOCUMENTS, CACHE_BYTES, Weight),
            by_name: Cache::new(CACHE_NAMES),
            hasher: RandomState::new(),
        }))
    }
}

impl Documents {
    fn key(&self, text: &str) -> u64 {
        self.0.hasher.hash_one(text)
    }

    fn slot(&self, key: u64) -> Option<Arc<Document>> {
        self.0.by_id.get(&key).and_then(Slot::document)
    }

    /// The document, if it is in memory.
    #[must_use]
    pub fn get(&self, id_or_name: &str) -> Option<Arc<Document>> {
        let key = self.key(id_or_name);
        if let Some(document) = self.slot(key).filter(|document| document.id == id_or_name) {
            return Some(document);
        }
        let id = self.0.by_name.get(&key)?;
        self.slot(id).filter(|document| document.name == id_or_name)
    }

    /// Puts a document in, unless a newer one of the same dataset is there. It has to be sound
    /// ([`model::document::is_sound`]): it is copied as it is.
    pub fn put(&self, document: Arc<Document>) {
        let key = self.key(&document.id);
        self.0.by_name.insert(self.key(&document.name), key);
        let place = self.0.by_id.entry(&key, None, |_key, slot| {
            if matches!(slot, Slot::Here(known) if known.version <= document.version) {
                *slot = Slot::Here(Arc::clone(&document));
            }
            EntryAction::Retain(())
        });
        if let EntryResult::Vacant(place) = place {
            // Refused only when somebody has put another one there: his is as good.
            drop(place.insert(Slot::Here(document)));
        }
    }

    /// Forgets a purged dataset for good.
    pub fn purge(&self, id: &str) {
        self.0.by_id.insert(self.key(id), Slot::Gone);
    }

    /// True when the dataset is in memory, so that a change of it must be brought.
    #[must_use]
    pub fn holds(&self, id: &str) -> bool {
        self.0.by_id.contains_key(&self.key(id))
    }
}

impl Slot {
    fn document(self) -> Option<Arc<Document>> {
        match self {
            Self::Here(document) => Some(document),
            Self::Gone => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(id: &str, name: &str, version: i64) -> Arc<Document> {
        Arc::new(Document {
            id: id.into(),
            name: name.into(),
            version,
            owner_org: None,
            groups: vec![],
            labels: vec![],
            state: "active".into(),
            private: false,
            metadata_modified: Stamp::from_micros(0).unwrap(),
            body: "{".into(),
        })
    }

    #[test]
    fn the_newest_stays_and_a_name_leads_only_to_whoever_has_it() {
        let documents = Documents::default();
        documents.put(document("1", "old", 1));
        documents.put(document("1", "new", 3));
        documents.put(document("1", "old", 2));
        assert_eq!(documents.get("1").map(|found| found.version), Some(3));
        assert_eq!(documents.get("new").map(|found| found.version), Some(3));
        assert!(documents.get("old").is_none());
        assert!(documents.holds("1") && !documents.holds("new"));
    }

    #[test]
    fn what_is_purged_does_not_come_back() {
        let documents = Documents::default();
        documents.put(document("1", "one", 1));
        documents.purge("1");
        documents.put(document("1", "one", 1));
        assert!(documents.get("1").is_none() && documents.get("one").is_none());
    }
}
