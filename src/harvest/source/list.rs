//! `harvest_source_list`.

use action::{Action, Ctx, Kind};
use base::{Result, loose::Natural, time::Stamp};
use serde_json::Value;

use super::{allow, db, view};

/// Sources in one answer at most.
const LIMIT_MAX: usize = 1_000;

action::declare! {
    /// Lists the harvest sources that the caller may see, newest first.
    pub struct List;
    /// Which of them.
    pub struct ListParams {
        /// Only those of this organization (id or name).
        organization_id: String,
        /// Only those that are harvested at all.
        only_active: bool = false,
        /// Only those whose time has come.
        only_to_run: bool = false,
        /// With the status of each one's last job.
        return_last_job_status: bool = false,
        /// At most so many; `ckan.harvest.harvest_source_limit` when left out.
        limit: Natural,
        /// Sources to pass over.
        offset: Natural,
    }
}

impl Action for List {
    const NAME: &'static str = "harvest_source_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = ();
    type Output = Vec<Value>;

    fn allow(_ctx: &mut Ctx, _params: &ListParams) -> Result<()> {
        Ok(())
    }

    fn run(ctx: &mut Ctx, params: ListParams, (): ()) -> Result<Vec<Value>> {
        let number = |natural: Option<Natural>, default: usize| natural.map_or(default, |Natural(number)| number);
        let organizations = params.organization_id.map(|key| {
            let id = ctx.app.quotes.find(&key).map_or(key, |group| group.row.id.clone());
            vec![id.replace('\0', "")]
        });
        let filter = db::Filter {
            organizations,
            only_active: params.only_active,
            due: params.only_to_run.then(|| Stamp::now().naive()),
            limit: i64::try_from(number(params.limit, ctx.app.settings.harvest_source_limit).min(LIMIT_MAX)).unwrap_or(0),
            offset: i64::try_from(number(params.offset, 0)).unwrap_or(i64::MAX),
        };
        let mut sources = db::list(ctx.db()?, filter)?;
        sources.retain(|source| allow::is_readable(ctx, source));
        view::list(ctx, &sources, params.return_last_job_status)
    }
}
