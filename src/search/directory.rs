//! The folder of an index: in memory first, on the disk a moment later, and never waiting for the disk.
//!
//! The index can always be built anew from the database, so an fsync (40–90 ms a commit) buys nothing. Nor does it buy
//! anything to write down the pieces of each commit: most are merged away within a second. So small files stay in memory
//! until [`Folder::save`] writes what is still there, and after it the list of pieces. What lies on the disk is at any time
//! the whole index of the last save; whoever opens it goes on from the mark of that moment. (What a lost power supply may
//! leave behind is found out by `live::open`, which checks every file after the machine started anew.)

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, OwnedBytes, TerminatingWrite, WatchCallback,
    WatchHandle,
};

/// A file that grows beyond this goes to the disk at once.
const MEMORY_BYTES: usize = 1024 * 1024;
/// The list of pieces; whoever reads the folder begins here.
const META: &str = "meta.json";
const BUFFER_BYTES: usize = 8 * 1024;

/// A memory-mapped folder with its newest files in memory. Clones are the same folder.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
    disk: MmapDirectory,
    pending: Arc<Mutex<Pending>>,
    saving: Arc<Mutex<()>>,
}

/// What the disk does not know yet.
#[derive(Debug, Default)]
struct Pending {
    files: HashMap<PathBuf, OwnedBytes>,
    /// Files that are replaced as a whole: the lists of pieces and of files.
    lists: HashMap<PathBuf, Vec<u8>>,
    /// Files on the disk that are no longer wanted, but the list of pieces there may still name.
    doomed: Vec<PathBuf>,
    changed: bool,
}

impl Folder {
    /// Opens a folder that exists.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn open(root: &Path) -> tantivy::Result<Self> {
        Ok(Self { root: root.to_owned(), disk: MmapDirectory::open(root)?, pending: Arc::default(), saving: Arc::default() })
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings the disk to the state of this moment. Nothing happens when it has not changed.
    ///
    /// # Errors
    /// The folder cannot be written; the disk then holds the state of the last save.
    pub fn save(&self) -> io::Result<()> {
        let _one = self.saving.lock().unwrap_or_else(PoisonError::into_inner);
        let (files, mut lists, doomed) = {
            let mut pending = self.pending();
            if !std::mem::take(&mut pending.changed) {
                return Ok(());
            }
            (pending.files.clone(), pending.lists.clone(), std::mem::take(&mut pending.doomed))
        };
        let meta = lists.remove(Path::new(META));
        let written = self.write(&lists, &files, meta.as_deref());
        let mut pending = self.pending();
        if let Err(error) = written {
            pending.changed = true;
            pending.doomed.extend(doomed);
            return Err(error);
        }
        for path in files.into_keys() {
            if pending.files.remove(&path).is_none() {
                // It was deleted while it was written, and the list that was just written names it.
                pending.doomed.push(path);
            }
        }
        drop(pending);
        for path in doomed {
            // What cannot be removed stays; the list of files keeps it in mind.
            let _left = self.disk.delete(&path);
        }
        Ok(())
    }

    /// First what names files to be removed some day, then the files, at last what makes them count.
    fn write(
        &self,
        lists: &HashMap<PathBuf, Vec<u8>>,
        files: &HashMap<PathBuf, OwnedBytes>,
        meta: Option<&[u8]>,
    ) -> io::Result<()> {
        for (path, bytes) in lists {
            self.replace(path, bytes)?;
        }
        for (path, bytes) in files {
            self.replace(path, bytes.as_slice())?;
        }
        meta.map_or(Ok(()), |bytes| self.replace(Path::new(META), bytes))
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let whole = self.root.join(path);
        let beside = whole.with_extension("new");
        fs::write(&beside, bytes)?;
        fs::rename(&beside, &whole)
    }
}

/// A file in the making: in memory until it is too large for that.
struct Making {
    folder: Folder,
    path: PathBuf,
    memory: Vec<u8>,
    disk: Option<BufWriter<File>>,
}

impl Write for Making {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.disk.is_none() && self.memory.len() + bytes.len() > MEMORY_BYTES {
            let mut file = BufWriter::new(File::create_new(self.folder.root.join(&self.path))?);
            file.write_all(&std::mem::take(&mut self.memory))?;
            self.disk = Some(file);
        }
        match &mut self.disk {
            Some(file) => file.write_all(bytes)?,
            None => self.memory.extend_from_slice(bytes),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.disk.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl TerminatingWrite for Making {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        if self.disk.is_none() {
            let bytes = OwnedBytes::new(std::mem::take(&mut self.memory));
            let mut pending = self.folder.pending();
            pending.files.insert(self.path.clone(), bytes);
            pending.changed = true;
        }
        self.flush()
    }
}

impl Directory for Folder {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let found = self.pending().files.get(path).cloned();
        match found {
            Some(bytes) => Ok(Arc::new(bytes)),
            None => self.disk.get_file_handle(path),
        }
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        let mut pending = self.pending();
        if pending.files.remove(path).is_some() {
            return Ok(());
        }
        if pending.doomed.iter().any(|doomed| doomed == path) || !self.root.join(path).exists() {
            return Err(DeleteError::FileDoesNotExist(path.to_owned()));
        }
        pending.doomed.push(path.to_owned());
        pending.changed = true;
        Ok(())
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        let known = {
            let pending = self.pending();
            pending.files.contains_key(path) || pending.lists.contains_key(path)
        };
        if known { Ok(true) } else { self.disk.exists(path) }
    }

    fn open_write(&self, path: &Path) -> Result<BufWriter<Box<dyn TerminatingWrite + Send + Sync>>, OpenWriteError> {
        if self.exists(path).unwrap_or_default() {
            return Err(OpenWriteError::FileAlreadyExists(path.to_owned()));
        }
        let making = Making { folder: self.clone(), path: path.to_owned(), memory: Vec::new(), disk: None };
        Ok(BufWriter::with_capacity(BUFFER_BYTES, Box::new(making)))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let found = self.pending().lists.get(path).cloned();
        match found {
            Some(bytes) => Ok(bytes),
            None => self.disk.atomic_read(path),
        }
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let mut pending = self.pending();
        pending.lists.insert(path.to_owned(), data.to_owned());
        pending.changed = true;
        Ok(())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.disk.acquire_lock(lock)
    }

    /// Readers are told by whoever commits.
    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}
