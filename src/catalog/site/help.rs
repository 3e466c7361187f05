//! `help_show`: where the `help` of every answer points to.

use action::{Action, Ctx, Kind, Row};
use base::{Error, Result};

use crate::package::allow;

action::declare! {
    /// Returns the help text of an action.
    pub struct Help;
    /// Which action.
    pub struct HelpParams {
        /// Name of the action.
        name: String,
    }
}

impl Action for Help {
    const NAME: &'static str = "help_show";
    const KIND: Kind = Kind::Read;
    type Params = HelpParams;
    type Subject = Row;
    type Output = String;

    fn allow(ctx: &mut Ctx, params: &HelpParams) -> Result<Row> {
        let name = allow::needed(params.name.as_ref(), "name")?;
        ctx.app.row(name).cloned().ok_or_else(|| Error::not_found("Action function not found"))
    }

    fn run(_ctx: &mut Ctx, _params: HelpParams, row: Row) -> Result<String> {
        Ok(row.doc.trim().to_owned())
    }
}
