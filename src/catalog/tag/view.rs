//! Tags as clients see them.

use action::Ctx;
use base::{Error, Result};
use serde::Serialize;
use serde_json::value::RawValue;

use super::db::{self, TagRow};

/// Datasets that `include_datasets` shows at most.
const SHOWN: i64 = 1000;

/// A tag (shape `tag_show`).
#[derive(Serialize)]
pub struct View {
    id: String,
    name: String,
    vocabulary_id: Option<String>,
    display_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    packages: Option<Vec<Box<RawValue>>>,
}

impl View {
    /// Without datasets.
    #[must_use]
    pub fn bare(row: TagRow) -> Self {
        Self { id: row.id, display_name: row.name.clone(), name: row.name, vocabulary_id: row.vocabulary_id, packages: None }
    }

    /// With the public datasets that carry it, the newest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn with_datasets(ctx: &mut Ctx, row: TagRow) -> Result<Self> {
        let ids = db::newest_datasets(ctx.db()?, &row.id, SHOWN)?;
        let mut documents = store::documents::list(ctx.db()?, &ids)?;
        documents.sort_by(|one, other| (other.metadata_modified, &one.id).cmp(&(one.metadata_modified, &other.id)));
        let packages = documents
            .iter()
            .filter(|document| document.state == "active" && !document.private)
            .map(|document| {
                let mut text = String::new();
                ctx.app.quotes.splice(document, &mut text);
                RawValue::from_string(text).map_err(Error::internal)
            })
            .collect::<Result<_>>()?;
        Ok(Self { packages: Some(packages), ..Self::bare(row) })
    }
}

/// A tag as searches answer it (`table_dictize`: without `display_name`).
#[derive(Serialize)]
pub struct Plain {
    id: String,
    name: String,
    vocabulary_id: Option<String>,
}

impl From<TagRow> for Plain {
    fn from(row: TagRow) -> Self {
        Self { id: row.id, name: row.name, vocabulary_id: row.vocabulary_id }
    }
}
