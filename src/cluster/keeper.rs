//! The thread that starts the postmaster and stays with it: PostgreSQL is told to end when this very thread ends, so it lives
//! exactly as long as the server is wanted. It also brings a server back that died by itself.
//!
//! Must never return while the server should run.

use std::process::{Command, ExitStatus};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use base::{Error, Result};

use crate::postmaster::{self, wait_until};

/// First and longest pause before a server that died is started again.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));

/// Builds the command afresh for each start.
pub(crate) type Recipe = dyn Fn() -> Result<Command> + Send + Sync;

#[derive(Default)]
struct State {
    /// The server's process, while there is one.
    pid: Option<i32>,
    /// True while the server is to be brought back when it ends.
    wanted: bool,
    /// True once the thread has ended.
    over: bool,
    /// How the last server ended, or why it could not be started.
    ending: String,
}

/// Handle of the thread.
pub(crate) struct Keeper(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn update(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// Waits until `wanted` turned false or the pause is over.
    fn rest(&self, pause: Duration) {
        let waited = self.changed.wait_timeout_while(self.lock(), pause, |state| state.wanted);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

impl Keeper {
    /// Starts the thread, and in it the server. Returns before the server is ready.
    pub(crate) fn start(recipe: Arc<Recipe>) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let inner = Arc::clone(&shared);
        thread::Builder::new()
            .name("postgresql".to_owned())
            .spawn(move || {
                keep(&inner, &*recipe);
                inner.update(|state| state.over = true);
            })
            .map_err(|error| Error::internal(format!("cannot start the thread of the database: {error}")))?;
        Ok(Self(shared))
    }

    /// From now on a server that ends is started again.
    pub(crate) fn want(&self) {
        self.0.update(|state| state.wanted = true);
    }

    /// The server's process id, while it runs.
    pub(crate) fn pid(&self) -> Option<i32> {
        self.0.lock().pid
    }

    /// Why there is no server any more; nothing while the thread keeps one.
    pub(crate) fn ending(&self) -> Option<String> {
        let state = self.0.lock();
        state.over.then(|| state.ending.clone())
    }

    /// Ends the server and waits for it; true when it is gone.
    pub(crate) fn stop(&self) -> bool {
        self.0.update(|state| state.wanted = false);
        let over = || self.0.lock().over;
        // A server that is being brought back at this very moment has no process id yet.
        wait_until(Duration::from_secs(5), &|| over() || self.pid().is_some());
        self.pid().map_or_else(over, |pid| postmaster::end(pid, &over))
    }
}

fn keep(shared: &Shared, recipe: &Recipe) {
    let mut pause = PAUSES.0;
    loop {
        let begin = Instant::now();
        let ending = match serve(shared, recipe) {
            Ok(status) => format!("PostgreSQL ended ({status})"),
            Err(error) => error.log_context().to_owned(),
        };
        let again = shared.lock().wanted;
        shared.update(|state| {
            state.pid = None;
            state.ending = ending;
        });
        if again {
            pause = if begin.elapsed() > Duration::from_secs(60) { PAUSES.0 } else { (pause * 2).min(PAUSES.1) };
            shared.rest(pause);
        }
        if !shared.lock().wanted {
            return;
        }
    }
}

fn serve(shared: &Shared, recipe: &Recipe) -> Result<ExitStatus> {
    let trouble = |error| Error::internal(format!("cannot start PostgreSQL: {error}"));
    let mut child = recipe()?.spawn().map_err(trouble)?;
    let pid = i32::try_from(child.id()).ok();
    shared.update(|state| state.pid = pid);
    child.wait().map_err(trouble)
}
