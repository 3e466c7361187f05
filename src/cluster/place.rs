//! The folder of a private cluster: its data, its log, its socket and the lock of its owner.
//!
//! Must never leave a socket where another user of the machine could connect: the socket's folder is 0700, that is the whole
//! access control.

use std::env;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base::{Error, Result};

use crate::account::Account;

/// A socket's path must stay below this many bytes (the kernel's own bound is 104 to 108).
const SOCKET_PATH_BYTES: usize = 100;
/// A log larger than this is set aside at the next start; one predecessor is kept.
const LOG_BYTES: u64 = 8 * 1024 * 1024;
/// How much of the log's end goes into an error text.
const TAIL_BYTES: u64 = 2_000;

/// Paths of one cluster.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    home: PathBuf,
}

impl Place {
    /// The cluster's home as an absolute path; creates it when it is missing.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let trouble = |error: io::Error| Error::internal(format!("data folder {}: {error}", folder.display()));
        fs::create_dir_all(folder).map_err(trouble)?;
        Ok(Self { home: fs::canonicalize(folder).map_err(trouble)? })
    }

    /// Hands the home to the user that PostgreSQL runs as, closed to everybody else.
    pub(crate) fn claim(&self, account: &Account) -> Result<()> {
        account.reaches(&self.home)?;
        close(&self.home)?;
        account.give(&self.home)
    }

    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// PostgreSQL's own data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    /// Where `initdb` works; renamed to [`Place::data`] when it is complete.
    pub(crate) fn fresh(&self) -> PathBuf {
        self.home.join("data.new")
    }

    /// The major version that wrote the data; nothing when there is none yet.
    pub(crate) fn version(&self) -> Option<u32> {
        fs::read_to_string(self.data().join("PG_VERSION")).ok()?.trim().parse().ok()
    }

    /// Held by the process that started PostgreSQL, for as long as it lives.
    pub(crate) fn lock_file(&self) -> Result<File> {
        let path = self.home.join("owner.lock");
        let opened = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        opened.map_err(|error| Error::internal(format!("{}: {error}", path.display())))
    }

    /// What PostgreSQL says goes here.
    pub(crate) fn log(&self, account: &Account) -> Result<File> {
        let path = self.log_path();
        if fs::metadata(&path).is_ok_and(|meta| meta.len() > LOG_BYTES) {
            fs::rename(&path, self.home.join("log.1"))
                .map_err(|error| Error::internal(format!("{}: {error}", path.display())))?;
        }
        let opened = OpenOptions::new().create(true).append(true).mode(0o600).open(&path);
        let file = opened.map_err(|error| Error::internal(format!("{}: {error}", path.display())))?;
        account.give(&path)?;
        Ok(file)
    }

    pub(crate) fn log_path(&self) -> PathBuf {
        self.home.join("log")
    }

    /// The last lines of the log, for an error text.
    pub(crate) fn log_tail(&self) -> String {
        let read = || -> io::Result<String> {
            let mut file = File::open(self.log_path())?;
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
            let mut bytes = Vec::new();
            file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        let text = read().unwrap_or_default();
        let lines: Vec<&str> = text.lines().rev().take(6).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
    }

    /// The folder of the socket, 0700: `run` in the home, or a short one elsewhere when the home's path is too long for a socket.
    pub(crate) fn socket_folder(&self, account: &Account) -> Result<PathBuf> {
        let own = self.home.join("run");
        let name = format!("kurak-{:016x}", digest(self.home.as_os_str().as_encoded_bytes()));
        let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|_| !crate::os::is_root());
        let elsewhere = runtime.into_iter().chain([PathBuf::from("/run"), PathBuf::from("/tmp")]).map(|base| base.join(&name));
        let mut last = Error::internal("no folder is short enough for PostgreSQL's socket");
        for folder in std::iter::once(own).chain(elsewhere).filter(|folder| fits(folder)) {
            match private_folder(&folder, account) {
                Ok(()) => return Ok(folder),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

fn fits(folder: &Path) -> bool {
    folder.join(".s.PGSQL.5432.lock").as_os_str().len() < SOCKET_PATH_BYTES
}

fn private_folder(folder: &Path, account: &Account) -> Result<()> {
    let trouble = |error: io::Error| Error::internal(format!("socket folder {}: {error}", folder.display()));
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(trouble(error)),
        _ => {}
    }
    // Not a link, and not laid there by somebody else: in /tmp anybody may create a folder of this name before us.
    let meta = fs::symlink_metadata(folder).map_err(trouble)?;
    if !meta.is_dir() || !account.trusts(&meta) {
        return Err(Error::internal(format!("socket folder {} belongs to somebody else", folder.display())));
    }
    close(folder)?;
    account.give(folder)
}

fn close(folder: &Path) -> Result<()> {
    fs::set_permissions(folder, Permissions::from_mode(0o700))
        .map_err(|error| Error::internal(format!("cannot close {} to others: {error}", folder.display())))
}

/// FNV-1a: the same short name for the same home in every process.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
