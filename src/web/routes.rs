//! Which address is answered by what.

use actix_web::{
    Handler, HttpRequest, Resource, Responder, guard,
    web::{ServiceConfig, resource, route},
};

use crate::{account, action_api, dcat, download, export, feeds, health, i18n, pages, responses, util};

/// All of them. A language in front was taken away before.
pub fn routes(config: &mut ServiceConfig) {
    for address in ["/api/3/action/{action}", "/api/action/{action}"] {
        config.route(address, route().to(action_api::call));
    }
    config
        .service(read("/", pages::home))
        .service(read("/healthz", health::healthz))
        .service(read("/readyz", health::readyz))
        .service(read("/metrics", health::metrics))
        .service(read("/robots.txt", pages::robots))
        .service(read("/openapi.json", responses::openapi))
        .service(read("/docs", responses::docs))
        .service(responses::swagger())
        .configure(account::routes)
        .configure(dcat::routes)
        .configure(download::routes)
        .configure(export::routes)
        .configure(feeds::routes)
        .configure(i18n::routes)
        .configure(util::routes);
    for address in ["/api", "/api/", "/api/{version:\\d+}", "/api/{version:\\d+}/"] {
        config.service(read(address, pages::version));
    }
    config.default_service(route().to(pages::not_found));
}

/// An address that takes GET and HEAD.
pub fn read<F, Args>(address: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let reads = guard::Any(guard::Get()).or(guard::Head());
    resource(address)
        .route(route().guard(reads).to(handler))
        .default_service(route().to(|request: HttpRequest| pages::other_method(request)))
}
