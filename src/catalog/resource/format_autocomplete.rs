//! `format_autocomplete`.

use action::{Action, Ctx, Kind};
use base::{Error, Result, loose::Natural};

use super::db;
use crate::tag::db::is_findable;

/// More formats than these nobody reads.
const MOST: usize = 1000;

action::declare! {
    /// Returns the formats of resources that have a text in them, in lower case, those of most resources first.
    pub struct FormatAutocomplete;
    /// The text.
    pub struct FormatAutocompleteParams {
        /// What the formats shall have in them.
        q: String,
        /// At most so many; 5 when left out.
        limit: Natural,
    }
}

impl Action for FormatAutocomplete {
    const NAME: &'static str = "format_autocomplete";
    const KIND: Kind = Kind::Read;
    type Params = FormatAutocompleteParams;
    type Subject = String;
    type Output = Vec<String>;

    fn allow(_ctx: &mut Ctx, params: &FormatAutocompleteParams) -> Result<String> {
        params.q.clone().ok_or_else(|| Error::invalid("q", "Missing value"))
    }

    fn run(ctx: &mut Ctx, params: FormatAutocompleteParams, q: String) -> Result<Vec<String>> {
        if !is_findable(&q) || q.contains('\0') {
            return Ok(Vec::new());
        }
        let limit = params.limit.map_or(5, |Natural(limit)| limit).min(MOST);
        let formats = db::formats(ctx.statement()?, &q, i64::try_from(limit).map_err(Error::internal)?)?;
        Ok(formats.into_iter().map(|format| format.to_lowercase()).collect())
    }
}
