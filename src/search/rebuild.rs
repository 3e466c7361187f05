//! An index in the making, beside the one in use.
//!
//! What was built is kept from time to time ([`Rebuild::keep`]): whoever is killed goes on from there.

use std::sync::{Arc, PoisonError};

use base::{Error, Result};

use crate::document::SearchDocument;
use crate::index::Index;
use crate::live::{Change, Live, Mark};
use crate::writer::Size;

/// A folder that was not finished.
pub struct Unfinished {
    pub live: Arc<Live>,
    /// Where the change log stood before the first document was read.
    pub mark: Mark,
    /// The id of the last document that is safe.
    pub after: String,
}

/// An index in the making. Dropped before [`Rebuild::finish`] or [`Rebuild::rest`], it leaves nothing behind.
pub struct Rebuild {
    index: Index,
    live: Option<Arc<Live>>,
    mark: Mark,
    after: String,
}

impl Rebuild {
    /// Goes on with what is unfinished, if it fits, or begins.
    ///
    /// # Errors
    /// Unavailable, when the directory cannot be written.
    pub fn begin(index: &Index, mark: &Mark) -> Result<Self> {
        let unfinished = index.0.unfinished.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Unfinished { live, mark: begun, after }) = unfinished {
            if begun.origin == mark.origin && begun.watermark <= mark.watermark {
                tracing::info!(datasets = live.count()?, "the index that was not finished is built on");
                live.expect(Size::Bulk);
                return Ok(Self { index: index.clone(), live: Some(live), mark: begun, after });
            }
            live.discard();
        }
        let live = index.fresh()?;
        live.expect(Size::Bulk);
        Ok(Self { index: index.clone(), live: Some(Arc::new(live)), mark: mark.clone(), after: String::new() })
    }

    fn live(&self) -> Result<&Arc<Live>> {
        self.live.as_ref().ok_or_else(|| Error::internal("the rebuild has ended"))
    }

    /// Where the change log stood before the first document was read: what came after has to be brought by
    /// [`Rebuild::take`].
    #[must_use]
    pub fn mark(&self) -> &Mark {
        &self.mark
    }

    /// The id of the last document that is safe; empty at the beginning.
    #[must_use]
    pub fn after(&self) -> &str {
        &self.after
    }

    /// Adds a document. Each id may come only once.
    ///
    /// # Errors
    /// Unavailable, when the folder cannot be written or the document cannot be taken; what came since [`Rebuild::after`] is
    /// then lost.
    pub fn put(&self, document: &SearchDocument) -> Result<()> {
        self.live()?.add(document)?;
        self.index.0.shared.progress(1);
        Ok(())
    }

    /// Makes what was added safe from the end of the process; `after` is the id of the last of it.
    ///
    /// # Errors
    /// As [`Rebuild::put`].
    pub fn keep(&mut self, after: &str) -> Result<()> {
        self.live()?.keep(&self.mark, after)?;
        after.clone_into(&mut self.after);
        Ok(())
    }

    /// Takes changes in, as [`Index::take`] does.
    ///
    /// # Errors
    /// As that.
    pub fn take(&self, changes: &[Change]) -> Result<()> {
        self.live()?.change(changes, &self.index.0.shared)
    }

    /// Leaves it for the next one to go on with.
    pub fn rest(mut self) {
        if let (Some(live), false) = (self.live.take(), self.after.is_empty()) {
            let unfinished = Unfinished { live, mark: self.mark.clone(), after: self.after.clone() };
            *self.index.0.unfinished.lock().unwrap_or_else(PoisonError::into_inner) = Some(unfinished);
        }
    }

    /// Puts the new index in the place of the old one. `mark` says up to where the change log is in it.
    ///
    /// # Errors
    /// Unavailable, when the folder cannot be written; the old index then stays.
    pub fn finish(self, mark: &Mark) -> Result<()> {
        let live = self.live()?;
        live.expect(Size::Small);
        live.commit(mark, &self.index.0.shared)?;
        live.save()?;
        self.swap();
        Ok(())
    }

    /// Puts it in the place of the old one as it is.
    pub fn swap(mut self) {
        let Some(live) = self.live.take() else { return };
        live.expect(Size::Small);
        let inner = &self.index.0;
        let _one = inner.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let old = {
            let mut slot = inner.live.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *slot, live)
        };
        // Merges of the old folder may take seconds, and writers wait.
        let discard = std::thread::Builder::new().name("old-index".to_owned()).spawn(move || old.discard());
        if let Err(error) = discard {
            tracing::info!(%error, "the old index is removed at the next opening");
        }
    }
}

impl Drop for Rebuild {
    fn drop(&mut self) {
        if let Some(live) = self.live.take() {
            live.discard();
        }
    }
}
