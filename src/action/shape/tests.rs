//! The notation, and what an answer is held against.

use super::*;

const MODELS: &str = "
# things
Tag  A word.
  name string  The word.
  note? string|null
Dataset  Rows.
  tags [Tag]
  counts {integer}
More: Dataset  Rows and more.
  score number
  ...
";

fn misfit(shape: &str, value: Value) -> Option<String> {
    Shape::read(shape).unwrap().misfit(&value, &models(MODELS).unwrap())
}

#[test]
fn an_answer_that_differs_is_told_with_its_place() {
    let tag = json!({"name": "a", "note": null});
    let dataset = |more: Value| {
        let mut dataset = json!({"tags": [tag], "counts": {"a": 1}});
        dataset.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        dataset
    };
    let right = [
        ("[Dataset]", json!([dataset(json!({}))])),
        ("More", dataset(json!({"score": 1.5, "else": []}))),
        ("[string]|[Tag]|null", json!([tag])),
        ("[string]|[Tag]|null", json!(null)),
        ("any", json!([1])),
        ("[integer|null]", json!([1, null])),
    ];
    for (shape, value) in right {
        assert_eq!(misfit(shape, value), None, "{shape}");
    }
    let wrong = [
        ("[Dataset]", json!([dataset(json!({"tags": [tag, {"name": 1}]}))]), "[0].tags[1].name is an integer, not a string"),
        ("Dataset", dataset(json!({"else": 1})), " (Dataset) has else, which is not documented"),
        ("Dataset", json!({"tags": []}), " (Dataset) has no counts"),
        ("{integer}", json!({"a": 1.5}), ".a is a fraction, not an integer"),
        ("[string]|null", json!([1]), "[0] is an integer, not a string"),
    ];
    for (shape, value, fault) in wrong {
        assert_eq!(misfit(shape, value).as_deref(), Some(fault), "{shape}");
    }
}

#[test]
fn shapes_become_json_schemas() {
    let schema = |shape: &str| Shape::read(shape).unwrap().schema();
    assert_eq!(schema("string|null"), json!({"type": ["string", "null"]}));
    assert_eq!(schema("[Tag]"), json!({"type": "array", "items": {"$ref": "#/components/schemas/Tag"}}));
    assert_eq!(schema("Tag|null"), json!({"oneOf": [{"$ref": "#/components/schemas/Tag"}, {"type": "null"}]}));
    let models = models(MODELS).unwrap();
    assert_eq!(models["Tag"].schema()["required"], json!(["name"]));
    assert_eq!(models["Tag"].schema()["properties"]["name"], json!({"type": "string", "description": "The word."}));
    assert_eq!(models["More"].schema()["required"], json!(["counts", "score", "tags"]));
}

#[test]
fn what_is_no_table_is_refused() {
    for text in ["  name string", "A: B  More than nothing.", "A  A.\n  name text"] {
        assert!(models(text).is_err(), "{text}");
    }
    assert!(Shape::read("[Nothing]").unwrap().known(&models(MODELS).unwrap()).is_err());
    for text in ["tag_show id Tag", "tag_show id tag {}", "tag_show id Tag []"] {
        assert!(lines(text).is_err(), "{text}");
    }
    let lines = lines("tag_show  id,name  [Tag]  {\"id\": \"a  b\"}\ntag_list - any {}").unwrap();
    assert_eq!(
        (lines["tag_show"].needed.as_slice(), lines["tag_list"].needed.len()),
        (["id".to_owned(), "name".to_owned()].as_slice(), 0)
    );
    assert!(tables().is_ok());
}
