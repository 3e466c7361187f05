//! Which part of a list of activities is asked for (schemas.tsv: `default_activity_list_schema`). CKAN checks these before
//! it asks for rights, so they are read here and not by the frame.

use action::settings::ActivitySettings;
use base::{
    ErrorDict,
    loose::{self, Loose},
    time::Stamp,
};
use serde_json::{Value, json};

/// A number as it came.
#[derive(Clone, Debug)]
pub struct Number(pub Value);

impl Loose for Number {
    fn schema() -> Value {
        json!({"type": "integer", "minimum": 0})
    }

    fn read(value: &Value) -> Result<Self, String> {
        Ok(Self(value.clone()))
    }
}

/// Seconds since 1970 as they came.
#[derive(Clone, Debug)]
pub struct Moment(pub Value);

impl Loose for Moment {
    fn schema() -> Value {
        json!({"type": "number"})
    }

    fn read(value: &Value) -> Result<Self, String> {
        Ok(Self(value.clone()))
    }
}

/// A list of texts as it came.
#[derive(Clone, Debug)]
pub struct Texts(pub Value);

impl Loose for Texts {
    fn schema() -> Value {
        json!({"type": "array", "items": {"type": "string"}})
    }

    fn read(value: &Value) -> Result<Self, String> {
        Ok(Self(value.clone()))
    }
}

/// A part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub limit: i64,
    pub offset: i64,
    pub after: Option<Stamp>,
    pub before: Option<Stamp>,
}

impl Window {
    /// Reads it. `limit` 0 is the largest one, as more is never shown.
    #[must_use]
    pub fn read(
        settings: &ActivitySettings,
        (limit, offset): (Option<&Number>, Option<&Number>),
        (after, before): (Option<&Moment>, Option<&Moment>),
        errors: &mut ErrorDict,
    ) -> Self {
        let most = i64::try_from(settings.list_limit_max).unwrap_or(i64::MAX);
        let standard = i64::try_from(settings.list_limit).unwrap_or(most).min(most);
        let limit = match number(limit, "limit", errors) {
            None => standard,
            Some(0) => most,
            Some(limit) => limit.min(most),
        };
        if errors.fields().get("limit").and_then(|messages| messages.get(0)).is_some_and(|first| first == "Invalid integer") {
            errors.add("limit", "Please enter an integer value");
        }
        let offset = number(offset, "offset", errors).unwrap_or(0);
        Self { limit, offset, after: moment(after, "after", errors), before: moment(before, "before", errors) }
    }
}

fn number(sent: Option<&Number>, field: &str, errors: &mut ErrorDict) -> Option<i64> {
    let value = &sent?.0;
    if value.as_str() == Some("") {
        return None;
    }
    match i64::read(value) {
        Ok(number) if number >= 0 => return Some(number),
        Ok(_negative) => errors.add(field, "Must be a natural number"),
        Err(message) => errors.add(field, message),
    }
    None
}

fn moment(sent: Option<&Moment>, field: &str, errors: &mut ErrorDict) -> Option<Stamp> {
    let value = &sent?.0;
    let seconds: Option<f64> = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let stamp = seconds.filter(|seconds| seconds.abs() < 1e11).and_then(|seconds| {
        let whole = std::time::Duration::try_from_secs_f64(seconds.abs()).ok()?;
        // Rounded to microseconds: a double is not finer in our time.
        let micros = i64::try_from((whole.as_nanos() + 500) / 1_000).ok()?;
        Stamp::from_micros(if seconds < 0.0 { -micros } else { micros })
    });
    if stamp.is_none() {
        errors.add(field, "Must be a float timestamp");
    }
    stamp
}

/// Types to show or to leave out.
pub fn texts(sent: Option<&Texts>, field: &str, errors: &mut ErrorDict) -> Option<Vec<String>> {
    let Value::Array(items) = &sent?.0 else {
        errors.add(field, "Not a list");
        return None;
    };
    for item in items.iter().filter(|item| !item.is_string()) {
        errors.add(field, format!("Not a string: {}", loose::text_of(item)));
    }
    Some(items.iter().map(loose::text_of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_as_ckan_reads_them() {
        let settings = ActivitySettings::default();
        let read = |limit: Value, after: Value| {
            let mut errors = ErrorDict::default();
            let window = Window::read(&settings, (Some(&Number(limit)), None), (Some(&Moment(after)), None), &mut errors);
            (window, Value::Object(errors.fields().clone()))
        };
        let (window, errors) = read(json!("500"), json!("1795505360.293154"));
        assert_eq!((window.limit, errors), (100, json!({})));
        assert_eq!(window.after.map(|at| at.to_string()).as_deref(), Some("2026-11-24T07:29:20.293154"));
        let (_, errors) = read(json!("x"), json!("soon"));
        assert_eq!(
            errors,
            json!({"limit": ["Invalid integer", "Please enter an integer value"], "after": ["Must be a float timestamp"]})
        );
        assert_eq!(read(json!(-1), json!(0)).1, json!({"limit": ["Must be a natural number"]}));
        assert_eq!(read(json!(1), json!("inf")).1, json!({"after": ["Must be a float timestamp"]}));
    }
}
