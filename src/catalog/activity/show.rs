//! `activity_show`.

use action::{Action, Ctx, Kind};
use base::Result;

use super::{
    allow,
    db::ActivityRow,
    view::{self, View},
};
use crate::flag::{Flag, flag};

action::declare! {
    /// Returns an activity of a dataset, to whoever may see the dataset and was allowed to see that version.
    pub struct Show;
    /// Which activity.
    pub struct ShowParams {
        /// Id of the activity.
        id: String,
        /// True: asks for the right to change the dataset, unless the site shows everybody the details.
        include_data: Flag,
    }
}

impl Action for Show {
    const NAME: &'static str = "activity_show";
    const KIND: Kind = Kind::Read;
    type Params = ShowParams;
    type Subject = ActivityRow;
    type Output = View;

    fn allow(ctx: &mut Ctx, params: &ShowParams) -> Result<ActivityRow> {
        allow::may_show(ctx, params.id.as_ref(), flag(params.include_data, false)?)
    }

    fn run(ctx: &mut Ctx, _params: ShowParams, row: ActivityRow) -> Result<View> {
        view::of(ctx, row)
    }
}
