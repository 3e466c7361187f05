//! Where writers hand their changes in, and where readers learn how far they are carried. The thread behind it is in
//! [`crate::follower`].
//!
//! A writer need not wait for the index, only its readers: a search that begins after a write was answered first calls
//! [`Feed::settle`], which applies what waits. So a thousand writes that nobody looks at are one commit of the index.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering},
        mpsc::{self, Receiver, SyncSender, sync_channel},
    },
    time::{Duration, Instant},
};

use base::{Result, limits};
use diesel::PgConnection;

use crate::{
    changes::{Change, Entity},
    pool::Pools,
};

/// Changes that may wait; who brings more waits himself.
const MOST: usize = 4_000;

/// What a follower keeps up to date.
pub trait Apply: Send {
    /// Reads what is kept in memory whole, before anything is answered.
    ///
    /// # Errors
    /// It is tried again later.
    fn prepare(&mut self, connection: &mut PgConnection) -> Result<()>;
    /// The watermark of the derived state, or `None` when it must be built from nothing.
    fn watermark(&self) -> Option<u64>;
    /// Carries the current state of the changed objects over, as far as it goes without [`Apply::commit`]. What is at hand
    /// with the changes is carried over also while the database is away.
    ///
    /// # Errors
    /// Everything since the last commit is brought again.
    fn take(&mut self, pools: &Pools, changes: &[Change]) -> Result<()>;
    /// Shows readers what was taken in; `watermark` goes with it.
    ///
    /// # Errors
    /// As [`Apply::take`].
    fn commit(&mut self, watermark: u64) -> Result<()>;
    /// Called from time to time while nothing else is to do.
    ///
    /// # Errors
    /// It is called again.
    fn rest(&mut self) -> Result<()>;
    /// True when the derived state answers, but has to be built anew.
    fn is_worn(&self) -> bool;
    /// What builds everything anew beside the running state, on a thread of its own.
    fn builder(&self) -> Builder;
}

/// Builds everything as it is at the watermark or later.
pub type Builder = Box<dyn FnOnce(&Pools, u64) -> Result<Box<dyn Built>> + Send>;

/// What was built beside the running state.
pub trait Built: Send {
    /// From where on changes may be missing: older than what the builder was told, when an earlier build was gone on with.
    fn watermark(&self) -> u64;
    /// Carries the current state of changed objects into it.
    ///
    /// # Errors
    /// The build is then worth nothing.
    fn take(&mut self, pools: &Pools, changes: &[Change]) -> Result<()>;
    /// Everything older than this transaction is in it now.
    fn reached(&mut self, watermark: u64);
    /// Puts it in place of the running state; its watermark goes with it.
    ///
    /// # Errors
    /// The running state then stays.
    fn put_in_place(self: Box<Self>) -> Result<()>;
}

pub(crate) struct Handed {
    pub changes: Vec<Change>,
    /// Who waits for it.
    pub applied: Option<SyncSender<()>>,
}

/// What a search sees: everything up to some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// The highest number of the change log that is in it.
    pub sequence: i64,
    /// How long ago that moment was.
    pub lag: Duration,
}

/// Where writers hand their changes in. Cheap to clone.
#[derive(Clone)]
pub struct Feed {
    pub(crate) sender: mpsc::Sender<Handed>,
    pub(crate) state: Arc<State>,
}

/// What the follower and those who talk to it both know.
pub(crate) struct State {
    pub ready: AtomicBool,
    pub stop: AtomicBool,
    /// The highest number that searches see.
    pub sequence: AtomicI64,
    /// Changes that were handed over and are not applied.
    pub behind: AtomicUsize,
    /// The last turn did not come to its end.
    pub fails: AtomicBool,
    /// Everything older than this transaction is applied: to the memory of the follower, and with its next commit to the
    /// index.
    watermark: AtomicU64,
    pub rebuilds: AtomicU64,
    /// The number of the next change that is none.
    mended: AtomicI64,
    /// Somebody wants the log to be read now.
    pub hurry: AtomicBool,
    /// Who asked for the next rebuild.
    asked: Mutex<Vec<SyncSender<Result<()>>>>,
    born: Instant,
    /// Searches see all that was committed before this moment: microseconds since `born`.
    level: AtomicU64,
}

impl Feed {
    /// Hands committed changes over and waits until they are applied; `false` when that takes too long.
    #[must_use]
    pub fn apply(&self, changes: Vec<Change>) -> bool {
        changes.is_empty() || self.wait(changes, limits::VISIBLE_MILLIS)
    }

    fn wait(&self, changes: Vec<Change>, millis: u64) -> bool {
        let (applied, done) = sync_channel(1);
        self.sender.send(Handed { changes, applied: Some(applied) }).is_ok()
            && done.recv_timeout(Duration::from_millis(millis)).is_ok()
    }

    /// Hands committed changes over without waiting: they are applied within a moment, and before [`Feed::settle`]
    /// returns.
    pub fn hand(&self, changes: Vec<Change>) {
        let count = changes.len();
        // Something was just committed: the database is there.
        self.state.fails.store(false, Ordering::Release);
        if self.state.behind.fetch_add(count, Ordering::AcqRel) > MOST {
            self.state.behind.fetch_sub(count, Ordering::AcqRel);
            // Too late is what it is then; the log has them.
            let _late = self.apply(changes);
        } else if self.sender.send(Handed { changes, applied: None }).is_err() {
            self.state.behind.fetch_sub(count, Ordering::AcqRel);
        }
    }

    /// Has datasets taken from the database anew, as if they had changed.
    pub fn mend(&self, ids: &[String]) {
        let change = |id: &String| Change {
            // No number of the log: those are positive.
            seq: self.state.mended.fetch_sub(1, Ordering::Relaxed),
            entity: Entity::Package.as_str().to_owned(),
            id: id.clone(),
            document: None,
        };
        self.hand(ids.iter().map(change).collect());
    }

    /// True while changes that were handed over are not applied.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.state.behind.load(Ordering::Acquire) > 0
    }

    /// Waits until everything that was handed over before is applied. Readers go on with what is there when that takes too
    /// long or just failed (the database is away).
    pub fn settle(&self) {
        if self.is_behind() && !self.state.fails.load(Ordering::Acquire) && !self.wait(Vec::new(), limits::SETTLE_MILLIS) {
            self.state.fails.store(true, Ordering::Release);
            tracing::warn!("a search does not wait any longer for changes that are on their way");
        }
    }

    /// True once everything that was committed before the start has been applied.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.state.ready.load(Ordering::Acquire)
    }

    /// How far searches see.
    #[must_use]
    pub fn sight(&self) -> Sight {
        let level = Duration::from_micros(self.state.level.load(Ordering::Acquire));
        let sequence = self.state.sequence.load(Ordering::Acquire);
        Sight { sequence, lag: self.state.born.elapsed().saturating_sub(level) }
    }

    /// True once searches see everything that any node had committed at `moment`, and the change of this number.
    #[must_use]
    pub fn sees(&self, moment: Instant, sequence: i64) -> bool {
        // Numbers are not given in the order of commits: a higher one that is seen says nothing, only the moment does.
        self.state.level.load(Ordering::Acquire) >= self.state.micros(moment)
            && self.state.sequence.load(Ordering::Acquire) >= sequence
    }

    /// Has the log of all nodes read now, not at the next poll. Answers at once.
    pub fn hurry(&self) {
        if !self.state.hurry.swap(true, Ordering::AcqRel) {
            // Only wakes the follower up; one that has ended needs no hurry.
            let _ended = self.sender.send(Handed { changes: Vec::new(), applied: None });
        }
    }

    /// How many rebuilds have ended.
    #[must_use]
    pub fn rebuilds(&self) -> u64 {
        self.state.rebuilds.load(Ordering::Acquire)
    }

    /// Asks for a rebuild beside the running state. Answers at once; what is received says how it ended, and nothing
    /// is received when the follower stops before.
    #[must_use]
    pub fn request_rebuild(&self) -> Receiver<Result<()>> {
        let (sender, receiver) = sync_channel(1);
        self.state.asked().push(sender);
        receiver
    }
}

impl State {
    pub(crate) fn new() -> Self {
        Self {
            ready: AtomicBool::default(),
            stop: AtomicBool::default(),
            sequence: AtomicI64::default(),
            behind: AtomicUsize::default(),
            fails: AtomicBool::default(),
            watermark: AtomicU64::default(),
            rebuilds: AtomicU64::default(),
            mended: AtomicI64::new(-1),
            hurry: AtomicBool::default(),
            asked: Mutex::default(),
            born: Instant::now(),
            level: AtomicU64::default(),
        }
    }

    fn micros(&self, moment: Instant) -> u64 {
        u64::try_from(moment.saturating_duration_since(self.born).as_micros()).unwrap_or(u64::MAX)
    }

    pub(crate) fn watermark(&self) -> u64 {
        self.watermark.load(Ordering::Acquire)
    }

    pub(crate) fn reached(&self, watermark: u64) {
        self.watermark.store(watermark, Ordering::Release);
    }

    /// Searches see all that was committed before this moment.
    pub(crate) fn is_level_with(&self, moment: Instant) {
        self.level.fetch_max(self.micros(moment), Ordering::AcqRel);
    }

    pub(crate) fn asked(&self) -> MutexGuard<'_, Vec<SyncSender<Result<()>>>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
