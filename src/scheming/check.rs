//! What a schema says of an object that a client sends.

use base::{ErrorDict, Result};
use model::{check::objects, format::Formats};
use serde_json::{Map, Value};

use crate::{
    fluent,
    run::{self, Around, Slot},
    schema::{Field, Schema},
};

/// What the rules depend on beside the object.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// Of the dataset, group or organization: drafts may lack what a schema says so of.
    pub state: &'a str,
    pub is_sysadmin: bool,
    /// It is made, not changed.
    pub creates: bool,
    /// `ckan.locale_default`.
    pub locale: &'a str,
    /// `ckan.resource_formats`.
    pub formats: &'a Formats,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Checked {
    /// The values of the schema's own fields, as they are shown.
    pub fields: Map<String, Value>,
    pub errors: ErrorDict,
}

/// How values are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// As CKAN keeps extras.
    Text,
    /// As JSON has it.
    Json,
}

impl Schema {
    /// Checks a whole object: what its validators make of CKAN's own fields is put back, the schema's own fields are taken
    /// out. The fields of resources stay in them. A schema that is built in finds nothing: the catalog does what it says.
    ///
    /// # Errors
    /// Integrity, when something else stands where a list of objects is due.
    pub fn check(&self, dict: &mut Map<String, Value>, scope: Scope) -> Result<Checked> {
        let mut checked = Checked::default();
        if !self.declared {
            return Ok(checked);
        }
        checked.errors = list(&self.fields, dict, Kept::Text, scope)?;
        for field in self.fields.iter().filter(|field| field.own) {
            if let Some(value) = dict.shift_remove(&field.name) {
                checked.fields.insert(field.name.clone(), value);
            }
        }
        if !self.resource_fields.is_empty() {
            // What is wrong with the list itself is told by the catalog.
            let mut faults = Vec::new();
            for item in dict.get_mut("resources").and_then(Value::as_array_mut).into_iter().flatten() {
                faults.push(match item.as_object_mut() {
                    Some(item) => list(&self.resource_fields, item, Kept::Json, scope)?,
                    None => ErrorDict::default(),
                });
            }
            checked.errors.set_items("resources", faults);
        }
        Ok(checked)
    }
}

impl Schema {
    /// The value of one of the schema's own fields that was kept as an extra, as it is shown.
    #[must_use]
    pub fn of_extra(&self, name: &str, text: &str, locale: &str) -> Value {
        let value = Value::String(text.to_owned());
        match self.fields.iter().find(|field| field.name == name) {
            Some(field) if field.subfields.is_some() => serde_json::from_str(text).unwrap_or(value),
            Some(field) => {
                let mut slot = Slot::of(Some(value.clone()));
                // What shows a value does not look for its format.
                let formats = Formats::built_in();
                let (dict, scope) = (Map::new(), Scope { state: "", is_sysadmin: false, creates: false, locale, formats });
                let mut around = Around::new(&dict, scope);
                run::all(&field.output, &mut slot, &mut around, name);
                slot.value.unwrap_or(value)
            }
            None => value,
        }
    }
}

fn list(fields: &[Field], dict: &mut Map<String, Value>, kept: Kept, scope: Scope) -> Result<ErrorDict> {
    let mut errors = ErrorDict::default();
    for field in fields {
        match &field.subfields {
            None => one(field, dict, kept, scope, &mut errors),
            Some(subfields) => repeated(field, subfields, dict, scope, &mut errors)?,
        }
    }
    for field in fields {
        let Some(base) = &field.mirrors else { continue };
        let text = dict.get(&field.name).and_then(Value::as_object).and_then(|texts| fluent::mirror(texts, scope.locale));
        if let Some(text) = text {
            let text = Value::String(text.to_owned());
            dict.insert(base.clone(), text);
        }
    }
    Ok(errors)
}

fn one(field: &Field, dict: &mut Map<String, Value>, kept: Kept, scope: Scope, errors: &mut ErrorDict) {
    let mut slot = Slot::of(dict.get(&field.name).cloned());
    let mut around = Around::new(dict, scope);
    let steps = field.create.as_ref().filter(|_| scope.creates).unwrap_or(&field.steps);
    run::all(steps, &mut slot, &mut around, &field.name);
    let faults = std::mem::take(&mut slot.faults);
    if faults.is_empty() && around.faults.is_empty() {
        if let (true, Kept::Text, Some(value)) = (field.own, kept, &slot.value) {
            slot.value = Some(Value::String(run::stored(value)));
        }
        if slot.value.is_some() {
            run::all(&field.output, &mut slot, &mut around.bare(), &field.name);
        }
    }
    let Around { taken, faults: of_parts, .. } = around;
    taken.iter().for_each(|key| drop(dict.shift_remove(key)));
    match slot.value {
        Some(value) => drop(dict.insert(field.name.clone(), value)),
        None => drop(dict.shift_remove(&field.name)),
    }
    faults.into_iter().for_each(|fault| errors.add(&field.name, fault));
    errors.merge(of_parts);
}

fn repeated(
    field: &Field,
    subfields: &[Field],
    dict: &mut Map<String, Value>,
    scope: Scope,
    errors: &mut ErrorDict,
) -> Result<()> {
    if !dict.contains_key(&field.name)
        && let Some(items) = of_form(&field.name, dict)
    {
        dict.insert(field.name.clone(), Value::Array(items));
    }
    let Some(items) = objects(dict, &field.name)? else {
        dict.shift_remove(&field.name);
        return Ok(());
    };
    let mut items: Vec<Map<String, Value>> = items.into_iter().cloned().collect();
    let mut faults = Vec::with_capacity(items.len());
    for item in &mut items {
        faults.push(list(subfields, item, Kept::Json, scope)?);
        item.retain(|key, _| subfields.iter().any(|subfield| subfield.name == *key));
    }
    errors.set_items(&field.name, faults);
    dict.insert(field.name.clone(), Value::Array(items.into_iter().map(Value::Object).collect()));
    Ok(())
}

/// A repeating field as forms send it: `<field>-<number>-<subfield>`, in the order of the numbers' texts.
fn of_form(name: &str, dict: &mut Map<String, Value>) -> Option<Vec<Value>> {
    let prefix = format!("{name}-");
    let mut keys: Vec<String> = dict.keys().filter(|key| key.starts_with(&prefix)).cloned().collect();
    keys.sort_unstable();
    let mut items: Vec<(String, Map<String, Value>)> = Vec::new();
    for key in keys {
        let Some((number, subfield)) = key.strip_prefix(&prefix).and_then(|rest| rest.split_once('-')) else { continue };
        let Some(value) = dict.shift_remove(&key) else { continue };
        let (number, subfield) = (number.to_owned(), subfield.to_owned());
        match items.iter_mut().find(|(known, _)| *known == number) {
            Some((_, item)) => drop(item.insert(subfield, value)),
            None => items.push((number, [(subfield, value)].into_iter().collect())),
        }
    }
    (!items.is_empty()).then(|| items.into_iter().map(|(_, item)| Value::Object(item)).collect())
}
