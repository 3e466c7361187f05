//! `file_show`.

use action::{Action, Ctx, Kind};
use base::Result;

use super::{
    allow::{self, Doing},
    db::Owned,
    view::View,
};
use crate::package::allow::needed;

action::declare! {
    /// Returns what is known of a file; its bytes are at /file/download/<id>.
    pub struct Show;
    /// Which file.
    pub struct ShowParams {
        /// Id of the file.
        id: String,
    }
}

impl Action for Show {
    const NAME: &'static str = "file_show";
    const KIND: Kind = Kind::Read;
    type Params = ShowParams;
    type Subject = Owned;
    type Output = View;

    fn allow(ctx: &mut Ctx, params: &ShowParams) -> Result<Owned> {
        allow::may(ctx, needed(params.id.as_ref(), "id")?, Doing::Show, (Self::NAME, "file"))
    }

    fn run(_ctx: &mut Ctx, _params: ShowParams, (file, owner): Owned) -> Result<View> {
        Ok(View::new(file, owner))
    }
}
