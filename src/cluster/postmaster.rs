//! What `postmaster.pid` tells about a server, and how one that nobody owns is brought to an end.
//!
//! Must never signal a process that the file merely happens to name: a pid is used only when the system says that it is PostgreSQL.

use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use base::{Error, Result};

use crate::os::{self, Signal};

const STEP: Duration = Duration::from_millis(10);
/// How long a server gets to end after SIGINT, then after SIGQUIT.
pub(crate) const PATIENCE: [Duration; 2] = [Duration::from_secs(20), Duration::from_secs(5)];

/// The lines of `postmaster.pid` that matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Postmaster {
    pub(crate) pid: i32,
    /// Folder of the socket (line 5).
    pub(crate) socket: PathBuf,
    /// Line 8: `starting`, `ready`, `stopping`.
    pub(crate) status: String,
}

impl Postmaster {
    /// Nothing when there is no such file, or it is not complete yet.
    pub(crate) fn read(data: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(data.join("postmaster.pid")).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        Some(Self {
            pid: lines.first()?.parse().ok()?,
            socket: PathBuf::from(lines.get(4).copied().unwrap_or_default()),
            status: lines.get(7).copied().unwrap_or_default().to_owned(),
        })
    }

    /// True when it takes connections.
    pub(crate) fn is_ready(&self) -> bool {
        self.status == "ready"
    }

    /// True when the pid is a PostgreSQL that runs. A zombie is none, though the file of one looks alive to PostgreSQL itself.
    pub(crate) fn is_alive(&self) -> bool {
        if !os::exists(self.pid) {
            return false;
        }
        match fs::read_to_string(format!("/proc/{}/stat", self.pid)) {
            Ok(stat) => is_live_postgres(&stat),
            // No /proc: whoever answers on its socket is it.
            Err(_) => !Path::new("/proc/self").exists() && UnixStream::connect(self.socket.join(".s.PGSQL.5432")).is_ok(),
        }
    }
}

/// `123 (postgres) S 1 …`: name in parentheses, then the state.
fn is_live_postgres(stat: &str) -> bool {
    let Some((head, tail)) = stat.rsplit_once(')') else { return false };
    let name = head.split_once('(').map_or("", |(_, name)| name);
    name.starts_with("postgres") && !tail.trim_start().starts_with(['Z', 'X'])
}

/// Ends a server that outlived its owner and removes what a killed one left behind, so that the next start is a clean one.
///
/// Call only while holding the owner's lock. An orphan is replaced rather than kept: only a child of ours ends with us.
pub(crate) fn settle(data: &Path) -> Result<()> {
    let file = data.join("postmaster.pid");
    let Some(left) = Postmaster::read(data) else {
        // Missing, or cut short by a crash: PostgreSQL refuses to start over an empty one.
        let _ = fs::remove_file(file);
        return Ok(());
    };
    if left.is_alive() && !end(left.pid, &|| !left.is_alive()) {
        return Err(Error::internal(format!("a PostgreSQL of an earlier run (process {}) does not end", left.pid)));
    }
    for stale in [file, left.socket.join(".s.PGSQL.5432"), left.socket.join(".s.PGSQL.5432.lock")] {
        if stale.is_absolute() {
            // Missing is what is wanted; anything else PostgreSQL itself will name.
            let _ = fs::remove_file(stale);
        }
    }
    Ok(())
}

/// Asks politely, then less so; true when `gone` became true.
pub(crate) fn end(pid: i32, gone: &dyn Fn() -> bool) -> bool {
    for (signal, patience) in [Signal::Interrupt, Signal::Quit].into_iter().zip(PATIENCE) {
        os::send(pid, signal);
        if wait_until(patience, gone) {
            return true;
        }
    }
    os::send(pid, Signal::Kill);
    wait_until(Duration::from_secs(5), gone)
}

/// Looks every 10 ms; false when `patience` ran out.
pub(crate) fn wait_until(patience: Duration, done: &dyn Fn() -> bool) -> bool {
    let begin = Instant::now();
    while !done() {
        if begin.elapsed() > patience {
            return false;
        }
        sleep(STEP);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_also_while_it_is_written() {
        let text = "4711\n/data\n1769000000\n5432\n/data/run\n\n  1234   56\nready   \n";
        let found = Postmaster::parse(text).unwrap();
        assert_eq!((found.pid, found.socket.as_path(), found.is_ready()), (4711, Path::new("/data/run"), true));
        assert!(!Postmaster::parse("4711\n/data\n").unwrap().is_ready());
        assert_eq!(Postmaster::parse(""), None);
        assert_eq!(Postmaster::parse("-\n"), None);
    }

    #[test]
    fn only_a_live_postgres_counts() {
        assert!(is_live_postgres("12 (postgres) S 1 12 12 0"));
        assert!(!is_live_postgres("12 (postgres) Z 1 12 12 0"));
        assert!(!is_live_postgres("12 (evil) postgres) S 1 12"));
        assert!(!is_live_postgres("12 (bash) S 1 12 12 0"));
        assert!(!is_live_postgres(""));
    }

    #[test]
    fn a_file_that_names_a_stranger_is_removed_and_the_stranger_lives() {
        let data = tempfile::tempdir().unwrap();
        let own = std::process::id();
        fs::write(data.path().join("postmaster.pid"), format!("{own}\n/data\n1\n5432\n/nonexistent\n\n\nready\n")).unwrap();
        settle(data.path()).unwrap();
        assert!(!data.path().join("postmaster.pid").exists());
    }
}
