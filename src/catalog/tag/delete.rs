//! `tag_delete`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};
use store::changes;

use super::{
    db::{self, TagRow},
    write,
};
use crate::vocabulary::{
    self,
    allow::{only_sysadmin, present},
};

action::declare! {
    /// Removes a tag, and takes it off every dataset. For sysadmins.
    pub struct Delete;
    /// Which tag.
    pub struct DeleteParams {
        /// Id or name of the tag.
        id: String,
        /// Id or name of its vocabulary; left out: a free tag, where `id` is a name.
        vocabulary_id: String,
    }
}

impl Action for Delete {
    const NAME: &'static str = "tag_delete";
    const KIND: Kind = Kind::Write;
    type Params = DeleteParams;
    type Subject = TagRow;
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &DeleteParams) -> Result<TagRow> {
        let key = present(params.id.as_ref())?;
        let missing = || Error::not_found(format!("Could not find tag \"{key}\""));
        let vocabulary = vocabulary::of_tag(ctx, params.vocabulary_id.as_deref()).ok_or_else(missing)?;
        let tag = db::find(ctx.db()?, key, vocabulary.as_deref())?.ok_or_else(missing)?;
        // As in `tag_show`: nobody learns here of the tags of datasets that he may not see.
        if let Some(labels) = ctx.actor.labels()
            && tag.vocabulary_id.is_none()
            && !db::is_seen(ctx.db()?, &tag.id, &labels)?
        {
            return Err(missing());
        }
        only_sysadmin(ctx)?;
        Ok(tag)
    }

    fn run(ctx: &mut Ctx, _params: DeleteParams, tag: TagRow) -> Result<()> {
        write::remove(ctx, std::slice::from_ref(&tag.id))?;
        match tag.vocabulary_id {
            Some(vocabulary) => ctx.log(changes::Entity::Vocabulary, &vocabulary, changes::Kind::Update),
            None => Ok(()),
        }
    }
}
