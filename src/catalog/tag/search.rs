//! `tag_search`, and the search that `tag_autocomplete` and `tag_list` share with it.

use action::{Action, Ctx, Kind};
use base::{Result, loose::Natural, page::Page};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    db::{self, TagRow},
    view::Plain,
};
use crate::vocabulary;

/// More words than these narrow nothing down.
const PARTS: usize = 16;

action::declare! {
    /// Searches tags by parts of their names: those of a vocabulary, or the free ones of public datasets.
    pub struct Search;
    /// The query; without one nothing is found.
    pub struct SearchParams {
        /// Text that must be in the name; several must all be.
        query: Vec<String>,
        /// The same.
        q: Vec<String>,
        /// Id or name of a vocabulary; left out: free tags.
        vocabulary_id: String,
        /// Out of use in CKAN: `{"tags": …}` is one more text.
        fields: Map<String, Value>,
        /// At most so many.
        limit: Natural,
        /// Tags to pass over.
        offset: Natural,
    }
}

/// What was found.
#[derive(Serialize)]
pub struct Found {
    count: i64,
    results: Vec<Plain>,
}

impl Action for Search {
    const NAME: &'static str = "tag_search";
    const KIND: Kind = Kind::Read;
    type Params = SearchParams;
    type Subject = ();
    type Output = Found;

    fn allow(_ctx: &mut Ctx, _params: &SearchParams) -> Result<()> {
        Ok(())
    }

    fn run(ctx: &mut Ctx, params: SearchParams, (): ()) -> Result<Found> {
        let fields = params.fields.unwrap_or_default();
        let mut parts = parts(params.query, params.q);
        parts.extend(
            ["tag", "tags"].iter().filter_map(|name| model::check::text_of(&fields, name)).filter(|part| !part.is_empty()),
        );
        let page = page(params.limit, params.offset);
        let (rows, count) = found(ctx, params.vocabulary_id.as_deref(), &parts, page)?;
        Ok(Found { count, results: rows.into_iter().map(Plain::from).collect() })
    }
}

/// The texts that are looked for: `query`, or `q` when that has none.
#[must_use]
pub fn parts(query: Option<Vec<String>>, q: Option<Vec<String>>) -> Vec<String> {
    let clean = |texts: Option<Vec<String>>| -> Vec<String> {
        let texts = texts.unwrap_or_default().into_iter().map(|part| part.trim().to_owned());
        texts.filter(|part| !part.is_empty()).take(PARTS).collect()
    };
    let first = clean(query);
    if first.is_empty() { clean(q) } else { first }
}

/// The window of `limit` and `offset`.
#[must_use]
pub fn page(limit: Option<Natural>, offset: Option<Natural>) -> Page {
    Page { limit: limit.map(|Natural(limit)| limit), offset: offset.map_or(0, |Natural(offset)| offset) }
}

/// The tags whose names have all parts, and how many there are without the window. Nothing without parts, or in a
/// vocabulary that does not exist.
///
/// # Errors
/// What the database says.
pub fn found(ctx: &mut Ctx, vocabulary: Option<&str>, parts: &[String], page: Page) -> Result<(Vec<TagRow>, i64)> {
    let vocabulary = match vocabulary {
        None => None,
        Some(key) => match vocabulary::find(&ctx.app, key) {
            Some((id, _)) => Some(id),
            None => return Ok((Vec::new(), 0)),
        },
    };
    if parts.is_empty() || !parts.iter().all(|part| db::is_findable(part) && !part.contains('\0')) {
        return Ok((Vec::new(), 0));
    }
    let count = db::count(ctx.db()?, vocabulary.as_deref(), parts)?;
    Ok((db::list(ctx.db()?, vocabulary.as_deref(), parts, page)?, count))
}
