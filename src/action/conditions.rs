//! What a request asks beside its parameters: that the thing is as the caller believes (`If-Match`,
//! `expected_version`), and that it is done once (`Idempotency-Key`).

use base::{Error, ErrorDict, Result};
use serde_json::{Value, json};

use crate::action::Input;

/// The parameter that every write of a thing with versions takes.
pub const EXPECTED: &str = "expected_version";
/// Characters of an `Idempotency-Key`.
const KEY_LETTERS: usize = 255;

/// The conditions of one call, as the headers say them.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// `If-Match`.
    pub if_match: Option<String>,
    /// `Idempotency-Key`.
    pub key: Option<String>,
}

impl Conditions {
    /// The key, if there is a good one.
    ///
    /// # Errors
    /// BadRequest for one that is empty, too long or no plain text.
    pub fn key(&self) -> Result<Option<&str>> {
        let Some(key) = self.key.as_deref() else { return Ok(None) };
        if key.is_empty() || key.len() > KEY_LETTERS || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::bad_request(format!("An Idempotency-Key has 1 to {KEY_LETTERS} ASCII characters and no blank")));
        }
        Ok(Some(key))
    }
}

/// Versions that the caller has seen.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    by_header: Option<Vec<String>>,
    by_parameter: Option<String>,
}

impl Expected {
    /// Of a write; takes the parameter out of its input.
    #[must_use]
    pub fn of(conditions: &Conditions, input: &mut Input) -> Self {
        let parameter = input.shift_remove(EXPECTED).filter(|value| !value.is_null());
        Self {
            // `*` asks that there is something at all, which every look-up does.
            by_header: conditions
                .if_match
                .as_deref()
                .filter(|text| text.trim() != "*")
                .map(|text| text.split(',').map(opaque).collect()),
            by_parameter: parameter.as_ref().map(|value| opaque(&base::loose::text_of(value))),
        }
    }

    /// True when nothing is expected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_header.is_none() && self.by_parameter.is_none()
    }

    /// Compares with the version that is there.
    ///
    /// # Errors
    /// Precondition for the header, Validation for the parameter; both with `current_version`.
    pub fn check(&self, current: &str) -> Result<()> {
        if self.by_header.as_ref().is_some_and(|versions| versions.iter().all(|version| version != current)) {
            let mut dict = ErrorDict::default();
            dict.set("current_version", json!(current));
            return Err(Error::precondition("Somebody else has changed this meanwhile.", dict));
        }
        if self.by_parameter.as_ref().is_some_and(|version| version != current) {
            let mut dict = ErrorDict::default();
            dict.add(EXPECTED, "Somebody else has changed this meanwhile.");
            dict.set("current_version", json!(current));
            return Err(Error::validation(dict));
        }
        Ok(())
    }

    /// For a write of a thing that has no versions: a condition that nobody looks at must not pass for one that holds.
    ///
    /// # Errors
    /// BadRequest for the header, Validation for the parameter.
    pub fn refuse(&self, action: &str) -> Result<()> {
        if self.by_header.is_some() {
            return Err(Error::bad_request(format!("{action} does not go by versions: If-Match means nothing to it")));
        }
        if self.by_parameter.is_some() {
            return Err(Error::invalid(EXPECTED, format!("{action} does not go by versions")));
        }
        Ok(())
    }
}

/// `W/"x"`, `"x"` or `x`: x. (A proxy that compresses makes tags weak.)
fn opaque(tag: &str) -> String {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"').to_owned()
}

/// A value whose objects have their keys in order, so that equal requests are equal texts.
#[must_use]
pub fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            sorted.sort_unstable_by_key(|(key, _)| *key);
            Value::Object(sorted.into_iter().map(|(key, value)| (key.clone(), canonical(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(canonical).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use base::Kind;

    use super::*;

    fn expected(header: Option<&str>, parameter: Option<Value>) -> Expected {
        let mut input: Input = parameter.map(|value| (EXPECTED.to_owned(), value)).into_iter().collect();
        let expected = Expected::of(&Conditions { if_match: header.map(str::to_owned), key: None }, &mut input);
        assert!(input.is_empty());
        expected
    }

    #[test]
    fn versions_are_compared_however_they_are_written() {
        for (header, parameter, good) in [
            (None, None, true),
            (Some("*"), None, true),
            (Some("\"1-a\""), None, true),
            (Some("\"0-b\", W/\"1-a\""), None, true),
            (Some("\"0-b\""), None, false),
            (Some(""), None, false),
            (None, Some(json!("1-a")), true),
            (None, Some(json!("W/\"1-a\"")), true),
            (None, Some(json!(null)), true),
            (None, Some(json!(1)), false),
            (Some("\"1-a\""), Some(json!("2")), false),
        ] {
            assert_eq!(expected(header, parameter.clone()).check("1-a").is_ok(), good, "{header:?} {parameter:?}");
        }
        let error = expected(Some("x"), None).check("1-a").unwrap_err();
        assert_eq!((error.kind(), error.dict().fields().get("current_version")), (Kind::Precondition, Some(&json!("1-a"))));
        let error = expected(None, Some(json!("x"))).check("1-a").unwrap_err();
        assert_eq!((error.kind(), error.dict().fields().get("current_version")), (Kind::Validation, Some(&json!("1-a"))));
        assert!(expected(Some("x"), None).refuse("tag_create").is_err() && expected(None, None).refuse("tag_create").is_ok());
    }

    #[test]
    fn keys_are_short_and_plain() {
        for (key, good) in [("8e03978e-40d5-43dd-bc93-6894a57f9324", true), ("", false), ("a b", false), ("ж", false)] {
            assert_eq!(Conditions { key: Some(key.to_owned()), ..Conditions::default() }.key().is_ok(), good, "{key}");
        }
        assert!(Conditions { key: Some("x".repeat(256)), ..Conditions::default() }.key().is_err());
    }

    #[test]
    fn the_order_of_keys_does_not_count() {
        assert_eq!(canonical(&json!({"b": [{"d": 1, "c": 2}], "a": 1})).to_string(), r#"{"a":1,"b":[{"c":2,"d":1}]}"#);
    }
}
