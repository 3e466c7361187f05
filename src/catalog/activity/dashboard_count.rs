//! `dashboard_new_activities_count`.

use action::{Action, Ctx, Documented, Kind};
use base::Result;

use super::{
    dashboard::{marked, permitted},
    db::Wanted,
    recent::PartParams,
};

/// See its help text.
pub struct Count;

impl Documented for Count {
    const DOC: &'static str = " Returns how many of the activities in the caller's dashboard are new to him.\n\n \
        It counts within the part of the list that is asked for.\n";
}

impl Action for Count {
    const NAME: &'static str = "dashboard_new_activities_count";
    const KIND: Kind = Kind::Read;
    type Params = PartParams;
    type Subject = (String, Wanted);
    type Output = usize;

    fn allow(ctx: &mut Ctx, params: &PartParams) -> Result<(String, Wanted)> {
        permitted(ctx, params)
    }

    fn run(ctx: &mut Ctx, _params: PartParams, (user, wanted): (String, Wanted)) -> Result<usize> {
        let list = marked(ctx, &user, &wanted)?;
        Ok(list.iter().filter(|view| view.is_new == Some(true)).count())
    }
}
