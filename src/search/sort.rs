//! In which order the documents found are given back.
//!
//! The keys of a segment's documents are plain numbers that sort upwards; only the winners of each segment are compared
//! across segments, strings by their text. The last key is always the number that follows from a document's id, so that pages
//! never overlap.

use std::cmp::Ordering;
use std::sync::Arc;

use base::{Error, Result, limits};
use tantivy::columnar::{Column, StrColumn, TermOrdHit};
use tantivy::{Score, SegmentReader};

use crate::cursor::Mark;
use crate::schema::{Fields, Kind, TIE};

/// Documents whose keys are read at once.
const BLOCK: usize = 64;
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
    /// How well it fits.
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
    let text = text.trim_end();
    for item in text.strip_suffix(',').unwrap_or(text).split(',') {
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
                Kind::Text(_) => {
                    return Err(Error::search_query(format!(
                        "Invalid \"sort\" parameter: {name} is cut into words and has no order; title_string, name and other fields \
                         of whole values have one"
                    )));
                }
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
    /// No document of the segment has a value.
    NoNumber,
    NoText,
}

/// Where a place in an order lies among the keys of one segment.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// At the documents with this key.
    At(u64),
    /// Before the documents with this key, and behind those with a smaller one.
    Before(u64),
}

impl Place {
    fn compare(self, key: u64) -> Ordering {
        match self {
            Self::At(place) => key.cmp(&place),
            Self::Before(place) if key < place => Ordering::Less,
            Self::Before(_) => Ordering::Greater,
        }
    }
}

/// A place in an order, as one segment knows it.
pub struct Places(Vec<Place>);

/// The keys of one segment.
pub struct SegmentKeys {
    keys: Vec<(Values, bool)>,
    tie: Column<u64>,
}

/// A document with its keys, comparable across segments.
#[derive(Clone, Debug)]
pub struct Ranked {
    pub segment: usize,
    pub doc: u32,
    pub score: Score,
    rank: Vec<Rank>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rank {
    Number(u64),
    Text(Option<Arc<str>>, bool),
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
    /// The same, where its segment is another one of its index.
    #[must_use]
    pub fn within(&self, segment: usize) -> Self {
        Self { segment, ..self.clone() }
    }

    /// About how much memory it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let text = |rank: &Rank| if let Rank::Text(Some(text), _) = rank { text.len() + 16 } else { 0 };
        self.rank.iter().map(|rank| size_of::<Rank>() + text(rank)).sum::<usize>() + size_of::<Self>()
    }

    /// Gives another score to a document whose first key is the score, from high to low.
    pub fn rescore(&mut self, score: Score) {
        self.score = score;
        if let Some(first) = self.rank.first_mut() {
            *first = Rank::Number(upwards(Some(score_bits(score)), true));
        }
    }

    /// What the keys of the order say of it.
    #[must_use]
    pub fn marks(&self, keys: usize) -> Vec<Mark> {
        let marks = self.rank.iter().take(keys).map(|rank| match rank {
            Rank::Number(number) => Mark::Number(*number),
            Rank::Text(text, _) => Mark::Text(text.as_deref().map(str::to_owned)),
        });
        marks.collect()
    }

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
                Source::Number(name) => columns.column_opt::<i64>(name).map_err(fault)?.map_or(Values::NoNumber, Values::Number),
                Source::Text(name) => columns.str(name).map_err(fault)?.map_or(Values::NoText, Values::Text),
            };
            opened.push((values, key.descending));
        }
        Ok(Self { keys: opened, tie: columns.u64(TIE).map_err(fault)? })
    }

    /// The best `count` of the documents, best first. Only the first key is read for every document; the others where it
    /// leaves two of them equal.
    #[must_use]
    pub fn best(&self, matches: &[Match], count: usize) -> Vec<Match> {
        if count == 0 {
            return Vec::new();
        }
        let mut found: Vec<(u64, Match)> = Vec::new();
        let mut worst = u64::MAX;
        let room = count.saturating_mul(2).max(64);
        let order = |left: &(u64, Match), right: &(u64, Match)| {
            left.0.cmp(&right.0).then_with(|| {
                let rest = (1..=self.keys.len()).map(|index| self.key(index, left.1).cmp(&self.key(index, right.1)));
                rest.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
            })
        };
        let mut firsts = [0_u64; BLOCK];
        for block in matches.chunks(BLOCK) {
            self.first_keys(block, &mut firsts);
            for (each, first) in block.iter().zip(firsts) {
                if first > worst {
                    continue;
                }
                found.push((first, *each));
                if found.len() >= room {
                    found.select_nth_unstable_by(count - 1, order);
                    found.truncate(count);
                    worst = found.last().map_or(u64::MAX, |(first, _)| *first);
                }
            }
        }
        found.sort_unstable_by(order);
        found.truncate(count);
        found.into_iter().map(|(_, found)| found).collect()
    }

    /// The first keys of a block of documents; numbers are read all at once.
    fn first_keys(&self, block: &[Match], into: &mut [u64; BLOCK]) {
        if let Some((Values::Number(column), descending)) = self.keys.first() {
            let (mut docs, mut values) = ([0_u32; BLOCK], [None; BLOCK]);
            docs.iter_mut().zip(block).for_each(|(doc, found)| *doc = found.doc);
            if let (Some(docs), Some(values)) = (docs.get(..block.len()), values.get_mut(..block.len())) {
                column.first_vals(docs, values);
            }
            for (key, value) in into.iter_mut().zip(values) {
                *key = upwards(value.map(tantivy::i64_to_u64), *descending);
            }
        } else {
            for (key, found) in into.iter_mut().zip(block) {
                *key = self.key(0, *found);
            }
        }
    }

    fn key(&self, index: usize, found: Match) -> u64 {
        match self.keys.get(index) {
            None => self.tie.first(found.doc).unwrap_or_default(),
            Some((Values::NoNumber | Values::NoText, _)) => u64::MAX,
            Some((Values::Score, descending)) => upwards(Some(score_bits(found.score)), *descending),
            Some((Values::Number(column), descending)) => upwards(column.first(found.doc).map(tantivy::i64_to_u64), *descending),
            Some((Values::Text(column), descending)) => {
                // Of several values the one that comes first in the direction counts.
                let ordinals = column.term_ords(found.doc);
                upwards(if *descending { ordinals.max() } else { ordinals.min() }, *descending)
            }
        }
    }

    /// Where a place in the order lies in this segment.
    ///
    /// # Errors
    /// Internal, when the dictionary of a column cannot be read.
    pub fn places(&self, marks: &[Mark]) -> Result<Places> {
        let place = |(mark, (values, descending)): (&Mark, &(Values, bool))| match (mark, values) {
            (Mark::Number(number), _) => Ok(Place::At(*number)),
            (Mark::Text(Some(text)), Values::Text(column)) => placed(column, text, *descending),
            // Nobody has a value: everybody comes behind one, and is level with none.
            (Mark::Text(Some(_)), _) => Ok(Place::Before(u64::MAX)),
            (Mark::Text(None), _) => Ok(Place::At(u64::MAX)),
        };
        marks.iter().zip(&self.keys).map(place).collect::<Result<_>>().map(Places)
    }

    /// True for a document that comes behind the place.
    #[must_use]
    pub fn is_behind(&self, places: &Places, found: Match) -> bool {
        let orders = places.0.iter().enumerate().map(|(index, place)| place.compare(self.key(index, found)));
        orders.into_iter().find(|order| order.is_ne()) == Some(Ordering::Greater)
    }

    /// Makes a segment's winners comparable with those of other segments.
    ///
    /// # Errors
    /// Internal, when a string cannot be read.
    pub fn ranked(&self, segment: usize, winners: &[Match]) -> Result<Vec<Ranked>> {
        let mut ranked: Vec<Ranked> = winners
            .iter()
            .map(|found| Ranked { segment, doc: found.doc, score: found.score, rank: Vec::with_capacity(self.keys.len() + 1) })
            .collect();
        for index in 0..=self.keys.len() {
            let numbers: Vec<u64> = winners.iter().map(|found| self.key(index, *found)).collect();
            let ranks = match self.keys.get(index) {
                Some((Values::Text(column), descending)) => texts(column, &numbers, *descending)?,
                Some((Values::NoText, descending)) => numbers.iter().map(|_| Rank::Text(None, *descending)).collect(),
                _ => numbers.into_iter().map(Rank::Number).collect(),
            };
            ranked.iter_mut().zip(ranks).for_each(|(ranked, rank)| ranked.rank.push(rank));
        }
        Ok(ranked)
    }
}

/// Where a text lies among the keys of a column, which need not hold it.
fn placed(column: &StrColumn, text: &str, descending: bool) -> Result<Place> {
    let fault = |error: std::io::Error| Error::internal(format!("sort: {error}"));
    let dictionary = column.dictionary();
    if let Some(ordinal) = dictionary.term_ord(text).map_err(fault)? {
        return Ok(Place::At(upwards(Some(ordinal), descending)));
    }
    let terms = u64::try_from(dictionary.num_terms()).unwrap_or(u64::MAX);
    let next = match dictionary.term_ord_or_next(text).map_err(fault)? {
        // Past the last one it answers any number.
        TermOrdHit::Exact(ordinal) | TermOrdHit::Next(ordinal) => ordinal.min(terms),
    };
    // Downwards the strings behind the text are those with smaller ordinals.
    Ok(Place::Before(if descending { (u64::MAX - 1).saturating_sub(next).saturating_add(1) } else { next }))
}

/// The strings behind the keys of one column, read in the order of the dictionary: one by one each of them costs the reading
/// of a block.
fn texts(column: &StrColumn, numbers: &[u64], descending: bool) -> Result<Vec<Rank>> {
    let local = |number: u64| if descending { (u64::MAX - 1).wrapping_sub(number) } else { number };
    let mut wanted: Vec<u64> = numbers.iter().filter(|number| **number != u64::MAX).map(|number| local(*number)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut strings: Vec<Arc<str>> = Vec::with_capacity(wanted.len());
    column
        .dictionary()
        .sorted_ords_to_term_cb(&wanted, |bytes| strings.push(String::from_utf8_lossy(bytes).into()))
        .map_err(|error| Error::internal(format!("sort: {error}")))?;
    let string = |number: u64| wanted.binary_search(&local(number)).ok().and_then(|at| strings.get(at)).cloned();
    Ok(numbers.iter().map(|number| Rank::Text(string(*number).filter(|_| *number != u64::MAX), descending)).collect())
}

#[cfg(test)]
mod tests {
    use base::Kind as ErrorKind;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_text_breaks_the_reading_of_orders(text in r"[a-z_ ,.*:()+\\-]{0,60}", raw in ".{0,40}", many in 0_usize..40) {
            let (_, fields) = Fields::build();
            let many = vec!["name asc"; many].join(",");
            for text in [text, raw, many] {
                match keys(&text, &fields) {
                    Ok(keys) => prop_assert!((1..=limits::SORT_KEYS).contains(&keys.len())),
                    Err(error) => prop_assert_eq!(error.kind(), ErrorKind::SearchQuery),
                }
            }
        }

        #[test]
        fn orders_are_read_as_they_are_written(
            names in proptest::collection::vec(
                prop_oneof![Just("score"), Just("name"), Just("metadata_modified"), Just("views_recent"), Just("extras_theme")], 1..8),
            downwards in proptest::collection::vec(any::<bool>(), 8),
            blanks in 1_usize..4,
        ) {
            let (_, fields) = Fields::build();
            let blank = " ".repeat(blanks);
            let items: Vec<String> = names.iter().zip(&downwards)
                .map(|(name, down)| format!("{blank}{name}{blank}{}{blank}", if *down { "DESC" } else { "asc" }))
                .collect();
            let read = keys(&items.join(","), &fields).unwrap();
            prop_assert_eq!(read.len(), names.len());
            for ((key, name), down) in read.iter().zip(&names).zip(&downwards) {
                prop_assert_eq!(key.descending, *down);
                let fits = match &key.source {
                    Source::Score => *name == "score",
                    Source::Number(column) => column.ends_with(name),
                    Source::Text(column) => *name == "name" && column == name || *name == "extras_theme" && column.ends_with("theme"),
                };
                prop_assert!(fits, "{:?} for {}", key.source, name);
            }
        }
    }

    #[test]
    fn what_is_no_order_is_refused() {
        let (_, fields) = Fields::build();
        for text in [
            "",
            ",",
            "name",
            "name up",
            "name asc,,",
            "name asc,name",
            "name asc desc",
            "title_ngram asc",
            "notes asc",
            "_tie asc",
            "x\u{0}y asc",
        ] {
            assert_eq!(keys(text, &fields).err().map(|error| error.kind()), Some(ErrorKind::SearchQuery), "{text}");
        }
        assert_eq!(keys("name asc, ", &fields).map(|keys| keys.len()).ok(), Some(1));
        assert!(keys("notes asc", &fields).is_err_and(|error| error.to_string().contains("title_string")));
        assert!(keys(&["name asc"; limits::SORT_KEYS].join(","), &fields).is_ok());
        assert!(keys(&["name asc"; limits::SORT_KEYS + 1].join(","), &fields).is_err());
    }
}
