//! Reads tags as clients send them (schemas.tsv: `default_tags_schema`).

use std::collections::HashMap;

use base::ErrorDict;
use serde_json::{Map, Value, json};

use super::{text, text_of};
use crate::Tag;

/// The good ones of a list of tags, in its order; the faults of the others stand under `tags`, a text each, or the dict
/// of a tag whose vocabulary does not exist (CKAN flattens the one and not the other). `vocabularies`: id → name.
pub fn read(items: &[&Map<String, Value>], vocabularies: &HashMap<String, String>, errors: &mut ErrorDict) -> Vec<Tag> {
    let mut tags = Vec::with_capacity(items.len());
    let mut faults = Vec::new();
    for item in items {
        let name = text_of(item, "name").unwrap_or_default();
        let vocabulary = text_of(item, "vocabulary_id").filter(|vocabulary| !vocabulary.is_empty());
        if name.is_empty() {
            faults.push(json!("Missing value"));
        } else if let Some(fault) = text::tag_fault(&name) {
            faults.push(json!(fault));
        } else {
            match vocabulary {
                Some(id) if !vocabularies.contains_key(&id) => {
                    faults.push(json!({"vocabulary_id": ["Tag vocabulary was not found."]}));
                }
                Some(id) => tags.push(Tag::of(&id, &name)),
                None => tags.push(Tag::free(&name)),
            }
        }
    }
    if !faults.is_empty() {
        errors.set("tags", Value::Array(faults));
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vocabulary_is_named_by_its_id() {
        let vocabularies = HashMap::from([("v1".to_owned(), "Genre".to_owned())]);
        let sent = [
            json!({"name": "Jazz", "vocabulary_id": "v1"}),
            json!({"name": "Jazz"}),
            json!({"name": "x1", "vocabulary_id": "Genre"}),
        ];
        let items: Vec<_> = sent.iter().filter_map(Value::as_object).collect();
        let mut errors = ErrorDict::default();
        let tags = read(&items, &vocabularies, &mut errors);
        assert_eq!(tags, [Tag::of("v1", "Jazz"), Tag::free("Jazz")]);
        assert_ne!(tags[0].id, tags[1].id);
        assert_eq!(errors.fields()["tags"], json!([{"vocabulary_id": ["Tag vocabulary was not found."]}]));
    }
}
