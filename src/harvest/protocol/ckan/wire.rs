//! CKAN's answers, read as far as a listing needs: the text of each dataset is cut out and read later, so that one that
//! cannot be read spoils no other, and one that did not change is not read at all.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::super::{Fault, Item, Page, Severity, State};

/// Bytes of the longest id.
const GUID_BYTES: usize = 1_000;

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(default)]
    success: Option<Value>,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Found<'a> {
    #[serde(default)]
    count: Value,
    #[serde(borrow, default)]
    results: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    id: Value,
    #[serde(default)]
    name: Value,
    #[serde(default)]
    metadata_modified: Value,
    #[serde(default)]
    state: Value,
}

/// Text of a body: UTF-8, with or without a byte order mark; what is no UTF-8 is replaced.
fn text(body: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body))
}

/// Not JSON, or not CKAN's: a proxy's page, which may go away.
fn garbled(action: &str) -> Fault {
    Fault::new(Severity::Passing, format!("{action}: the answer is not CKAN's JSON"))
}

fn result<'a>(action: &str, text: &'a str) -> Result<&'a RawValue, Fault> {
    let envelope: Envelope = serde_json::from_str(text).map_err(|_error| garbled(action))?;
    if envelope.success == Some(Value::Bool(false)) {
        return Err(Fault::new(Severity::Fatal, format!("{action}: the portal refuses")));
    }
    envelope.result.ok_or_else(|| garbled(action))
}

/// The answer of `package_search`.
///
/// # Errors
/// [`Severity::Passing`] for what is no such answer.
pub fn search(body: &[u8]) -> Result<Page, Fault> {
    let text = text(body);
    let found: Found =
        serde_json::from_str(result("package_search", &text)?.get()).map_err(|_error| garbled("package_search"))?;
    let mut page = Page { total: found.count.as_u64(), ..Page::default() };
    for raw in found.results {
        match item(raw.get()) {
            Ok(item) => page.items.push(item),
            Err(message) => page.faults.push(message),
        }
    }
    Ok(page)
}

/// The answer of `package_show`.
///
/// # Errors
/// As [`search`]; [`Severity::Page`] for a dataset without an id.
pub fn show(body: &[u8]) -> Result<Item, Fault> {
    let text = text(body);
    item(result("package_show", &text)?.get()).map_err(|message| Fault::new(Severity::Page, message))
}

/// The answer of `package_list`.
///
/// # Errors
/// As [`search`].
pub fn names(body: &[u8]) -> Result<Vec<String>, Fault> {
    let text = text(body);
    serde_json::from_str(result("package_list", &text)?.get()).map_err(|_error| garbled("package_list"))
}

/// The text of an answer's `result`.
///
/// # Errors
/// As [`search`].
pub fn object(action: &str, body: &[u8]) -> Result<String, Fault> {
    result(action, &text(body)).map(|result| result.get().to_owned())
}

fn item(raw: &str) -> Result<Item, String> {
    let head: Head = serde_json::from_str(raw).map_err(|_error| "an item of the listing is no dataset".to_owned())?;
    let key = |value: &Value| match value {
        Value::String(text) => Some(text.replace('\0', "")).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let guid = key(&head.id).or_else(|| key(&head.name)).ok_or("a dataset of the listing has neither id nor name")?;
    if guid.len() > GUID_BYTES {
        return Err("a dataset of the listing has too long an id".to_owned());
    }
    // Portals that only look like CKAN write what they like here (DKAN: Active).
    let state = match head.state.as_str().map(str::trim) {
        Some(state) if state.eq_ignore_ascii_case("deleted") => State::Deleted,
        Some(state) if state.get(..5).is_some_and(|begin| begin.eq_ignore_ascii_case("draft")) => State::Draft,
        _ => State::Active,
    };
    Ok(Item { guid, raw: raw.to_owned(), modified: key(&head.metadata_modified), state })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_cut_into_datasets() {
        let body = br#"{"help":"x","success":true,"result":{"count":3,"results":[{"id":"a","metadata_modified":"2020-01-01"},
            {"name":"b", "title":"\ud800", "n": 1e999}, {"title":"nameless"}, 7]}}"#;
        let page = search(body).unwrap();
        assert_eq!(page.total, Some(3));
        assert_eq!(page.items.iter().map(|item| item.guid.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(page.items[0].modified.as_deref(), Some("2020-01-01"));
        assert_eq!(page.faults.len(), 2);
    }

    #[test]
    fn states_are_read() {
        let state = |text: &str| item(&format!("{{\"id\": \"a\"{text}}}")).unwrap().state;
        for text in ["", ",\"state\":null", ",\"state\":\"active\"", ",\"state\":7", ",\"state\":\"Активен\""] {
            assert_eq!(state(text), State::Active, "{text}");
        }
        assert_eq!(state(",\"state\":\"deleted\""), State::Deleted);
        assert_eq!(state(",\"state\":\"draft\""), State::Draft);
        assert_eq!(state(",\"state\":\"draft-complete\""), State::Draft);
    }

    #[test]
    fn what_is_not_ckans_is_told() {
        for body in [&b"<html>Be right back</html>"[..], b"", b"[]", b"{\"success\":true}", b"\xff\xfe{"] {
            assert_eq!(search(body).unwrap_err().severity, Severity::Passing);
        }
        assert_eq!(search(br#"{"success":false,"error":{}}"#).unwrap_err().severity, Severity::Fatal);
        assert_eq!(names(b"\xef\xbb\xbf{\"success\":true,\"result\":[\"a\"]}").unwrap(), ["a"]);
    }
}
