//! `/catalog.{ttl,n3,rdf,xml,jsonld}`, `/dataset/{id}.{…}` and the addresses that choose by `Accept` (dcat-harvest A.2);
//! `/data.json`.

mod catalog;
mod data_json;
mod dataset;

use std::sync::Arc;

use action::App;
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    web::{Data, Query, ServiceConfig},
};
use base::{Error, Result};
use dcat::{Format, Site};
use model::{Package, document};
use sha2::{Digest, Sha256};

use crate::{
    action_api::Shared,
    conditional,
    envelope::{self, Asked, head},
    middleware::watch,
    pages,
    routes::read,
};

/// The addresses of this room.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(read("/catalog.{extension}", catalog_as))
        .service(read("/catalog", catalog_accepted))
        .service(read("/data.json", data_json::answer))
        .service(read("/dataset/{id}.{extension:ttl|n3|rdf|xml|jsonld}", dataset_as))
        .service(read("/dataset/{id}", dataset_accepted));
}

type Pairs = Query<Vec<(String, String)>>;

async fn catalog_as(request: HttpRequest, query: Pairs, shared: Data<Shared>) -> HttpResponse {
    let Some(format) = extension(&request) else { return pages::not_found().await };
    let path = request.path().to_owned();
    catalog::answer(&request, &shared, (path, query.into_inner(), format)).await
}

async fn catalog_accepted(request: HttpRequest, query: Pairs, shared: Data<Shared>) -> HttpResponse {
    let format = accepted(&request).unwrap_or(Format::Turtle);
    let path = format!("/catalog.{}", format.extension());
    vary(catalog::answer(&request, &shared, (path, query.into_inner(), format)).await)
}

async fn dataset_as(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    let Some(format) = extension(&request) else { return pages::not_found().await };
    dataset::answer(&request, &shared, format).await
}

async fn dataset_accepted(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    let format = accepted(&request).unwrap_or(Format::JsonLd);
    vary(dataset::answer(&request, &shared, format).await)
}

fn extension(request: &HttpRequest) -> Option<Format> {
    Format::from_extension(request.match_info().get("extension")?)
}

fn accepted(request: &HttpRequest) -> Option<Format> {
    request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).and_then(Format::from_accept)
}

fn vary(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept"));
    response
}

/// A failure in the envelope of the action that ckanext-dcat has for the same.
fn failure(request: &HttpRequest, shared: &Shared, (action, known): (&str, bool), error: &Error) -> HttpResponse {
    let id = watch::id_of(request);
    let site = shared.app.site();
    let asked = Asked {
        site_url: &site.url,
        action,
        known,
        callback: None,
        request: &id,
        spoken: crate::language::of(request, &shared.app.settings).failures,
    };
    envelope::failure(asked, error, None)
}

fn site(app: &App) -> Site {
    let site = app.site();
    Site {
        url: site.url.clone(),
        title: site.title.clone(),
        description: site.description.clone(),
        languages: vec![app.settings.locale_default.clone()],
        publisher: None,
    }
}

/// A stored dataset with the titles that it quotes from its organization and groups.
fn package(app: &App, body: &str, groups: &[String]) -> Result<Package> {
    let mut package = document::parse(body)?;
    app.quotes.fill(&mut package, groups);
    dcat::spread(&mut package);
    Ok(package)
}

/// Waits for changes that are on their way, where there are any.
async fn settled(shared: &Data<Shared>) -> Result<()> {
    if !shared.app.feed().is_some_and(store::Feed::is_behind) {
        return Ok(());
    }
    let seeker = Arc::clone(&shared.app);
    shared.lanes.search.run(move || Ok(seeker.current_index().generation())).await.map(drop)
}

/// A strong tag of these bytes.
fn tag(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    format!("\"{}\"", hex::encode(digest.get(..16).unwrap_or_default()))
}

/// The client has what the tag stands for.
fn is_fresh(request: &HttpRequest, tag: &str) -> bool {
    let lists = request.headers().get_all(header::IF_NONE_MATCH);
    lists.filter_map(|value| value.to_str().ok()).any(|list| conditional::names(list, tag))
}

fn not_modified(known: bool, format: Format, tag: &str) -> HttpResponse {
    let mut response = head(StatusCode::NOT_MODIFIED, known, format.content_type()).insert_header((header::ETAG, tag)).finish();
    response.headers_mut().remove(header::CONTENT_TYPE);
    response
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn tags_are_compared_as_http_says() {
        let tag = tag(b"x");
        for (sent, fresh) in [
            (tag.clone(), true),
            (format!("W/{tag}"), true),
            (format!("\"other\", {tag}"), true),
            ("*".to_owned(), true),
            ("\"other\"".to_owned(), false),
            (tag.trim_matches('"').to_owned(), false),
        ] {
            let request = TestRequest::get().insert_header((header::IF_NONE_MATCH, sent.clone())).to_http_request();
            assert_eq!(is_fresh(&request, &tag), fresh, "{sent}");
        }
        assert!(!is_fresh(&TestRequest::get().to_http_request(), &tag));
        assert_ne!(tag, super::tag(b"y"));
    }
}
