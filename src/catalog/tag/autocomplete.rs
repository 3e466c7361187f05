//! `tag_autocomplete`.

use action::{Action, Ctx, Kind};
use base::{Result, loose::Natural};

use super::search::{found, page, parts};

action::declare! {
    /// Returns the names of the tags that have a text in them: of a vocabulary, or free ones of public datasets.
    pub struct Autocomplete;
    /// The text.
    pub struct AutocompleteParams {
        /// Text that must be in the name; several must all be.
        query: Vec<String>,
        /// The same.
        q: Vec<String>,
        /// Id or name of a vocabulary; left out: free tags.
        vocabulary_id: String,
        /// At most so many.
        limit: Natural,
        /// Tags to pass over.
        offset: Natural,
    }
}

impl Action for Autocomplete {
    const NAME: &'static str = "tag_autocomplete";
    const KIND: Kind = Kind::Read;
    type Params = AutocompleteParams;
    type Subject = ();
    type Output = Vec<String>;

    fn allow(_ctx: &mut Ctx, _params: &AutocompleteParams) -> Result<()> {
        Ok(())
    }

    fn run(ctx: &mut Ctx, params: AutocompleteParams, (): ()) -> Result<Vec<String>> {
        let parts = parts(params.query, params.q);
        let page = page(params.limit, params.offset);
        let (rows, _) = found(ctx, params.vocabulary_id.as_deref(), &parts, page)?;
        Ok(rows.into_iter().map(|row| row.name).collect())
    }
}
