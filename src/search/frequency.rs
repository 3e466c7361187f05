//! In how many documents terms are, looked up once for a search: a look into the dictionaries of all pieces costs microseconds,
//! and a search asks for the same terms in several clauses.

use std::cell::RefCell;
use std::collections::HashMap;

use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::Field;
use tantivy::{Searcher, Term};

/// What was looked up so far.
#[derive(Default)]
pub struct Frequencies(RefCell<HashMap<Term, u64>>);

impl Frequencies {
    /// The number of documents that have a term, whoever may see them.
    ///
    /// # Errors
    /// When a dictionary cannot be read.
    pub fn of(&self, searcher: &Searcher, term: &Term) -> tantivy::Result<u64> {
        if let Some(known) = self.0.borrow().get(term) {
            return Ok(*known);
        }
        let found = searcher.doc_freq(term)?;
        self.0.borrow_mut().insert(term.clone(), found);
        Ok(found)
    }
}

/// The engine's statistics with frequencies that are remembered.
pub struct Statistics<'a> {
    pub searcher: &'a Searcher,
    pub frequencies: &'a Frequencies,
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.searcher.total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        self.searcher.total_num_docs()
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        self.frequencies.of(self.searcher, term)
    }
}
