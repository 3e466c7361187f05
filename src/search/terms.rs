//! Where terms are in the pieces of the index. A look into a dictionary unpacks a block of it, which costs microseconds, and a
//! search asks for the same terms in several clauses, the next search often for the same again: most of all for those that are
//! nowhere.

use std::hash::{Hash, Hasher};
use std::io;

use quick_cache::Equivalent;
use quick_cache::sync::Cache;
use tantivy::index::{InvertedIndexReader, SegmentId};
use tantivy::postings::TermInfo;
use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::Field;
use tantivy::{Searcher, SegmentReader, Term};

/// Places that are kept at hand, about 150 bytes each.
const PLACES: usize = 50_000;
/// Bytes of the longest term whose places are kept.
const LONGEST: usize = 64;

/// What was looked up, of any state of the index: a piece never changes.
pub struct Terms(Cache<Key, Option<TermInfo>>);

#[derive(PartialEq, Eq, Hash)]
struct Key(SegmentId, Term);

/// A key that owns nothing.
struct Asked<'a>(SegmentId, &'a Term);

impl Hash for Asked<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
        self.1.hash(state);
    }
}

impl Equivalent<Key> for Asked<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.0 == key.0 && *self.1 == key.1
    }
}

impl Default for Terms {
    fn default() -> Self {
        Self(Cache::new(PLACES))
    }
}

impl Terms {
    /// Where a term is in a piece; `None` where it is not.
    ///
    /// # Errors
    /// When the dictionary cannot be read.
    pub fn place(&self, piece: &SegmentReader, index: &InvertedIndexReader, term: &Term) -> io::Result<Option<TermInfo>> {
        let asked = Asked(piece.segment_id(), term);
        if let Some(known) = self.0.get(&asked) {
            return Ok(known);
        }
        let found = index.get_term_info(term)?;
        if term.serialized_value_bytes().len() <= LONGEST {
            self.0.insert(Key(asked.0, term.clone()), found.clone());
        }
        Ok(found)
    }

    /// The number of documents that have a term, whoever may see them.
    ///
    /// # Errors
    /// When a dictionary cannot be read.
    pub fn frequency(&self, searcher: &Searcher, term: &Term) -> tantivy::Result<u64> {
        let mut sum = 0;
        for piece in searcher.segment_readers() {
            let index = piece.inverted_index(term.field())?;
            sum += self.place(piece, &index, term)?.map_or(0, |place| u64::from(place.doc_freq));
        }
        Ok(sum)
    }
}

/// The engine's statistics with frequencies that are remembered.
pub struct Statistics<'a> {
    pub searcher: &'a Searcher,
    pub terms: &'a Terms,
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.searcher.total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        self.searcher.total_num_docs()
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        self.terms.frequency(self.searcher, term)
    }
}
