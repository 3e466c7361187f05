//! Forms and query strings. Every value is a text; a repeated name is a list.

use std::borrow::Cow;

use action::action::Input;
use base::limits;
use serde_json::{Map, Value};

use super::{Refused, json, json_error};

/// A form; one whose only field has no value or `1`, or that begins with a brace, is JSON that curl sent without a
/// content type.
pub fn read(body: &[u8]) -> Result<Input, Refused> {
    let body = body.trim_ascii();
    if body.first() == Some(&b'{') {
        return embedded(body);
    }
    if body.first() == Some(&b'%') {
        let decoded = decoded(body);
        if decoded.trim_start().starts_with('{') {
            return embedded(decoded.trim().as_bytes());
        }
    }
    single(pairs(url::form_urlencoded::parse(body))?)
}

/// CKAN's rule: exactly one field, of value `""` or `"1"`: its name is JSON.
pub fn single(input: Input) -> Result<Input, Refused> {
    let mut fields = input.iter();
    if let (Some((name, value)), None) = (fields.next(), fields.next())
        && matches!(value.as_str(), Some("" | "1"))
    {
        return json(name.as_bytes());
    }
    Ok(input)
}

/// JSON that was sent as the name of a field, with or without the `=` that some clients put behind it.
fn embedded(body: &[u8]) -> Result<Input, Refused> {
    let without = [b"=1".as_slice(), b"="].iter().find_map(|end| body.strip_suffix(*end));
    json(body).or_else(|refused| without.map_or(Err(refused), json))
}

fn decoded(body: &[u8]) -> String {
    // A name without `=` or `&` comes back whole.
    let quoted: Vec<u8> = body
        .iter()
        .flat_map(|byte| match byte {
            b'=' => b"%3D".to_vec(),
            b'&' => b"%26".to_vec(),
            other => vec![*other],
        })
        .collect();
    url::form_urlencoded::parse(&quoted).map(|(name, _)| name.into_owned()).collect()
}

/// `a=1&b=2&b=3`: names and their texts, within the bounds of a JSON body.
pub fn pairs<'a>(fields: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> Result<Input, Refused> {
    let mut input = Map::new();
    for (place, (name, value)) in fields.enumerate() {
        if place >= limits::JSON_KEYS {
            return Err(json_error(&format!("The request is refused: more than {} fields", limits::JSON_KEYS)));
        }
        if name.contains('\0') || value.contains('\0') {
            return Err(json_error("The request is refused: a text has a NUL character"));
        }
        if value.len() > limits::STRING_BYTES {
            return Err(json_error(&format!("The request is refused: a text is longer than {} bytes", limits::STRING_BYTES)));
        }
        let value = Value::String(value.into_owned());
        match input.get_mut(name.as_ref()) {
            None => {
                input.insert(name.into_owned(), value);
            }
            Some(Value::Array(list)) => list.push(value),
            Some(first) => {
                let list = vec![first.take(), value];
                *first = Value::Array(list);
            }
        }
    }
    Ok(input)
}
