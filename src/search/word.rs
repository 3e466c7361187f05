//! A word in several fields: the best of them counts, the others a little, as in dismax.
//!
//! The engine's own way (a union of a query a field) sets up a window of thousands of documents for each union, and looks the
//! term up again for each query; a word has few fields and often few documents, so that this was most of a search.

use std::fmt;
use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::{Bm25Weight, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, Term};

use crate::terms::Terms;

/// A term, what it counts, and what of it is read.
#[derive(Clone, Debug)]
pub struct Weighted {
    pub term: Term,
    pub weight: Score,
    pub option: IndexRecordOption,
}

impl Weighted {
    /// A term that is there or not.
    pub fn plain(term: Term) -> Self {
        Self { term, weight: 1.0, option: IndexRecordOption::Basic }
    }
}

/// A word as the terms that it is in several fields.
#[derive(Clone)]
pub struct WordQuery {
    each: Vec<Weighted>,
    tie: Score,
    terms: Arc<Terms>,
}

impl WordQuery {
    /// `tie` is the share that the fields beside the best one count.
    pub fn new(each: Vec<Weighted>, tie: Score, terms: &Arc<Terms>) -> Self {
        Self { each, tie, terms: Arc::clone(terms) }
    }
}

impl fmt::Debug for WordQuery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("WordQuery").field("each", &self.each).field("tie", &self.tie).finish_non_exhaustive()
    }
}

impl Query for WordQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let mut each = Vec::with_capacity(self.each.len());
        for weighted in &self.each {
            let score = match scoring {
                EnableScoring::Disabled { .. } => None,
                EnableScoring::Enabled { statistics_provider, .. } => {
                    Some(Bm25Weight::for_terms(statistics_provider, std::slice::from_ref(&weighted.term))?)
                }
            };
            each.push((weighted.clone(), score.map(|score| score.boost_by(weighted.weight))));
        }
        Ok(Box::new(WordWeight { each, tie: self.tie, terms: Arc::clone(&self.terms) }))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a Term, bool)) {
        self.each.iter().for_each(|weighted| visitor(&weighted.term, false));
    }
}

struct WordWeight {
    each: Vec<(Weighted, Option<Bm25Weight>)>,
    tie: Score,
    terms: Arc<Terms>,
}

impl Weight for WordWeight {
    fn scorer(&self, piece: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut fields = Vec::with_capacity(self.each.len());
        for (Weighted { term, option, .. }, score) in &self.each {
            let index = piece.inverted_index(term.field())?;
            let Some(place) = self.terms.place(piece, &index, term)? else { continue };
            let score = match score {
                None => None,
                Some(score) => {
                    let norms = piece.fieldnorms_readers().get_field(term.field())?;
                    let norms = norms.unwrap_or_else(|| FieldNormReader::constant(piece.max_doc(), 1));
                    Some((score.boost_by(boost), norms))
                }
            };
            let option = if score.is_some() { *option } else { IndexRecordOption::Basic };
            fields.push(InField { documents: index.read_postings_from_terminfo(&place, option)?, score });
        }
        if fields.is_empty() {
            return Ok(Box::new(EmptyScorer));
        }
        let mut scorer = WordScorer { fields, tie: self.tie, doc: 0 };
        scorer.settle();
        Ok(Box::new(scorer))
    }

    fn explain(&self, piece: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(piece, 1.0)?;
        let found = scorer.doc() == doc || scorer.doc() < doc && scorer.seek(doc) == doc;
        Ok(Explanation::new("the best field", if found { scorer.score() } else { 0.0 }))
    }
}

/// The documents that have the word in a field.
struct InField {
    documents: SegmentPostings,
    /// What a document counts; `None` where nobody asks.
    score: Option<(Bm25Weight, FieldNormReader)>,
}

struct WordScorer {
    fields: Vec<InField>,
    tie: Score,
    /// The least of where the fields stand.
    doc: DocId,
}

impl WordScorer {
    fn settle(&mut self) -> DocId {
        self.doc = self.fields.iter().map(|field| field.documents.doc()).min().unwrap_or(TERMINATED);
        self.doc
    }
}

impl DocSet for WordScorer {
    fn advance(&mut self) -> DocId {
        if self.doc == TERMINATED {
            return TERMINATED;
        }
        for field in self.fields.iter_mut().filter(|field| field.documents.doc() == self.doc) {
            field.documents.advance();
        }
        self.settle()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        for field in self.fields.iter_mut().filter(|field| field.documents.doc() < target) {
            field.documents.seek(target);
        }
        self.settle()
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.fields.iter().map(|field| field.documents.size_hint()).max().unwrap_or(0)
    }

    fn cost(&self) -> u64 {
        self.fields.iter().map(|field| u64::from(field.documents.size_hint())).sum()
    }
}

impl Scorer for WordScorer {
    fn score(&mut self) -> Score {
        let (mut best, mut sum): (Score, Score) = (0.0, 0.0);
        for field in self.fields.iter().filter(|field| field.documents.doc() == self.doc) {
            let score = match &field.score {
                None => 1.0,
                Some((weight, norms)) => weight.score(norms.fieldnorm_id(self.doc), field.documents.term_freq()),
            };
            best = best.max(score);
            sum += score;
        }
        best + (sum - best) * self.tie
    }
}

#[cfg(test)]
mod tests {
    use tantivy::collector::TopDocs;
    use tantivy::doc;
    use tantivy::query::{BoostQuery, DisjunctionMaxQuery, TermQuery};
    use tantivy::schema::{STRING, Schema, TEXT};

    use super::*;

    /// Documents and scores are those of the engine's own queries.
    #[test]
    fn a_word_is_found_and_scored_as_by_the_engine() {
        let mut schema = Schema::builder();
        let (title, text, tag) =
            (schema.add_text_field("a", TEXT), schema.add_text_field("b", TEXT), schema.add_text_field("c", STRING));
        let index = tantivy::Index::create_in_ram(schema.build());
        let mut writer: tantivy::IndexWriter = index.writer_with_num_threads(1, 20_000_000).unwrap();
        for number in 0..700_u32 {
            let word = |every: u32, word: &str| if number.is_multiple_of(every) { word.to_owned() } else { "other".to_owned() };
            writer
                .add_document(doc!(
                    title => word(3, "water of the city"),
                    text => format!("{} {} and more", word(2, "water"), word(5, "water water")),
                    tag => word(7, "water"),
                ))
                .unwrap();
            if number == 300 {
                writer.commit().unwrap();
            }
        }
        writer.commit().unwrap();
        let searcher = index.reader().unwrap().searcher();
        let terms = Arc::new(Terms::default());
        let (term, frequencies) = (|field| Term::from_field_text(field, "water"), IndexRecordOption::WithFreqs);
        let each = [(title, 2.0, frequencies), (text, 1.0, frequencies), (tag, 1.5, IndexRecordOption::Basic)];
        let ours = each.map(|(field, weight, option)| Weighted { term: term(field), weight, option });
        let ours = WordQuery::new(ours.to_vec(), 0.2, &terms);
        let theirs = each.map(|(field, weight, option)| -> Box<dyn Query> {
            Box::new(BoostQuery::new(Box::new(TermQuery::new(term(field), option)), weight))
        });
        let theirs = DisjunctionMaxQuery::with_tie_breaker(theirs.into(), 0.2);
        let ask = |query: &dyn Query| {
            let mut found = searcher.search(query, &TopDocs::with_limit(1_000).order_by_score()).unwrap();
            found.sort_by_key(|(_, address)| *address);
            found
        };
        for _ in 0..2 {
            let (ours, theirs) = (ask(&ours), ask(&theirs));
            assert!(ours.len() > 400 && ours.len() == theirs.len());
            for (one, other) in ours.iter().zip(&theirs) {
                assert!(one.1 == other.1 && (one.0 - other.0).abs() < 1e-4, "{one:?} {other:?}");
            }
        }
        assert_eq!(terms.frequency(&searcher, &term(tag)).unwrap(), 100);
        assert_eq!(terms.frequency(&searcher, &Term::from_field_text(tag, "nothing")).unwrap(), 0);
    }
}
