//! `package_autocomplete`.

use action::{Action, Ctx, Kind};
use base::{Error, Result, loose::Natural};
use search::Request;
use serde::{Deserialize, Serialize};

use super::index::unpack;

action::declare! {
    /// Returns datasets that have a text in their name or title, among those that the caller may see.
    pub struct Autocomplete;
    /// The text.
    pub struct AutocompleteParams {
        /// What names or titles, or words of them, shall have in them.
        q: String,
        /// At most so many; 10 when left out.
        limit: Natural,
    }
}

/// A dataset that was found (shape `package_autocomplete`).
#[derive(Serialize)]
pub struct Match {
    name: String,
    title: String,
    match_field: &'static str,
    match_displayed: String,
}

/// What is needed of a dataset.
#[derive(Deserialize)]
struct Names {
    name: String,
    title: String,
}

impl Action for Autocomplete {
    const NAME: &'static str = "package_autocomplete";
    const KIND: Kind = Kind::Read;
    const SEARCHES: bool = true;
    type Params = AutocompleteParams;
    type Subject = String;
    type Output = Vec<Match>;

    fn allow(_ctx: &mut Ctx, params: &AutocompleteParams) -> Result<String> {
        params.q.clone().ok_or_else(|| Error::invalid("q", "Missing value"))
    }

    fn run(ctx: &mut Ctx, params: AutocompleteParams, q: String) -> Result<Vec<Match>> {
        let literal = q.replace(['"', '\\'], "");
        if literal.trim().is_empty() {
            return Ok(Vec::new());
        }
        let fields = ["name_ngram", "title_ngram", "name", "title"].map(|field| format!("{field}:\"{literal}\""));
        let request = Request {
            q: fields.join(" OR "),
            rows: params.limit.map_or(10, |Natural(limit)| limit).min(ctx.app.settings.search.rows_max),
            labels: ctx.actor.labels(),
            public_only: false,
            ..Request::public()
        };
        let found = ctx.index().search(&request)?;
        let lower = q.to_lowercase();
        found.hits.iter().map(|hit| read(&hit.stored, &lower)).collect()
    }
}

fn read(stored: &str, q: &str) -> Result<Match> {
    let (_, _, body) = unpack(stored)?;
    let Names { name, title } = serde_json::from_str(&format!("{body}}}")).map_err(Error::internal)?;
    Ok(if name.contains(q) {
        Match { match_field: "name", match_displayed: name.clone(), name, title }
    } else {
        Match { match_field: "title", match_displayed: format!("{title} ({name})"), name, title }
    })
}
