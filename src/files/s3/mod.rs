//! A storage in a bucket of S3, or of something that speaks as it does.
//!
//! What arrives lies below `.incoming/<storage>/` in the bucket, where every node finds it, until the write that speaks of
//! it is committed; then the service copies it into its place. Where uploads are not finished, a file beside the other
//! arrivals says so, under the lock of the process that takes them.

pub(crate) mod background;
pub(crate) mod upload;

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, Read},
    sync::Arc,
    time::Duration,
};

use base::{Error, Result, secret::Secret, time::Stamp};
use bytes::Bytes;
use futures_util::{
    StreamExt, TryStreamExt, future,
    stream::{self, BoxStream},
};
use object_store::{
    ClientOptions, GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey},
    multipart::MultipartStore,
    path::Path,
    signer::{SignedUrlOptions, Signer},
};

use background::Background;
use upload::Upload;

use crate::storage::failed;

/// Where files lie that no committed write speaks of yet.
const INCOMING: &str = ".incoming";
/// The longest key.
const KEY_BYTES: usize = 1024;
/// The largest object that the service copies in one step.
const COPY_BYTES: u64 = 5 * 1024 * 1024 * 1024;
const CONNECT: Duration = Duration::from_secs(5);
/// How long the service may be silent.
const SILENCE: Duration = Duration::from_secs(20);
/// The same while it copies an object, or puts one together.
const LONG_SILENCE: Duration = Duration::from_secs(300);
/// A request that failed is tried again, but nobody waits longer for it to begin.
const TRIES: usize = 2;
const TRYING: Duration = Duration::from_secs(10);
/// Objects that are looked at in one go.
const STRAYS: usize = 1_000;

/// `ckan.files.storage.<name>.*` of one whose type is `kurak:s3`.
#[derive(Clone, Debug)]
pub struct S3Settings {
    /// What all keys begin with; may be empty.
    pub prefix: String,
    /// Seconds that an address is good for which downloads are sent to; 0: they come from here.
    pub signed_seconds: u64,
    /// What `object_store` calls its options, by [`S3Settings::option`]: `aws_bucket`, `aws_endpoint`, `aws_region` …
    pub options: BTreeMap<String, Secret>,
    /// Bytes of the largest object that the service copies in one step.
    pub copy_bytes: u64,
}

impl Default for S3Settings {
    fn default() -> Self {
        Self { prefix: String::new(), signed_seconds: 0, options: BTreeMap::new(), copy_bytes: COPY_BYTES }
    }
}

impl S3Settings {
    /// The one name of an option that has several, such as `aws_access_key_id` of `access_key_id`; `None`: there is none.
    #[must_use]
    pub fn option(name: &str) -> Option<String> {
        name.parse::<AmazonS3ConfigKey>().ok().map(|key| key.as_ref().to_owned())
    }

    /// The same bucket, further down.
    #[must_use]
    pub(crate) fn below(&self, folder: &str) -> Self {
        let prefix = [self.prefix.trim_matches('/'), folder].join("/");
        Self { prefix: prefix.trim_matches('/').to_owned(), ..self.clone() }
    }
}

/// See the module.
pub(crate) struct S3 {
    name: String,
    settings: S3Settings,
    store: AmazonS3,
    /// The same, for what takes the service long.
    patient: AmazonS3,
    background: Arc<Background>,
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3").field("name", &self.name).field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// A stored object.
#[derive(Debug)]
pub(crate) struct Object {
    s3: Arc<S3>,
    key: Path,
    tag: Option<String>,
}

impl S3 {
    /// Asks nobody yet.
    ///
    /// # Errors
    /// BadRequest, for options that do not go together.
    pub(crate) fn new(name: &str, settings: &S3Settings, background: Arc<Background>) -> Result<Self> {
        // Where a process has two, rustls wants to be told which.
        drop(rustls::crypto::ring::default_provider().install_default());
        let build = |silence: Duration| -> object_store::Result<AmazonS3> {
            let is_plain = |(key, value): (&String, &Secret)| key.contains("endpoint") && value.reveal().starts_with("http://");
            let client = ClientOptions::new()
                .with_timeout_disabled()
                .with_connect_timeout(CONNECT)
                .with_read_timeout(silence)
                .with_allow_http(settings.options.iter().any(is_plain));
            let retry = RetryConfig { max_retries: TRIES, retry_timeout: TRYING, ..RetryConfig::default() };
            // Not all who speak S3 take a list of what is to go.
            let begin = AmazonS3Builder::new().with_client_options(client).with_retry(retry).with_disable_bulk_delete(true);
            let all = settings.options.iter();
            all.map(|(key, value)| Ok((key.parse()?, value.reveal())))
                .try_fold(begin, |builder, pair: object_store::Result<(AmazonS3ConfigKey, &str)>| {
                    pair.map(|(key, value)| builder.with_config(key, value))
                })?
                .build()
        };
        let wrong = |error: object_store::Error| {
            Error::bad_request(format!("the options ckan.files.storage.{name}.* do not make a storage: {error}"))
        };
        Ok(Self {
            name: name.to_owned(),
            settings: settings.clone(),
            store: build(SILENCE).map_err(wrong)?,
            patient: build(LONG_SILENCE).map_err(wrong)?,
            background,
        })
    }

    fn full(&self, location: &str) -> Option<Path> {
        let prefix = self.settings.prefix.trim_matches('/');
        let key = if prefix.is_empty() { location.to_owned() } else { format!("{prefix}/{location}") };
        Path::parse(key).ok().filter(|key| key.as_ref().len() <= KEY_BYTES)
    }

    /// The key of a location; `None` for one that no file can have.
    fn key(&self, location: &str) -> Option<Path> {
        let is_outside = location.is_empty() || location.starts_with('/') || location.ends_with('/');
        if is_outside || location.split('/').next() == Some(INCOMING) { None } else { self.full(location) }
    }

    /// Where a file lies that has arrived.
    fn arrived(&self, id: &str) -> Result<Path> {
        self.full(&format!("{INCOMING}/{}/{id}", self.name)).ok_or_else(|| Error::internal("no place for what arrives"))
    }

    fn wait<T>(&self, future: impl Future<Output = object_store::Result<T>>) -> Result<object_store::Result<T>> {
        self.background.wait(future)
    }

    /// The same where nothing but an answer will do; `what` is for the log.
    fn answer<T>(&self, what: &str, future: impl Future<Output = object_store::Result<T>>) -> Result<T> {
        self.wait(future)?.map_err(|error| failed(&self.name, what, &error))
    }

    fn head(&self, key: &Path) -> Result<Option<ObjectMeta>> {
        match self.wait(self.store.head(key))? {
            Ok(found) => Ok(Some(found)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(&self.name, key.as_ref(), &error)),
        }
    }

    /// Looks whether the service answers and knows the bucket.
    ///
    /// # Errors
    /// Unavailable, if it does not.
    pub(crate) fn check(&self) -> Result<()> {
        let any = async { self.store.list(self.full(INCOMING).as_ref()).try_next().await };
        self.answer("its list", any).map(drop)
    }

    /// Looks for an object.
    ///
    /// # Errors
    /// Unavailable, if the service does not answer.
    pub(crate) fn open(self: &Arc<Self>, location: &str) -> Result<Option<(ObjectMeta, Object)>> {
        let Some(key) = self.key(location) else { return Ok(None) };
        let found = self.head(&key)?;
        Ok(found.map(|found| (found.clone(), Object { s3: Arc::clone(self), key, tag: found.e_tag })))
    }

    /// Begins an object for a file that arrives; `note` takes what is needed to break it off from elsewhere.
    ///
    /// # Errors
    /// Internal, if there is no key for it.
    pub(crate) fn begin(self: &Arc<Self>, id: &str, note: std::fs::File) -> Result<Upload> {
        Ok(Upload::new(Arc::clone(self), self.arrived(id)?, Some(note)))
    }

    /// Puts a file that has arrived into its place; what was there goes. One that is gone was put there before.
    ///
    /// # Errors
    /// Unavailable, if the service does not do it.
    pub(crate) fn place(self: &Arc<Self>, id: &str, location: &str) -> Result<()> {
        let to = self.key(location).ok_or_else(|| Error::internal(format!("no place for a file: {location}")))?;
        let from = self.arrived(id)?;
        let Some(found) = self.head(&from)? else { return Ok(()) };
        if found.size <= self.settings.copy_bytes {
            self.answer(location, self.patient.copy(&from, &to))?;
        } else {
            let object = Object { s3: Arc::clone(self), key: from, tag: found.e_tag };
            Upload::new(Arc::clone(self), to, None).take_all(object.read(0, found.size)?)?;
        }
        self.discard(id, "")
    }

    /// Removes what arrived for nothing, with the parts of an upload that is not finished.
    ///
    /// # Errors
    /// Unavailable, if the service does not do it.
    pub(crate) fn discard(&self, id: &str, upload: &str) -> Result<()> {
        let key = self.arrived(id)?;
        self.answer(id, self.gone(&key, upload))
    }

    async fn gone(&self, key: &Path, upload: &str) -> object_store::Result<()> {
        let or_gone = |outcome| match outcome {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            outcome => outcome,
        };
        if !upload.is_empty() {
            or_gone(self.store.abort_multipart(key, &upload.to_owned()).await)?;
        }
        or_gone(self.store.delete(key).await)
    }

    /// Removes an object; one that is not there is removed already.
    ///
    /// # Errors
    /// Unavailable, if the service does not do it.
    pub(crate) fn remove(&self, location: &str) -> Result<()> {
        let Some(key) = self.key(location) else { return Ok(()) };
        self.answer(location, self.gone(&key, ""))
    }

    /// Files that arrived longer ago than that and lie there still.
    ///
    /// # Errors
    /// Unavailable, if the service does not tell.
    pub(crate) fn strays(&self, age: Duration) -> Result<Vec<String>> {
        let folder = self.arrived("x")?;
        let folder = folder.as_ref().strip_suffix("/x").and_then(|folder| Path::parse(folder).ok());
        let limit = Stamp::now().naive().and_utc() - age;
        let all = self.store.list(folder.as_ref()).try_filter(|found| future::ready(found.last_modified < limit));
        let ids = all.try_filter_map(|found| future::ok(found.location.filename().map(str::to_owned)));
        self.answer("its list", ids.take(STRAYS).try_collect())
    }

    /// An address where an object can be had for a while, under that name; `None` where downloads come from here.
    ///
    /// # Errors
    /// Unavailable, if there are no credentials.
    pub(crate) fn address(&self, location: &str, disposition: &str) -> Result<Option<String>> {
        let (seconds, Some(key)) = (self.settings.signed_seconds, self.key(location)) else { return Ok(None) };
        if seconds == 0 {
            return Ok(None);
        }
        let mut options = SignedUrlOptions::default();
        options.extra_query.push(("response-content-disposition".to_owned(), disposition.to_owned()));
        let signed =
            self.store.signed_url_opts("GET".parse().map_err(Error::internal)?, &key, Duration::from_secs(seconds), &options);
        Ok(Some(self.answer(location, signed)?.into()))
    }
}

impl Object {
    /// Bytes of it. An object that was replaced meanwhile is not read.
    ///
    /// # Errors
    /// Unavailable, if the service does not give them.
    pub(crate) fn read(&self, first: u64, length: u64) -> Result<ObjectReader> {
        let pieces = if length == 0 {
            stream::empty().boxed()
        } else {
            let range = Some(GetRange::Bounded(first..first.saturating_add(length)));
            let options = GetOptions { range, if_match: self.tag.clone(), ..GetOptions::default() };
            self.s3.answer(self.key.as_ref(), self.s3.store.get_opts(&self.key, options))?.into_stream()
        };
        Ok(ObjectReader { background: Arc::clone(&self.s3.background), pieces, piece: Bytes::new() })
    }
}

/// Bytes of an object, one piece in memory.
pub(crate) struct ObjectReader {
    background: Arc<Background>,
    pieces: BoxStream<'static, object_store::Result<Bytes>>,
    piece: Bytes,
}

impl Read for ObjectReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.background.wait(self.pieces.next()).map_err(io::Error::other)? {
                Some(piece) => self.piece = piece.map_err(io::Error::other)?,
                None => return Ok(0),
            }
        }
        let read = self.piece.as_ref().read(buffer)?;
        drop(self.piece.split_to(read));
        Ok(read)
    }
}
