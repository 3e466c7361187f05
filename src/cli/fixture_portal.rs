//! `kurak fixture-portal`: a CKAN to harvest from, made of a folder or a dump.

use std::{
    net::{SocketAddr, TcpListener},
    path::PathBuf,
};

use base::{Error, Result};

use super::{print, run::host_of, signals::Signals};

#[derive(clap::Args)]
pub struct Arguments {
    /// A folder such as fixtures/portals/sample, or FILE.jsonl[.gz] with a package a line
    path: PathBuf,
    /// Port to listen on
    #[arg(short, long, default_value_t = 5001)]
    port: u16,
    /// Address to listen on
    #[arg(short = 'H', long, default_value = "127.0.0.1")]
    host: String,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let signals = Signals::listen()?;
    let address = SocketAddr::new(host_of(&arguments.host)?, arguments.port);
    let portal = fixture::Portal::load(&arguments.path)?;
    let listener = TcpListener::bind(address).map_err(|error| Error::internal(format!("{address} cannot be taken: {error}")))?;
    print::line(format!("{} datasets of {} organizations", portal.datasets(), portal.organizations()))?;
    for fault in portal.left_out() {
        eprintln!("kurak: left out: {fault}");
    }
    if portal.skipped() > 0 {
        print::line(format!("{} entries are no packages and were left out", portal.skipped()))?;
    }
    let running = fixture::serve(portal, listener, fixture::Options::default())?;
    print::line(format!("{}/api/3/action/package_search", running.base_url()))?;
    signals.wait();
    running.stop();
    Ok(())
}
