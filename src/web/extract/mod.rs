//! How a request becomes the parameters of an action (ckan-api 1.2), and the few liberties that real clients need
//! (clients-insist.md): a JSON body that curl calls a form, `null` as a body, a JSON body on GET.
//!
//! Must never build anything of a body before the guard has looked at its bytes.

pub mod body;
mod form;
pub mod form_data;
mod guard;
mod multipart;
#[cfg(test)]
mod tests;

use action::action::Input;
use actix_web::http::Method;
use serde_json::{Map, Value};

/// Why a request is no call of an action.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// 400 with this text behind `Bad request: `.
    Bad(String),
    /// 415.
    MediaType,
}

/// The fields of a form.
#[derive(Default)]
pub struct Fields(pub Input);

impl Fields {
    /// The text of a field; empty when it was not sent.
    pub fn text(&self, name: &str) -> String {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

/// A request as far as parameters go.
pub struct Sent<'a> {
    pub method: &'a Method,
    /// As sent; empty when there is none.
    pub content_type: &'a str,
    pub query: &'a str,
    pub body: &'a [u8],
    /// What a form in parts held.
    pub form: Option<Input>,
    /// The action changes nothing: GET is allowed.
    pub reads: bool,
}

const PARTS: &str = "multipart/form-data";

/// True for a form in parts, which is read as it comes.
pub fn is_in_parts(method: &Method, content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    *method == Method::POST && kind.eq_ignore_ascii_case(PARTS)
}

/// Reads the parameters; the first place that holds any wins: form, query (of an action that reads), JSON.
///
/// # Errors
/// What the client did wrong.
pub fn parameters(sent: &Sent) -> Result<Input, Refused> {
    let get = sent.method != Method::POST;
    if get && !sent.reads {
        return Err(json_error("Invalid request. Please use POST method for your request"));
    }
    let kind = sent.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_form = matches!(kind.as_str(), "application/x-www-form-urlencoded" | PARTS);
    if !get && is_form {
        let input = if kind == PARTS { sent.form.clone().unwrap_or_default() } else { form::read(sent.body)? };
        if !input.is_empty() {
            return Ok(input);
        }
    }
    if sent.reads {
        let mut input = form::pairs(url::form_urlencoded::parse(sent.query.as_bytes()))?;
        // What language is asked for is no parameter of an action.
        ["callback", "lang"].iter().for_each(|name| drop(input.shift_remove(*name)));
        if !input.is_empty() {
            return Ok(input);
        }
    }
    if sent.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    if kind == "application/json" || kind.ends_with("+json") {
        return json(sent.body);
    }
    if is_form || get { Ok(Map::new()) } else { Err(Refused::MediaType) }
}

fn json_error(text: &str) -> Refused {
    Refused::Bad(format!("JSON Error: {text}"))
}

/// An object of a JSON body; `null` is an empty one.
fn json(body: &[u8]) -> Result<Input, Refused> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if let Some(fault) = guard::fault(body) {
        return Err(json_error(&format!("The request is refused: {fault}")));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(input)) => Ok(input),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(other) => Err(json_error(&format!(
            "Request data JSON decoded to {} but it needs to be a dictionary.",
            shown(other.to_string().as_bytes())
        ))),
        Err(error) => Err(json_error(&format!(
            "Error decoding JSON data. Error: {error} JSON data extracted from the request: {}",
            shown(body)
        ))),
    }
}

/// The beginning of what a client sent, for a message.
fn shown(text: &[u8]) -> String {
    let start = text.get(..text.len().min(400)).unwrap_or_default();
    String::from_utf8_lossy(start).chars().filter(|letter| !letter.is_control()).take(100).collect()
}

/// Letters of the longest callback.
const CALLBACK: usize = 64;

/// `?callback=` of a GET, where it is the name of a function. Anything else asks for no script.
pub fn callback(method: &Method, query: &str) -> Option<String> {
    if method != Method::GET || !query.contains("callback") {
        return None;
    }
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, value)| name == "callback" && is_function(value))
        .map(|(_, value)| value.into_owned())
}

/// True for a name in a script, or some with points between them.
fn is_function(name: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_$.".contains(&byte);
    let first = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || b"_$".contains(&byte));
    first && name.len() <= CALLBACK && name.bytes().all(letter)
}
