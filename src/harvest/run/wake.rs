//! The bell between the actions and the workers of this process: a job that was just made starts at once.
//!
//! It is rung before the action's transaction commits, so a worker that hears it looks several times. Must never be
//! needed: workers also look by themselves.

use std::{
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

static RUNG: Mutex<u64> = Mutex::new(0);
static BELL: Condvar = Condvar::new();

/// Rings.
pub fn up() {
    *RUNG.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    BELL.notify_all();
}

/// Waits for the bell; true when it has rung since `heard`, which is brought up to date.
pub fn wait(heard: &mut u64, timeout: Duration) -> bool {
    let rung = RUNG.lock().unwrap_or_else(PoisonError::into_inner);
    let (rung, _) = BELL.wait_timeout_while(rung, timeout, |rung| *rung == *heard).unwrap_or_else(PoisonError::into_inner);
    let news = *rung != *heard;
    *heard = *rung;
    news
}
