//! Which dataset has an id or a name, without a look into a dictionary of terms: that unpacks a block of it in every piece,
//! which costs more than all else that is needed to show a dataset.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base::Result;
use tantivy::SegmentReader;
use tantivy::index::SegmentId;

use crate::{failed, schema};

/// The fingerprints of the ids and names in one piece, sorted, each with the document that has it: 24 bytes a dataset.
#[derive(Debug)]
pub struct Holders {
    prints: Vec<u64>,
    docs: Vec<u32>,
}

impl Holders {
    /// Of a piece, deleted documents included.
    ///
    /// # Errors
    /// Internal, when it cannot be read.
    pub fn build(piece: &SegmentReader) -> Result<Self> {
        let column = piece.fast_fields().u64(schema::HELD).map_err(failed)?;
        let mut pairs: Vec<(u64, u32)> =
            (0..piece.max_doc()).flat_map(|doc| column.values_for_doc(doc).map(move |print| (print, doc))).collect();
        pairs.sort_unstable();
        let (prints, docs) = pairs.into_iter().unzip();
        Ok(Self { prints, docs })
    }

    /// The documents that may have it.
    pub fn of(&self, print: u64) -> impl Iterator<Item = u32> + '_ {
        let first = self.prints.partition_point(|known| *known < print);
        let found = self.prints.iter().skip(first).take_while(move |known| **known == print);
        found.zip(self.docs.iter().skip(first)).map(|(_, doc)| *doc)
    }
}

/// What was made of each piece, for as long as there is that piece.
pub type Kept<T> = HashMap<SegmentId, Arc<T>>;

/// What was made of these pieces, in their order: makes what is missing and forgets pieces that are gone.
///
/// # Errors
/// What making it says.
pub fn kept<T>(
    known: &mut Kept<T>,
    pieces: &[SegmentReader],
    mut make: impl FnMut(&SegmentReader) -> Result<T>,
) -> Result<Vec<Arc<T>>> {
    known.retain(|id, _| pieces.iter().any(|piece| piece.segment_id() == *id));
    let mut all = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let made = match known.get(&piece.segment_id()) {
            Some(made) => Arc::clone(made),
            None => Arc::new(make(piece)?),
        };
        known.insert(piece.segment_id(), Arc::clone(&made));
        all.push(made);
    }
    Ok(all)
}

/// The ids and names of an index, over its reloads.
#[derive(Default)]
pub struct All(Mutex<Kept<Holders>>);

impl All {
    /// Of these pieces, in their order.
    ///
    /// # Errors
    /// Internal, when one cannot be read.
    pub fn of(&self, pieces: &[SegmentReader]) -> Result<Vec<Arc<Holders>>> {
        kept(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner), pieces, Holders::build)
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{filled, mark, sample};
    use crate::{Change, Index};

    fn held(index: &Index, key: &str) -> Vec<String> {
        let held = index.holders(key).unwrap();
        held.iter().map(|hit| format!("{} {}", hit.id, hit.stored)).collect()
    }

    #[test]
    fn a_dataset_is_found_by_its_id_and_its_present_name() {
        let (_folder, index) = filled();
        assert_eq!(held(&index, "budget"), ["id-budget body of budget: State budget 2024"]);
        assert_eq!(held(&index, "id-budget"), held(&index, "budget"));
        assert_eq!(held(&index, "secret-water").len(), 1);
        assert!(held(&index, "").is_empty() && held(&index, "id-").is_empty());

        let mut renamed = sample("budget", "State budget 2024", 2);
        renamed.package.name = "money".to_owned();
        index.apply(&[Change::Put(Box::new(renamed.document()))], &mark(2)).unwrap();
        assert!(held(&index, "budget").is_empty());
        assert_eq!(held(&index, "money"), ["id-budget body of money: State budget 2024"]);

        index.apply(&[Change::Remove("id-budget".to_owned())], &mark(3)).unwrap();
        assert!(held(&index, "money").is_empty() && held(&index, "id-budget").is_empty());
    }
}
