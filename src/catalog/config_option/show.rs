//! `config_option_show`.

use action::{Action, Ctx, Kind, site::EDITABLE};
use base::{Error, Result};

use crate::package::allow::needed;

action::declare! {
    /// Returns the present value of an option that config_option_update can change. Sysadmins only.
    pub struct Show;
    /// Which option.
    pub struct ShowParams {
        /// Name of the option.
        key: String,
    }
}

impl Action for Show {
    const NAME: &'static str = "config_option_show";
    const KIND: Kind = Kind::Read;
    type Params = ShowParams;
    type Subject = String;
    type Output = Option<String>;

    fn allow(ctx: &mut Ctx, params: &ShowParams) -> Result<String> {
        super::allow(ctx)?;
        needed(params.key.as_ref(), "key").map(str::to_owned)
    }

    fn run(ctx: &mut Ctx, _params: ShowParams, key: String) -> Result<Option<String>> {
        if !EDITABLE.contains(&key.as_str()) {
            return Err(Error::invalid_text(format!("Configuration option '{key}' can not be shown")));
        }
        Ok(ctx.app.site().options.get(&key).cloned())
    }
}
