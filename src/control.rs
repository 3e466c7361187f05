//! The door of a running server for commands on the same data folder: a socket that only the server's own user can
//! reach. The index has one owner, so a command that wants something of it asks here; everything else a command does on
//! the database, which the server follows.
//!
//! One line asks, lines of JSON answer: `{"seen": 500}` on the way, `{"done": …}` or `{"error": "…"}` at the end.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    os::{
        fd::AsRawFd,
        unix::{
            fs::DirBuilderExt,
            net::{UnixListener, UnixStream},
        },
    },
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::RecvTimeoutError,
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use action::App;
use base::{Error, Result};
use serde_json::{Value, json};

use crate::{comparison, upkeep};

/// The longest line that is read.
const LINE: u64 = 64 * 1024 * 1024;
/// How long a rebuild is waited for.
const REBUILD: Duration = Duration::from_secs(3_600);

/// The open door; closed when dropped.
pub struct Door {
    folder: PathBuf,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

fn folder_of(data: &Path) -> PathBuf {
    data.join("control")
}

/// Calls `with` with a path that is short enough for a socket (some hundred bytes), wherever the folder lies.
fn reach<T>(folder: &Path, with: impl FnOnce(&Path) -> std::io::Result<T>) -> std::io::Result<T> {
    let open = File::open(folder)?;
    let short = PathBuf::from(format!("/proc/self/fd/{}", open.as_raw_fd()));
    let place = if short.exists() { short.as_path() } else { folder };
    with(&place.join("door"))
}

impl Door {
    /// Opens it. The caller owns the data folder's index: a socket that lies there is a dead one's.
    ///
    /// # Errors
    /// Internal, if the socket cannot be made.
    pub fn open(app: &Arc<App>, data: &Path) -> Result<Self> {
        let folder = folder_of(data);
        let failed = |error: std::io::Error| Error::internal(format!("{}: {error}", folder.display()));
        // The folder is closed to others before there is a socket in it.
        match fs::DirBuilder::new().mode(0o700).create(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(failed(error)),
            _ => {}
        }
        let _none = fs::remove_file(folder.join("door"));
        let listener = reach(&folder, |path| UnixListener::bind(path)).map_err(failed)?;
        let stop = Arc::new(AtomicBool::new(false));
        let (flag, app) = (Arc::clone(&stop), Arc::clone(app));
        let listen = move || {
            for stream in listener.incoming() {
                if flag.load(Ordering::Acquire) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let (flag, app) = (Arc::clone(&flag), Arc::clone(&app));
                let answer = move || answer(&app, &flag, &stream);
                if let Err(error) = std::thread::Builder::new().name("control".to_owned()).spawn(answer) {
                    tracing::warn!(%error, "a command cannot be answered");
                }
            }
        };
        let thread = std::thread::Builder::new().name("door".to_owned()).spawn(listen).map_err(Error::internal)?;
        Ok(Self { folder, stop, thread: Some(thread) })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // Wakes the listener up.
        let woken = reach(&self.folder, |path| UnixStream::connect(path)).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            drop(thread.join());
        }
        let _gone = fs::remove_file(self.folder.join("door"));
    }
}

fn say(mut stream: &UnixStream, line: &Value) -> std::io::Result<()> {
    stream.write_all(format!("{line}\n").as_bytes())
}

fn answer(app: &Arc<App>, stop: &AtomicBool, stream: &UnixStream) {
    let mut line = String::new();
    // The reader has to be quick, a command that hangs must not.
    let _set = stream.set_read_timeout(Some(Duration::from_secs(5)));
    if BufReader::new(stream.take(256)).read_line(&mut line).is_err() {
        return;
    }
    let outcome = match line.trim() {
        "ping" => Ok(json!({"process": std::process::id()})),
        "rebuild" => rebuild(app, stop, stream),
        "check" => check(app, stream),
        other => match other.strip_prefix("show ") {
            Some(name) => upkeep::entry(app, name),
            None => Err(Error::bad_request(format!("unknown request \"{other}\""))),
        },
    };
    let last = match outcome {
        Ok(done) => json!({"done": done}),
        Err(error) => json!({"error": error.to_string()}),
    };
    // Whoever asked may have left.
    let _gone = say(stream, &last);
}

fn rebuild(app: &App, stop: &AtomicBool, stream: &UnixStream) -> Result<Value> {
    let feed = app.feed().ok_or_else(|| Error::unavailable("the server is still starting"))?;
    tracing::info!("a command asks for a rebuild of the index");
    let (done, begin) = (feed.request_rebuild(), Instant::now());
    loop {
        match done.recv_timeout(Duration::from_millis(50)) {
            Ok(outcome) => break outcome?,
            Err(RecvTimeoutError::Disconnected) => return Err(Error::unavailable("the server stops")),
            Err(RecvTimeoutError::Timeout) if stop.load(Ordering::Acquire) => {
                return Err(Error::unavailable("the server stops"));
            }
            Err(RecvTimeoutError::Timeout) if begin.elapsed() > REBUILD => {
                return Err(Error::unavailable("the rebuild does not end; the server's log may say why"));
            }
            // Whoever asked may have left; what he asked for is done all the same.
            Err(RecvTimeoutError::Timeout) => drop(say(stream, &json!({"seen": 0}))),
        }
    }
    Ok(json!({"count": app.index.count()}))
}

fn check(app: &App, stream: &UnixStream) -> Result<Value> {
    let found = comparison::whole(app, &mut |seen| {
        let _gone = say(stream, &json!({"seen": seen}));
    })?;
    Ok(found.told(app.index.count()))
}

/// Asks the server that runs on this data folder; `None` when there is none. `told` hears how many datasets were seen
/// since it last heard.
///
/// # Errors
/// Internal with the server's words; Unavailable, when it ends meanwhile.
pub fn ask(data: &Path, request: &str, told: &mut dyn FnMut(u64)) -> Result<Option<Value>> {
    let Ok(mut stream) = reach(&folder_of(data), |path| UnixStream::connect(path)) else { return Ok(None) };
    stream.write_all(format!("{request}\n").as_bytes()).map_err(Error::unavailable)?;
    for line in BufReader::new(stream.take(LINE)).lines() {
        let line: Value = serde_json::from_str(&line.map_err(Error::unavailable)?).map_err(Error::internal)?;
        if let Some(seen) = line.get("seen").and_then(Value::as_u64) {
            told(seen);
        } else if let Some(done) = line.get("done") {
            return Ok(Some(done.clone()));
        } else if let Some(error) = line.get("error").and_then(Value::as_str) {
            return Err(Error::internal(format!("the running server says: {error}")));
        }
    }
    Err(Error::unavailable("the running server ended before it had answered"))
}

/// True when a server runs on this data folder.
#[must_use]
pub fn is_served(data: &Path) -> bool {
    matches!(ask(data, "ping", &mut |_| ()), Ok(Some(_)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use kit::TestApp;

    use super::*;

    fn portal() -> TestApp {
        let portal = TestApp::with(|settings| settings.auth.create_unowned_dataset = true);
        drop(portal.ok("package_create", json!({"name": "one-dataset"})));
        portal
    }

    #[test]
    fn a_server_is_asked_and_answers() {
        let (portal, data) = (portal(), tempfile::tempdir().unwrap());
        assert_eq!(ask(data.path(), "ping", &mut |_| ()).unwrap(), None);
        let door = Door::open(&portal.app, data.path()).unwrap();
        assert!(is_served(data.path()));
        assert_eq!(fs::metadata(folder_of(data.path())).unwrap().mode() & 0o777, 0o700);
        let mut seen = 0;
        let found = ask(data.path(), "check", &mut |more| seen += more).unwrap().unwrap();
        assert_eq!(found, json!({"count": 1, "missing": [], "stale": [], "surplus": [], "quarantined": {}}));
        assert_eq!(seen, 1);
        assert_eq!(ask(data.path(), "show one-dataset", &mut |_| ()).unwrap().unwrap()["name"], "one-dataset");
        for missing in ["show nothing", "show *", "show \"x", "show"] {
            assert!(ask(data.path(), missing, &mut |_| ()).is_err(), "{missing}");
        }
        let before = portal.app.feed().unwrap().rebuilds();
        assert_eq!(ask(data.path(), "rebuild", &mut |_| ()).unwrap().unwrap(), json!({"count": 1}));
        assert!(portal.app.feed().unwrap().rebuilds() > before);
        let refusal = ask(data.path(), "dance", &mut |_| ()).unwrap_err();
        assert!(refusal.log_context().contains("unknown request"), "{refusal}");
        drop(door);
        assert!(!is_served(data.path()));
    }

    #[test]
    fn the_door_of_a_dead_server_is_replaced_wherever_it_lies() {
        let (portal, data) = (portal(), tempfile::tempdir().unwrap());
        // Longer than the path of a socket may be.
        let deep = data.path().join("d".repeat(120)).join("e".repeat(120));
        fs::create_dir_all(folder_of(&deep)).unwrap();
        drop(reach(&folder_of(&deep), |path| UnixListener::bind(path)).unwrap());
        assert!(!is_served(&deep));
        let _door = Door::open(&portal.app, &deep).unwrap();
        assert!(is_served(&deep));
    }

    #[test]
    fn who_says_nothing_or_too_much_is_left_alone() {
        let (portal, data) = (portal(), tempfile::tempdir().unwrap());
        let _door = Door::open(&portal.app, data.path()).unwrap();
        let mut stream = reach(&folder_of(data.path()), |path| UnixStream::connect(path)).unwrap();
        stream.write_all(&[b'x'; 4096]).unwrap();
        let mut said = String::new();
        // The rest of what came is unread: the connection may end with a reset.
        let _either_way = stream.read_to_string(&mut said);
        assert!(said.is_empty() || said.contains("unknown request"), "{said}");
        assert!(is_served(data.path()));
    }
}
