//! The folder of an index, without fsync.
//!
//! The index can always be built anew from the database, so waiting for the disk (40–90 ms a commit) buys nothing. What a
//! lost power supply may leave behind is found out by `live::open`, which checks every file after a reboot.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, TerminatingWrite, WatchCallback, WatchHandle,
};

/// A memory-mapped folder whose writes are not waited for.
#[derive(Clone, Debug)]
pub struct Unsynced {
    root: PathBuf,
    inner: MmapDirectory,
    /// Numbers files that are written beside the one they replace: two threads may write the same one.
    written: Arc<AtomicU64>,
}

impl Unsynced {
    /// Opens a folder that exists.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn open(root: &Path) -> tantivy::Result<Self> {
        Ok(Self { root: root.to_owned(), inner: MmapDirectory::open(root)?, written: Arc::default() })
    }
}

struct Plain(File);

impl Write for Plain {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl TerminatingWrite for Plain {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        self.0.flush()
    }
}

impl Directory for Unsynced {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.inner.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.inner.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.inner.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<BufWriter<Box<dyn TerminatingWrite + Send + Sync>>, OpenWriteError> {
        let file = OpenOptions::new().write(true).create_new(true).open(self.root.join(path)).map_err(|error| {
            if error.kind() == io::ErrorKind::AlreadyExists {
                OpenWriteError::FileAlreadyExists(path.to_owned())
            } else {
                OpenWriteError::wrap_io_error(error, path.to_owned())
            }
        })?;
        Ok(BufWriter::new(Box::new(Plain(file))))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.inner.atomic_read(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let whole = self.root.join(path);
        let beside = whole.with_extension(format!("{}.new", self.written.fetch_add(1, Ordering::Relaxed)));
        fs::write(&beside, data)?;
        fs::rename(&beside, &whole)
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.inner.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.inner.watch(callback)
    }
}
