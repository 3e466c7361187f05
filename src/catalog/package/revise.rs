//! `package_revise`: changes parts of a dataset if it is as the caller believes, under the dataset's lock.

use std::sync::Arc;

use action::{Action, Ctx, Field, FileField, FileUse, Kind, Raw};
use base::{Error, ErrorDict, Result, loose::Loose};
use files::Arrival;
use model::{Document, document, revise as rules};
use serde_json::{Map, Value, json};

use super::{
    allow, db,
    write::{Incoming, store_one},
};
use crate::resource;

action::declare! {
    /// Changes parts of a dataset, if it matches.
    ///
    /// Keys in lists of patterns and behind `match__` and `update__` go into the dataset by `__`: `update__resources__0`,
    /// `update__resources__1492a__name` (the beginning of an id, 5 characters at least), `update__resources__extend`.
    pub struct Revise;
    /// What to match, what to remove, what to change, what to answer.
    pub struct ReviseParams(fields());
}

fn fields() -> Vec<Field> {
    let field = |name, doc, schema| Field { name, doc, schema };
    let (object, list) = (Map::<String, Value>::schema, Vec::<String>::schema);
    vec![
        field("match", "What the dataset has to have; `id` or `name` says which one. Also as match__<key>.", object()),
        field("filter", "What to remove of it: keys, `*` for all of a level, `+` before what shall stay.", list()),
        field("update", "What to merge into it. Also as update__<key>.", object()),
        field("include", "As `filter`, for the answer.", list()),
    ]
}

/// A revision that may be stored.
pub struct Revision {
    document: Document,
    revised: Map<String, Value>,
    include: Option<Vec<String>>,
}

/// What was asked (`package_revise_schema`).
struct Asked {
    matching: Option<Value>,
    matching_keys: Vec<(String, Value)>,
    filter: Option<Vec<String>>,
    update: Option<Value>,
    update_keys: Vec<(String, Value)>,
}

impl Action for Revise {
    const NAME: &'static str = "package_revise";
    const KIND: Kind = Kind::Write;
    const FILES: &'static [FileField] = &[FileField {
        name: "__upload",
        doc: "The file of a resource, as update__resources__0__upload.",
        used: FileUse::Resource,
    }];
    type Params = ReviseParams;
    type Subject = Revision;
    type Output = Raw;

    /// CKAN's order of checks: the shape of the input, what the caller may see, the match, the update, what he may change.
    fn allow(ctx: &mut Ctx, params: &ReviseParams) -> Result<Revision> {
        let asked = read(&params.0.0)?;
        let key = asked.key()?;
        let document = db::lock(ctx.db()?, &key)?.ok_or_else(|| Error::not_found(""))?;
        allow::may_read(&ctx.actor, &document)?;
        let mut whole = String::new();
        ctx.app.quotes.splice(&document, &mut whole);
        let mut data: Value = serde_json::from_str(&whole).map_err(Error::internal)?;
        asked.check(&data)?;
        asked.revise(&mut data, &document.id)?;
        if !allow::is_editable(&ctx.app, &ctx.actor, &document) {
            return Err(Error::denied(format!("User {} not authorized to edit package {}", ctx.actor.name(), document.id)));
        }
        ctx.meet(|_| Ok(document.tag()))?;
        let Value::Object(revised) = data else { return Err(Error::internal("a dataset is an object")) };
        allow::may_use_groups(ctx, &revised, &document.groups)?;
        Ok(Revision { document, revised, include: include(&params.0.0) })
    }

    fn run(ctx: &mut Ctx, _params: ReviseParams, revision: Revision) -> Result<Raw> {
        let Revision { document, mut revised, include } = revision;
        let files = take_files(ctx, &mut revised, &document)?;
        let incoming = Incoming { id: Some(document.id.clone()), dict: revised, patch: false };
        let stored = store_one(ctx, incoming, Some(document))?.into_stored()?;
        for (place, file) in files {
            let resource = resource::write::at(ctx, &stored.package, place)?;
            resource::upload::put(ctx, Some(file), &resource)?;
        }
        let shown = stored.show(ctx);
        let whole = format!("{{\"package\":{shown}}}");
        let Some(patterns) = include else { return Ok(Raw(whole)) };
        let mut answer: Value = serde_json::from_str(&whole).map_err(Error::internal)?;
        rules::filter(&mut answer, &patterns);
        Ok(Raw(answer.to_string()))
    }
}

/// The files that came with the revision, by the places of their resources.
fn take_files(ctx: &Ctx, revised: &mut Map<String, Value>, document: &Document) -> Result<Vec<(usize, Arc<Arrival>)>> {
    let Some(Value::Array(items)) = revised.get_mut("resources") else { return Ok(Vec::new()) };
    let uploads = items.iter_mut().enumerate().filter_map(|(place, item)| Some((place, item.as_object_mut()?)));
    let mut uploads = uploads.filter(|(_, item)| item.contains_key("upload")).peekable();
    if uploads.peek().is_none() {
        return Ok(Vec::new());
    }
    let before = document::parse(&document.body)?.resources;
    let mut files = Vec::new();
    for (place, item) in uploads {
        let id = item.get("id").and_then(Value::as_str).unwrap_or_default();
        let known = before.iter().find(|resource| resource.id == id);
        // What the resource tells of the file that it had is not what was sent now.
        if known.is_some_and(|known| item.get("hash").and_then(Value::as_str) == Some(&known.hash)) {
            item.shift_remove("hash");
        }
        files.extend(resource::upload::take(ctx, item, known).map(|file| (place, file)));
    }
    Ok(files)
}

impl Asked {
    /// Id or name of the dataset.
    fn key(&self) -> Result<String> {
        let among_keys = |name: &str| self.matching_keys.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        let among = |name: &str| self.matching.as_ref().and_then(|matching| matching.get(name));
        let candidates = [among_keys("id"), among("id"), among_keys("name"), among("name")];
        let mut found = candidates.into_iter().flatten().filter(|value| !value.is_null()).map(base::loose::text_of);
        found.find(|key| !key.is_empty()).ok_or_else(|| {
            let mut errors = ErrorDict::default();
            errors.set("match__id", json!("Missing value"));
            Error::validation(errors)
        })
    }

    fn check(&self, data: &Value) -> Result<()> {
        let mut found = self.matching.as_ref().map(|matching| rules::mismatches(data, matching)).unwrap_or_default();
        for (key, wanted) in &self.matching_keys {
            // CKAN lets this fault through to the API, which calls it an integrity error.
            found.extend(rules::mismatches_at(data, key, wanted).map_err(Error::integrity)?);
        }
        if found.is_empty() {
            return Ok(());
        }
        let mut errors = ErrorDict::default();
        errors.set("match", json!(found));
        Err(Error::validation(errors))
    }

    fn revise(&self, data: &mut Value, id: &str) -> Result<()> {
        if let Some(data) = data.as_object_mut() {
            data.shift_remove("metadata_modified");
        }
        if let Some(patterns) = &self.filter {
            rules::filter(data, patterns);
        }
        if let Some(update) = &self.update {
            rules::merge(data, update).map_err(|fault| Error::invalid("update", fault))?;
        }
        for (key, value) in &self.update_keys {
            rules::merge_under(data, key, value).map_err(|fault| Error::invalid(key, fault))?;
        }
        if let Some(data) = data.as_object_mut() {
            data.insert("id".to_owned(), json!(id));
        }
        Ok(())
    }
}

fn read(dict: &Map<String, Value>) -> Result<Asked> {
    let mut errors = ErrorDict::default();
    let mut object = |name: &str| match parsed(dict.get(name)?) {
        Value::Null if dict.get(name).is_some_and(Value::is_null) => None,
        value @ Value::Object(_) => Some(value),
        _ => {
            errors.add(name, "Must be a dict");
            None
        }
    };
    let (matching, update) = (object("match"), object("update"));
    let filter = texts(dict, "filter", &mut errors);
    texts(dict, "include", &mut errors);
    errors.into_result()?;
    let mut matching_keys = prefixed(dict, "match__");
    matching_keys.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut update_keys = prefixed(dict, "update__");
    // As CKAN sorts: extensions stand where their first letter does, before changes of what they append to `resources`.
    let place = |key: &str| if key.ends_with("extend") { "e".to_owned() } else { key.to_owned() };
    update_keys.sort_by_key(|(key, _)| place(key));
    Ok(Asked { matching, matching_keys, filter, update, update_keys })
}

/// JSON text as what it says, everything else as it is.
fn parsed(value: &Value) -> Value {
    match value {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_plain| value.clone()),
        other => other.clone(),
    }
}

fn prefixed(dict: &Map<String, Value>, prefix: &str) -> Vec<(String, Value)> {
    let key = |key: &String| key.strip_prefix(prefix).filter(|rest| !rest.is_empty()).map(str::to_owned);
    dict.iter().filter_map(|(name, value)| Some((key(name)?, parsed(value)))).collect()
}

/// A list of texts, the JSON text of one, or texts separated by commas.
fn texts(dict: &Map<String, Value>, name: &str, errors: &mut ErrorDict) -> Option<Vec<String>> {
    let value = dict.get(name).filter(|value| !value.is_null())?;
    let value = match value {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_plain| json!(text.split(',').collect::<Vec<_>>())),
        other => other.clone(),
    };
    let Value::Array(items) = value else {
        errors.add(name, "Not a list");
        return None;
    };
    if let Some(other) = items.iter().find(|item| !item.is_string()) {
        errors.add(name, format!("Not a string: {other}"));
        return None;
    }
    Some(items.iter().map(base::loose::text_of).collect())
}

/// The patterns for the answer. CKAN checks a text as [`texts`] does and then takes each of its characters for a pattern.
fn include(dict: &Map<String, Value>) -> Option<Vec<String>> {
    match dict.get("include")? {
        Value::String(text) => Some(text.chars().map(String::from).collect()),
        Value::Array(items) => Some(items.iter().map(base::loose::text_of).collect()),
        _ => None,
    }
}
