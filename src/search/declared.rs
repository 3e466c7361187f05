//! Fields of a site's own: found as Solr would find them as extras, and each value by itself, without code of an extension.

use std::collections::BTreeMap;

use base::loose;
use serde_json::Value;

use crate::Language;
use crate::document::{SearchDocument, by_language, extra_value, field_name, is_free};

/// Levels of a value that are looked into.
const DEPTH: usize = 6;
/// Values of one field.
const VALUES: usize = 2_000;

/// Adds a field: as text `extras_<name>`, and exact under its bare name.
///
/// A list gives each of its values. Texts by language, and lists of them, are also found as `<name>_<language>`; the
/// members of repeating fields as `<name>_<member>`.
pub fn field(name: &str, value: &Value, out: &mut SearchDocument) {
    let mut found = BTreeMap::new();
    let mut left = VALUES;
    collect(name, value, (DEPTH, &mut left), &mut found);
    for (name, mut values) in found {
        let Some(name) = field_name(&name) else { continue };
        let free = is_free(&name, out);
        values.sort_unstable();
        values.dedup();
        values.iter().for_each(|value| extra_value(&name, value, free, out));
    }
    // Words are read in the language of their text, and once.
    if let (Some(name), Some(texts)) = (field_name(name), by_language(value)) {
        out.written_in(&name, None);
        for tag in texts.keys() {
            out.written_in(&format!("{name}_{tag}"), Some(Language::of_tag(tag)));
        }
    }
}

/// Adds a field of a resource's own, as Solr would have it: text `res_extras_<name>`, each of its values, by language where it
/// has languages.
pub fn resource_field(name: &str, value: &Value, out: &mut SearchDocument) {
    let Some(bare) = field_name(name) else { return };
    let mut left = VALUES;
    let mut add = |language: Language, value: &Value| {
        let mut found = BTreeMap::new();
        collect(name, value, (DEPTH, &mut left), &mut found);
        for value in found.remove(name).unwrap_or_default() {
            out.text_in(language, format!("res_extras_{bare}"), &value);
        }
    };
    match by_language(value) {
        Some(texts) => texts.iter().for_each(|(tag, text)| add(Language::of_tag(tag), text)),
        None => add(Language::Unknown, value),
    }
}

/// Every value under the name of the field, and under that of the member that it lies in.
fn collect(name: &str, value: &Value, (depth, left): (usize, &mut usize), found: &mut BTreeMap<String, Vec<String>>) {
    if depth == 0 {
        return;
    }
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter().for_each(|item| collect(name, item, (depth - 1, left), found)),
        Value::Object(members) => {
            for (member, value) in members {
                let mut inside = BTreeMap::new();
                collect(&format!("{name}_{member}"), value, (depth - 1, left), &mut inside);
                let whole = inside.get(&format!("{name}_{member}")).cloned().unwrap_or_default();
                found.entry(name.to_owned()).or_default().extend(whole);
                for (name, values) in inside {
                    found.entry(name).or_default().extend(values);
                }
            }
        }
        scalar => {
            if let Some(fewer) = left.checked_sub(1) {
                *left = fewer;
                found.entry(name.to_owned()).or_default().push(loose::text_of(scalar));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn exact(name: &str, value: &Value) -> Vec<(String, String)> {
        let mut out = SearchDocument::default();
        field(name, value, &mut out);
        assert!(out.text.iter().all(|text| text.name.starts_with("extras_")));
        out.exact.into_iter().map(|(name, value)| (name.into_owned(), value)).collect()
    }

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn every_value_is_found_by_itself() {
        assert_eq!(exact("region", &json!("osh")), pairs(&[("region", "osh")]));
        assert_eq!(exact("open", &json!(true)), pairs(&[("open", "true")]));
        assert_eq!(exact("methods", &json!(["b", "a", "a"])), pairs(&[("methods", "a"), ("methods", "b")]));
        assert_eq!(
            exact("keywords", &json!({"ky": ["x", "y"], "ru": ["x"]})),
            pairs(&[("keywords", "x"), ("keywords", "y"), ("keywords_ky", "x"), ("keywords_ky", "y"), ("keywords_ru", "x")])
        );
        assert_eq!(
            exact("contact", &json!([{"person": "A", "phones": ["1"]}, {"person": "B"}])),
            pairs(&[
                ("contact", "1"),
                ("contact", "A"),
                ("contact", "B"),
                ("contact_person", "A"),
                ("contact_person", "B"),
                ("contact_phones", "1"),
            ])
        );
        // What CKAN's schema knows is not overwritten.
        assert_eq!(exact("notes", &json!("x")), pairs(&[]));
    }

    #[test]
    fn texts_are_read_in_their_language() {
        let mut out = SearchDocument::default();
        field("subtitle", &json!({"ky": "Көпүрөлөр", "ru": "Мосты", "en": "Bridges"}), &mut out);
        field("place", &json!({"street": "Чүй"}), &mut out);
        let mut texts: Vec<_> = out.text.iter().map(|text| (text.name.as_ref(), text.value.as_str(), text.language)).collect();
        texts.retain(|text| text.1 != "Bridges" && text.1 != "Мосты");
        assert_eq!(
            texts,
            [
                ("extras_subtitle", "Көпүрөлөр", None),
                ("extras_subtitle_ky", "Көпүрөлөр", Some(Language::Kyrgyz)),
                ("extras_place", "Чүй", Some(Language::Unknown)),
                ("extras_place_street", "Чүй", Some(Language::Unknown)),
            ]
        );
    }

    #[test]
    fn fields_of_resources_are_text_under_a_name_of_their_own() {
        let mut out = SearchDocument::default();
        resource_field("quality", &json!("good"), &mut out);
        resource_field("columns", &json!(["a", {"unit": "kg"}, 5]), &mut out);
        resource_field("place:", &json!({"ky": "Чүй", "ru": ["Чуй"]}), &mut out);
        resource_field("none", &json!(null), &mut out);
        resource_field("::", &json!("x"), &mut out);
        let texts: Vec<_> = out.text.iter().map(|text| (text.name.as_ref(), text.value.as_str(), text.language)).collect();
        let unknown = Some(Language::Unknown);
        assert_eq!(
            texts,
            [
                ("res_extras_quality", "good", unknown),
                ("res_extras_columns", "a", unknown),
                ("res_extras_columns", "kg", unknown),
                ("res_extras_columns", "5", unknown),
                ("res_extras_place", "Чүй", Some(Language::Kyrgyz)),
                ("res_extras_place", "Чуй", Some(Language::Russian)),
            ]
        );
        assert!(out.exact.is_empty());
    }

    #[test]
    fn no_value_is_looked_into_without_end() {
        let many = Value::Array((0..5_000).map(|number| json!(number)).collect());
        assert_eq!(exact("many", &many).len(), VALUES);
        let deep = (0..50).fold(json!("x"), |inside, _| json!({"a": inside}));
        assert!(exact("deep", &deep).is_empty());
    }
}
