//! What a file is, told by its first bytes and not by its name.

/// Bytes that are looked at.
pub const SAMPLE: usize = 4096;

/// Beginning of a file → media type.
const BEGINNINGS: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/x-rar"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"\x89HDF\r\n\x1a\n", "application/x-hdf5"),
    (b"CDF\x01", "application/netcdf"),
    (b"CDF\x02", "application/netcdf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ", "application/x-dosexec"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"%!PS", "application/postscript"),
    (b"{\\rtf", "text/rtf"),
];

/// Names in a ZIP file that say what it is.
const ZIPPED: &[(&[u8], &str)] = &[
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"application/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet"),
    (b"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
    (b"application/epub+zip", "application/epub+zip"),
];

/// The media type of a file that begins with these bytes. An empty file is `inode/x-empty`, as for `file`.
#[must_use]
pub fn media_type(sample: &[u8]) -> &'static str {
    if sample.is_empty() {
        return "inode/x-empty";
    }
    if sample.starts_with(b"PK\x03\x04") || sample.starts_with(b"PK\x05\x06") {
        return ZIPPED.iter().find(|(name, _)| holds(sample, name)).map_or("application/zip", |(_, kind)| kind);
    }
    if sample.starts_with(b"RIFF") {
        return match sample.get(8..12) {
            Some(b"WEBP") => "image/webp",
            Some(b"WAVE") => "audio/x-wav",
            Some(b"AVI ") => "video/x-msvideo",
            _ => "application/octet-stream",
        };
    }
    if sample.get(4..8) == Some(b"ftyp") {
        return if sample.get(8..12) == Some(b"avif") { "image/avif" } else { "video/mp4" };
    }
    if sample.get(257..262) == Some(b"ustar") {
        return "application/x-tar";
    }
    if let Some((_, kind)) = BEGINNINGS.iter().find(|(beginning, _)| sample.starts_with(beginning)) {
        return kind;
    }
    text(sample).unwrap_or("application/octet-stream")
}

/// The kind of text, if it is one.
fn text(sample: &[u8]) -> Option<&'static str> {
    let sample = sample.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sample);
    let binary = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    if sample.iter().any(binary) {
        return None;
    }
    let start: Vec<u8> = sample.trim_ascii_start().iter().take(1024).map(u8::to_ascii_lowercase).collect();
    let holds_tag = |tag: &[u8]| holds(&start, tag);
    if holds_tag(b"<svg") {
        return Some("image/svg+xml");
    }
    if start.starts_with(b"<!doctype html")
        || [b"<html".as_slice(), b"<head", b"<body", b"<script"].iter().any(|tag| holds_tag(tag))
    {
        return Some("text/html");
    }
    if start.starts_with(b"<?xml") {
        return Some("text/xml");
    }
    if start.starts_with(b"{") || start.starts_with(b"[") {
        return Some("application/json");
    }
    Some(if is_table(sample) { "text/csv" } else { "text/plain" })
}

/// True when the first lines have equally many commas, and some.
fn is_table(sample: &[u8]) -> bool {
    let mut lines: Vec<&[u8]> = sample.split(|byte| *byte == b'\n').take(11).collect();
    // The last one may be cut off.
    lines.pop();
    let commas = |line: &&[u8]| line.iter().filter(|byte| **byte == b',').count();
    let first = lines.first().map_or(0, commas);
    lines.len() > 1 && first > 0 && lines.iter().all(|line| commas(line) == first)
}

fn holds(text: &[u8], wanted: &[u8]) -> bool {
    text.windows(wanted.len()).any(|window| window == wanted)
}

/// The ending that files of a media type have, for pictures.
#[must_use]
pub fn ending(media_type: &str) -> Option<&'static str> {
    Some(match media_type {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/bmp" => "bmp",
        "image/tiff" => "tiff",
        "image/avif" => "avif",
        "image/svg+xml" => "svg",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_what_they_begin_with() {
        for (sample, kind) in [
            (b"\x89PNG\r\n\x1a\n....".as_slice(), "image/png"),
            (b"<html><script>alert(1)</script>", "text/html"),
            (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'>", "image/svg+xml"),
            (b"\xef\xbb\xbfa,b\n1,2\n3,4\n", "text/csv"),
            (b"a, b\nand more\n", "text/plain"),
            (b"{\"a\": 1}", "application/json"),
            (b"PK\x03\x04....xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (b"\0\x01\x02", "application/octet-stream"),
            (b"", "inode/x-empty"),
            ("калк".as_bytes(), "text/plain"),
        ] {
            assert_eq!(media_type(sample), kind, "{sample:?}");
        }
    }
}
