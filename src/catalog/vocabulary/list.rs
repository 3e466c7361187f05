//! `vocabulary_list`.

use action::{Action, Ctx, Kind};
use base::Result;

use super::{
    db,
    view::{self, View},
};

action::declare! {
    /// Returns all vocabularies with their tags.
    pub struct List;
    /// Nothing to choose.
    pub struct ListParams {}
}

impl Action for List {
    const NAME: &'static str = "vocabulary_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = ();
    type Output = Vec<View>;

    fn allow(_ctx: &mut Ctx, _params: &ListParams) -> Result<()> {
        Ok(())
    }

    fn run(ctx: &mut Ctx, _params: ListParams, (): ()) -> Result<Vec<View>> {
        let rows = db::list(ctx.db()?)?;
        view::all(ctx, rows)
    }
}
