//! `vocabulary_show`.

use action::{Action, Ctx, Kind};
use base::Result;

use super::{
    allow::{missing, present},
    db::{self, VocabularyRow},
    view::{self, View},
};

action::declare! {
    /// Returns a vocabulary with its tags.
    pub struct Show;
    /// Which vocabulary.
    pub struct ShowParams {
        /// Id or name of the vocabulary.
        id: String,
    }
}

impl Action for Show {
    const NAME: &'static str = "vocabulary_show";
    const KIND: Kind = Kind::Read;
    type Params = ShowParams;
    type Subject = VocabularyRow;
    type Output = View;

    fn allow(ctx: &mut Ctx, params: &ShowParams) -> Result<VocabularyRow> {
        let key = present(params.id.as_ref())?;
        db::find(ctx.db()?, key)?.ok_or_else(|| missing(key))
    }

    fn run(ctx: &mut Ctx, _params: ShowParams, row: VocabularyRow) -> Result<View> {
        view::one(ctx, row)
    }
}
