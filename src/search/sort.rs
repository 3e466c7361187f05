//! In which order the documents found are given back.
//!
//! The keys of a segment's documents are plain numbers that sort upwards; only the winners of each segment are compared
//! across segments, strings by their text. The last key is always the number that follows from a document's id, so that pages
//! never overlap.

use std::cmp::Ordering;

use base::{Error, Result, limits};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{Score, SegmentReader};

use crate::schema::{Fields, Kind, TIE};

/// CKAN's default order.
pub const DEFAULT: &str = "score desc, metadata_modified desc";

/// One key of an order.
#[derive(Clone, Debug)]
pub struct Key {
    pub source: Source,
    pub descending: bool,
}

/// What a key compares.
#[derive(Clone, Debug)]
pub enum Source {
    Score,
    /// Name of a column of numbers.
    Number(String),
    /// Name of a column of strings.
    Text(String),
}

/// Reads `field direction, …`; a missing direction, an unknown one and a field without an order are refused.
///
/// # Errors
/// [`base::Kind::SearchQuery`], in CKAN's words.
pub fn keys(text: &str, fields: &Fields) -> Result<Vec<Key>> {
    let fault = || Error::search_query("Invalid \"sort\" parameter");
    if text.len() > limits::QUERY_BYTES {
        return Err(fault());
    }
    let mut keys = Vec::new();
    for item in text.split(',') {
        let mut words = item.split_whitespace();
        let (Some(name), Some(direction), None) = (words.next(), words.next(), words.next()) else { return Err(fault()) };
        let descending = match direction.to_ascii_lowercase().as_str() {
            "asc" => false,
            "desc" => true,
            _ => return Err(fault()),
        };
        let source = if name == "score" {
            Source::Score
        } else {
            let place = fields.whole(name).map_err(|_hidden| fault())?;
            match place.kind {
                Kind::Text(_) => return Err(fault()),
                Kind::Exact => Source::Text(place.column),
                Kind::Date | Kind::Integer => Source::Number(place.column),
            }
        };
        keys.push(Key { source, descending });
    }
    if keys.len() > limits::SORT_KEYS { Err(fault()) } else { Ok(keys) }
}

enum Values {
    Score,
    Number(Column<i64>),
    Text(StrColumn),
    Nothing,
}

/// The keys of one segment.
pub struct SegmentKeys {
    keys: Vec<(Values, bool)>,
    tie: Column<u64>,
}

/// A document with its keys, comparable across segments.
#[derive(Debug)]
pub struct Ranked {
    pub segment: usize,
    pub doc: u32,
    rank: Vec<Rank>,
}

#[derive(Debug, PartialEq, Eq)]
enum Rank {
    Number(u64),
    Text(Option<String>, bool),
}

impl Rank {
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(left), Self::Number(right)) => left.cmp(right),
            (Self::Text(left, descending), Self::Text(right, _)) => match (left, right) {
                (Some(left), Some(right)) => {
                    if *descending {
                        right.cmp(left)
                    } else {
                        left.cmp(right)
                    }
                }
                (None, None) => Ordering::Equal,
                (None, _) => Ordering::Greater,
                (_, None) => Ordering::Less,
            },
            (Self::Number(_), Self::Text(..)) => Ordering::Less,
            (Self::Text(..), Self::Number(_)) => Ordering::Greater,
        }
    }
}

impl Ranked {
    /// The order of the answer.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        let unequal = self.rank.iter().zip(&other.rank).map(|(left, right)| left.compare(right)).find(|order| order.is_ne());
        unequal.unwrap_or(Ordering::Equal)
    }
}

/// A document found, with its score.
#[derive(Clone, Copy, Debug)]
pub struct Match {
    pub doc: u32,
    pub score: Score,
}

/// Missing values come last, whatever the direction.
fn upwards(value: Option<u64>, descending: bool) -> u64 {
    match value {
        None => u64::MAX,
        Some(value) if descending => (u64::MAX - 1).saturating_sub(value),
        Some(value) => value.min(u64::MAX - 1),
    }
}

fn score_bits(score: Score) -> u64 {
    let bits = score.to_bits();
    u64::from(if bits >> 31 == 0 { bits | 0x8000_0000 } else { !bits })
}

impl SegmentKeys {
    /// Opens the columns of a segment.
    ///
    /// # Errors
    /// Internal, when the segment cannot be read.
    pub fn open(keys: &[Key], reader: &SegmentReader) -> Result<Self> {
        let fault = |error: tantivy::TantivyError| Error::internal(format!("sort: {error}"));
        let columns = reader.fast_fields();
        let mut opened = Vec::with_capacity(keys.len());
        for key in keys {
            let values = match &key.source {
                Source::Score => Values::Score,
                Source::Number(name) => columns.column_opt::<i64>(name).map_err(fault)?.map_or(Values::Nothing, Values::Number),
                Source::Text(name) => columns.str(name).map_err(fault)?.map_or(Values::Nothing, Values::Text),
            };
            opened.push((values, key.descending));
        }
        Ok(Self { keys: opened, tie: columns.u64(TIE).map_err(fault)? })
    }

    /// The best `count` of the documents, best first.
    #[must_use]
    pub fn best(&self, matches: &[Match], count: usize) -> Vec<(Match, Vec<u64>)> {
        let mut found: Vec<(Match, Vec<u64>)> = Vec::new();
        let mut worst: Option<Vec<u64>> = None;
        let room = count.saturating_mul(2).max(64);
        for each in matches {
            let first = self.key(0, *each);
            if worst.as_ref().and_then(|worst| worst.first()).is_some_and(|worst| first > *worst) {
                continue;
            }
            let mut rank = Vec::with_capacity(self.keys.len() + 1);
            rank.push(first);
            rank.extend((1..=self.keys.len()).map(|index| self.key(index, *each)));
            found.push((*each, rank));
            if found.len() >= room && count > 0 {
                found.select_nth_unstable_by(count - 1, |left, right| left.1.cmp(&right.1));
                found.truncate(count);
                worst = found.last().map(|(_, rank)| rank.clone());
            }
        }
        found.sort_unstable_by(|left, right| left.1.cmp(&right.1));
        found.truncate(count);
        found
    }

    fn key(&self, index: usize, found: Match) -> u64 {
        match self.keys.get(index) {
            None => self.tie.first(found.doc).unwrap_or_default(),
            Some((Values::Nothing, _)) => u64::MAX,
            Some((Values::Score, descending)) => upwards(Some(score_bits(found.score)), *descending),
            Some((Values::Number(column), descending)) => upwards(column.first(found.doc).map(tantivy::i64_to_u64), *descending),
            Some((Values::Text(column), descending)) => {
                // Of several values the one that comes first in the direction counts.
                let ordinals = column.term_ords(found.doc);
                upwards(if *descending { ordinals.max() } else { ordinals.min() }, *descending)
            }
        }
    }

    /// Makes a segment's winners comparable with those of other segments.
    ///
    /// # Errors
    /// Internal, when a string cannot be read.
    pub fn ranked(&self, segment: usize, winners: Vec<(Match, Vec<u64>)>) -> Result<Vec<Ranked>> {
        let mut ranked = Vec::with_capacity(winners.len());
        for (found, numbers) in winners {
            let mut rank = Vec::with_capacity(numbers.len());
            for (index, number) in numbers.into_iter().enumerate() {
                rank.push(match self.keys.get(index) {
                    Some((Values::Text(column), descending)) => {
                        let local = if *descending { (u64::MAX - 1).wrapping_sub(number) } else { number };
                        let mut text = String::new();
                        let known = number != u64::MAX
                            && column.ord_to_str(local, &mut text).map_err(|error| Error::internal(format!("sort: {error}")))?;
                        Rank::Text(known.then_some(text), *descending)
                    }
                    Some((Values::Nothing, descending)) => Rank::Text(None, *descending),
                    _ => Rank::Number(number),
                });
            }
            ranked.push(Ranked { segment, doc: found.doc, rank });
        }
        Ok(ranked)
    }
}
