//! `current_package_list_with_resources`.

use action::{Action, Ctx, Kind, Raw};
use base::{
    Result,
    loose::{Loose, Natural},
};
use search::Request;
use serde_json::Value;

use super::index::unpack;

action::declare! {
    /// Returns whole datasets, the newest first: public ones, for sysadmins all.
    pub struct Current;
    /// Which part of the list.
    pub struct CurrentParams {
        /// At most so many; 10 when left out.
        limit: Natural,
        /// Datasets to pass over.
        offset: Natural,
        /// Out of use in CKAN: instead of `offset`, which page of `limit` datasets, from 1.
        page: Positive,
    }
}

/// A number from 1 on: CKAN's `is_positive_integer`.
#[derive(Clone, Copy, Debug)]
pub struct Positive(usize);

impl Loose for Positive {
    fn schema() -> Value {
        serde_json::json!({"type": "integer", "minimum": 1})
    }

    fn read(value: &Value) -> Result<Self, String> {
        let number = i64::read(value)?;
        usize::try_from(number).ok().filter(|number| *number > 0).map(Self).ok_or_else(|| "Must be a positive integer".to_owned())
    }
}

impl Action for Current {
    const NAME: &'static str = "current_package_list_with_resources";
    const KIND: Kind = Kind::Read;
    const SEARCHES: bool = true;
    type Params = CurrentParams;
    type Subject = ();
    type Output = Raw;

    fn allow(_ctx: &mut Ctx, _params: &CurrentParams) -> Result<()> {
        Ok(())
    }

    fn run(ctx: &mut Ctx, params: CurrentParams, (): ()) -> Result<Raw> {
        let settings = &ctx.app.settings.search;
        let limit = params.limit.map(|Natural(limit)| limit);
        let start = match (params.offset, params.page) {
            (Some(Natural(offset)), _) => offset,
            (None, Some(Positive(page))) => (page - 1).saturating_mul(limit.unwrap_or(0)),
            (None, None) => 0,
        };
        let request = Request {
            sort: Some(settings.default_sort.clone()),
            rows: limit.unwrap_or(10).min(settings.rows_max),
            start,
            labels: ctx.actor.labels(),
            public_only: !ctx.actor.is_sysadmin(),
            ..Request::public()
        };
        let found = ctx.index().search(&request)?;
        let mut text = String::from("[");
        for hit in &found.hits {
            if text.len() > 1 {
                text.push(',');
            }
            let (owner, groups, body) = unpack(&hit.stored)?;
            ctx.app.quotes.splice_parts(body, owner, groups.into_iter(), &mut text);
        }
        text.push(']');
        Ok(Raw(text))
    }
}
