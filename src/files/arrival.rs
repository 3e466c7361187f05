//! A file on its way in: written beside the storages, on the disk or in the bucket, under the lock of the process that
//! takes it.

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

use crate::{
    Storage,
    s3::upload::{self, Upload},
    sniff,
};

/// Stands in the id of a file that has arrived in S3 before the storage whose bucket that is.
pub(crate) const IN: char = '@';

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
    /// The bytes; of an upload to S3, what is needed to break it off.
    file: File,
    upload: Option<Upload>,
    kept: AtomicBool,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if self.kept.load(Ordering::Acquire) {
            return;
        }
        match &mut self.upload {
            None => drop(fs::remove_file(&self.path)),
            Some(upload) => upload.give_up(self.path.clone()),
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
    /// Begins a file of at most `limit` bytes in this folder, or in the bucket of that storage.
    ///
    /// # Errors
    /// Unavailable, if the disk does not take it.
    pub(crate) fn begin(folder: &Path, storage: Option<&Storage>, said: (&str, &str), limit: u64) -> Result<Self> {
        let bucket = storage.and_then(|storage| Some((&storage.name, storage.s3()?)));
        let own = id::new();
        let id = bucket.map_or_else(|| own.clone(), |(storage, _)| format!("{own}{IN}{storage}"));
        let path = folder.join(&id);
        let file =
            OpenOptions::new().write(true).create_new(true).mode(0o640).open(&path).map_err(|error| failed(&path, &error))?;
        let mut temporary = Temporary { path, file, upload: None, kept: AtomicBool::new(false) };
        temporary.file.lock().map_err(|error| failed(&temporary.path, &error))?;
        if let Some((_, s3)) = bucket {
            let note = temporary.file.try_clone().map_err(|error| failed(&temporary.path, &error))?;
            temporary.upload = Some(s3.begin(&own, note)?);
        }
        Ok(Self {
            id,
            filename: said.0.to_owned(),
            declared: said.1.to_owned(),
            limit: if bucket.is_some() { limit.min(upload::MOST) } else { limit },
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
    /// Unavailable, if the disk or S3 does not take them.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.size = self.size.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if self.is_too_large() {
            return Ok(());
        }
        let room = sniff::SAMPLE.saturating_sub(self.sample.len());
        self.sample.extend(bytes.iter().take(room));
        self.sha256.update(bytes);
        self.md5.update(bytes);
        let Temporary { path, file, upload, .. } = &mut self.temporary;
        match upload {
            None => file.write_all(bytes).map_err(|error| failed(path, &error)),
            Some(upload) => upload.write(bytes),
        }
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

    /// All bytes are here, and there for good.
    ///
    /// # Errors
    /// Unavailable, if the disk or S3 does not take them.
    pub fn finish(mut self) -> Result<Arrival> {
        let too_large = self.is_too_large();
        match &mut self.temporary.upload {
            _ if too_large => {}
            None => self.temporary.file.sync_all().map_err(|error| failed(&self.temporary.path, &error))?,
            Some(upload) => upload.finish()?,
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
