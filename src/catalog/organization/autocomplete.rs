//! `organization_autocomplete`.

use action::{Action, Ctx, Documented, Kind};
use base::Result;

use crate::group::{
    Family,
    autocomplete::{AutocompleteParams, Choice, asked, choices},
};

/// See its help text.
pub struct Autocomplete;

impl Documented for Autocomplete {
    const DOC: &'static str = " Returns the organizations that have a text in their name or title.\n";
}

impl Action for Autocomplete {
    const NAME: &'static str = "organization_autocomplete";
    const KIND: Kind = Kind::Read;
    type Params = AutocompleteParams;
    type Subject = ();
    type Output = Vec<Choice>;

    fn allow(_ctx: &mut Ctx, params: &AutocompleteParams) -> Result<()> {
        asked(params)
    }

    fn run(ctx: &mut Ctx, params: AutocompleteParams, (): ()) -> Result<Vec<Choice>> {
        Ok(choices(ctx, Family::Organization, &params))
    }
}
