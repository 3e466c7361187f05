//! Reads a dataset as clients send it, and makes of it the dataset to store (schemas.tsv:
//! `default_create_package_schema`, `default_update_package_schema`; CKAN 2.12's rules for what stays when left out).

use std::collections::{HashMap, HashSet};

use base::{Error, ErrorDict, Result, id, limits, loose, time::Stamp};
use serde_json::{Map, Value};

use super::{objects, resource, tag, text, text_of, translated};
use crate::{
    Extra, Package, Resource, Tag,
    format::Formats,
    translated::{Stored, agree},
};

/// Extras may not be called like a field of the schema.
const SCHEMA_FIELDS: &[&str] = &[
    "id",
    "name",
    "title",
    "author",
    "author_email",
    "maintainer",
    "maintainer_email",
    "license_id",
    "notes",
    "url",
    "version",
    "state",
    "type",
    "owner_org",
    "private",
    "resources",
    "tags",
    "tag_string",
    "extras",
    "save",
    "return_to",
    "relationships_as_object",
    "relationships_as_subject",
    "groups",
    "plugin_data",
    "metadata_modified",
];

/// What the rules depend on beside the input.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    pub now: Stamp,
    pub is_sysadmin: bool,
    /// The dataset that is replaced, with the ids of its groups.
    pub existing: Option<(&'a Package, &'a [String])>,
    /// `ckan.locale_default`: which translation becomes `title` when that is left out.
    pub locale: &'a str,
    /// `ckan.resource_formats`.
    pub formats: &'a Formats,
    /// The vocabularies that tags can be from: id → name.
    pub vocabularies: &'a HashMap<String, String>,
    /// The portal has a DataStore: its resources say whether they are in it.
    pub datastore: bool,
    /// Fields of the site's own, which no extra may be called.
    pub own: &'a [String],
}

/// A dataset as far as it can be read without asking the database.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// `owner_org` may still be a name; resources without an id are new.
    pub package: Package,
    /// Id or name of each group that was sent; `None`: they stay.
    pub groups: Option<Vec<String>>,
    /// What a sysadmin keeps with it for plugins; `None`: what is there stays.
    pub plugin_data: Option<Value>,
    pub errors: ErrorDict,
}

/// Reads a dataset and gathers all faults.
///
/// # Errors
/// Integrity, when something else stands where a list of objects is due.
pub fn read(dict: &Map<String, Value>, setting: Setting) -> Result<Draft> {
    let mut errors = ErrorDict::default();
    let old = setting.existing.map(|(package, _)| package);
    let resources = objects(dict, "resources")?;
    let extras = objects(dict, "extras")?;
    let tags = objects(dict, "tags")?;
    let groups = objects(dict, "groups")?;

    let mut package = Package {
        id: id_of(dict, setting, &mut errors),
        name: name_of(dict, old, &mut errors),
        r#type: old
            .map_or_else(|| text_of(dict, "type").filter(|kind| !kind.is_empty()), |old| Some(old.r#type.clone()))
            .unwrap_or_else(|| "dataset".to_owned()),
        author: text_of(dict, "author"),
        author_email: email_of(dict, "author_email", &mut errors),
        maintainer: text_of(dict, "maintainer"),
        maintainer_email: email_of(dict, "maintainer_email", &mut errors),
        license_id: text_of(dict, "license_id"),
        notes: text_of(dict, "notes"),
        url: text_of(dict, "url"),
        version: version_of(dict, &mut errors),
        state: state_of(dict, setting),
        private: match dict.get("private") {
            None | Some(Value::Null) => old.is_some_and(|old| old.private),
            Some(value) => loose::bool_of(value).unwrap_or(false),
        },
        owner_org: match dict.get("owner_org") {
            None | Some(Value::Null) => old.and_then(|old| old.owner_org.clone()),
            Some(_) => text_of(dict, "owner_org").filter(|owner| !owner.is_empty()),
        },
        title_translated: translated::read(dict, "title_translated", &mut errors),
        notes_translated: translated::read(dict, "notes_translated", &mut errors),
        extras: extras_of(&extras.unwrap_or_default(), setting, &mut errors),
        tags: tags_of(dict, &tags.unwrap_or_default(), setting, &mut errors),
        resources: match resources {
            Some(items) => resources_of(&items, setting, &mut errors),
            None => old.map(|old| old.resources.clone()).unwrap_or_default(),
        },
        creator_user_id: old.and_then(|old| old.creator_user_id.clone()),
        metadata_created: Some(old.and_then(|old| old.metadata_created).unwrap_or(setting.now)),
        metadata_modified: modified_of(dict, setting, &mut errors),
        ..Package::default()
    };
    for resource in &mut package.resources {
        resource.datastore_active = setting.datastore.then(|| resource.datastore_active.unwrap_or(false));
    }
    titles(dict, setting, &mut package);
    if package.private && package.owner_org.is_none() {
        errors.add("private", "Datasets with no organization can't be private.");
    }
    let groups = groups.map(|items| items.iter().filter_map(|item| group_key(item)).collect());
    let plugin_data = plugin_data_of(dict, setting.is_sysadmin, &mut errors);
    Ok(Draft { package, groups, plugin_data, errors })
}

/// An object, of which CKAN takes no notice where it is empty or from anybody else than a sysadmin.
fn plugin_data_of(dict: &Map<String, Value>, is_sysadmin: bool, errors: &mut ErrorDict) -> Option<Value> {
    match dict.get("plugin_data")? {
        Value::Object(data) if is_sysadmin && !data.is_empty() => Some(Value::Object(data.clone())),
        Value::Object(_) | Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        _ => {
            errors.add("plugin_data", "The value should be a valid JSON object");
            None
        }
    }
}

fn group_key(item: &Map<String, Value>) -> Option<String> {
    ["id", "name"].iter().find_map(|key| text_of(item, key).filter(|text| !text.is_empty()))
}

fn id_of(dict: &Map<String, Value>, setting: Setting, errors: &mut ErrorDict) -> String {
    if let Some((old, _)) = setting.existing {
        return old.id.clone();
    }
    let text = text_of(dict, "id").unwrap_or_default();
    if !text.is_empty() && !setting.is_sysadmin {
        errors.add("id", "The input field id was not expected.");
    } else if !text.is_empty() && !id::is_uuid(&text) {
        errors.add("id", "Invalid id provided");
    }
    text
}

fn name_of(dict: &Map<String, Value>, old: Option<&Package>, errors: &mut ErrorDict) -> String {
    let name = match (dict.get("name"), old) {
        (None | Some(Value::Null), Some(old)) => return old.name.clone(),
        (value, _) => value.filter(|value| !value.is_null()).map(loose::text_of).unwrap_or_default(),
    };
    if name.is_empty() {
        errors.add("name", "Missing value");
        return name;
    }
    for fault in text::package_name_faults(&name) {
        errors.add("name", fault);
    }
    name
}

fn email_of(dict: &Map<String, Value>, field: &str, errors: &mut ErrorDict) -> Option<String> {
    let address = text_of(dict, field)?.trim().to_owned();
    if let Some(fault) = text::email_fault(&address) {
        errors.add(field, fault);
    }
    Some(address)
}

fn version_of(dict: &Map<String, Value>, errors: &mut ErrorDict) -> Option<String> {
    let version = text_of(dict, "version")?;
    if version.chars().count() > 100 {
        errors.add("version", "Version must be a maximum of 100 characters long");
    }
    Some(version)
}

fn state_of(dict: &Map<String, Value>, setting: Setting) -> String {
    let sent = text_of(dict, "state").filter(|state| !state.is_empty());
    match setting.existing {
        Some((old, _)) => sent.unwrap_or_else(|| old.state.clone()),
        None => sent.filter(|_| setting.is_sysadmin).unwrap_or_else(|| "active".to_owned()),
    }
}

fn modified_of(dict: &Map<String, Value>, setting: Setting, errors: &mut ErrorDict) -> Option<Stamp> {
    let sent = text_of(dict, "metadata_modified").filter(|text| setting.is_sysadmin && !text.is_empty());
    let Some(sent) = sent else { return Some(setting.now) };
    let at = Stamp::parse(&sent);
    if at.is_none() {
        errors.add("metadata_modified", "Date format incorrect");
    }
    // What a client merely sends back is not a wish: the clock goes on.
    let unchanged = setting.existing.is_some_and(|(old, _)| old.metadata_modified == at);
    if unchanged { Some(setting.now) } else { at }
}

/// Title and description, with what they say in other languages. CKAN shows a title without the blanks around it; here they
/// are not even stored.
fn titles(dict: &Map<String, Value>, setting: Setting, package: &mut Package) {
    let old = setting.existing.map(|(package, _)| package);
    let title = text_of(dict, "title").map(|title| title.trim().to_owned());
    let stored = old.map(|old| Stored { text: Some(&old.title), texts: &old.title_translated });
    package.title = agree(title, &mut package.title_translated, stored, setting.locale).unwrap_or_else(|| package.name.clone());
    if !package.notes_translated.is_empty() {
        let stored = old.map(|old| Stored { text: old.notes.as_deref(), texts: &old.notes_translated });
        package.notes = agree(package.notes.take(), &mut package.notes_translated, stored, setting.locale);
    }
}

/// Only a sysadmin may send the ids of extras, which are not kept.
fn extras_of(items: &[&Map<String, Value>], setting: Setting, errors: &mut ErrorDict) -> Vec<Extra> {
    let mut faults = Vec::with_capacity(items.len());
    let mut seen = HashSet::new();
    let mut extras = Vec::with_capacity(items.len());
    if items.len() > limits::EXTRAS {
        errors.add("extras", format!("At most {} extras are possible", limits::EXTRAS));
    }
    for item in items.iter().take(limits::EXTRAS) {
        let mut fault = ErrorDict::default();
        if !setting.is_sysadmin && text_of(item, "id").is_some_and(|id| !id.is_empty()) {
            fault.add("id", "The input field id was not expected.");
        }
        let key = text_of(item, "key").unwrap_or_default();
        if key.is_empty() {
            fault.add("key", "Missing value");
        } else if SCHEMA_FIELDS.contains(&key.as_str()) || setting.own.contains(&key) {
            fault.add("key", "There is a schema field with the same name");
        }
        let deleted = item.get("deleted").and_then(loose::bool_of).unwrap_or(false);
        match item.get("value") {
            None if !deleted => fault.add("value", "Missing value"),
            Some(Value::String(value)) if value.len() > limits::EXTRA_BYTES => {
                fault.add("value", format!("At most {} bytes are possible", limits::EXTRA_BYTES));
            }
            _ => {}
        }
        if !key.is_empty() && !seen.insert(key.clone()) && !errors.fields().contains_key("extras_validation") {
            errors.add("extras_validation", format!("Duplicate key \"{key}\""));
        }
        if fault.is_empty() && !deleted {
            extras.push(Extra { key, value: text_of(item, "value").unwrap_or_default() });
        }
        faults.push(fault);
    }
    errors.set_items("extras", faults);
    extras
}

fn tags_of(dict: &Map<String, Value>, items: &[&Map<String, Value>], setting: Setting, errors: &mut ErrorDict) -> Vec<Tag> {
    let mut tags = tag::read(items, setting.vocabularies, errors);
    for name in text_of(dict, "tag_string").unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty()) {
        match text::tag_fault(name) {
            Some(fault) => errors.add("tag_string", fault),
            None => tags.push(Tag::free(name)),
        }
    }
    tags.sort_unstable_by(|one, other| (&one.name, &one.vocabulary_id).cmp(&(&other.name, &other.vocabulary_id)));
    tags.dedup();
    if tags.len() > limits::TAGS {
        errors.add("tags", format!("At most {} tags are possible", limits::TAGS));
    }
    tags
}

fn resources_of(items: &[&Map<String, Value>], setting: Setting, errors: &mut ErrorDict) -> Vec<Resource> {
    let old = setting.existing.map(|(package, _)| package);
    if items.len() > limits::RESOURCES {
        errors.add("resources", format!("At most {} resources are possible", limits::RESOURCES));
        return Vec::new();
    }
    let mut faults = Vec::with_capacity(items.len());
    let mut seen = HashSet::new();
    let mut resources = Vec::with_capacity(items.len());
    for item in items {
        let mut fault = ErrorDict::default();
        let sent = text_of(item, "id").unwrap_or_default();
        let existing = old.and_then(|old| old.resources.iter().find(|resource| !sent.is_empty() && resource.id == sent));
        let resource = resource::read(item, existing, (setting.locale, setting.formats), &mut fault);
        if !resource.id.is_empty() && !seen.insert(resource.id.clone()) {
            fault.add("id", "Resource id already exists.");
        }
        resources.push(resource);
        faults.push(fault);
    }
    errors.set_items("resources", faults);
    resources
}

/// Gives ids, places and times to the resources of a dataset whose own id is known. A resource that did not change
/// keeps its `metadata_modified`.
///
/// # Errors
/// Validation, if the dataset would be larger than a dataset may be.
pub fn settle(package: &mut Package, old: Option<&Package>, now: Stamp) -> Result<()> {
    for (place, resource) in package.resources.iter_mut().enumerate() {
        if resource.id.is_empty() {
            resource.id = id::new();
        }
        resource.package_id.clone_from(&package.id);
        resource.position = i32::try_from(place).map_err(Error::internal)?;
        resource.created = resource.created.or(Some(now));
        let before = old.and_then(|old| old.resources.iter().find(|before| before.id == resource.id));
        resource.metadata_modified = before.and_then(|before| before.metadata_modified);
        let moved = before.map_or(0, |before| before.position);
        let unchanged = before.is_some_and(|before| {
            let mut same = resource.clone();
            same.position = moved;
            same == *before
        });
        if !unchanged {
            resource.metadata_modified = Some(now);
        }
    }
    package.num_resources = package.resources.len();
    package.num_tags = package.tags.len();
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_json(value: &Value, setting: Setting) -> Draft {
        read(value.as_object().unwrap(), setting).unwrap()
    }

    static NONE: std::sync::LazyLock<HashMap<String, String>> = std::sync::LazyLock::new(HashMap::new);

    fn setting() -> Setting<'static> {
        Setting {
            now: Stamp::from_micros(0).unwrap(),
            is_sysadmin: true,
            existing: None,
            locale: "en",
            formats: Formats::built_in(),
            vocabularies: &NONE,
            datastore: true,
            own: &[],
        }
    }

    #[test]
    fn all_faults_come_at_once_in_ckans_words() {
        let long = "x".repeat(101);
        let draft = read_json(
            &json!({"name": "Bad Name!", "tags": [{"name": "a"}, {"name": "b!"}, {"x": 1}, {"name": "ok", "vocabulary_id": "nope"}],
                "author_email": "zz", "extras": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}],
                "resources": [{"url": "x", "size": "abc"}, {"url": "ok"}, {"url": "x", "created": "notadate", "id": "zz"}],
                "owner_org": "org1", "version": long, "private": true, "title": ""}),
            setting(),
        );
        assert_eq!(
            Value::Object(draft.errors.fields().clone()),
            json!({"author_email": ["Email zz is not a valid format"],
                "extras_validation": ["Duplicate key \"a\""],
                "name": ["Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_"],
                "version": ["Version must be a maximum of 100 characters long"],
                "resources": [{"size": ["Invalid integer"]}, {}, {"created": ["Date format incorrect"], "id": ["Invalid id provided"]}],
                "tags": ["Tag \"a\" length is less than minimum 2",
                    "Tag \"b!\" can only contain alphanumeric characters, spaces (\" \"), hyphens (\"-\"), underscores (\"_\") or dots (\".\")",
                    "Missing value", {"vocabulary_id": ["Tag vocabulary was not found."]}]})
        );
    }

    #[test]
    fn something_else_than_a_list_of_objects_is_an_integrity_error() {
        let error = read(json!({"name": "zz", "tags": ["a"]}).as_object().unwrap(), setting()).unwrap_err();
        assert_eq!(error.kind(), base::Kind::Integrity);
        assert_eq!(error.message(), "Only lists of dicts can be placed against subschema ('tags',), not <class 'list'>");
    }

    #[test]
    fn an_update_keeps_what_ckan_keeps_and_empties_the_rest() {
        let mut old = read_json(
            &json!({"name": "old", "title": "Old", "notes": "n", "tags": [{"name": "tag"}], "resources": [{"url": "http://x.org/a.csv"}]}),
            setting(),
        )
        .package;
        old.id = "1".to_owned();
        settle(&mut old, None, setting().now).unwrap();
        let mut draft = read_json(&json!({"id": "1"}), Setting { existing: Some((&old, &[])), ..setting() });
        settle(&mut draft.package, Some(&old), Stamp::from_micros(9).unwrap()).unwrap();
        assert!(draft.errors.is_empty());
        assert_eq!((draft.package.name.as_str(), draft.package.title.as_str(), draft.package.notes), ("old", "old", None));
        assert!(draft.package.tags.is_empty());
        assert_eq!(draft.package.resources, old.resources);
    }

    #[test]
    fn plugin_data_is_a_sysadmins_object() {
        let sent = json!({"name": "nn", "plugin_data": {"a": {"b": 1}}});
        assert_eq!(read_json(&sent, setting()).plugin_data, Some(json!({"a": {"b": 1}})));
        assert_eq!(read_json(&sent, Setting { is_sysadmin: false, ..setting() }).plugin_data, None);
        for (value, fault) in
            [(json!({}), false), (json!(null), false), (json!(""), false), (json!("{}"), true), (json!([1]), true)]
        {
            let draft = read_json(&json!({"name": "nn", "plugin_data": value}), setting());
            assert_eq!((draft.plugin_data, !draft.errors.is_empty()), (None, fault), "{value}");
        }
    }

    #[test]
    fn only_a_portal_with_a_datastore_speaks_of_it() {
        let sent = json!({"name": "nn", "resources": [{"url": "http://x.org/a.csv"}]});
        let active =
            |datastore| read_json(&sent, Setting { datastore, ..setting() }).package.resources.remove(0).datastore_active;
        assert_eq!((active(true), active(false)), (Some(false), None));
    }

    #[test]
    fn a_title_comes_from_its_translations() {
        let draft = read_json(&json!({"name": "nn", "title_translated": {"ky": "Калк", "ru": "Население"}}), setting());
        assert_eq!(draft.package.title, "Калк");
        let draft = read_json(&json!({"name": "nn", "title": " DS One "}), setting());
        assert_eq!(draft.package.title, "DS One");
        let draft = read_json(&json!({"name": "nn", "title_translated": ["x"]}), setting());
        assert!(!draft.errors.is_empty());
    }
}
