//! `file_pin`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};

use super::{
    allow::{self, Doing},
    db::{self, Owned},
    view::View,
};
use crate::package::allow::needed;

action::declare! {
    /// Keeps a file with its owner: it is given to somebody else with force only.
    pub struct Pin;
    /// Which file.
    pub struct PinParams {
        /// Id of the file.
        id: String,
    }
}

impl Action for Pin {
    const NAME: &'static str = "file_pin";
    const KIND: Kind = Kind::Write;
    type Params = PinParams;
    type Subject = Owned;
    type Output = View;

    fn allow(ctx: &mut Ctx, params: &PinParams) -> Result<Owned> {
        allow::may(ctx, needed(params.id.as_ref(), "id")?, Doing::Update, (Self::NAME, "file"))
    }

    fn run(ctx: &mut Ctx, _params: PinParams, (file, owner): Owned) -> Result<View> {
        let mut owner = owner.ok_or_else(|| Error::invalid("id", "File has no owner"))?;
        owner.pinned = true;
        db::put_owner(ctx.db()?, &owner)?;
        Ok(View::new(file, Some(owner)))
    }
}
