//! The sample portal of the demo: found on disk, served on a loopback port of its own.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    thread::JoinHandle,
};

use base::{Error, Result};

/// Where it lies in a checkout.
const SAMPLE: &str = "fixtures/portals/sample";

/// A portal that is being read.
pub type Loading = JoinHandle<Result<fixture::Portal>>;

/// Begins to read it, while the rest starts.
///
/// # Errors
/// BadRequest, when there is none.
pub fn load(folder: Option<PathBuf>) -> Result<Loading> {
    let folder = folder.or_else(find).ok_or_else(|| {
        Error::bad_request(format!("there is no {SAMPLE} here or above the program; say where it is with --portal DIR"))
    })?;
    if !folder.exists() {
        return Err(Error::bad_request(format!("there is no {}", folder.display())));
    }
    let read = move || fixture::Portal::load(&folder);
    std::thread::Builder::new().name("sample".to_owned()).spawn(read).map_err(Error::internal)
}

/// Serves it, on this port if it is free.
///
/// # Errors
/// BadRequest, when it cannot be read; Internal, when there is no port.
pub fn serve(loading: Loading, port: Option<u16>) -> Result<fixture::Running> {
    let portal = loading.join().map_err(|_panic| Error::internal("the sample portal cannot be read"))??;
    let bind = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let listener = port
        .and_then(|port| bind(port).ok())
        .map_or_else(|| bind(0), Ok)
        .map_err(|error| Error::internal(format!("no port for the sample portal: {error}")))?;
    fixture::serve(portal, listener, fixture::Options::default())
}

/// In the present folder, or in one that the program lies in (`target/release`).
fn find() -> Option<PathBuf> {
    let program = std::env::current_exe().ok();
    let above = program.iter().flat_map(|program| program.ancestors().skip(1)).map(Path::to_path_buf);
    let mut folders = std::iter::once(PathBuf::from(".")).chain(above);
    folders.find_map(|folder| Some(folder.join(SAMPLE)).filter(|sample| sample.is_dir()))
}
