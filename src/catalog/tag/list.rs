//! `tag_list`.

use action::{Action, Ctx, Kind};
use base::{Error, Result, page::Page};
use serde::Serialize;

use super::{
    db::{self, TagRow},
    search::{found, parts},
};
use crate::{
    flag::{Flag, flag},
    vocabulary,
};

/// All of them.
const ALL: Page = Page { limit: None, offset: 0 };

action::declare! {
    /// Returns the free tags of the public datasets, or all tags of a vocabulary, sorted by name.
    pub struct List;
    /// Which tags, and how much of them.
    pub struct ListParams {
        /// Text that must be in the name; several must all be.
        query: Vec<String>,
        /// The same.
        q: Vec<String>,
        /// Id or name of a vocabulary; left out: tags without one.
        vocabulary_id: String,
        /// True: whole tags instead of names.
        all_fields: Flag,
    }
}

/// A tag, or its name.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Item {
    Name(String),
    Whole { id: String, name: String, vocabulary_id: Option<String>, display_name: String },
}

impl Action for List {
    const NAME: &'static str = "tag_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = ();
    type Output = Vec<Item>;

    fn allow(_ctx: &mut Ctx, _params: &ListParams) -> Result<()> {
        Ok(())
    }

    fn run(ctx: &mut Ctx, params: ListParams, (): ()) -> Result<Vec<Item>> {
        let whole = flag(params.all_fields, false)?;
        let parts = parts(params.query, params.q);
        let vocabulary = params.vocabulary_id.as_deref();
        let tags = if parts.is_empty() {
            let id = vocabulary::of_tag(ctx, vocabulary)
                .ok_or_else(|| Error::not_found(format!("could not find vocabulary '{}'", vocabulary.unwrap_or_default())))?;
            db::list(ctx.db()?, id.as_deref(), &[], ALL)?
        } else {
            found(ctx, vocabulary, &parts, ALL)?.0
        };
        let item = |tag: TagRow| {
            if whole {
                Item::Whole { id: tag.id, display_name: tag.name.clone(), name: tag.name, vocabulary_id: tag.vocabulary_id }
            } else {
                Item::Name(tag.name)
            }
        };
        Ok(tags.into_iter().map(item).collect())
    }
}
