//! What tells an unchanged dataset from a changed one: sha256 over the configuration it is read with and the dataset, as
//! bytes (quick) or in a form that does not depend on the order of keys.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::source::Source;

/// Changes whenever mapping changes what it makes of the same input.
const MAPPING: &str = "1";

/// A digest.
pub type Hash = [u8; 32];

/// What of a source decides how its datasets are read.
#[must_use]
pub fn of_source(source: &Source) -> Hash {
    let mut hasher = Sha256::new();
    let owner = source.owner_org.as_deref().unwrap_or_default();
    for part in [MAPPING, &source.id, &source.type_, &source.url, &source.config, &source.title, owner] {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

/// Of the text as it came.
#[must_use]
pub fn of_text(source: &Hash, text: &str) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(source);
    hasher.update(text.as_bytes());
    hasher.finalize().into()
}

/// Of what was read, whatever the order of its keys.
#[must_use]
pub fn of_dict(source: &Hash, dict: &Map<String, Value>) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(source);
    let mut text = Vec::with_capacity(4096);
    write_map(&mut text, dict);
    hasher.update(&text);
    hasher.finalize().into()
}

/// 16 bytes that stand for a guid.
#[must_use]
pub fn of_guid(guid: &str) -> [u8; 16] {
    let digest = Sha256::digest(guid.as_bytes());
    let mut short = [0; 16];
    short.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
    short
}

fn write_text(text: &mut Vec<u8>, value: &str) {
    text.extend_from_slice(&value.len().to_le_bytes());
    text.extend_from_slice(value.as_bytes());
}

fn write_map(text: &mut Vec<u8>, map: &Map<String, Value>) {
    let mut entries: Vec<(&String, &Value)> = map.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    text.push(b'{');
    for (key, value) in entries {
        write_text(text, key);
        write(text, value);
    }
    text.push(b'}');
}

fn write(text: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Object(map) => write_map(text, map),
        Value::Array(items) => {
            text.push(b'[');
            items.iter().for_each(|item| write(text, item));
            text.push(b']');
        }
        Value::String(value) => {
            text.push(b'"');
            write_text(text, value);
        }
        other => {
            text.push(b':');
            text.extend_from_slice(other.to_string().as_bytes());
            text.push(b';');
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_order_of_keys_does_not_matter() {
        let of = |value: Value| of_dict(&[0; 32], value.as_object().unwrap());
        assert_eq!(of(json!({"a": 1, "b": {"c": [1, 2], "d": null}})), of(json!({"b": {"d": null, "c": [1, 2]}, "a": 1})));
        assert_ne!(of(json!({"a": [1, 2]})), of(json!({"a": [2, 1]})));
        assert_ne!(of(json!({"a": "1"})), of(json!({"a": 1})));
        assert_ne!(of(json!({"a": "b", "c": ""})), of(json!({"a": "", "c": "b"})));
        assert_ne!(of(json!({})), of_dict(&[1; 32], &Map::new()));
    }
}
