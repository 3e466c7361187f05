//! `/feeds/*.atom`: the newest datasets as Atom (RFC 4287), of the portal, of an organization, a group, a tag or a search.
//!
//! Titles, addresses of entries and bounds are CKAN's (views/feed); its links to other pages are malformed, these are not.
//! Must never show what not everybody may see, whoever asks.

use std::{fmt::Write as _, sync::Arc};

use action::App;
use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, Query, ServiceConfig},
};
use base::{Error, Kind, Result, limits};
use catalog::{language::of_group, package::index::unpack};
use model::{Package, Translated, document, translated};
use search::Request;
use url::form_urlencoded::Serializer;

use crate::{
    action_api::Shared,
    envelope::{escaped, head},
    language,
    middleware::watch,
    pages,
    routes::read,
};

const NEWEST: &str = "metadata_modified desc";

type Pairs = Vec<(String, String)>;

/// What a feed is about.
#[derive(Clone, Copy)]
enum Subject {
    Everything,
    Custom,
    Group,
    Organization,
    Tag,
}

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    for (address, subject) in [
        ("/feeds/dataset.atom", Subject::Everything),
        ("/feeds/custom.atom", Subject::Custom),
        ("/feeds/group/{id}.atom", Subject::Group),
        ("/feeds/organization/{id}.atom", Subject::Organization),
        ("/feeds/tag/{id}.atom", Subject::Tag),
    ] {
        let answer = move |request: HttpRequest, query: Query<Pairs>, shared: Data<Shared>| async move {
            answer(subject, &request, query.into_inner(), &shared).await
        };
        config.service(read(address, answer));
    }
}

async fn answer(subject: Subject, request: &HttpRequest, query: Pairs, shared: &Data<Shared>) -> HttpResponse {
    watch::tell_action(request, "package_search");
    let id = request.match_info().get("id").unwrap_or_default().to_owned();
    let (app, path) = (Arc::clone(&shared.app), request.path().to_owned());
    let language = language::of(request, &app.settings).texts;
    let made = shared.lanes.search.run(move || Feed::read(&app, subject, (&id, path, query), language)?.write(&app)).await;
    match made {
        Ok(text) => head(StatusCode::OK, false, "application/atom+xml").body(text),
        Err(error) => {
            let status = match error.kind() {
                Kind::NotFound => StatusCode::NOT_FOUND,
                Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
                Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
                _ => StatusCode::BAD_REQUEST,
            };
            pages::page(status, &escaped(error.message()))
        }
    }
}

/// What is asked for.
struct Feed {
    title: String,
    subtitle: String,
    /// The address without the site.
    path: String,
    query: Pairs,
    page: usize,
    request: Request,
    /// What it is in, where that is not the site's own.
    language: Option<String>,
}

impl Feed {
    fn read(app: &App, subject: Subject, (id, path, query): (&str, String, Pairs), language: Option<String>) -> Result<Self> {
        let page = page(&query)?;
        let limit = app.settings.feeds.limit;
        let start = (page - 1).checked_mul(limit).filter(|start| *start <= limits::START_MAX);
        let start = start.ok_or_else(|| Error::bad_request("there are not so many pages"))?;
        let mut request = Request { sort: Some(NEWEST.to_owned()), rows: limit, start, ..Request::public() };
        let site = &app.site().title;
        let mut named = |kind: &str, name: &str, fq: String| {
            request.fq.push(fq);
            (
                format!("{site} - {kind}: \"{name}\""),
                format!("Recently created or updated datasets on {site} by {}: \"{name}\"", kind.to_lowercase()),
            )
        };
        let (title, subtitle) = match subject {
            Subject::Everything => (site.clone(), format!("Recently created or updated datasets on {site}")),
            Subject::Tag => named("Tag", id, format!("tags:{}", quoted(id))),
            Subject::Group | Subject::Organization => {
                let is_organization = matches!(subject, Subject::Organization);
                let kind = if is_organization { "Organization" } else { "Group" };
                let found = app
                    .quotes
                    .find(id)
                    .filter(|found| found.row.is_organization == is_organization && found.row.state == "active");
                let found = found.ok_or_else(|| Error::not_found(format!("{kind} not found")))?;
                let fq = if is_organization {
                    format!("owner_org:{}", quoted(&found.row.id))
                } else {
                    format!("groups:{}", quoted(&found.row.name))
                };
                let title = language.as_deref().and_then(|language| of_group(&found.row, "title", language));
                named(kind, title.unwrap_or(&found.row.title), fq)
            }
            Subject::Custom => {
                for (name, value) in &query {
                    match name.as_str() {
                        "q" => request.q.clone_from(value),
                        "sort" if !value.is_empty() => request.sort = Some(value.clone()),
                        "page" | "sort" | "lang" => {}
                        name if name.starts_with('_') || value.is_empty() => {}
                        name => request.fq.push(format!("{name}:{}", quoted(value))),
                    }
                }
                let about = format!("Recently created or updated datasets on {site}. Custom query: '{}'", request.q);
                (format!("{site} - Custom query"), about)
            }
        };
        let query = if matches!(subject, Subject::Custom) { query } else { Pairs::new() };
        Ok(Self { title, subtitle, path, query, page, request, language })
    }

    /// The address of one of its pages, in a language.
    fn address(&self, app: &App, page: usize, language: Option<&str>) -> String {
        let mut pairs = Serializer::new(String::new());
        pairs.extend_pairs(self.query.iter().filter(|(name, _)| !matches!(name.as_str(), "page" | "lang")));
        if let Some(language) = language {
            pairs.append_pair("lang", language);
        }
        if page > 1 {
            pairs.append_pair("page", &page.to_string());
        }
        let (site, query) = (&app.site().url, pairs.finish());
        if query.is_empty() { format!("{site}{}", self.path) } else { format!("{site}{}?{query}", self.path) }
    }

    fn write(&self, app: &App) -> Result<String> {
        let found = app.current_index().search(&self.request)?;
        let packages = found.hits.iter().map(|hit| document::parse(unpack(&hit.stored)?.2)).collect::<Result<Vec<_>>>()?;
        let newest = packages.iter().filter_map(|package| package.metadata_modified).max();
        let language = self.language.as_deref();
        let mut out = format!(
            "<?xml version='1.0' encoding='UTF-8'?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n",
            language.unwrap_or(&app.settings.locale_default).replace('_', "-")
        );
        // The same in every language.
        let id = self.address(app, 1, None);
        element(&mut out, "id", &identity(app, id.strip_prefix(&app.site().url).unwrap_or_default()));
        element(&mut out, "title", &self.title);
        element(&mut out, "updated", &format!("{}Z", newest.unwrap_or_else(base::time::Stamp::now)));
        let feeds = &app.settings.feeds;
        let name = feeds.author_name.as_ref().unwrap_or(&app.settings.site_id);
        let site = app.site();
        let link = feeds.author_link.as_ref().unwrap_or(&site.url);
        let _written = writeln!(out, "<author><name>{}</name><uri>{}</uri></author>", clean(name), clean(link));
        let last = found.count.div_ceil(self.request.rows).max(1);
        let mut link = |relation: &str, page: usize| {
            let address = escaped(&self.address(app, page, language));
            let _written = writeln!(out, "<link href=\"{address}\" rel=\"{relation}\"/>");
        };
        link("self", self.page);
        link("first", 1);
        link("last", last);
        if self.page > 1 {
            link("prev", (self.page - 1).min(last));
        }
        if self.page < last {
            link("next", self.page + 1);
        }
        element(&mut out, "subtitle", &self.subtitle);
        for package in &packages {
            entry(&mut out, app, package, language);
        }
        out.push_str("</feed>\n");
        Ok(out)
    }
}

/// What something is called for ever: its address, or a tag URI (RFC 4151) where `ckan.feeds.date` says since when the name
/// is the portal's.
fn identity(app: &App, path: &str) -> String {
    let (site, feeds) = (app.site(), &app.settings.feeds);
    let Some(date) = &feeds.date else { return format!("{}{path}", site.url) };
    let host = site.address.split_once("://").map_or(site.address.as_str(), |(_, host)| host);
    format!("tag:{},{date}:{path}", feeds.authority_name.as_deref().unwrap_or(host))
}

fn entry(out: &mut String, app: &App, package: &Package, language: Option<&str>) {
    let site = &app.site().url;
    let title = said(&package.title, &package.title_translated, language);
    out.push_str("<entry>");
    element(out, "id", &identity(app, &format!("/dataset/{}", package.id)));
    element(out, "title", if title.is_empty() { &package.name } else { title });
    if let Some(updated) = package.metadata_modified {
        element(out, "updated", &format!("{updated}Z"));
    }
    if package.author.is_some() || package.author_email.is_some() {
        out.push_str("<author>");
        element(out, "name", package.author.as_deref().unwrap_or_default());
        if let Some(email) = &package.author_email {
            element(out, "email", email);
        }
        out.push_str("</author>");
    }
    match clean(said(package.notes.as_deref().unwrap_or_default(), &package.notes_translated, language)) {
        notes if notes.is_empty() => out.push_str("<content/>"),
        notes => {
            let _written = write!(out, "<content>{notes}</content>");
        }
    }
    let shown = escaped(&format!("{site}/api/3/action/package_show?id={}", package.id));
    let _written = write!(out, "<link href=\"{shown}\" rel=\"alternate\" type=\"application/json\"/>");
    for tag in &package.tags {
        let _written = write!(out, "<category term=\"{}\"/>", clean(&tag.name));
    }
    if let Some(created) = package.metadata_created {
        element(out, "published", &format!("{created}Z"));
    }
    out.push_str("</entry>\n");
}

/// A text in a language, or as it is where it has no translation.
fn said<'a>(plain: &'a str, texts: &'a Translated, language: Option<&str>) -> &'a str {
    let said = language.and_then(|language| translated::in_language(texts, language));
    said.filter(|text| !text.is_empty()).unwrap_or(plain)
}

fn element(out: &mut String, name: &str, text: &str) {
    let _written = write!(out, "<{name}>{}</{name}>", clean(text));
}

/// Text as XML may hold it: control characters are left out, as CKAN does.
fn clean(text: &str) -> String {
    escaped(&text.chars().filter(|one| !one.is_control() && !matches!(one, '\u{fffe}' | '\u{ffff}')).collect::<String>())
}

/// A value that no text can break out of.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn page(query: &[(String, String)]) -> Result<usize> {
    let Some((_, text)) = query.iter().rev().find(|(name, _)| name == "page") else { return Ok(1) };
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| Error::bad_request("\"page\" parameter must be a positive integer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_place() {
        assert_eq!(clean("Test\u{c} <Notes> & \"more\""), "Test &lt;Notes&gt; &amp; &#34;more&#34;");
        assert_eq!(quoted(r#"a" OR b:\"#), r#""a\" OR b:\\""#);
    }

    #[test]
    fn pages_are_positive_numbers() {
        let of = |text: &str| page(&[("page".to_owned(), text.to_owned())]).ok();
        assert_eq!((page(&[]).ok(), of("3"), of("0"), of("-2"), of("abc")), (Some(1), Some(3), None, None, None));
    }
}
