//! `kurak run`.

use std::net::{IpAddr, SocketAddr, TcpListener};

use base::{Error, Result};

use super::signals::Signals;
use crate::{Kurak, config::Config};

#[derive(clap::Args)]
pub struct Arguments {
    /// Address to listen on
    #[arg(short = 'H', long)]
    host: Option<String>,
    /// Port to listen on
    #[arg(short, long)]
    port: Option<u16>,
}

/// Serves until SIGINT or SIGTERM; requests in flight finish.
pub fn run(mut config: Config, arguments: &Arguments) -> Result<()> {
    let signals = Signals::listen()?;
    if let Some(host) = &arguments.host {
        config.host = host_of(host)?;
    }
    config.port = arguments.port.unwrap_or(config.port);
    let address = SocketAddr::new(config.host, config.port);
    if !config.options.contains_key("ckan.site_url") {
        config.settings.site_url = format!("http://{address}");
    }
    for (option, meaning) in config.not_honoured() {
        tracing::warn!(option, meaning, "this option does nothing");
    }
    for (plugin, meaning) in config.missing_plugins() {
        tracing::warn!(plugin, meaning, "ckan.plugins names a plugin that is not here");
    }
    must_be_free(address)?;
    let kurak = Kurak::open(config)?;
    let server = kurak.serve(address)?;
    tracing::info!(address = %server.address(), data = %kurak.config().data.display(), "serving");
    signals.wait();
    tracing::info!("stopping: requests in flight finish");
    server.stop();
    Ok(())
}

/// Fails early when somebody else listens there: before a database is started for nothing.
///
/// # Errors
/// Internal, if the address cannot be taken.
pub fn must_be_free(address: SocketAddr) -> Result<()> {
    let taken = |error| Error::internal(format!("{address} cannot be taken: {error}; choose another one with --port"));
    TcpListener::bind(address).map(drop).map_err(taken)
}

/// The address in `--host`; CKAN's users write `localhost`.
///
/// # Errors
/// BadRequest, if it is none.
pub fn host_of(host: &str) -> Result<IpAddr> {
    let address = if host == "localhost" { "127.0.0.1" } else { host };
    address.parse().map_err(|_error| Error::bad_request(format!("--host: \"{host}\" is not an address such as 127.0.0.1")))
}
