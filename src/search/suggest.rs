//! "Did you mean": for words that no dataset of the caller's has, the nearest word that one of them has.
//!
//! Words come from the dictionary, but only those of datasets that the caller may see, and they are given as they stand
//! there: what nobody may read is never suggested.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use base::Result;
use tantivy::Term;
use tantivy::query::FuzzyTermQuery;
use tantivy::tokenizer::TokenizerManager;

use crate::highlight::Words;
use crate::reader::hit;
use crate::repair::Readings;
use crate::request::Request;
use crate::schema::Place;
use crate::shared::{Address, Shared};
use crate::view::{Allowed, View};
use crate::{analyze, dismax, failed};

/// Datasets that are few enough for a suggestion.
pub const FEW: usize = 2;
/// Letters of the shortest word that is looked at, and of the shortest that may have two of them wrong.
const SHORT: usize = 4;
const LONG: usize = 7;
/// Words of a question that are looked at, terms near to one of them, and datasets of a term that are counted.
const WORDS: usize = 6;
const NEAR: usize = 12;
const COUNTED: usize = 1_000;

/// Looks for better words.
pub struct Suggester<'a> {
    pub view: &'a View,
    pub shared: &'a Shared,
    pub analyzers: &'a TokenizerManager,
    pub allowed: &'a [Arc<Allowed>],
    /// Words that are found as something else need no other word.
    pub readings: &'a Readings,
    pub deadline: Instant,
}

/// A term that is near to a word: how many visible datasets have it, and where the first of them is.
struct Candidate {
    term: String,
    edits: u8,
    visible: usize,
    first: Option<Address>,
}

impl Suggester<'_> {
    /// The question with better words in the place of those that nothing has; `None` when there are none.
    ///
    /// # Errors
    /// Internal, when a segment cannot be read.
    pub fn corrected(&self, request: &Request) -> Result<Option<String>> {
        let place = self.view.fields.place("text")?;
        let (mut words, mut better): (Vec<String>, bool) = (Vec::new(), false);
        for (at, part) in dismax::parts(&request.q)?.into_iter().enumerate() {
            if part.quoted || part.sign.is_some() {
                return Ok(None);
            }
            let correction = if at < WORDS { self.correction(&place, &part.text)? } else { None };
            better |= correction.is_some();
            words.push(correction.unwrap_or(part.text));
        }
        Ok(better.then(|| words.join(" ")))
    }

    fn correction(&self, place: &Place, word: &str) -> Result<Option<String>> {
        let letters = word.chars().count();
        let Some(mut reading) = analyze::asking(self.analyzers, analyze::TEXT) else { return Ok(None) };
        let terms = analyze::terms(&mut reading, word);
        let (true, Some((_, term))) = (letters >= SHORT, terms.first()) else { return Ok(None) };
        if !self.readings.of(word).is_empty() || self.is_known(word)? {
            return Ok(None);
        }
        let mut near = self.near(place, term, if letters < LONG { 1 } else { 2 })?;
        near.sort_by(|one, other| (one.edits, other.visible, &one.term).cmp(&(other.edits, one.visible, &other.term)));
        let Some((best, (segment, doc))) = near.into_iter().find_map(|found| found.first.map(|first| (found.term, first))) else {
            return Ok(None);
        };
        let stored = hit(self.view, self.shared, segment, doc)?.stored;
        Ok(Words::new(self.analyzers, analyze::TEXT, [best]).first_in(&stored).map(str::to_lowercase))
    }

    /// True where a visible dataset has the word, in whatever form.
    fn is_known(&self, word: &str) -> Result<bool> {
        let (Some(place), Some(mut reading)) = (self.view.fields.keys("text"), analyze::asking(self.analyzers, analyze::KEYS))
        else {
            return Ok(false);
        };
        for (_, key) in analyze::readings(&mut reading, word).into_iter().flatten() {
            if self.view.visible(self.allowed, &place.term(&key), 1)?.0 > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Terms with few letters wrong that a visible dataset has.
    fn near(&self, place: &Place, term: &str, edits: u8) -> Result<Vec<Candidate>> {
        let mut found: HashMap<String, (u8, u32)> = HashMap::new();
        for edits in 1..=edits {
            let automaton =
                FuzzyTermQuery::new(Term::from_field_text(place.field, term), edits, true).automaton().map_err(failed)?;
            for reader in self.view.searcher.segment_readers() {
                let index = reader.inverted_index(place.field).map_err(failed)?;
                let read = |error: std::io::Error| failed(error.into());
                let mut stream = index.terms().search(&automaton).into_stream().map_err(read)?;
                while stream.advance() {
                    let Ok(key) = std::str::from_utf8(stream.key()) else { continue };
                    found.entry(key.to_owned()).or_insert((edits, 0)).1 += stream.value().doc_freq;
                }
                if Instant::now() > self.deadline {
                    return Ok(Vec::new());
                }
            }
            if !found.is_empty() {
                break;
            }
        }
        let mut found: Vec<(u8, u32, String)> =
            found.into_iter().map(|(term, (edits, documents))| (edits, u32::MAX - documents, term)).collect();
        found.sort_unstable();
        found.truncate(NEAR);
        let seen = found.into_iter().map(|(edits, _, term)| self.candidate(place, term, edits)).collect::<Result<Vec<_>>>()?;
        Ok(seen.into_iter().filter(|candidate| candidate.visible > 0).collect())
    }

    fn candidate(&self, place: &Place, term: String, edits: u8) -> Result<Candidate> {
        let (visible, first) = self.view.visible(self.allowed, &place.term(&term), COUNTED)?;
        Ok(Candidate { term, edits, visible, first })
    }
}
