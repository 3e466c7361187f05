//! The server: routes, limits, a graceful end.

use std::{
    net::{IpAddr, SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use action::App;
use actix_web::{
    App as Site, HttpServer,
    dev::ServerHandle,
    middleware::{Compress, Condition, from_fn},
    web::{Data, PayloadConfig, get, route},
};
use base::{Error, Result, limits};

use crate::{
    action_api::{self, Shared},
    dcat, health,
    lanes::Lanes,
    pages, responses,
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
    let shared = Data::new(Shared { app, lanes: Lanes::new()? });
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    let thread = std::thread::Builder::new()
        .name("web".to_owned())
        .spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                match listen(listener, shared, options) {
                    Ok(server) => {
                        let _gone = sender.send(Ok(server.handle()));
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
    let cors = responses::Cors { all: options.cors_allow_all, origins: Arc::new(options.cors_origins) };
    let site = move || {
        let cors = cors.clone();
        Site::new()
            .app_data(shared.clone())
            .app_data(PayloadConfig::new(limits::BODY_BYTES))
            .app_data(Data::new(cors.clone()))
            .wrap(Condition::new(cors.is_on(), from_fn(responses::allow_origins)))
            .wrap(Compress::default())
            .route("/", get().to(pages::home))
            .route("/healthz", get().to(health::healthz))
            .route("/readyz", get().to(health::readyz))
            .route("/metrics", get().to(health::metrics))
            .route("/robots.txt", get().to(pages::robots))
            .route("/api", get().to(pages::version))
            .route("/api/", get().to(pages::version))
            .route("/api/{version:\\d+}", get().to(pages::version))
            .route("/api/{version:\\d+}/", get().to(pages::version))
            .route("/api/3/action/{action}", route().to(action_api::call))
            .route("/api/action/{action}", route().to(action_api::call))
            .route("/{locale:[a-z]{2}(_[A-Za-z]+)?}/api/3/action/{action}", route().to(action_api::call))
            .route("/openapi.json", get().to(responses::openapi))
            .route("/docs", get().to(responses::docs))
            .service(responses::swagger())
            .configure(dcat::routes)
            .default_service(route().to(pages::not_found))
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
