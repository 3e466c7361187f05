//! One conversation with a mail server (RFC 5321), within a deadline.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::{Duration, Instant},
};

use action::settings::MailSettings;
use base64::{Engine, engine::general_purpose::STANDARD};

use super::tls::{self, Sealed};

/// How long a mail may take; less than the database lets a transaction idle.
const DEADLINE: Duration = Duration::from_secs(8);
/// Bytes of the longest reply.
const REPLY: u64 = 16 * 1024;

struct Session {
    stream: BufReader<Link>,
    until: Instant,
}

/// The way to the server: bare, and sealed once both agreed on it.
enum Link {
    Bare(TcpStream),
    Sealed(Box<Sealed>),
}

/// Hands a mail over to the server.
///
/// # Errors
/// What went wrong, in words.
pub fn deliver(settings: &MailSettings, from: &str, to: &str, text: &str) -> Result<(), String> {
    let mut session = Session::open(&settings.server)?;
    session.expect("220", None)?;
    let offers = session.expect("250", Some("EHLO localhost"))?;
    if settings.starttls {
        if !offers.lines().any(|line| line.get(4..).is_some_and(|offer| offer.trim().eq_ignore_ascii_case("STARTTLS"))) {
            return Err("SMTP server does not support STARTTLS".to_owned());
        }
        session = session.seal(settings)?;
        session.expect("250", Some("EHLO localhost"))?;
    }
    if let Some(user) = settings.user.as_deref().filter(|user| !user.is_empty()) {
        let proof = STANDARD.encode(format!("\0{user}\0{}", settings.password.reveal()));
        session.expect("235", Some(&format!("AUTH PLAIN {proof}")))?;
    }
    session.expect("250", Some(&format!("MAIL FROM:<{from}>")))?;
    session.expect("25", Some(&format!("RCPT TO:<{to}>")))?;
    session.expect("354", Some("DATA"))?;
    session.expect("250", Some(&format!("{text}.")))?;
    // It has the mail; how it says goodbye does not matter.
    drop(session.expect("221", Some("QUIT")));
    Ok(())
}

impl Session {
    fn open(server: &str) -> Result<Self, String> {
        let until = Instant::now() + DEADLINE;
        let failed = |error: std::io::Error| format!("SMTP server could not be connected to: \"{server}\" {error}");
        if server.is_empty() {
            return Err("SMTP server hostname is not configured".to_owned());
        }
        let has_port = server.rsplit_once(':').is_some_and(|(host, port)| port.parse::<u16>().is_ok() && !host.ends_with(':'));
        let named = if has_port { server.to_owned() } else { format!("{server}:25") };
        let mut last = std::io::Error::from(std::io::ErrorKind::AddrNotAvailable);
        for address in named.to_socket_addrs().map_err(failed)? {
            let Some(left) = left(until) else { break };
            match TcpStream::connect_timeout(&address, left) {
                Ok(stream) => return Ok(Self { stream: BufReader::new(Link::Bare(stream)), until }),
                Err(error) => last = error,
            }
        }
        Err(failed(last))
    }

    /// Agrees with the server on TLS (RFC 3207).
    fn seal(mut self, settings: &MailSettings) -> Result<Self, String> {
        self.expect("220", Some("STARTTLS"))?;
        // What somebody on the way put behind the reply must not count as said under seal.
        if !self.stream.buffer().is_empty() {
            return Err("SMTP server spoke before the connection was sealed".to_owned());
        }
        match self.stream.into_inner() {
            Link::Bare(stream) => {
                let sealed = Link::Sealed(Box::new(tls::seal(settings, stream)?));
                Ok(Self { stream: BufReader::new(sealed), until: self.until })
            }
            Link::Sealed(_) => Err("SMTP server: the connection is sealed already".to_owned()),
        }
    }

    /// Says a line, and waits for a reply that begins so; the reply.
    fn expect(&mut self, code: &str, line: Option<&str>) -> Result<String, String> {
        self.talk(code, line).map_err(|error| format!("SMTP server: {error}"))
    }

    fn talk(&mut self, code: &str, line: Option<&str>) -> std::io::Result<String> {
        let left = left(self.until).ok_or_else(|| std::io::Error::from(std::io::ErrorKind::TimedOut))?;
        self.stream.get_ref().socket().set_read_timeout(Some(left))?;
        self.stream.get_ref().socket().set_write_timeout(Some(left))?;
        if let Some(line) = line {
            self.stream.get_mut().write_all(format!("{line}\r\n").as_bytes())?;
            self.stream.get_mut().flush()?;
        }
        let mut reply = Vec::new();
        let mut bounded = (&mut self.stream).take(REPLY);
        loop {
            let begin = reply.len();
            if bounded.read_until(b'\n', &mut reply)? == 0 {
                return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof));
            }
            // `250-` goes on, `250 ` ends.
            if reply.get(begin + 3) != Some(&b'-') {
                let last = String::from_utf8_lossy(reply.get(begin..).unwrap_or_default()).trim().to_owned();
                let whole = || String::from_utf8_lossy(&reply).into_owned();
                return if last.starts_with(code) { Ok(whole()) } else { Err(std::io::Error::other(last)) };
            }
        }
    }
}

impl Link {
    fn socket(&self) -> &TcpStream {
        match self {
            Self::Bare(stream) => stream,
            Self::Sealed(stream) => stream.get_ref(),
        }
    }
}

impl Read for Link {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Bare(stream) => stream.read(into),
            Self::Sealed(stream) => stream.read(into),
        }
    }
}

impl Write for Link {
    fn write(&mut self, from: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Bare(stream) => stream.write(from),
            Self::Sealed(stream) => stream.write(from),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Bare(stream) => stream.flush(),
            Self::Sealed(stream) => stream.flush(),
        }
    }
}

fn left(until: Instant) -> Option<Duration> {
    until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
}

#[cfg(test)]
mod tests;
