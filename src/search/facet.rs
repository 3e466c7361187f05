//! Counting values over the documents found.
//!
//! Each value of a facet field has one number in the whole index (a global ordinal). A segment keeps, for each of its
//! documents, the ordinals of its values in one flat array, built once when the segment first appears; a request only adds
//! up. (The engine's own aggregation resolves strings per request and is 5–25 times slower.)

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base::{Error, Result};
use tantivy::SegmentReader;

use crate::analyze::alphabet;
use crate::holders::{Kept, kept};
use crate::usize_of;

/// The values of one field in one segment.
#[derive(Debug, Default)]
pub struct Column {
    /// Where each document's ordinals begin; one more than there are documents.
    starts: Vec<u32>,
    ordinals: Vec<u32>,
    /// Per ordinal, how many documents of the segment have it, deleted ones included.
    totals: Vec<u32>,
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
        let shown = if column == "title_string" { alphabet::title(&value) } else { value.as_str().into() };
        numbers.push(dictionary.number(&shown));
    }
    let mut out = Column { totals: vec![0; dictionary.values.len()], ..Column::default() };
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

/// The values to show: by count, or by name where no limit was asked for, as Solr does.
#[must_use]
pub fn select(values: &[Arc<str>], counts: &[u32], limit: i64, least: usize) -> Vec<(String, usize)> {
    let by_name = limit < 0;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX).min(base::limits::FACET_VALUES);
    let mut found: Vec<(u32, &Arc<str>)> =
        values.iter().zip(counts).filter(|(_, count)| usize_of(**count) >= least).map(|(value, count)| (*count, value)).collect();
    let order = |left: &(u32, &Arc<str>), right: &(u32, &Arc<str>)| {
        let by_count = if by_name { std::cmp::Ordering::Equal } else { right.0.cmp(&left.0) };
        by_count.then_with(|| left.1.cmp(right.1))
    };
    if limit > 0 && found.len() > limit {
        found.select_nth_unstable_by(limit - 1, order);
    }
    found.truncate(limit);
    found.sort_unstable_by(order);
    found.into_iter().map(|(count, value)| (value.to_string(), usize_of(count))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_come_by_count_then_name_or_by_name_alone() {
        let values: Vec<Arc<str>> = ["b", "a", "c", "d"].map(Arc::from).to_vec();
        let counts = [2, 2, 5, 0];
        let names = |limit, least| select(&values, &counts, limit, least).into_iter().map(|(value, _)| value).collect::<Vec<_>>();
        assert_eq!(names(2, 1), ["c", "a"]);
        assert_eq!(names(-1, 1), ["a", "b", "c"]);
        assert_eq!(names(10, 0), ["c", "a", "b", "d"]);
        assert_eq!(names(0, 1), [""; 0]);
    }

    proptest! {
        #[test]
        fn whatever_is_asked_the_values_are_the_right_ones(
            counts in proptest::collection::vec(0_u32..5, 0..40),
            limit in prop_oneof![-3_i64..50, any::<i64>()],
            least in 0_usize..6,
        ) {
            let values: Vec<Arc<str>> = (0..counts.len()).map(|number| format!("v{:02}", (number * 17) % 40).into()).collect();
            let found = select(&values, &counts, limit, least);
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
