//! The catalog as RDF, page by page, written while it is sent.
//!
//! Must never show what not everybody may see, whoever asks.

use std::{io, sync::Arc};

use action::App;
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use base::{Error, Result, limits, time::Stamp};
use bytes::Bytes;
use catalog::package::index::unpack;
use dcat::{CatalogWriter, Format, Page};
use futures_util::Stream;
use model::document;
use search::{Found, Request};

use super::{failure, is_fresh, not_modified, package, settled, site, tag};
use crate::{action_api::Shared, envelope::head, middleware::watch};

const ACTION: &str = "dcat_catalog_show";
/// Bytes that are written before they are sent.
const CHUNK: usize = 32 * 1024;
/// What a page depends on.
const PARAMETERS: [&str; 4] = ["q", "fq", "modified_since", "profiles"];
/// The profile that is written.
const PROFILE: &str = "euro_dcat_ap_3";
/// Newest first; the same order on every page.
const ORDER: &str = "metadata_modified desc, id asc";

type Query = Vec<(String, String)>;

/// Answers a page. `path` is the address that its links name.
pub async fn answer(
    request: &HttpRequest,
    shared: &Data<Shared>,
    (path, query, format): (String, Query, Format),
) -> HttpResponse {
    watch::tell_action(request, ACTION);
    let per_page = shared.app.settings.dcat_per_page;
    let wanted = match wanted(&query, per_page) {
        Ok(wanted) => wanted,
        Err(error) => return failure(request, shared, (ACTION, false), &error),
    };
    let app = &shared.app;
    if let Err(error) = settled(shared).await {
        return failure(request, shared, (ACTION, false), &error);
    }
    // The states are read before the search: what changes meanwhile makes the tag too old, never too new.
    let called = app.site();
    let states = format!("{} {} {called:?}", app.index.generation(), app.quotes.generation());
    let tag = tag(format!("{states}\n{}\n{path}\n{query:?}", format.extension()).as_bytes());
    if is_fresh(request, &tag) {
        return not_modified(false, format, &tag);
    }
    let (seeker, number) = (Arc::clone(app), wanted.number);
    let found = shared
        .lanes
        .read
        .run(move || {
            let newest = Request { rows: 1, sort: Some(ORDER.to_owned()), ..Request::public() };
            let index = &seeker.index;
            let mut found = index.search(&wanted.request)?;
            // A catalog whose last pages cannot be found by number: whoever begins with the first goes on by place.
            if found.count > limits::START_MAX && wanted.number == 1 && wanted.request.cursor.is_none() {
                found = index.search(&Request { cursor: Some(search::START.to_owned()), ..wanted.request })?;
            }
            Ok((found, newest_of(&index.search(&newest)?)?))
        })
        .await;
    let (found, newest) = match found {
        Ok(found) => found,
        Err(error) => return failure(request, shared, (ACTION, false), &error),
    };
    let size = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let address = format!("{}{path}", called.url);
    // Links repeat what a page depends on, and nothing else that was sent.
    let query: Query = query.into_iter().filter(|(name, _)| PARAMETERS.contains(&name.as_str())).collect();
    let mut page = Page::new(&address, &query, size(found.count), (size(per_page), size(number)));
    if let Some(behind) = &found.next_cursor {
        page = page.by_place(behind.clone());
    }
    let writer = CatalogWriter::new(format, &site(app), Some(&page), newest);
    let mut response = head(StatusCode::OK, false, format.content_type());
    response.insert_header((header::ETAG, tag)).insert_header((header::LINK, page.link_header()));
    if request.method() == actix_web::http::Method::HEAD {
        // No length: nobody knows it before all is written.
        return response.streaming(futures_util::stream::empty::<Result<Bytes, io::Error>>());
    }
    response.streaming(stream(shared.clone(), found, writer))
}

/// What a catalog's address asks for.
struct Wanted {
    number: usize,
    request: Request,
}

fn wanted(query: &[(String, String)], per_page: usize) -> Result<Wanted> {
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
    let cursor = value("cursorMark").map(str::to_owned);
    let start = match cursor {
        Some(_) => Some(0),
        None => (number - 1).checked_mul(per_page).filter(|start| *start <= limits::START_MAX),
    };
    let start = start.ok_or_else(|| {
        let limit = limits::START_MAX;
        Error::invalid(
            "page",
            format!("At most {limit} datasets can be passed over; follow the links from the first page, or ask for a part by modified_since or fq"),
        )
    })?;
    let request = Request {
        q: value("q").unwrap_or_default().to_owned(),
        fq,
        sort: Some(ORDER.to_owned()),
        rows: per_page,
        start,
        cursor,
        ..Request::public()
    };
    Ok(Wanted { number, request })
}

fn newest_of(found: &Found) -> Result<Option<Stamp>> {
    found.hits.first().map_or(Ok(None), |hit| Ok(document::parse(unpack(&hit.stored)?.2)?.metadata_modified))
}

/// A page that is being written: what was found, how much of it is done.
struct Writing {
    found: Found,
    next: usize,
    writer: CatalogWriter,
}

/// Writes the next part when the client has taken the last one: a slow client holds neither a thread nor memory.
fn stream(shared: Data<Shared>, found: Found, writer: CatalogWriter) -> impl Stream<Item = Result<Bytes, io::Error>> {
    let start = Some(Writing { found, next: 0, writer });
    futures_util::stream::unfold(start, move |state| {
        let shared = shared.clone();
        async move {
            let writing = state?;
            let app = Arc::clone(&shared.app);
            match shared.lanes.read.run(move || Ok(part(&app, writing))).await {
                Ok((bytes, rest)) => Some((Ok(bytes), rest)),
                // The connection is cut, so that nobody takes half a page for a whole one.
                Err(error) => Some((Err(io::Error::other(error.to_string())), None)),
            }
        }
    })
}

/// The next part, and the rest if there is any. A dataset that cannot be written is left out and told in the log.
fn part(app: &App, mut writing: Writing) -> (Bytes, Option<Writing>) {
    let mut bytes = Vec::new();
    while let Some(hit) = writing.found.hits.get(writing.next) {
        writing.next += 1;
        let written = unpack(&hit.stored).and_then(|(_, groups, body)| {
            let groups: Vec<String> = groups.into_iter().map(str::to_owned).collect();
            writing.writer.dataset(&package(app, body, &groups)?)
        });
        match written {
            Ok(chunk) => bytes.extend_from_slice(chunk.as_ref()),
            Err(error) => tracing::warn!(%error, dataset = hit.id, "a dataset is left out of the catalog's RDF"),
        }
        if bytes.len() >= CHUNK {
            return (Bytes::from(bytes), Some(writing));
        }
    }
    bytes.extend_from_slice(writing.writer.finish().as_ref());
    (Bytes::from(bytes), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &[(&str, &str)]) -> Result<Wanted> {
        let query: Query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        wanted(&query, 100)
    }

    #[test]
    fn parameters_become_a_public_search() {
        let wanted = asked(&[("page", "3"), ("q", "суу"), ("fq", "tags:a"), ("modified_since", "2026-01-02")]).unwrap();
        assert_eq!((wanted.number, wanted.request.start, wanted.request.rows), (3, 200, 100));
        assert_eq!(wanted.request.labels, Request::public().labels);
        assert!(wanted.request.public_only);
        assert_eq!(wanted.request.q, "суу");
        assert_eq!(wanted.request.fq.len(), 3);
        assert!(wanted.request.fq.iter().any(|fq| fq.starts_with("metadata_modified:[2026-01-02T00:00:00")));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for (name, value) in [
            ("page", "0"),
            ("page", "-1"),
            ("page", "x"),
            ("page", "99999999999999999999"),
            ("page", "9999999999999"),
            ("modified_since", "yesterday"),
            ("profiles", "schemaorg"),
        ] {
            let error = asked(&[(name, value)]).err().unwrap();
            assert_eq!(error.kind(), base::Kind::Validation, "{name}={value}");
            assert!(error.dict().fields().contains_key(name), "{name}={value}");
        }
        assert!(asked(&[("page", ""), ("profiles", PROFILE)]).is_ok());
    }
}
