//! `harvest_source_clear`.

use std::time::{Duration, Instant};

use action::{Action, Ctx, Kind};
use base::{Error, Result, time::Stamp};
use serde::Serialize;

use super::{allow, db, db::Source};

/// Datasets that are purged in one transaction.
const BATCH: i64 = 50;
/// How long a call works before it asks to be called again.
const PATIENCE: Duration = Duration::from_secs(20);

action::declare! {
    /// Purges every dataset that a harvest source brought, with its jobs and all that is known of what it holds. The source
    /// stays.
    ///
    /// A source of many datasets is cleared in parts: while some are left the answer is 503, and the next call goes on.
    pub struct Clear;
    /// Which source.
    pub struct ClearParams {
        /// Id or name of the source.
        id: String,
    }
}

/// The source that was cleared.
#[derive(Serialize)]
pub struct Cleared {
    id: String,
}

impl Action for Clear {
    const NAME: &'static str = "harvest_source_clear";
    const KIND: Kind = Kind::Write;
    type Params = ClearParams;
    type Subject = Source;
    type Output = Cleared;

    fn allow(ctx: &mut Ctx, params: &ClearParams) -> Result<Source> {
        allow::may_update(ctx, params.id.as_ref(), "id")
    }

    fn run(ctx: &mut Ctx, _params: ClearParams, source: Source) -> Result<Cleared> {
        let begin = Instant::now();
        ctx.apart(|part| db::abort_jobs(part.db()?, &source.id, Stamp::now().naive()))?;
        while ctx.apart(|part| purge_some(part, &source.id))? {
            if begin.elapsed() > PATIENCE {
                return Err(Error::unavailable("There are more datasets than one call can clear; call again to go on"));
            }
        }
        if !db::forget_all(ctx.db()?, &source.id)? {
            return Err(Error::unavailable("A job of the source is being ended; call again in a moment"));
        }
        Ok(Cleared { id: source.id })
    }
}

/// Purges some of the datasets of a source; false: there are none.
fn purge_some(ctx: &mut Ctx, source_id: &str) -> Result<bool> {
    let datasets = db::some_datasets(ctx.db()?, source_id, BATCH)?;
    for id in &datasets {
        if let Some(document) = catalog::package::db::lock(ctx.db()?, id)? {
            catalog::package::purge::purge(ctx, &document)?;
        }
    }
    Ok(!datasets.is_empty())
}
