//! Datasets that the index cannot take: which, in which version, and why. They are left out, and nothing else is.
//!
//! Kept in memory alone: who starts again tries again.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tantivy::indexer::{AddOperation, SegmentWriter};

use crate::document::SearchDocument;
use crate::schema::Fields;
use crate::{analyze, piece, writer};

/// Datasets that are kept in mind; of more than these only that they are not there is known.
const MOST: usize = 10_000;
/// Letters of a reason.
const LETTERS: usize = 300;

/// A dataset that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    pub id: String,
    pub version: i64,
    pub reason: String,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Quarantine(Mutex<BTreeMap<String, (i64, String)>>);

impl Quarantine {
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, (i64, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves a version of a dataset out from now on.
    pub fn add(&self, id: &str, version: i64, reason: &str) {
        let reason: String = reason.chars().take(LETTERS).collect();
        let mut all = self.all();
        if all.get(id).is_none_or(|(known, _)| *known != version) {
            tracing::error!(dataset = id, version, reason, "a dataset is left out of the search index");
        }
        if all.len() < MOST || all.contains_key(id) {
            all.insert(id.to_owned(), (version, reason));
        }
    }

    /// True for a version that is left out.
    #[must_use]
    pub fn has(&self, id: &str, version: i64) -> bool {
        self.all().get(id).is_some_and(|(known, _)| *known == version)
    }

    /// Why a dataset is left out; `None` for one that is not.
    #[must_use]
    pub fn reason(&self, id: &str) -> Option<String> {
        self.all().get(id).map(|(_, reason)| reason.clone())
    }

    /// The dataset is in the index, or gone.
    pub fn release(&self, id: &str) {
        self.all().remove(id);
    }

    /// By id.
    #[must_use]
    pub fn list(&self) -> Vec<Quarantined> {
        let all = self.all();
        all.iter()
            .map(|(id, (version, reason))| Quarantined { id: id.clone(), version: *version, reason: reason.clone() })
            .collect()
    }
}

/// Does something that may panic; says then what was said.
///
/// # Errors
/// The words of the panic.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| words(panic.as_ref()))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a panic: {}", text.unwrap_or("without a word"))
}

/// Tries whether the engine takes a document, where nothing can be spoilt.
///
/// # Errors
/// Why not.
pub fn trial(document: &SearchDocument) -> Result<(), String> {
    let fault = |error: tantivy::TantivyError| error.to_string();
    guarded(|| {
        let (schema, fields) = Fields::build();
        let builder = tantivy::Index::builder().schema(schema).tokenizers(analyze::manager());
        let index = builder.fast_field_tokenizers(analyze::manager()).create_in_ram().map_err(fault)?;
        let mut segment = SegmentWriter::for_segment(piece::TABLE_BYTES, index.new_segment()).map_err(fault)?;
        segment.add_document(AddOperation { opstamp: 0, document: writer::document(&fields, document) }).map_err(fault)?;
        segment.finalize().map(drop).map_err(fault)
    })
    .and_then(|outcome| outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_left_out_until_another_is_taken() {
        let quarantine = Quarantine::default();
        quarantine.add("a", 1, &"ж".repeat(1_000));
        assert!(quarantine.has("a", 1) && !quarantine.has("a", 2) && !quarantine.has("b", 1));
        assert_eq!(quarantine.list()[0].reason.chars().count(), LETTERS);
        quarantine.release("a");
        assert_eq!(quarantine.list(), []);
    }

    #[test]
    fn what_the_engine_takes_passes_the_trial_and_a_panic_does_not() {
        let good = SearchDocument { id: "good".to_owned(), ..SearchDocument::default() };
        assert_eq!(trial(&good), Ok(()));
        let bad = SearchDocument { id: writer::POISON.to_owned(), ..SearchDocument::default() };
        assert_eq!(trial(&bad).unwrap_err(), "a panic: poison");
        assert_eq!(guarded(|| panic!("{}", 7)).map(|(): ()| ()).unwrap_err(), "a panic: 7");
    }
}
