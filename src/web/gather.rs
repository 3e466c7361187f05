//! Documents that are not in memory, for many requests with one statement: who comes while one is under way goes into
//! the next. What a request pays is its share of a round trip, not a thread and a round trip of its own.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use action::App;
use actix_web::{rt, web::Data};
use model::document;
use store::{Lane, documents};
use tokio::sync::oneshot;

use crate::action_api::Shared;

/// Keys a statement.
const BATCH: usize = 64;

/// Bytes of the longest key that may be one: ids and names are at most 100 characters.
const KEY: usize = 400;

/// The requests that wait.
#[derive(Default)]
pub struct Gather {
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Waiting>,
    /// Somebody reads already, and looks here again when he is done.
    led: bool,
}

struct Waiting {
    key: String,
    /// Dropped once the document is in memory, or will not be.
    _done: oneshot::Sender<()>,
}

impl Gather {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<Vec<Waiting>> {
        let mut queue = self.queue();
        let count = queue.waiting.len().min(BATCH);
        queue.led = count > 0;
        queue.led.then(|| queue.waiting.drain(..count).collect())
    }
}

/// Reads until nobody waits. Dropped before that (no thread, no connection), it sends all home: they ask alone then.
struct Leader {
    shared: Data<Shared>,
    leads: bool,
}

impl Leader {
    fn read(mut self) -> base::Result<()> {
        let shared = self.shared.clone();
        let app: &App = &shared.app;
        let mut last = 0;
        while let Some(batch) = {
            // Where many ask, those whose turn it is on this processor come along.
            if last > 1 {
                std::thread::yield_now();
            }
            shared.gather.next()
        } {
            last = batch.len();
            let keys: Vec<&str> = batch.iter().map(|one| one.key.as_str()).collect();
            let mut connection = app.pools.get(Lane::Read)?;
            let found = documents::find_many(&mut connection, &keys)?.into_iter();
            // Whoever wants a damaged one asks for it by itself.
            found.filter(|found| document::is_sound(&found.body)).for_each(|found| app.documents.put(Arc::new(found)));
        }
        self.leads = false;
        Ok(())
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        if self.leads {
            *self.shared.gather.queue() = Queue::default();
        }
    }
}

/// Brings the dataset of that id or name into memory, if there is one and the database answers.
pub async fn bring(shared: &Data<Shared>, key: &str) {
    if key.len() > KEY || key.contains('\0') {
        return;
    }
    let (done, brought) = oneshot::channel();
    let leads = {
        let mut queue = shared.gather.queue();
        queue.waiting.push(Waiting { key: key.to_owned(), _done: done });
        !std::mem::replace(&mut queue.led, true)
    };
    if leads {
        let leader = Leader { shared: shared.clone(), leads: true };
        let shared = shared.clone();
        rt::spawn(async move {
            if let Err(error) = shared.lanes.read.run(move || leader.read()).await {
                tracing::debug!(%error, "documents could not be read together");
            }
        });
    }
    drop(brought.await);
}
