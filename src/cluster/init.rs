//! The first start: `initdb`, settings, the database. Complete or not there: it works in `data.new` and renames.
//!
//! Must never touch a data folder that exists.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use base::{Error, Result};

use crate::account::Account;
use crate::find::Programs;
use crate::place::Place;
use crate::{DATABASE, USER, os};

/// Written once at the end of `postgresql.conf`; from then on the file is the operator's.
const SETTINGS: &str = "
# kurak's choices for a private cluster; change them as you like, they are written only once
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 128MB
effective_cache_size = 1GB
work_mem = 8MB
maintenance_work_mem = 128MB
wal_compression = on
synchronous_commit = on
checkpoint_timeout = 15min
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
";

/// Tried in this order: the first that this machine knows.
const LOCALES: &[&str] = &["C.UTF-8", "C.utf8", "en_US.UTF-8"];

/// What is needed to make a cluster.
pub(crate) struct Maker<'a> {
    pub(crate) programs: &'a Programs,
    pub(crate) place: &'a Place,
    pub(crate) account: &'a Account,
    /// False for throw-away clusters of tests.
    pub(crate) durable: bool,
}

impl Maker<'_> {
    /// Makes the cluster with the database [`DATABASE`] in it.
    pub(crate) fn create(&self) -> Result<()> {
        let fresh = self.place.fresh();
        self.initdb(&fresh)?;
        self.configure(&fresh)?;
        self.create_database(&fresh)?;
        let trouble = |error| Error::internal(format!("{}: {error}", fresh.display()));
        fs::rename(&fresh, self.place.data()).map_err(trouble)?;
        File::open(self.place.home()).and_then(|folder| folder.sync_all()).map_err(trouble)
    }

    fn initdb(&self, fresh: &Path) -> Result<()> {
        let mut last = String::new();
        for locale in LOCALES {
            remove_folder(fresh)?;
            let mut command = self.command("initdb");
            command.arg("-D").arg(fresh).arg(format!("--username={USER}")).arg(format!("--locale={locale}"));
            command.args(["--encoding=UTF8", "--lc-messages=C", "--auth-local=trust", "--auth-host=reject"]);
            command.args(["--data-checksums", "--no-instructions"]);
            if self.programs.major >= 17 {
                command.args(["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
            }
            if !self.durable {
                command.arg("--no-sync");
            }
            let answer = run(&mut command, "")?;
            if answer.status.success() {
                return Ok(());
            }
            last = said(&answer);
            if !last.contains("locale") {
                break;
            }
        }
        Err(Error::internal(format!("initdb failed: {last}")))
    }

    fn configure(&self, fresh: &Path) -> Result<()> {
        let mut text = SETTINGS.to_owned();
        let mut probe = self.command("postgres");
        probe.arg("-D").arg(fresh).args(["-c", "default_toast_compression=lz4", "-C", "default_toast_compression"]);
        if run(&mut probe, "")?.status.success() {
            text.push_str("default_toast_compression = 'lz4'\n");
        }
        let path = fresh.join("postgresql.conf");
        let write = || OpenOptions::new().append(true).open(&path).and_then(|mut file| file.write_all(text.as_bytes()));
        write().map_err(|error| Error::internal(format!("{}: {error}", path.display())))
    }

    /// Single-user mode needs neither a server nor a client library.
    fn create_database(&self, fresh: &Path) -> Result<()> {
        let mut command = self.command("postgres");
        command.arg("--single").arg("-D").arg(fresh);
        if !self.durable {
            command.args(["-c", "fsync=off"]);
        }
        command.arg("postgres");
        let answer = run(&mut command, &format!("CREATE DATABASE {DATABASE};\n"))?;
        let text = String::from_utf8_lossy(&answer.stderr).into_owned();
        if answer.status.success() && !text.contains("ERROR") && !text.contains("FATAL") {
            return Ok(());
        }
        Err(Error::internal(format!("cannot create the database: {}", said(&answer))))
    }

    fn command(&self, program: &str) -> Command {
        command(self.programs, self.account, program)
    }
}

/// A program of PostgreSQL's as the right user, detached, with none of our PostgreSQL and locale variables.
pub(crate) fn command(programs: &Programs, account: &Account, program: &str) -> Command {
    let mut command = Command::new(programs.path(program));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("PG") || text.starts_with("LC_") || text.starts_with("LANG") {
            command.env_remove(&name);
        }
    }
    account.apply(&mut command);
    os::detach(&mut command);
    command
}

fn run(command: &mut Command, input: &str) -> Result<Output> {
    let trouble = |error| Error::internal(format!("cannot run PostgreSQL's programs: {error}"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(trouble)?;
    if let Some(mut pipe) = child.stdin.take() {
        // A child that reads nothing closes the pipe; its own answer says what happened.
        let _ = pipe.write_all(input.as_bytes());
    }
    child.wait_with_output().map_err(trouble)
}

fn said(answer: &Output) -> String {
    let text = [String::from_utf8_lossy(&answer.stderr), String::from_utf8_lossy(&answer.stdout)].concat();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(8).collect();
    lines.join(" | ")
}

fn remove_folder(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::internal(format!("{}: {error}", folder.display()))),
        _ => Ok(()),
    }
}
