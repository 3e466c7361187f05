//! Battery S and the hostile servers, as far as loopback allows.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::*;

/// A server that hands each connection's request to `answer`, and remembers what it was asked.
struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answer: impl Fn(usize, &str, &mut TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&asked);
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let mut head = Vec::new();
                let mut piece = [0_u8; 1024];
                while !head.windows(4).any(|window| window == b"\r\n\r\n") {
                    match stream.read(&mut piece) {
                        Ok(0) | Err(_) => break,
                        Ok(size) => head.extend_from_slice(&piece[..size]),
                    }
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                heard.lock().unwrap().push(head.clone());
                answer(number, &head, &mut stream);
            }
        });
        Self { port, asked }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

fn reply(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n", body.len());
    drop(stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)));
}

fn quick() -> Options {
    Options {
        allow: vec!["127.0.0.0/8".parse().unwrap()],
        backoff: Duration::from_millis(5),
        connect: Duration::from_millis(500),
        first_byte: Duration::from_millis(400),
        idle: Duration::from_millis(300),
        whole: Duration::from_secs(2),
        ..Options::default()
    }
}

fn request(url: &str) -> Request {
    Request { url: url.to_owned(), ..Request::default() }
}

fn get(url: &str) -> Result<Answer> {
    Fetcher::new(quick()).unwrap().get(&request(url))
}

#[test]
fn nothing_private_is_asked() {
    let server = Server::start(|_, _, stream| reply(stream, "200 OK", "", b"secret"));
    let fetcher = Fetcher::new(Options { allow: Vec::new(), ..quick() }).unwrap();
    let closed = { TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port() };
    for host in ["127.0.0.1", "localhost", "LOCALHOST", "localhost.", "127.1", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]"] {
        for port in [server.port, closed] {
            let outcome = fetcher.get(&request(&format!("http://{host}:{port}/")));
            assert!(matches!(outcome, Err(Error::NotAllowed)), "{host}: {outcome:?}");
        }
    }
    for url in
        ["http://user@127.0.0.1@localhost/", "http://localhost#@example.org/", "http://8.8.8.8:22/", "http://8.8.8.8:5432/"]
    {
        assert_eq!(fetcher.get(&request(url)).err(), Some(Error::NotAllowed), "{url}");
    }
    for url in ["file:///etc/passwd", "ftp://x/", "gopher://x/", "dict://x/", "data:,x", "unix:/x", "", "http://", "//x/"] {
        assert_eq!(fetcher.get(&request(url)).err(), Some(Error::BadUrl), "{url}");
    }
    assert!(server.asked.lock().unwrap().is_empty());
    assert_eq!(Error::NotAllowed.to_string(), "address not allowed");
}

#[test]
fn every_redirect_is_checked_anew() {
    for status in ["302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        for (place, fault) in [
            ("http://10.0.0.1/", Error::NotAllowed),
            ("//169.254.169.254/latest", Error::NotAllowed),
            ("http://[::1]/", Error::NotAllowed),
            ("http://0xa000001/", Error::NotAllowed),
            ("file:///etc/passwd", Error::BadUrl),
            ("ftp://127.0.0.1/", Error::BadUrl),
        ] {
            let headers = format!("Location: {place}\r\n");
            let server = Server::start(move |_, _, stream| reply(stream, status, &headers, b""));
            assert_eq!(get(&server.url("/")).err(), Some(fault), "{status} {place}");
            assert_eq!(server.asked.lock().unwrap().len(), 1);
        }
    }
}

#[test]
fn redirects_end() {
    let server = Server::start(|number, _, stream| reply(stream, "302 Found", &format!("Location: /{number}\r\n"), b""));
    assert_eq!(get(&server.url("/")).err(), Some(Error::Redirects));
    assert_eq!(server.asked.lock().unwrap().len(), 6);
    let server = Server::start(|number, _, stream| match number {
        0..5 => reply(stream, "302 Found", "Location: next\r\n", b""),
        _ => reply(stream, "200 OK", "ETag: \"x\"\r\nContent-Type: text/plain\r\n", b"there"),
    });
    let answer = get(&server.url("/a/b")).unwrap();
    assert_eq!((answer.body.as_slice(), answer.final_url), (&b"there"[..], server.url("/a/next")));
    assert_eq!((answer.etag.as_deref(), answer.content_type.as_deref()), (Some("\"x\""), Some("text/plain")));
}

#[test]
fn the_key_stays_with_its_host() {
    let other = Server::start(|_, _, stream| reply(stream, "200 OK", "", b"ok"));
    let place = format!("Location: {}\r\n", other.url("/"));
    let first = Server::start(move |_, _, stream| reply(stream, "302 Found", &place, b""));
    let fetcher = Fetcher::new(quick()).unwrap();
    let asked =
        Request { authorization: Some(Secret::new("key-1")), user_agent: Some("me/1".to_owned()), ..request(&first.url("/")) };
    fetcher.get(&asked).unwrap();
    let text = first.asked.lock().unwrap().join("");
    assert!(text.contains("key-1") && text.contains("user-agent: me/1"), "{text}");
    assert!(!other.asked.lock().unwrap().join("").contains("key-1"));
}

#[test]
fn a_refusal_is_tried_again() {
    let server = Server::start(|number, _, stream| match number {
        0 => reply(stream, "503 Service Unavailable", "Retry-After: 0\r\n", b""),
        1 => reply(stream, "429 Too Many Requests", "", b""),
        _ => reply(stream, "200 OK", "", b"at last"),
    });
    assert_eq!(get(&server.url("/")).unwrap().body, b"at last");
    let server = Server::start(|_, _, stream| reply(stream, "500 Oops", "", b"no"));
    let answer = get(&server.url("/")).unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (500, &b"no"[..]));
    assert_eq!(server.asked.lock().unwrap().len(), 3);
    let server = Server::start(|_, _, stream| reply(stream, "404 Not Found", "", b""));
    assert_eq!(get(&server.url("/")).unwrap().status, 404);
    assert_eq!(server.asked.lock().unwrap().len(), 1);
}

#[test]
fn slow_cut_and_endless_answers_end() {
    let silent = Server::start(|_, _, _| thread::sleep(Duration::from_secs(1)));
    assert_eq!(
        Fetcher::new(Options { tries: 1, ..quick() }).unwrap().get(&request(&silent.url("/"))).err(),
        Some(Error::Timeout)
    );
    let cut = Server::start(|_, _, stream| drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")));
    assert_eq!(get(&cut.url("/")).err(), Some(Error::Broken));
    assert_eq!(cut.asked.lock().unwrap().len(), 3);
    let endless = Server::start(|_, _, stream| {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
        while stream.write_all(b"5\r\naaaaa\r\n").is_ok() {}
    });
    let bounded = Request { max_bytes: Some(10_000), ..request(&endless.url("/")) };
    assert_eq!(Fetcher::new(quick()).unwrap().get(&bounded).err(), Some(Error::TooLarge));
    let big = Server::start(|_, _, stream| reply(stream, "200 OK", "", &[0; 20_000]));
    let bounded = Request { max_bytes: Some(10_000), ..request(&big.url("/")) };
    assert_eq!(Fetcher::new(quick()).unwrap().get(&bounded).err(), Some(Error::TooLarge));
    let closed = { TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port() };
    assert_eq!(get(&format!("http://127.0.0.1:{closed}/")).err(), Some(Error::Connect));
}

#[test]
fn stopping_ends_what_is_under_way() {
    static RUNNING: AtomicUsize = AtomicUsize::new(0);
    let silent = Server::start(|_, _, _| {
        RUNNING.fetch_add(1, Ordering::SeqCst);
        thread::sleep(Duration::from_secs(20));
    });
    let patient = Options { first_byte: Duration::from_secs(30), whole: Duration::from_secs(60), ..quick() };
    let fetcher = Arc::new(Fetcher::new(patient).unwrap());
    let asking = Arc::clone(&fetcher);
    let url = silent.url("/");
    let asker = thread::spawn(move || asking.get(&request(&url)));
    while RUNNING.load(Ordering::SeqCst) == 0 {
        thread::sleep(Duration::from_millis(5));
    }
    fetcher.stop();
    assert_eq!(asker.join().unwrap().err(), Some(Error::Stopped));
}
