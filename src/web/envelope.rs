//! CKAN's envelope around an answer, put together from bytes that are ready.

use action::action::Answer;
use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
};
use base::{Error, Kind};
use serde_json::{Map, Value, json};

use crate::{
    arrival, error,
    messages::{self, Spoken},
    script,
};

/// `application/json;charset=utf-8`, without a blank, as CKAN sends it.
pub const JSON: &str = "application/json;charset=utf-8";

/// Says that a write was done before, under the same `Idempotency-Key`, and not now.
const REPLAYED: &str = "idempotent-replayed";

/// What an answer depends on beside the action.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub site_url: &'a str,
    pub action: &'a str,
    /// The caller proved who he is: nobody else may be given this answer.
    pub known: bool,
    /// `?callback=`, for GET: the name of a function.
    pub callback: Option<&'a str>,
    /// The request's number, for the log.
    pub request: &'a str,
    /// What failures are told in, if not in English.
    pub spoken: Option<Spoken>,
}

/// A success.
pub fn success(asked: Asked, answer: &Answer) -> HttpResponse {
    let mut body = String::with_capacity(answer.result.len() + answer.beside.len() + asked.site_url.len() + 128);
    body.push_str("{\"help\": ");
    body.push_str(&help(asked));
    body.push_str(", \"success\": true, \"result\": ");
    body.push_str(&answer.result);
    body.push_str(&answer.beside);
    body.push('}');
    match asked.callback {
        Some(callback) => script::response(asked.known, callback, &body),
        None => {
            let mut response = head(StatusCode::OK, asked.known, JSON);
            if let Some(version) = &answer.version {
                response.insert_header((header::ETAG, format!("\"{version}\"")));
            }
            if answer.replayed {
                response.insert_header((REPLAYED, "true"));
            }
            arrival::tell(answer, &mut response);
            response.body(body)
        }
    }
}

/// A failure.
pub fn failure(asked: Asked, failed: &Error, request: Option<&Map<String, Value>>) -> HttpResponse {
    error::log(failed, asked.action, asked.request);
    let (status, mut dict) = error::describe(failed, request);
    if let Some(language) = asked.spoken {
        messages::translate(&mut dict, language);
    }
    let body = format!("{{\"help\": {}, \"success\": false, \"error\": {}}}", help(asked), ascii(&dict.to_string()));
    let mut response = head(status, asked.known, JSON);
    if matches!(failed.kind(), Kind::Unavailable | Kind::TooMany) {
        response.insert_header((header::RETRY_AFTER, "2"));
    }
    response.body(body)
}

/// The answer to a request that panicked, wherever that was.
pub fn broken() -> HttpResponse {
    let error = Error::internal("panic");
    let (status, dict) = error::describe(&error, None);
    head(status, true, JSON).body(json!({"success": false, "error": dict}).to_string())
}

/// CKAN's bare text for requests that never reach an action: 400, a JSON string.
pub fn bad_request(text: &str) -> HttpResponse {
    head(StatusCode::BAD_REQUEST, false, JSON).body(ascii(&json!(format!("Bad request: {text}")).to_string()))
}

/// JSON whose letters beyond ASCII are escaped, as Python writes it: clients look for pieces of messages in it.
fn ascii(json: &str) -> String {
    if json.is_ascii() {
        return json.to_owned();
    }
    let mut escaped = String::with_capacity(json.len() * 2);
    let mut units = [0_u16; 2];
    for letter in json.chars() {
        if letter.is_ascii() {
            escaped.push(letter);
            continue;
        }
        for unit in letter.encode_utf16(&mut units) {
            escaped.push_str(&format!("\\u{unit:04x}"));
        }
    }
    escaped
}

fn help(asked: Asked) -> String {
    json!(format!("{}/api/3/action/help_show?name={}", asked.site_url, asked.action)).to_string()
}

/// The headers of every answer of the API.
pub fn head(status: StatusCode, known: bool, content_type: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::CONTENT_TYPE, content_type))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::VARY, "Authorization, X-CKAN-API-Key, Cookie, Accept-Language"))
        .insert_header((header::CACHE_CONTROL, if known { "private, no-store" } else { "public, max-age=0, must-revalidate" }));
    response
}

/// Text for HTML and XML, escaped as CKAN does it.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&#34;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;

    use super::*;

    const ASKED: Asked =
        Asked { site_url: "https://x.kg", action: "tag_list", known: false, callback: None, request: "", spoken: None };

    async fn text(response: HttpResponse) -> String {
        String::from_utf8(to_bytes(response.into_body()).await.unwrap().to_vec()).unwrap()
    }

    #[actix_web::test]
    async fn bytes_are_put_together_as_they_are() {
        let answer = Answer { result: "[1, 2]".to_owned(), beside: ",\"changed_entities\":{}".to_owned(), ..Answer::default() };
        assert_eq!(
            text(success(ASKED, &answer)).await,
            "{\"help\": \"https://x.kg/api/3/action/help_show?name=tag_list\", \"success\": true, \"result\": [1, 2],\"changed_entities\":{}}"
        );
        let script = success(Asked { callback: Some("a.b"), ..ASKED }, &answer);
        assert_eq!(script.headers().get(header::CONTENT_TYPE).unwrap(), "application/javascript;charset=utf-8");
        let script = text(script).await;
        assert!(script.starts_with("a.b({\"help\"") && script.ends_with("});"), "{script}");
    }

    #[actix_web::test]
    async fn what_a_known_caller_gets_is_for_nobody_else() {
        let answer = Answer { result: "1".to_owned(), ..Answer::default() };
        let shared = success(ASKED, &answer);
        assert_eq!(shared.headers().get(header::CACHE_CONTROL).unwrap(), "public, max-age=0, must-revalidate");
        let private = failure(Asked { known: true, ..ASKED }, &Error::denied(""), None);
        assert_eq!(private.headers().get(header::CACHE_CONTROL).unwrap(), "private, no-store");
        assert!(private.headers().get(header::VARY).unwrap().to_str().unwrap().contains("X-CKAN-API-Key"));
    }

    #[test]
    fn failures_are_written_in_plain_letters() {
        assert_eq!(ascii("{\"Δ\": \"😀 a\"}"), r#"{"\u0394": "\ud83d\ude00 a"}"#);
    }

    #[actix_web::test]
    async fn who_comes_at_a_bad_time_is_told_when_to_come_back() {
        let busy = failure(ASKED, &Error::unavailable("pool"), None);
        assert_eq!((busy.status().as_u16(), busy.headers().get(header::RETRY_AFTER).unwrap().to_str().unwrap()), (503, "2"));
        assert!(!text(busy).await.contains("pool"));
        assert_eq!(ascii("\"Δ 😀 a\""), r#""\u0394 \ud83d\ude00 a""#);
        assert_eq!(text(bad_request("Action name not known: \"x")).await, r#""Bad request: Action name not known: \"x""#);
    }
}
