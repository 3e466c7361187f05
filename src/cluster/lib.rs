//! The private PostgreSQL: found, made, started, watched and stopped by kurak itself, reachable through a socket in a closed folder.
//!
//! The cluster's folder holds `data` (PostgreSQL's own), `log`, `run` (the socket) and `owner.lock`. The process that holds the lock
//! owns the server: it ends with that process, also when the process is killed (Linux). Other processes on the same folder (commands
//! beside a running server) are guests: they get the address and stop nothing.
//!
//! Must never listen on a network address, never download anything, never run as root, never speak SQL.

mod account;
mod find;
mod init;
mod keeper;
mod os;
mod place;
mod postmaster;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base::{Error, Result};

use account::Account;
use keeper::{Keeper, Recipe};
use place::Place;
use postmaster::{Postmaster, wait_until};

/// The database that a new cluster has, beside PostgreSQL's own `postgres`.
pub const DATABASE: &str = "kurak";
/// The superuser of a new cluster.
pub const USER: &str = "kurak";

/// How long a start may take; a recovery after a crash of the machine can need minutes.
const START: Duration = Duration::from_secs(300);
/// A server that ends within its start is tried again this often: processes of a killed predecessor may still hold its memory.
const ATTEMPTS: u32 = 5;

/// How to run a private cluster.
#[derive(Clone, Debug)]
pub struct Options {
    /// The cluster's folder; created when it is missing. As root, every folder above it must be open to other users.
    pub data: PathBuf,
    /// False only for tests: faster, and a power cut loses everything.
    pub fsync: bool,
    /// `KURAK_PG_BINDIR`: the folder of `postgres` and `initdb`, when they are not where they usually are.
    pub bindir: Option<PathBuf>,
}

impl Options {
    /// A durable cluster in `data`, with the newest PostgreSQL that is installed.
    #[must_use]
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self { data: data.into(), fsync: true, bindir: None }
    }
}

/// A cluster that runs. Dropping it stops the server, unless another process owns it.
pub struct Cluster {
    place: Place,
    socket: PathBuf,
    owner: Option<Owner>,
}

/// What only the owner has.
struct Owner {
    recipe: Arc<Recipe>,
    keeper: Mutex<Option<Keeper>>,
    /// Held for as long as the cluster is ours.
    _lock: File,
}

impl Cluster {
    /// Brings the cluster up: makes it at the first start, replaces a server that outlived its owner, recovers from a crash. When
    /// another live process owns it, waits for its server and joins as a guest.
    ///
    /// # Errors
    /// [`base::Kind::Internal`]; `log_context` says what to do: what to install, which folder is closed, what PostgreSQL said.
    pub fn start(options: &Options) -> Result<Self> {
        let place = Place::open(&options.data)?;
        let account = Account::choose(&place.data())?;
        place.claim(&account)?;
        let lock = place.lock_file()?;
        let begin = Instant::now();
        while !locked(&lock)? {
            if let Some(server) = Postmaster::read(&place.data()).filter(Postmaster::is_ready) {
                return Ok(Self { place, socket: server.socket, owner: None });
            }
            if begin.elapsed() > START {
                return Err(Error::internal(format!(
                    "another process holds {} but its database does not start",
                    place.home().display()
                )));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Self::own(options, place, account, lock)
    }

    fn own(options: &Options, place: Place, account: Account, lock: File) -> Result<Self> {
        let programs = find::programs(options.bindir.as_deref(), place.version())?;
        if place.version().is_none() {
            init::Maker { programs: &programs, place: &place, account: &account, durable: options.fsync }.create()?;
        }
        postmaster::settle(&place.data())?;
        let socket = place.socket_folder(&account)?;
        let recipe = recipe(programs, place.clone(), account, socket.clone(), options.fsync);
        let owner = Owner { recipe, keeper: Mutex::new(None), _lock: lock };
        let cluster = Self { place, socket, owner: Some(owner) };
        cluster.resume()?;
        Ok(cluster)
    }

    /// The address of a database of this cluster for libpq; works for users of this machine that may enter the socket's folder.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let socket = escaped(&self.socket.to_string_lossy());
        format!("postgresql:///{}?host={socket}&port=5432&user={USER}", escaped(database))
    }

    /// The folder of the socket `.s.PGSQL.5432`.
    #[must_use]
    pub fn socket_folder(&self) -> &Path {
        &self.socket
    }

    /// What PostgreSQL says is written here.
    #[must_use]
    pub fn log_path(&self) -> PathBuf {
        self.place.log_path()
    }

    /// False when another process owns the server and will stop it.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.owner.is_some()
    }

    /// True when the server takes connections.
    #[must_use]
    pub fn is_running(&self) -> bool {
        Postmaster::read(&self.place.data()).is_some_and(|server| server.is_ready() && server.is_alive())
    }

    /// The postmaster's process id, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<i32> {
        Postmaster::read(&self.place.data()).filter(Postmaster::is_alive).map(|server| server.pid)
    }

    /// Stops the server, waiting for it to write everything down. A guest only leaves.
    ///
    /// # Errors
    /// [`base::Kind::Internal`] when it does not end, not even by force.
    pub fn stop(self) -> Result<()> {
        self.suspend()
    }

    /// Stops the server but keeps the cluster, so that tests can see what happens without a database. Nothing for a guest.
    ///
    /// # Errors
    /// As [`Cluster::stop`].
    pub fn suspend(&self) -> Result<()> {
        let Some(owner) = &self.owner else { return Ok(()) };
        let ended = lock(&owner.keeper).take().is_none_or(|keeper| keeper.stop());
        if ended { Ok(()) } else { Err(Error::internal("PostgreSQL does not end")) }
    }

    /// Starts the server again after [`Cluster::suspend`] and waits until it takes connections. Nothing for a guest.
    ///
    /// # Errors
    /// [`base::Kind::Internal`] with the end of PostgreSQL's log.
    pub fn resume(&self) -> Result<()> {
        let Some(owner) = &self.owner else { return Ok(()) };
        let mut slot = lock(&owner.keeper);
        if slot.is_some() {
            return Ok(());
        }
        let mut attempt = 1;
        loop {
            let keeper = Keeper::start(Arc::clone(&owner.recipe))?;
            match self.await_ready(&keeper) {
                Ok(()) => {
                    keeper.want();
                    *slot = Some(keeper);
                    return Ok(());
                }
                Err(error) => {
                    keeper.stop();
                    if attempt == ATTEMPTS || !error.log_context().contains("still in use") {
                        return Err(error);
                    }
                    attempt += 1;
                    std::thread::sleep(Duration::from_millis(500));
                }
            }
        }
    }

    fn await_ready(&self, keeper: &Keeper) -> Result<()> {
        let data = self.place.data();
        let ready = || {
            let server = Postmaster::read(&data);
            server.is_some_and(|server| server.is_ready() && Some(server.pid) == keeper.pid())
        };
        if wait_until(START, &|| keeper.ending().is_some() || ready()) && keeper.ending().is_none() {
            return Ok(());
        }
        let reason = keeper.ending().unwrap_or_else(|| "PostgreSQL does not become ready".to_owned());
        Err(Error::internal(format!("{reason}; the end of {}: {}", self.place.log_path().display(), self.place.log_tail())))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Nobody is left to be told; the next start replaces a server that did not end.
        let _ = self.suspend();
    }
}

fn locked(file: &File) -> Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(Error::internal(format!("cannot lock the cluster's folder: {error}"))),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn recipe(programs: find::Programs, place: Place, account: Account, socket: PathBuf, fsync: bool) -> Arc<Recipe> {
    Arc::new(move || {
        let mut command = init::command(&programs, &account, "postgres");
        command.arg("-D").arg(place.data()).arg("-k").arg(&socket).args(["-p", "5432", "-c", "listen_addresses="]);
        if !fsync {
            command.args(["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"]);
        }
        let log = place.log(&account)?;
        let copy = log.try_clone().map_err(|error| Error::internal(format!("{}: {error}", place.log_path().display())))?;
        command.stdin(Stdio::null()).stdout(copy).stderr(log);
        Ok(command)
    })
}

/// Percent-encodes everything but unreserved characters and the slash.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests;
