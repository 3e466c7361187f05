//! `package_relationship_create`.

use action::{Action, Ctx, Field, Kind};
use base::{Result, loose::Loose};
use serde_json::Value;

use super::{
    allow::{self, Pair},
    db, write,
};

action::declare! {
    /// Relates two datasets. One that is there already gets the comment.
    pub struct Create;
    /// Which datasets, and how.
    pub struct CreateParams(fields());
}

/// What clients may send of a relationship.
#[must_use]
pub fn fields() -> Vec<Field> {
    let field = |name, doc| Field { name, doc, schema: String::schema() };
    vec![
        field("subject", "Id or name of the one dataset."),
        field("object", "Id or name of the other."),
        field("type", "depends_on, dependency_of, derives_from, has_derivation, links_to, linked_from, child_of or parent_of."),
        field("comment", "A few words."),
    ]
}

impl Action for Create {
    const NAME: &'static str = "package_relationship_create";
    const KIND: Kind = Kind::Write;
    type Params = CreateParams;
    type Subject = Pair;
    type Output = Value;

    fn allow(ctx: &mut Ctx, params: &CreateParams) -> Result<Pair> {
        allow::may_relate(ctx, &params.0)
    }

    fn run(ctx: &mut Ctx, params: CreateParams, pair: Pair) -> Result<Value> {
        let (subject, object, kind) = pair.ahead()?;
        let known = db::find(ctx.db()?, subject, object, kind)?;
        write::put(ctx, &pair, known, params.0.text("comment").unwrap_or_default())
    }
}
