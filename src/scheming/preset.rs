//! Presets: keys that a field takes over by the name of its `preset`. Those of ckanext-scheming and ckanext-fluent are
//! built in; files add others and replace them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Preset's name → the keys that it gives.
pub type Presets = BTreeMap<String, Map<String, Value>>;

/// Name, validators, output validators, the pieces of forms and of pages that front ends know by name.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);

const BUILT_IN: &[Row] = &[
    ("title", "if_empty_same_as(name) unicode_safe", "", "large_text.html", ""),
    ("dataset_slug", "not_empty unicode_safe name_validator package_name_validator", "", "slug.html", ""),
    ("tag_string_autocomplete", "ignore_missing tag_string_convert", "", "", ""),
    ("dataset_organization", "owner_org_validator unicode_safe", "", "organization.html", ""),
    ("resource_url_upload", "ignore_missing unicode_safe remove_whitespace", "", "upload.html", ""),
    ("organization_url_upload", "ignore_missing unicode_safe remove_whitespace", "", "organization_upload.html", ""),
    ("resource_format_autocomplete", "if_empty_guess_format ignore_missing clean_format unicode_safe", "", "", ""),
    ("select", "scheming_required scheming_choices", "", "select.html", "select.html"),
    ("radio", "scheming_required scheming_choices", "", "radio.html", "select.html"),
    (
        "multiple_checkbox",
        "scheming_multiple_choice",
        "scheming_multiple_choice_output",
        "multiple_checkbox.html",
        "multiple_choice.html",
    ),
    (
        "multiple_select",
        "scheming_multiple_choice",
        "scheming_multiple_choice_output",
        "multiple_select.html",
        "multiple_choice.html",
    ),
    ("date", "scheming_required isodate convert_to_json_if_date", "", "date.html", "date.html"),
    ("datetime", "scheming_isodatetime convert_to_json_if_datetime", "", "datetime.html", "datetime.html"),
    ("datetime_tz", "scheming_isodatetime_tz convert_to_json_if_datetime", "", "datetime_tz.html", "datetime_tz.html"),
    ("json_object", "scheming_required scheming_valid_json_object", "scheming_load_json", "json.html", "json.html"),
    ("multiple_text", "scheming_multiple_text", "scheming_load_json", "multiple_text.html", "multiple_text.html"),
    ("markdown", "", "", "markdown.html", "markdown.html"),
    ("fluent_core_translated", "fluent_text", "fluent_core_translated_output", "fluent_text.html", "fluent_text.html"),
    ("fluent_text", "fluent_text", "fluent_text_output", "fluent_text.html", "fluent_text.html"),
    ("fluent_markdown", "fluent_text", "fluent_text_output", "fluent_markdown.html", "fluent_markdown.html"),
    ("fluent_link", "fluent_text", "fluent_text_output", "fluent_text.html", "fluent_link.html"),
    ("fluent_tags", "fluent_tags", "fluent_tags_output", "fluent_tags.html", "fluent_tags.html"),
];

/// Files whose presets are built in: they need not be found.
pub const KNOWN_FILES: [&str; 2] = ["ckanext.scheming:presets.json", "ckanext.fluent:presets.json"];

/// The presets that are built in.
#[must_use]
pub fn built_in() -> Presets {
    let of = |(name, validators, output, form, display): &Row| {
        let keys =
            [("validators", validators), ("output_validators", output), ("form_snippet", form), ("display_snippet", display)];
        let given = keys.into_iter().filter(|(_, value)| !value.is_empty());
        ((*name).to_owned(), given.map(|(key, value)| (key.to_owned(), json!(value))).collect())
    };
    BUILT_IN.iter().map(of).collect()
}

/// Adds the presets of a file.
///
/// # Errors
/// Where the file is not as it should be.
pub fn add(presets: &mut Presets, file: &Value) -> Result<(), String> {
    let listed = file.get("presets").and_then(Value::as_array).ok_or("it has no list `presets`")?;
    for (place, preset) in listed.iter().enumerate() {
        let name = preset.get("preset_name").and_then(Value::as_str).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| format!("presets[{place}]: it has no preset_name"))?;
        let values = preset.get("values").and_then(Value::as_object);
        let values = values.ok_or_else(|| format!("presets[{place}] ({name}): it has no object `values`"))?;
        presets.insert(name.to_owned(), values.clone());
    }
    Ok(())
}

/// A field with the keys of its preset; its own keys count before those.
///
/// # Errors
/// A preset that there is not.
pub fn expand(presets: &Presets, field: &Map<String, Value>) -> Result<Map<String, Value>, String> {
    let mut expanded = match field.get("preset") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::String(name)) => presets.get(name).cloned().ok_or_else(|| {
            let known: Vec<&str> = presets.keys().map(String::as_str).collect();
            format!("there is no preset \"{name}\"; there are {}", known.join(", "))
        })?,
        Some(_) => return Err("`preset` is no text".to_owned()),
    };
    expanded.extend(field.iter().map(|(key, value)| (key.clone(), value.clone())));
    Ok(expanded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_counts_before_its_preset() {
        let mut presets = built_in();
        add(&mut presets, &json!({"presets": [{"preset_name": "soate", "values": {"validators": "not_empty", "x": 1}}]}))
            .unwrap();
        let field = json!({"field_name": "a", "preset": "soate", "x": 2});
        let expanded = Value::Object(expand(&presets, field.as_object().unwrap()).unwrap());
        assert_eq!(expanded, json!({"field_name": "a", "preset": "soate", "validators": "not_empty", "x": 2}));
        let unknown = expand(&presets, json!({"preset": "nope"}).as_object().unwrap()).unwrap_err();
        assert!(unknown.contains("\"nope\"") && unknown.contains("soate") && unknown.contains("fluent_text"));
        assert!(add(&mut presets, &json!({"presets": [{"values": {}}]})).unwrap_err().contains("presets[0]"));
        assert!(add(&mut presets, &json!([])).unwrap_err().contains("presets"));
    }
}
