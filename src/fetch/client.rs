//! One GET, with everything that can go wrong on the way: redirects checked one by one, retries, bounds.

use std::{error::Error as _, fmt, sync::Arc, time::Duration};

use base::secret::Secret;
use ipnet::IpNet;
use reqwest::{
    Client, Response, StatusCode,
    header::{ACCEPT_ENCODING, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER, USER_AGENT},
};
use tokio::{runtime::Runtime, sync::watch, time};
use url::Url;

use crate::{
    Error, Result,
    body::Body,
    guard::{Guard, Refused, Unknown, is_service_port},
};

/// The longest URL that is fetched.
const URL_BYTES: usize = 8 * 1024;
/// Bytes that are read of an answer that is no success.
const FAULT_BYTES: usize = 64 * 1024;

/// How the fetcher behaves. The defaults are those of the reliability plan.
#[derive(Clone, Debug)]
pub struct Options {
    /// Addresses beside the public ones (`kurak.fetch.allow`).
    pub allow: Vec<IpNet>,
    /// Sent when a request names none.
    pub user_agent: String,
    /// Bytes of one answer after decompression, when a request names no bound.
    pub max_bytes: usize,
    pub max_redirects: usize,
    /// How often a request is made at most.
    pub tries: u32,
    /// Waited before the second try; twice as long before each further one.
    pub backoff: Duration,
    /// The longest `Retry-After` that is honoured.
    pub max_retry_after: Duration,
    pub connect: Duration,
    /// From the request to the first byte of its answer.
    pub first_byte: Duration,
    /// Between two pieces of a body.
    pub idle: Duration,
    /// One try, redirects and body included.
    pub whole: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            user_agent: concat!("kurak/", env!("CARGO_PKG_VERSION")).to_owned(),
            max_bytes: 64 * 1024 * 1024,
            max_redirects: 5,
            tries: 3,
            backoff: Duration::from_millis(500),
            max_retry_after: Duration::from_secs(30),
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(30),
            idle: Duration::from_secs(20),
            whole: Duration::from_secs(60),
        }
    }
}

/// What to fetch.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub url: String,
    /// The value of `Authorization`; goes to the first host alone.
    pub authorization: Option<Secret>,
    pub user_agent: Option<String>,
    pub max_bytes: Option<usize>,
}

/// What came back, whatever its status.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// Decompressed; of an answer that is no success, at most its first 64 kB.
    pub body: Vec<u8>,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub content_type: Option<String>,
    /// Where the redirects ended.
    pub final_url: String,
}

impl Answer {
    /// True for a status of the 200s.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// The guarded client. Synchronous outside; to be called from plain threads, never from an async task.
pub struct Fetcher {
    guard: Guard,
    client: Client,
    /// For the ports of services: resolves to addresses that were allowed by hand, and to nothing else.
    strict: Client,
    options: Options,
    runtime: Option<Runtime>,
    stop: watch::Sender<bool>,
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher").field("guard", &self.guard).finish_non_exhaustive()
    }
}

impl Fetcher {
    /// Makes the client and its thread; opens no connection.
    ///
    /// # Errors
    /// [`Error::Internal`], if there is no thread for it.
    pub fn new(options: Options) -> Result<Self> {
        drop(rustls::crypto::ring::default_provider().install_default());
        let guard = Guard::public_and(&options.allow);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("fetch")
            .enable_all()
            .build()
            .map_err(|error| internal(&error))?;
        Ok(Self {
            client: client(&guard, &options)?,
            strict: client(&guard.only_allowed(), &options)?,
            guard,
            options,
            runtime: Some(runtime),
            stop: watch::Sender::new(false),
        })
    }

    /// Ends what is under way, and everything after, with [`Error::Stopped`].
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Fetches. A refusal of the server (5xx, 429) is tried again, and answered when it stays.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn get(&self, request: &Request) -> Result<Answer> {
        if tokio::runtime::Handle::try_current().is_ok() {
            return Err(internal(&"called from an async task"));
        }
        let runtime = self.runtime.as_ref().ok_or(Error::Stopped)?;
        let mut stop = self.stop.subscribe();
        runtime.block_on(async {
            tokio::select! {
                answer = self.tries(request) => answer,
                _ = stop.wait_for(|stopped| *stopped) => Err(Error::Stopped),
            }
        })
    }

    async fn tries(&self, request: &Request) -> Result<Answer> {
        let mut wait = self.options.backoff;
        let mut left = self.options.tries.max(1);
        loop {
            left -= 1;
            let outcome = time::timeout(self.options.whole, self.once(request)).await.unwrap_or(Err(Error::Timeout));
            let pause = match &outcome {
                Ok((answer, retry_after)) if answer.status >= 500 || answer.status == 429 => {
                    retry_after.unwrap_or(wait).max(wait)
                }
                Err(error) if error.is_passing() => wait,
                _ => return outcome.map(|(answer, _)| answer),
            };
            if left == 0 {
                return outcome.map(|(answer, _)| answer);
            }
            time::sleep(pause.min(self.options.max_retry_after)).await;
            wait = wait.saturating_mul(2);
        }
    }

    /// The client that may ask this URL.
    fn route(&self, url: &Url) -> Result<&Client> {
        if is_service_port(url) {
            self.guard.only_allowed().check(url)?;
            return Ok(&self.strict);
        }
        self.guard.check(url)?;
        Ok(&self.client)
    }

    async fn once(&self, request: &Request) -> Result<(Answer, Option<Duration>)> {
        let mut url = parse(&request.url)?;
        let mut authorization = request.authorization.as_ref();
        for _hop in 0..=self.options.max_redirects {
            let response = self.send(&url, request, authorization).await?;
            let Some(next) = redirect(&url, &response)? else { return self.answer(url, response, request).await };
            if next.origin() != url.origin() {
                authorization = None;
            }
            url = next;
        }
        Err(Error::Redirects)
    }

    async fn send(&self, url: &Url, request: &Request, authorization: Option<&Secret>) -> Result<Response> {
        let mut call = self.route(url)?.get(url.clone()).header(ACCEPT_ENCODING, "gzip");
        let agent = request.user_agent.as_ref().unwrap_or(&self.options.user_agent);
        call = call.header(USER_AGENT, HeaderValue::from_str(agent).map_err(|error| internal(&error))?);
        if let Some(secret) = authorization {
            let mut value = HeaderValue::from_str(secret.reveal()).map_err(|_error| internal(&"authorization is no header"))?;
            value.set_sensitive(true);
            call = call.header(AUTHORIZATION, value);
        }
        match time::timeout(self.options.first_byte, call.send()).await {
            Ok(response) => response.map_err(|error| class(&error)),
            Err(_elapsed) => Err(Error::Timeout),
        }
    }

    async fn answer(&self, url: Url, mut response: Response, request: &Request) -> Result<(Answer, Option<Duration>)> {
        let status = response.status();
        let limit = request.max_bytes.unwrap_or(self.options.max_bytes);
        let text = |name: HeaderName| header(response.headers(), &name);
        let mut answer = Answer {
            status: status.as_u16(),
            body: Vec::new(),
            etag: text(reqwest::header::ETAG),
            last_modified: text(reqwest::header::LAST_MODIFIED),
            content_type: text(reqwest::header::CONTENT_TYPE),
            final_url: url.into(),
        };
        let retry_after = text(RETRY_AFTER)
            .and_then(|seconds| seconds.trim().parse().ok())
            .map(|seconds: u32| Duration::from_secs(seconds.into()));
        if !status.is_success() {
            answer.body = self.fault_body(response).await;
            return Ok((answer, retry_after));
        }
        if response.content_length().is_some_and(|length| length > u64::try_from(limit).unwrap_or(u64::MAX)) {
            return Err(Error::TooLarge);
        }
        let mut body = Body::new(response.headers(), limit)?;
        while let Some(piece) = self.piece(&mut response).await? {
            body.push(&piece)?;
        }
        answer.body = body.finish()?;
        Ok((answer, retry_after))
    }

    /// The start of an answer that tells of a fault; nothing when it cannot be read.
    async fn fault_body(&self, mut response: Response) -> Vec<u8> {
        let Ok(mut body) = Body::new(response.headers(), FAULT_BYTES) else { return Vec::new() };
        while let Ok(Some(piece)) = self.piece(&mut response).await {
            if body.push(&piece).is_err() {
                break;
            }
        }
        body.finish().unwrap_or_default()
    }

    async fn piece(&self, response: &mut Response) -> Result<Option<impl AsRef<[u8]> + std::ops::Deref<Target = [u8]> + use<>>> {
        match time::timeout(self.options.idle, response.chunk()).await {
            Ok(piece) => piece.map_err(|error| if error.is_timeout() { Error::Timeout } else { Error::Broken }),
            Err(_elapsed) => Err(Error::Timeout),
        }
    }
}

impl Drop for Fetcher {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn client(guard: &Guard, options: &Options) -> Result<Client> {
    let builder = || {
        Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .no_gzip()
            .no_deflate()
            .referer(false)
            .connect_timeout(options.connect)
            .tcp_nodelay(true)
            .pool_max_idle_per_host(4)
            .dns_resolver(Arc::new(guard.clone()))
    };
    builder().build().or_else(|error| {
        tracing::warn!(%error, "this machine trusts no certificate authority (package ca-certificates): https will not work");
        builder().tls_certs_only([]).build().map_err(|error| internal(&error))
    })
}

/// Reads a URL, without the user and password that may stand in it.
/// Checks what can be seen of a URL without a look-up, for forms that take one; `allow` is that of [`Options`].
///
/// # Errors
/// [`Error::BadUrl`], [`Error::NotAllowed`].
pub fn check(url: &str, allow: &[IpNet]) -> Result<()> {
    let (url, guard) = (parse(url)?, Guard::public_and(allow));
    if is_service_port(&url) { guard.only_allowed().check(&url) } else { guard.check(&url) }
}

fn parse(text: &str) -> Result<Url> {
    if text.len() > URL_BYTES {
        return Err(Error::BadUrl);
    }
    let url = Url::parse(text.trim()).map_err(|_error| Error::BadUrl)?;
    without_user(url)
}

fn without_user(mut url: Url) -> Result<Url> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Error::BadUrl);
    }
    url.set_username("").and_then(|()| url.set_password(None)).map_err(|()| Error::BadUrl)?;
    url.set_fragment(None);
    Ok(url)
}

fn redirect(url: &Url, response: &Response) -> Result<Option<Url>> {
    let moved = [
        StatusCode::MOVED_PERMANENTLY,
        StatusCode::FOUND,
        StatusCode::SEE_OTHER,
        StatusCode::TEMPORARY_REDIRECT,
        StatusCode::PERMANENT_REDIRECT,
    ];
    if !moved.contains(&response.status()) {
        return Ok(None);
    }
    let Some(place) = header(response.headers(), &LOCATION) else { return Ok(None) };
    if place.len() > URL_BYTES {
        return Err(Error::BadUrl);
    }
    let next = url.join(place.trim()).map_err(|_error| Error::BadUrl)?;
    without_user(next).map(Some)
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// The class of reqwest's error; its own text goes to the log alone.
fn class(error: &reqwest::Error) -> Error {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<Refused>() {
            return Error::NotAllowed;
        }
        if inner.is::<Unknown>() {
            return Error::Unresolved;
        }
        cause = inner.source();
    }
    tracing::debug!(?error, "a fetch failed");
    if error.is_timeout() {
        Error::Timeout
    } else if error.is_connect() {
        Error::Connect
    } else if error.is_builder() {
        Error::Internal
    } else {
        Error::Broken
    }
}

fn internal(error: &dyn fmt::Display) -> Error {
    tracing::error!(%error, "a request could not be made");
    Error::Internal
}

#[cfg(test)]
mod tests;
