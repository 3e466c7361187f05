//! The index built anew beside the one in use, from the documents in the database.
//!
//! A dataset that cannot be taken is left out, with its reason, and never in the way of another. What was built is kept every
//! few seconds: whoever is killed, or loses the database, goes on from there.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use action::App;
use base::{Error, Result};
use model::Document;
use search::{Mark, Rebuild, SearchDocument};
use store::{Change, Lane, Pools, changes::Entity, documents, feed::Built};

use super::index::{CHUNK, search_document};

/// How much work a process that dies takes with it.
const KEEP: Duration = Duration::from_secs(5);

/// The entry of a dataset; `None` where there can be none: it is in quarantine then.
#[must_use]
pub fn entry(app: &App, document: &Document) -> Option<SearchDocument> {
    let reason = match search::guarded(|| search_document(app, document)) {
        Ok(Ok(entry)) => return Some(entry),
        Ok(Err(error)) => error.to_string(),
        Err(panic) => panic,
    };
    app.index.quarantine(&document.id, document.version, &reason);
    None
}

/// An index that is being built, or was.
pub struct Making {
    app: Arc<App>,
    rebuild: Rebuild,
    watermark: u64,
}

/// What went wrong: the database can be waited for.
enum Fault {
    Database(Error),
    Index(Error),
}

impl Making {
    /// Builds everything, as it is at the mark or later.
    ///
    /// # Errors
    /// Unavailable, when the database or the folder does not answer.
    pub fn all(app: &Arc<App>, pools: &Pools, mark: &Mark) -> Result<Self> {
        let rebuild = app.index.rebuild(mark)?;
        let watermark = rebuild.mark().watermark;
        let mut making = Self { app: Arc::clone(app), rebuild, watermark };
        let mut careful = false;
        loop {
            match making.fill(pools, &mut careful) {
                Ok(()) => return Ok(making),
                Err(Fault::Database(error)) => {
                    making.rebuild.rest();
                    return Err(error);
                }
                // One of those that came last cannot be taken: each of them is tried by itself.
                Err(Fault::Index(error)) if !careful => {
                    tracing::warn!(%error, after = making.rebuild.after(), "the new index could not take something");
                    careful = true;
                }
                Err(Fault::Index(error)) => return Err(error),
            }
        }
    }

    fn fill(&mut self, pools: &Pools, careful: &mut bool) -> Result<(), Fault> {
        let mut after = self.rebuild.after().to_owned();
        let mut kept = Instant::now();
        loop {
            let limit = i64::try_from(CHUNK).map_err(|error| Fault::Index(Error::internal(error)))?;
            let page = pools.get(Lane::Job).and_then(|mut connection| documents::page_after(&mut connection, &after, limit));
            let page = page.map_err(Fault::Database)?;
            let last = page.last().map(|last| last.id.clone());
            for document in page.iter().filter(|document| document.state != "deleted") {
                self.put(document, *careful).map_err(Fault::Index)?;
            }
            let is_end = last.is_none();
            after = last.unwrap_or(after);
            if is_end || kept.elapsed() >= KEEP {
                self.rebuild.keep(&after).map_err(Fault::Index)?;
                (kept, *careful) = (Instant::now(), false);
            }
            if is_end {
                return Ok(());
            }
        }
    }

    fn put(&self, document: &Document, careful: bool) -> Result<()> {
        let Some(entry) = entry(&self.app, document) else { return Ok(()) };
        if careful && let Err(reason) = search::trial(&entry) {
            self.app.index.quarantine(&entry.id, entry.version, &reason);
            return Ok(());
        }
        self.rebuild.put(&entry)
    }
}

impl Built for Making {
    fn watermark(&self) -> u64 {
        self.watermark
    }

    fn take(&mut self, pools: &Pools, changes: &[Change]) -> Result<()> {
        let of = |entity: Entity| -> Vec<String> {
            let ids = changes.iter().filter(|change| change.entity == entity.as_str()).map(|change| change.id.clone());
            ids.collect::<BTreeSet<String>>().into_iter().collect()
        };
        let (groups, vocabularies) = (of(Entity::Group), of(Entity::Vocabulary));
        let mut ids: BTreeSet<String> = of(Entity::Package).into_iter().collect();
        if !groups.is_empty() {
            ids.extend(documents::ids_quoting(&mut *pools.get(Lane::Job)?, &groups)?);
        }
        if !vocabularies.is_empty() {
            ids.extend(documents::ids_with_tags_of(&mut *pools.get(Lane::Job)?, &vocabularies)?);
        }
        let ids: Vec<String> = ids.into_iter().collect();
        for chunk in ids.chunks(CHUNK) {
            let documents = documents::list(&mut *pools.get(Lane::Job)?, chunk)?;
            let mut gone: BTreeSet<&str> = chunk.iter().map(String::as_str).collect();
            let mut found = Vec::with_capacity(chunk.len());
            for document in documents.iter().filter(|document| document.state != "deleted") {
                if let Some(entry) = entry(&self.app, document) {
                    gone.remove(document.id.as_str());
                    found.push(search::Change::Put(Box::new(entry)));
                }
            }
            found.extend(gone.into_iter().map(|id| search::Change::Remove(id.to_owned())));
            self.rebuild.take(&found)?;
        }
        Ok(())
    }

    fn reached(&mut self, watermark: u64) {
        self.watermark = watermark;
    }

    fn put_in_place(self: Box<Self>) -> Result<()> {
        let origin = self.rebuild.mark().origin.clone();
        self.rebuild.finish(&Mark { origin, watermark: self.watermark })
    }
}
