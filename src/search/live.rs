//! One folder of the index: its writer, its reader and the state that searches see.
//!
//! A folder is whole once a saved commit carries a payload: where the change log was read up to, which schema wrote it, and
//! since which start of the machine (after a restart of the machine every file is checked, because nothing waits for the disk).

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use base::{Error, Result};
use serde::{Deserialize, Serialize};
use tantivy::tokenizer::TokenizerManager;
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, SegmentReader, TantivyError, Term};

use crate::directory::Folder;
use crate::document::SearchDocument;
use crate::facet::Store;
use crate::holders::All;
use crate::piece::Piece;
use crate::quarantine::guarded;
use crate::schema::{self, Fields};
use crate::shared::Shared;
use crate::tending::{Due, Tending, worth_merging};
use crate::view::View;
use crate::writer::{self, Size};
use crate::{analyze, failed};

/// Blocks of stored documents that the engine keeps unpacked, per segment.
const STORE_BLOCKS: usize = 64;

/// How long a commit may be in memory alone. What a process that dies takes with it is read again from the change log.
const SAVED_AFTER: Duration = Duration::from_secs(1);

/// How long merges of a folder are waited for at the end of the program, and before its folder is removed. One that goes on
/// in a process that ends leaves files behind which count for nothing.
const MERGES_ENDING: Duration = Duration::from_secs(5);
const MERGES_DISCARDED: Duration = Duration::from_mins(10);

/// Folders up to this size are checked at every start (tens of milliseconds); larger ones only after the machine started anew,
/// because a process that dies leaves whole files behind.
const CHECKED_BYTES: u64 = 64 * 1024 * 1024;

/// How far the index has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Which database the change log is of.
    pub origin: String,
    /// Where to go on reading the change log.
    pub watermark: u64,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    #[serde(flatten)]
    mark: Mark,
    schema: String,
    boot: String,
    /// Of an index in the making: the id of the last document in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    building: Option<String>,
}

/// What happens to a document.
#[derive(Debug)]
pub enum Change {
    /// Takes the place of the document of the same id.
    Put(Box<SearchDocument>),
    /// By the dataset's id.
    Remove(String),
}

/// An open folder.
pub struct Live {
    pub folder: PathBuf,
    pub fields: Arc<Fields>,
    /// Another program wrote it: it answers, but its words may be cut otherwise.
    pub is_stale: bool,
    files: Folder,
    saved: Mutex<Instant>,
    index: tantivy::Index,
    reader: IndexReader,
    writing: Mutex<Option<Writing>>,
    /// Fingerprints of the ids that are or were here: what was never here needs no deletion, and a deletion opens every piece.
    known: Mutex<HashSet<u64>>,
    store: Arc<Store>,
    holders: All,
    tending: Tending,
    mark: RwLock<Option<Mark>>,
    view: RwLock<Arc<View>>,
}

/// The engine's writer, and the piece that takes what is not committed.
struct Writing {
    piece: Option<Piece>,
    writer: IndexWriter,
    /// What the last commit said of itself.
    payload: Option<String>,
}

impl Writing {
    fn open(index: &tantivy::Index) -> Result<Self> {
        let payload = index.load_metas().map_err(failed)?.payload;
        Ok(Self { piece: None, writer: writer::open(index, Size::Small)?, payload })
    }

    /// The piece with room for another document. A full one is committed, as far as the last commit went: of pieces that
    /// are not committed the engine may merge several, and then nobody can say any more which document is where.
    fn piece(&mut self) -> tantivy::Result<(&mut Piece, &IndexWriter)> {
        if self.piece.as_ref().is_some_and(Piece::is_full) {
            self.commit()?;
        }
        let piece = match self.piece.take() {
            Some(piece) => piece,
            None => Piece::begin(&self.writer)?,
        };
        Ok((self.piece.insert(piece), &self.writer))
    }

    fn commit(&mut self) -> tantivy::Result<()> {
        if let Some(piece) = self.piece.take() {
            piece.close(&self.writer)?;
        }
        let mut commit = self.writer.prepare_commit()?;
        if let Some(payload) = &self.payload {
            commit.set_payload(payload);
        }
        commit.commit().map(|_| ())
    }
}

fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

fn bytes(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|entry| entry.len()).sum()
}

impl Live {
    /// A new, empty folder.
    ///
    /// # Errors
    /// Unavailable, when the folder cannot be written.
    pub fn create(folder: &Path, shared: &Shared) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|error| Error::unavailable(format!("{}: {error}", folder.display())))?;
        let (schema, fields) = Fields::build();
        let builder = tantivy::Index::builder().schema(schema).tokenizers(analyze::manager());
        let builder = builder.fast_field_tokenizers(analyze::manager());
        let files = Folder::open(folder).map_err(failed)?;
        let index = builder.open_or_create(files.clone()).map_err(failed)?;
        Self::with(folder, files, index, fields, None, shared)
    }

    /// A folder that is there, and for one in the making the id of the last document in it; `None` when it is damaged, or
    /// has other fields.
    #[must_use]
    pub fn open(folder: &Path, shared: &Shared) -> Option<(Self, Option<String>)> {
        let (schema, fields) = Fields::build();
        let files = Folder::open(folder).ok()?;
        let mut index = tantivy::Index::open(files.clone()).ok()?;
        index.set_tokenizers(analyze::manager());
        index.set_fast_field_tokenizers(analyze::manager());
        let metas = index.load_metas().ok()?;
        let payload: Payload = serde_json::from_str(metas.payload.as_deref()?).ok()?;
        if index.schema() != schema {
            return None;
        }
        if payload.boot != boot() || bytes(folder) <= CHECKED_BYTES {
            // What a process that died had only begun to write counts for nothing.
            let damaged = index.validate_checksum().ok()?;
            let pieces: Vec<String> = metas.segments.iter().map(|segment| segment.id().uuid_string()).collect();
            let counts = |path: &PathBuf| pieces.iter().any(|piece| path.to_string_lossy().starts_with(piece));
            if damaged.iter().any(counts) {
                return None;
            }
        }
        let mut live = Self::with(folder, files, index, fields, Some(payload.mark), shared).ok()?;
        live.is_stale = payload.schema != schema::hash();
        Some((live, payload.building))
    }

    fn with(
        folder: &Path,
        files: Folder,
        index: tantivy::Index,
        fields: Fields,
        mark: Option<Mark>,
        shared: &Shared,
    ) -> Result<Self> {
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).doc_store_cache_num_blocks(STORE_BLOCKS);
        let reader = reader.try_into().map_err(failed)?;
        let (fields, store, holders) = (Arc::new(fields), Arc::new(Store::default()), All::default());
        let view = View::open(reader.searcher(), shared, Arc::clone(&fields), (Arc::clone(&store), &holders))?;
        let writing = Mutex::new(Some(Writing::open(&index)?));
        let mut known = HashSet::new();
        for segment in view.searcher.segment_readers() {
            let ties = segment.fast_fields().u64(schema::TIE).map_err(failed)?;
            known.extend((0..segment.max_doc()).filter_map(|doc| ties.first(doc)));
        }
        Ok(Self {
            folder: folder.to_owned(),
            fields,
            is_stale: false,
            files,
            saved: Mutex::new(Instant::now()),
            index,
            reader,
            writing,
            known: Mutex::new(known),
            store,
            holders,
            tending: Tending::default(),
            mark: RwLock::new(mark),
            view: RwLock::new(Arc::new(view)),
        })
    }

    /// Says how much will be written at a time from now on.
    pub fn expect(&self, size: Size) {
        if let Some(writing) = self.writing.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            writing.writer.set_merge_policy(Box::new(writer::merging(size)));
        }
    }

    /// The analyzers of this folder.
    pub fn analyzers(&self) -> &TokenizerManager {
        self.index.tokenizers()
    }

    /// Where the last commit stands; `None` before the first.
    pub fn mark(&self) -> Option<Mark> {
        self.mark.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The state to search.
    pub fn view(&self) -> Arc<View> {
        Arc::clone(&self.view.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes without a commit: for many documents that cannot be there yet.
    ///
    /// # Errors
    /// Unavailable, when the folder cannot be written.
    pub fn add(&self, document: &SearchDocument) -> Result<()> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(schema::fingerprint(document.id.as_bytes()));
        self.write(|writing| {
            let document = guarded(|| writer::document(&self.fields, document)).map_err(TantivyError::InternalError)?;
            writing.writer.add_document(document).map(|_| ())
        })
    }

    /// Commits and saves an index in the making, that nobody searches yet.
    ///
    /// # Errors
    /// Unavailable, when the folder cannot be written; what was added since the last time is then lost.
    pub fn keep(&self, mark: &Mark, after: &str) -> Result<()> {
        self.seal(mark, Some(after))?;
        self.save()
    }

    /// Documents of the last commit.
    ///
    /// # Errors
    /// Internal, when the folder cannot be read.
    pub fn count(&self) -> Result<u64> {
        let metas = self.index.load_metas().map_err(failed)?;
        Ok(metas.segments.iter().map(|segment| u64::from(segment.num_docs())).sum())
    }

    /// Takes changes in; they are seen after [`Live::commit`].
    ///
    /// # Errors
    /// Unavailable, when the folder cannot be written; all that is not committed is then lost.
    pub fn change(&self, changes: &[Change], shared: &Shared) -> Result<()> {
        self.tending.changed(changes.len());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        self.write(|writing| changes.iter().try_for_each(|change| self.take(writing, &mut known, (change, shared))))
    }

    /// Takes one. A document that cannot be taken ends up in quarantine: what was not committed has to be brought again,
    /// and then only that one is left out.
    fn take(&self, writing: &mut Writing, known: &mut HashSet<u64>, (change, shared): (&Change, &Shared)) -> tantivy::Result<()> {
        let (piece, writer) = writing.piece()?;
        let (id, document) = match change {
            Change::Put(document) if shared.quarantine.has(&document.id, document.version) => (&document.id, None),
            Change::Put(document) => (&document.id, Some(document)),
            Change::Remove(id) => (id, None),
        };
        let fingerprint = schema::fingerprint(id.as_bytes());
        let is_known = if document.is_some() { !known.insert(fingerprint) } else { known.contains(&fingerprint) };
        if is_known {
            writer.delete_query(piece.elsewhere(Term::from_field_text(self.fields.id, id)))?;
        }
        match document {
            Some(document) => {
                let put = guarded(|| piece.put(&self.fields, document));
                put.unwrap_or_else(|reason| {
                    shared.quarantine.add(id, document.version, &reason);
                    Err(TantivyError::InternalError(reason))
                })?;
                shared.quarantine.release(id);
                Ok(())
            }
            None => {
                piece.remove(id);
                Ok(())
            }
        }
    }

    /// Makes everything written so far visible, and says how far that goes.
    ///
    /// # Errors
    /// Unavailable, when the folder cannot be written.
    pub fn commit(&self, mark: &Mark, shared: &Shared) -> Result<()> {
        self.seal(mark, None)?;
        *self.mark.write().unwrap_or_else(PoisonError::into_inner) = Some(mark.clone());
        self.reload(shared)
    }

    fn seal(&self, mark: &Mark, building: Option<&str>) -> Result<()> {
        // A stale index stays so until it is built anew, whatever is added.
        let schema = if self.is_stale { String::new() } else { schema::hash() };
        let payload = Payload { mark: mark.clone(), schema, boot: boot(), building: building.map(str::to_owned) };
        let payload = serde_json::to_string(&payload).map_err(|error| Error::internal(format!("payload: {error}")))?;
        self.write(|writing| {
            writing.payload = Some(payload);
            writing.commit()
        })
    }

    /// Brings the disk up to the last commit.
    ///
    /// # Errors
    /// Unavailable, when the folder cannot be written.
    pub fn save(&self) -> Result<()> {
        *self.saved.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.files.save().map_err(|error| Error::unavailable(format!("search index: {}: {error}", self.folder.display())))
    }

    /// [`Live::save`], when the last one is long enough ago.
    ///
    /// # Errors
    /// As that.
    pub fn save_when_due(&self) -> Result<()> {
        let due = self.saved.lock().unwrap_or_else(PoisonError::into_inner).elapsed() >= SAVED_AFTER;
        if due { self.save() } else { Ok(()) }
    }

    /// Merges what is worth it, when little is written; called from time to time. Never waits for a merge.
    ///
    /// # Errors
    /// Unavailable, when the folder cannot be read.
    pub fn tend(&self, shared: &Shared) -> Result<()> {
        match self.tending.due() {
            Due::Nothing => Ok(()),
            Due::Show => self.reload(shared),
            Due::Look => {
                // Not those of the view: the engine may have merged some of them since, by itself.
                let pieces = self.index.load_metas().map_err(failed)?.segments;
                let pieces: Vec<_> = pieces.iter().map(|piece| (piece.id(), u64::from(piece.num_docs()))).collect();
                let seen: HashSet<_> = self.view().searcher.segment_readers().iter().map(SegmentReader::segment_id).collect();
                if seen.len() != pieces.len() || pieces.iter().any(|(id, _)| !seen.contains(id)) {
                    self.reload(shared)?;
                }
                let pieces = worth_merging(pieces);
                if pieces.is_empty() {
                    return Ok(());
                }
                self.write(|writing| {
                    self.tending.begun(writing.writer.merge(&pieces));
                    Ok(())
                })
            }
        }
    }

    fn reload(&self, shared: &Shared) -> Result<()> {
        self.reader.reload().map_err(failed)?;
        let (fields, store) = (Arc::clone(&self.fields), Arc::clone(&self.store));
        let view = Arc::new(View::open(self.reader.searcher(), shared, fields, (store, &self.holders))?);
        *self.view.write().unwrap_or_else(PoisonError::into_inner) = view;
        Ok(())
    }

    /// Runs something on the writer. After a failure (a full disk, a panic) the writer is thrown away with all that is not
    /// committed, and the next call opens a new one.
    fn write(&self, work: impl FnOnce(&mut Writing) -> tantivy::Result<()>) -> Result<()> {
        let mut slot = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let writing = match slot.take() {
            Some(writing) => writing,
            None => Writing::open(&self.index)?,
        };
        let writing = slot.insert(writing);
        let done = guarded(|| work(writing)).unwrap_or_else(|panic| Err(TantivyError::InternalError(panic)));
        done.map_err(|error| {
            *slot = None;
            Error::unavailable(format!("search index: {error}"))
        })
    }

    /// Ends writing to this folder, behind the merges that run, as far as they end in that time; it can still be searched.
    fn close(&self, patience: Duration) {
        let Some(writing) = self.writing.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let (sender, ended) = std::sync::mpsc::sync_channel(1);
        let wait = move || drop(sender.try_send(writing.writer.wait_merging_threads()));
        let error = match std::thread::Builder::new().name("last-merges".to_owned()).spawn(wait) {
            Err(error) => error.to_string(),
            Ok(_thread) => match ended.recv_timeout(patience) {
                Ok(Ok(())) => return,
                Ok(Err(error)) => error.to_string(),
                Err(_timeout) => "it takes too long".to_owned(),
            },
        };
        tracing::info!(error, folder = %self.folder.display(), "a merge of the index is not waited for");
    }

    /// Ends writing to this folder and removes it; what cannot be removed goes with the next opening. Searches that
    /// still run keep their files open.
    pub fn discard(&self) {
        self.close(MERGES_DISCARDED);
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::info!(%error, folder = %self.folder.display(), "an old index is not removed yet");
        }
    }
}

impl Drop for Live {
    /// A merge that ends after its writer would write among the files of whoever opens the folder next.
    fn drop(&mut self) {
        self.close(MERGES_ENDING);
        if self.folder.exists()
            && let Err(error) = self.save()
        {
            tracing::warn!(%error, "the index is not saved: the last changes are read again at the next start");
        }
    }
}
