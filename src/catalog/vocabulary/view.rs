//! Vocabularies as clients see them.

use std::collections::HashMap;

use action::Ctx;
use base::{Error, Result};
use serde::Serialize;

use super::db::VocabularyRow;
use crate::tag::{self, view::View as TagView};

/// A vocabulary (shape `vocabulary`).
#[derive(Serialize)]
pub struct View {
    id: String,
    name: String,
    tags: Vec<TagView>,
}

/// These vocabularies with their tags, which are read for all at once.
///
/// # Errors
/// What the database says.
pub fn all(ctx: &mut Ctx, rows: Vec<VocabularyRow>) -> Result<Vec<View>> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let mut tags: HashMap<String, Vec<TagView>> = HashMap::new();
    for row in tag::db::of_vocabularies(ctx.db()?, &ids)? {
        if let Some(vocabulary) = row.vocabulary_id.clone() {
            tags.entry(vocabulary).or_default().push(TagView::bare(row));
        }
    }
    let view = |row: VocabularyRow| View { tags: tags.remove(&row.id).unwrap_or_default(), id: row.id, name: row.name };
    Ok(rows.into_iter().map(view).collect())
}

/// One vocabulary with its tags.
///
/// # Errors
/// What the database says.
pub fn one(ctx: &mut Ctx, row: VocabularyRow) -> Result<View> {
    all(ctx, vec![row])?.pop().ok_or_else(|| Error::internal("a vocabulary got lost"))
}
