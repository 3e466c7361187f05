//! `tag_list`.

use action::{Action, Ctx, Kind};
use base::Result;
use serde::Serialize;

use super::db;
use crate::flag::{Flag, flag};

/// More words than these narrow nothing down.
const PARTS: usize = 16;

action::declare! {
    /// Returns the tags of the public datasets, sorted by name.
    pub struct List;
    /// Which tags, and how much of them.
    pub struct ListParams {
        /// Text that must be in the name; several must all be.
        query: Vec<String>,
        /// The same.
        q: Vec<String>,
        /// Id of a vocabulary; left out: tags without one.
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
        let parts: Vec<String> = params
            .query
            .or(params.q)
            .unwrap_or_default()
            .into_iter()
            .map(|part| part.trim().to_owned())
            .filter(|part| !part.is_empty())
            .take(PARTS)
            .collect();
        if !parts.iter().all(|part| db::is_findable(part)) {
            return Ok(Vec::new());
        }
        let vocabulary = params.vocabulary_id.filter(|id| !id.is_empty());
        let tags = db::list(ctx.db()?, vocabulary.as_deref(), &parts)?;
        let item = |tag: db::TagRow| {
            if whole {
                Item::Whole { id: tag.id, display_name: tag.name.clone(), name: tag.name, vocabulary_id: tag.vocabulary_id }
            } else {
                Item::Name(tag.name)
            }
        };
        Ok(tags.into_iter().map(item).collect())
    }
}
