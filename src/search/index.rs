//! The search index of one process: the folder in use, beside it one that is being rebuilt, and the search itself.
//!
//! Derived from the database and never asked to be more: what is damaged, half-written or of another schema is put away and
//! the index starts empty, without a mark, for the caller to fill. What was only cut into other words by an older program
//! answers until it is built anew.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use base::{Error, Result};

use crate::compare::{self, Prints};
use crate::highlight::Words;
use crate::live::{Change, Live, Mark};
use crate::quarantine::Quarantined;
use crate::reader;
use crate::rebuild::{Rebuild, Unfinished};
use crate::request::{Found, Hit, Request};
use crate::shared::{Address, Shared};
use crate::view::{Base, View};

/// Begins the names of the folders.
const FOLDER: &str = "index-";

/// A handle; clones are the same index.
#[derive(Clone)]
pub struct Index(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    root: PathBuf,
    pub live: RwLock<Arc<Live>>,
    pub shared: Shared,
    /// What a rebuild left that was broken off.
    pub(crate) unfinished: Mutex<Option<Unfinished>>,
    /// One change at a time, and none while folders are swapped.
    pub writing: Mutex<()>,
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
        let (mut whole, mut stale, mut unfinished): (Option<Live>, Option<Live>, Option<Unfinished>) = (None, None, None);
        for number in &folders {
            match Live::open(&folder(directory, *number), &shared) {
                Some((live, None)) if live.is_stale => stale = stale.or(Some(live)),
                Some((live, None)) => whole = whole.or(Some(live)),
                Some((live, Some(after))) if unfinished.is_none() && !live.is_stale => {
                    unfinished = live.mark().map(|mark| Unfinished { live: Arc::new(live), mark, after });
                }
                _ => {}
            }
        }
        let live = match whole.or(stale) {
            Some(live) => live,
            None => Live::create(&folder(directory, folders.first().map_or(1, |last| last + 1)), &shared)?,
        };
        for number in folders {
            let other = folder(directory, number);
            if other != live.folder && unfinished.as_ref().is_none_or(|unfinished| other != unfinished.live.folder) {
                // What is left of a rebuild, or damaged; it may stay if it cannot be removed.
                let _left = fs::remove_dir_all(other);
            }
        }
        Ok(Self(Arc::new(Inner {
            root: directory.to_owned(),
            live: RwLock::new(Arc::new(live)),
            shared,
            unfinished: Mutex::new(unfinished),
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
        self.live().change(changes, &self.0.shared)
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

    /// What is done while nobody waits: brings the disk up to what was applied, when that was not done within the last
    /// second, and merges pieces when little is written.
    ///
    /// # Errors
    /// Unavailable, when the folder cannot be written.
    pub fn rest(&self) -> Result<()> {
        let _one = self.0.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let live = self.live();
        live.tend(&self.0.shared)?;
        live.save_when_due()
    }

    /// Removes every document, and what was not finished; the index is then without a mark until the next change.
    ///
    /// # Errors
    /// Unavailable, when the folder cannot be written.
    pub fn clear(&self) -> Result<()> {
        let unfinished = self.0.unfinished.lock().unwrap_or_else(PoisonError::into_inner).take();
        unfinished.iter().for_each(|unfinished| unfinished.live.discard());
        self.rebuild(&Mark { origin: String::new(), watermark: 0 })?.swap();
        Ok(())
    }

    /// The state to search; an index that was never filled has none.
    fn answering(&self) -> Result<Arc<Live>> {
        let live = self.live();
        if live.mark().is_none() {
            let count = self.0.shared.built();
            return Err(Error::not_now(format!(
                "The search index is being built, {count} datasets so far. Please try again in a moment."
            )));
        }
        Ok(live)
    }

    /// Answers a search.
    ///
    /// # Errors
    /// [`base::Kind::Search`] and [`base::Kind::SearchQuery`] for what Solr and CKAN refuse, validation for what is out of
    /// bounds.
    pub fn search(&self, request: &Request) -> Result<Found> {
        let live = self.answering()?;
        let view = live.view();
        reader::search(&view, &self.0.shared, live.analyzers(), request)
    }

    /// The datasets that may have an id or a name, whoever may see them, drafts among them: the caller compares. Hardly ever
    /// more than one.
    ///
    /// # Errors
    /// Internal, when a piece cannot be read.
    pub fn holders(&self, id_or_name: &str) -> Result<Vec<Hit>> {
        reader::holders(&self.live().view(), id_or_name)
    }

    /// How many active datasets that the holder of these labels may see (`None`: a sysadmin) have each value of a field of
    /// exact ones: all values, where a search's facets end at a bound.
    ///
    /// # Errors
    /// Unavailable while the index is first built; internal, when a piece cannot be read.
    pub fn counts(&self, field: &str, labels: Option<Vec<String>>) -> Result<Vec<(Arc<str>, u32)>> {
        let live = self.answering()?;
        live.view().counts(field, &seen_by(labels)?, &self.0.shared)
    }

    /// True where an active dataset that the holder of these labels may see has an exact value under this name, as extras and
    /// fields of the site's own have.
    ///
    /// # Errors
    /// As [`Index::counts`]; [`base::Kind::SearchQuery`] and [`base::Kind::Search`] for what is no name of a caller's.
    pub fn occurs(&self, name: &str, labels: Option<Vec<String>>) -> Result<bool> {
        let live = self.answering()?;
        let view = live.view();
        let place = view.fields.place(name)?;
        view.occurs(&place.column, &view.allowed(&seen_by(labels)?, &self.0.shared)?)
    }

    /// The datasets of a search behind its place ([`Request::cursor`]), to be read one by one: for who reads many.
    ///
    /// # Errors
    /// As [`Index::search`].
    pub fn page(&self, request: &Request) -> Result<Page> {
        let live = self.answering()?;
        let view = live.view();
        let (places, next_cursor) = reader::page(&view, &self.0.shared, live.analyzers(), request)?;
        Ok(Page { view, places: places.into_iter(), next_cursor })
    }

    /// The words of a request's `q` that found something, for marking them in texts.
    #[must_use]
    pub fn words_of(&self, request: &Request, found: &Found) -> Words {
        Words::of(self.live().analyzers(), request, &found.readings)
    }

    /// Version and print of single documents; those that are not there are left out.
    ///
    /// # Errors
    /// Internal, when a piece cannot be read.
    pub fn prints_of(&self, ids: &[String]) -> Result<Prints> {
        compare::of(&self.live().view(), ids)
    }

    /// Version and print of all documents behind one id and not behind another.
    ///
    /// # Errors
    /// As [`Index::prints_of`].
    pub fn prints_between(&self, after: &str, upto: Option<&str>) -> Result<Prints> {
        compare::between(&self.live().view(), after, upto)
    }

    /// Begins a new index beside the one in use, which goes on answering and taking changes, or goes on with one that was
    /// not finished. `mark` is where the change log stands now.
    ///
    /// # Errors
    /// Unavailable, when the directory cannot be written.
    pub fn rebuild(&self, mark: &Mark) -> Result<Rebuild> {
        self.0.shared.begin_progress();
        Rebuild::begin(self, mark)
    }

    /// An empty folder beside the one in use.
    pub(crate) fn fresh(&self) -> Result<Live> {
        let next = folders(&self.0.root).into_iter().max().map_or(1, |last| last + 1);
        Live::create(&folder(&self.0.root, next), &self.0.shared)
    }

    /// True when it answers, but should be built anew: another program wrote it, or its folder is gone.
    #[must_use]
    pub fn is_worn(&self) -> bool {
        let live = self.live();
        live.is_stale || !live.folder.exists()
    }

    /// Leaves a version of a dataset out, with the reason.
    pub fn quarantine(&self, id: &str, version: i64, reason: &str) {
        self.0.shared.quarantine.add(id, version, reason);
    }

    /// A dataset is no more.
    pub fn release(&self, id: &str) {
        self.0.shared.quarantine.release(id);
    }

    /// Why a dataset is left out; `None` for one that is not.
    #[must_use]
    pub fn quarantine_reason(&self, id: &str) -> Option<String> {
        self.0.shared.quarantine.reason(id)
    }

    /// What is left out of the index because it cannot be taken.
    #[must_use]
    pub fn quarantined(&self) -> Vec<Quarantined> {
        self.0.shared.quarantine.list()
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

/// All active datasets that the holder of these labels may see.
fn seen_by(labels: Option<Vec<String>>) -> Result<Base> {
    let request = Request { labels, public_only: false, ..Request::public() }.bounded()?;
    Ok(Base::of(&request, false))
}

fn folder(root: &Path, number: u64) -> PathBuf {
    root.join(format!("{FOLDER}{number}"))
}

fn folders(root: &Path) -> Vec<u64> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.strip_prefix(FOLDER)?.parse().ok()).collect()
}
