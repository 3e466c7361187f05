//! Who may do what with vocabularies and their tags: sysadmins alone change them, everybody sees them.

use action::Ctx;
use base::{Error, ErrorDict, Result};
use serde_json::json;

/// `vocabulary_create` and the like.
///
/// # Errors
/// Denied, without a reason as CKAN has it.
pub fn only_sysadmin(ctx: &Ctx) -> Result<()> {
    if ctx.actor.is_sysadmin() { Ok(()) } else { Err(Error::denied("")) }
}

/// The `id` that says which.
///
/// # Errors
/// Validation: `id: "id not in data"`, a plain text as CKAN has it.
pub fn present(id: Option<&String>) -> Result<&str> {
    id.map(String::as_str).filter(|id| !id.is_empty()).ok_or_else(|| {
        let mut errors = ErrorDict::default();
        errors.set("id", json!("id not in data"));
        Error::validation(errors)
    })
}

/// The answer where no vocabulary is called so.
#[must_use]
pub fn missing(id_or_name: &str) -> Error {
    Error::not_found(format!("Could not find vocabulary \"{id_or_name}\""))
}
