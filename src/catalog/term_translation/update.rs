//! `term_translation_update`. Nothing in memory knows of translations, so that the change log is not told.

use action::{Action, Ctx, Dict, Field, Kind};
use base::{Error, ErrorDict, Result, loose::Loose};

use super::db;

action::declare! {
    /// Stores the translation of a term, in place of the one into the same language. Sysadmins only.
    pub struct Update;
    /// The translation.
    pub struct UpdateParams(fields());
}

fn fields() -> Vec<Field> {
    let field = |name, doc| Field { name, doc, schema: String::schema() };
    vec![
        field("term", "The term in its own language."),
        field("term_translation", "The term in the other language."),
        field("lang_code", "Code of the other language."),
    ]
}

impl Action for Update {
    const NAME: &'static str = "term_translation_update";
    const KIND: Kind = Kind::Write;
    type Params = UpdateParams;
    type Subject = ();
    type Output = db::Translation;

    fn allow(ctx: &mut Ctx, _params: &UpdateParams) -> Result<()> {
        allow(ctx)
    }

    fn run(ctx: &mut Ctx, params: UpdateParams, (): ()) -> Result<db::Translation> {
        store(ctx, &params.0)
    }
}

/// Sysadmins.
///
/// # Errors
/// Denied.
pub fn allow(ctx: &Ctx) -> Result<()> {
    if ctx.actor.is_sysadmin() {
        return Ok(());
    }
    Err(Error::denied(format!("User {} not authorized to update term_translation table", ctx.actor.name())))
}

/// Stores what was sent.
///
/// # Errors
/// Validation with all faults.
pub fn store(ctx: &mut Ctx, dict: &Dict) -> Result<db::Translation> {
    let mut errors = ErrorDict::default();
    let mut text = |name: &str| {
        dict.text(name).unwrap_or_else(|| {
            errors.add(name, "Missing value");
            String::new()
        })
    };
    let translation =
        db::Translation { term: text("term"), term_translation: text("term_translation"), lang_code: text("lang_code") };
    errors.into_result()?;
    db::put(ctx.db()?, &translation)?;
    Ok(translation)
}
