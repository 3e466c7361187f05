//! The bare index: the index's own schema and writer without the index around them and without a database. What a
//! program pays that does nothing else.

use std::{collections::HashSet, time::Instant};

use action::App;
use catalog::package::index::search_document;
use search::SearchDocument;

use crate::{
    Outcome, analyze, portal,
    process::cpu_below,
    schema::Fields,
    writer::{self, Size},
};

/// What indexing costs.
#[derive(Clone, Copy)]
pub struct Cost {
    /// Documents a second.
    pub rate: f64,
    /// Microseconds of processor time a document.
    pub cpu: f64,
}

impl Cost {
    /// Measures work on so many documents, by this process and those below it.
    pub fn of(documents: usize, work: impl FnOnce() -> Outcome<()>) -> Outcome<Self> {
        let (begin, before) = (Instant::now(), cpu_below(std::process::id()));
        work()?;
        let count = documents.max(1) as f64;
        let busy = cpu_below(std::process::id()) - before;
        Ok(Self { rate: count / begin.elapsed().as_secs_f64(), cpu: busy * 1e6 / count })
    }
}

/// Datasets of a database as search documents; all of them, or those with these ids.
pub fn documents(app: &App, only: Option<&HashSet<&str>>) -> Outcome<Vec<SearchDocument>> {
    let mut found = Vec::new();
    portal::walk(app, &mut |document| {
        if only.is_none_or(|only| only.contains(document.id.as_str())) {
            found.push(search_document(app, &document)?);
        }
        Ok(())
    })?;
    Ok(found)
}

/// Indexes them, from documents that the engine can take as they are.
pub fn index(documents: &[SearchDocument]) -> Outcome<Cost> {
    let folder = tempfile::tempdir()?;
    let (schema, fields) = Fields::build();
    let ready: Vec<_> = documents.iter().map(|document| writer::document(&fields, document)).collect();
    let builder =
        tantivy::Index::builder().schema(schema).tokenizers(analyze::manager()).fast_field_tokenizers(analyze::manager());
    let index = builder.create_in_dir(folder.path())?;
    Cost::of(documents.len(), || {
        let mut writer = writer::open(&index, Size::Bulk)?;
        for document in ready {
            writer.add_document(document)?;
        }
        writer.commit()?;
        Ok(())
    })
}
