//! `package_list`.

use action::{Action, Ctx, Kind};
use base::{Result, loose::Natural};

use super::db;

action::declare! {
    /// Returns the names of the active public datasets, sorted by name.
    pub struct List;
    /// Which part of the list.
    pub struct ListParams {
        /// At most so many names; 0 or left out is all.
        limit: Natural,
        /// Names to pass over.
        offset: Natural,
    }
}

impl Action for List {
    const NAME: &'static str = "package_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = ();
    type Output = Vec<String>;

    fn allow(_ctx: &mut Ctx, _params: &ListParams) -> Result<()> {
        Ok(())
    }

    fn run(ctx: &mut Ctx, params: ListParams, (): ()) -> Result<Vec<String>> {
        let number = |natural: Option<Natural>| natural.map(|Natural(number)| i64::try_from(number).unwrap_or(i64::MAX));
        db::list_names(ctx.db()?, number(params.limit).filter(|limit| *limit > 0), number(params.offset).unwrap_or(0))
    }
}
