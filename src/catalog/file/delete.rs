//! `file_delete`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};

use super::{
    allow::{self, Doing},
    db::{self, Owned},
    view::View,
};
use crate::package::allow::needed;

action::declare! {
    /// Removes a file, its bytes too, and answers what it was.
    pub struct Delete;
    /// Which file.
    pub struct DeleteParams {
        /// Id of the file.
        id: String,
    }
}

impl Action for Delete {
    const NAME: &'static str = "file_delete";
    const KIND: Kind = Kind::Write;
    type Params = DeleteParams;
    type Subject = Owned;
    type Output = View;

    fn allow(ctx: &mut Ctx, params: &DeleteParams) -> Result<Owned> {
        allow::may(ctx, needed(params.id.as_ref(), "id")?, Doing::Delete, (Self::NAME, "file id not found"))
    }

    fn run(ctx: &mut Ctx, _params: DeleteParams, (file, owner): Owned) -> Result<View> {
        let storage = ctx.app.files.storage(&file.storage);
        let storage = storage.ok_or_else(|| Error::invalid("storage", format!("Storage {} is not configured", file.storage)))?;
        if !storage.supports("REMOVE") && storage.exists(&file.location)? {
            return Err(Error::invalid("storage", "Operation is not supported"));
        }
        db::delete(ctx.db()?, &file.id)?;
        ctx.remove_file((&file.storage, &file.location))?;
        Ok(View::new(file, owner))
    }
}
