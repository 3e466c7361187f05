//! "Did you mean": for words that no dataset of the caller's has, the nearest word that one of them has.
//!
//! The dictionary has stems of English words, and what is wrong may be behind them: stems that begin as the word does are read in
//! datasets that have them, and words are compared with words.
//!
//! Words come from the dictionary, but only those of datasets that the caller may see, and they are given as they stand
//! there: what nobody may read is never suggested.

use std::cmp::Reverse;
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
use crate::shared::Shared;
use crate::view::{Allowed, View};
use crate::{analyze, dismax, failed};

/// Datasets that are few enough for a suggestion.
pub const FEW: usize = 2;
/// Letters of the shortest word that is looked at, and of the shortest that may have two of them wrong.
const SHORT: usize = 4;
const LONG: usize = 7;
/// A shorter word than this is not meant by one with a letter more, unless that is a doubled one: `wheat` is not `what`.
const WHOLE: usize = 6;
/// Words of a question that are looked at, terms near to one of them, and datasets of a term that are counted and read.
const WORDS: usize = 6;
const NEAR: usize = 12;
const COUNTED: usize = 1_000;
const READ: usize = 3;
/// Letters of the longest word that is looked at, and of an ending that a stem has lost.
const LONGEST: usize = 40;
const ENDING: usize = 6;
/// Terms of a piece that are compared.
const COMPARED: usize = 50_000;

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
        let Some(mut reading) = analyze::asking(self.analyzers, analyze::TEXT) else { return Ok(None) };
        let (terms, small) = (analyze::terms(&mut reading, word), word.to_lowercase());
        let typed: Vec<char> = small.trim_matches(|letter: char| !letter.is_alphanumeric()).chars().collect();
        let [(_, term)] = terms.as_slice() else { return Ok(None) };
        if !(SHORT..=LONGEST).contains(&typed.len()) || !self.readings.of(word).is_empty() || self.is_known(word)? {
            return Ok(None);
        }
        let most: u8 = if typed.len() < LONG { 1 } else { 2 };
        let mut best: Option<(usize, Reverse<usize>, String)> = None;
        for term in self.near(place, term, &typed, most)? {
            let places = self.view.visible(self.allowed, &place.term(&term), COUNTED)?;
            let mut words = Words::new(self.analyzers, analyze::TEXT, [term]);
            for (segment, doc) in places.iter().take(READ) {
                let stored = hit(self.view, self.shared, *segment, *doc)?.stored;
                for word in words.all_in(&stored) {
                    let found: Vec<char> = word.chars().collect();
                    let edits = edits(&typed, &found, 0);
                    let rank = (edits, Reverse(places.len()), word);
                    if edits <= usize::from(most) && is_likely(&typed, &found) && best.as_ref().is_none_or(|best| rank < *best) {
                        best = Some(rank);
                    }
                }
            }
            if Instant::now() > self.deadline {
                break;
            }
        }
        Ok(best.map(|(_, _, word)| word))
    }

    /// True where a visible dataset has the word, in whatever form.
    fn is_known(&self, word: &str) -> Result<bool> {
        let (Some(place), Some(mut reading)) = (self.view.fields.keys("text"), analyze::asking(self.analyzers, analyze::KEYS))
        else {
            return Ok(false);
        };
        for (_, key) in analyze::readings(&mut reading, word).into_iter().flatten() {
            if !self.view.visible(self.allowed, &place.term(&key), 1)?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Terms of words that can have few letters wrong, the nearest first.
    fn near(&self, place: &Place, term: &str, typed: &[char], most: u8) -> Result<Vec<String>> {
        let query = if term.is_ascii() {
            let begin: String = typed.iter().take(SHORT).collect();
            FuzzyTermQuery::new_prefix(Term::from_field_text(place.field, &begin), 1, true)
        } else {
            FuzzyTermQuery::new(Term::from_field_text(place.field, term), most, true)
        };
        let automaton = query.automaton().map_err(failed)?;
        let ending = if term.is_ascii() { ENDING } else { 0 };
        let mut found: HashMap<String, (usize, u32)> = HashMap::new();
        for reader in self.view.searcher.segment_readers() {
            let index = reader.inverted_index(place.field).map_err(failed)?;
            let read = |error: std::io::Error| failed(error.into());
            let mut stream = index.terms().search(&automaton).into_stream().map_err(read)?;
            let mut compared = 0;
            while stream.advance() && compared < COMPARED {
                compared += 1;
                let Ok(key) = std::str::from_utf8(stream.key()) else { continue };
                let edits = edits(&key.chars().take(LONGEST).collect::<Vec<_>>(), typed, ending);
                if edits <= usize::from(most) {
                    found.entry(key.to_owned()).or_insert((edits, 0)).1 += stream.value().doc_freq;
                }
            }
            if Instant::now() > self.deadline {
                return Ok(Vec::new());
            }
        }
        let mut found: Vec<(usize, Reverse<u32>, String)> =
            found.into_iter().map(|(term, (edits, documents))| (edits, Reverse(documents), term)).collect();
        found.sort_unstable();
        found.truncate(NEAR);
        Ok(found.into_iter().map(|(_, _, term)| term).collect())
    }
}

/// True unless a short word lost a letter that cannot be there twice by a slip.
fn is_likely(typed: &[char], found: &[char]) -> bool {
    let doubled = typed.windows(2).any(|pair| pair.first() == pair.last());
    found.len() >= typed.len() || typed.len() >= WHOLE || doubled
}

/// Letters that are wrong, missing, too many or swapped between one word and another, of which up to `ending` letters may be left
/// out at the end.
fn edits(one: &[char], other: &[char], ending: usize) -> usize {
    let (mut before, mut last): (Vec<usize>, Vec<usize>) = (Vec::new(), (0..=other.len()).collect());
    for (row, letter) in one.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, against) in other.iter().enumerate() {
            let at = |line: &[usize], place: usize| line.get(place).copied().unwrap_or(usize::MAX - 1);
            let replaced = at(&last, column) + usize::from(letter != against);
            let mut least = replaced.min(at(&last, column + 1) + 1).min(at(&next, column) + 1);
            let swapped = row > 0 && column > 0 && one.get(row - 1) == Some(against) && other.get(column - 1) == Some(letter);
            if swapped {
                least = least.min(at(&before, column - 1) + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut last, next);
    }
    last.iter().rev().take(ending + 1).copied().min().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_letter_by_letter() {
        for (one, other, ending, count) in [
            ("population", "populaton", 0, 1),
            ("population", "popualtion", 0, 1),
            ("popul", "populaton", 6, 0),
            ("popul", "ppulation", 6, 1),
            ("popul", "populaton", 0, 4),
            ("", "abc", 0, 3),
            ("abc", "", 3, 3),
            ("калк", "калык", 0, 1),
        ] {
            let letters = |word: &str| word.chars().collect::<Vec<_>>();
            assert_eq!(edits(&letters(one), &letters(other), ending), count, "{one} {other}");
        }
    }
}
