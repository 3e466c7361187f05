//! `package_relationship_update`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};
use serde_json::Value;

use super::{
    allow::{self, Pair},
    create::fields,
    db, write,
};

action::declare! {
    /// Changes the comment of a relationship between two datasets.
    pub struct Update;
    /// Which relationship, and the comment.
    pub struct UpdateParams(fields());
}

impl Action for Update {
    const NAME: &'static str = "package_relationship_update";
    const KIND: Kind = Kind::Write;
    type Params = UpdateParams;
    type Subject = Pair;
    type Output = Value;

    fn allow(ctx: &mut Ctx, params: &UpdateParams) -> Result<Pair> {
        allow::may_relate(ctx, &params.0)
    }

    fn run(ctx: &mut Ctx, params: UpdateParams, pair: Pair) -> Result<Value> {
        let (subject, object, kind) = pair.ahead()?;
        let known = db::find(ctx.db()?, subject, object, kind)?
            .ok_or_else(|| Error::not_found("This relationship between the packages was not found."))?;
        write::put(ctx, &pair, Some(known), params.0.text("comment").unwrap_or_default())
    }
}
