//! One state of the index, as searches see it: its segments, who may see which documents, and its facet columns.
//!
//! Permission labels and states become a set of documents per segment, outside of any query: whatever a text says, only
//! documents of that set are ever counted, sorted or given back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use base::{Error, Result};
use tantivy::query::{BooleanQuery, EnableScoring, Occur, Query, TermQuery, TermSetQuery, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocSet, Searcher, SegmentReader, TERMINATED, Term};

use crate::facet::{Facet, Store};
use crate::holders::{All, Holders};
use crate::request::Request;
use crate::schema::Fields;
use crate::shared::{Address, Shared};
use crate::sort::Match;
use crate::terms::Terms;
use crate::{failed, usize_of};

/// Which documents a request may see at all.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Base {
    labels: Option<Vec<String>>,
    public_only: bool,
    /// Empty where the caller's own filter speaks of states.
    states: Vec<String>,
}

impl Base {
    /// Of a request that is within its bounds; `own` where its filters speak of states themselves.
    #[must_use]
    pub fn of(request: &Request, own: bool) -> Self {
        Self {
            labels: request.labels.clone(),
            public_only: request.public_only,
            states: if own { Vec::new() } else { request.states.clone() },
        }
    }

    fn query(&self, fields: &Fields) -> Option<BooleanQuery> {
        let mut all: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        if let Some(labels) = &self.labels {
            let terms = labels.iter().map(|label| Term::from_field_text(fields.labels, label));
            all.push((Occur::Must, Box::new(TermSetQuery::new(terms))));
        }
        if let (true, Some(field)) = (self.public_only, fields.fixed("capacity")) {
            let term = Term::from_field_text(field, "public");
            all.push((Occur::Must, Box::new(TermQuery::new(term, IndexRecordOption::Basic))));
        }
        if let (false, Some(field)) = (self.states.is_empty(), fields.fixed("state")) {
            let terms = self.states.iter().map(|state| Term::from_field_text(field, state));
            all.push((Occur::Must, Box::new(TermSetQuery::new(terms))));
        }
        if all.is_empty() { None } else { Some(BooleanQuery::new(all)) }
    }
}

/// The documents of a segment that may be seen.
#[derive(Debug)]
pub struct Allowed {
    bits: Vec<u64>,
    /// The others.
    pub denied: Vec<u32>,
    pub count: usize,
}

impl Allowed {
    /// True for a document that may be seen.
    #[inline]
    pub fn has(&self, doc: u32) -> bool {
        self.bits.get(usize_of(doc >> 6)).is_some_and(|word| word >> (doc & 63) & 1 == 1)
    }

    fn build(segment: &SegmentReader, weight: Option<&dyn Weight>) -> Result<Self> {
        let mut bits = vec![0_u64; usize_of(segment.max_doc()).div_ceil(64)];
        let alive = segment.alive_bitset();
        let mut count = 0;
        let mut set = |doc: u32| {
            if alive.is_none_or(|alive| alive.is_alive(doc))
                && let Some(word) = bits.get_mut(usize_of(doc >> 6))
            {
                *word |= 1 << (doc & 63);
                count += 1;
            }
        };
        match weight {
            None => (0..segment.max_doc()).for_each(&mut set),
            Some(weight) => {
                weight.for_each_no_score(segment, &mut |docs| docs.iter().for_each(|doc| set(*doc))).map_err(failed)?
            }
        }
        let mut allowed = Self { bits, denied: Vec::new(), count };
        allowed.denied = (0..segment.max_doc()).filter(|doc| !allowed.has(*doc)).collect();
        Ok(allowed)
    }
}

/// A state of the index.
pub struct View {
    pub searcher: Searcher,
    pub generation: u64,
    pub fields: Arc<Fields>,
    pub terms: Arc<Terms>,
    holders: Vec<Arc<Holders>>,
    store: Arc<Store>,
    facets: Mutex<HashMap<String, Facet>>,
}

impl View {
    /// Makes a state ready to answer: the usual facets are built here, not in the first request.
    ///
    /// # Errors
    /// Internal, when a segment cannot be read.
    pub fn open(searcher: Searcher, shared: &Shared, fields: Arc<Fields>, (store, holders): (Arc<Store>, &All)) -> Result<Self> {
        let (generation, terms) = (shared.next_generation(), Arc::clone(&shared.terms));
        let holders = holders.of(searcher.segment_readers())?;
        let view = Self { searcher, generation, fields, terms, holders, store, facets: Mutex::default() };
        for name in crate::facet::WARM {
            view.facet(name)?;
        }
        Ok(view)
    }

    /// A facet column by its name in the index.
    ///
    /// # Errors
    /// Internal, when a segment cannot be read.
    pub fn facet(&self, column: &str) -> Result<Facet> {
        if let Some(facet) = self.facets.lock().unwrap_or_else(PoisonError::into_inner).get(column) {
            return Ok(facet.clone());
        }
        let facet = self.store.facet(column, self.searcher.segment_readers())?;
        self.facets.lock().unwrap_or_else(PoisonError::into_inner).insert(column.to_owned(), facet.clone());
        Ok(facet)
    }

    /// Who may see what, per segment; kept as long as the segment and its deletions stay the same.
    ///
    /// # Errors
    /// Internal, when a segment cannot be read.
    pub fn allowed(&self, base: &Base, shared: &Shared) -> Result<Vec<Arc<Allowed>>> {
        let mut weight: Option<Box<dyn Weight>> = None;
        let mut all = Vec::new();
        for segment in self.searcher.segment_readers() {
            let key = (base.clone(), segment.segment_id(), segment.delete_opstamp());
            if let Some(found) = shared.allowed.get(&key) {
                all.push(found);
                continue;
            }
            if let (None, Some(query)) = (&weight, base.query(&self.fields)) {
                weight = Some(query.weight(EnableScoring::disabled_from_searcher(&self.searcher)).map_err(failed)?);
            }
            let built = Arc::new(Allowed::build(segment, weight.as_deref())?);
            shared.allowed.insert(key, Arc::clone(&built));
            all.push(built);
        }
        Ok(all)
    }

    /// How many of the documents that may be seen have each value of a field; values that none has are left out.
    ///
    /// # Errors
    /// Internal, when a segment cannot be read.
    pub fn counts(&self, column: &str, base: &Base, shared: &Shared) -> Result<Vec<(Arc<str>, u32)>> {
        let facet = self.facet(column)?;
        let counts = facet.counts(&self.allowed(base, shared)?);
        Ok(facet.values.iter().cloned().zip(counts).filter(|(_, count)| *count > 0).collect())
    }

    /// True where a document that may be seen has an exact value in a column.
    ///
    /// # Errors
    /// Internal, when a segment cannot be read.
    pub fn occurs(&self, column: &str, allowed: &[Arc<Allowed>]) -> Result<bool> {
        for (segment, allowed) in self.searcher.segment_readers().iter().zip(allowed) {
            let Some(strings) = segment.fast_fields().str(column).map_err(failed)? else { continue };
            if (0..segment.max_doc()).any(|doc| allowed.has(doc) && strings.term_ords(doc).next().is_some()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Where documents are that may be seen and have a term, up to `most` of them.
    ///
    /// # Errors
    /// Internal, when a segment cannot be read.
    pub fn visible(&self, allowed: &[Arc<Allowed>], term: &Term, most: usize) -> Result<Vec<Address>> {
        let mut places = Vec::new();
        let read = |error: std::io::Error| failed(error.into());
        for (segment, (reader, allowed)) in (0_u32..).zip(self.searcher.segment_readers().iter().zip(allowed)) {
            if places.len() >= most {
                break;
            }
            let index = reader.inverted_index(term.field()).map_err(failed)?;
            let Some(place) = self.terms.place(reader, &index, term).map_err(read)? else { continue };
            let mut docs = index.read_postings_from_terminfo(&place, IndexRecordOption::Basic).map_err(read)?;
            while docs.doc() != TERMINATED && places.len() < most {
                places.extend(Some((segment, docs.doc())).filter(|(_, doc)| allowed.has(*doc)));
                docs.advance();
            }
        }
        Ok(places)
    }

    /// How many documents that may be seen a query finds, up to `most`.
    ///
    /// # Errors
    /// Internal, when a segment cannot be read.
    pub fn some(&self, allowed: &[Arc<Allowed>], query: &dyn Query, most: usize) -> Result<usize> {
        let weight = query.weight(EnableScoring::disabled_from_searcher(&self.searcher)).map_err(failed)?;
        let mut count = 0;
        for (reader, allowed) in self.searcher.segment_readers().iter().zip(allowed) {
            let mut docs = weight.scorer(reader, 1.0).map_err(failed)?;
            while docs.doc() != TERMINATED && count < most {
                count += usize::from(allowed.has(docs.doc()));
                docs.advance();
            }
        }
        Ok(count)
    }

    /// Where the datasets are whose id or name has this fingerprint: one, and hardly ever more.
    pub fn holders(&self, print: u64) -> impl Iterator<Item = Address> + '_ {
        let pieces = (0_u32..).zip(self.searcher.segment_readers().iter().zip(&self.holders));
        pieces.flat_map(move |(segment, (reader, holders))| {
            let alive = move |doc: &u32| reader.alive_bitset().is_none_or(|alive| alive.is_alive(*doc));
            holders.of(print).filter(alive).map(move |doc| (segment, doc))
        })
    }

    /// The documents of a segment that match and may be seen, in order.
    ///
    /// # Errors
    /// [`base::Kind::Search`] past the deadline.
    pub fn matches(
        &self,
        segment: &SegmentReader,
        allowed: &Allowed,
        weight: Option<(&dyn Weight, bool)>,
        deadline: Instant,
    ) -> Result<Vec<Match>> {
        let Some((weight, scored)) = weight else {
            let all = (0..segment.max_doc()).filter(|doc| allowed.has(*doc));
            return Ok(all.map(|doc| Match { doc, score: 1.0 }).collect());
        };
        let mut scorer = weight.scorer(segment, 1.0).map_err(failed)?;
        let mut found = Vec::new();
        let mut steps = 0_u32;
        let mut late = || {
            steps += 1;
            steps.is_multiple_of(64) && Instant::now() > deadline
        };
        if scored {
            let mut doc = scorer.doc();
            while doc != TERMINATED {
                if allowed.has(doc) {
                    found.push(Match { doc, score: scorer.score() });
                }
                if late() {
                    return Err(too_long());
                }
                doc = scorer.advance();
            }
            return Ok(found);
        }
        let mut block = [0_u32; COLLECT_BLOCK_BUFFER_LEN];
        loop {
            let filled = scorer.fill_buffer(&mut block);
            let docs = block.get(..filled).unwrap_or_default();
            found.extend(docs.iter().filter(|doc| allowed.has(**doc)).map(|doc| Match { doc: *doc, score: 1.0 }));
            if filled < block.len() {
                return Ok(found);
            }
            if late() {
                return Err(too_long());
            }
        }
    }
}

/// The search did not end within its time.
#[must_use]
pub fn too_long() -> Error {
    Error::search("The search took too long")
}
