//! `harvest_job_report`.

use action::{Action, Ctx, Kind};
use base::{Result, loose::Natural};
use serde_json::{Map, Value, json};

use super::{allow, db, db::Job};

/// Errors in one answer at most, and when the caller says nothing.
const LIMIT: usize = 5_000;

action::declare! {
    /// Returns the errors of a job: those of gathering, and those of each object.
    pub struct Report;
    /// Which job.
    pub struct ReportParams {
        /// Id of the job.
        id: String,
        /// At most so many errors.
        limit: Natural,
        /// Errors to pass over.
        offset: Natural,
    }
}

impl Action for Report {
    const NAME: &'static str = "harvest_job_report";
    const KIND: Kind = Kind::Read;
    type Params = ReportParams;
    type Subject = Job;
    type Output = Value;

    fn allow(ctx: &mut Ctx, params: &ReportParams) -> Result<Job> {
        allow::may_use(ctx, params.id.as_ref())
    }

    fn run(ctx: &mut Ctx, params: ReportParams, job: Job) -> Result<Value> {
        let number = |natural: Option<Natural>, default: usize| natural.map_or(default, |Natural(number)| number);
        let page = (
            i64::try_from(number(params.limit, LIMIT).min(LIMIT)).unwrap_or(0),
            i64::try_from(number(params.offset, 0)).unwrap_or(i64::MAX),
        );
        let mut gather = Vec::new();
        let mut objects = Map::new();
        for fault in db::faults(ctx.db()?, &job.id, page)? {
            let Some(object) = fault.object_id else {
                gather.push(json!({"message": fault.message}));
                continue;
            };
            let entry = objects.entry(object).or_insert_with(|| json!({"guid": fault.guid, "errors": []}));
            if let Some(Value::Array(errors)) = entry.get_mut("errors") {
                errors.push(json!({"message": fault.message, "line": null, "type": fault.stage}));
            }
        }
        Ok(json!({"gather_errors": gather, "object_errors": objects}))
    }
}
