//! `file_unpin`.

use action::{Action, Ctx, Kind};
use base::Result;

use super::{
    allow::{self, Doing},
    db::{self, Owned},
    view::View,
};
use crate::package::allow::needed;

action::declare! {
    /// Lets a file be given to somebody else again.
    pub struct Unpin;
    /// Which file.
    pub struct UnpinParams {
        /// Id of the file.
        id: String,
    }
}

impl Action for Unpin {
    const NAME: &'static str = "file_unpin";
    const KIND: Kind = Kind::Write;
    type Params = UnpinParams;
    type Subject = Owned;
    type Output = View;

    fn allow(ctx: &mut Ctx, params: &UnpinParams) -> Result<Owned> {
        allow::may(ctx, needed(params.id.as_ref(), "id")?, Doing::Update, (Self::NAME, "file"))
    }

    fn run(ctx: &mut Ctx, _params: UnpinParams, (file, mut owner): Owned) -> Result<View> {
        if let Some(owner) = &mut owner {
            owner.pinned = false;
            db::put_owner(ctx.db()?, owner)?;
        }
        Ok(View::new(file, owner))
    }
}
