//! `resource_delete`.

use action::{Action, Ctx, Kind};
use base::Result;
use model::Document;

use super::{allow, write};

action::declare! {
    /// Takes a resource out of its dataset.
    pub struct Delete;
    /// Which resource.
    pub struct DeleteParams {
        /// Id of the resource.
        id: String,
    }
}

impl Action for Delete {
    const NAME: &'static str = "resource_delete";
    const KIND: Kind = Kind::Write;
    type Params = DeleteParams;
    type Subject = (String, Document);
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &DeleteParams) -> Result<(String, Document)> {
        allow::may_change(ctx, params.id.as_deref(), "delete", "")
    }

    fn run(ctx: &mut Ctx, _params: DeleteParams, (id, document): (String, Document)) -> Result<()> {
        write::store(ctx, document, |items| {
            let place = write::place_of(items, &id)?;
            items.remove(place);
            Ok(place)
        })
        .map(drop)
    }
}
