//! Threads for work that waits for the database or computes: few for reads, more for writes (a commit wants company),
//! each with a bounded queue.

use std::{sync::Arc, time::Duration};

use base::{Error, Result, limits, priority};
use tokio::{
    runtime::{Builder, Runtime},
    sync::Semaphore,
    time::timeout,
};

/// Threads that read at the same time; as many as the pool has connections.
const READS: usize = 4;
/// Threads that write at the same time; as many as the pool has connections.
const WRITES: usize = 12;
/// Threads that search at the same time: who searches holds up nobody who reads.
const SEARCHES: usize = 4;
/// Costly searches that may wait before the next one is sent away.
const COSTLY_QUEUE: usize = 64;
/// What who asks something costly is told when too many do.
const COSTLY: &str = "Too many costly searches are being answered. Please try again in a moment, or ask for something simpler: \
                      no wildcards, fewer words, fewer rows.";
/// Parts of exports that are made at the same time.
const EXPORTS: usize = 1;
/// Requests that may wait for a thread before the next one is sent away.
const QUEUE: usize = 1_024;

/// How long a read may take, its waiting included: a database that hangs must not make every client hang.
const READ_PATIENCE: Duration = Duration::from_secs(5);
/// How long a write may take: hundreds may queue for one dataset, and each waits until it is searchable.
const WRITE_PATIENCE: Duration = Duration::from_secs(30);

/// A bounded pool of threads.
pub struct Lane {
    runtime: Option<Runtime>,
    places: Arc<Semaphore>,
    patience: Duration,
    /// What who cannot be answered is told.
    busy: Option<&'static str>,
}

/// The lanes of a server.
pub struct Lanes {
    pub read: Lane,
    pub write: Lane,
    pub search: Lane,
    /// Searches that may take long by what they ask: half of the machine at most.
    pub costly: Lane,
    pub export: Lane,
    /// Places for files that arrive at the same time.
    pub uploads: Arc<Semaphore>,
    /// Places for requests that wait for the index.
    pub waiters: Semaphore,
}

impl Lanes {
    /// Starts the threads as they are needed.
    ///
    /// # Errors
    /// Internal, if the system gives none.
    pub fn new() -> Result<Self> {
        let half = std::thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).max(1));
        Ok(Self {
            read: Lane::new("read", (READS, QUEUE), READ_PATIENCE, 0)?,
            write: Lane::new("write", (WRITES, QUEUE), WRITE_PATIENCE, priority::WRITING)?,
            search: Lane::new("search", (SEARCHES, QUEUE), READ_PATIENCE, 0)?,
            costly: Lane::new("costly", (half, COSTLY_QUEUE), READ_PATIENCE, priority::WRITING)?.telling(COSTLY),
            export: Lane::new("export", (EXPORTS, QUEUE), WRITE_PATIENCE, priority::BEHIND)?,
            uploads: Arc::new(Semaphore::new(limits::UPLOADS)),
            waiters: Semaphore::new(limits::INDEX_WAITERS),
        })
    }
}

impl Lane {
    fn new(name: &str, (threads, queue): (usize, usize), patience: Duration, steps: i32) -> Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(threads)
            .thread_name(name)
            .on_thread_start(move || priority::give_way(steps))
            .build()
            .map_err(Error::internal)?;
        Ok(Self { runtime: Some(runtime), places: Arc::new(Semaphore::new(threads + queue)), patience, busy: None })
    }

    fn telling(mut self, busy: &'static str) -> Self {
        self.busy = Some(busy);
        self
    }

    /// Does the work on a thread of the lane. Work that still waits when the patience is over is not begun; work that
    /// has begun goes on, but nobody waits for it.
    ///
    /// # Errors
    /// Unavailable, when too many wait already or it takes too long; Internal, when the work panicked.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_full| self.away("too many requests wait"))?;
        let runtime = self.runtime.as_ref().ok_or_else(|| Error::unavailable("the server is stopping"))?;
        let mut done = runtime.spawn_blocking(move || {
            let outcome = work();
            drop(place);
            outcome
        });
        match timeout(self.patience, &mut done).await {
            Ok(done) => done.map_err(|error| Error::internal(format!("an action broke off: {error}")))?,
            Err(_late) => {
                done.abort();
                Err(self.away(&format!("not done within {:?}", self.patience)))
            }
        }
    }

    fn away(&self, context: &str) -> Error {
        self.busy.map_or_else(|| Error::unavailable(context), |text| Error::not_now(text).context(context))
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use base::Kind;

    use super::*;

    #[actix_web::test]
    async fn who_comes_when_all_places_are_taken_is_sent_away() {
        let lane = Arc::new(Lane::new("test", (1, 1), READ_PATIENCE, 0).unwrap());
        let (open, gate) = mpsc::channel::<()>();
        let working = {
            let lane = Arc::clone(&lane);
            actix_web::rt::spawn(async move { lane.run(move || Ok(gate.recv().is_ok())).await })
        };
        let waiting = {
            let lane = Arc::clone(&lane);
            actix_web::rt::spawn(async move { lane.run(|| Ok(7)).await })
        };
        actix_web::rt::task::yield_now().await;
        let refused = lane.run(|| Ok(())).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::Unavailable);
        open.send(()).unwrap();
        assert!(working.await.unwrap().unwrap());
        assert_eq!(waiting.await.unwrap().unwrap(), 7);
        assert!(lane.run(|| Ok(())).await.is_ok());
    }

    #[actix_web::test]
    async fn a_panic_costs_neither_the_thread_nor_the_place() {
        let lane = Lane::new("test", (1, 0), READ_PATIENCE, 0).unwrap();
        for _round in 0..3 {
            let broken = lane.run::<()>(|| panic!("secret")).await.unwrap_err();
            assert_eq!(broken.kind(), Kind::Internal);
            assert!(!broken.message().contains("secret"));
        }
        assert_eq!(lane.run(|| Ok(1)).await.unwrap(), 1);
    }

    #[actix_web::test]
    async fn nobody_waits_for_ever_and_what_nobody_waits_for_is_not_begun() {
        let lane = Lane::new("test", (1, 1), Duration::from_millis(50), 0).unwrap();
        let (open, gate) = mpsc::channel::<()>();
        let (begin, begun) = mpsc::channel::<()>();
        let (hangs, waits) =
            futures_util::join!(lane.run(move || Ok(gate.recv().is_ok())), lane.run(move || Ok(begin.send(()).is_ok())));
        assert_eq!(hangs.unwrap_err().kind(), Kind::Unavailable);
        assert_eq!(waits.unwrap_err().kind(), Kind::Unavailable);
        open.send(()).unwrap();
        assert!(begun.recv().is_err(), "the second work was dropped, not done");
    }
}
