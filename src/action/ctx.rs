//! What one call of an action works with.

use std::sync::Arc;

use auth::Actor;
use base::Result;
use diesel::PgConnection;
use store::{Change, Connection, Feed, Lane, Sight, Tx, changes};

use crate::{App, Kind, conditions::Expected, files::Planned};

/// One call: who asks, and the transaction, which is opened when it is first needed and ended by the frame.
pub struct Ctx {
    pub app: Arc<App>,
    pub actor: Actor,
    lane: Lane,
    tx: Option<Tx>,
    /// A connection without a transaction.
    bare: Option<Connection>,
    /// Something changed that others than searches go by.
    waits: bool,
    /// The call writes one dataset and nothing else.
    single: bool,
    /// Everything is undone in the end.
    rehearsed: bool,
    /// What is committed already.
    committed: Vec<Change>,
    /// What is done with files after the commit.
    pub(crate) files: Planned,
    expected: Expected,
    version: Option<String>,
    sight: Option<Sight>,
}

impl Ctx {
    /// For an action of the API.
    #[must_use]
    pub fn new(app: &Arc<App>, actor: &Actor, kind: Kind) -> Self {
        let lane = match kind {
            Kind::Read => Lane::Read,
            Kind::Write => Lane::Write,
        };
        Self::on(app, actor, lane)
    }

    /// For work of the program itself: one transaction on the lane of jobs.
    #[must_use]
    pub fn job(app: &Arc<App>, actor: &Actor) -> Self {
        Self::on(app, actor, Lane::Job)
    }

    fn on(app: &Arc<App>, actor: &Actor, lane: Lane) -> Self {
        Self {
            app: Arc::clone(app),
            actor: actor.clone(),
            lane,
            tx: None,
            bare: None,
            waits: false,
            single: false,
            rehearsed: false,
            committed: Vec::new(),
            files: Planned::default(),
            expected: Expected::default(),
            version: None,
            sight: None,
        }
    }

    /// Says that the call writes one dataset and nothing else: a new one may then be committed together with those of
    /// other calls.
    pub fn writes_one(&mut self) {
        self.single = true;
    }

    /// True when the next write may be committed at once: it is the only one, and nothing is locked.
    #[must_use]
    pub fn may_commit(&self) -> bool {
        self.single && self.tx.is_none() && self.lane == Lane::Write
    }

    /// Says that what the call writes is undone in the end: all of it goes into one transaction.
    ///
    /// # Errors
    /// Unavailable, if there is no connection.
    pub(crate) fn rehearse(&mut self) -> Result<()> {
        self.rehearsed = true;
        self.tx().map(drop)
    }

    /// Does a part of the call that stays whatever becomes of the rest, in a transaction of its own on the lane of jobs. In a
    /// rehearsal it goes into the call's own, and is undone with it.
    ///
    /// # Errors
    /// What the work or the database says; then nothing of the part was written.
    pub fn apart<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.rehearsed {
            return work(self);
        }
        let mut part = Self::job(&self.app, &self.actor);
        let done = work(&mut part)?;
        part.finish()?;
        Ok(done)
    }

    /// Remembers a dataset that is stored and committed.
    pub fn committed(&mut self, change: Change) {
        self.committed.push(change);
    }

    /// What version the caller believes the thing to have; for the frame.
    pub(crate) fn expect(&mut self, expected: Expected) {
        self.expected = expected;
    }

    /// Compares the version of the locked thing with the one that the caller believes in, if he said one. To be called
    /// in `allow`, when he may touch the thing.
    ///
    /// # Errors
    /// Precondition or Validation, with the current version.
    pub fn meet(&mut self, current: impl FnOnce(&mut Self) -> Result<String>) -> Result<()> {
        let expected = std::mem::take(&mut self.expected);
        if expected.is_empty() {
            return Ok(());
        }
        expected.check(&current(self)?)
    }

    /// Whether every expectation was looked at.
    pub(crate) fn all_met(&self, action: &str) -> Result<()> {
        self.expected.refuse(action)
    }

    /// Tells the version of the thing that is answered.
    pub fn tell_version(&mut self, version: String) {
        self.version = Some(version);
    }

    pub(crate) fn told_version(&mut self) -> Option<String> {
        self.version.take()
    }

    /// The index, with every change that was answered before the call; the answer tells how far it sees.
    pub fn index(&mut self) -> &search::Index {
        let index = self.app.current_index();
        self.sight = self.app.feed().map(Feed::sight);
        index
    }

    pub(crate) fn told_sight(&mut self) -> Option<Sight> {
        self.sight.take()
    }

    /// The open transaction; read-only on the lane of reads.
    ///
    /// # Errors
    /// Unavailable, if there is no connection.
    pub fn db(&mut self) -> Result<&mut PgConnection> {
        Ok(&mut *self.tx()?)
    }

    /// A connection for a single statement: in the open transaction or, where there is none, without one, which
    /// saves two of three ways to the database.
    ///
    /// # Errors
    /// Unavailable, if there is no connection.
    pub fn statement(&mut self) -> Result<&mut PgConnection> {
        if self.tx.is_some() || self.lane == Lane::Job {
            return self.db();
        }
        let connection = self.connection()?;
        Ok(self.bare.insert(connection))
    }

    fn connection(&mut self) -> Result<Connection> {
        self.bare.take().map_or_else(|| self.app.pools.get(self.lane), Ok)
    }

    fn tx(&mut self) -> Result<&mut Tx> {
        let tx = match self.tx.take() {
            Some(tx) => tx,
            None => {
                let connection = self.connection()?;
                if self.lane == Lane::Read { Tx::begin_read_only(connection)? } else { Tx::begin(connection)? }
            }
        };
        Ok(self.tx.insert(tx))
    }

    /// Appends to the change log and remembers it for the follower.
    ///
    /// # Errors
    /// What the database says.
    pub fn log(&mut self, entity: changes::Entity, id: &str, kind: changes::Kind) -> Result<()> {
        let tx = self.tx()?;
        let change = changes::append(tx, entity, id, kind)?;
        tx.note([change]);
        self.waits = true;
        Ok(())
    }

    /// Remembers datasets that were stored: their changes, which are in the log already, with what they are now.
    ///
    /// # Errors
    /// Unavailable, if there is no connection.
    pub fn stored(&mut self, changes: Vec<Change>) -> Result<()> {
        self.tx()?.note(changes);
        Ok(())
    }

    /// Commits, and waits until what follows from the changes is done: rights, names, the documents in memory. Stored
    /// datasets are in memory at once; searches see to it that they find them ([`App::current_index`]).
    ///
    /// # Errors
    /// What the database says; then nothing was written.
    pub fn finish(self) -> Result<()> {
        self.end().map(drop)
    }

    /// [`Ctx::finish`], and says the highest number that the change log gave to what was written.
    pub(crate) fn end(self) -> Result<Option<i64>> {
        let mut changes = self.committed;
        if let Some(tx) = self.tx {
            // Also when the commit fails: whether it did, only the database knows.
            self.files.arrivals.iter().for_each(|arrival| arrival.keep());
            changes.extend(tx.commit()?);
            self.files.carry_out(&self.app);
        }
        let Some(sequence) = changes.iter().map(|change| change.seq).max() else { return Ok(None) };
        if self.lane == Lane::Write {
            changes.iter().filter_map(|change| change.document.clone()).for_each(|document| self.app.documents.put(document));
        }
        match self.app.feed() {
            Some(feed) if !self.waits => feed.hand(changes),
            Some(feed) if !feed.apply(changes) => tracing::warn!("a change is committed but not yet searchable"),
            _ => {}
        }
        Ok(Some(sequence))
    }
}
