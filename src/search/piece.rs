//! Small commits: a few documents as a piece of the index, written without the engine's worker threads.

use tantivy::index::{Segment, SegmentId};
use tantivy::indexer::{AddOperation, SegmentWriter};
use tantivy::query::{EmptyScorer, EnableScoring, Explanation, Query, Scorer, TermQuery, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, IndexWriter, Score, SegmentReader, Term};

use crate::document::SearchDocument;
use crate::schema::Fields;
use crate::writer::{BUDGET_BYTES, document};

/// Bytes of tables that a document of usual size needs.
const TABLE_BYTES: usize = 64 * 1024;

/// A few documents that become a piece of their own, in this thread. The engine's own way (its worker threads) sets up tables
/// for tens of megabytes, and walks them, for each commit; that would be most of the cost of a commit of a few documents.
pub struct Piece<'a> {
    writer: &'a IndexWriter,
    segment: Segment,
}

impl<'a> Piece<'a> {
    pub fn new(writer: &'a IndexWriter) -> Self {
        Self { writer, segment: writer.new_segment() }
    }

    /// Removes from all other pieces what has this term.
    ///
    /// # Errors
    /// None that is known.
    pub fn replaces(&self, term: Term) -> tantivy::Result<()> {
        self.writer.delete_query(Box::new(Elsewhere { term, piece: self.segment.id() })).map(|_| ())
    }

    /// Writes the piece; it counts with the next commit.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn add<'d>(self, fields: &Fields, documents: impl Iterator<Item = &'d SearchDocument> + Clone) -> tantivy::Result<()> {
        let count = documents.clone().count();
        if count == 0 {
            return Ok(());
        }
        let budget = (count * TABLE_BYTES).clamp(TABLE_BYTES * 4, BUDGET_BYTES);
        let mut piece = SegmentWriter::for_segment(budget, self.segment.clone())?;
        for from in documents {
            // The time of an addition only matters to deletions by term, of which there are none.
            piece.add_document(AddOperation { opstamp: 0, document: document(fields, from) })?;
        }
        let count = piece.max_doc();
        piece.finalize()?;
        self.writer.add_segment(self.segment.with_max_doc(count).meta().clone())
    }
}

/// A term in every piece but one: the engine cannot tell deletions from the additions that follow them in a piece that it
/// did not write itself.
#[derive(Clone, Debug)]
struct Elsewhere {
    term: Term,
    piece: SegmentId,
}

struct ElsewhereWeight {
    term: Box<dyn Weight>,
    piece: SegmentId,
}

impl Query for Elsewhere {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let term = TermQuery::new(self.term.clone(), IndexRecordOption::Basic).weight(scoring)?;
        Ok(Box::new(ElsewhereWeight { term, piece: self.piece }))
    }
}

impl Weight for ElsewhereWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        if reader.segment_id() == self.piece { Ok(Box::new(EmptyScorer)) } else { self.term.scorer(reader, boost) }
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        self.term.explain(reader, doc)
    }
}
