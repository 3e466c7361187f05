//! `harvest_object_list`.

use action::{Action, Ctx, Kind};
use base::{Error, Result, loose::Natural};

use super::db;
use crate::source;

/// Ids in one answer at most, and when the caller says nothing.
const LIMIT: usize = 100_000;

action::declare! {
    /// Lists the ids of harvest objects. For users who are logged in.
    pub struct List;
    /// Which of them.
    pub struct ListParams {
        /// Id or name of a source.
        source_id: String,
        /// False: also those that have vanished at their source.
        only_current: bool = true,
        /// At most so many.
        limit: Natural,
        /// Objects to pass over.
        offset: Natural,
    }
}

impl Action for List {
    const NAME: &'static str = "harvest_object_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = Option<source::Source>;
    type Output = Vec<String>;

    fn allow(ctx: &mut Ctx, params: &ListParams) -> Result<Option<source::Source>> {
        if ctx.actor.is_anonymous() {
            return Err(Error::denied("You must be logged in to list harvest objects"));
        }
        match &params.source_id {
            Some(_) => source::allow::may_read(ctx, params.source_id.as_ref(), "source_id").map(Some),
            None => Ok(None),
        }
    }

    fn run(ctx: &mut Ctx, params: ListParams, source: Option<source::Source>) -> Result<Vec<String>> {
        let number = |natural: Option<Natural>, default: usize| natural.map_or(default, |Natural(number)| number);
        let page = (
            i64::try_from(number(params.limit, LIMIT).min(LIMIT)).unwrap_or(0),
            i64::try_from(number(params.offset, 0)).unwrap_or(i64::MAX),
        );
        db::list(ctx.db()?, source.as_ref().map(|source| source.id.as_str()), params.only_current, page)
    }
}
