//! Stored bytes: `/dataset/{id}/resource/{resource_id}/download`, pictures of groups and users, files of storages.
//!
//! What somebody uploaded must never run in the portal's origin: it is saved rather than shown, never sniffed, and
//! confined where it is shown.

use std::{io::Read, sync::Arc};

use action::Ctx;
use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    body::SizedStream,
    http::{
        Method, StatusCode,
        header::{self, HeaderValue},
    },
    web::{self, Bytes, Data, Path, ServiceConfig},
};
use auth::Actor;
use base::{Error, Kind, Result};
use files::{Opened, name, sniff, storage::is_supported};
use serde_json::{Map, Value, json};

use crate::{
    action_api::{self, Shared, proof_of},
    conditional::{Asked, Wanted},
    envelope::{escaped, head},
    middleware::watch,
    pages,
    routes::read,
};

/// Bytes that are read at a time.
const PIECE: u64 = 128 * 1024;
/// What a browser may do with a file that it shows.
const POLICY: &str = "default-src 'none'; sandbox";

/// What is said of a file that is not there.
const NOTHING: &str = "No download is available";

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    for end in ["", "/{filename}"] {
        config.service(read(&format!("/dataset/{{id}}/resource/{{resource_id}}/download{end}"), resource));
    }
    config
        .service(read("/uploads/{kind}/{filename}", picture))
        .service(read("/file/download/{id}", file))
        .service(read("/file/trusted-download/{token}", trusted_file))
        .service(read("/file/public-download/{storage}/{location:.*}", public_file));
}

/// What is told of a file beside its bytes.
pub struct Shown {
    pub media_type: String,
    pub filename: String,
    /// For somebody whom the site knows.
    pub known: bool,
}

async fn resource(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    watch::tell_action(&request, "resource_show");
    let part = |name: &str| json!(request.match_info().get(name).unwrap_or_default());
    let proof = proof_of(&request, &shared);
    let known = proof.is_some();
    let input = |id: Value| [("id".to_owned(), id)].into_iter().collect::<Map<_, _>>();
    let found = action_api::run(&shared, "resource_show", proof.clone(), input(part("resource_id"))).await;
    let found = match found {
        Ok(found) => action_api::run(&shared, "package_show", proof, input(part("id"))).await.map(|_dataset| found),
        Err(error) => Err(error),
    };
    let found: Result<Value> = found.and_then(|answer| serde_json::from_str(&answer.result).map_err(Error::internal));
    let resource = match found {
        Ok(resource) => resource,
        Err(error) => return refused(&error, "Resource not found", "Not authorized to download resource"),
    };
    let text = |key: &str| resource.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    if text("url_type") != "upload" {
        return elsewhere(&text("url"), known);
    }
    let storage = shared.app.settings.files.resource_storage.clone();
    let location = catalog::resource::upload::location(&text("id"));
    let filename = name::munge(request.match_info().get("filename").unwrap_or(&text("url")));
    let shown = Shown { media_type: text("mimetype"), filename, known };
    send(&request, &shared, (storage, location), shown).await
}

/// To where a linked resource is.
fn elsewhere(address: &str, known: bool) -> HttpResponse {
    let place = url::Url::parse(address).ok().filter(|url| url.has_host());
    match place.and_then(|url| HeaderValue::from_str(url.as_str()).ok()) {
        Some(place) => {
            head(StatusCode::FOUND, known, "text/html; charset=utf-8").insert_header((header::LOCATION, place)).finish()
        }
        None => pages::page(StatusCode::NOT_FOUND, NOTHING),
    }
}

/// A picture of a group, a user or the site, which everybody may see.
async fn picture(request: HttpRequest, shared: Data<Shared>, path: Path<(String, String)>) -> HttpResponse {
    let (kind, filename) = path.into_inner();
    let settings = &shared.app.settings.files;
    let storage = match kind.as_str() {
        "group" => &settings.group_storage,
        "user" => &settings.user_storage,
        "admin" => &settings.admin_storage,
        _ => return pages::not_found().await,
    };
    let shown = Shown { media_type: String::new(), filename: filename.clone(), known: false };
    send(&request, &shared, (storage.clone(), filename), shown).await
}

/// A file of the file subsystem. Who may not read it does not learn that there is one.
async fn file(request: HttpRequest, shared: Data<Shared>, id: Path<String>) -> HttpResponse {
    watch::tell_action(&request, "file_show");
    let proof = proof_of(&request, &shared);
    let known = proof.is_some();
    let input = [("id".to_owned(), json!(id.into_inner()))].into_iter().collect();
    let found = action_api::run(&shared, "file_show", proof, input).await;
    let found: Result<Value> = found.and_then(|answer| serde_json::from_str(&answer.result).map_err(Error::internal));
    let found = match found {
        Ok(found) => found,
        Err(error) if error.kind() == Kind::Denied => return refused(&Error::not_found(""), NOTHING, ""),
        Err(error) => return refused(&error, NOTHING, ""),
    };
    let text = |key: &str| found.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let shown = Shown { media_type: text("content_type"), filename: text("name"), known };
    send(&request, &shared, (text("storage"), text("location")), shown).await
}

/// A file for who shows a token that a service made with the site's secret.
async fn trusted_file(request: HttpRequest, shared: Data<Shared>, token: Path<String>) -> HttpResponse {
    let app = Arc::clone(&shared.app);
    let found = shared
        .lanes
        .read
        .run(move || {
            let mut ctx = Ctx::new(&app, &Actor::anonymous(), action::Kind::Read);
            catalog::file::trusted::find(&mut ctx, &token)
        })
        .await;
    match found {
        Ok(file) => {
            let shown = Shown { media_type: file.content_type, filename: file.name, known: true };
            send(&request, &shared, (file.storage, file.location), shown).await
        }
        Err(error) => refused(&error, NOTHING, ""),
    }
}

/// A file of a storage that everybody may read.
async fn public_file(request: HttpRequest, shared: Data<Shared>, path: Path<(String, String)>) -> HttpResponse {
    let (storage, location) = path.into_inner();
    match shared.app.files.storage(&storage) {
        None => return pages::page(StatusCode::NOT_FOUND, NOTHING),
        Some(storage) if !storage.settings.public => return pages::page(StatusCode::FORBIDDEN, "Storage is not public"),
        Some(_public) => {}
    }
    let filename = location.rsplit('/').next().unwrap_or_default().to_owned();
    send(&request, &shared, (storage, location), Shown { media_type: String::new(), filename, known: false }).await
}

/// The page for somebody who may not have a file.
pub fn refused(error: &Error, missing: &str, denied: &str) -> HttpResponse {
    match error.kind() {
        Kind::NotFound | Kind::Validation => pages::page(StatusCode::NOT_FOUND, missing),
        Kind::Denied => pages::page(StatusCode::FORBIDDEN, denied),
        Kind::Unavailable => pages::page(StatusCode::SERVICE_UNAVAILABLE, &escaped(error.message())),
        _ => {
            crate::error::log(error, "download", "");
            pages::page(StatusCode::INTERNAL_SERVER_ERROR, &escaped(error.message()))
        }
    }
}

/// Sends a stored file, or a part of it.
pub async fn send(request: &HttpRequest, shared: &Data<Shared>, place: (String, String), shown: Shown) -> HttpResponse {
    let app = Arc::clone(&shared.app);
    let disposition = (request.method() == Method::GET).then(|| attachment(&shown.filename));
    let is_typed = !shown.media_type.is_empty();
    let found = web::block(move || {
        let storage = app.files.needed(&place.0)?;
        let mut opened = storage.open(&place.1)?.ok_or_else(|| Error::not_found(NOTHING))?;
        if let Some(address) = disposition.and_then(|text| storage.address(&place.1, &text).transpose()) {
            return Ok(Found::Elsewhere(address?));
        }
        // A bucket is asked once more for it.
        let sniffed = if is_typed { "" } else { sniff::media_type(&opened.sample()?) };
        Ok(Found::Here(opened, sniffed))
    });
    let (opened, sniffed) = match found.await.map_err(Error::internal).and_then(|found| found) {
        Ok(Found::Here(opened, sniffed)) => (opened, sniffed),
        Ok(Found::Elsewhere(address)) => return elsewhere(&address, true),
        Err(error) => return refused(&error, NOTHING, ""),
    };
    let size = opened.size;
    let wanted = Wanted::of(request.headers(), size, opened.modified, opened.tag.clone());
    let inline = &shared.app.settings.files.inline_types;
    let (status, part) = match wanted.asked {
        Asked::Unchanged => return described(StatusCode::NOT_MODIFIED, &wanted, &shown, sniffed, inline).finish(),
        Asked::Changed => return pages::page(StatusCode::PRECONDITION_FAILED, "The file has changed."),
        Asked::Impossible => {
            return described(StatusCode::RANGE_NOT_SATISFIABLE, &wanted, &shown, sniffed, inline)
                .insert_header((header::CONTENT_RANGE, format!("bytes */{size}")))
                .finish();
        }
        Asked::Whole => (StatusCode::OK, None),
        Asked::Part(part) => (StatusCode::PARTIAL_CONTENT, Some(part)),
    };
    let mut response = described(status, &wanted, &shown, sniffed, inline);
    if let Some(part) = part {
        response.insert_header((header::CONTENT_RANGE, format!("bytes {}-{}/{size}", part.first, part.last)));
    }
    let (first, length) = part.map_or((0, size), |part| (part.first, part.last - part.first + 1));
    if request.method() == Method::HEAD {
        return response.body(SizedStream::new(length, futures_util::stream::empty::<std::io::Result<Bytes>>()));
    }
    let reader = web::block(move || opened.read(first, length));
    match reader.await.map_err(Error::internal).and_then(|reader| reader) {
        Ok(reader) => stream(&mut response, reader, length),
        Err(error) => refused(&error, NOTHING, ""),
    }
}

/// Where the bytes of a file are.
enum Found {
    Here(Opened, &'static str),
    /// At an address of the storage's own.
    Elsewhere(String),
}

/// The headers of a file.
fn described(status: StatusCode, wanted: &Wanted, shown: &Shown, sniffed: &str, inline: &[String]) -> HttpResponseBuilder {
    let media_type = if shown.media_type.is_empty() { sniffed } else { &shown.media_type };
    // Pictures are shown where pages quote them, if they are what they seem to be.
    let is_picture = matches!(sniffed, "image/png" | "image/jpeg" | "image/gif" | "image/webp");
    let is_shown = is_supported(media_type, inline) || (shown.media_type.is_empty() && is_picture);
    let attachment = attachment(&shown.filename);
    let disposition = if is_shown { attachment.replacen("attachment", "inline", 1) } else { attachment };
    // As CKAN does, so that Python's clients do not take texts for Latin-1.
    let is_text = media_type.starts_with("text/") && !media_type.contains(';');
    let media_type = if is_text { format!("{media_type}; charset=utf-8") } else { media_type.to_owned() };
    let media_type = HeaderValue::from_str(&media_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let mut response = head(status, shown.known, "");
    response
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        // The data of a portal is there for the pages of others too.
        .insert_header((header::CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin"))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        // Ranges and lengths are those of the file: nothing compresses it on its way.
        .insert_header((header::CONTENT_ENCODING, "identity"));
    if !wanted.tag.is_empty() {
        response.insert_header((header::ETAG, wanted.tag.as_str()));
    }
    if let Some(modified) = &wanted.modified {
        response.insert_header((header::LAST_MODIFIED, modified.as_str()));
    }
    response
}

/// A file's name for a quoted text.
fn quoted(filename: &str) -> String {
    filename.chars().filter(|letter| letter.is_ascii() && !letter.is_ascii_control() && !"\"\\".contains(*letter)).collect()
}

/// `Content-Disposition` of a file that is saved.
fn attachment(filename: &str) -> String {
    format!("attachment; filename=\"{}\"", quoted(filename))
}

fn stream(response: &mut HttpResponseBuilder, reader: Box<dyn Read + Send>, length: u64) -> HttpResponse {
    let pieces = futures_util::stream::try_unfold((reader, length), |(mut reader, left)| async move {
        if left == 0 {
            return Ok::<_, std::io::Error>(None);
        }
        let read = web::block(move || {
            let mut piece = Vec::new();
            reader.by_ref().take(left.min(PIECE)).read_to_end(&mut piece)?;
            // A file that became shorter meanwhile must not look whole.
            if piece.is_empty() { Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof)) } else { Ok((reader, piece)) }
        });
        let (reader, piece) = read.await.map_err(std::io::Error::other)??;
        let length = u64::try_from(piece.len()).unwrap_or(left);
        Ok(Some((Bytes::from(piece), (reader, left.saturating_sub(length)))))
    });
    response.body(SizedStream::new(length, pieces))
}
