//! The only place that knows status codes and CKAN's `__type` words (ckan-api 1.3).

use actix_web::http::StatusCode;
use base::{Error, Kind};
use serde_json::{Map, Value, json};

/// The status and the `error` member of a failure. `request` is echoed where CKAN echoes it.
pub fn describe(error: &Error, request: Option<&Map<String, Value>>) -> (StatusCode, Value) {
    let (status, kind) = class(error.kind());
    let mut dict = error.dict().fields().clone();
    match error.kind() {
        Kind::Validation => {}
        Kind::NotFound => {
            dict.insert("message".to_owned(), json!(reasoned("Not found", error.message())));
        }
        Kind::Denied => {
            dict.insert("message".to_owned(), json!(reasoned("Access denied", error.message())));
        }
        Kind::Search if !error.message().starts_with("Search error") => {
            dict.insert("message".to_owned(), json!(format!("Search error: {}", quoted(error.message()))));
        }
        Kind::SearchQuery if !error.message().starts_with("Search Query is invalid") => {
            dict.insert("message".to_owned(), json!(format!("Search Query is invalid: {}", quoted(error.message()))));
        }
        _ => {
            dict.insert("message".to_owned(), json!(error.message()));
        }
    }
    if let (Kind::Integrity, Some(request)) = (error.kind(), request) {
        dict.insert("data".to_owned(), Value::Object(request.clone()));
    }
    dict.insert("__type".to_owned(), json!(kind));
    (status, Value::Object(dict))
}

fn reasoned(words: &str, reason: &str) -> String {
    if reason.is_empty() { words.to_owned() } else { format!("{words}: {reason}") }
}

/// As Python shows a text, which is what CKAN's messages hold.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut shown = String::from(quote);
    for letter in text.chars() {
        if letter == quote || letter == '\\' {
            shown.push('\\');
        }
        shown.push(letter);
    }
    shown.push(quote);
    shown
}

fn class(kind: Kind) -> (StatusCode, &'static str) {
    match kind {
        Kind::Validation => (StatusCode::CONFLICT, "Validation Error"),
        Kind::NotFound => (StatusCode::NOT_FOUND, "Not Found Error"),
        Kind::Denied => (StatusCode::FORBIDDEN, "Authorization Error"),
        Kind::Conflict => (StatusCode::CONFLICT, "Conflict Error"),
        Kind::Precondition => (StatusCode::PRECONDITION_FAILED, "Precondition Failed"),
        Kind::BadRequest => (StatusCode::BAD_REQUEST, "Bad Request"),
        Kind::Integrity => (StatusCode::BAD_REQUEST, "Integrity Error"),
        Kind::SearchQuery => (StatusCode::BAD_REQUEST, "Search Query Error"),
        Kind::Search => (StatusCode::CONFLICT, "Search Error"),
        Kind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Request Too Large"),
        Kind::TooMany => (StatusCode::TOO_MANY_REQUESTS, "Too Many Requests"),
        Kind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        Kind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
    }
}

/// Says in the log what the client does not read.
pub fn log(error: &Error, action: &str, request: &str) {
    let (kind, context, message) = (error.kind(), error.log_context(), error.message());
    match kind {
        Kind::Internal => tracing::error!(request, action, ?kind, context, "an action failed"),
        Kind::Unavailable => tracing::warn!(request, action, ?kind, context, "an action could not be done now"),
        _ => tracing::debug!(request, action, ?kind, context, message, "an action was refused"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_speak_ckans_words() {
        let of = |error: Error| describe(&error, None);
        assert_eq!(
            of(Error::not_found("")),
            (StatusCode::NOT_FOUND, json!({"message": "Not found", "__type": "Not Found Error"}))
        );
        assert_eq!(
            of(Error::denied("User  not authorized")),
            (StatusCode::FORBIDDEN, json!({"message": "Access denied: User  not authorized", "__type": "Authorization Error"}))
        );
        assert_eq!(
            of(Error::invalid("name", "Missing value")),
            (StatusCode::CONFLICT, json!({"name": ["Missing value"], "__type": "Validation Error"}))
        );
        let (status, dict) = of(Error::internal("postgresql://secret"));
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!dict.to_string().contains("secret"));
        let (_, dict) = of(Error::search_query("Invalid search parameters: ['x']"));
        assert_eq!(dict["message"], "Search Query is invalid: \"Invalid search parameters: ['x']\"");
        assert_eq!(of(Error::search("a 'b' \"c\"")).1["message"], "Search error: 'a \\'b\\' \"c\"'");
    }

    #[test]
    fn an_integrity_error_echoes_the_request() {
        let request = Map::from_iter([("tags".to_owned(), json!("x"))]);
        let (status, dict) = describe(&Error::integrity("A list of dicts is due"), Some(&request));
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(dict, json!({"message": "A list of dicts is due", "data": {"tags": "x"}, "__type": "Integrity Error"}));
    }

    #[test]
    fn every_kind_has_a_status_and_a_word() {
        for (error, status, word) in [
            (Error::conflict(""), 409, "Conflict Error"),
            (Error::precondition("", base::ErrorDict::default()), 412, "Precondition Failed"),
            (Error::bad_request(""), 400, "Bad Request"),
            (Error::search_query(""), 400, "Search Query Error"),
            (Error::search(""), 409, "Search Error"),
            (Error::too_large(""), 413, "Request Too Large"),
            (Error::too_many(""), 429, "Too Many Requests"),
            (Error::unavailable(""), 503, "Service Unavailable"),
        ] {
            let (found, dict) = describe(&error, None);
            assert_eq!((found.as_u16(), &dict["__type"]), (status, &json!(word)));
        }
    }
}
