//! Counting values over the documents found.
//!
//! Each value of a facet field has one number in the whole index (a global ordinal). A segment keeps, for each of its
//! documents, the ordinals of its values in one flat array, built once when the segment first appears; a request only adds
//! up. (The engine's own aggregation resolves strings per request and is 5–25 times slower.)

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base::{Error, Result};
use tantivy::SegmentReader;
use tantivy::index::SegmentId;

use crate::analyze::alphabet;
use crate::holders::{Kept, kept};
use crate::usize_of;
use crate::view::Allowed;

/// The values of one field in one segment.
#[derive(Debug, Default)]
pub struct Column {
    /// Where each document's ordinals begin; one more than there are documents.
    starts: Vec<u32>,
    ordinals: Vec<u32>,
    /// Per ordinal, how many documents of the segment have it, deleted ones included.
    totals: Vec<u32>,
    /// Different values.
    distinct: usize,
}

impl Column {
    /// Ordinals of a document.
    #[must_use]
    pub fn of(&self, doc: u32) -> &[u32] {
        let at = usize_of(doc);
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(from), Some(to)) => self.ordinals.get(usize_of(*from)..usize_of(*to)).unwrap_or_default(),
            _ => &[],
        }
    }

    /// Adds one for each value of each document.
    pub fn add(&self, docs: &[u32], counts: &mut [u32]) {
        for doc in docs {
            for ordinal in self.of(*doc) {
                if let Some(count) = counts.get_mut(usize_of(*ordinal)) {
                    *count += 1;
                }
            }
        }
    }

    /// Adds the whole segment but for the documents of `without`.
    pub fn add_all_but(&self, without: &[u32], counts: &mut [u32]) {
        for (count, total) in counts.iter_mut().zip(&self.totals) {
            *count += total;
        }
        for doc in without {
            for ordinal in self.of(*doc) {
                if let Some(count) = counts.get_mut(usize_of(*ordinal)) {
                    *count = count.saturating_sub(1);
                }
            }
        }
    }
}

/// Values of a field that no piece has any more and that are kept all the same.
const SPARE: usize = 1_000;

/// The values of one field and their numbers. Numbers are only ever added.
#[derive(Default)]
struct Dictionary {
    numbers: HashMap<Arc<str>, u32>,
    values: Arc<Vec<Arc<str>>>,
}

impl Dictionary {
    fn number(&mut self, value: &str) -> u32 {
        if let Some(number) = self.numbers.get(value) {
            return *number;
        }
        let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        let value: Arc<str> = value.into();
        Arc::make_mut(&mut self.values).push(Arc::clone(&value));
        self.numbers.insert(value, number);
        number
    }
}

#[derive(Default)]
struct Field {
    dictionary: Dictionary,
    columns: Kept<Column>,
}

/// All facet fields of an index, over its reloads.
#[derive(Default)]
pub struct Store(Mutex<HashMap<String, Arc<Mutex<Field>>>>);

/// One field as one reader sees it.
#[derive(Clone)]
pub struct Facet {
    pub values: Arc<Vec<Arc<str>>>,
    /// In the order of the reader's segments.
    pub columns: Vec<Arc<Column>>,
}

impl Facet {
    /// Per value, how many of the documents that may be seen have it.
    #[must_use]
    pub fn counts(&self, allowed: &[Arc<Allowed>]) -> Vec<u32> {
        let mut counts = vec![0; self.values.len()];
        for (column, allowed) in self.columns.iter().zip(allowed) {
            column.add_all_but(&allowed.denied, &mut counts);
        }
        counts
    }
}

/// Facet fields that are built before a new reader answers.
pub const WARM: [&str; 6] = ["organization", "groups", "tags", "res_format", "license_id", "dataset_type"];

impl Store {
    /// The field's columns for these segments; builds what is missing and forgets segments that are gone.
    ///
    /// # Errors
    /// Internal, when a segment cannot be read.
    pub fn facet(&self, column: &str, segments: &[SegmentReader]) -> Result<Facet> {
        let field = Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(column.to_owned()).or_default());
        let mut field = field.lock().unwrap_or_else(PoisonError::into_inner);
        let Field { dictionary, columns } = &mut *field;
        let is_there = |id: &SegmentId| segments.iter().any(|segment| segment.segment_id() == *id);
        let in_use: usize = columns.iter().filter(|(id, _)| is_there(id)).map(|(_, column)| column.distinct).sum();
        if dictionary.values.len() > 2 * in_use + SPARE {
            // Most of them are in no piece any more. Whoever still counts has the old ones at hand.
            (*dictionary, *columns) = Default::default();
        }
        let columns = kept(columns, segments, |segment| build(column, segment, dictionary))?;
        Ok(Facet { values: Arc::clone(&dictionary.values), columns })
    }
}

fn build(column: &str, segment: &SegmentReader, dictionary: &mut Dictionary) -> Result<Column> {
    let fault = |error: &dyn std::fmt::Display| Error::internal(format!("facet {column}: {error}"));
    let documents = segment.max_doc();
    let Some(strings) = segment.fast_fields().str(column).map_err(|error| fault(&error))? else {
        return Ok(Column { starts: vec![0; usize_of(documents) + 1], ..Column::default() });
    };
    let mut numbers = Vec::with_capacity(strings.num_terms());
    let mut value = String::new();
    for local in 0..strings.num_terms() {
        let local = u64::try_from(local).unwrap_or(u64::MAX);
        strings.ord_to_str(local, &mut value).map_err(|error| fault(&error))?;
        let shown = if column == "title_string" { alphabet::title(&value) } else { &value };
        numbers.push(dictionary.number(shown));
    }
    let mut out = Column { totals: vec![0; dictionary.values.len()], distinct: numbers.len(), ..Column::default() };
    out.starts.reserve(usize_of(documents) + 1);
    out.starts.push(0);
    for doc in 0..documents {
        let from = out.ordinals.len();
        for local in strings.term_ords(doc) {
            let Some(number) = usize::try_from(local).ok().and_then(|local| numbers.get(local)) else { continue };
            // A value that stands twice in a document counts once.
            if out.ordinals.get(from..).is_some_and(|seen| seen.contains(number)) {
                continue;
            }
            out.ordinals.push(*number);
            if let Some(total) = out.totals.get_mut(usize_of(*number)) {
                *total += 1;
            }
        }
        out.starts.push(u32::try_from(out.ordinals.len()).unwrap_or(u32::MAX));
    }
    Ok(out)
}

/// What a value takes beside its letters.
const VALUE_BYTES: usize = 40;

/// The values of a field to show, and how many there would be where they were cut at a bound instead of where it was asked.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Selected {
    pub values: Vec<(String, usize)>,
    pub cut_from: Option<usize>,
}

/// The values to show: by count, or by name where no limit was asked for, as Solr does. What is beyond the bounds is cut by
/// count. `seen` counts the documents that the caller may see, found or not: a value that none of them has is nowhere. `bytes` is
/// what the facets of an answer may still take.
#[must_use]
pub fn select(
    values: &[Arc<str>],
    counts: &[u32],
    seen: Option<&[u32]>,
    (limit, least): (i64, usize),
    bytes: &mut usize,
) -> Selected {
    let by_name = limit < 0;
    let asked = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_seen = |place: usize| seen.is_none_or(|seen| seen.get(place).is_some_and(|count| *count > 0));
    let mut found: Vec<(u32, &Arc<str>)> = (values.iter().zip(counts).enumerate())
        .filter(|(place, (_, count))| usize_of(**count) >= least && is_seen(*place))
        .map(|(_, (value, count))| (*count, value))
        .collect();
    let by_count = |left: &(u32, &Arc<str>), right: &(u32, &Arc<str>)| right.0.cmp(&left.0).then_with(|| left.1.cmp(right.1));
    let (all, most) = (found.len(), asked.min(base::limits::FACET_VALUES));
    if most > 0 && all > most {
        found.select_nth_unstable_by(most - 1, by_count);
    }
    found.truncate(most);
    found.sort_unstable_by(by_count);
    let fits = |(_, value): &(u32, &Arc<str>)| {
        let left = bytes.checked_sub(value.len() + VALUE_BYTES);
        left.inspect(|left| *bytes = *left).is_some()
    };
    found = found.into_iter().take_while(fits).collect();
    if by_name {
        found.sort_unstable_by_key(|(_, value)| *value);
    }
    let cut_from = (found.len() < all.min(asked)).then_some(all);
    Selected { values: found.into_iter().map(|(count, value)| (value.to_string(), usize_of(count))).collect(), cut_from }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_come_by_count_then_name_or_by_name_alone() {
        let values: Vec<Arc<str>> = ["b", "a", "c", "d"].map(Arc::from).to_vec();
        let counts = [2, 2, 5, 0];
        let of = |limit, least, seen, mut bytes: usize| select(&values, &counts, seen, (limit, least), &mut bytes);
        let plain = |found: Selected| found.values.into_iter().map(|(value, _)| value).collect::<String>();
        let names = |limit, least| plain(of(limit, least, None, 1_000));
        assert_eq!(names(2, 1), "ca");
        assert_eq!(names(-1, 1), "abc");
        assert_eq!(names(10, 0), "cabd");
        assert_eq!(names(0, 1), "");
        // What nobody may see is not there, with whatever count.
        assert_eq!(plain(of(10, 0, Some(&[2, 2, 5, 0]), 1_000)), "cab");
        assert_eq!(plain(of(10, 0, Some(&[2, 2, 5, 1]), 1_000)), "cabd");
        // A bound leaves the largest, and says that it cut.
        let two = |limit| of(limit, 1, None, 2 * (VALUE_BYTES + 1));
        assert_eq!((two(-1).cut_from, plain(two(-1)).as_str()), (Some(3), "ac"));
        assert_eq!((two(3).cut_from, two(2).cut_from, of(-1, 1, None, 1_000).cut_from), (Some(3), None, None));
    }

    #[test]
    fn values_that_are_gone_do_not_stay_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let index = crate::Index::open(folder.path()).unwrap();
        let ask = crate::Request { facet_fields: vec!["tags".to_owned()], ..crate::Request::public() };
        let view = || index.0.live.read().unwrap().view();
        for round in 0..4_u32 {
            let mut document = crate::SearchDocument { id: "one".to_owned(), ..crate::SearchDocument::default() };
            document.labels = vec!["public".to_owned()];
            document.exact("state", "active");
            document.exact("capacity", "public");
            (0..SPARE).for_each(|number| document.exact("tags", &format!("{round}-{number}")));
            let mark = crate::Mark { origin: "test".to_owned(), watermark: u64::from(round) + 1 };
            index.apply(&[crate::Change::Put(Box::new(document))], &mark).unwrap();
            let values = &index.search(&ask).unwrap().facets[0].1;
            assert!(
                values.len() == 50 && values.iter().all(|(value, count)| value.starts_with(&format!("{round}-")) && *count == 1)
            );
        }
        let numbers = view().facet("tags").unwrap().values.len();
        assert!(numbers <= 3 * SPARE, "{numbers}");
    }

    proptest! {
        #[test]
        fn whatever_is_asked_the_values_are_the_right_ones(
            counts in proptest::collection::vec(0_u32..5, 0..40),
            limit in prop_oneof![-3_i64..50, any::<i64>()],
            least in 0_usize..6,
        ) {
            let values: Vec<Arc<str>> = (0..counts.len()).map(|number| format!("v{:02}", (number * 17) % 40).into()).collect();
            let found = select(&values, &counts, None, (limit, least), &mut 100_000).values;
            let enough = counts.iter().filter(|count| usize_of(**count) >= least).count();
            let most = usize::try_from(limit).unwrap_or(usize::MAX).min(base::limits::FACET_VALUES);
            prop_assert_eq!(found.len(), enough.min(most));
            let rank = |(value, count): &(String, usize)| (if limit < 0 { 0 } else { usize::MAX - count }, value.clone());
            prop_assert!(found.is_sorted_by_key(rank));
            // Whoever is left out has no better right.
            if let Some(last) = found.last() {
                for (value, count) in values.iter().zip(&counts).map(|(value, count)| (value.to_string(), usize_of(*count))) {
                    let is_in = found.iter().any(|(known, _)| *known == value);
                    prop_assert!(is_in || count < least || rank(&(value, count)) > rank(last));
                }
            }
        }
    }
}
