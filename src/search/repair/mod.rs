//! What a word can be read as where next to no dataset has it as it was typed: in Latin letters, with the keyboard set to the
//! other alphabet.
//!
//! This belongs to the question and not to the index, which would grow by every way to spell a word. Only words of datasets
//! that the caller may see decide: nobody learns from an answer what is in others.

mod latin;
mod layout;

use std::sync::Arc;

use base::Result;
use tantivy::tokenizer::{TextAnalyzer, TokenizerManager};

use crate::analyze::language::{Repair, is_on};
use crate::schema::Place;
use crate::suggest::FEW;
use crate::view::{Allowed, View};
use crate::{analyze, dismax};

/// Words of a question that are looked at, and readings of one of them that count.
const WORDS: usize = 8;
const READINGS: usize = 3;
/// Letters of the shortest word that is read otherwise.
const SHORTEST: usize = 2;

/// Words as they were typed, and what they can be read as, in small letters; the likeliest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readings(Vec<(String, Vec<String>)>);

impl Readings {
    /// What a word can be read as; mostly nothing.
    #[must_use]
    pub fn of(&self, word: &str) -> &[String] {
        self.0.iter().find(|(typed, _)| typed == word).map_or(&[], |(_, readings)| readings)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &String> {
        self.0.iter().flat_map(|(_, readings)| readings)
    }
}

/// Reads the words of a free text.
///
/// # Errors
/// As [`dismax::parts`]; internal, when a segment cannot be read.
pub fn readings(view: &View, analyzers: &TokenizerManager, allowed: &[Arc<Allowed>], q: &str) -> Result<Readings> {
    let (Some(place), Some(analyzer)) = (view.fields.keys("text"), analyze::asking(analyzers, analyze::KEYS)) else {
        return Ok(Readings::default());
    };
    let mut known = Known { view, allowed, place, analyzer };
    let mut readings = Readings::default();
    for part in dismax::parts(q)?.into_iter().filter(|part| !part.quoted).take(WORDS) {
        if part.text.chars().filter(|letter| letter.is_alphabetic()).count() < SHORTEST || known.datasets(&part.text)? > FEW {
            continue;
        }
        let mut found = Vec::new();
        for reading in candidates(&part.text) {
            if found.len() < READINGS && known.datasets(&reading)? > 0 {
                found.push(reading);
            }
        }
        if !found.is_empty() {
            readings.0.push((part.text, found));
        }
    }
    Ok(readings)
}

fn candidates(word: &str) -> Vec<String> {
    let mut candidates = Vec::new();
    if is_on(Repair::Layout) {
        candidates.extend(layout::other(word));
    }
    if is_on(Repair::Latin) {
        candidates.extend(latin::spellings(word));
    }
    candidates
}

/// What is in the index, as far as the caller may see.
struct Known<'a> {
    view: &'a View,
    allowed: &'a [Arc<Allowed>],
    place: Place,
    analyzer: TextAnalyzer,
}

impl Known<'_> {
    /// How many datasets have a word, in whatever form; more than [`FEW`] are not counted. Of the parts of a word
    /// the rarest counts.
    fn datasets(&mut self, word: &str) -> Result<usize> {
        let mut most = 0;
        for keys in analyze::readings(&mut self.analyzer, word) {
            let mut least = usize::MAX;
            for (_, key) in &keys {
                least = least.min(self.view.visible(self.allowed, &self.place.term(key), FEW + 1)?.0);
            }
            most = most.max(if keys.is_empty() { 0 } else { least });
            if most > FEW {
                break;
            }
        }
        Ok(most)
    }
}
