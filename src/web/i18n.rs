//! `/api/i18n/<language>`: what CKAN's own scripts say in a language. kurak has no scripts of its own that speak, so there
//! is nothing to translate; an unknown language is told as CKAN tells it.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, ServiceConfig},
};

use crate::{action_api::Shared, envelope, routes::read, script};

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    for before in ["/api/i18n/", "/api/{version:[12]}/i18n/"] {
        config.service(read(&format!("{before}{{language}}"), translations));
    }
}

async fn translations(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    let language = request.match_info().get("language").unwrap_or_default();
    if shared.app.settings.locales.iter().any(|locale| locale == language) {
        return script::answer(&request, false, "{}");
    }
    let shown: String = language.chars().take(100).collect();
    envelope::bad_request(&format!("Unknown locale: {shown}"))
}
