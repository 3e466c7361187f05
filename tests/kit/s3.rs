//! A small S3 in memory: what the storages ask of one, with its rules about parts. Signatures have to be there; whether they
//! are right is not looked at.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use chrono::{DateTime, Utc};

/// All parts but the last have at least so many bytes.
const LEAST_PART: usize = 5 * 1024 * 1024;

/// See the module. Its one bucket is called [`S3::BUCKET`].
pub struct S3 {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

/// What it holds, and what it was asked.
#[derive(Default)]
struct State {
    objects: BTreeMap<String, Object>,
    /// By upload: the key, and the parts by number.
    uploads: BTreeMap<String, (String, BTreeMap<usize, Vec<u8>>)>,
    asked: Vec<String>,
    away: bool,
}

#[derive(Clone)]
struct Object {
    bytes: Arc<Vec<u8>>,
    modified: DateTime<Utc>,
}

impl Object {
    fn new(bytes: Vec<u8>) -> Self {
        Self { bytes: Arc::new(bytes), modified: SystemTime::now().into() }
    }

    fn tag(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.bytes.hash(&mut hasher);
        format!("\"{:x}\"", hasher.finish())
    }
}

impl S3 {
    pub const BUCKET: &'static str = "bucket";

    /// Starts it.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || answer(stream, &shared));
            }
        });
        Self { address, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Options of a storage in its bucket.
    #[must_use]
    pub fn options(&self) -> [(&'static str, String); 4] {
        [
            ("bucket", Self::BUCKET.to_owned()),
            ("endpoint", format!("http://{}", self.address)),
            ("access_key_id", "AKIATEST".to_owned()),
            ("secret_access_key", "hush".to_owned()),
        ]
    }

    /// Refuses everything from now on, or no longer.
    pub fn away(&self, away: bool) {
        self.state().away = away;
    }

    /// The keys of its objects.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.state().objects.keys().cloned().collect()
    }

    /// An object's bytes.
    #[must_use]
    pub fn bytes(&self, key: &str) -> Vec<u8> {
        self.state().objects[key].bytes.to_vec()
    }

    /// Puts an object there that was written so many seconds ago.
    pub fn put(&self, key: &str, bytes: &[u8], seconds: u32) {
        let mut object = Object::new(bytes.to_vec());
        object.modified -= std::time::Duration::from_secs(seconds.into());
        self.state().objects.insert(key.to_owned(), object);
    }

    /// Uploads in parts that are neither finished nor broken off.
    #[must_use]
    pub fn uploads(&self) -> usize {
        self.state().uploads.len()
    }

    /// How many requests began with this, such as `PUT /bucket/a`.
    #[must_use]
    pub fn asked(&self, begin: &str) -> usize {
        self.state().asked.iter().filter(|asked| asked.starts_with(begin)).count()
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request as it came.
struct Request {
    method: String,
    /// Without the bucket.
    key: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// Status, header lines, body.
type Reply = (u16, Vec<(&'static str, String)>, Vec<u8>);

fn answer(stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream);
    let Some(request) = read(&mut reader, state) else { return };
    let (status, headers, body) = reply(&request, &mut lock(state));
    let mut head = format!("HTTP/1.1 {status} x\r\nconnection: close\r\n");
    // A HEAD says how long the body would be.
    if !headers.iter().any(|(name, _)| *name == "content-length") {
        head.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
    let mut stream = reader.into_inner();
    drop(stream.write_all(format!("{head}\r\n").as_bytes()).and_then(|()| stream.write_all(&body)));
}

fn read(reader: &mut BufReader<TcpStream>, state: &Mutex<State>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    lock(state).asked.push(format!("{method} {target}"));
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length: usize = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let query = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    Some(Request {
        method,
        key: plain(path).strip_prefix(&format!("/{}", S3::BUCKET))?.trim_start_matches('/').to_owned(),
        query: query.map(|(name, value)| (plain(name), plain(value))).collect(),
        headers,
        body,
    })
}

/// `%2F` is `/`.
fn plain(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.bytes());
    while let Some(byte) = rest.next() {
        let hex: String = if byte == b'%' { rest.by_ref().take(2).map(char::from).collect() } else { String::new() };
        bytes.push(u8::from_str_radix(&hex, 16).unwrap_or(byte));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn fault(status: u16, code: &str) -> Reply {
    (status, Vec::new(), format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>").into_bytes())
}

fn xml(body: String) -> Reply {
    (200, vec![("content-type", "application/xml".to_owned())], body.into_bytes())
}

fn reply(request: &Request, state: &mut State) -> Reply {
    let signed = request
        .headers
        .get("authorization")
        .is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256 Credential=AKIATEST/") && value.contains("Signature="));
    if state.away {
        return fault(503, "SlowDown");
    }
    if !signed && !request.query.contains_key("X-Amz-Signature") {
        return fault(403, "AccessDenied");
    }
    let upload = request.query.get("uploadId");
    match (request.method.as_str(), upload) {
        ("POST", None) if request.query.contains_key("uploads") => {
            let id = format!("upload-{}", state.asked.len());
            state.uploads.insert(id.clone(), (request.key.clone(), BTreeMap::new()));
            xml(format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"))
        }
        ("PUT", Some(id)) => {
            let number = request.query.get("partNumber").and_then(|number| number.parse().ok()).unwrap_or(0);
            let Some((_, parts)) = state.uploads.get_mut(id) else { return fault(404, "NoSuchUpload") };
            parts.insert(number, request.body.clone());
            (200, vec![("etag", format!("\"part-{number}\""))], Vec::new())
        }
        ("POST", Some(id)) => complete(id, state),
        ("DELETE", Some(id)) => match state.uploads.remove(id) {
            Some(_gone) => (204, Vec::new(), Vec::new()),
            None => fault(404, "NoSuchUpload"),
        },
        ("PUT", None) => match request.headers.get("x-amz-copy-source") {
            None => {
                let object = Object::new(request.body.clone());
                let tag = object.tag();
                state.objects.insert(request.key.clone(), object);
                (200, vec![("etag", tag)], Vec::new())
            }
            Some(from) => copy(&plain(from), &request.key, state),
        },
        ("DELETE", None) => {
            state.objects.remove(&request.key);
            (204, Vec::new(), Vec::new())
        }
        ("GET", None) if request.key.is_empty() => list(request, state),
        ("GET" | "HEAD", None) => give(request, state),
        _ => fault(501, "NotImplemented"),
    }
}

fn complete(id: &str, state: &mut State) -> Reply {
    let Some((key, parts)) = state.uploads.remove(id) else { return fault(404, "NoSuchUpload") };
    let sizes: Vec<usize> = parts.values().map(Vec::len).collect();
    if sizes.iter().rev().skip(1).any(|size| *size < LEAST_PART) {
        return fault(400, "EntityTooSmall");
    }
    let object = Object::new(parts.into_values().flatten().collect());
    let tag = object.tag();
    state.objects.insert(key, object);
    xml(format!("<CompleteMultipartUploadResult><ETag>{tag}</ETag></CompleteMultipartUploadResult>"))
}

fn copy(from: &str, to: &str, state: &mut State) -> Reply {
    let from = from.trim_start_matches('/').strip_prefix(&format!("{}/", S3::BUCKET)).unwrap_or_default();
    let Some(object) = state.objects.get(from) else { return fault(404, "NoSuchKey") };
    let object = Object { bytes: Arc::clone(&object.bytes), modified: SystemTime::now().into() };
    let tag = object.tag();
    state.objects.insert(to.to_owned(), object);
    xml(format!("<CopyObjectResult><ETag>{tag}</ETag></CopyObjectResult>"))
}

fn list(request: &Request, state: &State) -> Reply {
    let prefix = request.query.get("prefix").map_or("", String::as_str);
    let contents = state.objects.iter().filter(|(key, _)| key.starts_with(prefix)).map(|(key, object)| {
        let (modified, tag) = (object.modified.to_rfc3339(), object.tag());
        let size = object.bytes.len();
        format!(
            "<Contents><Key>{key}</Key><LastModified>{modified}</LastModified><ETag>{tag}</ETag><Size>{size}</Size></Contents>"
        )
    });
    let contents: String = contents.collect();
    xml(format!("<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>"))
}

fn give(request: &Request, state: &State) -> Reply {
    let Some(object) = state.objects.get(&request.key) else { return fault(404, "NoSuchKey") };
    if request.headers.get("if-match").is_some_and(|tag| *tag != object.tag()) {
        return fault(412, "PreconditionFailed");
    }
    let size = object.bytes.len();
    let range = request.headers.get("range").and_then(|range| range.strip_prefix("bytes=")?.split_once('-'));
    let range = range.and_then(|(first, last)| Some((first.parse::<usize>().ok()?, last.parse::<usize>().ok()?)));
    let mut headers = vec![("etag", object.tag()), ("last-modified", object.modified.to_rfc2822().replace("+0000", "GMT"))];
    let (status, bytes) = match range {
        Some((first, _)) if first >= size => return fault(416, "InvalidRange"),
        Some((first, last)) => {
            let last = last.min(size - 1);
            headers.push(("content-range", format!("bytes {first}-{last}/{size}")));
            (206, object.bytes[first..=last].to_vec())
        }
        None => (200, object.bytes.to_vec()),
    };
    headers.push(("content-length", bytes.len().to_string()));
    (status, headers, if request.method == "HEAD" { Vec::new() } else { bytes })
}
