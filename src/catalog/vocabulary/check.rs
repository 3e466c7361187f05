//! What is valid of a vocabulary (schemas.tsv: `default_create_vocabulary_schema`, `default_update_vocabulary_schema`).

use action::{Ctx, Dict, Field};
use base::{ErrorDict, Result, loose::Loose, name};
use model::{Tag, check};
use serde_json::json;

use super::db;

/// What clients may send of a vocabulary.
#[must_use]
pub fn fields() -> Vec<Field> {
    let field = |name, doc, schema| Field { name, doc, schema };
    vec![
        field("name", "Unique name of 2 to 100 characters.", String::schema()),
        field(
            "tags",
            "Its tags; on an update they replace those that it has.",
            json!({"type": "array", "items": {"type": "object", "properties": {"name": String::schema()}}}),
        ),
    ]
}

/// A name against `vocabulary_name_validator`.
///
/// # Errors
/// What the database says.
pub fn name(ctx: &mut Ctx, name: &str, errors: &mut ErrorDict) -> Result<()> {
    let length = name.chars().count();
    if length < name::MIN {
        errors.add("name", format!("Name must be at least {} characters long", name::MIN));
    } else if length > name::MAX {
        errors.add("name", format!("Name must be a maximum of {} characters long", name::MAX));
    } else if name.contains('\0') {
        errors.add("name", "Invalid value");
    } else if db::is_taken(ctx.db()?, name)? {
        errors.add("name", "That vocabulary name is already in use.");
    }
    Ok(())
}

/// The names of the tags that were sent, each once; `None` when they were left out.
///
/// # Errors
/// Integrity, when something else stands where a list of objects is due.
pub fn tags(ctx: &Ctx, dict: &Dict, errors: &mut ErrorDict) -> Result<Option<Vec<String>>> {
    let Some(items) = check::objects(&dict.0, "tags")? else { return Ok(None) };
    let tags = check::tag::read(&items, &ctx.app.quotes.vocabularies(), errors);
    let mut names: Vec<String> = tags.into_iter().map(|tag| tag.name).collect();
    names.sort_unstable();
    names.dedup();
    Ok(Some(names))
}

/// Tags of these names in a vocabulary.
#[must_use]
pub fn tags_in(vocabulary: &str, names: &[String]) -> Vec<Tag> {
    names.iter().map(|name| Tag::of(vocabulary, name)).collect()
}
