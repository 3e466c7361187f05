//! Lenient reading of JSON values: clients of ten years send `"10"`, `"true"`, one or many, and `null` for "left out".

use serde_json::{Map, Value};

/// A type that a parameter can have.
pub trait Loose: Sized {
    /// The JSON Schema of what is documented, for OpenAPI.
    fn schema() -> Value;
    /// Reads a value that is there and not `null`.
    ///
    /// # Errors
    /// A message for the field's list in the error dict, in CKAN's words.
    fn read(value: &Value) -> Result<Self, String>;
}

/// The text form that CKAN stores for a scalar field: text as it is, everything else as JSON.
#[must_use]
pub fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Python's and CKAN's spellings of truth (`asbool`).
#[must_use]
pub fn bool_of(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => number.as_f64().map(|number| number != 0.0),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" | "t" | "1" => Some(true),
            "false" | "no" | "off" | "n" | "f" | "0" | "" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

impl Loose for String {
    fn schema() -> Value {
        serde_json::json!({"type": "string"})
    }
    fn read(value: &Value) -> Result<Self, String> {
        Ok(text_of(value))
    }
}

impl Loose for bool {
    fn schema() -> Value {
        serde_json::json!({"type": "boolean"})
    }
    fn read(value: &Value) -> Result<Self, String> {
        bool_of(value).ok_or_else(|| "Parameter is not an bool".to_owned())
    }
}

impl Loose for i64 {
    fn schema() -> Value {
        serde_json::json!({"type": "integer"})
    }
    fn read(value: &Value) -> Result<Self, String> {
        let number = match value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| "Invalid integer".to_owned())
    }
}

/// A number that counts: CKAN's `natural_number_validator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Natural(pub usize);

impl Loose for Natural {
    fn schema() -> Value {
        serde_json::json!({"type": "integer", "minimum": 0})
    }
    fn read(value: &Value) -> Result<Self, String> {
        let number = i64::read(value)?;
        usize::try_from(number).map(Self).map_err(|_negative| "Must be a natural number".to_owned())
    }
}

impl Loose for Vec<String> {
    fn schema() -> Value {
        serde_json::json!({"type": "array", "items": {"type": "string"}})
    }
    fn read(value: &Value) -> Result<Self, String> {
        Ok(match value {
            Value::Array(items) => items.iter().filter(|item| !item.is_null()).map(text_of).collect(),
            one => vec![text_of(one)],
        })
    }
}

impl Loose for Value {
    fn schema() -> Value {
        serde_json::json!({})
    }
    fn read(value: &Value) -> Result<Self, String> {
        Ok(value.clone())
    }
}

impl Loose for Map<String, Value> {
    fn schema() -> Value {
        serde_json::json!({"type": "object"})
    }
    fn read(value: &Value) -> Result<Self, String> {
        match value {
            Value::Object(map) => Ok(map.clone()),
            _ => Err("Must be an object".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_count_as_what_they_say() {
        assert_eq!(i64::read(&json!("10")), Ok(10));
        assert_eq!(i64::read(&json!("x")), Err("Invalid integer".to_owned()));
        assert_eq!(i64::read(&json!(1.5)), Err("Invalid integer".to_owned()));
        assert_eq!(Natural::read(&json!(-1)), Err("Must be a natural number".to_owned()));
        assert_eq!(bool::read(&json!("True")), Ok(true));
        assert_eq!(bool::read(&json!("maybe")), Err("Parameter is not an bool".to_owned()));
        assert_eq!(String::read(&json!([{"q": 1}])), Ok(r#"[{"q":1}]"#.to_owned()));
        assert_eq!(Vec::<String>::read(&json!("one")), Ok(vec!["one".to_owned()]));
    }
}
