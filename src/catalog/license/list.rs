//! `license_list`.

use action::{Action, Ctx, Kind, action::Raw};
use base::Result;

action::declare! {
    /// Returns the licences that datasets can be given.
    pub struct List;
    /// Nothing.
    pub struct ListParams {}
}

impl Action for List {
    const NAME: &'static str = "license_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = ();
    type Output = Raw;

    fn allow(_ctx: &mut Ctx, _params: &ListParams) -> Result<()> {
        Ok(())
    }

    fn run(ctx: &mut Ctx, _params: ListParams, (): ()) -> Result<Raw> {
        Ok(Raw(ctx.app.settings.licenses.json.clone()))
    }
}
