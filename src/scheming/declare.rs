//! A file's content → a schema. What is wrong is told with the field that it stands at.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::{
    fluent::{Languages, base_of},
    preset::{self, Presets},
    schema::{Family, Field, Schema},
    step::{Place, Step, steps},
};

/// Fields of one list.
const FIELDS: usize = 500;
/// Repeating fields in repeating fields.
const DEPTH: usize = 3;
/// Characters of a field's name.
const NAME: usize = 100;

/// CKAN's fields of a dataset, and what is shown of one beside its fields.
const DATASET: &[&str] = &[
    "author",
    "author_email",
    "creator_user_id",
    "extras",
    "groups",
    "id",
    "isopen",
    "license_id",
    "license_title",
    "license_url",
    "maintainer",
    "maintainer_email",
    "metadata_created",
    "metadata_modified",
    "name",
    "notes",
    "notes_translated",
    "num_resources",
    "num_tags",
    "organization",
    "owner_org",
    "plugin_data",
    "private",
    "relationships_as_object",
    "relationships_as_subject",
    "resources",
    "state",
    "tag_string",
    "tags",
    "title",
    "title_translated",
    "tracking_summary",
    "type",
    "url",
    "version",
];
/// The same of a resource.
const RESOURCE: &[&str] = &[
    "cache_last_updated",
    "cache_url",
    "clear_upload",
    "created",
    "datastore_active",
    "description",
    "description_translated",
    "format",
    "hash",
    "id",
    "last_modified",
    "metadata_modified",
    "mimetype",
    "mimetype_inner",
    "name",
    "name_translated",
    "package_id",
    "position",
    "resource_type",
    "size",
    "state",
    "tracking_summary",
    "upload",
    "url",
    "url_type",
];
/// The same of a group or organization.
const GROUP: &[&str] = &[
    "approval_status",
    "created",
    "description",
    "description_translated",
    "display_name",
    "extras",
    "groups",
    "id",
    "image_display_url",
    "image_url",
    "is_organization",
    "member_count",
    "name",
    "num_followers",
    "package_count",
    "packages",
    "state",
    "title",
    "title_translated",
    "type",
    "users",
];
/// Texts that the catalog itself keeps equal to their translation, and names, which are no texts.
const MIRRORED: &[&str] = &["title", "notes", "description", "name"];

/// Reads a schema.
///
/// # Errors
/// What is wrong, and where.
pub fn schema(file: &Value, family: Family, presets: &Presets, site: &Languages) -> Result<Schema, String> {
    let members = file.as_object().ok_or("it is no object")?;
    let type_key = format!("{}_type", family.word());
    let kind = match members.get(&type_key) {
        Some(Value::String(kind)) if is_kind(kind) => kind.clone(),
        Some(Value::String(kind)) => {
            return Err(format!("{type_key}: \"{kind}\" is no name of a type: letters, digits, - and _"));
        }
        _ => return Err(format!("it has no text `{type_key}`")),
    };
    for key in ["before_validators", "after_validators"] {
        if members.get(key).is_some_and(|value| !value.is_null()) {
            return Err(format!("{key}: they name code of an extension, which is not there; put the validators to the fields"));
        }
    }
    let languages = site.of(members)?;
    let drafts_may_lack = members.get("draft_fields_required").and_then(base::loose::bool_of) == Some(false);
    let reader = Reader { family, presets, languages: &languages, drafts_may_lack };
    let mut expanded = members.clone();
    let mut list = |key: &str, core: &[&str]| -> Result<Vec<Field>, String> {
        let listed = match members.get(key) {
            Some(Value::Array(listed)) => listed,
            None if key == "resource_fields" => return Ok(Vec::new()),
            _ => return Err(format!("it has no list `{key}`")),
        };
        let (fields, shown) = reader.list(key, listed, &|name| !core.contains(&name), DEPTH)?;
        expanded.insert(key.to_owned(), Value::Array(shown));
        Ok(fields)
    };
    let (fields, resource_fields) = match family {
        Family::Dataset => (list("dataset_fields", DATASET)?, list("resource_fields", RESOURCE)?),
        Family::Group | Family::Organization => (list("fields", GROUP)?, Vec::new()),
    };
    let own = fields.iter().filter(|field| field.own).map(|field| field.name.clone()).collect();
    Ok(Schema {
        family,
        kind,
        raw: file.clone(),
        expanded: Value::Object(expanded),
        fields,
        resource_fields,
        own,
        declared: true,
    })
}

fn is_kind(kind: &str) -> bool {
    (1..=NAME).contains(&kind.len()) && kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn is_name(name: &str) -> bool {
    (1..=NAME).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
}

struct Reader<'a> {
    family: Family,
    presets: &'a Presets,
    languages: &'a Languages,
    drafts_may_lack: bool,
}

impl Reader<'_> {
    fn list(
        &self,
        key: &str,
        listed: &[Value],
        is_own: &dyn Fn(&str) -> bool,
        depth: usize,
    ) -> Result<(Vec<Field>, Vec<Value>), String> {
        if listed.len() > FIELDS {
            return Err(format!("{key}: there are more than {FIELDS} fields"));
        }
        let (mut fields, mut shown) = (Vec::with_capacity(listed.len()), Vec::with_capacity(listed.len()));
        let mut names = HashSet::new();
        for (place, field) in listed.iter().enumerate() {
            let name = field.get("field_name").and_then(Value::as_str).unwrap_or_default();
            let at = |fault: String| match name {
                "" => format!("{key}[{place}]: {fault}"),
                name => format!("{key}[{place}] ({name}): {fault}"),
            };
            let members = field.as_object().ok_or_else(|| at("it is no object".to_owned()))?;
            if !is_name(name) {
                return Err(at("field_name: letters, digits and _ are due, at most 100, the first one a letter".to_owned()));
            }
            if !names.insert(name) {
                return Err(at("there is a field of that name already".to_owned()));
            }
            let mut expanded = preset::expand(self.presets, members).map_err(at)?;
            fields.push(self.field(name, &mut expanded, is_own(name), depth).map_err(at)?);
            shown.push(Value::Object(expanded));
        }
        Ok((fields, shown))
    }

    fn field(&self, name: &str, expanded: &mut Map<String, Value>, own: bool, depth: usize) -> Result<Field, String> {
        let subfields = match expanded.get("repeating_subfields") {
            None | Some(Value::Null) => None,
            Some(Value::Array(_)) if depth == 0 => return Err("repeating_subfields: they are nested too deep".to_owned()),
            Some(Value::Array(listed)) => {
                let (fields, shown) = self.list("repeating_subfields", &listed.clone(), &|_name| true, depth - 1)?;
                expanded.insert("repeating_subfields".to_owned(), Value::Array(shown));
                Some(fields)
            }
            Some(_) => return Err("repeating_subfields: it is no list".to_owned()),
        };
        if subfields.is_some() && !own {
            return Err(format!("repeating_subfields: {name} is a field of CKAN's own"));
        }
        if let Some(Value::String(helper)) = expanded.get("choices_helper")
            && !expanded.contains_key("choices")
        {
            return Err(format!("choices_helper: \"{helper}\" is code of an extension, which is not there; list the `choices`"));
        }
        let place = Place {
            field: expanded,
            name,
            own,
            family: self.family,
            drafts_may_lack: self.drafts_may_lack,
            languages: self.languages,
        };
        let read = |key: &str| match place.field.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => steps(text, &place).map(Some).map_err(|fault| format!("{key}: {fault}")),
            Some(_) => Err(format!("{key}: it is no text")),
        };
        let (given, create) = (read("validators")?, read("create_validators")?);
        let usual = || vec![if place.required() { Step::NotEmpty } else { Step::IgnoreMissing }];
        let output = place.field.get("output_validators").and_then(Value::as_str).unwrap_or_default();
        let mirrors = output.split_whitespace().any(|step| step == "fluent_core_translated_output");
        Ok(Field {
            own,
            steps: given.unwrap_or_else(usual),
            create,
            output: read("output_validators")?.unwrap_or_default(),
            mirrors: base_of(name).filter(|base| mirrors && !MIRRORED.contains(base)).map(str::to_owned),
            subfields,
            name: name.to_owned(),
        })
    }
}
