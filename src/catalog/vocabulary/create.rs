//! `vocabulary_create`.

use action::{Action, Ctx, Kind};
use base::{ErrorDict, Result, id};
use store::changes;

use super::{
    allow::only_sysadmin,
    check::{self, fields},
    db::{self, VocabularyRow},
    view::{self, View},
};
use crate::tag;

action::declare! {
    /// Creates a vocabulary of tags. For sysadmins.
    pub struct Create;
    /// The vocabulary.
    pub struct CreateParams(fields());
}

impl Action for Create {
    const NAME: &'static str = "vocabulary_create";
    const KIND: Kind = Kind::Write;
    type Params = CreateParams;
    type Subject = ();
    type Output = View;

    fn allow(ctx: &mut Ctx, _params: &CreateParams) -> Result<()> {
        only_sysadmin(ctx)
    }

    fn run(ctx: &mut Ctx, params: CreateParams, (): ()) -> Result<View> {
        let mut errors = ErrorDict::default();
        if params.0.text("id").is_some() {
            errors.add("id", "The input field id was not expected.");
        }
        let name = params.0.text("name").unwrap_or_default();
        if name.is_empty() {
            errors.add("name", "Missing value");
        } else {
            check::name(ctx, &name, &mut errors)?;
        }
        let tags = check::tags(ctx, &params.0, &mut errors)?.unwrap_or_default();
        errors.into_result()?;
        let row = VocabularyRow { id: id::new(), name };
        db::insert(ctx.db()?, &row)?;
        tag::db::insert(ctx.db()?, &check::tags_in(&row.id, &tags))?;
        ctx.log(changes::Entity::Vocabulary, &row.id, changes::Kind::Create)?;
        view::one(ctx, row)
    }
}
