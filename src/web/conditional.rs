//! Conditional requests and ranges (RFC 9110, sections 13 and 14) for something of a known size and time.

use std::time::SystemTime;

use actix_web::http::header::{self, HeaderMap, HeaderName, HttpDate};

/// What a client wants of a file, and what it is told of it.
#[derive(Debug)]
pub struct Wanted {
    pub asked: Asked,
    /// Strong; empty when the time is not known.
    pub tag: String,
    pub modified: Option<String>,
}

/// What is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Whole,
    Part(Part),
    /// 304.
    Unchanged,
    /// 412.
    Changed,
    /// 416.
    Impossible,
}

/// From one byte to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub first: u64,
    pub last: u64,
}

impl Wanted {
    /// Reads the headers of a request. `tag`: that of the thing, where it has one that says more than size and time.
    pub fn of(headers: &HeaderMap, size: u64, modified: Option<SystemTime>, tag: Option<String>) -> Self {
        let since = modified.and_then(|modified| modified.duration_since(SystemTime::UNIX_EPOCH).ok());
        let tag = tag.or_else(|| since.map(|since| format!("\"{size:x}-{:x}\"", since.as_nanos()))).unwrap_or_default();
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let seconds = since.map(|since| since.as_secs());
        let date = |text: &str| {
            let date: HttpDate = text.parse().ok()?;
            SystemTime::from(date).duration_since(SystemTime::UNIX_EPOCH).ok().map(|date| date.as_secs())
        };
        let matches = |list: &str| names(list, &tag);
        let asked = if text(header::IF_MATCH).is_some_and(|list| !matches(list)) {
            Asked::Changed
        } else if let Some(list) = text(header::IF_NONE_MATCH) {
            if matches(list) { Asked::Unchanged } else { range(text(header::RANGE), size) }
        } else if text(header::IF_MODIFIED_SINCE).and_then(date).zip(seconds).is_some_and(|(known, now)| now <= known) {
            Asked::Unchanged
        } else if text(header::IF_RANGE)
            .is_some_and(|known| known.trim() != tag && date(known).zip(seconds).is_none_or(|(known, now)| known != now))
        {
            Asked::Whole
        } else {
            range(text(header::RANGE), size)
        };
        Self { asked, tag, modified: modified.map(|modified| HttpDate::from(modified).to_string()) }
    }
}

/// True when the list of an `If-Match` or `If-None-Match` names the tag, or anything that is there. A compressed answer has
/// the tag of the plain one, so `W/` is no difference.
pub fn names(list: &str, tag: &str) -> bool {
    list.trim() == "*" || !tag.is_empty() && list.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
}

/// One range of bytes; several, or what cannot be read, is the whole.
fn range(text: Option<&str>, size: u64) -> Asked {
    let Some((first, last)) = text.and_then(|text| text.trim().strip_prefix("bytes=")).and_then(|text| text.split_once('-'))
    else {
        return Asked::Whole;
    };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    match (first.trim(), last.trim()) {
        ("", last) => match number(last) {
            None => Asked::Whole,
            Some(0) => Asked::Impossible,
            Some(_) if size == 0 => Asked::Impossible,
            Some(count) => Asked::Part(Part { first: size.saturating_sub(count), last: size - 1 }),
        },
        (first, last) => match (number(first), last, number(last)) {
            (None, ..) => Asked::Whole,
            (Some(_), last, None) if !last.is_empty() => Asked::Whole,
            (Some(first), _, Some(last)) if last < first => Asked::Whole,
            (Some(first), ..) if first >= size => Asked::Impossible,
            (Some(first), _, last) => Asked::Part(Part { first, last: last.map_or(size - 1, |last| last.min(size - 1)) }),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        let part = |first, last| Asked::Part(Part { first, last });
        for (text, asked) in [
            ("bytes=0-0", part(0, 0)),
            ("bytes=2-", part(2, 9)),
            ("bytes=2-99", part(2, 9)),
            ("bytes=-3", part(7, 9)),
            ("bytes=-99", part(0, 9)),
            ("bytes=10-", Asked::Impossible),
            ("bytes=-0", Asked::Impossible),
            ("bytes=5-2", Asked::Whole),
            ("bytes=0-1,3-4", Asked::Whole),
            ("lines=0-1", Asked::Whole),
            ("bytes=x", Asked::Whole),
            ("bytes=99999999999999999999-", Asked::Whole),
        ] {
            assert_eq!(range(Some(text), 10), asked, "{text}");
        }
        assert_eq!(range(Some("bytes=0-"), 0), Asked::Impossible);
    }

    #[test]
    fn what_a_client_has_is_not_sent_again() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_500);
        let ask = |pairs: &[(HeaderName, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(name.clone(), HeaderValue::from_str(value).unwrap());
            }
            Wanted::of(&headers, 10, Some(time), None)
        };
        let tag = ask(&[]).tag;
        let date = ask(&[]).modified.unwrap();
        assert_eq!(date, "Tue, 14 Nov 2023 22:13:20 GMT");
        for (pairs, asked) in [
            (vec![(header::IF_NONE_MATCH, tag.as_str())], Asked::Unchanged),
            (vec![(header::IF_NONE_MATCH, "*")], Asked::Unchanged),
            (vec![(header::IF_NONE_MATCH, "\"x\""), (header::IF_MODIFIED_SINCE, &date)], Asked::Whole),
            (vec![(header::IF_MODIFIED_SINCE, date.as_str())], Asked::Unchanged),
            (vec![(header::IF_MATCH, "\"x\"")], Asked::Changed),
            (vec![(header::IF_RANGE, "\"x\""), (header::RANGE, "bytes=1-")], Asked::Whole),
            (vec![(header::IF_RANGE, &tag), (header::RANGE, "bytes=1-")], Asked::Part(Part { first: 1, last: 9 })),
        ] {
            assert_eq!(ask(&pairs).asked, asked, "{pairs:?}");
        }
    }
}
