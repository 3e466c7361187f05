//! The real server on a free port, and a client that sends exactly what a test says.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use action::Settings;
use serde_json::Value;

use crate::TestApp;

/// A portal that is asked over HTTP.
pub struct TestServer {
    pub portal: TestApp,
    pub address: SocketAddr,
    running: Option<web::Running>,
}

/// An answer as it came.
pub struct Response {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    /// A header's value; empty when it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; `null` when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl TestServer {
    /// With the settings of a fresh portal.
    #[must_use]
    pub fn new() -> Self {
        Self::with(|_settings| ())
    }

    /// With other settings.
    #[must_use]
    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::serving(change, web::Options::default())
    }

    /// With other settings of the portal and of the server.
    #[must_use]
    pub fn serving(change: impl FnOnce(&mut Settings), options: web::Options) -> Self {
        let portal = TestApp::with(change);
        let running = web::serve(Arc::clone(&portal.app), options).expect("a server");
        Self { portal, address: running.address(), running: Some(running) }
    }

    /// Sends a request with these header lines.
    #[must_use]
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n",
            self.address,
            body.len()
        );
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        let mut stream = TcpStream::connect(self.address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        // A server that refuses a large body may close before all of it is sent.
        drop(stream.write_all(body));
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        parse(&answer)
    }

    /// GET.
    #[must_use]
    pub fn get(&self, path: &str) -> Response {
        self.send("GET", path, &[], b"")
    }

    /// POST of JSON to an action, with a token or anonymous.
    #[must_use]
    pub fn action(&self, name: &str, token: Option<&str>, input: &Value) -> Response {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(token.map(|token| ("authorization", token)));
        self.send("POST", &format!("/api/3/action/{name}"), &headers, input.to_string().as_bytes())
    }

    /// A new user's token; a sysadmin's, or one without any rights yet.
    #[must_use]
    pub fn token(&self, name: &str, sysadmin: bool) -> String {
        let user = serde_json::json!({"name": name, "email": format!("{name}@example.org"), "password": "long enough", "sysadmin": sysadmin});
        drop(self.portal.ok("user_create", user));
        let token = self.portal.ok("api_token_create", serde_json::json!({"user": name, "name": "test"}));
        token["token"].as_str().unwrap_or_default().to_owned()
    }
}

impl Default for TestServer {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        drop(self.running.take());
    }
}

fn parse(answer: &[u8]) -> Response {
    let split = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(answer.len());
    let (head, rest) = answer.split_at(split);
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok()).unwrap_or(0);
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let body = rest.get(4..).unwrap_or_default();
    let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    Response { status, headers, body: if chunked { joined(body) } else { body.to_vec() } }
}

/// The chunks of a body, put together.
fn joined(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(rest.get(..end).unwrap_or_default())
            .ok()
            .and_then(|text| usize::from_str_radix(text, 16).ok())
            .unwrap_or(0);
        let Some(chunk) = rest.get(end + 2..end + 2 + size).filter(|_| size > 0) else { break };
        body.extend_from_slice(chunk);
        rest = rest.get(end + 2 + size + 2..).unwrap_or_default();
    }
    body
}
