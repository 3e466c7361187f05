//! An answer in a language: what has translations says the text of that language where it says one text.
//!
//! Datasets, resources, organizations and groups keep their translations beside the plain text (`title`,
//! `title_translated`), so that one rule does for every answer. What quotes an organization or group quotes no translations:
//! those are put in by its id.

use action::App;
use base::{Error, Result};
use serde_json::{Map, Value};
use store::quotes::GroupRow;

/// The end of the names of translations.
const SUFFIX: &str = "_translated";

fn pick<'a>(texts: &'a Value, language: &str) -> Option<&'a str> {
    model::translated::pick(|name| texts.get(name)?.as_str(), language).filter(|text| !text.is_empty())
}

/// The title or description (`base`) of an organization or group in a language, where it has a translation.
#[must_use]
pub fn of_group<'a>(row: &'a GroupRow, base: &str, language: &str) -> Option<&'a str> {
    pick(row.translations.get(base)?, language)
}

/// Translates the JSON text of a result.
///
/// # Errors
/// Internal, if it is no JSON.
pub fn translate(app: &App, language: &str, result: &mut String) -> Result<()> {
    if !result.contains("_translated\"") && !app.quotes.are_translated() {
        return Ok(());
    }
    let mut value: Value = serde_json::from_str(result).map_err(Error::internal)?;
    Translator { app, language }.value(&mut value);
    *result = value.to_string();
    Ok(())
}

struct Translator<'a> {
    app: &'a App,
    language: &'a str,
}

impl Translator<'_> {
    /// Results are as deep as what clients sent, which is bounded.
    fn value(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(members) => self.object(members),
            _ => {}
        }
    }

    fn object(&self, members: &mut Map<String, Value>) {
        for (name, value) in members.iter_mut() {
            match name.as_str() {
                "organization" => self.quote(value),
                "groups" => value.as_array_mut().into_iter().flatten().for_each(|group| self.quote(group)),
                "search_facets" => self.facets(value),
                _ => {}
            }
            self.value(value);
        }
        let texts = members.iter().filter_map(|(name, texts)| {
            let base = name.strip_suffix(SUFFIX).filter(|base| !base.is_empty() && (*base != "name" || is_resource(members)))?;
            Some((base.to_owned(), pick(texts, self.language)?.to_owned()))
        });
        for (base, text) in texts.collect::<Vec<_>>() {
            say(members, &base, &text);
        }
    }

    /// An organization or group as it stands in a dataset, without its translations.
    fn quote(&self, quote: &mut Value) {
        let Some(members) = quote.as_object_mut() else { return };
        let Some(group) = members.get("id").and_then(Value::as_str).and_then(|id| self.app.quotes.find(id)) else { return };
        for base in ["title", "description"] {
            if let Some(text) = of_group(&group.row, base, self.language) {
                say(members, base, text);
            }
        }
    }

    fn facets(&self, facets: &mut Value) {
        for field in ["organization", "groups", "owner_org"] {
            let items = facets.get_mut(field).and_then(|facet| facet.get_mut("items")).and_then(Value::as_array_mut);
            for item in items.into_iter().flatten() {
                let group = item.get("name").and_then(Value::as_str).and_then(|name| self.app.quotes.find(name));
                let title = group.as_ref().and_then(|group| of_group(&group.row, "title", self.language));
                if let (Some(title), Some(item)) = (title, item.as_object_mut()) {
                    say(item, "display_name", title);
                }
            }
        }
    }
}

/// Only resources have a name that is a text.
fn is_resource(members: &Map<String, Value>) -> bool {
    members.contains_key("package_id")
}

/// Puts a text in place of another one; `display_name` is the title.
fn say(members: &mut Map<String, Value>, base: &str, text: &str) {
    let names = if base == "title" { ["title", "display_name"].as_slice() } else { &[base] };
    for name in names {
        if let Some(value) = members.get_mut(*name).filter(|value| value.is_string() || value.is_null()) {
            *value = Value::String(text.to_owned());
        }
    }
}
