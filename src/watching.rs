//! Compares the index with the database all the time, a little at a time, and mends what differs: what should never be is
//! found within a day, not by whoever misses a dataset.
//!
//! Takes no lock and a twentieth of one core at most; each node looks at its own index.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use action::App;
use base::{Error, Result, priority};

use crate::comparison::{self, Differences, Versions};

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
        let mut round = Round { app: Arc::clone(app), after: String::new(), suspects: HashMap::new(), found: 0 };
        let (stop, stopped) = channel();
        round.tell(0);
        let work = move || {
            priority::give_way(priority::BEHIND);
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
    /// What differed when it was looked at, by id: a change may have been on its way.
    suspects: HashMap<String, Suspect>,
    /// What differed for certain in this pass.
    found: usize,
}

/// A dataset that differed.
struct Suspect {
    /// Its version in the database then; `None`: it was not there.
    version: Option<i64>,
    /// When it was looked at.
    at: Instant,
}

impl Round {
    fn step(&mut self) -> Result<()> {
        let feed = self.app.feed().ok_or_else(|| Error::unavailable("nobody follows the database"))?;
        if !feed.is_ready() || self.app.index.is_worn() {
            return Ok(());
        }
        // A change that was on its way is there once the index sees what was committed by then.
        let is_due = |suspect: &Suspect| suspect.at.elapsed() >= comparison::SETTLE && feed.sees(suspect.at, 0);
        let due: Vec<String> = self.suspects.iter().filter(|(_, suspect)| is_due(suspect)).map(|(id, _)| id.clone()).collect();
        if !due.is_empty() {
            self.decide(&due)?;
        }
        let part = comparison::part(&self.app, &self.after, PART)?;
        metrics::counter!("kurak_index_compared_total").increment(u64::try_from(part.seen).unwrap_or_default());
        self.doubt(part.found.ids(), &part.versions);
        if part.next.is_none() {
            self.found = 0;
        }
        self.after = part.next.unwrap_or_default();
        Ok(())
    }

    /// Remembers what differs; what is doubted already stays as it was.
    fn doubt<'a>(&mut self, ids: impl IntoIterator<Item = &'a String>, versions: &Versions) {
        for id in ids {
            let suspect = || Suspect { version: versions.get(id).copied(), at: Instant::now() };
            self.suspects.entry(id.clone()).or_insert_with(suspect);
        }
    }

    /// Looks at suspects again. What still differs and was not written meanwhile is taken anew; what was is doubted anew, since
    /// that change may be on its way.
    fn decide(&mut self, due: &[String]) -> Result<()> {
        let (mut found, now) = comparison::of(&self.app, due)?;
        let known = |id: &String| Some((id.clone(), self.suspects.get(id)?.version?));
        let before: Versions = due.iter().filter_map(known).collect();
        let moved = found.take_moved(&before, &now);
        for id in due {
            self.suspects.remove(id);
        }
        self.doubt(&moved, &now);
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
        self.doubt(&ids, &now);
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

    #[test]
    fn what_is_written_meanwhile_is_no_difference() {
        let portal = TestApp::with(|settings| settings.auth.create_unowned_dataset = true);
        let id = portal.ok("package_create", json!({"name": "busy"}))["id"].as_str().unwrap().to_owned();
        let mut round = Round { app: Arc::clone(&portal.app), after: String::new(), suspects: HashMap::new(), found: 0 };
        let mark = portal.app.index.mark().unwrap();
        let lose = || portal.app.index.apply(&[search::Change::Remove(id.clone())], &mark).unwrap();
        lose();
        round.step().unwrap();
        assert_eq!(round.suspects.keys().collect::<Vec<_>>(), [&id]);
        // Written, and again not there: as if that change were on its way.
        drop(portal.ok("package_patch", json!({"id": id, "title": "Later"})));
        assert_eq!(portal.ok("package_search", json!({}))["count"], 1);
        lose();
        round.decide(std::slice::from_ref(&id)).unwrap();
        assert_eq!((round.found, round.suspects[&id].version), (0, Some(2)), "it is doubted anew");
        round.decide(std::slice::from_ref(&id)).unwrap();
        assert_eq!(round.found, 1, "what nobody wrote is a difference");
        kit::soon("it is mended", || whole(&portal.app, &mut |_| ()).unwrap().is_empty());
    }
}
