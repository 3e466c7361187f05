//! Files that go with a write: they are put into their places after its commit, and whoever dies in between leaves a row
//! that says what is still to be done.

use std::{collections::BTreeSet, sync::Arc};

use base::{Kind, Result};
use files::Arrival;
use serde_json::Value;
use store::{Lane, Tx, file_work};

use crate::{App, Ctx};

/// Places that are worked at in one go.
const BATCH: i64 = 500;

impl Ctx {
    /// The file that a parameter stands for.
    #[must_use]
    pub fn arrival(&self, parameter: &Value) -> Option<Arc<Arrival>> {
        self.app.files.arrival(parameter)
    }

    /// When this is committed, an arrived file is put into its place.
    ///
    /// # Errors
    /// What the database says.
    pub fn place_file(&mut self, place: (&str, &str), arrival: &Arc<Arrival>) -> Result<()> {
        file_work::add(self.db()?, place, Some(&arrival.id))?;
        self.files.arrivals.push(Arc::clone(arrival));
        self.files.places.push((place.0.to_owned(), place.1.to_owned()));
        Ok(())
    }

    /// When this is committed, a file is removed.
    ///
    /// # Errors
    /// What the database says.
    pub fn remove_file(&mut self, place: (&str, &str)) -> Result<()> {
        file_work::add(self.db()?, place, None)?;
        self.files.places.push((place.0.to_owned(), place.1.to_owned()));
        Ok(())
    }
}

/// What a call does with files.
#[derive(Default)]
pub(crate) struct Planned {
    pub(crate) arrivals: Vec<Arc<Arrival>>,
    pub(crate) places: Vec<(String, String)>,
}

impl Planned {
    /// After the commit. What fails is done by [`App::tend_files`].
    pub(crate) fn carry_out(&self, app: &App) {
        for (storage, location) in &self.places {
            if let Err(error) = work_at(app, Lane::Write, (storage, location)) {
                tracing::error!(%error, storage, location, "a file is not in its place yet");
            }
        }
    }
}

/// Does what is to be done at a place. Two who do it at the same time wait for each other.
fn work_at(app: &App, lane: Lane, place: (&str, &str)) -> Result<()> {
    let mut tx = Tx::begin(app.pools.get(lane)?)?;
    let all = file_work::lock(&mut tx, place)?;
    for work in &all {
        match &work.arrival {
            Some(arrival) => app.files.place(arrival, &work.storage, &work.location)?,
            None => app.files.needed(&work.storage)?.remove(&work.location)?,
        }
    }
    file_work::done(&mut tx, &all.iter().map(|work| work.seq).collect::<Vec<_>>())?;
    tx.commit().map(drop)
}

impl App {
    /// Does what calls that broke off left to do, and removes files that arrived for nothing.
    ///
    /// # Errors
    /// Unavailable, if the database does not answer.
    pub fn tend_files(&self) -> Result<()> {
        let places = file_work::places(&mut *self.pools.get(Lane::Job)?, BATCH)?;
        let mut away = BTreeSet::new();
        for (storage, location) in &places {
            // What does not answer is waited for once.
            if away.contains(storage) {
                continue;
            }
            if let Err(error) = work_at(self, Lane::Job, (storage, location)) {
                tracing::error!(%error, storage, location, "a file is not in its place yet");
                if error.kind() == Kind::Unavailable {
                    away.insert(storage);
                }
            }
        }
        self.files.sweep(|arrival| file_work::is_wanted(&mut *self.pools.get(Lane::Job)?, arrival))
    }
}
