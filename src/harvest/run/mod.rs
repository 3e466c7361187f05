//! The workers: threads of this process that make jobs when sources are due, and run them. No queue beside the database,
//! no clock but their own.
//!
//! A job belongs to one worker at a time: it holds a lease, and every transaction of it finds the lease's fencing number
//! unchanged or is given up.

pub mod db;
mod gather;
mod gone;
mod groups;
mod hash;
mod import;
mod owner;
pub mod progress;
pub mod wake;
mod work;

pub use work::BROKEN;

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use action::App;
use base::{Error, Kind, Result, priority};
use fetch::Fetcher;
use ipnet::IpNet;
use store::{Lane, Tx};

use self::owner::Owner;

/// How workers behave.
#[derive(Clone, Debug)]
pub struct Options {
    /// Addresses beside the public ones that may be harvested (`kurak.fetch.allow`).
    pub allow: Vec<IpNet>,
    /// Jobs at a time.
    pub parallel: usize,
    /// How often the database is asked for jobs of other processes and for due sources.
    pub poll: Duration,
    /// Waited before a page that did not come is asked for again, one after the other.
    pub pauses: Vec<Duration>,
    /// Bounds of each request; its `allow` is taken from above.
    pub fetch: fetch::Options,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            parallel: 2,
            poll: Duration::from_secs(1),
            pauses: vec![Duration::from_secs(2), Duration::from_secs(10)],
            fetch: fetch::Options::default(),
        }
    }
}

/// How often leases are renewed.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// How often is looked after the bell has rung, and how long.
const EAGER: Duration = Duration::from_millis(20);
const EAGER_FOR: Duration = Duration::from_secs(2);

/// What the threads of a worker share.
struct Shared {
    app: Arc<App>,
    fetcher: Arc<Fetcher>,
    options: Options,
    owner: Owner,
    stop: AtomicBool,
}

impl Shared {
    fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Waits, but not beyond the end of the worker; false when that has come.
    fn pause(&self, time: Duration) -> bool {
        let end = Instant::now() + time;
        while !self.is_stopping() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            std::thread::sleep(left.min(Duration::from_millis(50)));
        }
        false
    }
}

/// The workers of a process. Dropping it stops them behind the page that they are writing; the next start goes on there.
pub struct Worker {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Worker {
    /// Starts them.
    ///
    /// # Errors
    /// Internal, if there are no threads for it.
    pub fn start(app: Arc<App>, options: Options) -> Result<Self> {
        let fetch = fetch::Options { allow: options.allow.clone(), ..options.fetch.clone() };
        let parallel = options.parallel.max(1);
        let shared = Arc::new(Shared {
            app,
            fetcher: Arc::new(Fetcher::new(fetch)?),
            options,
            owner: Owner::new(),
            stop: AtomicBool::new(false),
        });
        let mut worker = Self { shared: Arc::clone(&shared), threads: Vec::new() };
        for number in 0..parallel {
            let shared = Arc::clone(&shared);
            worker.spawn(&format!("harvest-{number}"), move || {
                priority::give_way(priority::BEHIND);
                runner(&shared);
            })?;
        }
        worker.spawn("harvest-lease", move || keeper(&shared))?;
        Ok(worker)
    }

    fn spawn(&mut self, name: &str, body: impl FnOnce() + Send + 'static) -> Result<()> {
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(body).map_err(Error::internal)?;
        self.threads.push(thread);
        Ok(())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        self.shared.fetcher.stop();
        wake::up();
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
        let given_back = self
            .shared
            .app
            .pools
            .get(Lane::Job)
            .and_then(|mut connection| db::release(&mut connection, self.shared.owner.as_str()));
        if let Err(error) = given_back {
            tracing::debug!(%error, "harvest leases were not given back; they end by themselves");
        }
    }
}

/// Renews the leases while jobs wait for slow remotes.
fn keeper(shared: &Shared) {
    while shared.pause(HEARTBEAT) {
        let renewed =
            shared.app.pools.get(Lane::Job).and_then(|mut connection| db::heartbeat(&mut connection, shared.owner.as_str()));
        if let Err(error) = renewed {
            tracing::debug!(%error, "harvest leases were not renewed");
        }
    }
}

fn runner(shared: &Arc<Shared>) {
    let mut heard = 0;
    let mut eager_until = Instant::now();
    while !shared.is_stopping() {
        match step(shared) {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "harvesting pauses");
                shared.pause(Duration::from_secs(1));
            }
        }
        let patience = if Instant::now() < eager_until { EAGER } else { shared.options.poll };
        if wake::wait(&mut heard, patience) {
            eager_until = Instant::now() + EAGER_FOR;
        }
    }
}

/// Makes due jobs and runs one; false when there was none.
fn step(shared: &Arc<Shared>) -> Result<bool> {
    let mut tx = Tx::begin(shared.app.pools.get(Lane::Job)?)?;
    db::schedule(&mut tx)?;
    let job = db::claim(&mut tx, shared.owner.as_str())?;
    tx.commit()?;
    let Some(job) = job else { return Ok(false) };
    let (id, fence) = (job.id.clone(), job.fence);
    let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| work::run(shared, job)))
        .unwrap_or_else(|_panic| Err(Error::internal("the harvest panicked")));
    match outcome {
        Ok(end) => tracing::info!(job = id, ?end, "harvest"),
        Err(error) if matches!(error.kind(), Kind::Unavailable | Kind::Conflict) => {
            tracing::warn!(%error, job = id, "a harvest stopped in the middle; it will go on");
            // The lease is given back at once: the next look takes the job up again from its last page.
            drop(shared.app.pools.get(Lane::Job).and_then(|mut connection| db::release_one(&mut connection, &id, fence)));
            shared.pause(Duration::from_secs(2));
        }
        // It would happen again on the same page.
        Err(error) => {
            tracing::error!(%error, job = id, "a harvest ends with an error");
            work::give_up(shared, &id, fence, &error)?;
        }
    }
    Ok(true)
}
