//! Queries for matching resources.

use base::{Result, page::Page, time::Stamp};
use diesel::{
    ExpressionMethods, PgAnyJsonExpressionMethods, PgConnection, PgTextExpressionMethods, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper, pg::Pg,
};
use model::Resource;
use serde_json::Value;
use store::{
    error,
    schema::{package, resource},
};

use super::{Term, Text, Time};
use crate::tag::db::containing;

/// A row of `resource`.
#[derive(Queryable, Selectable)]
#[diesel(table_name = resource)]
struct ResourceRow {
    id: String,
    package_id: String,
    position: i32,
    url: String,
    name: Option<String>,
    description: Option<String>,
    format: String,
    hash: String,
    mimetype: Option<String>,
    mimetype_inner: Option<String>,
    resource_type: Option<String>,
    size: Option<i64>,
    cache_url: Option<String>,
    cache_last_updated: Option<chrono::NaiveDateTime>,
    created: chrono::NaiveDateTime,
    last_modified: Option<chrono::NaiveDateTime>,
    metadata_modified: chrono::NaiveDateTime,
    state: String,
    url_type: Option<String>,
    extras: Value,
}

impl From<ResourceRow> for Resource {
    fn from(row: ResourceRow) -> Self {
        Self {
            cache_last_updated: row.cache_last_updated.map(Stamp::from_naive),
            cache_url: row.cache_url,
            created: Some(Stamp::from_naive(row.created)),
            datastore_active: None,
            description: row.description,
            format: row.format,
            hash: row.hash,
            id: row.id,
            last_modified: row.last_modified.map(Stamp::from_naive),
            metadata_modified: Some(Stamp::from_naive(row.metadata_modified)),
            mimetype: row.mimetype,
            mimetype_inner: row.mimetype_inner,
            name: row.name,
            package_id: row.package_id,
            position: row.position,
            resource_type: row.resource_type,
            size: row.size,
            state: row.state,
            url: row.url,
            url_type: row.url_type,
            extras: match row.extras {
                Value::Object(extras) => extras,
                _ => serde_json::Map::new(),
            },
        }
    }
}

type Boxed<'a> = resource::BoxedQuery<'a, Pg>;

/// The resources of active public datasets for which all terms hold.
fn matching<'a>(terms: &[Term]) -> Boxed<'a> {
    let public = package::table.filter(package::state.eq("active")).filter(package::private.eq(false)).select(package::id);
    let all = resource::table.filter(resource::state.eq("active")).filter(resource::package_id.eq_any(public)).into_boxed();
    terms.iter().fold(all, |query, term| match term {
        Term::Text(field, text) => with_text(query, *field, containing(text)),
        Term::Own(field, text) => query.filter(resource::extras.retrieve_as_text(field.clone()).ilike(containing(text))),
        Term::Hash(text) => query.filter(resource::hash.ilike(containing(text).split_off(1))),
        Term::Size(size) => query.filter(resource::size.eq(*size)),
        Term::At(field, at) => at_time(query, *field, at.naive()),
    })
}

fn with_text(query: Boxed<'_>, field: Text, pattern: String) -> Boxed<'_> {
    match field {
        Text::Url => query.filter(resource::url.ilike(pattern)),
        Text::Format => query.filter(resource::format.ilike(pattern)),
        Text::Description => query.filter(resource::description.ilike(pattern)),
        Text::Name => query.filter(resource::name.ilike(pattern)),
        Text::ResourceType => query.filter(resource::resource_type.ilike(pattern)),
        Text::Mimetype => query.filter(resource::mimetype.ilike(pattern)),
        Text::MimetypeInner => query.filter(resource::mimetype_inner.ilike(pattern)),
        Text::CacheUrl => query.filter(resource::cache_url.ilike(pattern)),
        Text::UrlType => query.filter(resource::url_type.ilike(pattern)),
    }
}

fn at_time(query: Boxed<'_>, field: Time, at: chrono::NaiveDateTime) -> Boxed<'_> {
    match field {
        Time::Created => query.filter(resource::created.eq(at)),
        Time::LastModified => query.filter(resource::last_modified.eq(at)),
        Time::MetadataModified => query.filter(resource::metadata_modified.eq(at)),
        Time::CacheLastUpdated => query.filter(resource::cache_last_updated.eq(at)),
    }
}

/// In the order of a column; of ids, where there is no such column, as CKAN overlooks it.
fn ordered<'a>(query: Boxed<'a>, column: Option<&str>) -> Boxed<'a> {
    match column.unwrap_or_default() {
        "package_id" => query.order(resource::package_id),
        "position" => query.order(resource::position),
        "url" => query.order(resource::url),
        "format" => query.order(resource::format),
        "description" => query.order(resource::description),
        "hash" => query.order(resource::hash),
        "name" => query.order(resource::name),
        "resource_type" => query.order(resource::resource_type),
        "mimetype" => query.order(resource::mimetype),
        "mimetype_inner" => query.order(resource::mimetype_inner),
        "size" => query.order(resource::size),
        "created" => query.order(resource::created),
        "last_modified" => query.order(resource::last_modified),
        "metadata_modified" => query.order(resource::metadata_modified),
        "cache_url" => query.order(resource::cache_url),
        "cache_last_updated" => query.order(resource::cache_last_updated),
        "url_type" => query.order(resource::url_type),
        _ => query,
    }
    .then_order_by(resource::id)
}

/// How many resources match.
///
/// # Errors
/// What the database says.
pub fn count(connection: &mut PgConnection, terms: &[Term]) -> Result<i64> {
    matching(terms).count().get_result(connection).map_err(error::of)
}

/// A window on the resources that match.
///
/// # Errors
/// What the database says.
pub fn list(connection: &mut PgConnection, terms: &[Term], order_by: Option<&str>, page: Page) -> Result<Vec<Resource>> {
    let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let query = ordered(matching(terms), order_by).offset(number(page.offset));
    let query = match page.limit {
        Some(limit) => query.limit(number(limit)),
        None => query,
    };
    let rows: Vec<ResourceRow> = query.select(ResourceRow::as_select()).load(connection).map_err(error::of)?;
    Ok(rows.into_iter().map(Resource::from).collect())
}
