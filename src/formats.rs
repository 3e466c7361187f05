//! `ckan.resource_formats`: the formats of a site from a file, read once, at a start.

use std::{fs::File, io::Read, sync::Arc};

use base::{Error, Result};
use model::format::Formats;

use crate::config::Config;

/// Bytes of the largest list.
const BYTES: u64 = 1024 * 1024;

/// The formats that the configuration names, or CKAN's own.
///
/// # Errors
/// BadRequest, when the file cannot be read: a site would spell formats otherwise than it should.
pub fn load(config: &Config) -> Result<Arc<Formats>> {
    let Some(path) = &config.formats else { return Ok(Arc::default()) };
    let wrong = |reason: &dyn std::fmt::Display| {
        let way = "name a list such as CKAN's resource_formats.json, or leave the option out for CKAN's own";
        Error::bad_request(format!("ckan.resource_formats = {}: {reason}; {way}", path.display()))
    };
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(BYTES + 1).read_to_string(&mut text));
    let size = read.map_err(|error| wrong(&error))?;
    if u64::try_from(size).unwrap_or(u64::MAX) > BYTES {
        return Err(wrong(&"the list is too long"));
    }
    Formats::parse(&text).map(Arc::new).map_err(|error| wrong(&error.message()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_cannot_be_read_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("formats.json");
        let load = || {
            let option = ("ckan.resource_formats".to_owned(), path.display().to_string());
            load(&Config::from_options([option].into()).unwrap())
        };
        let fault = || load().unwrap_err().message().to_owned();
        assert!(fault().contains("ckan.resource_formats = ") && fault().contains("No such file"), "{}", fault());
        std::fs::write(&path, " ".repeat(1024 * 1024 + 1)).unwrap();
        assert!(fault().contains("too long"), "{}", fault());
        std::fs::write(&path, "[[1]]").unwrap();
        assert!(fault().contains("entry 1"), "{}", fault());
        std::fs::write(&path, "[[\"Table\", \"\", \"text/csv\", [\"csv\"]]]").unwrap();
        assert_eq!(load().unwrap().clean("CSV"), "Table");
    }
}
