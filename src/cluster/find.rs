//! Where PostgreSQL's programs are on this machine.
//!
//! Must never download anything: a machine without PostgreSQL gets the exact command that installs it.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base::{Error, Result};

/// The oldest major version that kurak runs on.
pub(crate) const OLDEST: u32 = 14;

/// Folders whose children `<prefix>*<suffix>` may hold the programs.
const PLACES: &[(&str, &str, &str)] = &[
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ("/usr/local", "pgsql", "bin"),
];

/// How each package manager installs the server; the first column is the program whose presence tells which one is at home.
const INSTALL: &[(&str, &str)] = &[
    ("/usr/bin/apt-get", "apt-get install -y postgresql"),
    ("/usr/bin/dnf", "dnf install -y postgresql-server"),
    ("/opt/homebrew/bin/brew", "brew install postgresql@17"),
    ("/usr/local/bin/brew", "brew install postgresql@17"),
];

/// One installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Programs {
    folder: PathBuf,
    /// Major version: 15 for 15.18.
    pub(crate) major: u32,
}

impl Programs {
    /// `name` in this installation's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn at(folder: &Path) -> Option<Self> {
        if !folder.join("initdb").is_file() {
            return None;
        }
        let answer = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
        let major = major_of(&String::from_utf8_lossy(&answer.stdout))?;
        Some(Self { folder: folder.to_owned(), major })
    }
}

/// The installation to use: `bindir` if it is named, else the newest. `needed` is the major version that wrote the data folder:
/// no other can read it.
pub(crate) fn programs(bindir: Option<&Path>, needed: Option<u32>) -> Result<Programs> {
    if let Some(folder) = bindir {
        let found = Programs::at(folder).ok_or_else(|| {
            Error::internal(format!(
                "KURAK_PG_BINDIR is {}, but that folder holds no working `postgres` and `initdb`",
                folder.display()
            ))
        })?;
        return pick(vec![found], needed);
    }
    pick(candidates().iter().filter_map(|folder| Programs::at(folder)).collect(), needed)
}

fn pick(found: Vec<Programs>, needed: Option<u32>) -> Result<Programs> {
    let seen: Vec<String> = found.iter().map(|one| one.major.to_string()).collect();
    let usable = |one: &Programs| needed.map_or(one.major >= OLDEST, |major| one.major == major);
    found.into_iter().filter(usable).max_by_key(|one| one.major).ok_or_else(|| missing(&seen, needed))
}

fn missing(seen: &[String], needed: Option<u32>) -> Error {
    let seen = if seen.is_empty() { "none was found".to_owned() } else { format!("found only {}", seen.join(", ")) };
    let wanted = match needed {
        Some(major) => format!("the data folder was written by PostgreSQL {major}, which must be installed to read it"),
        None => format!("a PostgreSQL server, version {OLDEST} or newer, is needed"),
    };
    let here: Vec<&str> = INSTALL.iter().filter(|(tool, _)| Path::new(tool).exists()).map(|(_, line)| *line).collect();
    let commands = if here.is_empty() {
        "apt-get install -y postgresql (Debian, Ubuntu), dnf install -y postgresql-server (Fedora, RHEL), brew install postgresql@17 (macOS)"
            .to_owned()
    } else {
        here.join(" or ")
    };
    Error::internal(format!(
        "{wanted}; {seen}. Install it with: {commands}. \
         Or set KURAK_PG_BINDIR to the folder of its programs, or DATABASE_URL to a server of your own"
    ))
}

fn candidates() -> BTreeSet<PathBuf> {
    let mut folders = BTreeSet::new();
    for (parent, prefix, suffix) in PLACES {
        let entries = fs::read_dir(parent).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix)) {
            folders.insert(entry.path().join(suffix));
        }
    }
    for folder in env::var_os("PATH").iter().flat_map(env::split_paths) {
        // A link such as /usr/bin/postgres leads to the folder where its companions are.
        if let Ok(real) = fs::canonicalize(folder.join("postgres"))
            && let Some(parent) = real.parent()
        {
            folders.insert(parent.to_owned());
        }
    }
    if let Ok(answer) = Command::new("pg_config").arg("--bindir").output() {
        folders.insert(PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim()));
    }
    folders
}

/// 15 of `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, 18 of `postgres (PostgreSQL) 18beta1`.
fn major_of(text: &str) -> Option<u32> {
    let word = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    word.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installed(major: u32) -> Programs {
        Programs { folder: PathBuf::from(format!("/usr/lib/postgresql/{major}/bin")), major }
    }

    #[test]
    fn versions_are_read() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major_of("command not found"), None);
    }

    #[test]
    fn the_newest_is_taken_unless_the_data_needs_another() {
        let all = || vec![installed(9), installed(15), installed(17), installed(16)];
        assert_eq!(pick(all(), None).unwrap().major, 17);
        assert_eq!(pick(all(), Some(15)).unwrap().major, 15);
        let error = pick(all(), Some(14)).unwrap_err();
        assert!(error.log_context().contains("written by PostgreSQL 14"), "{error}");
        assert!(error.log_context().contains("found only 9, 15, 17, 16"), "{error}");
    }

    #[test]
    fn a_machine_without_it_is_told_the_command() {
        let error = pick(vec![installed(13)], None).unwrap_err();
        assert!(error.log_context().contains("version 14 or newer"), "{error}");
        assert!(error.log_context().contains("install"), "{error}");
        let error = programs(Some(Path::new("/nonexistent")), None).unwrap_err();
        assert!(error.log_context().contains("KURAK_PG_BINDIR is /nonexistent"), "{error}");
    }
}
