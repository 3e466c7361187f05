//! `multipart/form-data` whose parts are texts (RFC 7578). The body is in memory and bounded before it gets here.
//!
//! Must never take a file: there is nowhere to put one yet, and a client has to be told.

use std::borrow::Cow;

use action::action::Input;

use super::{Refused, form};

/// The fields of a form in parts.
pub fn read(content_type: &str, body: &[u8]) -> Result<Input, Refused> {
    let boundary = parameter(content_type, "boundary")
        .filter(|boundary| (1..=70).contains(&boundary.len()))
        .ok_or_else(|| bad("multipart/form-data has no boundary"))?;
    let line = format!("--{boundary}");
    let mut fields = Vec::new();
    let mut rest = behind_first(body, line.as_bytes()).ok_or_else(|| bad("a multipart body has no part"))?;
    loop {
        if rest.starts_with(b"--") {
            break;
        }
        let start = rest.strip_prefix(b"\r\n").ok_or_else(|| bad("a multipart boundary is not on a line of its own"))?;
        let end = format!("\r\n{line}");
        let at = find(start, end.as_bytes()).ok_or_else(|| bad("a multipart part has no end"))?;
        let (part, behind) = start.split_at(at);
        rest = behind.get(end.len()..).unwrap_or_default();
        if let Some(field) = field(part)? {
            fields.push(field);
            if fields.len() > base::limits::JSON_KEYS {
                break;
            }
        }
    }
    form::single(form::pairs(fields.into_iter().map(|(name, value)| (Cow::Owned(name), Cow::Borrowed(value))))?)
}

fn bad(text: &str) -> Refused {
    Refused::Bad(text.to_owned())
}

/// Name and text of a part; `None` for the empty file that a browser sends for an input nobody filled.
fn field(part: &[u8]) -> Result<Option<(String, &str)>, Refused> {
    let at = find(part, b"\r\n\r\n").ok_or_else(|| bad("a multipart part has no headers"))?;
    let (head, content) = part.split_at(at);
    let content = content.get(4..).unwrap_or_default();
    let head = std::str::from_utf8(head).map_err(|_bytes| bad("the headers of a multipart part are not UTF-8"))?;
    let disposition = head
        .lines()
        .find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
        })
        .unwrap_or_default();
    let name = parameter(disposition, "name").ok_or_else(|| bad("a multipart part has no name"))?;
    match parameter(disposition, "filename").or_else(|| parameter(disposition, "filename*")) {
        Some(file) if file.is_empty() && content.is_empty() => return Ok(None),
        Some(_) => {
            let shown: String = name.chars().filter(|letter| !letter.is_control()).take(100).collect();
            return Err(bad(&format!("This server does not take files yet: {shown}")));
        }
        None => {}
    }
    let text = std::str::from_utf8(content).map_err(|_bytes| bad("a multipart field is not UTF-8"))?;
    Ok(Some((name, text)))
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

/// What stands behind the first boundary, which begins the body or a line.
fn behind_first<'a>(body: &'a [u8], line: &[u8]) -> Option<&'a [u8]> {
    if let Some(rest) = body.strip_prefix(line) {
        return Some(rest);
    }
    let mut end = b"\r\n".to_vec();
    end.extend_from_slice(line);
    body.get(find(body, &end)? + end.len()..)
}

/// Linear for the texts of a boundary: looks for the first byte, then compares.
fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}
