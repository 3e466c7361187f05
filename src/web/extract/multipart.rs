//! `multipart/form-data` (RFC 7578), read as it comes: what is held of it is a piece of the size of a boundary.

use super::Refused;

/// Bytes of the headers of a part.
const HEAD: usize = 16 * 1024;
/// Bytes before the first boundary.
const PREAMBLE: usize = 64 * 1024;

/// Takes pieces of a body and gives parts.
pub struct Scanner {
    /// A line break and the boundary.
    line: Vec<u8>,
    rest: Vec<u8>,
    passed: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Before,
    Behind,
    Head,
    Content,
    End,
}

/// What comes next in a body.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    Part(Head),
    Content(Vec<u8>),
    PartEnd,
}

/// The headers of a part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    pub name: String,
    /// A file has one; an empty one when nobody chose a file.
    pub filename: Option<String>,
    /// May be empty.
    pub content_type: String,
}

impl Scanner {
    /// For a body of this content type.
    pub fn new(content_type: &str) -> Result<Self, Refused> {
        let boundary = parameter(content_type, "boundary")
            .filter(|boundary| (1..=70).contains(&boundary.len()))
            .ok_or_else(|| bad("multipart/form-data has no boundary"))?;
        // The first boundary may begin the body: as if a line had ended before it.
        Ok(Self { line: format!("\r\n--{boundary}").into_bytes(), rest: b"\r\n".to_vec(), passed: 0, state: State::Before })
    }

    /// The next piece of the body.
    pub fn push(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
    }

    /// What is next; `None`: another piece is needed.
    pub fn next(&mut self) -> Result<Option<Event>, Refused> {
        loop {
            match self.state {
                State::Before => {
                    let found = find(&self.rest, &self.line);
                    let gone = found.map_or_else(|| self.spare(), |at| at + self.line.len());
                    self.rest.drain(..gone);
                    self.passed += gone;
                    match found {
                        Some(_) => self.state = State::Behind,
                        None if self.passed > PREAMBLE => return Err(bad("a multipart body has no part")),
                        None => return Ok(None),
                    }
                }
                State::Behind => {
                    let Some(two) = self.rest.get(..2) else { return Ok(None) };
                    self.state = match two {
                        b"--" => State::End,
                        b"\r\n" => State::Head,
                        _ => return Err(bad("a multipart boundary is not on a line of its own")),
                    };
                    self.rest.drain(..2);
                }
                State::Head => {
                    let end = find(&self.rest, b"\r\n\r\n");
                    let boundary = find(&self.rest, &self.line);
                    if boundary.is_some_and(|boundary| end.is_none_or(|end| boundary < end))
                        || end.unwrap_or(self.rest.len()) > HEAD
                    {
                        return Err(bad("a multipart part has no headers"));
                    }
                    let Some(at) = end else { return Ok(None) };
                    let head = head(self.rest.get(..at).unwrap_or_default())?;
                    self.rest.drain(..at + 4);
                    self.state = State::Content;
                    return Ok(Some(Event::Part(head)));
                }
                State::Content => {
                    let found = find(&self.rest, &self.line);
                    if found == Some(0) {
                        self.rest.drain(..self.line.len());
                        self.state = State::Behind;
                        return Ok(Some(Event::PartEnd));
                    }
                    let length = found.unwrap_or_else(|| self.spare());
                    return Ok((length > 0).then(|| Event::Content(self.rest.drain(..length).collect())));
                }
                State::End => {
                    self.rest.clear();
                    return Ok(None);
                }
            }
        }
    }

    /// The body is over: it has to be whole.
    pub fn end(&self) -> Result<(), Refused> {
        match self.state {
            State::End => Ok(()),
            State::Before => Err(bad("a multipart body has no part")),
            State::Behind | State::Head | State::Content => Err(bad("a multipart part has no end")),
        }
    }

    /// How much of the rest cannot be the beginning of a boundary.
    fn spare(&self) -> usize {
        self.rest.len().saturating_sub(self.line.len() - 1)
    }
}

pub fn bad(text: &str) -> Refused {
    Refused::Bad(text.to_owned())
}

fn head(bytes: &[u8]) -> Result<Head, Refused> {
    let text = std::str::from_utf8(bytes).map_err(|_bytes| bad("the headers of a multipart part are not UTF-8"))?;
    let header = |wanted: &str| {
        text.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.trim())
            .unwrap_or_default()
    };
    let disposition = header("content-disposition");
    let name = parameter(disposition, "name").ok_or_else(|| bad("a multipart part has no name"))?;
    let filename =
        parameter(disposition, "filename*").and_then(|text| decoded(&text)).or_else(|| parameter(disposition, "filename"));
    Ok(Head { name, filename, content_type: header("content-type").to_owned() })
}

/// A name as RFC 5987 writes it: `UTF-8''%d0%ba.csv`.
fn decoded(text: &str) -> Option<String> {
    let mut parts = text.splitn(3, '\'');
    let (charset, _language, name) = (parts.next()?, parts.next()?, parts.next()?);
    // What a form would read as a blank is a plus here.
    let pair = format!("={}", name.replace('+', "%2B").replace('&', "%26"));
    let decoded = url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned());
    decoded.filter(|_| charset.eq_ignore_ascii_case("utf-8"))
}

/// A parameter of a header's value, `; name=value` or `; name="va\"lue"`.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    let mut rest = value.split_once(';')?.1;
    loop {
        let (name, behind) = rest.split_once('=')?;
        let (text, next) = token(behind.trim_start());
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(text);
        }
        rest = next.split_once(';')?.1;
    }
}

/// The quoted or bare text at the start, and what stands behind it.
fn token(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        let (bare, rest) = text.split_at(end);
        return (bare.trim_end().to_owned(), rest);
    };
    let (mut taken, mut letters) = (String::new(), quoted.char_indices());
    while let Some((place, letter)) = letters.next() {
        match letter {
            '"' => return (taken, quoted.get(place + 1..).unwrap_or_default()),
            '\\' => taken.extend(letters.next().map(|(_, letter)| letter)),
            other => taken.push(other),
        }
    }
    (taken, "")
}

/// Looks for the first byte, then compares: linear for boundaries.
fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut start = 0;
    while let Some(at) = text.get(start..).and_then(|rest| rest.iter().position(|byte| *byte == first)) {
        if text.get(start + at..).is_some_and(|rest| rest.starts_with(wanted)) {
            return Some(start + at);
        }
        start += at + 1;
    }
    None
}
