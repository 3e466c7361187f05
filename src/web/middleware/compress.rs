//! Small answers go out as they are: compressing them costs more than it saves.

use actix_web::{
    Error,
    body::{BodySize, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap, HeaderValue},
    middleware::Next,
};

/// Bytes from which compressing pays.
const MIN_BYTES: u64 = 1_024;

/// Stands inside the compression and marks what it shall leave alone.
pub async fn leave_small(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    if matches!(response.response().body().size(), BodySize::None | BodySize::Sized(..MIN_BYTES)) {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("identity"));
    }
    Ok(response)
}

/// Takes the mark off again, outside the compression.
pub fn take_mark(headers: &mut HeaderMap) {
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding == "identity") {
        headers.remove(header::CONTENT_ENCODING);
    }
}
