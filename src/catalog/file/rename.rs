//! `file_rename`.

use action::{Action, Ctx, Kind};
use base::Result;
use files::name;

use super::{
    allow::{self, Doing},
    db::{self, Owned},
    view::View,
};
use crate::package::allow::all_needed;

action::declare! {
    /// Changes the name that a file is shown under; its place in the storage stays.
    pub struct Rename;
    /// Which file, and its name.
    pub struct RenameParams {
        /// Id of the file.
        id: String,
        /// The new name.
        name: String,
    }
}

impl Action for Rename {
    const NAME: &'static str = "file_rename";
    const KIND: Kind = Kind::Write;
    type Params = RenameParams;
    type Subject = Owned;
    type Output = View;

    fn allow(ctx: &mut Ctx, params: &RenameParams) -> Result<Owned> {
        let [id, _name] = all_needed([("id", params.id.as_ref()), ("name", params.name.as_ref())])?;
        allow::may(ctx, id, Doing::Update, (Self::NAME, "file"))
    }

    fn run(ctx: &mut Ctx, params: RenameParams, (mut file, owner): Owned) -> Result<View> {
        file.name = name::munge(&params.name.unwrap_or_default());
        db::rename(ctx.db()?, &file.id, &file.name)?;
        Ok(View::new(file, owner))
    }
}
