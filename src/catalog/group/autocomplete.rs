//! `group_autocomplete`, and what `organization_autocomplete` shares with it.

use action::{Action, Ctx, Kind};
use base::{Error, Result, letters, loose::Natural};
use serde::Serialize;
use store::quotes::{Group, GroupRow};

use super::Family;
use crate::tag::db::is_findable;

/// How many are answered when nothing is said.
const LIMIT: usize = 20;

action::declare! {
    /// Returns the groups that have a text in their name or title.
    pub struct Autocomplete;
    /// The text.
    pub struct AutocompleteParams {
        /// Text in name or title, in any case.
        q: String,
        /// At most so many.
        limit: Natural,
    }
}

/// An organization or group in a list to choose from (shape `group_autocomplete`).
#[derive(Serialize)]
pub struct Choice {
    id: String,
    name: String,
    title: String,
}

impl Action for Autocomplete {
    const NAME: &'static str = "group_autocomplete";
    const KIND: Kind = Kind::Read;
    type Params = AutocompleteParams;
    type Subject = ();
    type Output = Vec<Choice>;

    fn allow(_ctx: &mut Ctx, params: &AutocompleteParams) -> Result<()> {
        asked(params)
    }

    fn run(ctx: &mut Ctx, params: AutocompleteParams, (): ()) -> Result<Vec<Choice>> {
        Ok(choices(ctx, Family::Group, &params))
    }
}

/// The text must be there; an empty one is in every name.
///
/// # Errors
/// Validation without it.
pub fn asked(params: &AutocompleteParams) -> Result<()> {
    if params.q.is_some() { Ok(()) } else { Err(Error::invalid("q", "Missing value")) }
}

/// Those with the text in name or title, in the order of titles.
#[must_use]
pub fn choices(ctx: &Ctx, family: Family, params: &AutocompleteParams) -> Vec<Choice> {
    let text = params.q.as_deref().unwrap_or_default().trim();
    if !is_findable(text) {
        return Vec::new();
    }
    let text = letters::folded(text);
    let test = |group: &Group| {
        let row = &group.row;
        row.is_organization == family.is_organization() && row.state == "active" && group.completes(&text)
    };
    let mut found = ctx.app.quotes.filter(test);
    found.sort_by_cached_key(|group| (group.row.display_name().to_lowercase(), group.row.name.clone()));
    let limit = params.limit.map_or(LIMIT, |limit| limit.0).min(ctx.app.settings.group_list_max);
    let choice = |row: &GroupRow| Choice { id: row.id.clone(), name: row.name.clone(), title: row.title.clone() };
    found.iter().take(limit).map(|group| choice(&group.row)).collect()
}
