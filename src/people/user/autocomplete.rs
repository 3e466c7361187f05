//! `user_autocomplete`.

use action::{Action, Ctx, Kind};
use base::{Error, Result, loose::Natural};
use catalog::tag::db::is_findable;
use serde::Serialize;

use super::{allow, db};

/// Users that are answered at most.
const MOST: usize = 1_000;

action::declare! {
    /// Returns the users who have a text in their name or full name, for choosing one of them.
    pub struct Autocomplete;
    /// What is looked for.
    pub struct AutocompleteParams {
        /// Text in name or full name; for a sysadmin in the e-mail address too.
        q: String,
        /// At most so many.
        limit: Natural = Natural(20),
        /// True: without the caller.
        ignore_self: bool = false,
    }
}

/// A user, as lists to choose from show him.
#[derive(Serialize)]
pub struct Item {
    id: String,
    name: String,
    fullname: Option<String>,
}

impl Action for Autocomplete {
    const NAME: &'static str = "user_autocomplete";
    const KIND: Kind = Kind::Read;
    type Params = AutocompleteParams;
    type Subject = String;
    type Output = Vec<Item>;

    fn allow(ctx: &mut Ctx, params: &AutocompleteParams) -> Result<String> {
        let part = params.q.clone().ok_or_else(|| Error::invalid("q", "Missing value"))?;
        allow::may_read(ctx)?;
        Ok(part)
    }

    fn run(ctx: &mut Ctx, params: AutocompleteParams, part: String) -> Result<Vec<Item>> {
        if !is_findable(&part) {
            return Ok(Vec::new());
        }
        let own = ctx.actor.name().to_owned();
        let wanted = db::Wanted {
            part: (!part.is_empty()).then_some(part.as_str()),
            search_email: ctx.actor.is_sysadmin(),
            but: (params.ignore_self && !own.is_empty()).then_some(own.as_str()),
            ..db::Wanted::default()
        };
        let limit = i64::try_from(params.limit.0.min(MOST)).unwrap_or_default();
        let found = db::complete(ctx.db()?, &wanted, limit)?;
        Ok(found.into_iter().map(|(id, name, fullname)| Item { id, name, fullname }).collect())
    }
}
