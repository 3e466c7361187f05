//! `term_translation_show`.

use action::{Action, Ctx, Kind};
use base::{Error, ErrorDict, Result};
use serde_json::json;

use super::db;

action::declare! {
    /// Returns the translations of terms.
    pub struct Show;
    /// Which ones.
    pub struct ShowParams {
        /// Terms in their own language; an empty list is all terms.
        terms: Vec<String>,
        /// Codes of the languages; left out: all languages.
        lang_codes: Vec<String>,
    }
}

impl Action for Show {
    const NAME: &'static str = "term_translation_show";
    const KIND: Kind = Kind::Read;
    type Params = ShowParams;
    type Subject = Vec<String>;
    type Output = Vec<db::Translation>;

    fn allow(_ctx: &mut Ctx, params: &ShowParams) -> Result<Vec<String>> {
        params.terms.clone().ok_or_else(|| {
            let mut dict = ErrorDict::default();
            dict.set("terms", json!("terms not in data"));
            Error::validation(dict)
        })
    }

    fn run(ctx: &mut Ctx, params: ShowParams, terms: Vec<String>) -> Result<Vec<db::Translation>> {
        db::list(ctx.statement()?, &terms, params.lang_codes.as_deref())
    }
}
