//! `/catalog.{ttl,rdf,xml,jsonld}`, `/dataset/{id}.{…}` and the addresses that choose by `Accept` (dcat-harvest A.2).

use std::sync::Arc;

use action::App;
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{Data, Query, ServiceConfig, get},
};
use auth::Actor;
use base::{Error, Result, time::Stamp};
use bytes::Bytes;
use catalog::package::index::unpack;
use dcat::{CatalogWriter, Format, Page, Site};
use model::{Package, document};
use search::{Found, Request};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use crate::{
    action_api::{Shared, token_of},
    envelope::{self, Asked, head},
    pages,
};

/// Datasets a page.
const PER_PAGE: usize = 100;
/// Chunks that may wait for a slow client.
const WAITING: usize = 8;
/// The profile that is written.
const PROFILE: &str = "euro_dcat_ap_3";

/// The addresses of this room.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/catalog.{extension}", get().to(catalog_as))
        .route("/catalog", get().to(catalog_accepted))
        .route("/dataset/{id}.{extension:ttl|rdf|xml|jsonld}", get().to(dataset_as))
        .route("/dataset/{id}", get().to(dataset_accepted));
}

type Pairs = Query<Vec<(String, String)>>;

async fn catalog_as(request: HttpRequest, query: Pairs, shared: Data<Shared>) -> HttpResponse {
    let extension = request.match_info().get("extension").unwrap_or_default();
    match Format::from_extension(extension) {
        Some(format) => catalog(request.path().to_owned(), &request, (query.into_inner(), format), shared).await,
        None => pages::not_found().await,
    }
}

async fn catalog_accepted(request: HttpRequest, query: Pairs, shared: Data<Shared>) -> HttpResponse {
    let format = accepted(&request).unwrap_or(Format::Turtle);
    vary(catalog(format!("/catalog.{}", format.extension()), &request, (query.into_inner(), format), shared).await)
}

async fn dataset_as(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    let extension = request.match_info().get("extension").unwrap_or_default();
    match Format::from_extension(extension) {
        Some(format) => dataset(&request, format, shared).await,
        None => pages::not_found().await,
    }
}

async fn dataset_accepted(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    let format = accepted(&request).unwrap_or(Format::JsonLd);
    vary(dataset(&request, format, shared).await)
}

fn accepted(request: &HttpRequest) -> Option<Format> {
    request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).and_then(Format::from_accept)
}

fn vary(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().append(header::VARY, header::HeaderValue::from_static("Accept"));
    response
}

fn failure(shared: &Shared, error: &Error, known: bool) -> HttpResponse {
    envelope::failure(
        Asked { site_url: &shared.app.settings.site_url, action: "dcat_catalog_show", known, callback: None },
        error,
        None,
    )
}

fn site(app: &App) -> Site {
    let settings = &app.settings;
    Site {
        url: settings.site_url.clone(),
        title: settings.site_title.clone(),
        description: settings.site_description.clone(),
        languages: vec![settings.locale_default.clone()],
        publisher: None,
    }
}

/// A strong tag of everything that an answer depends on.
fn tag(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\u{1f}").as_bytes());
    format!("\"{}\"", hex::encode(digest.get(..16).unwrap_or_default()))
}

fn is_fresh(request: &HttpRequest, tag: &str) -> bool {
    let Some(known) = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()) else { return false };
    known.split(',').any(|known| known.trim() == "*" || known.trim().trim_start_matches("W/") == tag)
}

fn not_modified(tag: &str) -> HttpResponse {
    HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish()
}

async fn dataset(request: &HttpRequest, format: Format, shared: Data<Shared>) -> HttpResponse {
    let id = request.match_info().get("id").unwrap_or_default().to_owned();
    let (app, token) = (Arc::clone(&shared.app), token_of(request));
    let known = token.is_some();
    let loaded = shared
        .lanes
        .read
        .run(move || {
            let actor = token.map_or_else(|| Ok(Actor::anonymous()), |token| app.actors.resolve(&app.pools, &token))?;
            let mut ctx = action::Ctx::new(&app, &actor, action::Kind::Read);
            let document = catalog::package::allow::find(&mut ctx, &id, "")?;
            catalog::package::allow::may_read(&actor, &document)?;
            Ok(document)
        })
        .await;
    let document = match loaded {
        Ok(document) => document,
        Err(error) => return failure(&shared, &error, known),
    };
    let app = &shared.app;
    let tag = tag(&[
        format.extension(),
        &document.id,
        &document.version.to_string(),
        &app.quotes.generation().to_string(),
        &app.settings.site_url,
    ]);
    if is_fresh(request, &tag) {
        return not_modified(&tag);
    }
    let written = package(app, &document.body, &document.groups).and_then(|package| dcat::dataset(&package, &site(app), format));
    match written {
        Ok(bytes) => head(StatusCode::OK, known, format.content_type()).insert_header((header::ETAG, tag)).body(bytes),
        Err(error) => failure(&shared, &error, known),
    }
}

fn package(app: &App, body: &str, groups: &[String]) -> Result<Package> {
    let mut package = document::parse(body)?;
    app.quotes.fill(&mut package, groups);
    Ok(package)
}

/// What a catalog's address asks for.
struct Wanted {
    number: usize,
    request: Request,
}

fn wanted(query: &[(String, String)]) -> Result<Wanted> {
    let value = |name: &str| {
        query.iter().rev().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    };
    let number = match value("page") {
        None => 1_usize,
        Some(text) => text
            .parse::<usize>()
            .ok()
            .filter(|number| *number > 0)
            .ok_or_else(|| Error::invalid("page", "Page param must be a positive integer starting in 1"))?,
    };
    if let Some(profiles) = value("profiles").filter(|profiles| *profiles != PROFILE) {
        return Err(Error::invalid("profiles", format!("Unknown RDF profiles: {profiles}; there is {PROFILE}")));
    }
    let mut fq: Vec<String> =
        query.iter().filter(|(name, value)| name == "fq" && !value.is_empty()).map(|(_, value)| value.clone()).collect();
    fq.push("-dataset_type:(harvest OR showcase)".to_owned());
    if let Some(text) = value("modified_since") {
        let since = Stamp::parse(text).ok_or_else(|| Error::invalid("modified_since", "Wrong modified date format"))?;
        fq.push(format!("metadata_modified:[{since}Z TO *]"));
    }
    let start = (number - 1).checked_mul(PER_PAGE).filter(|start| *start <= base::limits::START_MAX).ok_or_else(|| {
        Error::invalid(
            "page",
            format!("At most {} datasets can be passed over; ask for a part by modified_since or fq", base::limits::START_MAX),
        )
    })?;
    let request = Request {
        q: value("q").unwrap_or_default().to_owned(),
        fq,
        sort: Some("metadata_modified desc, id asc".to_owned()),
        rows: PER_PAGE,
        start,
        ..Request::public()
    };
    Ok(Wanted { number, request })
}

async fn catalog(
    path: String,
    request: &HttpRequest,
    (query, format): (Vec<(String, String)>, Format),
    shared: Data<Shared>,
) -> HttpResponse {
    let wanted = match wanted(&query) {
        Ok(wanted) => wanted,
        Err(error) => return failure(&shared, &error, false),
    };
    let app = &shared.app;
    let parts: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let state = [app.index.generation().to_string(), app.quotes.generation().to_string(), app.settings.site_url.clone()];
    let tag = tag(&[format.extension(), &parts.join("&"), &state.join(" ")]);
    if is_fresh(request, &tag) {
        return not_modified(&tag);
    }
    let (index, ask) = (Arc::clone(app), wanted.request);
    let found = shared
        .lanes
        .read
        .run(move || {
            let newest = Request { rows: 1, sort: Some("metadata_modified desc, id asc".to_owned()), ..Request::public() };
            Ok((index.index.search(&ask)?, newest_of(&index.index.search(&newest)?)?))
        })
        .await;
    let (found, newest) = match found {
        Ok(found) => found,
        Err(error) => return failure(&shared, &error, false),
    };
    let total = u64::try_from(found.count).unwrap_or(u64::MAX);
    let (per_page, number) = (u64::try_from(PER_PAGE).unwrap_or(1), u64::try_from(wanted.number).unwrap_or(u64::MAX));
    let page = Page::new(&format!("{}{path}", app.settings.site_url), &query, total, (per_page, number));
    let links = page.link_header();
    let body = stream(Arc::clone(app), found, CatalogWriter::new(format, &site(app), Some(&page), newest));
    head(StatusCode::OK, false, format.content_type())
        .insert_header((header::ETAG, tag))
        .insert_header((header::LINK, links))
        .streaming(body)
}

fn newest_of(found: &Found) -> Result<Option<Stamp>> {
    found.hits.first().map_or(Ok(None), |hit| Ok(document::parse(unpack(&hit.stored)?.2)?.metadata_modified))
}

/// Writes dataset by dataset on a thread of its own; a slow client holds it, not the memory.
fn stream(
    app: Arc<App>,
    found: Found,
    mut writer: CatalogWriter,
) -> impl futures_util::Stream<Item = std::result::Result<Bytes, std::io::Error>> + use<> {
    let (sender, receiver) = mpsc::channel(WAITING);
    actix_web::rt::task::spawn_blocking(move || {
        for hit in &found.hits {
            let chunk = unpack(&hit.stored).and_then(|(_, groups, body)| {
                let groups: Vec<String> = groups.into_iter().map(str::to_owned).collect();
                writer.dataset(&package(&app, body, &groups)?)
            });
            match chunk {
                Ok(chunk) => {
                    if sender.blocking_send(Ok(Bytes::from(chunk))).is_err() {
                        return;
                    }
                }
                Err(error) => tracing::warn!(%error, dataset = hit.id, "a dataset is left out of the catalog's RDF"),
            }
        }
        let _gone = sender.blocking_send(Ok(Bytes::from(writer.finish())));
    });
    futures_util::stream::unfold(receiver, |mut receiver| async move { receiver.recv().await.map(|chunk| (chunk, receiver)) })
}
