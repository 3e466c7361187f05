//! `group_package_show`.

use action::{Action, Ctx, Kind, Raw};
use base::{
    Error, Result,
    loose::{Loose, Natural},
};
use search::Request;
use serde_json::Value;
use store::quotes::GroupRow;

use super::{allow, db};
use crate::package::{allow::needed, search::listed};

/// How many are answered when nothing is said.
const LIMIT: usize = 10;

action::declare! {
    /// Returns the public datasets of a group.
    pub struct PackageShow;
    /// Which group, and how many of them.
    pub struct PackageShowParams {
        /// Id or name.
        id: String,
        /// At most so many; 10 when left out.
        limit: Value,
    }
}

impl Action for PackageShow {
    const NAME: &'static str = "group_package_show";
    const KIND: Kind = Kind::Read;
    const SEARCHES: bool = true;
    type Params = PackageShowParams;
    /// The group, and how many.
    type Subject = (GroupRow, usize);
    type Output = Raw;

    fn allow(ctx: &mut Ctx, params: &PackageShowParams) -> Result<(GroupRow, usize)> {
        let key = needed(params.id.as_ref(), "id")?;
        let limit = limit(params.limit.as_ref())?;
        let row = db::find(ctx.db()?, key)?.ok_or_else(|| Error::not_found(""))?;
        allow::may_read(ctx, &row, false)?;
        Ok((row, limit))
    }

    fn run(ctx: &mut Ctx, _params: PackageShowParams, (row, limit): (GroupRow, usize)) -> Result<Raw> {
        let settings = &ctx.app.settings.search;
        let request = Request {
            fq: vec![format!("groups:\"{}\"", row.name)],
            sort: Some(settings.default_sort.clone()),
            rows: limit.min(settings.rows_max),
            labels: ctx.actor.labels(),
            ..Request::public()
        };
        listed(ctx, &request).map(Raw)
    }
}

/// Reads the limit, before the group is looked up; an empty one is none.
fn limit(sent: Option<&Value>) -> Result<usize> {
    let Some(sent) = sent.filter(|sent| sent.as_str().is_none_or(|text| !text.is_empty())) else { return Ok(LIMIT) };
    let limit = Natural::read(sent).map_err(|_not_a_number| Error::invalid_text("Limit must be a positive integer"))?;
    Ok(limit.0)
}
