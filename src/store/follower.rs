//! The follower: one thread that carries every committed change into what is derived from the database.
//!
//! A change is applied as soon as it is visible (applying means: take the object's current state, which is
//! idempotent). Only the watermark, the place to start again from, waits for `xid < pg_snapshot_xmin`, because
//! sequence numbers are not given in the order of commits. Changes of this process are handed over after their
//! commit; those of other nodes are polled.

use std::{
    collections::HashSet,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{self, Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use base::{Error, Result, priority};
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_types};

use crate::{
    changes::Change,
    error,
    feed::{Apply, Builder, Built, Feed, Handed, State},
    pool::{Lane, Pools},
};

/// How often the log is asked for changes of other nodes.
const POLL: Duration = Duration::from_millis(100);
/// How long the follower waits for a database that does not answer, before it looks after readers again.
const PATIENCE: Duration = Duration::from_millis(20);
/// Changes that are taken in without anybody asking; fewer wait for the next poll.
const SOME: usize = 32;
/// Changes that are committed without anybody asking; fewer wait until they are so old.
const MANY: usize = 1_000;
const OLD: Duration = Duration::from_secs(1);
/// How long a committed change of this process is on its way here at most; others are of other nodes.
const ON_ITS_WAY: Duration = Duration::from_millis(5);
/// Rows of the log taken at a time.
const PAGE: i64 = 2_000;
/// What is built beside may be so many rows behind when it is taken over: readers wait for the rest.
const BEHIND: usize = 1_000;
/// How often it is brought closer at most.
const ROUNDS: usize = 20;
/// After how long a build that failed is tried again by itself.
const AGAIN: Duration = Duration::from_secs(30);

/// The thread; stops when told to.
pub struct Follower {
    feed: Feed,
    thread: Option<JoinHandle<()>>,
}

/// A build that runs beside, and who waits for it.
struct Building {
    built: Receiver<Result<Box<dyn Built>>>,
    asked: Vec<SyncSender<Result<()>>>,
}

impl Follower {
    /// Starts the thread.
    ///
    /// # Errors
    /// Internal, if the system gives no thread.
    pub fn start(pools: Pools, apply: Box<dyn Apply>) -> Result<Self> {
        let (sender, receiver) = mpsc::channel();
        let feed = Feed { sender, state: Arc::new(State::new()) };
        let mut follower = Loop::new(pools, apply, Arc::clone(&feed.state))?;
        let thread = std::thread::Builder::new()
            .name("follower".to_owned())
            .spawn(move || follower.run(&receiver))
            .map_err(Error::internal)?;
        Ok(Self { feed, thread: Some(thread) })
    }

    /// Where writers hand their changes in.
    #[must_use]
    pub fn feed(&self) -> Feed {
        self.feed.clone()
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.feed.state.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

#[derive(QueryableByName)]
struct LogRow {
    #[diesel(sql_type = sql_types::BigInt)]
    seq: i64,
    #[diesel(sql_type = sql_types::Text)]
    xid: String,
    #[diesel(sql_type = sql_types::Text)]
    entity: String,
    #[diesel(sql_type = sql_types::Text)]
    id: String,
}

#[derive(QueryableByName)]
struct Xmin {
    #[diesel(sql_type = sql_types::Text)]
    xmin: String,
}

fn xid(text: &str) -> Result<u64> {
    text.parse().map_err(|_not_a_number| Error::internal(format!("transaction id {text}")))
}

/// The oldest transaction that may still be running: everything older is settled.
///
/// # Errors
/// What the database says.
pub fn settled(connection: &mut PgConnection) -> Result<u64> {
    let row: Xmin = diesel::sql_query("select pg_snapshot_xmin(pg_current_snapshot())::text as xmin")
        .get_result(connection)
        .map_err(error::of)?;
    xid(&row.xmin)
}

/// The highest number of the change log.
fn last(connection: &mut PgConnection) -> Result<i64> {
    #[derive(QueryableByName)]
    struct Last {
        #[diesel(sql_type = sql_types::BigInt)]
        seq: i64,
    }
    let row: Last =
        diesel::sql_query("select coalesce(max(seq), 0) as seq from change_log").get_result(connection).map_err(error::of)?;
    Ok(row.seq)
}

/// Visits the rows of the log that are not older than a watermark, page by page, with their transactions.
fn log_since(pools: &Pools, watermark: u64, visit: &mut dyn FnMut(Vec<(Change, u64)>) -> Result<()>) -> Result<()> {
    let mut after = (watermark.saturating_sub(1).to_string(), i64::MAX);
    loop {
        let rows: Vec<LogRow> = diesel::sql_query(
            "select seq, xid::text as xid, entity, id from change_log \
             where (xid, seq) > ($1::text::xid8, $2) order by xid, seq limit $3",
        )
        .bind::<sql_types::Text, _>(&after.0)
        .bind::<sql_types::BigInt, _>(after.1)
        .bind::<sql_types::BigInt, _>(PAGE)
        .load(&mut *pools.get(Lane::Job)?)
        .map_err(error::of)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = (last.xid.clone(), last.seq);
        let read = |row: LogRow| Ok((Change { seq: row.seq, entity: row.entity, id: row.id, document: None }, xid(&row.xid)?));
        visit(rows.into_iter().map(read).collect::<Result<_>>()?)?;
    }
}

/// Builds, and brings what was built close to the present.
fn build(builder: Builder, pools: &Pools, state: &State) -> Result<Box<dyn Built>> {
    let mut built = builder(pools, state.watermark())?;
    for _round in 0..ROUNDS {
        if catch_up(&mut *built, pools, state)? < BEHIND {
            break;
        }
    }
    Ok(built)
}

/// Brings what was built up to this moment. Answers how many changes that took.
///
/// It has reached no more than the follower: what a dataset quotes is read from the memory that the follower keeps, and may
/// be older there than in the database.
fn catch_up(built: &mut dyn Built, pools: &Pools, state: &State) -> Result<usize> {
    let applied = state.watermark();
    let mut count = 0;
    log_since(pools, built.watermark(), &mut |rows| {
        count += rows.len();
        built.take(pools, &rows.into_iter().map(|(change, _)| change).collect::<Vec<_>>())
    })?;
    built.reached(applied);
    Ok(count)
}

struct Loop {
    pools: Pools,
    apply: Box<dyn Apply>,
    state: Arc<State>,
    /// Rows at or above the watermark that are applied already.
    seen: HashSet<i64>,
    polled: Option<Instant>,
    /// When the last whole reading of the log began: all that was committed before is taken in, or waits.
    read: Option<Instant>,
    /// The highest number that is taken in.
    sequence: i64,
    waiting: Vec<Handed>,
    taken: Taken,
    building: Option<Building>,
    /// When the last build failed.
    failed: Option<Instant>,
    probe: Probe,
}

/// A thread that asks how far transactions are settled: a database that hangs must not make readers hang.
struct Probe {
    ask: mpsc::Sender<()>,
    told: Receiver<Result<u64>>,
    asked: bool,
}

impl Probe {
    fn start(pools: Pools) -> Result<Self> {
        let (ask, asked) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        std::thread::Builder::new()
            .name("settled".to_owned())
            .spawn(move || {
                while asked.recv().is_ok() {
                    let answer = pools.get(Lane::Job).and_then(|mut connection| settled(&mut connection));
                    if tell.send(answer).is_err() {
                        return;
                    }
                }
            })
            .map_err(Error::internal)?;
        Ok(Self { ask, told, asked: false })
    }

    /// `None` while the database does not answer.
    fn settled(&mut self) -> Result<Option<u64>> {
        if !self.asked {
            self.asked = self.ask.send(()).is_ok();
        }
        match self.told.recv_timeout(PATIENCE) {
            Ok(answer) => {
                self.asked = false;
                answer.map(Some)
            }
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(Error::internal("nobody asks the database any more")),
        }
    }
}

/// What was handed over and taken in, but not committed.
#[derive(Default)]
struct Taken {
    since: Option<Instant>,
    changes: usize,
    /// Of these, those that nobody waits for.
    unasked: usize,
    asked: Vec<SyncSender<()>>,
}

impl Taken {
    fn is_due(&self) -> bool {
        !self.asked.is_empty() || self.changes >= MANY || self.since.is_some_and(|since| since.elapsed() >= OLD)
    }
}

/// A panic is a failure like another: a follower that is no more would be worse than anything that it may have left behind,
/// which is read again from the log.
fn unbroken<T>(who: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_panic| Err(Error::internal(format!("{who} panicked"))))
}

impl Loop {
    fn new(pools: Pools, apply: Box<dyn Apply>, state: Arc<State>) -> Result<Self> {
        Ok(Self {
            probe: Probe::start(pools.clone())?,
            pools,
            apply,
            state,
            seen: HashSet::new(),
            polled: None,
            read: None,
            sequence: 0,
            waiting: Vec::new(),
            taken: Taken::default(),
            building: None,
            failed: None,
        })
    }

    fn run(&mut self, receiver: &Receiver<Handed>) {
        let mut pause = Duration::ZERO;
        while !self.state.stop.load(Ordering::Acquire) {
            match unbroken("the follower", || self.begin()) {
                Ok(()) => break,
                Err(error) => {
                    tracing::warn!(%error, "the follower could not start; it tries again");
                    pause = (pause * 2).clamp(Duration::from_millis(200), Duration::from_secs(5));
                    std::thread::sleep(pause);
                }
            }
        }
        while !self.state.stop.load(Ordering::Acquire) {
            if !self.gather(receiver) {
                return;
            }
            let outcome = unbroken("the follower", || self.turn(receiver));
            self.state.fails.store(outcome.is_err(), Ordering::Release);
            if let Err(error) = outcome {
                tracing::warn!(%error, "changes could not be applied; they are tried again");
                self.go_back();
                std::thread::sleep(Duration::from_millis(200));
            }
        }
    }

    /// Waits for the next poll, or for changes that somebody waits for, or for many; `false` when nobody can hand anything
    /// in any more.
    fn gather(&mut self, receiver: &Receiver<Handed>) -> bool {
        let mut count: usize = self.waiting.iter().map(|handed| handed.changes.len()).sum();
        let mut is_urgent = self.waiting.iter().any(|handed| handed.applied.is_some());
        loop {
            let is_due = is_urgent || count >= SOME || self.state.hurry.load(Ordering::Acquire);
            let wait = self.polled.filter(|_| !is_due).map_or(Duration::ZERO, |at| POLL.saturating_sub(at.elapsed()));
            match receiver.recv_timeout(wait) {
                Ok(handed) => {
                    count += handed.changes.len();
                    is_urgent |= handed.applied.is_some();
                    self.waiting.push(handed);
                }
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    fn turn(&mut self, receiver: &Receiver<Handed>) -> Result<()> {
        let hurry = self.state.hurry.swap(false, Ordering::AcqRel);
        let poll = hurry || self.polled.is_none_or(|at| at.elapsed() >= POLL);
        // First, because nothing else may be possible: the folder of the index may be gone.
        if let Err(error) = self.start_building() {
            tracing::warn!(%error, "the index cannot be built anew now");
            self.failed = Some(Instant::now());
        }
        self.take_over()?;
        if !self.waiting.is_empty() {
            self.take_handed()?;
        }
        if self.taken.is_due() {
            self.commit()?;
        }
        if poll {
            match self.probe.settled() {
                Ok(Some(settled)) => {
                    self.waiting.extend(receiver.try_iter());
                    self.poll(settled, Some(receiver))?;
                    if hurry {
                        self.take_handed()?;
                        self.commit()?;
                    }
                }
                Ok(None) => self.polled = Some(Instant::now()),
                Err(away) => {
                    // Readers do not wait for a database that is away: they shall see what is at hand.
                    self.commit()?;
                    return Err(away);
                }
            }
            self.apply.rest()?;
        }
        Ok(())
    }

    fn take_handed(&mut self) -> Result<()> {
        let handed = self.waiting.iter().flat_map(|handed| &handed.changes);
        // A poll between commit and handing over may have been quicker.
        let changes: Vec<Change> = handed.filter(|change| !self.seen.contains(&change.seq)).cloned().collect();
        if !changes.is_empty() {
            self.apply.take(&self.pools, &changes)?;
            self.mark(changes.iter().map(|change| change.seq));
        }
        self.taken.since.get_or_insert_with(Instant::now);
        for handed in self.waiting.drain(..) {
            self.taken.changes += handed.changes.len();
            match handed.applied {
                Some(applied) => self.taken.asked.push(applied),
                None => self.taken.unasked += handed.changes.len(),
            }
        }
        Ok(())
    }

    /// Shows everything that was taken in, and tells those who wait for it.
    fn commit(&mut self) -> Result<()> {
        self.apply.commit(self.state.watermark())?;
        self.state.sequence.fetch_max(self.sequence, Ordering::AcqRel);
        if let (Some(read), true) = (self.read, self.waiting.is_empty()) {
            self.state.is_level_with(read);
        }
        let taken = std::mem::take(&mut self.taken);
        self.state.behind.fetch_sub(taken.unasked, Ordering::AcqRel);
        for applied in taken.asked {
            // A writer that waits no longer is no fault.
            let _gone = applied.try_send(());
        }
        Ok(())
    }

    /// After a failure: what was taken in since the last commit may be lost. The log has it.
    fn go_back(&mut self) {
        if let Some(watermark) = self.apply.watermark() {
            self.state.reached(watermark);
        }
        self.seen.clear();
        self.polled = None;
        self.read = None;
    }

    fn mark(&mut self, sequence: impl Iterator<Item = i64>) {
        for seq in sequence {
            self.seen.insert(seq);
            self.sequence = self.sequence.max(seq);
        }
    }

    fn begin(&mut self) -> Result<()> {
        // Before the memory is read: what is committed meanwhile comes with the log.
        let watermark = settled(&mut *self.pools.get(Lane::Job)?)?;
        self.apply.prepare(&mut *self.pools.get(Lane::Job)?)?;
        if let Some(watermark) = self.apply.watermark() {
            self.state.reached(watermark);
        } else {
            let built = self.apply.builder()(&self.pools, watermark)?;
            let begun = built.watermark();
            built.put_in_place()?;
            self.start_from(begun);
        }
        // What is committed by now is in the index already, or comes with this reading.
        self.sequence = last(&mut *self.pools.get(Lane::Job)?)?;
        let settled = settled(&mut *self.pools.get(Lane::Job)?)?;
        self.poll(settled, None)?;
        self.state.ready.store(true, Ordering::Release);
        Ok(())
    }

    /// Goes on from what was just built.
    fn start_from(&mut self, watermark: u64) {
        self.state.reached(watermark);
        self.seen.clear();
        self.polled = None;
        self.read = None;
        self.state.rebuilds.fetch_add(1, Ordering::AcqRel);
    }

    fn start_building(&mut self) -> Result<()> {
        if self.building.is_some() {
            return Ok(());
        }
        if self.state.asked().is_empty() {
            if !self.apply.is_worn() || self.failed.is_some_and(|at| at.elapsed() < AGAIN) {
                return Ok(());
            }
            tracing::warn!("the index has to be built anew; it is done beside the old one");
        }
        let (sender, built) = sync_channel(1);
        let (builder, pools, state) = (self.apply.builder(), self.pools.clone(), Arc::clone(&self.state));
        std::thread::Builder::new()
            .name("rebuild".to_owned())
            .spawn(move || {
                priority::give_way(priority::BEHIND);
                // The follower may have ended meanwhile; then nobody wants it.
                let _gone = sender.send(unbroken("the rebuild", || build(builder, &pools, &state)));
            })
            .map_err(Error::internal)?;
        let asked = std::mem::take(&mut *self.state.asked());
        self.building = Some(Building { built, asked });
        Ok(())
    }

    /// Takes what was built beside over, and carries what changed since then into it. A build that failed changes
    /// nothing: whoever asked for it is told.
    fn take_over(&mut self) -> Result<()> {
        let Some(building) = &self.building else { return Ok(()) };
        let built = match building.built.try_recv() {
            Ok(built) => built,
            Err(mpsc::TryRecvError::Empty) => return Ok(()),
            Err(mpsc::TryRecvError::Disconnected) => Err(Error::internal("the rebuild broke off")),
        };
        let Some(Building { asked, .. }) = self.building.take() else { return Ok(()) };
        let outcome = built.and_then(|built| self.swap(built));
        self.failed = outcome.as_ref().err().map(|error| {
            tracing::error!(%error, "the index could not be built anew; the old one stays");
            Instant::now()
        });
        let caught_up = if outcome.is_ok() { self.commit() } else { Ok(()) };
        let told = outcome.map_err(|error| error.to_string());
        for waits in asked {
            // Whoever asked may have left.
            let _gone = waits.try_send(told.clone().map_err(Error::unavailable));
        }
        caught_up
    }

    /// Brings what was built up to this moment, and puts it in place: whoever searches misses nothing. What it was brought
    /// is taken again by the next reading of the log, for everything else that follows from it.
    fn swap(&mut self, mut built: Box<dyn Built>) -> Result<()> {
        catch_up(&mut *built, &self.pools, &self.state)?;
        built.put_in_place()?;
        self.state.rebuilds.fetch_add(1, Ordering::AcqRel);
        Ok(())
    }

    /// Applies what has become visible since the last poll, page by page, and moves the watermark. What was handed over is
    /// left to [`Loop::take_handed`], which comes before the next commit, and so is what is committed and will be handed over
    /// in a moment: to take it from here would end the piece of the index that is being filled.
    fn poll(&mut self, settled: u64, receiver: Option<&Receiver<Handed>>) -> Result<()> {
        let mut handed: HashSet<i64> = self.waiting.iter().flat_map(|handed| &handed.changes).map(|change| change.seq).collect();
        let began = Instant::now();
        let mut seen = HashSet::new();
        let mut found = false;
        let (pools, since) = (self.pools.clone(), self.state.watermark());
        log_since(&pools, since, &mut |rows| {
            let until = Instant::now() + ON_ITS_WAY;
            let is_new =
                |handed: &HashSet<i64>, change: &Change| !handed.contains(&change.seq) && !self.seen.contains(&change.seq);
            while let (Some(receiver), true) = (receiver, rows.iter().any(|(change, _)| is_new(&handed, change))) {
                let Ok(more) = receiver.recv_timeout(until.saturating_duration_since(Instant::now())) else { break };
                handed.extend(more.changes.iter().map(|change| change.seq));
                self.waiting.push(more);
            }
            let mut changes = Vec::new();
            for (change, xid) in rows.into_iter().filter(|(change, _)| !handed.contains(&change.seq)) {
                if xid >= settled {
                    seen.insert(change.seq);
                }
                if !self.seen.contains(&change.seq) {
                    changes.push(change);
                }
            }
            if !changes.is_empty() {
                found = true;
                self.apply.take(&pools, &changes)?;
                self.mark(changes.iter().map(|change| change.seq));
            }
            Ok(())
        })?;
        self.read = Some(began);
        if found || self.taken.changes == 0 {
            self.commit()?;
        }
        self.state.reached(settled);
        self.seen = seen;
        self.polled = Some(Instant::now());
        Ok(())
    }
}
