//! `licenses_group_url`: the licences of a site from a file or an address, read once, at a start. What was read last is kept
//! in the data folder, so that a start does not depend on another server.

use std::{fs, path::Path, sync::Arc, time::Duration};

use base::{Error, Result};
use fetch::{Fetcher, Request};
use model::license::Register;

use crate::config::Config;

/// Bytes of the largest list.
const BYTES: usize = 1024 * 1024;

/// The licences that the configuration names, or CKAN's own. `fresh`: asks the address; else what was kept is good enough.
///
/// # Errors
/// BadRequest, when there is no list to be had: a site would tell other licences than it should.
pub fn load(config: &Config, fresh: bool) -> Result<Arc<Register>> {
    let Some(address) = &config.licenses else { return Ok(Arc::default()) };
    let wrong = |error: &Error| {
        let reason = if error.log_context().is_empty() { error.message() } else { error.log_context() };
        Error::bad_request(format!("licenses_group_url = {address}: {reason}"))
    };
    if let Some(path) = address.strip_prefix("file://") {
        return file(Path::new(path)).map(Arc::new).map_err(|error| wrong(&error));
    }
    let kept = config.data.join("licenses.json");
    if !fresh && let Ok(register) = file(&kept) {
        return Ok(Arc::new(register));
    }
    let asked = ask(config, address).and_then(|text| Ok((Register::parse(&text)?, text)));
    match (asked, file(&kept)) {
        (Ok((register, text)), _) => {
            if let Err(error) = fs::write(&kept, text) {
                tracing::warn!(%error, "the list of licences cannot be kept");
            }
            Ok(Arc::new(register))
        }
        (Err(error), Ok(register)) => {
            tracing::warn!(%error, address, "licenses_group_url cannot be read; the licences are those of last time");
            Ok(Arc::new(register))
        }
        (Err(error), Err(_)) => Err(wrong(&error)),
    }
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::bad_request(error.to_string())
}

fn file(path: &Path) -> Result<Register> {
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > u64::try_from(BYTES).unwrap_or(u64::MAX) {
        return Err(Error::bad_request("the list is too long"));
    }
    Register::parse(&fs::read_to_string(path).map_err(unreadable)?)
}

fn ask(config: &Config, address: &str) -> Result<String> {
    let whole = Duration::from_secs(config.request_seconds);
    let options = fetch::Options {
        allow: config.settings.fetch_allow.clone(),
        tries: 1,
        connect: whole,
        first_byte: whole,
        whole,
        ..fetch::Options::default()
    };
    let request = Request { url: address.to_owned(), max_bytes: Some(BYTES), ..Request::default() };
    let answer = Fetcher::new(options).map_err(unreadable)?.get(&request).map_err(unreadable)?;
    if !answer.is_success() {
        return Err(Error::bad_request(format!("the server answers {}", answer.status)));
    }
    String::from_utf8(answer.body).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpListener,
    };

    use super::*;
    use crate::config::Options;

    const LIST: &str = r#"[{"id": "own", "title": "Own"}]"#;

    fn config(address: &str, data: &Path) -> Config {
        let data = data.display().to_string();
        let options = [("licenses_group_url", address), ("kurak.data", &data), ("kurak.fetch.allow", "127.0.0.0/8")];
        let options: Options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Config::from_options(options).unwrap()
    }

    #[test]
    fn a_file_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.json");
        let address = format!("file://{}", path.display());
        let refusal = load(&config(&address, folder.path()), true).unwrap_err();
        assert!(refusal.message().contains("licenses_group_url") && refusal.message().contains("list.json"), "{refusal}");
        fs::write(&path, LIST).unwrap();
        assert!(load(&config(&address, folder.path()), true).unwrap().find("own").is_some());
        fs::write(&path, "x".repeat(BYTES + 1)).unwrap();
        assert!(load(&config(&address, folder.path()), true).unwrap_err().message().contains("too long"));
    }

    #[test]
    fn what_was_fetched_is_kept_for_bad_days() {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/licenses.json", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0_u8; 4096];
            assert!(stream.read(&mut request).unwrap() > 0);
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{LIST}", LIST.len()).unwrap();
        });
        let config = config(&address, folder.path());
        assert!(load(&config, true).unwrap().find("own").is_some());
        // Nobody answers any more.
        assert!(load(&config, false).unwrap().find("own").is_some());
        assert!(load(&config, true).unwrap().find("own").is_some());
        fs::remove_file(folder.path().join("licenses.json")).unwrap();
        assert!(load(&config, false).is_err());
    }
}
