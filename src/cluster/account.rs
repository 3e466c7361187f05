//! Which user PostgreSQL runs as. It refuses to run as root, so a kurak that runs as root hands it to an unprivileged user.
//!
//! Must never change the rights of a folder that is not the cluster's own.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use base::{Error, Result};

use crate::os;

/// Tried in this order.
const NAMES: &[&str] = &["postgres", "nobody"];

/// The unprivileged user, or nothing where we are unprivileged ourselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account(Option<Ids>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Ids {
    user: u32,
    group: u32,
    name: String,
}

impl Account {
    /// The owner of existing data, else `postgres`, else `nobody`; ourselves when we are not root.
    pub(crate) fn choose(data: &Path) -> Result<Self> {
        if !os::is_root() {
            return Ok(Self(None));
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let owner = fs::metadata(data).ok().filter(|meta| meta.uid() != 0);
        let ids = match owner {
            Some(meta) => Some(Ids { user: meta.uid(), group: meta.gid(), name: format!("number {}", meta.uid()) }),
            None => NAMES.iter().find_map(|name| look_up(&users, name)),
        };
        ids.map(|ids| Self(Some(ids))).ok_or_else(|| {
            Error::internal(
                "PostgreSQL refuses to run as root, and there is neither a user `postgres` nor a user `nobody` to run it as",
            )
        })
    }

    /// Makes `command` run as this user, from a folder that every user can enter.
    pub(crate) fn apply(&self, command: &mut Command) {
        command.current_dir("/");
        if let Some(ids) = &self.0 {
            command.uid(ids.user).gid(ids.group);
        }
    }

    /// Gives a file or folder of the cluster to this user.
    pub(crate) fn give(&self, path: &Path) -> Result<()> {
        match &self.0 {
            Some(ids) => chown(path, Some(ids.user), Some(ids.group))
                .map_err(|error| Error::internal(format!("cannot give {} to user {}: {error}", path.display(), ids.name))),
            None => Ok(()),
        }
    }

    /// True when a folder belongs to this user or to us, so that nobody else can have put something into it.
    pub(crate) fn trusts(&self, meta: &fs::Metadata) -> bool {
        match &self.0 {
            Some(ids) => meta.uid() == ids.user || meta.uid() == 0,
            None => fs::metadata("/proc/self").map_or(true, |own| own.uid() == meta.uid()),
        }
    }

    /// Fails with the folder that this user cannot enter on the way to `home`.
    pub(crate) fn reaches(&self, home: &Path) -> Result<()> {
        let Some(ids) = &self.0 else { return Ok(()) };
        for folder in home.ancestors().skip(1) {
            let meta = fs::metadata(folder).map_err(|error| Error::internal(format!("{}: {error}", folder.display())))?;
            if !may_enter(ids, &meta) {
                return Err(Error::internal(format!(
                    "PostgreSQL refuses to run as root and runs as user {}, who cannot enter {} (mode {:o}). \
                     Choose a data folder that every user can reach, such as /var/lib/kurak",
                    ids.name,
                    folder.display(),
                    meta.mode() & 0o7777
                )));
            }
        }
        Ok(())
    }
}

fn may_enter(ids: &Ids, meta: &fs::Metadata) -> bool {
    let bit = if meta.uid() == ids.user {
        0o100
    } else if meta.gid() == ids.group {
        0o010
    } else {
        0o001
    };
    meta.mode() & bit != 0
}

/// The line `name:x:uid:gid:…` of /etc/passwd.
fn look_up(users: &str, name: &str) -> Option<Ids> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let user: u32 = fields.nth(1)?.parse().ok()?;
        let group: u32 = fields.next()?.parse().ok()?;
        (user != 0).then(|| Ids { user, group, name: format!("`{name}`") })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_read_from_the_table() {
        let users = "root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104:P:/var/lib/postgresql:/bin/bash\nbroken:x\n";
        let ids = look_up(users, "postgres").unwrap();
        assert_eq!((ids.user, ids.group), (101, 104));
        assert_eq!(look_up(users, "root"), None);
        assert_eq!(look_up(users, "broken"), None);
        assert_eq!(look_up(users, "nobody"), None);
    }

    #[test]
    fn a_closed_parent_is_named() {
        let parent = tempfile::tempdir().unwrap();
        std::fs::set_permissions(parent.path(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let stranger = Account(Some(Ids { user: 54_321, group: 54_321, name: "`postgres`".to_owned() }));
        let error = stranger.reaches(&parent.path().join("cluster")).unwrap_err();
        assert!(error.log_context().contains(&parent.path().display().to_string()), "{error}");
        assert!(error.log_context().contains("mode 700"), "{error}");
        assert!(Account(None).reaches(&parent.path().join("cluster")).is_ok());
    }
}
