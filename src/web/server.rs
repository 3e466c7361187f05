//! The server: limits, a graceful end. It listens to no signal; who started it stops it.

use std::{
    net::{IpAddr, SocketAddr, TcpListener},
    sync::{Arc, OnceLock},
    time::Duration,
};

use action::App;
use actix_web::{
    App as Site, HttpServer,
    dev::ServerHandle,
    middleware::{Compress, from_fn},
    web::{Data, PayloadConfig},
};
use base::{Error, Result, limits};

use crate::{
    action_api::Shared,
    export::Places,
    gather::Gather,
    health,
    lanes::Lanes,
    middleware::{compress, cors::Cors, locale, watch},
    routes,
};

/// How to serve.
#[derive(Clone, Debug)]
pub struct Options {
    pub host: IpAddr,
    /// 0: any free port.
    pub port: u16,
    /// Threads that talk to clients.
    pub workers: usize,
    /// `ckan.cors.origin_allow_all`.
    pub cors_allow_all: bool,
    /// `ckan.cors.origin_whitelist`.
    pub cors_origins: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        let workers = std::thread::available_parallelism().map_or(2, usize::from);
        Self { host: IpAddr::from([127, 0, 0, 1]), port: 0, workers, cors_allow_all: false, cors_origins: Vec::new() }
    }
}

/// A server that runs; dropping it stops it.
pub struct Running {
    address: SocketAddr,
    handle: ServerHandle,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://<address>`, for a client on this machine.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops it: requests in flight get [`limits::SHUTDOWN_SECONDS`].
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        // Sent at once; the answer would need a runtime.
        drop(self.handle.stop(true));
        drop(thread.join());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// Serves on a thread of its own, and answers once the address is taken.
///
/// # Errors
/// Internal, if the address cannot be taken.
pub fn serve(app: Arc<App>, options: Options) -> Result<Running> {
    health::install();
    let wanted = SocketAddr::new(options.host, options.port);
    let listener = TcpListener::bind(wanted).map_err(|error| Error::internal(format!("{wanted} cannot be taken: {error}")))?;
    let address = listener.local_addr().map_err(Error::internal)?;
    let shared = Data::new(Shared {
        app,
        lanes: Lanes::new()?,
        gather: Gather::default(),
        exports: Places::default(),
        document: OnceLock::new(),
        throttle: Arc::default(),
    });
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    let thread = std::thread::Builder::new()
        .name("web".to_owned())
        .spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                match listen(listener, shared, options) {
                    Ok(server) => {
                        let _gone = sender.send(Ok(server.handle()));
                        actix_web::rt::spawn(health::keep());
                        if let Err(error) = server.await {
                            tracing::error!(%error, "the server ended");
                        }
                    }
                    Err(error) => {
                        let _gone = sender.send(Err(error));
                    }
                }
            });
        })
        .map_err(Error::internal)?;
    let handle = receiver.recv().map_err(Error::internal)??;
    Ok(Running { address, handle, thread: Some(thread) })
}

fn listen(listener: TcpListener, shared: Data<Shared>, options: Options) -> Result<actix_web::dev::Server> {
    let cors = Data::new(Cors {
        all: options.cors_allow_all,
        origins: Arc::new(options.cors_origins),
        token_header: shared.app.settings.tokens.header.clone(),
    });
    let site = move || {
        Site::new()
            .app_data(shared.clone())
            .app_data(cors.clone())
            .app_data(PayloadConfig::new(limits::BODY_BYTES))
            .wrap(from_fn(compress::leave_small))
            .wrap(Compress::default())
            .wrap(from_fn(watch::watch))
            .wrap(from_fn(locale::strip))
            .configure(routes::routes)
    };
    let server = HttpServer::new(site)
        .workers(options.workers)
        .worker_max_blocking_threads(2)
        .tcp_nodelay(true)
        .keep_alive(Duration::from_secs(75))
        .client_request_timeout(Duration::from_secs(5))
        .shutdown_timeout(limits::SHUTDOWN_SECONDS)
        .disable_signals()
        .listen(listener)
        .map_err(Error::internal)?;
    Ok(server.run())
}
