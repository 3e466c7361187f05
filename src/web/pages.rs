//! Answers that are not of the action API: short pages, the version numbers, robots.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{self, HeaderValue},
    },
    web::Data,
};

use crate::{
    account::{self, words::Language},
    action_api::Shared,
    envelope::{escaped, head},
    script,
};

/// What an action or a page takes.
pub const METHODS: &str = "GET, HEAD, POST, OPTIONS";

/// A page that says what a status means.
pub fn page(status: StatusCode, text: &str) -> HttpResponse {
    let title = status.canonical_reason().unwrap_or("Error");
    head(status, false, "text/html; charset=utf-8").body(format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>\n"
    ))
}

/// Nothing lives at this address.
pub async fn not_found() -> HttpResponse {
    page(StatusCode::NOT_FOUND, "There is nothing at this address. The API is at /api/3/action/, its documentation at /docs/.")
}

/// The address is right, the method is not.
pub fn method_not_allowed() -> HttpResponse {
    let mut response = page(StatusCode::METHOD_NOT_ALLOWED, "This address does not take that method.");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(METHODS));
    response
}

/// Any method but GET and HEAD at an address that is only read.
pub async fn other_method(request: HttpRequest) -> HttpResponse {
    if request.method() == Method::OPTIONS {
        return HttpResponse::Ok().insert_header((header::ALLOW, "GET, HEAD, OPTIONS")).finish();
    }
    let mut response = method_not_allowed();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
    response
}

/// A method that a page with a form does not take; OPTIONS says which it does.
pub fn other_method_of_form(request: &HttpRequest) -> HttpResponse {
    if request.method() == Method::OPTIONS {
        return HttpResponse::Ok().insert_header((header::ALLOW, METHODS)).finish();
    }
    method_not_allowed()
}

/// `/api` and `/api/{1,2,3}`.
pub async fn version(request: HttpRequest) -> HttpResponse {
    match request.match_info().get("version").unwrap_or("1") {
        number @ ("1" | "2" | "3") => script::answer(&request, false, &format!("{{\"version\": {number}}}")),
        _ => not_found().await,
    }
}

/// `/robots.txt`.
pub async fn robots() -> HttpResponse {
    head(StatusCode::OK, false, "text/plain; charset=utf-8").body(
        "User-agent: *\nDisallow: /dataset/rate/\nDisallow: /revision/\nDisallow: /dataset/*/history\nDisallow: /api/\nCrawl-Delay: 10\n",
    )
}

/// `/`, in the language of the address, else of the browser, else of the portal.
pub async fn home(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    let language = Language::of(&request, &shared.app.settings.locale_default);
    let (base, title, words) = (escaped(&account::base(&request)), escaped(&shared.app.site().title), language.words());
    head(StatusCode::OK, false, "text/html; charset=utf-8").insert_header((header::CONTENT_LANGUAGE, language.code())).body(format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{title}</title></head><body><h1>{title}</h1><ul>\
         <li><a href=\"{base}/api/3/action/package_search\">{}</a></li><li><a href=\"{base}/catalog.ttl\">{}</a></li>\
         <li><a href=\"{base}/docs/\">{}</a></li></ul></body></html>\n",
        language.code(),
        words.datasets,
        words.catalog,
        words.documentation,
    ))
}
