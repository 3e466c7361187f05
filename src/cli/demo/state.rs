//! What the demo has to remember between two starts: `demo.json` in its data folder, for its owner alone.

use std::{
    fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use base::{Error, Result};
use serde_json::{Value, json};

/// The content of `demo.json`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct State {
    path: PathBuf,
    pub password: Option<String>,
    pub token: Option<String>,
    /// The sample portal gets the same port again, if it is free.
    pub portal_port: Option<u16>,
}

impl State {
    /// Reads it; empty when there is none yet.
    ///
    /// # Errors
    /// Internal, when it is there and cannot be read.
    pub fn load(data: &Path) -> Result<Self> {
        let path = data.join("demo.json");
        let failed = |error: &dyn std::fmt::Display| Error::internal(format!("{}: {error}", path.display()));
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self { path, ..Self::default() }),
            Err(error) => return Err(failed(&error)),
        };
        let value: Value = serde_json::from_str(&text).map_err(|error| failed(&error))?;
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let port = value.get("portal_port").and_then(Value::as_u64).and_then(|port| u16::try_from(port).ok());
        Ok(Self { password: text("password"), token: text("token"), portal_port: port, path })
    }

    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// Internal, when the folder cannot be written.
    pub fn save(&self) -> Result<()> {
        let failed = |error: std::io::Error| Error::internal(format!("{}: {error}", self.path.display()));
        let beside = self.path.with_extension("new");
        let value =
            json!({"user": super::ADMIN, "password": self.password, "token": self.token, "portal_port": self.portal_port});
        let mut file =
            fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside).map_err(failed)?;
        writeln!(file, "{value:#}").and_then(|()| file.sync_all()).map_err(failed)?;
        fs::rename(&beside, &self.path).map_err(failed)
    }

    /// Where it is kept.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_is_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let mut state = State::load(folder.path()).unwrap();
        assert_eq!(state.password, None);
        state.password = Some("secret".to_owned());
        state.portal_port = Some(40_000);
        state.save().unwrap();
        assert_eq!(fs::metadata(state.path()).unwrap().mode() & 0o777, 0o600);
        assert_eq!(State::load(folder.path()).unwrap(), state);
        fs::write(state.path(), "nonsense").unwrap();
        assert!(State::load(folder.path()).is_err());
    }
}
