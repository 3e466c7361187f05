//! `config_option_list`.

use action::{Action, Ctx, Kind, site::EDITABLE};
use base::Result;

action::declare! {
    /// Returns the names of the options that config_option_update can change. Sysadmins only.
    pub struct List;
    /// Nothing.
    pub struct ListParams {}
}

impl Action for List {
    const NAME: &'static str = "config_option_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = ();
    type Output = [&'static str; EDITABLE.len()];

    fn allow(ctx: &mut Ctx, _params: &ListParams) -> Result<()> {
        super::allow(ctx)
    }

    fn run(_ctx: &mut Ctx, _params: ListParams, (): ()) -> Result<Self::Output> {
        Ok(EDITABLE)
    }
}
