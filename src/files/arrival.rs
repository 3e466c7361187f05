//! A file on its way in: written beside the storages, under the lock of the process that takes it.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use base::{Error, Result, id};
use md5::Md5;
use sha2::{Digest, Sha256};

use crate::sniff;

/// A file that has arrived whole, or that is too large. It goes when this does, unless a write is about to speak of it.
#[derive(Debug)]
pub struct Arrival {
    pub id: String,
    /// As the client called it.
    pub filename: String,
    /// What the client says it is; may be empty.
    pub declared: String,
    /// What it is.
    pub media_type: &'static str,
    /// Bytes; so far, when it is too large.
    pub size: u64,
    pub sha256: String,
    pub md5: String,
    /// It has more bytes than may be.
    pub too_large: bool,
    temporary: Temporary,
}

/// The file, removed when nobody wants it. The lock ends with it, or with the process.
#[derive(Debug)]
struct Temporary {
    path: PathBuf,
    file: File,
    kept: AtomicBool,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.kept.load(Ordering::Acquire) {
            drop(fs::remove_file(&self.path));
        }
    }
}

impl Arrival {
    /// A write speaks of it from now on: it stays, for whoever puts it into its place.
    pub fn keep(&self) {
        self.temporary.kept.store(true, Ordering::Release);
    }
}

/// A file whose bytes are still coming.
pub struct Arriving {
    id: String,
    filename: String,
    declared: String,
    limit: u64,
    size: u64,
    sample: Vec<u8>,
    sha256: Sha256,
    md5: Md5,
    temporary: Temporary,
}

impl Arriving {
    /// Begins a file of at most `limit` bytes in this folder.
    ///
    /// # Errors
    /// Unavailable, if the disk does not take it.
    pub(crate) fn begin(folder: &Path, (filename, declared): (&str, &str), limit: u64) -> Result<Self> {
        let id = id::new();
        let path = folder.join(&id);
        let file =
            OpenOptions::new().write(true).create_new(true).mode(0o640).open(&path).map_err(|error| failed(&path, &error))?;
        let temporary = Temporary { path, file, kept: AtomicBool::new(false) };
        temporary.file.lock().map_err(|error| failed(&temporary.path, &error))?;
        Ok(Self {
            id,
            filename: filename.to_owned(),
            declared: declared.to_owned(),
            limit,
            size: 0,
            sample: Vec::new(),
            sha256: Sha256::new(),
            md5: Md5::new(),
            temporary,
        })
    }

    /// Takes the next bytes. What goes beyond the limit is counted and thrown away.
    ///
    /// # Errors
    /// Unavailable, if the disk does not take them.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.size = self.size.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if self.is_too_large() {
            return Ok(());
        }
        let room = sniff::SAMPLE.saturating_sub(self.sample.len());
        self.sample.extend(bytes.iter().take(room));
        self.sha256.update(bytes);
        self.md5.update(bytes);
        self.temporary.file.write_all(bytes).map_err(|error| failed(&self.temporary.path, &error))
    }

    /// Counts bytes that are thrown away.
    pub fn pass_over(&mut self, bytes: u64) {
        self.size = self.size.saturating_add(bytes);
    }

    /// True when more bytes came than may be.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.size > self.limit
    }

    /// All bytes are here, and on the disk for good.
    ///
    /// # Errors
    /// Unavailable, if the disk does not take them.
    pub fn finish(self) -> Result<Arrival> {
        let too_large = self.is_too_large();
        if !too_large {
            self.temporary.file.sync_all().map_err(|error| failed(&self.temporary.path, &error))?;
        }
        Ok(Arrival {
            id: self.id,
            filename: self.filename,
            declared: self.declared,
            media_type: sniff::media_type(&self.sample),
            size: self.size,
            sha256: hex::encode(self.sha256.finalize()),
            md5: hex::encode(self.md5.finalize()),
            too_large,
            temporary: self.temporary,
        })
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::unavailable(format!("{}: {error}", path.display()))
}
