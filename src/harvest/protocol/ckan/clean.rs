//! Makes text of strangers fit to be stored: what is wrong in a detail is repaired or left out, so that the dataset is
//! kept.

use base::time::Stamp;
use chrono::{Datelike, NaiveDate, NaiveDateTime};
use serde_json::{Map, Value};

/// Keys that change by themselves, and what plugins of the remote portal keep: they say nothing about the dataset.
const VOLATILE: &[&str] =
    &["plugin_data", "tracking_summary", "revision_id", "revision_timestamp", "total_res_downloads", "pageviews_last_14_days"];

/// Reads a dataset's text, without NUL and lone halves of surrogates, and without what changes by itself.
///
/// # Errors
/// Why it cannot be read.
pub fn parse(raw: &str) -> Result<Map<String, Value>, String> {
    let read = |text: &str| serde_json::from_str::<Map<String, Value>>(text);
    let mut dict = match read(raw) {
        Ok(dict) => dict,
        Err(first) => read(&without_lone_surrogates(raw)).map_err(|_second| format!("the dataset is not valid JSON: {first}"))?,
    };
    if raw.contains("\\u0000") {
        dict = dict.into_iter().map(|(key, value)| (key.replace('\0', ""), without_nul(value))).collect();
    }
    for key in VOLATILE {
        dict.remove(*key);
    }
    for resource in dict.get_mut("resources").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(resource) = resource.as_object_mut() {
            resource.retain(|key, _| !VOLATILE.contains(&key.as_str()));
        }
    }
    Ok(dict)
}

fn without_nul(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace('\0', "")),
        Value::Array(items) => Value::Array(items.into_iter().map(without_nul).collect()),
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(key, value)| (key.replace('\0', ""), without_nul(value))).collect())
        }
        other => other,
    }
}

/// Puts U+FFFD in place of each `\ud8xx` that has no other half.
fn without_lone_surrogates(raw: &str) -> String {
    let unit = |text: &str| {
        let digits = text.strip_prefix("\\u")?.get(..4)?;
        u32::from_str_radix(digits, 16).ok()
    };
    let mut clean = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(place) = rest.find('\\') {
        let (before, behind) = rest.split_at(place);
        clean.push_str(before);
        let high = unit(behind).filter(|unit| (0xd800..0xdc00).contains(unit));
        let low_follows = || behind.get(6..).and_then(unit).is_some_and(|unit| (0xdc00..0xe000).contains(&unit));
        let taken = match unit(behind) {
            Some(_) if high.is_some() && low_follows() => 12,
            Some(0xd800..0xe000) => {
                clean.push_str("\\ufffd");
                rest = behind.get(6..).unwrap_or_default();
                continue;
            }
            Some(_) => 6,
            // An escape of two characters; the second may be a backslash.
            None => 1 + behind.chars().nth(1).map_or(0, char::len_utf8),
        };
        let (escape, behind) = behind.split_at_checked(taken).unwrap_or((behind, ""));
        clean.push_str(escape);
        rest = behind;
    }
    clean.push_str(rest);
    clean
}

/// A date as CKAN takes it, made of what people write; `None` when nobody can say which day is meant.
#[must_use]
pub fn date(text: &str) -> Option<String> {
    let text = text.trim();
    let in_calendar = |year: i32| (1..=9999).contains(&year);
    if let Some(at) = Stamp::parse(text) {
        return in_calendar(at.naive().year()).then(|| at.to_string());
    }
    if text.len() > 40 {
        return None;
    }
    let day = ["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"]
        .iter()
        .find_map(|format| NaiveDate::parse_from_str(text, format).ok())
        .and_then(|day| day.and_hms_opt(0, 0, 0));
    let moment = || {
        ["%d/%m/%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M", "%Y/%m/%d %H:%M:%S"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
            .or_else(|| chrono::DateTime::parse_from_rfc2822(text).ok().map(|at| at.naive_utc()))
    };
    let at = day.or_else(moment)?;
    in_calendar(at.year()).then(|| Stamp::from_naive(at).to_string())
}

/// A tag as CKAN takes it: letters, digits, blanks and `-_.`, 2 to 100 of them; `None` when nothing is left. `munged`:
/// lower case ASCII with dashes.
#[must_use]
pub fn tag(text: &str, munged: bool) -> Option<String> {
    let mut clean = String::with_capacity(text.len().min(400));
    if munged {
        clean = base::name::munge(text);
        if text.trim().is_empty() {
            return None;
        }
    } else {
        for letter in text.chars() {
            let good = letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | '\u{300}'..='\u{36f}');
            if good {
                clean.push(letter);
            } else if !clean.is_empty() && !clean.ends_with(' ') {
                clean.push(' ');
            }
        }
    }
    let clean: String = clean.trim().chars().take(100).collect();
    let clean = clean.trim().to_owned();
    (clean.chars().count() >= 2).then_some(clean)
}

/// An address as CKAN takes it: without blanks, in lower case; `None` when it is none.
#[must_use]
pub fn email(text: &str) -> Option<String> {
    let clean: String = text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
    let clean = clean.trim_start_matches("mailto:").to_owned();
    (!clean.is_empty() && model::check::text::email_fault(&clean).is_none()).then_some(clean)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dates_are_repaired_or_left_out() {
        for (text, expected) in [
            ("2020-12-31", Some("2020-12-31T00:00:00")),
            ("31/12/2020", Some("2020-12-31T00:00:00")),
            ("31.12.2020 10:20", Some("2020-12-31T10:20:00")),
            ("Thu, 31 Dec 2020 10:20:30 GMT", Some("2020-12-31T10:20:30")),
            ("0000-00-00", None),
            ("2020-13-01", None),
            ("-0500-01-01", None),
            ("last Tuesday", None),
            ("март 2022", None),
            ("", None),
        ] {
            assert_eq!(date(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn tags_and_addresses_are_repaired() {
        assert_eq!(tag("бюджет, 2023 (план)", false).as_deref(), Some("бюджет 2023 план"));
        assert_eq!(tag("Öl & Gas", true).as_deref(), Some("ol-gas"));
        assert_eq!(tag("!", false), None);
        assert_eq!(tag("x", false), None);
        assert_eq!(tag(&"я".repeat(300), false).map(|tag| tag.chars().count()), Some(100));
        assert_eq!(email("INFO @MINENERGO.GOV.KG ").as_deref(), Some("INFO@MINENERGO.GOV.KG"));
        assert_eq!(email("none"), None);
    }

    #[test]
    fn texts_that_no_database_takes_are_cleaned() {
        let dict = parse(
            r#"{"title":"a\u0000b\ud800c\ud83d\ude00\\ud800","tracking_summary":{"total":1},"resources":[{"revision_id":1,"u":"x"}]}"#,
        );
        assert_eq!(Value::Object(dict.unwrap()), json!({"title": "ab\u{fffd}c😀\\ud800", "resources": [{"u": "x"}]}));
        assert!(parse("{\"n\": 1e999}").is_err());
        assert!(parse("[]").is_err());
    }
}
