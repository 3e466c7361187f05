//! `job_list`.

use action::{Action, Ctx, Kind};
use base::Result;
use serde::Serialize;
use serde_json::Value;

use super::{View, allow, db, is_meant, names};

/// Jobs in one answer when no number is asked for (`ckan.jobs.default_list_limit`).
const LIMIT: i64 = 200;
/// Jobs in one answer at most.
const MOST: i64 = 1_000;

action::declare! {
    /// Lists the jobs that wait to be run in the background, in the order in which they will be. Sysadmins only.
    pub struct List;
    /// Which of them.
    pub struct ListParams {
        /// Names of queues; left out: all queues.
        queues: Value,
        /// At most so many.
        limit: i64 = LIMIT,
        /// True: ids only.
        ids_only: bool = false,
    }
}

/// A job, or its id.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Item {
    Id(String),
    Whole(View),
}

impl Action for List {
    const NAME: &'static str = "job_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = ();
    type Output = Vec<Item>;

    fn allow(ctx: &mut Ctx, _params: &ListParams) -> Result<()> {
        allow(ctx)
    }

    fn run(ctx: &mut Ctx, params: ListParams, (): ()) -> Result<Vec<Item>> {
        if !is_meant(&names(params.queues.as_ref())?) {
            return Ok(Vec::new());
        }
        let limit = if params.limit < 0 { MOST } else { params.limit.min(MOST) };
        let jobs = db::list(ctx.statement()?, limit)?.into_iter();
        Ok(jobs.map(|job| if params.ids_only { Item::Id(job.id) } else { Item::Whole(View::from(job)) }).collect())
    }
}
