//! Pieces that are merged while little is written.
//!
//! A search looks its words up in every piece, so that they shall be few; the merges beside the writing
//! ([`crate::writer::merging`]) leave up to five of a size, because each document shall be moved seldom there. What they leave is
//! merged here as soon as the machine has time for it: each piece that stays is then several times as large as all smaller ones
//! together, and after a rebuild there is one.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tantivy::index::SegmentId;
use tantivy::{FutureResult, SegmentMeta};

/// How often it is looked whether there is something to merge.
const EVERY: Duration = Duration::from_secs(if cfg!(test) { 0 } else { 2 });
/// Up to so many changes in that time are little.
const LITTLE: u64 = 50;
/// A piece that is so many times larger than all smaller ones together is left alone.
const LARGER: u64 = 4;
/// Datasets of the largest piece that is made: half a minute of work for one core.
const MOST: u64 = 250_000;

/// A merge that runs.
type Merge = FutureResult<Option<SegmentMeta>>;

/// Who looks after the pieces of a folder.
pub struct Tending {
    changes: AtomicU64,
    state: Mutex<State>,
}

struct State {
    looked: Instant,
    merge: Option<Merge>,
}

/// What is to be done.
pub enum Due {
    Nothing,
    /// The pieces may be looked at for [`worth_merging`].
    Look,
    /// A merge has ended: what it made is to be shown.
    Show,
}

impl Default for Tending {
    fn default() -> Self {
        Self { changes: AtomicU64::new(0), state: Mutex::new(State { looked: Instant::now(), merge: None }) }
    }
}

impl Tending {
    /// Something was written.
    pub fn changed(&self, count: usize) {
        self.changes.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Called from time to time.
    pub fn due(&self) -> Due {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(merge) = &mut state.merge {
            let Poll::Ready(ended) = Pin::new(merge).poll(&mut Context::from_waker(Waker::noop())) else { return Due::Nothing };
            state.merge = None;
            // One of the pieces was merged otherwise meanwhile, or the writer was thrown away.
            return if ended.is_ok() { Due::Show } else { Due::Nothing };
        }
        if state.looked.elapsed() < EVERY {
            return Due::Nothing;
        }
        state.looked = Instant::now();
        if self.changes.swap(0, Ordering::Relaxed) > LITTLE { Due::Nothing } else { Due::Look }
    }

    /// A merge was begun.
    pub fn begun(&self, merge: Merge) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).merge = Some(merge);
    }
}

/// Of pieces with the number of their datasets those that should be one; none where all is well.
pub fn worth_merging(mut pieces: Vec<(SegmentId, u64)>) -> Vec<SegmentId> {
    pieces.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    let mut rest: u64 = pieces.iter().map(|(_, size)| size).sum();
    let stays = pieces.iter().take_while(|(_, size)| {
        let all = rest;
        rest -= size;
        all > MOST || *size > rest.saturating_mul(LARGER)
    });
    let stays = stays.count();
    pieces.into_iter().skip(stays).map(|(id, _)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(sizes: &[u64]) -> Vec<u64> {
        let pieces: Vec<_> = sizes.iter().map(|size| (SegmentId::generate_random(), *size)).collect();
        let chosen = worth_merging(pieces.clone());
        pieces.into_iter().filter(|(id, _)| chosen.contains(id)).map(|(_, size)| size).collect()
    }

    #[test]
    fn few_pieces_stay() {
        assert!(merged(&[]).is_empty());
        assert!(merged(&[7]).is_empty());
        assert_eq!(merged(&[1_400; 7]), [1_400; 7]);
        assert!(merged(&[10_000, 400, 9, 1]).is_empty());
        assert_eq!(merged(&[1, 10_000, 400, 2]), [1, 2]);
        assert_eq!(merged(&[10_000, 400, 200, 3]), [400, 200, 3]);
        assert_eq!(merged(&[0, 0, 5]), [0, 0]);
    }

    #[test]
    fn no_piece_grows_for_ever() {
        assert_eq!(merged(&[250_000, 240_000, 9_000, 9_000]), [9_000, 9_000]);
        assert_eq!(merged(&[200_000, 100_000, 100_000, 5]), [100_000, 100_000, 5]);
        assert!(merged(&[250_000, 250_000]).is_empty());
    }

    #[test]
    fn what_comes_one_by_one_is_moved_seldom() {
        let (mut sizes, mut moved) = (vec![10_000_u64], 0_u64);
        for _ in 0..2_000 {
            sizes.push(1);
            let chosen = merged(&sizes);
            let sum: u64 = chosen.iter().sum();
            moved += sum;
            chosen.iter().for_each(|size| {
                let place = sizes.iter().position(|one| one == size).unwrap();
                sizes.remove(place);
            });
            sizes.extend((sum > 0).then_some(sum));
            assert!(sizes.len() <= 7, "{sizes:?}");
        }
        assert!(moved < 2_000 * 25, "{moved}");
    }
}
