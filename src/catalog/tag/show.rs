//! `tag_show`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};

use super::{
    db::{self, TagRow},
    view::View,
};
use crate::{
    flag::{Flag, flag},
    package::allow::needed,
    vocabulary,
};

action::declare! {
    /// Returns a tag, on request with up to 1000 of the public datasets that carry it.
    ///
    /// A free tag that only datasets carry that the caller may not see is not found.
    pub struct Show;
    /// Which tag.
    pub struct ShowParams {
        /// Id or name of the tag.
        id: String,
        /// Id or name of its vocabulary; left out: a free tag, where `id` is a name.
        vocabulary_id: String,
        /// True: with datasets, as `packages`.
        include_datasets: Flag,
    }
}

impl Action for Show {
    const NAME: &'static str = "tag_show";
    const KIND: Kind = Kind::Read;
    type Params = ShowParams;
    type Subject = TagRow;
    type Output = View;

    fn allow(ctx: &mut Ctx, params: &ShowParams) -> Result<TagRow> {
        let key = needed(params.id.as_ref(), "id")?;
        let vocabulary = vocabulary::of_tag(ctx, params.vocabulary_id.as_deref()).ok_or_else(|| Error::not_found(""))?;
        let tag = db::find(ctx.db()?, key, vocabulary.as_deref())?.ok_or_else(|| Error::not_found(""))?;
        match ctx.actor.labels() {
            Some(labels) if tag.vocabulary_id.is_none() && !db::is_seen(ctx.db()?, &tag.id, &labels)? => {
                Err(Error::not_found(""))
            }
            _ => Ok(tag),
        }
    }

    fn run(ctx: &mut Ctx, params: ShowParams, tag: TagRow) -> Result<View> {
        if flag(params.include_datasets, false)? { View::with_datasets(ctx, tag) } else { Ok(View::bare(tag)) }
    }
}
