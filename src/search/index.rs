//! The search index of one process: the folder in use, beside it one that is being rebuilt, and the search itself.
//!
//! Derived from the database and never asked to be more: what is damaged, half-written or of another schema is put away and
//! the index starts empty, without a mark, for the caller to fill.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use base::{Error, Result};

use crate::document::SearchDocument;
use crate::failed;
use crate::highlight::Words;
use crate::live::{Change, Live, Mark};
use crate::reader;
use crate::request::{Found, Hit, Request};
use crate::schema;
use crate::shared::{Address, Shared};
use crate::view::View;
use crate::writer::Size;

/// Begins the names of the folders.
const FOLDER: &str = "index-";

/// A handle; clones are the same index.
#[derive(Clone)]
pub struct Index(Arc<Inner>);

struct Inner {
    root: PathBuf,
    live: RwLock<Arc<Live>>,
    shared: Shared,
    /// One change at a time, and none while folders are swapped.
    writing: Mutex<()>,
    /// Held as long as the process lives: one process, one folder.
    _lock: File,
}

impl Index {
    /// Opens the index under a directory, which is made when it is not there.
    ///
    /// # Errors
    /// Unavailable, when the directory cannot be written or another process holds it.
    pub fn open(directory: &Path) -> Result<Self> {
        let fault = |error: &dyn std::fmt::Display| Error::unavailable(format!("{}: {error}", directory.display()));
        fs::create_dir_all(directory).map_err(|error| fault(&error))?;
        let lock = File::create(directory.join("lock")).map_err(|error| fault(&error))?;
        lock.try_lock().map_err(|error| fault(&error))?;
        let shared = Shared::new();
        let mut folders = folders(directory);
        folders.sort_unstable_by(|left, right| right.cmp(left));
        let found = folders.iter().find_map(|number| Live::open(&folder(directory, *number), &shared));
        let live = match found {
            Some(live) => live,
            None => Live::create(&folder(directory, folders.first().map_or(1, |last| last + 1)), &shared)?,
        };
        for number in folders {
            let other = folder(directory, number);
            if other != live.folder {
                // What is left of a rebuild, or damaged; it may stay if it cannot be removed.
                let _left = fs::remove_dir_all(other);
            }
        }
        Ok(Self(Arc::new(Inner {
            root: directory.to_owned(),
            live: RwLock::new(Arc::new(live)),
            shared,
            writing: Mutex::new(()),
            _lock: lock,
        })))
    }

    fn live(&self) -> Arc<Live> {
        Arc::clone(&self.0.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where the index stands; `None` when it has to be filled from nothing.
    #[must_use]
    pub fn mark(&self) -> Option<Mark> {
        self.live().mark()
    }

    /// Changes with every change that a search can see; never the same again, also after a restart.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.live().view().generation
    }

    /// Datasets in the index, whoever may see them.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.live().view().searcher.num_docs()
    }

    /// Pieces that each search walks; kept few by merging.
    #[must_use]
    pub fn segments(&self) -> usize {
        self.live().view().searcher.segment_readers().len()
    }

    /// Takes changes in; searches see them after [`Index::commit`]. Of several of one document the last counts.
    ///
    /// # Errors
    /// Unavailable, when the folder cannot be written; what was taken in since the last commit is then lost.
    pub fn take(&self, changes: &[Change]) -> Result<()> {
        let _one = self.0.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.live().change(changes)
    }

    /// Makes what was taken in visible, and says how far that goes.
    ///
    /// # Errors
    /// As [`Index::take`].
    pub fn commit(&self, mark: &Mark) -> Result<()> {
        let _one = self.0.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let live = self.live();
        live.commit(mark, &self.0.shared)?;
        live.save_when_due()
    }

    /// [`Index::take`] and [`Index::commit`].
    ///
    /// # Errors
    /// As those.
    pub fn apply(&self, changes: &[Change], mark: &Mark) -> Result<()> {
        self.take(changes)?;
        self.commit(mark)
    }

    /// Brings the disk up to what was applied, when that was not done within the last second.
    ///
    /// # Errors
    /// Unavailable, when the folder cannot be written.
    pub fn save_when_due(&self) -> Result<()> {
        self.live().save_when_due()
    }

    /// Removes every document; the index is then without a mark until the next change.
    ///
    /// # Errors
    /// Unavailable, when the folder cannot be written.
    pub fn clear(&self) -> Result<()> {
        let fresh = self.rebuild()?;
        fresh.live.iter().for_each(|live| live.expect(Size::Small));
        fresh.swap()
    }

    /// Answers a search.
    ///
    /// # Errors
    /// [`base::Kind::Search`] and [`base::Kind::SearchQuery`] for what Solr and CKAN refuse, validation for what is out of
    /// bounds.
    pub fn search(&self, request: &Request) -> Result<Found> {
        let live = self.live();
        let view = live.view();
        reader::search(&view, &self.0.shared, live.analyzers(), request)
    }

    /// The datasets of a search behind its place ([`Request::cursor`]), to be read one by one: for who reads many.
    ///
    /// # Errors
    /// As [`Index::search`].
    pub fn page(&self, request: &Request) -> Result<Page> {
        let live = self.live();
        let view = live.view();
        let (places, next_cursor) = reader::page(&view, &self.0.shared, live.analyzers(), request)?;
        Ok(Page { view, places: places.into_iter(), next_cursor })
    }

    /// The words of a request's `q` that found something, for marking them in texts.
    #[must_use]
    pub fn words_of(&self, request: &Request, found: &Found) -> Words {
        Words::of(self.live().analyzers(), request, &found.readings)
    }

    /// Visits id and version of every document, for comparing index and database.
    ///
    /// # Errors
    /// Internal, when a segment cannot be read.
    pub fn versions(&self, visit: &mut dyn FnMut(&str, i64)) -> Result<()> {
        let view = self.live().view();
        let mut id = String::new();
        for segment in view.searcher.segment_readers() {
            let columns = segment.fast_fields();
            let versions = columns.i64(schema::VERSION).map_err(failed)?;
            let Some(ids) = columns.str("id").map_err(failed)? else { continue };
            for doc in segment.doc_ids_alive() {
                let Some(ordinal) = ids.term_ords(doc).next() else { continue };
                ids.ord_to_str(ordinal, &mut id).map_err(|error| Error::internal(format!("ids: {error}")))?;
                visit(&id, versions.first(doc).unwrap_or_default());
            }
        }
        Ok(())
    }

    /// Begins a new index beside the one in use, which goes on answering and taking changes.
    ///
    /// # Errors
    /// Unavailable, when the directory cannot be written.
    pub fn rebuild(&self) -> Result<Rebuild> {
        let next = folders(&self.0.root).into_iter().max().map_or(1, |last| last + 1);
        let live = Live::create(&folder(&self.0.root, next), &self.0.shared)?;
        live.expect(Size::Bulk);
        Ok(Rebuild { index: self.clone(), live: Some(Arc::new(live)) })
    }
}

/// A page of a search, whose datasets are read when they are asked for.
pub struct Page {
    view: Arc<View>,
    places: std::vec::IntoIter<Address>,
    /// Where the next one begins; `None` when nothing is left.
    pub next_cursor: Option<String>,
}

impl Iterator for Page {
    type Item = Result<Hit>;
    fn next(&mut self) -> Option<Result<Hit>> {
        self.places.next().map(|(segment, doc)| reader::stored(&self.view, segment, doc))
    }
}

fn folder(root: &Path, number: u64) -> PathBuf {
    root.join(format!("{FOLDER}{number}"))
}

fn folders(root: &Path) -> Vec<u64> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.strip_prefix(FOLDER)?.parse().ok()).collect()
}

/// An index in the making. Dropped before [`Rebuild::finish`], it leaves nothing behind.
pub struct Rebuild {
    index: Index,
    live: Option<Arc<Live>>,
}

impl Rebuild {
    /// Adds a document. Each id may come only once.
    ///
    /// # Errors
    /// Unavailable, when the folder cannot be written.
    pub fn put(&self, document: &SearchDocument) -> Result<()> {
        self.live.as_ref().map_or_else(|| Err(Error::internal("rebuild has ended")), |live| live.add(document))
    }

    /// Puts the new index in the place of the old one. `mark` is where the change log stood before the first document was
    /// read: the caller goes on from there.
    ///
    /// # Errors
    /// Unavailable, when the folder cannot be written; the old index then stays.
    pub fn finish(self, mark: &Mark) -> Result<()> {
        if let Some(live) = &self.live {
            live.expect(Size::Small);
            live.commit(mark, &self.index.0.shared)?;
            live.save()?;
        }
        self.swap()
    }

    fn swap(mut self) -> Result<()> {
        let inner = &self.index.0;
        let _one = inner.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(live) = self.live.take() else { return Ok(()) };
        let old = {
            let mut slot = inner.live.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *slot, live)
        };
        // Merges of the old folder may take seconds, and writers wait.
        let discard = std::thread::Builder::new().name("old-index".to_owned()).spawn(move || old.discard());
        if let Err(error) = discard {
            tracing::info!(%error, "the old index is removed at the next opening");
        }
        Ok(())
    }
}

impl Drop for Rebuild {
    fn drop(&mut self) {
        if let Some(live) = self.live.take() {
            live.discard();
        }
    }
}
