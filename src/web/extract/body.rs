//! Takes the body of a request from the network: so many bytes, so long.

use std::time::Duration;

use actix_web::{FromRequest, HttpRequest, error::PayloadError, http::header, web};
use base::{Error, Result, limits};
use bytes::Bytes;

/// How long a client may take to send a body. The server below has a limit for the head of a request only.
const PATIENCE: Duration = Duration::from_secs(30);

/// The body, decompressed. After an error the rest of it is still on the way: the connection must be closed.
///
/// # Errors
/// TooLarge; BadRequest, when it is cut off, too slow or compressed in a way that cannot be read.
pub async fn read(request: &HttpRequest, payload: web::Payload) -> Result<Bytes> {
    // The others make gigabytes of a piece before anybody can count them.
    let encoding = request.headers().get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| !["identity", "gzip", "deflate"].iter().any(|known| encoding == *known)) {
        return Err(Error::bad_request("The body of a request may be compressed by gzip or deflate alone"));
    }
    let mut payload = payload.into_inner();
    let taken = actix_web::rt::time::timeout(PATIENCE, Bytes::from_request(request, &mut payload)).await;
    match taken {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) if matches!(error.as_error::<PayloadError>(), Some(PayloadError::Overflow)) => Err(too_large()),
        // A length that is said to be too large is refused before anything is read.
        Ok(Err(error)) if error.as_response_error().status_code() == actix_web::http::StatusCode::PAYLOAD_TOO_LARGE => {
            Err(too_large())
        }
        Ok(Err(error)) => Err(Error::bad_request("The body of the request cannot be read").context(error)),
        Err(_late) => Err(Error::bad_request("The body of the request did not come in time")),
    }
}

fn too_large() -> Error {
    Error::too_large(format!("A request has at most {} bytes", limits::BODY_BYTES))
}
