//! `organization_show`.

use std::sync::Arc;

use action::{Action, Ctx, Documented, Kind, Raw};
use base::Result;
use store::quotes::Group;

use crate::group::{
    Family,
    show::{ShowParams, permitted},
    view::{self, Options},
};

/// See its help text.
pub struct Show;

impl Documented for Show {
    const DOC: &'static str = " Returns an organization.\n\n A deleted one is shown to its members alone.\n";
}

impl Action for Show {
    const NAME: &'static str = "organization_show";
    const KIND: Kind = Kind::Read;
    type Params = ShowParams;
    type Subject = (Arc<Group>, Options);
    type Output = Raw;

    fn allow(ctx: &mut Ctx, params: &ShowParams) -> Result<(Arc<Group>, Options)> {
        permitted(ctx, Family::Organization, params)
    }

    fn run(ctx: &mut Ctx, _params: ShowParams, (group, options): (Arc<Group>, Options)) -> Result<Raw> {
        view::one(ctx, Family::Organization, &group.row, options)
    }
}
