//! Rendered datasets: read from `package_document`, kept in memory within a bound, copied to every reader.

use std::sync::Arc;

use base::{Result, time::Stamp};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgArrayExpressionMethods, PgConnection, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper,
};
use model::Document;
use moka::{ops::compute::Op, sync::Cache};

use crate::{
    error,
    schema::{package_document, package_tag, tag},
};

/// Bytes of rendered datasets kept in memory.
const CACHE_BYTES: u64 = 64 * 1024 * 1024;

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
#[derive(Clone)]
pub struct Documents {
    by_id: Cache<String, Slot>,
    by_name: Cache<String, String>,
}

#[derive(Clone)]
enum Slot {
    Here(Arc<Document>),
    /// Purged: what a slower reader brings from before must not come back.
    Gone,
}

impl Default for Documents {
    fn default() -> Self {
        Self {
            by_id: Cache::builder()
                .max_capacity(CACHE_BYTES)
                .weigher(|key: &String, slot: &Slot| {
                    let size = match slot {
                        Slot::Here(document) => document.body.len(),
                        Slot::Gone => 0,
                    };
                    u32::try_from(size + key.len() + 400).unwrap_or(u32::MAX)
                })
                .build(),
            by_name: Cache::builder().max_capacity(100_000).build(),
        }
    }
}

impl Documents {
    /// The document, if it is in memory.
    #[must_use]
    pub fn get(&self, id_or_name: &str) -> Option<Arc<Document>> {
        if let Some(slot) = self.by_id.get(id_or_name) {
            return slot.document();
        }
        let id = self.by_name.get(id_or_name)?;
        self.by_id.get(&id)?.document().filter(|document| document.name == id_or_name)
    }

    /// Puts a document in, unless a newer one of the same dataset is there.
    pub fn put(&self, document: Arc<Document>) {
        self.by_name.insert(document.name.clone(), document.id.clone());
        self.by_id.entry(document.id.clone()).and_compute_with(|known| match known.map(moka::Entry::into_value) {
            Some(Slot::Here(known)) if known.version > document.version => Op::Nop,
            Some(Slot::Gone) => Op::Nop,
            _ => Op::Put(Slot::Here(document)),
        });
    }

    /// Forgets a purged dataset for good.
    pub fn purge(&self, id: &str) {
        self.by_id.insert(id.to_owned(), Slot::Gone);
    }

    /// True when the dataset is in memory, so that a change of it must be brought.
    #[must_use]
    pub fn holds(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
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
