//! An object that is written piece by piece: in one request when it is small, in parts else, one part in memory.

use std::{
    fs::File,
    io::{Read, Write},
    path::PathBuf,
    sync::Arc,
};

use base::{Error, Result};
use object_store::{
    ObjectStoreExt, PutPayload,
    multipart::{MultipartStore, PartId},
    path::Path,
};

use super::S3;

/// Bytes of a part. S3 wants at least 5 MiB, and some of its kind the same for all but the last.
const PART: usize = 8 * 1024 * 1024;
/// Bytes that 10,000 parts hold, which is how many there may be.
pub(crate) const MOST: u64 = 10_000 * 8 * 1024 * 1024;
/// Bytes that are read at a time.
const PIECE: usize = 256 * 1024;

/// See the module.
pub(crate) struct Upload {
    s3: Arc<S3>,
    key: Path,
    id: Option<String>,
    parts: Vec<PartId>,
    part: Vec<u8>,
    note: Option<File>,
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload").field("key", &self.key).field("id", &self.id).finish_non_exhaustive()
    }
}

impl Upload {
    pub(super) fn new(s3: Arc<S3>, key: Path, note: Option<File>) -> Self {
        Self { s3, key, id: None, parts: Vec::new(), part: Vec::new(), note }
    }

    /// Takes the next bytes; sends a part when there are enough for one.
    ///
    /// # Errors
    /// Unavailable, if the service does not take it.
    pub(crate) fn write(&mut self, mut bytes: &[u8]) -> Result<()> {
        loop {
            let room = PART.saturating_sub(self.part.len()).min(bytes.len());
            let (now, later) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
            self.part.extend_from_slice(now);
            // The last part is sent by the end: it may be all that there is.
            if later.is_empty() {
                return Ok(());
            }
            self.send()?;
            bytes = later;
        }
    }

    fn send(&mut self) -> Result<()> {
        let s3 = Arc::clone(&self.s3);
        let id = match &self.id {
            Some(id) => id.clone(),
            None => {
                let id = s3.answer(self.key.as_ref(), s3.store.create_multipart(&self.key))?;
                self.id = Some(id.clone());
                if let Some(note) = &mut self.note {
                    note.write_all(id.as_bytes()).and_then(|()| note.sync_all()).map_err(Error::unavailable)?;
                }
                id
            }
        };
        // What has one part has more: the next one need not grow into its place.
        let payload = PutPayload::from(std::mem::replace(&mut self.part, Vec::with_capacity(PART)));
        let sent = s3.store.put_part(&self.key, &id, self.parts.len(), payload);
        self.parts.push(s3.answer(self.key.as_ref(), sent)?);
        Ok(())
    }

    /// All bytes are here: the object is there from now on.
    ///
    /// # Errors
    /// Unavailable, if the service does not take it.
    pub(crate) fn finish(&mut self) -> Result<()> {
        let s3 = Arc::clone(&self.s3);
        let what = self.key.as_ref();
        if self.id.is_none() {
            let payload = PutPayload::from(std::mem::take(&mut self.part));
            return s3.answer(what, s3.store.put(&self.key, payload)).map(drop);
        }
        self.send()?;
        let Some(id) = &self.id else { return Ok(()) };
        let parts = std::mem::take(&mut self.parts);
        s3.answer(self.key.as_ref(), s3.patient.complete_multipart(&self.key, id, parts))?;
        self.id = None;
        Ok(())
    }

    /// Writes everything that there is to read, or leaves nothing.
    ///
    /// # Errors
    /// Unavailable, if one side or the other does not do it.
    pub(crate) fn take_all(mut self, mut from: impl Read) -> Result<()> {
        let mut buffer = vec![0; PIECE];
        let mut all = || -> Result<()> {
            loop {
                let read = from.read(&mut buffer).map_err(Error::unavailable)?;
                match buffer.get(..read).unwrap_or_default() {
                    [] => return self.finish(),
                    bytes => self.write(bytes)?,
                }
            }
        };
        all().inspect_err(|_error| {
            if let Some(id) = &self.id {
                drop(self.s3.wait(self.s3.store.abort_multipart(&self.key, id)));
            }
        })
    }

    /// Nobody wants it: it goes, and the file that told of it goes after it. Does not wait: whoever drops it may be a task.
    pub(crate) fn give_up(&mut self, note: PathBuf) {
        let (s3, key, id, lock) = (Arc::clone(&self.s3), self.key.clone(), self.id.take().unwrap_or_default(), self.note.take());
        self.s3.background.spawn(async move {
            match s3.gone(&key, &id).await {
                Ok(()) => drop(std::fs::remove_file(note)),
                // What is still there is found by the next sweep.
                Err(error) => tracing::warn!(%error, storage = s3.name, "an upload that broke off is not gone yet"),
            }
            drop(lock);
        });
    }
}
