//! `vocabulary_update`.

use action::{Action, Ctx, Field, Kind};
use base::{ErrorDict, Result, loose::Loose};
use store::changes;

use super::{
    allow::{missing, only_sysadmin, present},
    check,
    db::{self, VocabularyRow},
    view::{self, View},
};
use crate::tag;

action::declare! {
    /// Changes a vocabulary. Name and tags that are left out stay; a list of tags replaces those that it has, and
    /// datasets lose the tags that are not in it. For sysadmins.
    pub struct Update;
    /// The vocabulary; `id` may be its name.
    pub struct UpdateParams(fields());
}

fn fields() -> Vec<Field> {
    let mut fields = check::fields();
    fields.insert(0, Field { name: "id", doc: "Id or name of the vocabulary.", schema: String::schema() });
    fields
}

impl Action for Update {
    const NAME: &'static str = "vocabulary_update";
    const KIND: Kind = Kind::Write;
    type Params = UpdateParams;
    type Subject = VocabularyRow;
    type Output = View;

    fn allow(ctx: &mut Ctx, params: &UpdateParams) -> Result<VocabularyRow> {
        let id = params.0.text("id");
        let key = present(id.as_ref())?;
        let row = db::lock(ctx.db()?, key)?.ok_or_else(|| missing(key))?;
        only_sysadmin(ctx)?;
        Ok(row)
    }

    fn run(ctx: &mut Ctx, params: UpdateParams, before: VocabularyRow) -> Result<View> {
        let mut errors = ErrorDict::default();
        let name = model::check::text_of(&params.0.0, "name").unwrap_or_else(|| before.name.clone());
        let renamed = name != before.name;
        if renamed {
            check::name(ctx, &name, &mut errors)?;
        }
        let tags = check::tags(ctx, &params.0, &mut errors)?;
        errors.into_result()?;
        let row = VocabularyRow { name, ..before };
        if renamed {
            db::rename(ctx.db()?, &row)?;
        }
        let changed = match tags {
            Some(names) => replace(ctx, &row.id, &names)?,
            None => false,
        };
        if renamed || changed {
            ctx.log(changes::Entity::Vocabulary, &row.id, changes::Kind::Update)?;
        }
        view::one(ctx, row)
    }
}

/// Gives a vocabulary these tags; true when it had others.
fn replace(ctx: &mut Ctx, vocabulary: &str, names: &[String]) -> Result<bool> {
    let present = tag::db::of_vocabularies(ctx.db()?, &[vocabulary.to_owned()])?;
    let gone: Vec<String> = present.iter().filter(|tag| !names.contains(&tag.name)).map(|tag| tag.id.clone()).collect();
    let fresh: Vec<String> = names.iter().filter(|name| !present.iter().any(|tag| tag.name == **name)).cloned().collect();
    tag::write::remove(ctx, &gone)?;
    tag::db::insert(ctx.db()?, &check::tags_in(vocabulary, &fresh))?;
    Ok(!gone.is_empty() || !fresh.is_empty())
}
