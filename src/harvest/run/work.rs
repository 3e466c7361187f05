//! One job from its cursor to its end.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, sync_channel},
    },
    time::Duration,
};

use action::Ctx;
use auth::Actor;
use base::{Error, Result, time::Stamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Lane;

use super::{
    Shared, db,
    gather::{self, Event},
    gone, hash,
};
use crate::{
    job::Job,
    protocol::{self, Protocol},
    source::{self, Source, check::key_of},
};

/// Errors of a job that are kept.
const FAULTS: i64 = 5_000;
/// Characters of an error.
const FAULT_TEXT: usize = 1_000;
/// What stands in the report, and at the beginning of a job's note, when a listing did not come to its end.
pub const BROKEN: &str = "The listing could not be read to its end";
/// How often is looked whether the job shall end while a page is awaited.
const LOOK: Duration = Duration::from_millis(500);

/// How a worker left a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Finished,
    /// Its deletions wait for somebody to look at them.
    Held,
    Aborted,
    /// Somebody else holds it by now.
    Lost,
    /// The worker ends; the job goes on at the next start.
    Stopped,
}

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    On,
    Out(End),
}

/// Where a job stands; its cursor in the database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mark {
    /// Where the listing goes on, in the protocol's words.
    pub place: Value,
    pub page: i64,
    pub total: Option<u64>,
    /// True when the listing changed while it was read.
    pub unsteady: bool,
    /// Errors that were not kept, because there were too many.
    pub unkept: i64,
    /// True when something that exists may have been missed.
    pub incomplete: bool,
    /// True when the listing has ended.
    pub listed: bool,
    /// True when it ended before its end.
    pub broken: bool,
    /// Deleted datasets that the listing has.
    pub passed: u64,
}

/// A job being run.
pub struct Run {
    pub(super) shared: Arc<Shared>,
    pub job: Job,
    pub source: Source,
    pub protocol: Arc<dyn Protocol>,
    pub actor: Actor,
    pub fingerprint: hash::Hash,
    pub mark: Mark,
    pub seen: HashSet<[u8; 16]>,
    /// Deleted datasets that were met since the job was taken up.
    pub passed: HashSet<[u8; 16]>,
    pub faults_left: i64,
}

/// Runs a job.
///
/// # Errors
/// What the database says; then the job goes on from its last page later.
pub(super) fn run(shared: &Arc<Shared>, job: Job) -> Result<End> {
    let mut connection = shared.app.pools.get(Lane::Job)?;
    let Some(source) = source::db::get(&mut connection, &job.source_id)? else { return Ok(End::Lost) };
    let name = shared.app.settings.site_id.clone();
    let user = db::site_user(&mut connection, &name)?.unwrap_or_else(|| name.clone());
    let actor = Actor::site(&user, &name);
    let faults_left = FAULTS - db::count_faults(&mut connection, &job.id)?;
    let mut seen = HashSet::new();
    for page in db::seen(&mut connection, &job.id)? {
        seen.extend(page.as_chunks::<16>().0.iter().copied());
    }
    drop(connection);
    let opened = key_of(&shared.app.sealer, &source).and_then(|key| protocol::open(&source, key, Arc::clone(&shared.fetcher)));
    let protocol: Arc<dyn Protocol> = match opened {
        Ok(protocol) => Arc::from(protocol),
        Err(error) => return give_up(shared, &job.id, job.fence, &error),
    };
    let mark = serde_json::from_value(job.cursor.clone()).unwrap_or_default();
    let fingerprint = hash::of_source(&source);
    Run { shared: Arc::clone(shared), job, source, protocol, actor, fingerprint, mark, seen, passed: HashSet::new(), faults_left }
        .all()
}

/// A source that cannot be asked at all, or a job that cannot go on: it ends with that.
pub(super) fn give_up(shared: &Shared, job: &str, fence: i64, error: &Error) -> Result<End> {
    let mut ctx = Ctx::job(&shared.app, &Actor::anonymous());
    if db::fenced(ctx.db()?, job, fence)?.is_none() {
        return Ok(End::Lost);
    }
    let message = text_of(error);
    db::put_faults(ctx.db()?, &[fault_row(job, None, None, "Gather", &message)])?;
    db::save(ctx.db()?, job, &db::Counts { errored: 1, ..db::Counts::default() }, None, None)?;
    db::finish(ctx.db()?, job, "Finished", Some(&message))?;
    ctx.finish()?;
    Ok(End::Finished)
}

impl Run {
    fn all(mut self) -> Result<End> {
        if self.job.abort_requested {
            return self.end(End::Aborted, None);
        }
        if !self.mark.listed
            && let Step::Out(end) = self.list()?
        {
            return self.leave(end);
        }
        match gone::sweep(&mut self)? {
            gone::Sweep::Done(note) => self.end(End::Finished, note),
            gone::Sweep::Held(note) => self.end(End::Held, Some(note)),
            gone::Sweep::Out(end) => self.leave(end),
        }
    }

    /// Reads the listing from its cursor and stores page after page.
    fn list(&mut self) -> Result<Step> {
        let (sender, receiver) = sync_channel(1);
        let (shared, protocol, place) = (Arc::clone(&self.shared), Arc::clone(&self.protocol), self.mark.place.clone());
        std::thread::Builder::new()
            .name("harvest-fetch".to_owned())
            .spawn(move || gather::gather(&shared, &protocol, place, &sender))
            .map_err(Error::internal)?;
        loop {
            match self.next(&receiver)? {
                Next::Event(Event::Page(page)) => {
                    let next = page.next.clone();
                    let step = self.import(page)?;
                    if step != Step::On {
                        return Ok(step);
                    }
                    if next.is_none() || self.mark.listed {
                        return Ok(Step::On);
                    }
                }
                Next::Event(Event::Skipped(message, place)) => {
                    let step = self.note_skip(&message, place)?;
                    if step != Step::On {
                        return Ok(step);
                    }
                }
                Next::Event(Event::Broken(message)) => return self.note_broken(&message),
                Next::Step(step) => return Ok(step),
            }
        }
    }

    fn next(&self, receiver: &Receiver<Event>) -> Result<Next> {
        loop {
            if self.shared.is_stopping() {
                return Ok(Next::Step(Step::Out(End::Stopped)));
            }
            match receiver.recv_timeout(LOOK) {
                Ok(event) => return Ok(Next::Event(event)),
                Err(RecvTimeoutError::Disconnected) => return Ok(Next::Step(Step::Out(End::Stopped))),
                Err(RecvTimeoutError::Timeout) => {
                    let mut connection = self.shared.app.pools.get(Lane::Job)?;
                    if db::is_over(&mut connection, &self.job.id, self.job.fence)? {
                        return Ok(Next::Step(Step::Out(End::Aborted)));
                    }
                }
            }
        }
    }

    fn note_skip(&mut self, message: &str, place: Value) -> Result<Step> {
        let text = format!("A dataset was left out, the portal cannot show it: {message}");
        self.mark.place = place;
        self.mark.incomplete = true;
        self.in_fence(|run, ctx| {
            run.put_gather_fault(ctx, &text)?;
            let counts = db::Counts { errored: 1, ..db::Counts::default() };
            db::save(ctx.db()?, &run.job.id, &counts, Some(&run.cursor()?), None)
        })
    }

    fn note_broken(&mut self, message: &str) -> Result<Step> {
        if self.shared.is_stopping() {
            return Ok(Step::Out(End::Stopped));
        }
        let text = format!("{BROKEN}: {message}");
        self.mark.incomplete = true;
        self.mark.broken = true;
        self.mark.listed = true;
        self.in_fence(|run, ctx| {
            run.put_gather_fault(ctx, &text)?;
            let counts = db::Counts { errored: 1, ..db::Counts::default() };
            db::save(ctx.db()?, &run.job.id, &counts, Some(&run.cursor()?), None)
        })
    }

    fn put_gather_fault(&mut self, ctx: &mut Ctx, text: &str) -> Result<()> {
        let row = fault_row(&self.job.id, None, None, "Gather", text);
        self.put_faults(ctx, vec![row])
    }

    /// Writes errors, as long as there is room for them.
    pub fn put_faults(&mut self, ctx: &mut Ctx, mut rows: Vec<db::FaultRow>) -> Result<()> {
        let all = rows.len();
        rows.truncate(usize::try_from(self.faults_left.max(0)).unwrap_or(0));
        self.mark.unkept += i64::try_from(all - rows.len()).unwrap_or(0);
        self.faults_left -= i64::try_from(rows.len()).unwrap_or(0);
        db::put_faults(ctx.db()?, &rows)
    }

    /// The cursor as it is stored.
    pub fn cursor(&self) -> Result<Value> {
        serde_json::to_value(&self.mark).map_err(Error::internal)
    }

    /// A transaction that only counts while the job is this worker's, and nobody wants it to end.
    pub fn in_fence(&mut self, body: impl FnOnce(&mut Self, &mut Ctx) -> Result<()>) -> Result<Step> {
        let mut ctx = Ctx::job(&self.shared.app, &self.actor);
        match db::fenced(ctx.db()?, &self.job.id, self.job.fence)? {
            None => return Ok(Step::Out(End::Lost)),
            Some(true) => return Ok(Step::Out(End::Aborted)),
            Some(false) => {}
        }
        body(self, &mut ctx)?;
        ctx.finish()?;
        Ok(Step::On)
    }

    fn leave(self, end: End) -> Result<End> {
        match end {
            End::Lost | End::Stopped => Ok(end),
            other => self.end(other, None),
        }
    }

    fn end(self, end: End, note: Option<String>) -> Result<End> {
        let status = match end {
            End::Held => "Held",
            End::Aborted => "Aborted",
            _ => "Finished",
        };
        let unkept = (self.mark.unkept > 0).then(|| format!("{} more errors were not kept", self.mark.unkept));
        let notes: Vec<String> = note.into_iter().chain(unkept).collect();
        let note = (!notes.is_empty()).then(|| notes.join(". "));
        let mut ctx = Ctx::job(&self.shared.app, &self.actor);
        if db::fenced(ctx.db()?, &self.job.id, self.job.fence)?.is_none() {
            return Ok(End::Lost);
        }
        db::finish(ctx.db()?, &self.job.id, status, note.as_deref())?;
        ctx.finish()?;
        Ok(end)
    }
}

enum Next {
    Event(Event),
    Step(Step),
}

/// A row for the report.
pub fn fault_row(job: &str, object: Option<&str>, guid: Option<&str>, stage: &'static str, message: &str) -> db::FaultRow {
    db::FaultRow {
        job_id: job.to_owned(),
        object_id: object.map(str::to_owned),
        guid: guid.map(str::to_owned),
        stage,
        message: message.replace('\0', "").chars().take(FAULT_TEXT).collect(),
        created: Stamp::now().naive(),
    }
}

/// An error as the report tells it: what the client would read, never the log's context.
pub fn text_of(error: &Error) -> String {
    if error.dict().is_empty() {
        return format!("{:?}: {}", error.kind(), error.message());
    }
    Value::Object(error.dict().fields().clone()).to_string()
}
