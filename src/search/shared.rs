//! What outlives one state of the index: the count of states, and bounded caches whose keys can never mean anything
//! else later (a segment's content does not change; a generation is given once).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base::time::Stamp;
use moka::sync::Cache;
use tantivy::index::SegmentId;

use crate::listing::Listings;
use crate::quarantine::Quarantine;
use crate::repair::Readings;
use crate::request::{Facets, Hit, Request};
use crate::terms::Terms;
use crate::view::{Allowed, Base};

/// Bytes of stored documents that are kept at hand.
const STORED_BYTES: u64 = 32 * 1024 * 1024;
/// Bytes of results that are kept at hand.
const RESULT_BYTES: u64 = 16 * 1024 * 1024;
/// Sets of visible documents that are kept at hand.
const ALLOWED_SETS: u64 = 512;

/// A document's place in the index: segment and number in it.
pub type Address = (u32, u32);

/// What a search found, without its documents.
#[derive(Debug)]
pub struct Outcome {
    pub count: usize,
    /// The best, in order; as many as `window`, or all.
    pub best: Vec<Address>,
    /// How well each of them fits; empty where nobody asks.
    pub scores: Vec<f32>,
    pub window: usize,
    pub facets: Arc<Facets>,
    pub cut: Vec<(String, usize)>,
    pub relaxed: bool,
    /// The question, where its hyphenated words had to be taken apart.
    pub apart: Option<String>,
    pub did_you_mean: Option<String>,
    /// The place behind the last of them.
    pub next: Option<String>,
    pub readings: Readings,
}

impl Outcome {
    fn bytes(&self) -> u32 {
        let values = self.facets.iter().flat_map(|(_, values)| values).map(|(value, _)| value.len() + 40).sum::<usize>();
        u32::try_from(values + self.best.len() * 12 + self.readings.all().map(|reading| reading.len() + 80).sum::<usize>() + 200)
            .unwrap_or(u32::MAX)
    }
}

/// Caches and the count of states.
pub struct Shared {
    generation: AtomicU64,
    /// Datasets in the index that is being built.
    built: AtomicU64,
    pub quarantine: Quarantine,
    pub stored: Cache<(SegmentId, u32), Hit>,
    pub results: Cache<(u64, Request), Arc<Outcome>>,
    pub terms: Arc<Terms>,
    pub listings: Listings,
    pub allowed: Cache<(Base, SegmentId, Option<u64>), Arc<Allowed>>,
}

impl Shared {
    #[must_use]
    pub fn new() -> Self {
        let started = u64::try_from(Stamp::now().micros()).unwrap_or_default();
        Self {
            generation: AtomicU64::new(started),
            built: AtomicU64::default(),
            quarantine: Quarantine::default(),
            stored: Cache::builder()
                .max_capacity(STORED_BYTES)
                .weigher(|_, hit: &Hit| u32::try_from(hit.stored.len() + hit.id.len() + 150).unwrap_or(u32::MAX))
                .build(),
            results: Cache::builder()
                .max_capacity(RESULT_BYTES)
                .weigher(|_, outcome: &Arc<Outcome>| outcome.bytes())
                .time_to_idle(Duration::from_secs(300))
                .build(),
            terms: Arc::default(),
            listings: Listings::default(),
            allowed: Cache::builder().max_capacity(ALLOWED_SETS).time_to_idle(Duration::from_secs(600)).build(),
        }
    }

    /// An index begins to be built.
    pub fn begin_progress(&self) {
        self.built.store(0, Ordering::Relaxed);
    }

    /// So many more datasets are in it.
    pub fn progress(&self, more: u64) {
        self.built.fetch_add(more, Ordering::Relaxed);
    }

    /// How many are in it.
    pub fn built(&self) -> u64 {
        self.built.load(Ordering::Relaxed)
    }

    /// The number of the next state; greater than any before, also after a restart.
    pub fn next_generation(&self) -> u64 {
        self.generation.fetch_add(1, Ordering::SeqCst) + 1
    }
}
