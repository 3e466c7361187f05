//! JSONP: `?callback=f` of a GET wraps a good answer into a call of `f` (ckan-api 1.3).

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, http::StatusCode};

use crate::{
    envelope::{JSON, head},
    extract::callback,
};

/// JSON, or the same as a script for who asks for one.
pub fn answer(request: &HttpRequest, known: bool, json: &str) -> HttpResponse {
    match callback(request.method(), request.query_string()) {
        Some(callback) => response(known, &callback, json),
        None => head(StatusCode::OK, known, JSON).body(json.to_owned()),
    }
}

/// The script. Its first letters are the callback's, because that is how CKAN's clients unwrap it.
pub fn response(known: bool, callback: &str, json: &str) -> HttpResponse {
    let mut builder: HttpResponseBuilder = head(StatusCode::OK, known, "application/javascript;charset=utf-8");
    builder.body(format!("{callback}({json});"))
}
