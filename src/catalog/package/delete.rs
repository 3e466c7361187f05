//! `package_delete`.

use action::{Action, Ctx, Kind};
use base::Result;
use model::Document;

use super::{allow, write};

action::declare! {
    /// Marks a dataset as deleted: it is no longer found, and its name may be used again. Its members of staff still
    /// see it; `dataset_purge` removes it for good.
    pub struct Delete;
    /// Which dataset.
    pub struct DeleteParams {
        /// Id or name of the dataset.
        id: String,
    }
}

impl Action for Delete {
    const NAME: &'static str = "package_delete";
    const KIND: Kind = Kind::Write;
    type Params = DeleteParams;
    type Subject = Document;
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &DeleteParams) -> Result<Document> {
        allow::may_update(ctx, allow::needed(params.id.as_ref(), "id")?, "")
    }

    fn run(ctx: &mut Ctx, _params: DeleteParams, document: Document) -> Result<()> {
        write::delete_many(ctx, &[document.id]).map(drop)
    }
}
