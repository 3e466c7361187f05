//! `harvest_source_delete`.

use action::{Action, Ctx, Kind};
use base::{Result, time::Stamp};
use store::changes;

use super::{allow, db, db::Source};

action::declare! {
    /// Deletes a harvest source: it is not harvested any more, and its URL and name may be used again. Its datasets stay.
    pub struct Delete;
    /// Which source.
    pub struct DeleteParams {
        /// Id or name of the source.
        id: String,
    }
}

impl Action for Delete {
    const NAME: &'static str = "harvest_source_delete";
    const KIND: Kind = Kind::Write;
    type Params = DeleteParams;
    type Subject = Source;
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &DeleteParams) -> Result<Source> {
        allow::may_update(ctx, params.id.as_ref(), "id")
    }

    fn run(ctx: &mut Ctx, _params: DeleteParams, mut source: Source) -> Result<()> {
        let now = Stamp::now().naive();
        "deleted".clone_into(&mut source.state);
        source.active = false;
        source.next_run = None;
        source.modified = now;
        db::update(ctx.db()?, &source)?;
        db::abort_jobs(ctx.db()?, &source.id, now)?;
        ctx.log(changes::Entity::HarvestSource, &source.id, changes::Kind::Delete)
    }
}
