//! A storage in a folder of the local disk.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    path::{Component, Path, PathBuf},
    time::SystemTime,
};

use base::{Error, Result, id};

use crate::storage::failed;

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    /// Of the storage.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

/// A file that is open for reading.
pub(crate) struct OnDisk {
    pub(crate) file: File,
    pub(crate) size: u64,
    pub(crate) modified: Option<SystemTime>,
}

impl Disk {
    /// Where a location lies on the disk; `None` for one that would lead out of the storage.
    fn full(&self, location: &str) -> Option<PathBuf> {
        let relative = Path::new(location);
        let inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
        (inside && !location.is_empty() && !location.contains('\0')).then(|| self.path.join(relative))
    }

    /// Puts an arrived file into its place, in one step; what was there goes. A file that is gone was put there before.
    ///
    /// # Errors
    /// Unavailable, if the disk does not do it.
    pub(crate) fn place(&self, from: &Path, location: &str) -> Result<()> {
        let to = self.full(location).ok_or_else(|| Error::internal(format!("no place for a file: {location}")))?;
        let folder = to.parent().unwrap_or(&self.path);
        let placed = fs::create_dir_all(folder).and_then(|()| match fs::rename(from, &to) {
            Err(error) if error.kind() == ErrorKind::CrossesDevices => copy_over(from, &to),
            Err(error) if error.kind() == ErrorKind::NotFound && !from.exists() => Ok(()),
            outcome => outcome,
        });
        placed.and_then(|()| File::open(folder)?.sync_all()).map_err(|error| failed(&self.name, location, &error))
    }

    /// Removes a file; one that is not there is removed already.
    ///
    /// # Errors
    /// Unavailable, if the disk does not do it.
    pub(crate) fn remove(&self, location: &str) -> Result<()> {
        let Some(path) = self.full(location) else { return Ok(()) };
        match fs::remove_file(path) {
            // Nor is a folder a file, and a name that cannot be has none.
            Err(error) if !is_absence(&error) && error.kind() != ErrorKind::IsADirectory => {
                Err(failed(&self.name, location, &error))
            }
            _ => Ok(()),
        }
    }

    /// Opens a file; `None` when there is none, or something that is no file. Links are not followed.
    ///
    /// # Errors
    /// Unavailable, if the disk does not answer.
    pub(crate) fn open(&self, location: &str) -> Result<Option<OnDisk>> {
        let Some(path) = self.full(location) else { return Ok(None) };
        let opened = fs::symlink_metadata(&path).and_then(|found| {
            if !found.is_file() {
                return Err(io::Error::from(ErrorKind::NotFound));
            }
            let file = File::open(&path)?;
            let found = file.metadata()?;
            Ok(OnDisk { size: found.len(), modified: found.modified().ok(), file })
        });
        match opened {
            Ok(opened) => Ok(Some(opened)),
            Err(error) if is_absence(&error) => Ok(None),
            Err(error) => Err(failed(&self.name, location, &error)),
        }
    }
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
        let storage = Disk { name: "s".to_owned(), path };
        for location in ["../secret", "link", "", ".", "/etc/passwd", "a/../../secret", "a\0", &"x".repeat(5_000), "link/x"] {
            assert!(storage.open(location).unwrap().is_none(), "{location}");
        }
        fs::write(folder.path().join("new"), "1,2").unwrap();
        storage.place(&folder.path().join("new"), "a/b").unwrap();
        assert_eq!(storage.open("a/b").unwrap().unwrap().size, 3);
        for location in ["a/b", "a/b", "a", "a/b/c", &"q".repeat(300), &"q/".repeat(5_000)] {
            storage.remove(location).unwrap();
        }
        assert!(storage.open("a/b").unwrap().is_none());
    }
}
