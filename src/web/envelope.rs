//! CKAN's envelope around an answer, put together from bytes that are ready.

use action::action::Answer;
use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
};
use base::{Error, Kind};
use serde_json::{Map, Value, json};

use crate::error;

/// `application/json;charset=utf-8`, without a blank, as CKAN sends it.
pub const JSON: &str = "application/json;charset=utf-8";

/// What an answer depends on beside the action.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub site_url: &'a str,
    pub action: &'a str,
    /// The caller proved who he is: nobody else may be given this answer.
    pub known: bool,
    /// `?callback=`, for GET.
    pub callback: Option<&'a str>,
}

/// A success.
pub fn success(asked: Asked, answer: &Answer) -> HttpResponse {
    let mut body = String::with_capacity(answer.result.len() + answer.beside.len() + asked.site_url.len() + 128);
    body.push_str("{\"help\":");
    body.push_str(&help(asked));
    body.push_str(",\"success\":true,\"result\":");
    body.push_str(&answer.result);
    body.push_str(&answer.beside);
    body.push('}');
    match asked.callback {
        Some(callback) => head(StatusCode::OK, asked.known, "application/javascript;charset=utf-8")
            .body(format!("{}({body});", escaped(callback))),
        None => head(StatusCode::OK, asked.known, JSON).body(body),
    }
}

/// A failure.
pub fn failure(asked: Asked, failed: &Error, request: Option<&Map<String, Value>>) -> HttpResponse {
    error::log(failed, asked.action);
    let (status, dict) = error::describe(failed, request);
    let body = format!("{{\"help\":{},\"success\":false,\"error\":{dict}}}", help(asked));
    let mut response = head(status, asked.known, JSON);
    if matches!(failed.kind(), Kind::Unavailable | Kind::TooMany) {
        response.insert_header((header::RETRY_AFTER, "2"));
    }
    response.body(body)
}

/// CKAN's bare text for requests that never reach an action: 400, a JSON string.
pub fn bad_request(text: &str) -> HttpResponse {
    head(StatusCode::BAD_REQUEST, false, JSON).body(json!(format!("Bad request: {text}")).to_string())
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
        .insert_header((header::VARY, "Authorization, Cookie"))
        .insert_header((header::CACHE_CONTROL, if known { "private, no-store" } else { "public, max-age=0, must-revalidate" }));
    response
}

/// The name of a callback, as CKAN escapes it.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&#34;").replace('\'', "&#39;")
}
