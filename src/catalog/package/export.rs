//! Everything that a search finds, a dataset a line: read in the order of an index that goes on changing, in constant memory.

use action::{Action, App};
use auth::Actor;
use base::{Error, Result};
use search::Page;
use serde_json::{Map, Value};

use super::search::{Query, Search, read, result};
use crate::language;

/// Bytes of lines that are made before they are sent.
const CHUNK: usize = 64 * 1024;
/// Parameters of `package_search` that mean nothing to an export, which is of all that is found.
const NOT_HERE: &[&str] = &["rows", "start", "cursorMark", "facet.field", "facet.limit", "facet.mincount", "hl", "explain"];

/// An export on its way.
pub struct Export {
    query: Query,
    page: Page,
    /// What it is answered in, where that is not the site's own.
    language: Option<String>,
}

impl Export {
    /// Begins one with the parameters of `package_search`; by `id`, unless they say otherwise.
    ///
    /// # Errors
    /// As `package_search`; [`base::Kind::SearchQuery`] for parameters that an export does not take.
    pub fn begin(app: &App, actor: &Actor, mut input: Map<String, Value>, language: Option<String>) -> Result<Self> {
        if !actor.is_within(Search::NAME, true) {
            return Err(Error::denied("The token is not good for this action"));
        }
        if let Some(name) = NOT_HERE.iter().find(|name| input.contains_key(**name)) {
            return Err(Error::search_query(format!("An export is of all that is found: it takes no {name}")));
        }
        input.entry("sort").or_insert_with(|| "id asc".into());
        let mut query = read(app, actor, &input)?;
        query.request.rows = base::limits::ROWS_MAX;
        query.request.cursor = Some(search::START.to_owned());
        let page = app.current_index().page(&query.request)?;
        Ok(Self { query, page, language })
    }

    /// The next lines; none at the end. The caller is asked for again, because rights may end meanwhile.
    ///
    /// # Errors
    /// Denied, when his rights are not what they were; what the index says.
    pub fn part(&mut self, app: &App, actor: &Actor) -> Result<String> {
        if actor.labels() != self.query.request.labels {
            return Err(Error::denied("The rights of the caller have changed"));
        }
        let mut text = String::new();
        while text.len() < CHUNK {
            if let Some(hit) = self.page.next() {
                let begin = text.len();
                result(app, &hit?, &self.query.fl, &mut text)?;
                if let Some(language) = &self.language {
                    let mut line = text.split_off(begin);
                    language::translate(app, language, &mut line)?;
                    text.push_str(&line);
                }
                text.push('\n');
            } else if let Some(next) = self.page.next_cursor.take() {
                self.query.request.cursor = Some(next);
                self.page = app.index.page(&self.query.request)?;
            } else {
                break;
            }
        }
        Ok(text)
    }
}
