//! Looks after what ages while the program runs. Fields are put where the schemas of this start have them. Activities have their months ahead; of files, what calls that broke off left to do is done, what arrived for nothing goes,
//! and where the site has moved, so do the addresses of uploaded files.

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
use store::Lane;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(45);
/// How often it sees to the months to come.
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// The thread that does it; dropped, it ends.
pub struct Tending {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Tending {
    /// Begins at once.
    ///
    /// # Errors
    /// Internal, if the system gives no thread.
    pub fn start(app: &Arc<App>) -> Result<Self> {
        let app = Arc::clone(app);
        let (stop, stopped) = channel();
        let work = move || {
            if let Err(error) = catalog::schema::restate::all(&app) {
                tracing::warn!(%error, "fields do not yet lie where the schemas of this site have them");
            }
            let mut months = None;
            loop {
                if months.is_none_or(|made: Instant| made.elapsed() > DAY) {
                    months = Some(Instant::now());
                    let kept = app.pools.get(Lane::Job).and_then(|mut connection| store::migrate::keep_months(&mut connection));
                    if let Err(error) = kept {
                        tracing::warn!(%error, "the months ahead have no place for activities of their own yet");
                    }
                }
                let tended = app.tend_files().and_then(|()| catalog::resource::upload::relink(&app));
                if let Err(error) = tended {
                    tracing::warn!(%error, "files could not be looked after");
                }
                if stopped.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("files".to_owned()).spawn(work).map_err(Error::internal)?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Tending {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
