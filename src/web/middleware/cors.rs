//! Who may read answers from a browser: `ckan.cors.*` (ckan-api 1.3).

use std::sync::Arc;

use actix_web::http::header::{self, HeaderMap, HeaderValue};

/// What scripts of other origins may read beside the body.
const EXPOSED: &str =
    "ETag, Idempotent-Replayed, Kurak-Change-Sequence, Kurak-Index-Sequence, Kurak-Index-Lag, Kurak-Index-Visible";

/// The origins that may. Off when there is none.
#[derive(Clone)]
pub struct Cors {
    pub all: bool,
    pub origins: Arc<Vec<String>>,
    /// Where a token may stand beside `Authorization`: `apitoken_header_name`.
    pub token_header: Option<String>,
}

impl Cors {
    /// The value of `Access-Control-Allow-Origin` for this request.
    pub fn allowed(&self, request: &HeaderMap) -> Option<HeaderValue> {
        if !self.all && self.origins.is_empty() {
            return None;
        }
        let origin = request.get(header::ORIGIN)?;
        if self.all {
            return Some(HeaderValue::from_static("*"));
        }
        let known = origin.to_str().is_ok_and(|origin| self.origins.iter().any(|known| known == origin));
        known.then(|| origin.clone())
    }

    /// Adds CKAN's headers; an answer that depends on the origin says so to caches.
    pub fn allow(&self, origin: Option<HeaderValue>, answer: &mut HeaderMap) {
        if !self.all && !self.origins.is_empty() {
            answer.append(header::VARY, HeaderValue::from_static("Origin"));
        }
        let Some(origin) = origin else { return };
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST, PUT, GET, DELETE, OPTIONS"));
        let named = self.token_header.as_ref().and_then(|name| {
            HeaderValue::from_str(&format!("{name}, Authorization, Content-Type, If-Match, Idempotency-Key")).ok()
        });
        let headers = named.unwrap_or_else(|| HeaderValue::from_static("Authorization, Content-Type, If-Match, Idempotency-Key"));
        answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, headers);
        answer.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(origin: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        headers
    }

    #[test]
    fn only_listed_origins_may_read() {
        let off = Cors { all: false, origins: Arc::default(), token_header: None };
        assert_eq!(off.allowed(&asked("https://a.kg")), None);
        let some = Cors { all: false, origins: Arc::new(vec!["https://a.kg".to_owned()]), token_header: None };
        assert_eq!(some.allowed(&asked("https://a.kg")).unwrap(), "https://a.kg");
        assert_eq!(some.allowed(&asked("https://a.kg.evil.example")), None);
        let all = Cors { all: true, origins: Arc::default(), token_header: None };
        assert_eq!(all.allowed(&asked("null")).unwrap(), "*");
        assert_eq!(all.allowed(&HeaderMap::new()), None);
    }

    #[test]
    fn caches_are_told() {
        let some = Cors { all: false, origins: Arc::new(vec!["https://a.kg".to_owned()]), token_header: None };
        let mut answer = HeaderMap::new();
        some.allow(None, &mut answer);
        assert_eq!(answer.get(header::VARY).unwrap(), "Origin");
        assert!(answer.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).is_none());
    }
}
