//! `license_list`.

use action::{Action, Ctx, Kind};
use base::Result;
use model::license::{LICENSES, License};

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
    type Output = &'static [License];

    fn allow(_ctx: &mut Ctx, _params: &ListParams) -> Result<()> {
        Ok(())
    }

    fn run(_ctx: &mut Ctx, _params: ListParams, (): ()) -> Result<&'static [License]> {
        Ok(LICENSES)
    }
}
