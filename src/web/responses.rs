//! The API document and its page.

use actix_web::{
    HttpResponse,
    body::MessageBody,
    dev::{HttpServiceFactory, ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    middleware::{Next, from_fn},
    web::{Data, scope},
};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{action_api::Shared, envelope::head};

/// What the page of the documentation may load: itself.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/// `/openapi.json`.
pub async fn openapi(shared: Data<Shared>) -> HttpResponse {
    if shared.document.get().is_none() {
        match action::openapi::document(&shared.app.rows, &shared.app.site().url) {
            Ok(text) => drop(shared.document.set(text)),
            Err(error) => {
                crate::error::log(&error, "openapi", "");
                return crate::envelope::broken();
            }
        }
    }
    let text = shared.document.get().cloned().unwrap_or_default();
    head(StatusCode::OK, false, "application/json").body(text)
}

/// `/docs` → `/docs/`.
pub async fn docs() -> HttpResponse {
    HttpResponse::MovedPermanently().insert_header((header::LOCATION, "docs/")).finish()
}

/// Below `/docs`: Swagger UI, all of it in the program; no validator elsewhere is asked.
pub fn swagger() -> impl HttpServiceFactory {
    let config = Config::from("../openapi.json").try_it_out_enabled(true).validator_url("none");
    // The address of the page begins behind that of the scope.
    scope("/docs").wrap(from_fn(confine)).service(SwaggerUi::new("/{_:.*}").config(config))
}

/// Keeps the page from loading anything of others.
async fn confine(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use actix_web::{App, test};

    use super::*;

    #[actix_web::test]
    async fn the_page_and_its_parts_are_served_and_confined() {
        let service = test::init_service(App::new().service(swagger())).await;
        for address in ["/docs/", "/docs/index.html", "/docs/swagger-ui-bundle.js", "/docs/swagger-initializer.js"] {
            let answer = test::call_service(&service, test::TestRequest::get().uri(address).to_request()).await;
            assert_eq!(answer.status(), StatusCode::OK, "{address}");
            assert!(answer.headers().contains_key(header::CONTENT_SECURITY_POLICY), "{address}");
        }
        let start = test::TestRequest::get().uri("/docs/swagger-initializer.js").to_request();
        let text = test::call_and_read_body(&service, start).await;
        assert!(String::from_utf8_lossy(&text).contains("/openapi.json"));
    }
}
