//! A client that sends exactly what a test says, and what came back.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::Value;

use crate::Form;

/// An answer as it came.
pub struct Response {
    /// 0 when there was none.
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

/// A connection to a server. Requests are sent with `connection: keep-alive` unless their headers say otherwise.
pub struct Connection {
    address: String,
    reader: BufReader<TcpStream>,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// What the system says: nobody listens.
    pub fn open(address: impl ToString) -> io::Result<Self> {
        let address = address.to_string();
        let stream = TcpStream::connect(&address)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { address, reader: BufReader::new(stream) })
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    /// What the system says: the other side is gone.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.reader.get_mut().write_all(bytes)
    }

    /// Sends what stands before a body of so many bytes. A host among the headers is sent in place of the address.
    ///
    /// # Errors
    /// As [`Connection::write`].
    pub fn head(&mut self, method: &str, path: &str, headers: &[(&str, &str)], length: usize) -> io::Result<()> {
        let mut head = format!("{method} {path} HTTP/1.1\r\ncontent-length: {length}\r\n");
        if !headers.iter().any(|(name, _)| *name == "host") {
            head.push_str(&format!("host: {}\r\n", self.address));
        }
        headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
        self.write(format!("{head}\r\n").as_bytes())
    }

    /// Reads one answer of a known length, and leaves the connection open.
    ///
    /// # Errors
    /// What the system says, or that the answer ends too early.
    pub fn answer(&mut self) -> io::Result<Response> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if self.reader.read_until(b'\n', &mut head)? == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
            }
        }
        let mut response = parse(&head);
        response.body = vec![0; response.header("content-length").parse().unwrap_or(0)];
        self.reader.read_exact(&mut response.body)?;
        Ok(response)
    }

    /// Reads everything that comes until the server closes the connection.
    ///
    /// # Errors
    /// What the system says, when nothing came at all.
    pub fn last_answer(mut self) -> io::Result<Response> {
        let mut answer = Vec::new();
        match self.reader.read_to_end(&mut answer) {
            Err(error) if answer.is_empty() => Err(error),
            _ => Ok(parse(&answer)),
        }
    }
}

impl Read for Connection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

/// Sends one request with these header lines over a connection of its own.
///
/// # Errors
/// What the system says: nobody listens, or the server is gone before it says anything.
pub fn send(address: impl ToString, (method, path): (&str, &str), headers: &[(&str, &str)], body: &[u8]) -> io::Result<Response> {
    let mut connection = Connection::open(address)?;
    connection.head(method, path, &[&[("connection", "close")], headers].concat(), body.len())?;
    // A server that refuses a large body may close before all of it is sent.
    drop(connection.write(body));
    connection.last_answer()
}

/// Begins to upload a file of so many bytes to the dataset `data`. Answers what ends it, too.
///
/// # Errors
/// As [`send`].
pub fn begin_upload(address: impl ToString, token: &str, length: usize) -> io::Result<(Connection, &'static [u8])> {
    let file = Form::head("upload", "a.bin", "application/x").into_bytes();
    let (begin, end) = ([Form::default().text("package_id", "data").begun(), file].concat(), Form::END);
    let mut connection = Connection::open(address)?;
    let headers = [("connection", "close"), ("authorization", token), ("content-type", Form::TYPE)];
    connection.head("POST", "/api/3/action/resource_create", &headers, begin.len() + length + end.len())?;
    connection.write(&begin)?;
    Ok((connection, end))
}

/// Uploads a file of so many mebibytes to the dataset `data`; `after_each` is called behind each of them.
///
/// # Errors
/// As [`send`].
pub fn upload(address: impl ToString, token: &str, mebibytes: usize, mut after_each: impl FnMut()) -> io::Result<Response> {
    let piece = vec![7_u8; 1024 * 1024];
    let (mut connection, end) = begin_upload(address, token, mebibytes * piece.len())?;
    for _ in 0..mebibytes {
        connection.write(&piece)?;
        after_each();
    }
    connection.write(end)?;
    connection.last_answer()
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
