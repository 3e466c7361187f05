//! How a request becomes the parameters of an action (ckan-api 1.2), and the few liberties that real clients need
//! (clients-insist.md): a JSON body that curl calls a form, `null` as a body, a JSON body on GET.

use action::action::Input;
use actix_web::http::Method;
use serde_json::{Map, Value};

use crate::guard;

/// Why a request is no call of an action.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// 400 with this text behind `Bad request: `.
    Bad(String),
    /// 415.
    MediaType,
}

/// A request as far as parameters go.
pub struct Sent<'a> {
    pub method: &'a Method,
    /// Without its parameters, lower case; empty when there is none.
    pub content_type: &'a str,
    pub query: &'a str,
    pub body: &'a [u8],
    /// The action changes nothing: GET is allowed.
    pub reads: bool,
}

/// Reads the parameters.
pub fn parameters(sent: &Sent) -> Result<Input, Refused> {
    let get = sent.method != Method::POST;
    if get && !sent.reads {
        return Err(json_error("Invalid request. Please use POST method for your request"));
    }
    if !get && sent.content_type == "application/x-www-form-urlencoded" {
        let input = form(sent.body)?;
        if !input.is_empty() {
            return Ok(input);
        }
    }
    if sent.reads {
        let mut input = pairs(sent.query.as_bytes());
        input.remove("callback");
        if !input.is_empty() {
            return checked(input);
        }
    }
    if sent.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    match sent.content_type {
        "application/json" => json(sent.body),
        kind if kind.starts_with("application/") && kind.ends_with("+json") => json(sent.body),
        "application/x-www-form-urlencoded" => Ok(Map::new()),
        _ if get => Ok(Map::new()),
        _ => Err(Refused::MediaType),
    }
}

fn json_error(text: &str) -> Refused {
    Refused::Bad(format!("JSON Error: {text}"))
}

fn json(body: &[u8]) -> Result<Input, Refused> {
    if let Some(fault) = guard::fault(body) {
        return Err(json_error(&format!("The request is refused: {fault}")));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(input)) => Ok(input),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(other) => {
            let shown: String = other.to_string().chars().take(100).collect();
            Err(json_error(&format!("Request data JSON decoded to {shown} but it needs to be a dictionary.")))
        }
        Err(error) => {
            Err(json_error(&format!("Error decoding JSON data. Error: {error} JSON data extracted from the request: {{}}")))
        }
    }
}

/// A form; one whose only field has no value or `1` is JSON that curl sent without a content type.
fn form(body: &[u8]) -> Result<Input, Refused> {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'{')
        && let Ok(input) = json(body)
    {
        return Ok(input);
    }
    let input = pairs(body);
    let mut fields = input.iter();
    if let (Some((name, value)), None) = (fields.next(), fields.next())
        && matches!(value.as_str(), Some("" | "1"))
    {
        let decoded = percent_decoded(body);
        let text = decoded.trim().strip_suffix("=1").or_else(|| decoded.trim().strip_suffix('=')).unwrap_or(decoded.trim());
        return json(if text.starts_with('{') { text.as_bytes() } else { name.as_bytes() });
    }
    if first == Some(&b'%') {
        let decoded = percent_decoded(body);
        if decoded.trim_start().starts_with('{')
            && let Ok(input) = json(decoded.trim().as_bytes())
        {
            return Ok(input);
        }
    }
    checked(input)
}

fn percent_decoded(body: &[u8]) -> String {
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

/// `a=1&b=2&b=3`: a repeated name is a list.
fn pairs(text: &[u8]) -> Input {
    let mut input = Map::new();
    for (name, value) in url::form_urlencoded::parse(text) {
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
    input
}

fn checked(input: Input) -> Result<Input, Refused> {
    let nul = |value: &Value| match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(|item| item.as_str().is_some_and(|text| text.contains('\0'))),
        _ => false,
    };
    if input.iter().any(|(name, value)| name.contains('\0') || nul(value)) {
        return Err(json_error("The request is refused: a text has a NUL character"));
    }
    Ok(input)
}

/// `?callback=` of a GET.
pub fn callback(method: &Method, query: &str) -> Option<String> {
    if method != Method::GET {
        return None;
    }
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, value)| name == "callback" && !value.is_empty())
        .map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn post(content_type: &str, body: &str) -> Result<Value, Refused> {
        let sent = Sent { method: &Method::POST, content_type, query: "", body: body.as_bytes(), reads: true };
        parameters(&sent).map(Value::Object)
    }

    const FORM: &str = "application/x-www-form-urlencoded";

    #[test]
    fn forms_are_texts_and_repeated_fields_lists() {
        assert_eq!(post(FORM, "id=x&fq=a&fq=b"), Ok(json!({"id": "x", "fq": ["a", "b"]})));
    }

    #[test]
    fn json_that_curl_calls_a_form_is_json() {
        for body in [r#"{"id":"a=b&c"}"#, "%7B%22id%22%3A%22a%3Db%26c%22%7D", r#"{"id":"a=b&c"}=1"#] {
            assert_eq!(post(FORM, body), Ok(json!({"id": "a=b&c"})), "{body}");
        }
        assert!(
            matches!(post(FORM, "limit=1"), Err(Refused::Bad(text)) if text.starts_with("JSON Error: Error decoding JSON data."))
        );
    }

    #[test]
    fn bodies_of_other_kinds_are_refused() {
        assert_eq!(post("text/plain", "{}"), Err(Refused::MediaType));
        assert_eq!(post("", "{}"), Err(Refused::MediaType));
        assert_eq!(post("application/vnd.api+json", r#"{"a":1}"#), Ok(json!({"a": 1})));
        assert_eq!(post("application/json", "null"), Ok(json!({})));
        assert_eq!(post("text/plain", ""), Ok(json!({})));
        assert!(matches!(post("application/json", "[1]"), Err(Refused::Bad(text)) if text.contains("decoded to [1] but")));
        assert!(matches!(post("application/json", "{bad"), Err(Refused::Bad(_))));
    }

    #[test]
    fn the_query_beats_the_body_of_a_read() {
        let sent =
            Sent { method: &Method::POST, content_type: "application/json", query: "id=q", body: b"{\"id\":\"b\"}", reads: true };
        assert_eq!(parameters(&sent).map(Value::Object), Ok(json!({"id": "q"})));
        assert_eq!(parameters(&Sent { reads: false, ..sent }).map(Value::Object), Ok(json!({"id": "b"})));
        let sent = Sent { method: &Method::GET, content_type: "", query: "", body: b"", reads: false };
        assert!(matches!(parameters(&sent), Err(Refused::Bad(text)) if text.contains("Please use POST")));
    }

    #[test]
    fn nul_is_refused_in_forms_too() {
        assert!(matches!(post(FORM, "id=a%00b&x=y"), Err(Refused::Bad(_))));
    }
}
