//! The load: some connections that stay open, each asking again as soon as it has its answer.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{Outcome, process::Server, profile::Profile};

/// What is asked.
pub struct Load {
    /// Whole requests, asked in turn by all connections together.
    pub requests: Vec<Vec<u8>>,
    pub connections: usize,
    /// Ends after this time; `None`: when each request was asked once.
    pub time: Option<Duration>,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub rate: f64,
    /// Microseconds of processor time a request, over the whole stack.
    pub cpu: f64,
    /// Milliseconds.
    pub p50: f64,
    pub p99: f64,
    pub bytes: f64,
}

/// A GET of this path.
pub fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAccept: */*\r\n\r\n").into_bytes()
}

/// A POST of an action.
pub fn post(action: &str, token: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "POST /api/3/action/{action} HTTP/1.1\r\nHost: bench\r\nAuthorization: {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A connection that stays open.
pub struct Connection {
    stream: BufReader<TcpStream>,
    body: Vec<u8>,
    line: String,
}

impl Connection {
    pub fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self { stream: BufReader::with_capacity(1 << 16, stream), body: Vec::new(), line: String::new() })
    }

    /// The body of an answer; everything but 200 is an error.
    pub fn ask(&mut self, request: &[u8]) -> Outcome<&[u8]> {
        self.stream.get_mut().write_all(request)?;
        let (mut length, mut status) = (0, String::new());
        loop {
            self.line.clear();
            if self.stream.read_line(&mut self.line)? == 0 {
                return Err("the server hung up".into());
            }
            let line = self.line.trim_end();
            if line.is_empty() {
                break;
            }
            if status.is_empty() {
                line.clone_into(&mut status);
            } else if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse()?;
            }
        }
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body)?;
        if status.starts_with("HTTP/1.1 200") {
            return Ok(&self.body);
        }
        Err(format!("{status}: {}", String::from_utf8_lossy(self.body.get(..300).unwrap_or(&self.body))).into())
    }

    /// The `result` of an action.
    pub fn result(&mut self, request: &[u8]) -> Outcome<Value> {
        let mut answer: Value = serde_json::from_slice(self.ask(request)?)?;
        answer.get_mut("result").map(Value::take).ok_or_else(|| "no result".into())
    }
}

impl Load {
    /// Asks, and counts.
    pub fn run(&self, server: &Server) -> Outcome<Figures> {
        let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let profile = Profile::begin(self.requests.first(), server.id());
        let (begin, before) = (Instant::now(), server.cpu());
        let outcomes: Vec<Outcome<(Vec<u32>, usize)>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..self.connections).map(|_| scope.spawn(|| self.one(server.address, &next, &stop))).collect();
            if let Some(time) = self.time {
                std::thread::sleep(time);
                stop.store(true, Ordering::Relaxed);
            }
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err("a client broke".into()))).collect()
        });
        let (seconds, busy) = (begin.elapsed().as_secs_f64(), server.cpu() - before);
        drop(profile);
        let (mut waits, mut bytes) = (Vec::new(), 0);
        for outcome in outcomes {
            let (mut some, more) = outcome?;
            waits.append(&mut some);
            bytes += more;
        }
        waits.sort_unstable();
        let count = waits.len().max(1) as f64;
        let part = |share: usize| waits.get(waits.len() * share / 100).copied().unwrap_or_default() as f64 / 1e3;
        Ok(Figures { rate: count / seconds, cpu: busy * 1e6 / count, p50: part(50), p99: part(99), bytes: bytes as f64 / count })
    }

    /// Microseconds of each request of a connection, and the bytes that came.
    fn one(&self, address: SocketAddr, next: &AtomicUsize, stop: &AtomicBool) -> Outcome<(Vec<u32>, usize)> {
        let mut connection = Connection::open(address)?;
        let (mut waits, mut bytes) = (Vec::new(), 0);
        while !stop.load(Ordering::Relaxed) {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let place = if self.time.is_some() { place % self.requests.len().max(1) } else { place };
            let Some(request) = self.requests.get(place) else { break };
            let begin = Instant::now();
            bytes += connection.ask(request)?.len();
            waits.push(u32::try_from(begin.elapsed().as_micros())?);
        }
        Ok((waits, bytes))
    }
}

/// The middle one of several rounds, by requests a second; the smallest processor time is not picked on purpose.
pub fn median(mut rounds: Vec<Figures>) -> Figures {
    rounds.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    let mut middle = rounds.get(rounds.len() / 2).cloned().unwrap_or_default();
    let mut times: Vec<f64> = rounds.iter().map(|round| round.cpu).collect();
    times.sort_by(f64::total_cmp);
    middle.cpu = times.get(times.len() / 2).copied().unwrap_or_default();
    middle
}
