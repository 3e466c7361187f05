//! Queries that have to look at many terms: patterns, regular expressions, misspelt words, ranges of strings.
//!
//! The terms of one field are walked from a literal beginning on; matching is linear in the term, and the walk ends with an
//! error at the deadline.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use base::{Error, Result};
use regex::{Regex, RegexBuilder};
use tantivy::query::{BitSetDocSet, ConstScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{BitSet, Score, SegmentReader, TantivyError};

use crate::schema::Place;
use crate::tree::Bound;

/// Bytes that a compiled regular expression may take.
const REGEX_BYTES: usize = 512 * 1024;
/// Letters of the shortest piece of a word that is looked for: shorter ends are not kept.
const PIECE: usize = 2;
/// What the error of a walk that took too long is called.
pub const TOO_LONG: &str = "the search took too long";

/// Walks the terms of one place.
#[derive(Clone)]
pub struct Scan {
    field: Field,
    /// What precedes every value of the place (the path inside a JSON field).
    prefix: Vec<u8>,
    /// The letters every match begins with.
    literal: String,
    matcher: Arc<Matcher>,
    deadline: Instant,
}

enum Matcher {
    Regex(Regex),
    Fuzzy(Vec<char>, usize),
    Between(Bound, Bound),
    Any,
}

impl fmt::Debug for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scan({:?}, {})", self.field, self.literal)
    }
}

impl Scan {
    fn new(place: &Place, literal: String, matcher: Matcher, deadline: Instant) -> Self {
        let prefix = place.term("").serialized_value_bytes().to_owned();
        Self { field: place.field, prefix, literal, matcher: Arc::new(matcher), deadline }
    }

    /// `*` is any number of letters, `?` one; a backslash takes their meaning away.
    ///
    /// # Errors
    /// [`base::Kind::Search`] for a pattern that is too large.
    pub fn wild(place: &Place, pattern: &str, deadline: Instant) -> Result<Self> {
        let (literal, regex) = wild(pattern)?;
        Ok(Self::new(place, literal, Matcher::Regex(regex), deadline))
    }

    /// A regular expression over the whole term.
    ///
    /// # Errors
    /// [`base::Kind::Search`] for one that cannot be read, is too large, or has operators that only Lucene knows.
    pub fn regex(place: &Place, pattern: &str, deadline: Instant) -> Result<Self> {
        Ok(Self::new(place, String::new(), Matcher::Regex(compile(&without_lucenes(pattern)?)?), deadline))
    }

    /// Words with at most `edits` letters wrong.
    #[must_use]
    pub fn fuzzy(place: &Place, word: &str, edits: u8, deadline: Instant) -> Self {
        let letters: Vec<char> = word.chars().take(100).collect();
        Self::new(place, String::new(), Matcher::Fuzzy(letters, usize::from(edits)), deadline)
    }

    /// A piece of a word, in a field that keeps the ends of words; `None` when it is too short to be looked for.
    #[must_use]
    pub fn piece(place: &Place, piece: &str, deadline: Instant) -> Option<Self> {
        let is_long = piece.chars().nth(PIECE - 1).is_some();
        is_long.then(|| Self::new(place, piece.to_owned(), Matcher::Any, deadline))
    }

    /// A range of strings, by bytes.
    #[must_use]
    pub fn between(place: &Place, low: Bound, high: Bound, deadline: Instant) -> Self {
        let matcher = if low == Bound::Open && high == Bound::Open { Matcher::Any } else { Matcher::Between(low, high) };
        Self::new(place, String::new(), matcher, deadline)
    }
}

/// The letters that a pattern begins with, and the whole of it.
fn wild(pattern: &str) -> Result<(String, Regex)> {
    let (mut literal, mut regex, mut open) = (String::new(), String::new(), true);
    let mut letters = pattern.chars();
    let mut piece = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '*' | '?' => {
                open = false;
                regex.push_str(&regex::escape(&std::mem::take(&mut piece)));
                let step = if letter == '*' { ".*" } else { "." };
                if !(step == ".*" && regex.ends_with(".*")) {
                    regex.push_str(step);
                }
                continue;
            }
            '\\' => piece.extend(letters.next()),
            other => piece.push(other),
        }
        if open {
            literal.clone_from(&piece);
        }
    }
    regex.push_str(&regex::escape(&piece));
    Ok((literal, compile(&regex)?))
}

/// A regular expression of Lucene's as the engine reads it. Operators that the engine lacks are refused, not taken for letters:
/// the answer would be wrong.
fn without_lucenes(pattern: &str) -> Result<String> {
    let (mut plain, mut in_class) = (String::with_capacity(pattern.len()), false);
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some(escaped) if escaped.is_alphanumeric() => plain.extend(['\\', escaped]),
                Some(escaped) => plain.push_str(&regex::escape(escaped.encode_utf8(&mut [0; 4]))),
                None => plain.push('\\'),
            },
            '~' | '@' | '<' | '#' | '&' if !in_class => {
                return Err(Error::search(format!(
                    "Cannot parse the query: {letter} in a regular expression (one of Lucene's operators ~ @ < # &) is not \
                     supported; put a backslash before it where the letter is meant"
                )));
            }
            other => {
                in_class = if in_class { other != ']' } else { other == '[' };
                plain.push(other);
            }
        }
    }
    Ok(plain)
}

/// The regular expression of a pattern with `*` and `?`, for a term that is at hand; `None` for one that is too large.
#[must_use]
pub fn glob(pattern: &str) -> Option<Regex> {
    wild(pattern).ok().map(|(_, regex)| regex)
}

fn compile(pattern: &str) -> Result<Regex> {
    RegexBuilder::new(&format!("^(?:{pattern})$"))
        .dot_matches_new_line(true)
        .size_limit(REGEX_BYTES)
        .dfa_size_limit(REGEX_BYTES)
        .nest_limit(50)
        .build()
        .map_err(|_fault| Error::search("Cannot parse the query: a pattern cannot be read or is too large"))
}

impl Matcher {
    fn accepts(&self, value: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Regex(regex) => regex.is_match(value),
            Self::Fuzzy(word, edits) => within(word, value, *edits),
            Self::Between(low, high) => {
                let above = match low {
                    Bound::Open => true,
                    Bound::Included(low) => value >= low.as_str(),
                    Bound::Excluded(low) => value > low.as_str(),
                };
                above
                    && match high {
                        Bound::Open => true,
                        Bound::Included(high) => value <= high.as_str(),
                        Bound::Excluded(high) => value < high.as_str(),
                    }
            }
        }
    }
}

/// Optimal string alignment distance, at most `edits`.
fn within(word: &[char], value: &str, edits: usize) -> bool {
    let other: Vec<char> = value.chars().take(word.len() + edits + 1).collect();
    if word.len().abs_diff(other.len()) > edits {
        return false;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in word.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, against) in other.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX - 2);
            let mut cost =
                (at(&last, column) + usize::from(letter != against)).min(at(&last, column + 1) + 1).min(at(&line, column) + 1);
            let swapped = row > 0 && column > 0 && word.get(row - 1) == Some(against) && other.get(column - 1) == Some(letter);
            if swapped {
                cost = cost.min(at(&before, column - 1) + 1);
            }
            line.push(cost);
        }
        if line.iter().all(|cost| *cost > edits) {
            return false;
        }
        before = std::mem::replace(&mut last, line);
    }
    last.last().is_some_and(|cost| *cost <= edits)
}

impl Query for Scan {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for Scan {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut docs = BitSet::with_max_value(reader.max_doc());
        let index = reader.inverted_index(self.field)?;
        let mut start = self.prefix.clone();
        start.extend_from_slice(self.literal.as_bytes());
        let mut stream = index.terms().range().ge(&start).into_stream()?;
        let mut steps = 0_u32;
        while stream.advance() {
            steps += 1;
            if steps.is_multiple_of(256) && Instant::now() > self.deadline {
                return Err(TantivyError::InternalError(TOO_LONG.to_owned()));
            }
            if !stream.key().starts_with(&start) {
                break;
            }
            let value = stream.key().get(self.prefix.len()..).and_then(|bytes| std::str::from_utf8(bytes).ok());
            if !value.is_some_and(|value| self.matcher.accepts(value)) {
                continue;
            }
            let mut postings = index.read_block_postings_from_terminfo(stream.value(), IndexRecordOption::Basic)?;
            while !postings.docs().is_empty() {
                for doc in postings.docs() {
                    docs.insert(*doc);
                }
                postings.advance();
            }
        }
        Ok(Box::new(ConstScorer::new(BitSetDocSet::from(docs), boost)))
    }

    fn explain(&self, _: &SegmentReader, _: u32) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("Scan", 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_words_are_near() {
        let near = |word: &str, value: &str, edits| within(&word.chars().collect::<Vec<_>>(), value, edits);
        assert!(near("watr", "water", 1));
        assert!(near("wtaer", "water", 1));
        assert!(near("water", "water", 0));
        assert!(near("калк", "халк", 1));
        assert!(!near("water", "wine", 2));
        assert!(!near("", "abc", 2));
    }
}
