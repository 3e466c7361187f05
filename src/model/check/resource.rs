//! Reads a resource as clients send it (schemas.tsv: `default_resource_schema`).

use base::{
    ErrorDict, id,
    loose::{self, Loose},
    time::Stamp,
};
use serde_json::{Map, Value, json};

use super::{text_of, translated};
use crate::{
    Resource,
    format::{self, Formats},
    translated::{Stored, agree, kept as stored_texts},
};

/// Keys that are columns or the server's own; every other key is kept as the publisher's.
const KNOWN: &[&str] = &[
    "cache_last_updated",
    "cache_url",
    "created",
    "datastore_active",
    "description",
    // Keys of the publisher's own lie beside the others, never in a member of that name.
    "extras",
    "format",
    "hash",
    "id",
    "last_modified",
    "metadata_modified",
    "mimetype",
    "mimetype_inner",
    "name",
    "package_id",
    "position",
    "resource_type",
    "revision_id",
    "size",
    "state",
    "tracking_summary",
    "url",
    "url_type",
    "upload",
    "clear_upload",
];

/// Reads one resource. `existing` is the resource that it replaces: what CKAN keeps when left out is taken from it.
/// `locale`: the language of its plain texts.
pub fn read(
    dict: &Map<String, Value>,
    existing: Option<&Resource>,
    (locale, formats): (&str, &Formats),
    errors: &mut ErrorDict,
) -> Resource {
    let kept = |name: &str, old: Option<&String>| if dict.contains_key(name) { text_of(dict, name) } else { old.cloned() };
    let url = text_of(dict, "url").unwrap_or_default().trim().to_owned();
    let mut resource = Resource {
        id: id_of(dict, errors),
        format: format_of(dict, existing, &url, formats),
        url: with_scheme(url),
        description: text_of(dict, "description"),
        resource_type: text_of(dict, "resource_type"),
        mimetype: text_of(dict, "mimetype"),
        mimetype_inner: text_of(dict, "mimetype_inner"),
        name: kept("name", existing.and_then(|old| old.name.as_ref())),
        hash: kept("hash", existing.filter(|_| !is_cleared(dict)).map(|old| &old.hash)).unwrap_or_default(),
        cache_url: kept("cache_url", existing.and_then(|old| old.cache_url.as_ref())),
        url_type: kept("url_type", existing.and_then(|old| old.url_type.as_ref())).filter(|_| !is_cleared(dict)),
        size: size_of(dict, existing, errors),
        created: date_of(dict, "created", existing.and_then(|old| old.created), errors),
        last_modified: date_of(dict, "last_modified", existing.and_then(|old| old.last_modified), errors),
        cache_last_updated: date_of(dict, "cache_last_updated", existing.and_then(|old| old.cache_last_updated), errors),
        datastore_active: existing.and_then(|old| old.datastore_active),
        state: "active".to_owned(),
        extras: dict
            .iter()
            .filter(|(key, value)| !KNOWN.contains(&key.as_str()) && !value.is_null() && !key.is_empty())
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
        ..Resource::default()
    };
    let Resource { name, description, extras, .. } = &mut resource;
    for (key, text, before) in [
        ("name_translated", name, existing.and_then(|old| old.name.as_deref())),
        ("description_translated", description, existing.and_then(|old| old.description.as_deref())),
    ] {
        if !dict.contains_key(key) {
            continue;
        }
        let mut texts = translated::read(dict, key, errors);
        if texts.is_empty() {
            extras.shift_remove(key);
            continue;
        }
        let known = stored_texts(existing.and_then(|old| old.extras.get(key)));
        let stored = existing.map(|_| Stored { text: before, texts: &known });
        *text = agree(text.take(), &mut texts, stored, locale);
        extras.insert(key.to_owned(), json!(texts));
    }
    resource
}

/// True when the client wants the uploaded file to go; then the resource is a link.
pub fn is_cleared(dict: &Map<String, Value>) -> bool {
    dict.get("clear_upload").is_some_and(|value| loose::bool_of(value).unwrap_or(true))
}

fn id_of(dict: &Map<String, Value>, errors: &mut ErrorDict) -> String {
    let text = text_of(dict, "id").unwrap_or_default();
    if !text.is_empty() && !id::is_uuid(&text) {
        errors.add("id", "Invalid id provided");
    }
    text
}

/// CKAN puts `http://` before an address without a scheme when it answers; kurak when it stores.
fn with_scheme(url: String) -> String {
    let scheme = url.split_once(':').map(|(scheme, _)| scheme).unwrap_or_default();
    let good = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if url.is_empty() || good { url } else { format!("http://{}", url.trim_start_matches('/')) }
}

fn format_of(dict: &Map<String, Value>, existing: Option<&Resource>, url: &str, formats: &Formats) -> String {
    match text_of(dict, "format").filter(|text| !text.is_empty()) {
        Some(text) => formats.clean(&text),
        None if existing.is_some() && !dict.contains_key("format") => existing.map(|old| old.format.clone()).unwrap_or_default(),
        None if existing.is_none() => format::guess_media_type(url).map(|guess| formats.clean(guess)).unwrap_or_default(),
        None => String::new(),
    }
}

fn size_of(dict: &Map<String, Value>, existing: Option<&Resource>, errors: &mut ErrorDict) -> Option<i64> {
    match dict.get("size") {
        None => existing.and_then(|old| old.size),
        Some(Value::Null) => None,
        Some(Value::String(text)) if text.trim().is_empty() => None,
        Some(Value::Number(number)) if number.as_i64().is_none() => {
            let whole = number.as_f64().filter(|size| size.fract() == 0.0).and_then(|size| format!("{size:.0}").parse().ok());
            if whole.is_none() {
                errors.add("size", "Invalid integer");
            }
            whole
        }
        Some(value) => match i64::read(value) {
            Ok(size) => Some(size),
            Err(message) => {
                errors.add("size", message);
                None
            }
        },
    }
}

fn date_of(dict: &Map<String, Value>, name: &str, old: Option<Stamp>, errors: &mut ErrorDict) -> Option<Stamp> {
    let Some(value) = dict.get(name) else { return old };
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.trim(),
        _ => "not a date",
    };
    if text.is_empty() {
        return None;
    }
    let date = Stamp::parse(text);
    if date.is_none() {
        errors.add(name, "Date format incorrect");
    }
    date
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_json(value: &Value, existing: Option<&Resource>) -> (Resource, Value) {
        let mut errors = ErrorDict::default();
        let resource = read(value.as_object().unwrap(), existing, ("ky", Formats::built_in()), &mut errors);
        (resource, Value::Object(errors.fields().clone()))
    }

    #[test]
    fn formats_are_guessed_and_unknown_keys_kept() {
        let (resource, errors) = read_json(&json!({"url": " x.org/a.csv ", "theme": {"a": [1]}, "position": 7}), None);
        assert_eq!(errors, json!({}));
        assert_eq!((resource.url.as_str(), resource.format.as_str()), ("http://x.org/a.csv", "CSV"));
        assert_eq!(resource.extras.get("theme"), Some(&json!({"a": [1]})));
        assert_eq!(resource.extras.len(), 1);
    }

    #[test]
    fn every_fault_is_told() {
        let (_, errors) = read_json(&json!({"id": "zz", "size": "abc", "created": "31/12/2020"}), None);
        assert_eq!(
            errors,
            json!({"id": ["Invalid id provided"], "size": ["Invalid integer"], "created": ["Date format incorrect"]})
        );
    }

    #[test]
    fn an_update_keeps_what_ckan_keeps() {
        let old = Resource { name: Some("N".into()), format: "CSV".into(), description: Some("D".into()), ..Resource::default() };
        let (resource, _) = read_json(&json!({"url": "http://x.org"}), Some(&old));
        assert_eq!((resource.name.as_deref(), resource.format.as_str(), resource.description), (Some("N"), "CSV", None));
    }

    #[test]
    fn a_name_and_its_translations_say_the_same() {
        let (made, errors) =
            read_json(&json!({"url": "x", "name_translated": "{\"ky\": \"к\", \"ru\": \"р\", \"en\": \"\"}"}), None);
        assert_eq!((errors, made.name.as_deref()), (json!({}), Some("к")));
        assert_eq!(made.extras["name_translated"], json!({"ky": "к", "ru": "р"}));
        let sent =
            json!({"url": "x", "name": "к2", "name_translated": {"ky": "к", "ru": "р"}, "description_translated": {"ru": "о"}});
        let (changed, _) = read_json(&sent, Some(&made));
        assert_eq!((changed.name.as_deref(), changed.description.as_deref()), (Some("к2"), Some("о")));
        assert_eq!(changed.extras["name_translated"], json!({"ky": "к2", "ru": "р"}));
        let (without, _) = read_json(&json!({"url": "x", "name": "n", "name_translated": ""}), Some(&made));
        assert!(without.extras.is_empty() && without.name.as_deref() == Some("n"));
        let (_, errors) = read_json(&json!({"url": "x", "name_translated": ["к"]}), None);
        assert_eq!(errors, json!({"name_translated": ["expecting JSON object"]}));
    }
}
