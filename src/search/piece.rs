//! The documents of the next commit: a piece of the index that takes them as they come, written without the engine's worker
//! threads.

use std::collections::HashMap;

use tantivy::index::{Segment, SegmentId};
use tantivy::indexer::{AddOperation, SegmentWriter};
use tantivy::query::{BitSetDocSet, ConstScorer, EmptyScorer, EnableScoring, Explanation, Query, Scorer, TermQuery, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{BitSet, DocId, IndexWriter, Score, SegmentReader, Term};

use crate::document::SearchDocument;
use crate::schema::Fields;
use crate::writer::{BUDGET_BYTES, document};

/// Bytes from which the engine derives how large a piece's table of terms is at first; it grows.
pub const TABLE_BYTES: usize = 1024 * 1024;

/// A piece in the making, in this thread. The engine's own way (its worker threads) sets up tables for tens of megabytes, and
/// walks them, for each commit; that would be most of the cost of a commit of a few documents.
///
/// Documents are cut into terms as they come; what [`Piece::close`] does is about a third of the work.
pub struct Piece {
    segment: Segment,
    writer: SegmentWriter,
    /// Where the documents are that count.
    places: HashMap<String, DocId>,
    /// Those that were replaced or removed since.
    gone: Vec<DocId>,
}

impl Piece {
    /// Begins one.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn begin(writer: &IndexWriter) -> tantivy::Result<Self> {
        let segment = writer.new_segment();
        let writer = SegmentWriter::for_segment(TABLE_BYTES, segment.clone())?;
        Ok(Self { segment, writer, places: HashMap::new(), gone: Vec::new() })
    }

    /// True when it takes so much memory that it shall be closed.
    pub fn is_full(&self) -> bool {
        self.writer.mem_usage() >= BUDGET_BYTES
    }

    /// Adds a document, in place of the one of the same id that is in this piece.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn put(&mut self, fields: &Fields, from: &SearchDocument) -> tantivy::Result<()> {
        let place = self.writer.max_doc();
        // The time of an addition only matters to deletions by term, of which there are none.
        self.writer.add_document(AddOperation { opstamp: 0, document: document(fields, from) })?;
        self.gone.extend(self.places.insert(from.id.clone(), place));
        Ok(())
    }

    /// Removes a document from this piece.
    pub fn remove(&mut self, id: &str) {
        self.gone.extend(self.places.remove(id));
    }

    /// What has this term in all other pieces.
    pub fn elsewhere(&self, term: Term) -> Box<dyn Query> {
        Box::new(Elsewhere { term, piece: self.segment.id() })
    }

    /// Ends the piece; it counts with the next commit.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn close(self, writer: &IndexWriter) -> tantivy::Result<()> {
        let count = self.writer.max_doc();
        if count == 0 {
            return Ok(());
        }
        self.writer.finalize()?;
        let piece = self.segment.id();
        writer.add_segment(self.segment.with_max_doc(count).meta().clone())?;
        if !self.gone.is_empty() {
            writer.delete_query(Box::new(Gone { piece, places: self.gone }))?;
        }
        Ok(())
    }
}

/// Some documents of one piece.
#[derive(Clone, Debug)]
struct Gone {
    piece: SegmentId,
    places: Vec<DocId>,
}

impl Query for Gone {
    fn weight(&self, _scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for Gone {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        if reader.segment_id() == self.piece {
            let mut places = BitSet::with_max_value(reader.max_doc());
            for place in &self.places {
                places.insert(*place);
            }
            Ok(Box::new(ConstScorer::new(BitSetDocSet::from(places), boost)))
        } else {
            Ok(Box::new(EmptyScorer))
        }
    }

    fn explain(&self, _reader: &SegmentReader, _doc: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("replaced", 1.0))
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
