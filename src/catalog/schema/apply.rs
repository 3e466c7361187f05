//! What the schema of its type says of a dataset, group or organization that is written.

use std::sync::Arc;

use action::Ctx;
use base::{ErrorDict, Result, loose};
use model::check::text_of;
use scheming::{Family, Schema, Scope};
use serde_json::{Map, Value, json};

/// What was found.
#[derive(Default)]
pub struct Applied {
    /// The values of the site's own fields, as they are shown.
    pub fields: Map<String, Value>,
    pub errors: ErrorDict,
    schema: Option<Arc<Schema>>,
}

impl Applied {
    /// Names of the site's own fields.
    #[must_use]
    pub fn own(&self) -> &[String] {
        self.schema.as_ref().map_or(&[], |schema| schema.own_fields())
    }
}

/// The object that is replaced.
pub struct Before<'a> {
    pub state: &'a str,
    /// Its own fields.
    pub fields: &'a Map<String, Value>,
    /// Its extras.
    pub extras: Vec<&'a str>,
    /// What stays when it is left out.
    pub kept: Vec<(&'static str, Value)>,
}

/// True where [`apply`] has something to do: the type has a schema, or needs one, or there are fields of an older schema.
#[must_use]
pub fn is_needed(ctx: &Ctx, (family, kind): (Family, &str), fields: Option<&Map<String, Value>>) -> bool {
    let schemas = &ctx.app.settings.schemas;
    schemas.declared(family, kind).is_some() || schemas.refuses(family, kind) || fields.is_some_and(|fields| !fields.is_empty())
}

/// Checks what a client sends by the schema of its type. The site's own fields are taken out of `dict`.
///
/// What was an extra before there was such a field becomes the field, and a field that no schema names any more becomes an
/// extra: nothing is lost when a site changes its schemas.
///
/// # Errors
/// Integrity, when something else stands where a list of objects is due.
pub fn apply(
    ctx: &Ctx,
    (family, kind): (Family, &str),
    dict: &mut Map<String, Value>,
    before: Option<Before>,
) -> Result<Applied> {
    let schemas = &ctx.app.settings.schemas;
    let mut applied = Applied { schema: schemas.declared(family, kind).cloned(), ..Applied::default() };
    if schemas.refuses(family, kind) {
        applied.errors.add("type", format!("Unsupported {} type: {kind}", family.word()));
        return Ok(applied);
    }
    if let Some(before) = &before {
        before.fields.keys().filter(|name| !applied.own().contains(name)).for_each(|name| to_extra(dict, name));
        if let Some(schema) = &applied.schema {
            let locale = &ctx.app.settings.locale_default;
            for name in before.extras.iter().filter(|name| schema.own_fields().iter().any(|own| own == *name)) {
                to_field(dict, name, |text| schema.of_extra(name, text, locale));
            }
        }
    }
    let Some(schema) = applied.schema.clone() else { return Ok(applied) };
    let sent = text_of(dict, "state").filter(|state| !state.is_empty());
    let creates = before.is_none();
    if let Some(before) = &before {
        for (name, value) in &before.kept {
            let sent = dict.entry(*name).or_insert(Value::Null);
            if sent.is_null() {
                sent.clone_from(value);
            }
        }
    }
    let state = sent.as_deref().or(before.as_ref().map(|before| before.state)).unwrap_or("active");
    let settings = &ctx.app.settings;
    let is_sysadmin = ctx.actor.is_sysadmin();
    let scope = Scope { state, is_sysadmin, creates, locale: &settings.locale_default, formats: &settings.formats };
    let checked = schema.check(dict, scope)?;
    applied.fields = checked.fields;
    applied.errors = checked.errors;
    Ok(applied)
}

fn is_called(extra: &Value, name: &str) -> bool {
    extra.get("key").and_then(Value::as_str) == Some(name)
}

fn to_extra(dict: &mut Map<String, Value>, name: &str) {
    let Some(value) = dict.shift_remove(name).filter(|value| !value.is_null()) else { return };
    if dict.get("extras").is_none_or(Value::is_null) {
        dict.insert("extras".to_owned(), json!([]));
    }
    if let Some(Value::Array(extras)) = dict.get_mut("extras")
        && !extras.iter().any(|extra| is_called(extra, name))
    {
        extras.push(json!({"key": name, "value": loose::text_of(&value)}));
    }
}

fn to_field(dict: &mut Map<String, Value>, name: &str, shown: impl Fn(&str) -> Value) {
    let Some(Value::Array(extras)) = dict.get_mut("extras") else { return };
    let Some(place) = extras.iter().position(|extra| is_called(extra, name)) else { return };
    let text = extras.remove(place).get("value").map(loose::text_of).unwrap_or_default();
    dict.entry(name).or_insert_with(|| shown(&text));
}
