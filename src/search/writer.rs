//! Search documents into the engine's documents, and the engine's writer set up for many small commits.

use std::collections::{BTreeMap, HashSet};

use base::Result;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::schema::OwnedValue;
use tantivy::{IndexWriter, TantivyDocument};

use crate::analyze::language::Language;
use crate::document::SearchDocument;
use crate::schema::{self, Fields, Kind};
use crate::{failed, title};

/// Bytes that documents may take in memory before they go to disk.
pub const BUDGET_BYTES: usize = 50_000_000;

/// How much is written between two commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// A whole index: pieces are merged late, so that each document is moved as seldom as possible.
    Bulk,
    /// A few documents at a time.
    Small,
}

/// When pieces are merged. Each search walks all pieces, so they shall be few; but a commit of one document must not rewrite
/// thousands, so a layer begins small and is eight times the one below.
#[must_use]
pub fn merging(size: Size) -> LogMergePolicy {
    let mut merging = LogMergePolicy::default();
    if size == Size::Small {
        merging.set_min_num_segments(6);
        merging.set_min_layer_size(8);
        merging.set_level_log_size(3.0);
        merging.set_del_docs_ratio_before_merge(0.3);
    }
    merging
}

/// A writer with one thread for documents and two for merges: small merges go on while a large one runs.
///
/// # Errors
/// Unavailable, when another writer holds the folder.
pub fn open(index: &tantivy::Index, size: Size) -> Result<IndexWriter> {
    let options =
        IndexWriterOptions::builder().memory_budget_per_thread(BUDGET_BYTES).num_worker_threads(1).num_merge_threads(2).build();
    let writer: IndexWriter = index.writer_with_options(options).map_err(failed)?;
    writer.set_merge_policy(Box::new(merging(size)));
    Ok(writer)
}

/// The id of a document that a test cannot have taken.
#[cfg(test)]
pub const POISON: &str = "poison";

/// The engine's form of a search document.
#[must_use]
pub fn document(fields: &Fields, from: &SearchDocument) -> TantivyDocument {
    #[cfg(test)]
    assert!(from.id != POISON, "poison");
    let mut out = TantivyDocument::new();
    out.add_text(fields.id, &from.id);
    out.add_i64(fields.version, from.version);
    out.add_u64(fields.print, from.print());
    let print = schema::fingerprint(from.id.as_bytes());
    out.add_u64(fields.tie, print);
    out.add_u64(fields.held, print);
    for label in &from.labels {
        out.add_text(fields.labels, label);
    }
    out.add_bytes(fields.stored, from.stored.as_bytes());
    let text = fields.fixed("text");
    let copy = |out: &mut TantivyDocument, name: &str, value: &str| {
        if let (true, Some(text)) = (schema::is_in_text(name), text) {
            out.add_text(text, value);
        }
    };
    let copy_exact = |out: &mut TantivyDocument, name: &str, value: &str| {
        copy(out, name, value);
        if schema::is_in_text(name) {
            out.add_text(fields.text_keys, Language::Unknown.marked(value));
        }
    };
    let mut exact: BTreeMap<String, Vec<OwnedValue>> = BTreeMap::new();
    for (name, value) in &from.exact {
        copy_exact(&mut out, name, value);
        if name == "name" {
            out.add_u64(fields.held, schema::fingerprint(value.as_bytes()));
        }
        match fields.fixed(name) {
            Some(field) => out.add_text(field, value),
            None => exact.entry(name.to_string()).or_default().push(OwnedValue::Str(value.clone())),
        }
    }
    let mut texts: BTreeMap<String, Vec<OwnedValue>> = BTreeMap::new();
    let mut has = HashSet::new();
    for text in &from.text {
        let (name, value) = (&text.name, &text.value);
        copy(&mut out, name, value);
        if let (Some(language), true) = (text.language, schema::is_in_text(name)) {
            let marked = language.marked(value);
            if name == "title" {
                out.add_text(fields.title_keys, &marked);
            }
            out.add_text(fields.text_keys, marked);
        }
        if has.insert(name.as_ref()) {
            out.add_text(fields.has, name);
        }
        if name == "title" {
            title::title_key(value).iter().for_each(|key| out.add_text(fields.has, key));
        }
        match fields.fixed(name) {
            Some(field) => out.add_text(field, value),
            None => texts.entry(name.to_string()).or_default().push(OwnedValue::Str(value.clone())),
        }
    }
    for (language, value) in &from.keys {
        out.add_text(fields.text_keys, language.marked(value));
    }
    let mut numbers: BTreeMap<String, Vec<OwnedValue>> = BTreeMap::new();
    for (name, at) in &from.dates {
        let millis = at.micros().div_euclid(1000);
        match fields.fixed(name) {
            Some(field) => out.add_i64(field, millis),
            None if schema::home(name) == Kind::Date => {
                numbers.entry(name.to_string()).or_default().push(OwnedValue::I64(millis));
            }
            None => {}
        }
    }
    for (field, values) in [(fields.dynamic_exact, exact), (fields.dynamic_text, texts), (fields.dynamic_number, numbers)] {
        if !values.is_empty() {
            out.add_object(field, values.into_iter().map(|(name, values)| (name, OwnedValue::Array(values))).collect());
        }
    }
    out
}
