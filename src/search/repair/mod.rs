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
use crate::query::together;
use crate::schema::Place;
use crate::suggest::FEW;
use crate::view::{Allowed, View};
use crate::{analyze, dismax};

/// Words of a question that are looked at, and readings of one of them that count.
const WORDS: usize = 20;
const READINGS: usize = 3;
/// Readings of a part of a word, and of a word in parts.
const OF_PART: usize = 2;
const IN_PARTS: usize = 4;
/// Signs of the shortest word that is read otherwise.
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
    let lost = !q.matches('"').count().is_multiple_of(2);
    for part in dismax::parts(q)?.into_iter().filter(|part| !part.quoted).take(WORDS) {
        if part.text.chars().count() < SHORTEST || !part.text.chars().any(char::is_alphabetic) {
            continue;
        }
        let is_known = known.datasets(&part.text)? > FEW;
        if is_known && !layout::has_letters_among_signs(&part.text) {
            continue;
        }
        let mut found = if is_on(Repair::Layout) { known.of_keys(&part.text, lost)? } else { Vec::new() };
        if !is_known && is_on(Repair::Latin) {
            found.extend(known.in_latin(&part.text)?);
        }
        if !found.is_empty() {
            readings.0.push((part.text, found));
        }
    }
    Ok(readings)
}

/// A word in parts: runs of letters, and what stands between them.
fn runs(word: &str) -> Vec<&str> {
    let is_letter = |letter: char| letter.is_alphabetic() || matches!(letter, '\'' | '’');
    let (mut runs, mut from, mut last) = (Vec::new(), 0, None);
    for (at, letter) in word.char_indices() {
        if last.is_some_and(|last| last != is_letter(letter)) {
            runs.extend(word.get(from..at));
            from = at;
        }
        last = Some(is_letter(letter));
    }
    runs.extend(word.get(from..).filter(|rest| !rest.is_empty()));
    runs
}

/// What is in the index, as far as the caller may see.
struct Known<'a> {
    view: &'a View,
    allowed: &'a [Arc<Allowed>],
    place: Place,
    analyzer: TextAnalyzer,
}

impl Known<'_> {
    /// How many datasets have a word, in whatever form; more than [`FEW`] are not counted. The parts of a word have to stand
    /// together.
    fn datasets(&mut self, word: &str) -> Result<usize> {
        let mut most = 0;
        for keys in analyze::readings(&mut self.analyzer, word) {
            let found = match keys.as_slice() {
                [] => 0,
                [(_, key)] => self.view.visible(self.allowed, &self.place.term(key), FEW + 1)?.len(),
                _ => together(&self.place, keys, 0).map_or(Ok(0), |words| self.view.some(self.allowed, &*words, FEW + 1))?,
            };
            most = most.max(found);
            if most > FEW {
                break;
            }
        }
        Ok(most)
    }

    /// What the keys of a word give on the other keyboard. `lost`: a quotation mark is missing before some word, and it is a
    /// letter there.
    fn of_keys(&mut self, word: &str, lost: bool) -> Result<Vec<String>> {
        let mut others = layout::others(word);
        if lost {
            others.extend(layout::others(&format!("'{word}")));
        }
        for other in others {
            if self.datasets(&other)? > 0 {
                return Ok(vec![other]);
            }
        }
        Ok(Vec::new())
    }

    /// What a word in Latin letters can stand for, each of its parts by itself.
    fn in_latin(&mut self, word: &str) -> Result<Vec<String>> {
        let runs = runs(word);
        let (most_of_part, most) = if runs.len() > 1 { (OF_PART, IN_PARTS) } else { (READINGS, READINGS) };
        let (mut whole, mut is_read) = (vec![String::new()], false);
        for run in runs {
            let mut of_part = Vec::new();
            for spelling in latin::spellings(run.trim_matches(['\'', '’'])) {
                if of_part.len() < most_of_part && self.datasets(&spelling)? > 0 {
                    of_part.push(spelling);
                }
            }
            is_read |= !of_part.is_empty();
            if of_part.is_empty() {
                of_part.push(run.to_owned());
            }
            whole = of_part.iter().flat_map(|part| whole.iter().map(move |before| format!("{before}{part}"))).collect();
            whole.truncate(IN_PARTS * IN_PARTS);
        }
        let mut found = Vec::new();
        for reading in whole.into_iter().filter(|_| is_read) {
            if found.len() < most && self.datasets(&reading)? > 0 {
                found.push(reading);
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_parts() {
        assert_eq!(runs("ysyk-kol"), ["ysyk", "-", "kol"]);
        assert_eq!(runs("2025-jyl"), ["2025-", "jyl"]);
        assert_eq!((runs("bol'nitsa"), runs("")), (vec!["bol'nitsa"], vec![]));
    }
}
