//! Compares the index with the database all the time, a little at a time, and mends what differs: what should never be is
//! found within a day, not by whoever misses a dataset.
//!
//! Takes no lock and a twentieth of one core at most; each node looks at its own index.

use std::{
    sync::{
        Arc,
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use action::App;
use base::{Error, Result};

use crate::comparison::{self, Differences};

/// Datasets looked at in a row.
const PART: i64 = 50;
/// How often.
const EVERY: Duration = Duration::from_millis(250);
/// How many times as long as the work the pause is at least.
const SHARE: u32 = 20;
/// The pause when something does not answer.
const AWAY: Duration = Duration::from_secs(10);
/// From so many differences in one pass on the index is built anew.
const MANY: usize = 1_000;

/// The thread that does it; dropped, it ends.
pub struct Watching {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watching {
    /// Begins.
    ///
    /// # Errors
    /// Internal, if the system gives no thread.
    pub fn start(app: &Arc<App>) -> Result<Self> {
        let mut round = Round { app: Arc::clone(app), after: String::new(), suspects: Vec::new(), doubted: None, found: 0 };
        let (stop, stopped) = channel();
        round.tell(0);
        let work = move || {
            loop {
                let begun = Instant::now();
                let step = round.step();
                let mut pause = EVERY.max(begun.elapsed() * SHARE);
                if let Err(error) = step {
                    tracing::info!(%error, "index and database could not be compared");
                    pause = pause.max(AWAY);
                }
                if stopped.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("watching".to_owned()).spawn(work).map_err(Error::internal)?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// One pass over all datasets.
struct Round {
    app: Arc<App>,
    /// How far it is.
    after: String,
    /// What differed when it was looked at: a change may have been on its way.
    suspects: Vec<String>,
    doubted: Option<Instant>,
    /// What differed for certain in this pass.
    found: usize,
}

impl Round {
    fn step(&mut self) -> Result<()> {
        let feed = self.app.feed().ok_or_else(|| Error::unavailable("nobody follows the database"))?;
        if !feed.is_ready() || self.app.index.is_worn() {
            return Ok(());
        }
        if self.doubted.is_some_and(|at| at.elapsed() >= comparison::SETTLE) {
            self.decide()?;
        }
        let (found, seen, next) = comparison::part(&self.app, &self.after, PART)?;
        metrics::counter!("kurak_index_compared_total").increment(u64::try_from(seen).unwrap_or_default());
        self.suspects.extend(found.ids().cloned());
        if !self.suspects.is_empty() {
            self.doubted.get_or_insert_with(Instant::now);
        }
        if next.is_none() {
            self.found = 0;
        }
        self.after = next.unwrap_or_default();
        Ok(())
    }

    /// Looks at the suspects again; what still differs is taken anew.
    fn decide(&mut self) -> Result<()> {
        let found = comparison::of(&self.app, &self.suspects)?;
        (self.suspects, self.doubted) = (Vec::new(), None);
        let count = found.ids().count();
        self.tell(count);
        if count == 0 {
            return Ok(());
        }
        let Differences { missing, stale, surplus, .. } = &found;
        tracing::error!(?missing, ?stale, ?surplus, "the index differs from the database; it is mended");
        self.found += count;
        let Some(feed) = self.app.feed() else { return Ok(()) };
        if self.found >= MANY {
            self.found = 0;
            // Nobody waits for it.
            drop(feed.request_rebuild());
            return Ok(());
        }
        let ids: Vec<String> = found.ids().cloned().collect();
        feed.mend(&ids);
        // Whether that helped is seen when they are looked at once more.
        (self.suspects, self.doubted) = (ids, Some(Instant::now()));
        Ok(())
    }

    fn tell(&self, count: usize) {
        let more = u32::try_from(count).unwrap_or(u32::MAX);
        metrics::gauge!("kurak_index_differences").set(f64::from(more));
        metrics::counter!("kurak_index_differences_total").increment(u64::from(more));
    }
}

#[cfg(test)]
mod tests {
    use kit::TestApp;
    use serde_json::json;

    use super::*;
    use crate::comparison::whole;

    #[test]
    fn what_differs_is_found_and_mended() {
        let portal = TestApp::with(|settings| settings.auth.create_unowned_dataset = true);
        let ids: Vec<String> = (0..120)
            .map(|number| portal.ok("package_create", json!({"name": format!("dataset-{number}")})))
            .map(|made| made["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(portal.ok("package_search", json!({}))["count"], 120);
        let mark = portal.app.index.mark().unwrap();
        let gone: Vec<search::Change> = ids[..3].iter().map(|id| search::Change::Remove(id.clone())).collect();
        portal.app.index.apply(&gone, &mark).unwrap();
        let mut invented = search::SearchDocument { id: "zzz".to_owned(), ..search::SearchDocument::default() };
        invented.labels = vec!["public".to_owned()];
        portal.app.index.apply(&[search::Change::Put(Box::new(invented))], &mark).unwrap();
        assert_eq!(whole(&portal.app, &mut |_| ()).unwrap().count(), 4);
        let watching = Watching::start(&portal.app).unwrap();
        kit::soon("it is mended", || whole(&portal.app, &mut |_| ()).unwrap().is_empty());
        drop(watching);
        // The follower goes on as before, and twice in a row.
        drop(portal.ok("package_patch", json!({"id": ids[0], "title": "Later"})));
        assert_eq!(portal.ok("package_search", json!({"q": "later"}))["count"], 1);
        portal.app.index.apply(&gone, &mark).unwrap();
        portal.app.feed().unwrap().mend(&ids[..3]);
        portal.app.feed().unwrap().settle();
        assert!(whole(&portal.app, &mut |_| ()).unwrap().is_empty());
    }
}
