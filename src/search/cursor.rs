//! A place in an order: where a client that reads page by page goes on (`cursorMark`, as Solr spells it).
//!
//! It holds what the order says of the last dataset given, not how many were given: what comes or goes meanwhile moves
//! nobody else. A client may send anything as one; all that it can move is where its own pages begin.

use base::{Error, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::schema;
use crate::sort::{Key, Source};

/// The place before the first dataset.
pub const START: &str = "*";
/// Longest text of a place: addresses of requests hold about so much.
const BYTES: usize = 16 * 1024;

/// What an order says of a dataset, key by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A number that sorts upwards; the largest of all where the dataset has no value.
    Number(u64),
    /// `None` where the dataset has no value.
    Text(Option<String>),
}

/// Binds a place to its order: with another one it means nothing.
fn bond(keys: &[Key]) -> Value {
    let text = format!("{:?}", keys.iter().map(|key| (&key.source, key.descending)).collect::<Vec<_>>());
    Value::from(schema::fingerprint(text.as_bytes()))
}

/// The text of a place.
///
/// # Errors
/// [`base::Kind::Search`], when it would be too long.
pub fn write(marks: &[Mark], keys: &[Key]) -> Result<String> {
    let values = marks.iter().map(|mark| match mark {
        Mark::Number(number) => Value::from(*number),
        Mark::Text(text) => text.as_deref().map_or(Value::Null, Value::from),
    });
    let text = Value::Array(std::iter::once(bond(keys)).chain(values).collect()).to_string();
    let text = URL_SAFE_NO_PAD.encode(text);
    if text.len() > BYTES {
        return Err(Error::search("The values of this sort are too long for a cursorMark; sort by id or another field"));
    }
    Ok(text)
}

/// Reads a place of an order with these keys; `None` is the start.
///
/// # Errors
/// [`base::Kind::Search`] for what is none, or one of another order.
pub fn read(text: &str, keys: &[Key]) -> Result<Option<Vec<Mark>>> {
    if text == START {
        return Ok(None);
    }
    let none = || Error::search("Unable to parse 'cursorMark': it must be * or the nextCursorMark of an answer");
    if text.len() > BYTES {
        return Err(none());
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_not_ours| none())?;
    let mut values = serde_json::from_slice::<Vec<Value>>(&bytes).map_err(|_not_ours| none())?.into_iter();
    if values.next() != Some(bond(keys)) || values.len() != keys.len() {
        return Err(Error::search("The cursorMark is of a search with another sort; begin again with *"));
    }
    let marks = values.zip(keys).map(|(value, key)| match (value, &key.source) {
        (Value::Number(number), Source::Number(_)) => number.as_u64().map(Mark::Number),
        (Value::String(text), Source::Text(_)) => Some(Mark::Text(Some(text))),
        (Value::Null, Source::Text(_)) => Some(Mark::Text(None)),
        _ => None,
    });
    marks.collect::<Option<Vec<Mark>>>().map(Some).ok_or_else(none)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys() -> Vec<Key> {
        vec![
            Key { source: Source::Number("metadata_modified".to_owned()), descending: true },
            Key { source: Source::Text("id".to_owned()), descending: false },
        ]
    }

    #[test]
    fn a_place_is_of_one_order() {
        let marks = vec![Mark::Number(u64::MAX), Mark::Text(Some("ө\"".to_owned()))];
        let text = write(&marks, &keys()).unwrap();
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{text}");
        assert_eq!(read(&text, &keys()).unwrap(), Some(marks.clone()));
        assert_eq!(read(START, &keys()).unwrap(), None);
        let mut upwards = keys();
        upwards[0].descending = false;
        for other in [upwards, keys()[1..].to_vec()] {
            let error = read(&text, &other).unwrap_err();
            assert!(error.message().contains("another sort"), "{error}");
        }
        let long = vec![Mark::Number(0), Mark::Text(Some("x".repeat(BYTES)))];
        assert_eq!(write(&long, &keys()).unwrap_err().kind(), base::Kind::Search);
        assert!(write(&[Mark::Number(0), Mark::Text(None)], &keys()).is_ok());
    }

    #[test]
    fn what_is_no_place_is_refused() {
        let forged = |values: &str| URL_SAFE_NO_PAD.encode(format!("[{}{values}]", bond(&keys())));
        assert!(read(&forged(",1,\"x\""), &keys()).is_ok());
        let long = "A".repeat(BYTES + 1);
        for text in ["", "**", "AA", "ө", &long, &forged(",1"), &forged(",\"x\",1"), &forged(",-1,null"), &forged(",1.5,null")] {
            assert_eq!(read(text, &keys()).unwrap_err().kind(), base::Kind::Search, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reading(text in ".{0,80}", bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            for text in [text, URL_SAFE_NO_PAD.encode(bytes)] {
                if let Err(error) = read(&text, &keys()) {
                    prop_assert_eq!(error.kind(), base::Kind::Search);
                }
            }
        }

        #[test]
        fn what_is_written_is_read(number in any::<u64>(), text in proptest::option::of(".{0,200}")) {
            let marks = vec![Mark::Number(number), Mark::Text(text)];
            prop_assert_eq!(read(&write(&marks, &keys()).unwrap(), &keys()).unwrap(), Some(marks));
        }
    }
}
