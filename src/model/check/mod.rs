//! What is valid: rules without side effects, in CKAN's words (validators.tsv), and the readers that apply them to a
//! whole object and gather every fault.

pub mod package;
pub mod resource;
pub mod tag;
pub mod text;
pub mod translated;

use base::{Error, Result};
use serde_json::{Map, Value};

/// A list of objects under `name`: `None` when left out or `null`.
///
/// # Errors
/// Integrity, as CKAN answers when something else stands where a list of objects is due.
pub fn objects<'a>(dict: &'a Map<String, Value>, name: &str) -> Result<Option<Vec<&'a Map<String, Value>>>> {
    let kind = match dict.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(items)) => {
            let objects: Option<Vec<_>> = items.iter().map(Value::as_object).collect();
            match objects {
                Some(objects) => return Ok(Some(objects)),
                None => "list",
            }
        }
        Some(Value::Object(_)) => "dict",
        Some(Value::String(text)) if text.is_empty() => return Ok(Some(Vec::new())),
        Some(Value::String(_)) => "str",
        Some(Value::Bool(_)) => "bool",
        Some(Value::Number(number)) => {
            if number.is_f64() {
                "float"
            } else {
                "int"
            }
        }
    };
    Err(Error::integrity(format!("Only lists of dicts can be placed against subschema ('{name}',), not <class '{kind}'>")))
}

/// A scalar as text: `None` when left out or `null`, everything else as CKAN's `unicode_safe` makes it.
#[must_use]
pub fn text_of(dict: &Map<String, Value>, name: &str) -> Option<String> {
    dict.get(name).filter(|value| !value.is_null()).map(base::loose::text_of)
}
