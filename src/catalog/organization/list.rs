//! `organization_list`.

use action::{Action, Ctx, Documented, Kind, Raw};
use base::Result;

use crate::group::{
    Family,
    list::{ListParams, run},
};

/// See its help text.
pub struct List;

impl Documented for List {
    const DOC: &'static str = " Returns the names of the organizations, or the organizations.\n";
}

impl Action for List {
    const NAME: &'static str = "organization_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = ();
    type Output = Raw;

    fn allow(_ctx: &mut Ctx, _params: &ListParams) -> Result<()> {
        Ok(())
    }

    fn run(ctx: &mut Ctx, params: ListParams, (): ()) -> Result<Raw> {
        run(ctx, Family::Organization, &params)
    }
}
