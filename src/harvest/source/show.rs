//! `harvest_source_show`.

use action::{Action, Ctx, Kind};
use base::Result;
use serde_json::Value;

use super::{allow, db::Source, view};

action::declare! {
    /// Returns a harvest source with the state of its last job.
    pub struct Show;
    /// Which source.
    pub struct ShowParams {
        /// Id, name or URL of the source.
        id: String,
        /// Another way to say which: the URL of the portal.
        url: String,
    }
}

impl Action for Show {
    const NAME: &'static str = "harvest_source_show";
    const KIND: Kind = Kind::Read;
    type Params = ShowParams;
    type Subject = Source;
    type Output = Value;

    fn allow(ctx: &mut Ctx, params: &ShowParams) -> Result<Source> {
        allow::may_read(ctx, params.id.as_ref().or(params.url.as_ref()), "id")
    }

    fn run(ctx: &mut Ctx, _params: ShowParams, source: Source) -> Result<Value> {
        view::whole(ctx, &source)
    }
}
