//! Listings: what comes first where nothing is asked for. In each large piece of the index that stays the same until one of
//! its documents is replaced, so a change elsewhere does not make the next listing look at all datasets.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use base::Result;
use moka::sync::Cache;
use tantivy::SegmentReader;
use tantivy::index::SegmentId;

use crate::sort::{Match, Ranked};
use crate::view::{Allowed, Base};

/// Bytes of listings that are kept at hand.
const BYTES: u64 = 8 * 1024 * 1024;
/// A smaller piece is looked at each time.
const LARGE: u32 = 1_000;

/// Which listing of a piece: who may see what, in which order, how many.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    piece: SegmentId,
    deletions: Option<u64>,
    base: Base,
    order: String,
    window: usize,
}

/// The listings at hand.
pub struct Listings(Cache<Key, Arc<Vec<Ranked>>>);

impl Default for Listings {
    fn default() -> Self {
        let bytes = |_: &Key, best: &Arc<Vec<Ranked>>| {
            u32::try_from(best.iter().map(Ranked::bytes).sum::<usize>() + 200).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(BYTES).weigher(bytes).time_to_idle(Duration::from_secs(300)).build())
    }
}

impl Listings {
    /// The best documents of a piece among those that may be seen.
    ///
    /// # Errors
    /// What looking for them says.
    pub fn best(
        &self,
        piece: &SegmentReader,
        (allowed, base): (&Allowed, &Base),
        (order, window): (&str, usize),
        look: impl FnOnce(Vec<Match>) -> Result<Vec<Ranked>>,
    ) -> Result<Arc<Vec<Ranked>>> {
        let all = || (0..piece.max_doc()).filter(|doc| allowed.has(*doc)).map(|doc| Match { doc, score: 1.0 }).collect();
        if piece.max_doc() < LARGE {
            return look(all()).map(Arc::new);
        }
        let (piece, deletions) = (piece.segment_id(), piece.delete_opstamp());
        let key = Key { piece, deletions, base: base.clone(), order: order.to_owned(), window };
        if let Some(known) = self.0.get(&key) {
            return Ok(known);
        }
        let best = Arc::new(look(all())?);
        self.0.insert(key, Arc::clone(&best));
        Ok(best)
    }
}

/// The next of a piece; the greatest is the one that comes first.
struct Head<'a> {
    next: &'a Ranked,
    segment: usize,
    rest: std::slice::Iter<'a, Ranked>,
}

impl PartialEq for Head<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head<'_> {}

impl PartialOrd for Head<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Head<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.next.compare(self.next).then_with(|| other.segment.cmp(&self.segment))
    }
}

/// The number of a piece in its index, and its best documents in order.
pub type Best = (usize, Arc<Vec<Ranked>>);

/// The best of all pieces, each of which is in order, best first.
#[must_use]
pub fn merged(pieces: &[Best], window: usize) -> Vec<Ranked> {
    let heads = pieces.iter().filter_map(|(segment, best)| {
        let mut rest = best.iter();
        rest.next().map(|next| Head { next, segment: *segment, rest })
    });
    let mut heads: BinaryHeap<Head<'_>> = heads.collect();
    let mut all = Vec::with_capacity(window.min(pieces.iter().map(|(_, best)| best.len()).sum()));
    while let (Some(mut head), true) = (heads.peek_mut(), all.len() < window) {
        all.push(head.next.within(head.segment));
        match head.rest.next() {
            Some(next) => head.next = next,
            None => drop(std::collections::binary_heap::PeekMut::pop(head)),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use crate::tests::{fq, mark, names, sample};
    use crate::{Change, Index, Request};

    /// More than a piece that is looked at each time.
    const MANY: usize = 1_200;

    fn put(index: &Index, numbers: impl Iterator<Item = usize>, day: u32) {
        let changes = numbers.map(|n| Change::Put(Box::new(sample(&format!("n-{n:04}"), "Water", day).document())));
        index.take(&changes.collect::<Vec<_>>()).unwrap();
        index.commit(&mark(1)).unwrap();
    }

    #[test]
    fn what_is_kept_of_a_piece_follows_its_changes() {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open(folder.path()).unwrap();
        put(&index, 0..MANY, 1);
        let by_name = Request { sort: Some("name desc".to_owned()), rows: 2, ..Request::public() };
        let newest = Request { rows: 2, ..Request::public() };
        let listed = |request: &Request| {
            let found = index.search(request).unwrap();
            (found.count, found.hits.into_iter().map(|hit| hit.id).collect::<Vec<_>>())
        };
        assert_eq!(listed(&by_name), (MANY, vec!["id-n-1199".to_owned(), "id-n-1198".to_owned()]));
        // Beside the large piece, before and behind what is in it.
        put(&index, [2_000].into_iter(), 3);
        assert_eq!(listed(&by_name), (MANY + 1, vec!["id-n-2000".to_owned(), "id-n-1199".to_owned()]));
        assert_eq!(listed(&newest).1.first().unwrap(), "id-n-2000");
        // In it.
        put(&index, [7].into_iter(), 4);
        index.apply(&[Change::Remove("id-n-1199".to_owned())], &mark(2)).unwrap();
        assert_eq!(listed(&newest), (MANY, vec!["id-n-0007".to_owned(), "id-n-2000".to_owned()]));
        assert_eq!(listed(&by_name).1, ["id-n-2000", "id-n-1198"]);
        // Page by page, each once and in order.
        let pages = (0..12).flat_map(|page| listed(&Request { start: page * 100, rows: 100, ..by_name.clone() }).1);
        let pages: Vec<String> = pages.collect();
        assert_eq!(pages.len(), MANY);
        assert!(pages.is_sorted_by(|one, next| one > next));
        assert_eq!(names(&index, &fq("name:n-0007")), ["n-0007"]);
    }
}
