//! The body of an answer, counted while it comes: what was received, and what it became.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

use crate::{Error, Result};

/// Bytes that may come out whatever went in.
const RATIO_FROM: usize = 1024 * 1024;
/// Bytes out for one byte in, beyond that.
const RATIO: usize = 100;

/// Collects a body within its bounds.
pub struct Body(Coding);

enum Coding {
    Plain(Sink),
    Gzip(Box<MultiGzDecoder<Sink>>),
}

struct Sink {
    bytes: Vec<u8>,
    limit: usize,
    received: usize,
    fault: Option<Error>,
}

impl Body {
    /// For an answer with these headers, at most `limit` bytes after decompression.
    ///
    /// # Errors
    /// [`Error::Encoding`] for anything but one gzip.
    pub fn new(headers: &HeaderMap, limit: usize) -> Result<Self> {
        let sink = Sink { bytes: Vec::new(), limit, received: 0, fault: None };
        let mut codings = headers.get_all(CONTENT_ENCODING).iter();
        let coding = codings.next().map(|value| value.to_str().unwrap_or("?").trim().to_ascii_lowercase());
        if codings.next().is_some() {
            return Err(Error::Encoding);
        }
        match coding.as_deref() {
            None | Some("" | "identity") => Ok(Self(Coding::Plain(sink))),
            Some("gzip" | "x-gzip") => Ok(Self(Coding::Gzip(Box::new(MultiGzDecoder::new(sink))))),
            Some(_) => Err(Error::Encoding),
        }
    }

    /// Takes a piece as it was received.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Ratio`], or [`Error::Broken`] for bytes that cannot be decompressed.
    pub fn push(&mut self, piece: &[u8]) -> Result<()> {
        let written = match &mut self.0 {
            Coding::Plain(sink) => {
                sink.received = sink.received.saturating_add(piece.len());
                sink.write_all(piece)
            }
            Coding::Gzip(decoder) => {
                let sink = decoder.get_mut();
                sink.received = sink.received.saturating_add(piece.len());
                decoder.write_all(piece)
            }
        };
        written.map_err(|_error| self.fault())
    }

    /// The whole body.
    ///
    /// # Errors
    /// As [`Body::push`], when the end is missing.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        if let Coding::Gzip(decoder) = &mut self.0
            && decoder.get_ref().received > 0
            && decoder.try_finish().is_err()
        {
            return Err(self.fault());
        }
        match self.0 {
            Coding::Plain(sink) => Ok(sink.bytes),
            Coding::Gzip(mut decoder) => Ok(std::mem::take(&mut decoder.get_mut().bytes)),
        }
    }

    fn fault(&self) -> Error {
        match &self.0 {
            Coding::Plain(sink) => sink.fault,
            Coding::Gzip(decoder) => decoder.get_ref().fault,
        }
        .unwrap_or(Error::Broken)
    }
}

impl Write for Sink {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let size = self.bytes.len().saturating_add(piece.len());
        if size > self.limit {
            self.fault = Some(Error::TooLarge);
            return Err(io::Error::other("too large"));
        }
        if size > RATIO_FROM && size / RATIO > self.received {
            self.fault = Some(Error::Ratio);
            return Err(io::Error::other("compressed beyond the limit"));
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn body(coding: &str, limit: usize) -> Result<Body> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, coding.parse().unwrap());
        Body::new(&headers, limit)
    }

    #[test]
    fn a_bomb_is_defused() {
        let bomb = gzipped(&vec![0_u8; 20_000_000]);
        let mut bounded = body("gzip", 64_000_000).unwrap();
        assert_eq!(bomb.chunks(1000).find_map(|piece| bounded.push(piece).err()), Some(Error::Ratio));
        let mut small = body("gzip", 500_000).unwrap();
        assert_eq!(bomb.chunks(1000).find_map(|piece| small.push(piece).err()), Some(Error::TooLarge));
    }

    #[test]
    fn what_was_compressed_comes_out_whole_or_not_at_all() {
        let packed = gzipped(b"hello");
        let mut whole = body("gzip", 100).unwrap();
        whole.push(&packed).unwrap();
        assert_eq!(whole.finish().unwrap(), b"hello");
        let mut cut = body("gzip", 100).unwrap();
        cut.push(&packed[..packed.len() - 6]).unwrap();
        assert_eq!(cut.finish(), Err(Error::Broken));
        assert_eq!(body("gzip, gzip", 9).err(), Some(Error::Encoding));
        assert_eq!(body("br", 9).err(), Some(Error::Encoding));
    }
}
