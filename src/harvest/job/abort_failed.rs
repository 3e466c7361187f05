//! `harvest_abort_failed_jobs`.

use action::{Action, Ctx, Kind};
use base::{Error, Result, time::Stamp};
use serde_json::Value;

use super::db;
use crate::{run, source::frequency::Frequency};

/// Days that a job may run where the source's frequency does not say it.
const DAYS: i64 = 7;
const DAY: i64 = 24 * 3_600_000_000;

action::declare! {
    /// Ends the jobs that have been running for longer than until their source's next harvest. Sysadmins only.
    pub struct AbortFailed;
    /// Which ones.
    pub struct AbortFailedParams {
        /// Days that a job of a source without a frequency of days may run; 7 when left out.
        life_span: Value,
        /// Ids of the sources that are looked at, separated by commas.
        include: String,
        /// Ids of sources that are left alone; overlooked when there is `include`.
        exclude: String,
    }
}

impl Action for AbortFailed {
    const NAME: &'static str = "harvest_abort_failed_jobs";
    const KIND: Kind = Kind::Write;
    type Params = AbortFailedParams;
    type Subject = ();
    type Output = String;

    fn allow(ctx: &mut Ctx, _params: &AbortFailedParams) -> Result<()> {
        if ctx.actor.is_sysadmin() { Ok(()) } else { Err(Error::denied("")) }
    }

    fn run(ctx: &mut Ctx, params: AbortFailedParams, (): ()) -> Result<String> {
        // As in CKAN, what is no number counts for nothing.
        let days = params.life_span.and_then(|value| base::loose::text_of(&value).trim().parse().ok()).unwrap_or(DAYS);
        let words = |text: Option<String>| -> Vec<String> {
            text.unwrap_or_default().split(',').map(str::to_owned).filter(|word| !word.is_empty()).collect()
        };
        let (include, exclude) = (words(params.include), words(params.exclude));
        let mut running = db::running(ctx.db()?)?;
        running.retain(|job| include.is_empty() || include.contains(&job.source_id));
        if running.is_empty() {
            return Ok("There is no jobs to abort".to_owned());
        }
        running.retain(|job| !include.is_empty() || !exclude.contains(&job.source_id));
        let now = Stamp::now();
        let mut aborted = 0;
        for job in running {
            let life = match Frequency::parse(&job.frequency) {
                Some(Frequency::Daily) => 1,
                Some(Frequency::Weekly) => 7,
                Some(Frequency::Biweekly) => 14,
                Some(Frequency::Monthly) => 30,
                _ => days,
            };
            if now.micros().saturating_sub(Stamp::from_naive(job.created).micros()) > life.saturating_mul(DAY) {
                db::abort(ctx.db()?, &job.id, now.naive())?;
                aborted += 1;
            }
        }
        if aborted > 0 {
            run::wake::up();
        }
        Ok(format!("Done. Aborted jobs: {aborted}"))
    }
}
