//! The API document and its page, and who may read answers from a browser.

use std::sync::Arc;

use actix_web::{
    Error, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    middleware::Next,
    web::Data,
};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{action_api::Shared, envelope::head};

/// `ckan.cors.*` (ckan-api 1.3).
#[derive(Clone)]
pub struct Cors {
    pub all: bool,
    pub origins: Arc<Vec<String>>,
}

impl Cors {
    /// Some origin may read answers.
    pub fn is_on(&self) -> bool {
        self.all || !self.origins.is_empty()
    }

    fn allowed(&self, origin: &HeaderValue) -> Option<HeaderValue> {
        if self.all {
            return Some(HeaderValue::from_static("*"));
        }
        let known = origin.to_str().is_ok_and(|origin| self.origins.iter().any(|known| known == origin));
        known.then(|| origin.clone())
    }
}

/// Adds CKAN's headers for an allowed origin.
pub async fn allow_origins(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let allowed = request
        .app_data::<Data<Cors>>()
        .zip(request.headers().get(header::ORIGIN))
        .and_then(|(cors, origin)| cors.allowed(origin));
    let mut response = next.call(request).await?;
    if let Some(origin) = allowed {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST, PUT, GET, DELETE, OPTIONS"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("Authorization, Content-Type"));
    }
    Ok(response)
}

/// `/openapi.json`.
pub async fn openapi(shared: Data<Shared>) -> HttpResponse {
    let text = action::openapi::document(&shared.app.rows, &shared.app.settings.site_url);
    match text {
        Ok(text) => head(StatusCode::OK, false, "application/json").body(text),
        Err(error) => {
            crate::error::log(&error, "openapi");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// `/docs` → `/docs/`.
pub async fn docs() -> HttpResponse {
    HttpResponse::MovedPermanently().insert_header((header::LOCATION, "/docs/")).finish()
}

/// `/docs/`: Swagger UI, all of it in the program.
pub fn swagger() -> SwaggerUi {
    SwaggerUi::new("/docs/{_:.*}").config(Config::from("/openapi.json").try_it_out_enabled(true))
}
