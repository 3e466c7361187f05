//! What the index holds, by id, for comparing it with the database.

use std::collections::HashMap;

use base::{Error, Result};
use tantivy::columnar::Column;
use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, InvertedIndexReader, SegmentReader, TERMINATED, Term};

use crate::view::View;
use crate::{failed, schema};

/// Version and print ([`crate::SearchDocument::print`]) of documents, by id.
pub type Prints = HashMap<String, (i64, u64)>;

/// One piece of the index.
struct Piece<'a> {
    reader: &'a SegmentReader,
    versions: Column<i64>,
    prints: Column<u64>,
}

impl<'a> Piece<'a> {
    fn open(reader: &'a SegmentReader) -> Result<Self> {
        let columns = reader.fast_fields();
        let (versions, prints) = (columns.i64(schema::VERSION).map_err(failed)?, columns.u64(schema::PRINT).map_err(failed)?);
        Ok(Self { reader, versions, prints })
    }

    /// Of the documents of a term those that count.
    fn add(&self, ids: &InvertedIndexReader, term: &TermInfo, id: &str, into: &mut Prints) -> Result<()> {
        let mut docs = ids.read_postings_from_terminfo(term, IndexRecordOption::Basic).map_err(io)?;
        while docs.doc() != TERMINATED {
            let doc = docs.doc();
            if self.reader.alive_bitset().is_none_or(|alive| alive.is_alive(doc)) {
                let known = (self.versions.first(doc).unwrap_or_default(), self.prints.first(doc).unwrap_or_default());
                into.insert(id.to_owned(), known);
            }
            docs.advance();
        }
        Ok(())
    }
}

/// Of these documents; those that are not there are left out.
///
/// # Errors
/// Internal, when a piece cannot be read.
pub fn of(view: &View, wanted: &[String]) -> Result<Prints> {
    let mut found = Prints::with_capacity(wanted.len());
    for reader in view.searcher.segment_readers() {
        let (piece, ids) = (Piece::open(reader)?, reader.inverted_index(view.fields.id).map_err(failed)?);
        for id in wanted {
            if let Some(term) = ids.get_term_info(&Term::from_field_text(view.fields.id, id)).map_err(io)? {
                piece.add(&ids, &term, id, &mut found)?;
            }
        }
    }
    Ok(found)
}

/// Of the documents behind one id and not behind another.
///
/// # Errors
/// Internal, when a piece cannot be read.
pub fn between(view: &View, after: &str, upto: Option<&str>) -> Result<Prints> {
    let mut found = Prints::new();
    for reader in view.searcher.segment_readers() {
        let (piece, ids) = (Piece::open(reader)?, reader.inverted_index(view.fields.id).map_err(failed)?);
        let range = ids.terms().range().gt(after);
        let range = if let Some(upto) = upto { range.le(upto) } else { range };
        let mut terms = range.into_stream().map_err(io)?;
        while terms.advance() {
            let id = String::from_utf8_lossy(terms.key()).into_owned();
            piece.add(&ids, terms.value(), &id, &mut found)?;
        }
    }
    Ok(found)
}

fn io(error: std::io::Error) -> Error {
    Error::internal(format!("search index: {error}"))
}
