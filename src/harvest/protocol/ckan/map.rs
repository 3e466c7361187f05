//! A remote's dataset → the dataset to store. What the remote keeps to itself (ids of users, counters, its own extras of
//! harvesting) is left behind; what this side does not know is kept as extras.

use std::collections::HashSet;

use base::{id, limits, loose, name};
use serde_json::{Map, Value, json};

use super::{
    super::{Mapped, Place, RemoteGroup},
    clean,
    config::{Config, Remote},
};

/// Fields that are taken over as they are.
const TEXTS: &[&str] = &["title", "notes", "url", "version", "author", "maintainer", "license_id"];
/// Fields that are mapped by hand, or mean nothing here.
const HANDLED: &[&str] = &[
    "id",
    "name",
    "type",
    "state",
    "private",
    "author_email",
    "maintainer_email",
    "title_translated",
    "notes_translated",
    "tags",
    "tag_string",
    "extras",
    "resources",
    "organization",
    "owner_org",
    "groups",
    "creator_user_id",
    "metadata_created",
    "metadata_modified",
    "num_resources",
    "num_tags",
    "isopen",
    "license_title",
    "license_url",
    "relationships_as_subject",
    "relationships_as_object",
    "tracking_summary",
    "revision_id",
    "revision_timestamp",
    "plugin_data",
    "save",
    "return_to",
    "license",
    "ckan_url",
    "download_url",
    "notes_rendered",
    "users",
    "display_name",
    "title_string",
];
/// Extras that harvesting itself adds.
const OURS: &[&str] = &["harvest_source_id", "harvest_source_title", "harvest_object_id"];

/// Maps a dataset.
#[must_use]
pub fn map(remote: Map<String, Value>, config: &Config, place: Place) -> Mapped {
    let mut dict = Map::new();
    let mut cuts = Vec::new();
    for field in TEXTS {
        if let Some(text) = text(&remote, field) {
            dict.insert((*field).to_owned(), Value::String(text));
        }
    }
    if let Some(Value::String(version)) = dict.get_mut("version") {
        *version = version.chars().take(100).collect();
    }
    for field in ["author_email", "maintainer_email"] {
        if let Some(address) = text(&remote, field).and_then(|address| clean::email(&address)) {
            dict.insert(field.to_owned(), Value::String(address));
        }
    }
    for field in ["title_translated", "notes_translated"] {
        if let Some(texts) = translated(&remote, field) {
            dict.insert(field.to_owned(), texts);
        }
    }
    dict.insert("name".to_owned(), Value::String(name_of(&remote, place)));
    dict.insert("type".to_owned(), Value::String(text(&remote, "type").unwrap_or_else(|| "dataset".to_owned())));
    dict.insert("state".to_owned(), json!("active"));
    dict.insert("private".to_owned(), json!(remote.get("private").and_then(loose::bool_of).unwrap_or(false)));
    dict.insert("tags".to_owned(), tags(&remote, config, &mut cuts));
    dict.insert("extras".to_owned(), extras(&remote, config, place, &mut cuts));
    own_fields(&remote, place, &mut dict);
    dict.insert("resources".to_owned(), resources(&remote, place, &mut cuts));
    let organization = (config.remote_orgs != Remote::Ignore).then(|| remote.get("organization").and_then(group)).flatten();
    let remote_groups = remote.get("groups").and_then(Value::as_array).filter(|_| config.remote_groups != Remote::Ignore);
    let mut groups: Vec<RemoteGroup> = remote_groups.into_iter().flatten().filter_map(group).take(200).collect();
    groups.extend(config.default_groups.iter().map(|name| RemoteGroup { name: name.clone(), ..RemoteGroup::default() }));
    Mapped {
        dict,
        cuts,
        organization,
        groups,
        create_organization: config.remote_orgs == Remote::Create,
        create_groups: config.remote_groups == Remote::Create,
    }
}

fn text(dict: &Map<String, Value>, field: &str) -> Option<String> {
    dict.get(field).filter(|value| !value.is_null()).map(loose::text_of).filter(|text| !text.is_empty())
}

fn name_of(remote: &Map<String, Value>, place: Place) -> String {
    let wanted = text(remote, "name").or_else(|| text(remote, "title")).unwrap_or_else(|| place.package_id.to_owned());
    if name::faults(&wanted).is_empty() { wanted } else { name::munge(&wanted) }
}

/// Texts by language, as far as they are such.
fn translated(remote: &Map<String, Value>, field: &str) -> Option<Value> {
    let parsed;
    let texts = match remote.get(field)? {
        Value::Object(texts) => texts,
        Value::String(text) => {
            parsed = serde_json::from_str::<Map<String, Value>>(text).ok()?;
            &parsed
        }
        _ => return None,
    };
    let code = |text: &str| {
        (2..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let good: Map<String, Value> = texts
        .iter()
        .filter(|(language, text)| code(language) && text.as_str().is_some_and(|text| !text.is_empty()))
        .map(|(language, text)| (language.clone(), text.clone()))
        .collect();
    (!good.is_empty()).then_some(Value::Object(good))
}

/// Notes how many of so many are left out.
fn cut(cuts: &mut Vec<String>, what: &str, all: usize, most: usize) {
    if all > most {
        cuts.push(format!("{} of {all} {what} were left out: a dataset has at most {most} here", all - most));
    }
}

fn tags(remote: &Map<String, Value>, config: &Config, cuts: &mut Vec<String>) -> Value {
    let listed = remote.get("tags").and_then(Value::as_array).into_iter().flatten();
    let mut names: Vec<String> = listed
        .filter_map(|tag| tag.as_str().or_else(|| tag.get("name").and_then(Value::as_str)))
        .chain(remote.get("tag_string").and_then(Value::as_str).into_iter().flat_map(|tags| tags.split(',')))
        .chain(config.default_tags.iter().map(String::as_str))
        .filter_map(|tag| clean::tag(tag, config.clean_tags))
        .collect();
    names.sort_unstable();
    names.dedup();
    cut(cuts, "tags", names.len(), limits::TAGS);
    names.truncate(limits::TAGS);
    Value::Array(names.into_iter().map(|name| json!({"name": name})).collect())
}

fn extras(remote: &Map<String, Value>, config: &Config, place: Place, cuts: &mut Vec<String>) -> Value {
    let mut extras: Vec<(String, String)> = Vec::new();
    let mut long = 0;
    let mut add = |key: &str, value: String, replace: bool| {
        let key: String = key.trim().chars().take(200).collect();
        if key.is_empty() || HANDLED.contains(&key.as_str()) || TEXTS.contains(&key.as_str()) {
            return;
        }
        if value.len() > limits::EXTRA_BYTES {
            long += 1;
            return;
        }
        match extras.iter_mut().find(|(known, _)| *known == key) {
            Some(known) if replace => known.1 = value,
            Some(_) => {}
            None => extras.push((key, value)),
        }
    };
    let fill = |text: &str| {
        [
            ("{dataset_id}", place.package_id),
            ("{harvest_source_id}", &place.source.id),
            ("{harvest_source_url}", &place.source.url),
            ("{harvest_source_title}", &place.source.title),
            ("{harvest_job_id}", place.job_id),
            ("{harvest_object_id}", place.object_id),
        ]
        .iter()
        .fold(text.to_owned(), |text, (mark, value)| text.replace(mark, value))
    };
    add("harvest_source_id", place.source.id.clone(), true);
    add("harvest_source_title", place.source.title.clone(), true);
    add("harvest_object_id", place.object_id.to_owned(), true);
    match remote.get("extras") {
        Some(Value::Array(items)) => {
            for item in items {
                if let (Some(key), Some(value)) = (item.get("key").and_then(Value::as_str), item.get("value"))
                    && !value.is_null()
                {
                    add(key, loose::text_of(value), false);
                }
            }
        }
        Some(Value::Object(items)) => items.iter().for_each(|(key, value)| add(key, loose::text_of(value), false)),
        _ => {}
    }
    let own = remote.iter().filter(|(key, value)| {
        let empty = value.is_null() || value.as_str().is_some_and(str::is_empty) || value.as_array().is_some_and(Vec::is_empty);
        !empty && !HANDLED.contains(&key.as_str()) && !TEXTS.contains(&key.as_str())
    });
    own.for_each(|(key, value)| add(key, loose::text_of(value), false));
    for (key, value) in &config.default_extras {
        add(key, fill(value), config.override_extras && !OURS.contains(&key.as_str()));
    }
    if long > 0 {
        cuts.push(format!("{long} extras were left out: a value has at most {} bytes here", limits::EXTRA_BYTES));
    }
    cut(cuts, "extras", extras.len(), limits::EXTRAS);
    extras.truncate(limits::EXTRAS);
    Value::Array(extras.into_iter().map(|(key, value)| json!({"key": key, "value": value})).collect())
}

/// The fields that the schema of its type has here: from the field of the remote, or its extra.
fn own_fields(remote: &Map<String, Value>, place: Place, dict: &mut Map<String, Value>) {
    let kind = dict.get("type").and_then(Value::as_str).unwrap_or_default();
    let Some(schema) = place.schemas.declared(scheming::Family::Dataset, kind) else { return };
    for name in schema.own_fields() {
        let Some(extras) = dict.get_mut("extras").and_then(Value::as_array_mut) else { continue };
        let at = extras.iter().position(|extra| extra.get("key").and_then(Value::as_str) == Some(name));
        let text = at.map(|at| extras.remove(at)).and_then(|extra| extra.get("value").map(loose::text_of));
        let whole = remote.get(name).filter(|value| !value.is_null()).cloned();
        // A plain text is one in the language of the remote, which nobody tells.
        if let Some(value) = whole.or_else(|| text.map(|text| schema.of_extra(name, &text, "und"))) {
            dict.insert(name.clone(), value);
        }
    }
}

fn resources(remote: &Map<String, Value>, place: Place, cuts: &mut Vec<String>) -> Value {
    let mut seen = HashSet::new();
    let all = remote.get("resources").and_then(Value::as_array).map_or(0, Vec::len);
    cut(cuts, "resources", all, limits::RESOURCES);
    let listed = remote.get("resources").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    let resources = listed.take(limits::RESOURCES).enumerate().map(|(number, resource)| {
        let mut kept: Map<String, Value> = resource
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "id" | "package_id" | "url_type" | "position" | "metadata_modified"))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        for field in ["created", "last_modified", "cache_last_updated"] {
            let Some(value) = kept.get(field).filter(|value| !value.is_null()).map(loose::text_of) else { continue };
            match clean::date(&value) {
                Some(date) => kept.insert(field.to_owned(), Value::String(date)),
                None => kept.remove(field),
            };
        }
        for field in ["name_translated", "description_translated"] {
            match translated(resource, field) {
                Some(texts) => kept.insert(field.to_owned(), texts),
                None => kept.remove(field),
            };
        }
        if let Some(size) = kept.remove("size").and_then(|size| whole_number(&size)) {
            kept.insert("size".to_owned(), json!(size));
        }
        let sent = text(resource, "id").unwrap_or_else(|| format!("resource {number}"));
        let own = id::is_uuid(&sent) && !sent.starts_with("00000000-") && seen.insert(sent.clone());
        let id = if own { sent } else { id::of_name("harvest-resource", &format!("{} {sent} {number}", place.object_id)) };
        kept.insert("id".to_owned(), Value::String(id));
        Value::Object(kept)
    });
    Value::Array(resources.collect())
}

fn whole_number(value: &Value) -> Option<i64> {
    let number = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| *number >= 0)
}

fn group(value: &Value) -> Option<RemoteGroup> {
    let dict = match value {
        Value::String(name) if !name.is_empty() => return Some(RemoteGroup { name: name.clone(), ..RemoteGroup::default() }),
        Value::Object(dict) => dict,
        _ => return None,
    };
    let name = text(dict, "name").or_else(|| text(dict, "id"))?;
    Some(RemoteGroup {
        id: text(dict, "id").unwrap_or_default(),
        name,
        title: text(dict, "title").or_else(|| text(dict, "display_name")).unwrap_or_default(),
        description: text(dict, "description").unwrap_or_default(),
        image_url: text(dict, "image_url").unwrap_or_default(),
    })
}
