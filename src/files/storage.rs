//! A storage: a place for files under names of its own, on the local disk or in a bucket of S3.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use base::{Error, Result, id, time::Stamp};
use md5::{Digest, Md5};

use crate::{
    disk::Disk,
    name,
    s3::{Object, S3, S3Settings, background::Background},
    sniff,
};

/// `ckan.files.storage.<name>.*`.
#[derive(Clone, Debug, Default)]
pub struct StorageSettings {
    /// Its folder; of no meaning in a bucket.
    pub path: PathBuf,
    /// Its bucket; `None`: it is on the disk.
    pub s3: Option<S3Settings>,
    /// Bytes of the largest file; `None`: any.
    pub max_size: Option<u64>,
    /// Media types that it takes; empty: all.
    pub types: Vec<String>,
    /// Everybody may read all of it.
    pub public: bool,
    /// How names become places: see [`Storage::location`].
    pub transformers: Vec<String>,
    /// Words of CKAN's for what it does not do: `CREATE`, `ANALYZE`, `REMOVE`.
    pub disabled: Vec<String>,
}

impl StorageSettings {
    /// Of a storage in a folder below this one.
    #[must_use]
    pub fn below(&self, folder: &str) -> Self {
        let s3 = self.s3.as_ref().map(|s3| s3.below(folder));
        Self { path: self.path.join(folder), s3, ..Self::default() }
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Storage {
    pub name: String,
    pub settings: StorageSettings,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Disk(Disk),
    S3(Arc<S3>),
}

/// A stored file that is open for reading.
#[derive(Debug)]
pub struct Opened {
    pub size: u64,
    pub modified: Option<SystemTime>,
    /// What tells it from what else was there, quoted as in `ETag`; `None`: size and time do.
    pub tag: Option<String>,
    source: Source,
}

#[derive(Debug)]
enum Source {
    File(File),
    Object(Object),
}

impl Opened {
    /// Its first bytes.
    ///
    /// # Errors
    /// Unavailable, if it cannot be read.
    pub fn sample(&mut self) -> Result<Vec<u8>> {
        let most = u64::try_from(sniff::SAMPLE).unwrap_or(self.size).min(self.size);
        let mut sample = Vec::new();
        match &mut self.source {
            Source::File(file) => file.take(most).read_to_end(&mut sample),
            Source::Object(object) => object.read(0, most)?.read_to_end(&mut sample),
        }
        .map_err(Error::unavailable)?;
        Ok(sample)
    }

    /// So many bytes from there on, as they are read.
    ///
    /// # Errors
    /// Unavailable, if it cannot be read or is another file meanwhile.
    pub fn read(self, first: u64, length: u64) -> Result<Box<dyn Read + Send>> {
        match self.source {
            Source::File(mut file) => {
                file.seek(SeekFrom::Start(first)).map_err(Error::unavailable)?;
                Ok(Box::new(file.take(length)))
            }
            Source::Object(object) => Ok(Box::new(object.read(first, length)?)),
        }
    }
}

/// What a stored file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Analysis {
    pub size: u64,
    pub md5: String,
    pub media_type: &'static str,
}

impl Storage {
    /// With these settings; asks nobody yet.
    ///
    /// # Errors
    /// BadRequest, for options of a bucket that do not go together.
    pub(crate) fn new(name: String, settings: StorageSettings, background: &mut Option<Arc<Background>>) -> Result<Self> {
        let kind = match &settings.s3 {
            None => Kind::Disk(Disk { name: name.clone(), path: settings.path.clone() }),
            Some(s3) => {
                let background = match background {
                    Some(background) => Arc::clone(background),
                    None => Arc::clone(background.insert(Arc::new(Background::start()?))),
                };
                Kind::S3(Arc::new(S3::new(&name, s3, background)?))
            }
        };
        Ok(Self { name, settings, kind })
    }

    /// Its bucket, if it is in one.
    pub(crate) fn s3(&self) -> Option<&Arc<S3>> {
        match &self.kind {
            Kind::S3(s3) => Some(s3),
            Kind::Disk(_) => None,
        }
    }

    /// True unless the configuration takes this ability away.
    #[must_use]
    pub fn supports(&self, capability: &str) -> bool {
        !self.settings.disabled.iter().any(|disabled| disabled.eq_ignore_ascii_case(capability))
    }

    /// True when it takes files of this type.
    #[must_use]
    pub fn accepts(&self, media_type: &str) -> bool {
        self.settings.types.is_empty() || is_supported(media_type, &self.settings.types)
    }

    /// The place of a file that is called so, by the configured rules.
    ///
    /// # Errors
    /// Validation for a rule that does not exist.
    pub fn location(&self, name: &str) -> Result<String> {
        self.settings.transformers.iter().try_fold(name.to_owned(), |location, rule| {
            let now = || Stamp::now().to_string();
            Ok(match rule.as_str() {
                "uuid4" => id::new(),
                "uuid4_prefix" => format!("{}{location}", id::new()),
                "uuid4_with_extension" => format!("{}{}", id::new(), name::split(&location).1),
                "uuid5" => id::of_name("file", &location),
                "datetime_prefix" => format!("{}{location}", now()),
                "datetime_with_extension" => format!("{}{}", now(), name::split(&location).1),
                "safe_relative_path" | "fix_extension" => location,
                unknown => return Err(Error::invalid("upload", format!("Unknown location transformer {unknown}"))),
            })
        })
    }

    /// Puts a file that has arrived on the disk into its place; what was there goes. One that is gone was put there before.
    ///
    /// # Errors
    /// Unavailable, if the disk does not do it; Internal, for a storage that is somewhere else.
    pub(crate) fn place(&self, from: &Path, location: &str) -> Result<()> {
        match &self.kind {
            Kind::Disk(disk) => disk.place(from, location),
            Kind::S3(_) => {
                Err(Error::internal(format!("{} lies on the disk, its storage {} is in S3", from.display(), self.name)))
            }
        }
    }

    /// Removes a file; one that is not there is removed already.
    ///
    /// # Errors
    /// Unavailable, if the storage does not do it.
    pub fn remove(&self, location: &str) -> Result<()> {
        match &self.kind {
            Kind::Disk(disk) => disk.remove(location),
            Kind::S3(s3) => s3.remove(location),
        }
    }

    /// Opens a file; `None` when there is none, or something that is no file.
    ///
    /// # Errors
    /// Unavailable, if the storage does not answer.
    pub fn open(&self, location: &str) -> Result<Option<Opened>> {
        Ok(match &self.kind {
            Kind::Disk(disk) => disk.open(location)?.map(|found| Opened {
                size: found.size,
                modified: found.modified,
                tag: None,
                source: Source::File(found.file),
            }),
            Kind::S3(s3) => s3.open(location)?.map(|(found, object)| {
                let (size, modified) = (found.size, Some(found.last_modified.into()));
                Opened { size, modified, tag: found.e_tag, source: Source::Object(object) }
            }),
        })
    }

    /// An address of the storage's own where a file can be had for a while, with that `Content-Disposition`; `None` where
    /// downloads come from here.
    ///
    /// # Errors
    /// Unavailable, if the storage has no credentials.
    pub fn address(&self, location: &str, disposition: &str) -> Result<Option<String>> {
        self.s3().map_or(Ok(None), |s3| s3.address(location, disposition))
    }

    /// Looks whether a bucket answers; there is nothing to look at on a disk.
    ///
    /// # Errors
    /// Unavailable, if it does not.
    pub fn check(&self) -> Result<()> {
        self.s3().map_or(Ok(()), |s3| s3.check())
    }

    /// True when there is such a file.
    ///
    /// # Errors
    /// As [`Storage::open`].
    pub fn exists(&self, location: &str) -> Result<bool> {
        Ok(self.open(location)?.is_some())
    }

    /// Reads a file through; `None` when there is none.
    ///
    /// # Errors
    /// As [`Storage::open`].
    pub fn analyze(&self, location: &str) -> Result<Option<Analysis>> {
        let Some(opened) = self.open(location)? else { return Ok(None) };
        let length = opened.size;
        let mut from = opened.read(0, length)?;
        let (mut digest, mut size, mut sample) = (Md5::new(), 0_u64, Vec::new());
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = from.read(&mut buffer).map_err(|error| failed(&self.name, location, &error))?;
            let bytes = buffer.get(..read).unwrap_or_default();
            if bytes.is_empty() {
                break;
            }
            digest.update(bytes);
            sample.extend(bytes.iter().take(sniff::SAMPLE.saturating_sub(sample.len())));
            size += u64::try_from(read).unwrap_or_default();
        }
        Ok(Some(Analysis { size, md5: hex::encode(digest.finalize()), media_type: sniff::media_type(&sample) }))
    }
}

/// What a storage does not do.
pub(crate) fn failed(storage: &str, what: &str, error: &dyn std::fmt::Display) -> Error {
    Error::unavailable(format!("the storage {storage}, {what}: {error}"))
}

/// CKAN's `is_supported_type`: one of these media types, or `*` for any. Only whole types count.
#[must_use]
pub fn is_supported(media_type: &str, supported: &[String]) -> bool {
    !media_type.is_empty() && supported.iter().any(|one| one == "*" || one == media_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_make_places_of_names() {
        let with = |rule: &str| {
            let settings = StorageSettings { transformers: vec![rule.to_owned()], ..StorageSettings::default() };
            Storage::new("s".to_owned(), settings, &mut None).unwrap().location("a.csv")
        };
        assert!(with("uuid4_prefix").unwrap().ends_with("a.csv"));
        assert!(with("uuid4_with_extension").unwrap().ends_with(".csv"));
        assert!(id::is_uuid(&with("uuid4").unwrap()));
        assert!(with("unknown").is_err());
    }
}
