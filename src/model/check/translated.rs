//! Reads a text in several languages as clients send it (ckanext-fluent's `fluent_text`).

use base::ErrorDict;
use serde_json::{Map, Value};

use crate::Translated;

/// `{"ky": …, "ru": …}`, or the JSON text of it; empty texts are left out.
pub fn read(dict: &Map<String, Value>, field: &str, errors: &mut ErrorDict) -> Translated {
    let parsed = match dict.get(field) {
        Some(Value::String(text)) if !text.is_empty() => serde_json::from_str(text).ok(),
        Some(Value::String(_)) | None | Some(Value::Null) => return Translated::new(),
        Some(value) => Some(value.clone()),
    };
    let Some(Value::Object(texts)) = parsed else {
        errors.add(field, "expecting JSON object");
        return Translated::new();
    };
    let mut translated = Translated::new();
    for (language, text) in texts {
        match text {
            _ if !is_language(&language) => errors.add(field, format!("invalid language code: \"{language}\"")),
            Value::String(text) if !text.is_empty() => {
                translated.insert(language, text);
            }
            Value::String(_) | Value::Null => {}
            _ => errors.add(field, format!("invalid type, expected string for language \"{language}\"")),
        }
    }
    translated
}

/// Loosely what languages are called, here and in CKAN.
#[must_use]
pub fn is_language(text: &str) -> bool {
    (2..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
