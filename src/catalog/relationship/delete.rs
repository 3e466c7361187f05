//! `package_relationship_delete`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};

use super::{
    allow::{self, Pair},
    create::fields,
    db::{self, RelationshipRow},
    write,
};

action::declare! {
    /// Removes a relationship between two datasets.
    pub struct Delete;
    /// Which relationship.
    pub struct DeleteParams(fields());
}

impl Action for Delete {
    const NAME: &'static str = "package_relationship_delete";
    const KIND: Kind = Kind::Write;
    type Params = DeleteParams;
    type Subject = (Pair, RelationshipRow);
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &DeleteParams) -> Result<(Pair, RelationshipRow)> {
        let pair = allow::find(ctx, &params.0)?;
        let (subject, object, kind) = pair.ahead()?;
        let row = db::find(ctx.db()?, subject, object, kind)?.ok_or_else(|| Error::not_found(""))?;
        if allow::may_edit(ctx, &pair) { Ok((pair, row)) } else { Err(allow::denied(ctx)) }
    }

    fn run(ctx: &mut Ctx, _params: DeleteParams, (pair, row): (Pair, RelationshipRow)) -> Result<()> {
        db::delete(ctx.db()?, &row.id)?;
        write::refresh(ctx, &[pair.subject.id, pair.object.id])
    }
}
