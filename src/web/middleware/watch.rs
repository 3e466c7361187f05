//! Around every request: its number, one line in the log, one mark in the metrics, and a 500 where something panics.
//!
//! Must never write what a client sent otherwise than as a field of the log's JSON.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::header::{HeaderName, HeaderValue},
    middleware::Next,
    web::Data,
};
use auth::Actor;
use futures_util::FutureExt;

use super::{compress::take_mark, cors::Cors};
use crate::envelope;

/// From here on a request is slow enough to be told without being asked.
const SLOW: Duration = Duration::from_secs(1);
const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The number of a request: the client's or proxy's own, or one of ours. Kept in the request's extensions.
#[derive(Clone)]
pub struct RequestId(pub String);

/// What the handler found out. Kept in the request's extensions.
#[derive(Clone, Default)]
struct Told {
    /// A known action, or the address a route stands for; else empty, so that nobody fills the metrics with names.
    label: &'static str,
    user: Option<Actor>,
}

/// Says which action answers.
pub fn tell_action(request: &HttpRequest, label: &'static str) {
    request.extensions_mut().insert(Told { label, user: None });
}

/// Says who asked.
pub fn tell_actor(request: &HttpRequest, actor: &Actor) {
    if let Some(told) = request.extensions_mut().get_mut::<Told>() {
        told.user = Some(actor.clone());
    }
}

/// The number of a request.
pub fn id_of(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// The middleware.
pub async fn watch(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let began = Instant::now();
    let id = given(&request).unwrap_or_else(fresh);
    let cors = request.app_data::<Data<Cors>>().cloned();
    let origin = cors.as_ref().and_then(|cors| cors.allowed(request.headers()));
    request.extensions_mut().insert(RequestId(id.clone()));
    let answered = AssertUnwindSafe(next.call(request)).catch_unwind().await;
    let mut response = match answered {
        Ok(response) => response?,
        Err(_panic) => {
            tracing::error!(request = id, "a request panicked");
            metrics::counter!("kurak_panics_total").increment(1);
            return Err(InternalError::from_response("panic", envelope::broken()).into());
        }
    };
    write(&response, &id, began.elapsed());
    let headers = response.headers_mut();
    take_mark(headers);
    if let Some(cors) = cors {
        cors.allow(origin, headers);
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(HEADER, value);
    }
    Ok(response)
}

fn write<B>(response: &ServiceResponse<B>, id: &str, took: Duration) {
    let request = response.request();
    let told = request.extensions().get::<Told>().cloned().unwrap_or_default();
    let status = response.status();
    let (method, path) = (request.method().as_str(), request.path());
    let user = told.user.as_ref().and_then(Actor::id).unwrap_or_default();
    let (action, micros) = (told.label, u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    if status.is_server_error() || took >= SLOW {
        tracing::info!(target: "access", request = id, method, path, action, status = status.as_u16(), micros, user, "request");
    } else {
        tracing::debug!(target: "access", request = id, method, path, action, status = status.as_u16(), micros, user, "request");
    }
    let label = if action.is_empty() { "none" } else { action };
    metrics::counter!("kurak_requests_total", "action" => label, "status" => status.as_str().to_owned()).increment(1);
    metrics::histogram!("kurak_request_seconds", "action" => label).record(took.as_secs_f64());
}

/// The number that came along: letters, digits, `-`, `_`, `.`, 64 at most.
fn given(request: &ServiceRequest) -> Option<String> {
    let text = request.headers().get(HEADER)?.to_str().ok()?;
    acceptable(text).then(|| text.to_owned())
}

fn acceptable(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// A number that no other request of this or another process has.
fn fresh() -> String {
    static PROCESS: OnceLock<String> = OnceLock::new();
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let process = PROCESS.get_or_init(|| format!("{:x}", base::time::Stamp::now().micros()));
    format!("{process}-{:x}", NEXT.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use actix_web::{App, HttpResponse, middleware::from_fn, test, web};

    use super::*;

    #[actix_web::test]
    async fn a_panic_is_a_500_in_ckans_envelope() {
        async fn panics() -> HttpResponse {
            panic!("secret")
        }
        let service = test::init_service(App::new().wrap(from_fn(watch)).route("/", web::get().to(panics))).await;
        let answer = test::try_call_service(&service, test::TestRequest::get().uri("/").to_request()).await;
        let answer = answer.err().map(|error| error.error_response()).unwrap();
        assert_eq!(answer.status().as_u16(), 500);
        let body = actix_web::body::to_bytes(answer.into_body()).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["error"]["__type"], "Internal Server Error");
        assert!(!body.to_string().contains("secret"));
    }

    #[actix_web::test]
    async fn requests_are_numbered() {
        let service = test::init_service(
            App::new().wrap(from_fn(watch)).route("/", web::get().to(|| async { HttpResponse::Ok().finish() })),
        )
        .await;
        for (sent, kept) in [("abc-1.2", true), ("a b", false), ("<script>", false)] {
            let request = test::TestRequest::get().uri("/").insert_header(("x-request-id", sent)).to_request();
            let answer = test::call_service(&service, request).await;
            let id = answer.headers().get("x-request-id").unwrap().to_str().unwrap().to_owned();
            assert_eq!(id == sent, kept, "{id}");
        }
        assert_ne!(fresh(), fresh());
    }
}
