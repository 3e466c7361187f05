//! A storage: a place for files under names of its own. The local disk is the one kind that there is; another kind needs
//! no more than the few methods here.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read},
    path::{Component, Path, PathBuf},
    time::SystemTime,
};

use base::{Error, Result, id, time::Stamp};
use md5::{Digest, Md5};

use crate::{name, sniff};

/// `ckan.files.storage.<name>.*`.
#[derive(Clone, Debug, Default)]
pub struct StorageSettings {
    /// Its folder.
    pub path: PathBuf,
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

/// A storage on the local disk.
#[derive(Clone, Debug)]
pub struct Storage {
    pub name: String,
    pub settings: StorageSettings,
}

/// A stored file that is open for reading.
#[derive(Debug)]
pub struct Opened {
    pub file: File,
    pub size: u64,
    pub modified: Option<SystemTime>,
    pub path: PathBuf,
}

/// What a stored file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Analysis {
    pub size: u64,
    pub md5: String,
    pub media_type: &'static str,
}

impl Storage {
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

    /// Where a location lies on the disk; `None` for one that would lead out of the storage.
    fn full(&self, location: &str) -> Option<PathBuf> {
        let relative = Path::new(location);
        let inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
        (inside && !location.is_empty() && !location.contains('\0')).then(|| self.settings.path.join(relative))
    }

    /// Puts an arrived file into its place, in one step; what was there goes. A file that is gone was put there before.
    ///
    /// # Errors
    /// Unavailable, if the disk does not do it.
    pub(crate) fn place(&self, from: &Path, location: &str) -> Result<()> {
        let to = self.full(location).ok_or_else(|| Error::internal(format!("no place for a file: {location}")))?;
        let folder = to.parent().unwrap_or(&self.settings.path);
        let placed = fs::create_dir_all(folder).and_then(|()| match fs::rename(from, &to) {
            Err(error) if error.kind() == ErrorKind::CrossesDevices => copy_over(from, &to),
            Err(error) if error.kind() == ErrorKind::NotFound && !from.exists() => Ok(()),
            outcome => outcome,
        });
        placed.and_then(|()| File::open(folder)?.sync_all()).map_err(|error| self.failed(location, &error))
    }

    /// Removes a file; one that is not there is removed already.
    ///
    /// # Errors
    /// Unavailable, if the disk does not do it.
    pub fn remove(&self, location: &str) -> Result<()> {
        let Some(path) = self.full(location) else { return Ok(()) };
        match fs::remove_file(path) {
            Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                Err(self.failed(location, &error))
            }
            _ => Ok(()),
        }
    }

    /// Opens a file; `None` when there is none, or something that is no file. Links are not followed.
    ///
    /// # Errors
    /// Unavailable, if the disk does not answer.
    pub fn open(&self, location: &str) -> Result<Option<Opened>> {
        let Some(path) = self.full(location) else { return Ok(None) };
        let opened = fs::symlink_metadata(&path).and_then(|found| {
            if !found.is_file() {
                return Err(io::Error::from(ErrorKind::NotFound));
            }
            let file = File::open(&path)?;
            let found = file.metadata()?;
            Ok(Opened { size: found.len(), modified: found.modified().ok(), file, path: path.clone() })
        });
        match opened {
            Ok(opened) => Ok(Some(opened)),
            Err(error) if is_absence(&error) => Ok(None),
            Err(error) => Err(self.failed(location, &error)),
        }
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
        let Some(mut opened) = self.open(location)? else { return Ok(None) };
        let (mut digest, mut size, mut sample) = (Md5::new(), 0_u64, Vec::new());
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = opened.file.read(&mut buffer).map_err(|error| self.failed(location, &error))?;
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

    fn failed(&self, location: &str, error: &io::Error) -> Error {
        Error::unavailable(format!("the storage {}, {location}: {error}", self.name))
    }
}

/// CKAN's `is_supported_type`: one of these media types, or `*` for any. Only whole types count.
#[must_use]
pub fn is_supported(media_type: &str, supported: &[String]) -> bool {
    !media_type.is_empty() && supported.iter().any(|one| one == "*" || one == media_type)
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename)
}

/// A storage on another disk: copied beside its place first.
fn copy_over(from: &Path, to: &Path) -> io::Result<()> {
    let beside = to.with_file_name(format!(".{}~", id::new()));
    let copied = fs::copy(from, &beside).and_then(|_| File::open(&beside)?.sync_all()).and_then(|()| fs::rename(&beside, to));
    match copied {
        Ok(()) => fs::remove_file(from),
        Err(error) => {
            drop(fs::remove_file(&beside));
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_out_of_a_storage() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("secret"), "x").unwrap();
        let path = folder.path().join("inside");
        fs::create_dir(&path).unwrap();
        std::os::unix::fs::symlink("../secret", path.join("link")).unwrap();
        let storage = Storage { name: "s".to_owned(), settings: StorageSettings { path, ..StorageSettings::default() } };
        for location in ["../secret", "link", "", ".", "/etc/passwd", "a/../../secret", "a\0", &"x".repeat(5_000), "link/x"] {
            assert!(storage.open(location).unwrap().is_none(), "{location}");
        }
        fs::write(folder.path().join("new"), "1,2").unwrap();
        storage.place(&folder.path().join("new"), "a/b").unwrap();
        assert_eq!(storage.analyze("a/b").unwrap().unwrap().size, 3);
        storage.remove("a/b").unwrap();
        storage.remove("a/b").unwrap();
        assert!(!storage.exists("a/b").unwrap());
    }

    #[test]
    fn rules_make_places_of_names() {
        let with = |rule: &str| {
            let settings = StorageSettings { transformers: vec![rule.to_owned()], ..StorageSettings::default() };
            Storage { name: "s".to_owned(), settings }.location("a.csv")
        };
        assert!(with("uuid4_prefix").unwrap().ends_with("a.csv"));
        assert!(with("uuid4_with_extension").unwrap().ends_with(".csv"));
        assert!(id::is_uuid(&with("uuid4").unwrap()));
        assert!(with("unknown").is_err());
    }
}
