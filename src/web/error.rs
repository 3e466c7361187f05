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
            dict.insert("message".to_owned(), json!(format!("Search error: {:?}", error.message())));
        }
        Kind::SearchQuery if !error.message().starts_with("Search Query is invalid") => {
            dict.insert("message".to_owned(), json!(format!("Search Query is invalid: {:?}", error.message())));
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

fn class(kind: Kind) -> (StatusCode, &'static str) {
    match kind {
        Kind::Validation => (StatusCode::CONFLICT, "Validation Error"),
        Kind::NotFound => (StatusCode::NOT_FOUND, "Not Found Error"),
        Kind::Denied => (StatusCode::FORBIDDEN, "Authorization Error"),
        Kind::Conflict => (StatusCode::CONFLICT, "Conflict Error"),
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
pub fn log(error: &Error, action: &str) {
    let (kind, context, message) = (error.kind(), error.log_context(), error.message());
    match kind {
        Kind::Internal => tracing::error!(action, ?kind, context, "an action failed"),
        Kind::Unavailable => tracing::warn!(action, ?kind, context, "an action could not be done now"),
        _ => tracing::debug!(action, ?kind, context, message, "an action was refused"),
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
    }
}
