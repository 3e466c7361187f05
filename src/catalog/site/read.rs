//! `site_read`: how clients recognised a CKAN before 2.11. One of them still does.

use action::{Action, Ctx, Kind};
use base::Result;

action::declare! {
    /// Returns true: this is a CKAN, and the caller may read it.
    pub struct Read;
    /// Nothing.
    pub struct ReadParams {}
}

impl Action for Read {
    const NAME: &'static str = "site_read";
    const KIND: Kind = Kind::Read;
    type Params = ReadParams;
    type Subject = ();
    type Output = bool;

    fn allow(_ctx: &mut Ctx, _params: &ReadParams) -> Result<()> {
        Ok(())
    }

    fn run(_ctx: &mut Ctx, _params: ReadParams, (): ()) -> Result<bool> {
        Ok(true)
    }
}
