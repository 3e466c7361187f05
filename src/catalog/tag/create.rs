//! `tag_create`.

use action::{Action, Ctx, Field, Kind};
use base::{Error, ErrorDict, Result, loose::Loose};
use model::{Tag, check::text};
use store::changes;

use super::{
    db::{self, TagRow},
    view::View,
};
use crate::vocabulary::allow::only_sysadmin;

action::declare! {
    /// Adds a tag to a vocabulary. Free tags come with the datasets that carry them. For sysadmins.
    pub struct Create;
    /// The tag.
    pub struct CreateParams(fields());
}

fn fields() -> Vec<Field> {
    let field = |name, doc| Field { name, doc, schema: String::schema() };
    vec![field("name", "Name, 2 to 100 letters, digits, blanks and -_."), field("vocabulary_id", "Id of the vocabulary.")]
}

impl Action for Create {
    const NAME: &'static str = "tag_create";
    const KIND: Kind = Kind::Write;
    type Params = CreateParams;
    type Subject = ();
    type Output = View;

    fn allow(ctx: &mut Ctx, _params: &CreateParams) -> Result<()> {
        only_sysadmin(ctx)
    }

    fn run(ctx: &mut Ctx, params: CreateParams, (): ()) -> Result<View> {
        let tag = read(ctx, &params)?;
        db::insert(ctx.db()?, std::slice::from_ref(&tag))?;
        if let Some(vocabulary) = &tag.vocabulary_id {
            ctx.log(changes::Entity::Vocabulary, vocabulary, changes::Kind::Update)?;
        }
        View::with_datasets(ctx, TagRow { id: tag.id, name: tag.name, vocabulary_id: tag.vocabulary_id })
    }
}

/// `default_create_tag_schema`: all faults at once.
fn read(ctx: &mut Ctx, params: &CreateParams) -> Result<Tag> {
    let mut errors = ErrorDict::default();
    let name = params.0.text("name").unwrap_or_default();
    if name.is_empty() {
        errors.add("name", "Missing value");
    } else {
        text::tag_faults(&name).into_iter().for_each(|fault| errors.add("name", fault));
    }
    let vocabulary = params.0.text("vocabulary_id").unwrap_or_default();
    if vocabulary.is_empty() {
        errors.add("vocabulary_id", "Missing value");
    } else {
        if !ctx.app.quotes.vocabularies().contains_key(&vocabulary) {
            errors.add("vocabulary_id", "Tag vocabulary was not found.");
        }
        if name.is_empty() {
            errors.add("vocabulary_id", "No tag name");
        } else if !vocabulary.contains('\0') && is_taken(ctx, &name, &vocabulary)? {
            errors.add("vocabulary_id", format!("Tag {name} already belongs to vocabulary {vocabulary}"));
        }
    }
    if params.0.text("id").is_some() {
        errors.add("id", "The input field id was not expected.");
    }
    if !errors.is_empty() {
        return Err(Error::validation(errors));
    }
    Ok(Tag::of(&vocabulary, &name))
}

fn is_taken(ctx: &mut Ctx, name: &str, vocabulary: &str) -> Result<bool> {
    Ok(db::find(ctx.db()?, &Tag::of(vocabulary, name).id, Some(vocabulary))?.is_some())
}
