//! Who may relate datasets: whoever may change both.

use action::{Ctx, Dict};
use base::{Error, ErrorDict, Result};
use model::Document;
use serde_json::json;

use super::{all_types, forward};
use crate::package;

/// What an action of this noun is about: two locked datasets and the type, from the first to the second.
pub struct Pair {
    pub subject: Document,
    pub object: Document,
    /// The type as it was sent.
    pub kind: String,
}

impl Pair {
    /// The ids in the direction of the forward type, and that type.
    ///
    /// # Errors
    /// Validation for a type that there is not.
    pub fn ahead(&self) -> Result<(&str, &str, &'static str)> {
        let (kind, back) = forward(&self.kind).ok_or_else(|| unknown(&self.kind))?;
        let (subject, object) = (self.subject.id.as_str(), self.object.id.as_str());
        Ok(if back { (object, subject, kind) } else { (subject, object, kind) })
    }
}

fn unknown(_kind: &str) -> Error {
    Error::invalid("type", format!("Value must be one of {}", all_types()))
}

/// Finds and locks both datasets, in the order of their ids.
///
/// # Errors
/// Validation for missing keys; NotFound; Validation for a type that there is not.
pub fn find(ctx: &mut Ctx, dict: &Dict) -> Result<Pair> {
    let mut errors = ErrorDict::default();
    for key in ["subject", "object", "type"] {
        if dict.0.get(key).is_none_or(serde_json::Value::is_null) {
            errors.set(key, json!(["Missing value"]));
        }
    }
    errors.into_result()?;
    let text = |key: &str| dict.text(key).unwrap_or_default();
    let subject_missing = || Error::not_found(format!("Subject package '{}' was not found.", text("subject")));
    let object_missing = || Error::not_found(format!("Object package '{}' was not found.", text("object")));
    let subject = package::allow::find(ctx, &text("subject"), "").map_err(|error| or_missing(error, subject_missing))?;
    let object = package::allow::find(ctx, &text("object"), "").map_err(|error| or_missing(error, object_missing))?;
    let mut locked = package::db::lock_many(ctx.db()?, &[subject.id.clone(), object.id.clone()])?;
    let object = match locked.get(&object.id) {
        Some(object) => object.clone(),
        None => return Err(object_missing()),
    };
    let subject = locked.remove(&subject.id).ok_or_else(subject_missing)?;
    let kind = text("type");
    if kind.is_empty() {
        return Err(Error::invalid("type", "Missing value"));
    }
    if forward(&kind).is_none() {
        return Err(unknown(&kind));
    }
    Ok(Pair { subject, object, kind })
}

fn or_missing(error: Error, missing: impl Fn() -> Error) -> Error {
    if error.kind() == base::Kind::NotFound { missing() } else { error }
}

/// True when the caller may change both.
#[must_use]
pub fn may_edit(ctx: &Ctx, pair: &Pair) -> bool {
    [&pair.subject, &pair.object].iter().all(|document| package::allow::is_editable(&ctx.app, &ctx.actor, document))
}

/// `package_relationship_create`, `_update`, `_delete`.
///
/// # Errors
/// As [`find`]; Denied.
pub fn may_relate(ctx: &mut Ctx, dict: &Dict) -> Result<Pair> {
    let pair = find(ctx, dict)?;
    if may_edit(ctx, &pair) { Ok(pair) } else { Err(denied(ctx)) }
}

/// The denial of all three.
#[must_use]
pub fn denied(ctx: &Ctx) -> Error {
    Error::denied(format!("User {} not authorized to edit these packages", ctx.actor.name()))
}
