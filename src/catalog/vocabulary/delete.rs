//! `vocabulary_delete`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};
use store::changes;

use super::{
    allow::{missing, only_sysadmin, present},
    db::{self, VocabularyRow},
};
use crate::tag;

action::declare! {
    /// Deletes a vocabulary and its tags, when no dataset carries one of them. For sysadmins.
    pub struct Delete;
    /// Which vocabulary.
    pub struct DeleteParams {
        /// Id or name of the vocabulary.
        id: String,
    }
}

impl Action for Delete {
    const NAME: &'static str = "vocabulary_delete";
    const KIND: Kind = Kind::Write;
    type Params = DeleteParams;
    type Subject = VocabularyRow;
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &DeleteParams) -> Result<VocabularyRow> {
        let key = present(params.id.as_ref())?;
        let row = db::lock(ctx.db()?, key)?.ok_or_else(|| missing(key))?;
        only_sysadmin(ctx)?;
        Ok(row)
    }

    /// CKAN fails with 500 as long as the vocabulary has tags.
    fn run(ctx: &mut Ctx, _params: DeleteParams, row: VocabularyRow) -> Result<()> {
        let tags = tag::db::of_vocabularies(ctx.db()?, std::slice::from_ref(&row.id))?;
        let ids: Vec<String> = tags.into_iter().map(|tag| tag.id).collect();
        tag::db::lock(ctx.db()?, &ids)?;
        if !tag::db::carriers(ctx.db()?, &ids)?.is_empty() {
            return Err(Error::invalid("id", "Datasets still use tags of this vocabulary"));
        }
        tag::db::delete(ctx.db()?, &ids)?;
        db::delete(ctx.db()?, &row.id)?;
        ctx.log(changes::Entity::Vocabulary, &row.id, changes::Kind::Delete)
    }
}
